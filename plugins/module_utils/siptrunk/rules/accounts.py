# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a section of sip.conf is to chan_sip."""

from __future__ import annotations

from typing import FrozenSet

from ..config.effective import EffectiveSection
from ..config.text import fold
from .views import said, words


def types(section: EffectiveSection) -> FrozenSet[str]:
    """peer, user, or both; they add up: a friend in the template makes a peer a friend."""
    found = {fold(entry.value) for entry in section.values("type")}
    return frozenset(found | {"peer", "user"} if "friend" in found else found)


def is_dynamic(section: EffectiveSection) -> bool:
    """It tells its address by registering here."""
    return fold(said(section, "host")) == "dynamic"


def is_phone(section: EffectiveSection) -> bool:
    """It registers here, or calls under its name."""
    return is_dynamic(section) or types(section) == {"user"}


def is_trunk(section: EffectiveSection) -> bool:
    """A peer at an address of its own."""
    return "peer" in types(section) and bool(said(section, "host")) and not is_dynamic(section)


def secret_of(section: EffectiveSection) -> bool:
    """Whether it has one that is asked for."""
    return bool(said(section, "secret") or said(section, "md5secret"))


def is_challenged(section: EffectiveSection) -> bool:
    """True when calls that match the section must authenticate."""
    return secret_of(section) and "invite" not in map(fold, words(said(section, "insecure")))


def is_address(host: str) -> bool:
    """Whether it looks like an address instead of a name."""
    return ":" in host or host.replace(".", "").isdigit()

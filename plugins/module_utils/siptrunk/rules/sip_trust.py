# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by sip.conf, as channels/chan_sip.c of Asterisk 16 reads it."""

from __future__ import annotations

from ..config.effective import EffectiveEntry, EffectiveSection
from .rule import SECURITY, Rulebook, Spot, Spots
from .views import ACCOUNT, SipConf

book = Rulebook("sip.conf")


@book.option(
    ACCOUNT,
    "permit",
    id="SIP011",
    severity=SECURITY,
    title="permit without deny",
    why="permit without deny restricts nothing: the list begins with everything allowed",
    fix="put deny=0.0.0.0/0.0.0.0 and deny=::/0 before it",
    bad="[provider-in]\ntype=peer\nhost=192.0.2.1\npermit=198.51.100.0/24\n",
    good="[provider-in]\ntype=peer\nhost=192.0.2.1\ndeny=0.0.0.0/0\ndeny=::/0\npermit=198.51.100.0/24\n",
    effect="a call from an address that no permit names is let in",
)
def permit_without_deny(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if entry is section.values("permit")[0] and not section.values("deny"):
        yield Spot(entry)

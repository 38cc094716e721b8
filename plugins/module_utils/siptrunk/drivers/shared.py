# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the drivers have in common: what they write, and what they find when they read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..fields import CODECS

HEADER = "; Managed by Ansible (telephony.asterisk): changes here are overwritten.\n"
DENY_ALL = ("0.0.0.0/0.0.0.0", "::/0")
# ast_true() and ast_false()
YES = dict.fromkeys(("yes", "true", "y", "t", "1", "on"), True)
NO = dict.fromkeys(("no", "false", "n", "f", "0", "off"), False)


class Port(NamedTuple):
    """protocol: udp or tcp"""

    protocol: str
    number: int


class RenderedSection(NamedTuple):
    name: str
    comment: Optional[str]
    entries: List[Tuple[str, str]]


# What becomes of a leftover: no trunk says it; a trunk says something else instead; it said nothing of a trunk anyway.
LOST = "lost"
CHANGED = "changed"
IGNORED = "ignored"


@dataclass(frozen=True)
class Leftover:
    """An option that no field of a trunk stands for; a secret in *value* is masked."""

    path: str
    line: Optional[int]
    section: str
    key: str
    value: str
    reason: str
    fate: str = LOST


@dataclass(eq=False)
class Origin:
    """Where a trunk was found.

    sections: those that stand for it, in the order of the file
    register: its register line, or the callbackextension that stands for one; chan_sip only
    """

    sections: List[EffectiveSection] = field(default_factory=list, repr=False)
    register: Optional[EffectiveEntry] = field(default=None, repr=False)


@dataclass(frozen=True)
class ReadBack:
    """trunks: in the form of ``sip_trunks``, secrets included; origins: those of the trunks, in the same order
    answering: the name of the section that the calls from each host come to, where that is one"""

    trunks: List[Dict[str, Any]] = field(repr=False)
    leftovers: List[Leftover]
    origins: List[Origin]
    answering: Dict[str, str] = field(default_factory=dict)


def as_name(text: str) -> str:
    """The nearest name that a trunk may have."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", text)
    return f"trunk-{name}"[:60] if not name or name[0].isdigit() else name[:60]


def distinct(name: str, taken: Set[str]) -> str:
    candidate, number = name, 1
    while fold(candidate) in taken:
        number += 1
        candidate = f"{name[:50]}-{number}"
    return candidate


class AccessList(NamedTuple):
    """closed: versions of IP from which nobody comes in; permitted: the networks that do, all the same"""

    closed: Set[int]
    permitted: List[str]


def access_list(entries: Sequence[EffectiveEntry]) -> Optional[AccessList]:
    """What permit and deny come to; None when they are not deny=all, then a list of permits."""
    try:
        rules = [(fold(entry.key), ip_network(entry.value, strict=False)) for entry in entries]
    except ValueError:
        return None
    denied = [network for key, network in rules if key == "deny"]
    permitted = [network for key, network in rules if key == "permit"]
    closed: Set[int] = {network.version for network in denied if not network.prefixlen}
    orderly = [key for key, _network in rules] == ["deny"] * len(denied) + ["permit"] * len(permitted)
    if not (orderly and closed) or len(closed) < len(set(denied)):
        return None
    return AccessList(closed, [str(network) for network in permitted])


def codecs(
    entries: Sequence[EffectiveEntry], before: Sequence[str]
) -> Tuple[List[str], List[Tuple[EffectiveEntry, str]]]:
    """Follow allow and disallow, one after the other (ast_format_cap_update_by_allow_disallow()).

    Returns the codecs in their order, and the words that are none that a trunk can have.
    """
    allowed, strange = list(before), []
    for entry in entries:
        for word in filter(None, fold(entry.value).split(",")):
            refused = (fold(entry.key) == "disallow") != word.startswith("!")
            name = word[1:] if word.startswith("!") else word
            if name == "all" and refused:
                allowed = []
            elif name not in CODECS:
                strange.append((entry, name))
            elif refused:
                allowed = [codec for codec in allowed if codec != name]
            elif name not in allowed:
                allowed.append(name)
    return allowed, strange

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of sip.conf: options that chan_sip of Asterisk 16 does not read where they are, and those said twice."""

from __future__ import annotations

from bisect import bisect
from typing import Dict, Iterator, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.option_table import MODULES
from ..drivers.sip_conf import TYPES
from .rule import ERROR, HINT, SECURITY, WARNING, Edit, Rulebook, Spot, Spots
from .sip_words import (
    FROM_PJSIP,
    GONE,
    IN_GENERAL,
    IN_PEERS,
    OF_GENERAL,
    OF_PEERS,
    OLDER,
    OLDER_NAME,
    REMOVED,
    UNKNOWN,
    Strange,
    near,
)
from .views import ACCOUNT, AUTHENTICATION, GENERAL, SipConf

book = Rulebook("sip.conf")

PEER = "[provider]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\ncontext=from-provider\n"
_ACL = ("permit", "deny", "acl")
# Of an option of peers, what to write for all of them.
_FOR_ALL = {
    "auth": "move it into [authentication]",
    "port": "write bindport for the port that Asterisk listens on, or port in a peer",
    "host": "move it into the peer",
    "type": "remove it",
}


def _strange(sip: SipConf, *matters: str) -> Iterator[Tuple[EffectiveSection, EffectiveEntry, Strange]]:
    return (one for one in sip.strangers if one[2].matter in matters)


@book.whole(
    id="SIP001",
    severity=ERROR,
    title="unknown option",
    why="chan_sip has no such option and ignores it without a word in the log",
    fix="correct its name, or remove it",
    bad=PEER + "call_limit=2\n",
    good=PEER + "call-limit=2\n",
    effect="the number of calls has no limit",
)
def unknown(sip: SipConf) -> Spots:
    for section, entry, matter in _strange(sip, UNKNOWN):
        if matter.instead:
            edit = Edit(key=matter.instead, safe=False)
            yield Spot(entry, section=section.name, fix=f"did you mean {matter.instead}?", edit=edit)
        else:
            yield Spot(entry, section=section.name)
    for section, entry in _beside_accounts(sip):
        if fold(entry.key) not in IN_PEERS | IN_GENERAL:
            yield Spot(entry, section=section.name)


def _beside_accounts(sip: SipConf) -> Iterator[Tuple[EffectiveSection, EffectiveEntry]]:
    """What is not auth in [authentication]."""
    for section in sip.sections:
        if not section.template and sip.scope(section) == AUTHENTICATION:
            yield from ((section, entry) for entry in section.entries if fold(entry.key) != "auth")


@book.section(
    ACCOUNT,
    id="SIP002",
    severity=ERROR,
    title="no type, or an unknown one",
    why="chan_sip skips the whole section",
    fix="write type=peer for a provider",
    bad=PEER.replace("type=peer", "type=freind"),
    good=PEER,
    effect="there is no such peer",
)
def wrong_type(section: EffectiveSection, sip: SipConf) -> Spots:
    types = section.values("type")
    if not types and section.line is not None:
        yield Spot(section)
    for place, entry in enumerate(types):
        word = fold(entry.value)
        if word in TYPES:
            continue
        if word in MODULES:
            why = "that is an object of pjsip.conf: chan_sip skips the whole section"
            yield Spot(entry, part=entry.value, why=why, fix="move the section into pjsip.conf")
            continue
        meant = near(word, TYPES)
        yield Spot(
            entry,
            part=entry.value,
            why="chan_sip ignores it, and keeps the type before" if place else "",
            fix=f"did you mean {meant}?" if meant else "",
            edit=Edit(value=meant, safe=False) if meant else None,
        )


@book.whole(
    id="SIP055",
    severity=HINT,
    title="older name of an option",
    why="it works, but is kept for old files only, and documentation no longer has it",
    fix="write the name of today",
    bad=PEER + "username=alice\n",
    good=PEER + "defaultuser=alice\n",
)
def older_name(sip: SipConf) -> Spots:
    for section, entry, matter in _strange(sip, OLDER_NAME):
        edit = Edit(key=matter.instead)
        yield Spot(entry, section=section.name, fix=f"write {matter.instead}", edit=edit)


@book.whole(
    id="SIP060",
    severity=ERROR,
    title="setting of [general] in a peer",
    why="chan_sip reads it in [general] alone, and ignores it here without a word in the log",
    fix="move it into [general]",
    bad=PEER + "srvlookup=no\n",
    good="[general]\nsrvlookup=no\n" + PEER,
    effect="it stays as it is without it",
)
def of_general(sip: SipConf) -> Spots:
    for section, entry, _matter in _strange(sip, OF_GENERAL):
        yield Spot(entry, section=section.name)


@book.whole(
    id="SIP061",
    severity=ERROR,
    title="option of a peer outside of peers",
    why="chan_sip reads it in peers alone, and ignores it here without a word in the log",
    fix="write it into each peer, maybe by a template",
    bad="[general]\nencryption=yes\n" + PEER,
    good=PEER + "encryption=yes\n",
    effect="the peer is without it: calls are not encrypted",
)
def of_peers(sip: SipConf) -> Spots:
    for section, entry, _matter in _strange(sip, OF_PEERS):
        key = fold(entry.key)
        if key not in _ACL:
            yield Spot(entry, section=section.name, fix=_FOR_ALL.get(key, ""))
    for section, entry in _beside_accounts(sip):
        if fold(entry.key) in IN_PEERS | IN_GENERAL:
            why, fix = (
                "in [authentication], chan_sip reads auth alone",
                "move it into a peer, or into [general]",
            )
            yield Spot(entry, section=section.name, why=why, fix=fix)


@book.whole(
    id="SIP064",
    severity=SECURITY,
    title="access list in [general]",
    why="chan_sip reads permit, deny and acl in peers alone: here they keep nobody out",
    fix="write it into each peer, maybe by a template",
    bad="[general]\ndeny=0.0.0.0/0\ndeny=::/0\npermit=198.51.100.0/24\n" + PEER,
    good=PEER + "deny=0.0.0.0/0\ndeny=::/0\npermit=198.51.100.0/24\n",
    effect="a call from an address that is denied is let in",
)
def general_access_list(sip: SipConf) -> Spots:
    for section, entry, _matter in _strange(sip, OF_PEERS):
        if fold(entry.key) in _ACL:
            yield Spot(entry, section=section.name)


@book.whole(
    id="SIP062",
    severity=ERROR,
    title="option of pjsip.conf",
    why="chan_pjsip has it; chan_sip has not, and ignores it without a word in the log",
    fix="remove it, or move the trunk into pjsip.conf",
    bad=PEER + "dtmf_mode=info\n",
    good=PEER + "dtmfmode=info\n",
    effect="it has no effect: DTMF is sent as rfc2833",
)
def of_pjsip(sip: SipConf) -> Spots:
    for section, entry, matter in _strange(sip, FROM_PJSIP):
        # An option, not advice in several words.
        edit = Edit(key=matter.instead, safe=False) if matter.instead in IN_PEERS | IN_GENERAL else None
        fix = f"in sip.conf, it is {matter.instead}" if matter.instead else ""
        yield Spot(entry, section=section.name, fix=fix, edit=edit)


@book.whole(
    id="SIP063",
    severity=WARNING,
    title="option of an earlier Asterisk",
    why="Asterisk 16 no longer has it, and ignores it without a word in the log",
    fix="remove it",
    bad=PEER + "incominglimit=2\n",
    good=PEER + "call-limit=2\n",
    effect="the number of calls has no limit",
)
def removed(sip: SipConf) -> Spots:
    for section, entry, _matter in _strange(sip, GONE):
        yield Spot(entry, section=section.name, fix=REMOVED[fold(entry.key)])


# Each of several counts, or adds something.
# fmt: off
_SEVERAL = frozenset({
    "register", "mwi", "localnet", "domain", "permit", "deny", "acl", "contactpermit", "contactdeny", "contactacl",
    "directmediapermit", "directmediadeny", "directmediaacl", "allow", "disallow", "setvar", "header", "auth",
    "mailbox", "sendrpid", "nat", "type", "t38pt_udptl", "faxdetect", "disallowed_methods", "insecure",
    "callcounter", "call-limit",
})
# fmt: on
_ONCE = (IN_PEERS | IN_GENERAL) - _SEVERAL
_ALSO = {**OLDER, "bindaddr": "udpbindaddr", "tlscert": "tlscertfile", "tlscadir": "tlscapath"}


@book.section(
    ACCOUNT,
    GENERAL,
    id="SIP065",
    severity=WARNING,
    title="option twice, with two values",
    why="the last one counts: this one has no effect",
    fix="remove one of the two",
    bad=PEER + "dtmfmode=info\ndtmfmode=inband\n",
    good=PEER + "dtmfmode=info\n",
    effect="the second value is taken",
)
def twice(section: EffectiveSection, sip: SipConf) -> Spots:
    seen: Dict[str, EffectiveEntry] = {}
    for entry in section.entries:
        key = fold(entry.key)
        key = _ALSO.get(key, key)
        before = seen.get(key)
        seen[key] = entry
        if not before or key not in _ONCE or fold(before.value) == fold(entry.value):
            continue
        if _side_by_side(before, entry, section, sip):
            yield Spot(before)


@book.section(
    ACCOUNT,
    GENERAL,
    id="SIP023",
    severity=WARNING,
    title="insecure on two lines",
    why="the words do not add up: the last line counts, and this one has no effect",
    fix="write one line: insecure=port,invite",
    bad=PEER.replace("insecure=port,invite", "insecure=invite\ninsecure=port"),
    good=PEER,
    effect="insecure is port alone",
)
def insecure_twice(section: EffectiveSection, sip: SipConf) -> Spots:
    entries = section.values("insecure")
    for before, entry in zip(entries, entries[1:]):
        if fold(before.value) != fold(entry.value) and _side_by_side(before, entry, section, sip):
            yield Spot(before)


def _side_by_side(
    before: EffectiveEntry, after: EffectiveEntry, section: EffectiveSection, sip: SipConf
) -> bool:
    """Whether both are below the section's own header: over a template, or in an addition, the second is meant."""
    if not section.path == before.path == after.path:
        return False
    headers = sip.headers.get(section.path, [])
    lines = [line for line in (section.line, before.line, after.line) if line is not None]
    return len(lines) == 3 and len({bisect(headers, line) for line in lines}) == 1

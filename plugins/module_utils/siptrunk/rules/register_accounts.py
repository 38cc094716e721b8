# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registrations of sip.conf beside each other, and beside the peers (channels/chan_sip.c of Asterisk 16)."""

from __future__ import annotations

import re
from typing import Dict, Iterator, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from .accounts import is_dynamic, types
from .rule import ERROR, HINT, SECURITY, WARNING, Rulebook, Spot, Spots
from .views import ACCOUNT, GENERAL, Register, SipConf, said

book = Rulebook("sip.conf")

_HEAD = "[general]\nallowguest=no\n"
_LINE = "register => 43212345:gRe3n@192.0.2.1/1234\n"
_REST = "insecure=port,invite\ncontext=from-provider\ndisallow=all\nallow=alaw\nqualify=yes\n"
_PEER = f"[provider]\ntype=peer\nhost=192.0.2.1\n{_REST}"
_ACCOUNT = _PEER + "defaultuser=43212345\nremotesecret=gRe3n\ncallbackextension=1234\n"
# Seconds; the time that a provider grants is mostly 120 or more.
_SHORT = 60


@book.option(
    (ACCOUNT, "", "authentication"),
    "register",
    id="REG025",
    severity=ERROR,
    title="a register line where nobody reads it",
    why="register counts in the first [general] only; here nothing is registered, and nothing is said",
    fix="move it there, or into [general](+)",
    bad=_HEAD + _PEER + _LINE,
    good=_HEAD + _LINE + _PEER,
    effect="there is no registration",
)
def elsewhere(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    yield Spot(entry)


@book.whole(
    id="REG026",
    severity=WARNING,
    title="one account, registered twice",
    why="two lines register the same user at the same host, and each takes the other's place at the provider",
    fix="keep one of them",
    bad=_HEAD + _LINE + _LINE.replace("1234\n", "5678\n") + _PEER,
    good=_HEAD + _LINE + _PEER,
    effect="there are two registrations of one user",
)
def twice(sip: SipConf) -> Spots:
    seen: Dict[Tuple[str, str, int, str], str] = {}
    for register in sip.registers:
        line = register.parsed.line
        if line and line.user and line.host:
            account = (line.user, fold(line.host), line.effective_port, fold(line.domain or ""))
            # chan_sip itself takes lines of the same text for one.
            if seen.setdefault(account, register.entry.value) != register.entry.value:
                yield Spot(register.entry, section=GENERAL)


@book.whole(
    id="REG021",
    severity=SECURITY,
    title="a registration that moves a peer",
    why="the peer before the ? gets the address of the registrar: that one is trusted, and the peer's own host no more",
    fix="name a peer that has the same host, or none",
    bad=_HEAD + "register => provider?43212345:gRe3n@198.51.100.9/1234\n" + _PEER,
    good=_HEAD + "register => provider?43212345:gRe3n@192.0.2.1/1234\n" + _PEER,
    effect="the peer has the registrar's address",
)
def moved_peer(sip: SipConf) -> Spots:
    for register, peer in _with_peers(sip):
        line = register.parsed.line
        host = said(peer, "host") if peer else ""
        if (
            line
            and peer
            and host
            and not is_dynamic(peer)
            and fold(host).strip("[]") != fold(line.host).strip("[]")
        ):
            yield Spot(register.entry, section=GENERAL)


@book.whole(
    id="REG022",
    severity=WARNING,
    title="a registration by a peer that is not there",
    why="without such a peer, its name becomes the domain of the account, which the provider does not know",
    fix="correct the name of the peer before the ?, or remove it",
    bad=_HEAD + "register => provder?43212345:gRe3n@192.0.2.1/1234\n" + _PEER,
    good=_HEAD + "register => provider?43212345:gRe3n@192.0.2.1/1234\n" + _PEER,
    whole=True,
    effect="the registration's domain is the name of the peer",
)
def missing_peer(sip: SipConf) -> Spots:
    for register, peer in _with_peers(sip):
        if peer is None and not sip.is_part:
            yield Spot(register.entry, section=GENERAL)


@book.whole(
    id="REG024",
    severity=WARNING,
    title="an expiry that comes too late",
    why="a register line takes the defaultexpiry that stands above it; this one is read when the line is done",
    fix="put defaultexpiry above the register lines, or give them an expiry: ~1800",
    bad=_HEAD + _LINE + "defaultexpiry=1800\n" + _PEER,
    good=_HEAD + "defaultexpiry=1800\n" + _LINE + _PEER,
    effect="the registration is for 120 s",
)
def late_expiry(sip: SipConf) -> Spots:
    general = sip.general
    if general is None:
        return
    places, lines = general.places("defaultexpiry"), general.places("register")
    if places and lines and places[-1] > lines[0]:
        before = [general.entries[place].value for place in places if place < lines[0]]
        late = general.entries[places[-1]]
        waiting = [one for one in sip.registers if one.parsed.line and one.parsed.line.expiry is None]
        if waiting and late.value not in before[-1:]:
            yield Spot(late, section=GENERAL)


@book.whole(
    id="REG029",
    severity=HINT,
    title="a registration without a number",
    why="the provider is told to call s, which many refuse, and which tells no trunk from another",
    fix="write the number behind the host: user:secret@host/number",
    bad=_HEAD + _LINE.replace("/1234", "") + _PEER,
    good=_HEAD + _LINE + _PEER,
    effect="the Contact in the REGISTER is for s",
)
def no_number(sip: SipConf) -> Spots:
    for register in sip.registers:
        line = register.parsed.line
        if line and line.extension is None and not register.parsed.notices:
            yield Spot(register.entry, section=GENERAL)


@book.whole(
    id="REG035",
    severity=WARNING,
    title="a registration every few seconds",
    why="providers take such a short expiry for an attack, or grant another one",
    fix="write at least 60 s, better 1800: keep-alive is the task of qualify",
    bad=_HEAD + _LINE.replace("1234\n", "1234~20\n") + _PEER,
    good=_HEAD + _LINE.replace("1234\n", "1234~1800\n") + _PEER,
)
def hammering(sip: SipConf) -> Spots:
    for register in sip.registers:
        expiry = register.parsed.line.expiry if register.parsed.line else None
        if expiry is not None and 0 < expiry < _SHORT:
            yield Spot(register.entry, section=GENERAL)


@book.option(
    GENERAL,
    "registerattempts",
    id="SIP048",
    severity=WARNING,
    title="a registration that gives up",
    why="after so many tries without an answer a registration fails for good, until somebody reloads",
    fix="remove it, or set registerattempts=0: try for ever",
    bad=_HEAD + "registerattempts=1\nregistertimeout=1\n" + _LINE + _PEER,
    good=_HEAD + "registerattempts=0\nregistertimeout=1\n" + _LINE + _PEER,
    effect="the state of the registration is Failed",
)
def gives_up(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if re.fullmatch("0*[1-9][0-9]*", entry.value):
        yield Spot(entry, part=entry.value)


@book.option(
    ACCOUNT,
    "callbackextension",
    id="CBX001",
    severity=ERROR,
    title="callbackextension forgets port and transport",
    why="the registration that callbackextension makes goes to port 5060 by UDP, whatever port and transport say",
    fix="write a register line instead",
    bad=_HEAD + _ACCOUNT + "port=5070\n",
    good=_HEAD + _LINE.replace("/1234", ":5070/1234") + _PEER + "port=5070\n",
    effect="it registers at port 5060",
)
def forgotten_port(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if not _registers(entry, section):
        return
    port, transport = section.last("port"), section.last("transport")
    if port and port.value != "5060":
        yield Spot(port)
    elif transport and not fold(transport.value).startswith("udp"):
        yield Spot(transport)


@book.option(
    ACCOUNT,
    "callbackextension",
    id="CBX002",
    severity=ERROR,
    title="a password that callbackextension breaks",
    why="the line that callbackextension makes has no quotes, so that : / ? and quotes in the password end it",
    fix="write a register line, with the password in quotes",
    bad=_HEAD + _ACCOUNT.replace("gRe3n", "gRe3n/house"),
    good=_HEAD + _ACCOUNT,
    effect="there is no registration",
)
def broken_secret(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    secret = section.last("remotesecret") or section.last("secret")
    if _registers(entry, section) and secret and set(secret.value) & set(':/?"'):
        yield Spot(secret)


@book.option(
    ACCOUNT,
    "callbackextension",
    id="CBX004",
    severity=WARNING,
    title="registered by a line and by callbackextension",
    why="callbackextension makes a register line of its own, and each takes the other's place at the provider",
    fix="remove callbackextension, or the register line",
    bad=_HEAD + _LINE + _ACCOUNT,
    good=_HEAD + _ACCOUNT,
    effect="there are two registrations of one user",
)
def both_ways(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    user = said(section, "defaultuser") or said(section, "username") or said(section, "fromuser")
    account = (user, fold(said(section, "host")))
    lines = {(one.parsed.line.user, fold(one.parsed.line.host)) for one in sip.registers if one.parsed.line}
    if _registers(entry, section) and account in lines:
        yield Spot(entry)


def _registers(entry: EffectiveEntry, section: EffectiveSection) -> bool:
    return bool(entry.value) and entry is section.last("callbackextension") and "peer" in types(section)


def _with_peers(sip: SipConf) -> Iterator[Tuple[Register, EffectiveSection | None]]:
    """The lines that name a peer, with the peer."""
    for register in sip.registers:
        line = register.parsed.line
        # What is in fact a part of the password is another rule's.
        if line and line.peer and not re.search("[:@/]", line.peer):
            yield register, sip.accounts_by_name.get(fold(line.peer))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by sip.conf, as channels/chan_sip.c of Asterisk 16 reads it."""

from __future__ import annotations

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import NO, YES
from .accounts import is_address, is_challenged, is_dynamic, is_phone, secret_of, types
from .rule import ERROR, SECURITY, WARNING, Rulebook, Spot, Spots
from .views import ACCOUNT, GENERAL, SipConf, said, words

book = Rulebook("sip.conf")

_REST = "insecure=port,invite\ncontext=from-provider\ndisallow=all\nallow=alaw\nqualify=yes\n"
_PEER = f"[provider-in]\ntype=peer\nhost=192.0.2.1\n{_REST}"
_PHONE = "[phone]\ntype=friend\nhost=dynamic\ncontext=from-provider\ndisallow=all\nallow=alaw\n"
_SECRET = "secret=gRe3n-h0use\n"
WELL_KNOWN = frozenset(
    (
        *("0000", "1111", "1234", "12345", "123456", "1234567", "12345678", "123456789", "4321", "abc123"),
        *("admin", "asterisk", "changeme", "default", "passw0rd", "password", "qwerty", "secret", "test"),
        *("voip", "welcome"),
    )
)


@book.whole(
    id="SIP007",
    severity=SECURITY,
    title="guests are let in",
    why="calls from anywhere, of whoever is no peer, are let into the dialplan; without a word on it, too",
    fix="set allowguest=no in [general]",
    bad="[general]\nallowguest=yes\n",
    good="[general]\nallowguest=no\n",
    effect="a stranger's call is answered",
)
def guests(sip: SipConf) -> Spots:
    setting = sip.general.last("allowguest") if sip.general else None
    if setting is None:
        # What is included may be closed by what includes it.
        if sip.general and not sip.is_part:
            yield Spot(sip.general)
    elif fold(setting.value) in YES:
        yield Spot(setting, section=GENERAL)


@book.option(
    ACCOUNT,
    "type",
    id="SIP003",
    severity=SECURITY,
    title="a trunk that is recognised by its name",
    why="a caller who writes the section's name into From is taken for it, whatever his address",
    fix="set type=peer, which is recognised by its address",
    bad=_PEER.replace("peer", "friend"),
    good=_PEER,
    effect="a stranger's call that has the section's name in From is answered",
)
def matched_by_name(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    kind = fold(entry.value)
    # A telephone is a friend that registers, or a user with a password.
    if (kind == "friend" and not is_dynamic(section)) or (kind == "user" and not is_challenged(section)):
        yield Spot(entry, part=entry.value)


@book.option(
    ACCOUNT,
    "host",
    id="SIP005",
    severity=SECURITY,
    title="anybody may register",
    why="host=dynamic without a secret: anyone may register as this account, gets its calls, and may call",
    fix="set the provider's host; a telephone needs a secret",
    bad=_PHONE,
    good=_PHONE + _SECRET,
    effect="a REGISTER without a password is accepted",
)
def open_registration(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    closed = secret_of(section) or section.values("deny") or section.values("contactdeny")
    if (
        is_dynamic(section)
        and entry is section.last("host")
        and types(section) & {"peer", "friend"}
        and not closed
    ):
        yield Spot(entry, part=entry.value)


@book.option(
    GENERAL,
    "alwaysauthreject",
    id="SIP008",
    severity=SECURITY,
    title="strangers learn which accounts there are",
    why="a name that exists is answered otherwise than one that does not, so accounts can be looked for",
    fix="remove it, or set alwaysauthreject=yes",
    bad="[general]\nallowguest=no\nalwaysauthreject=no\n" + _PHONE + _SECRET,
    good="[general]\nallowguest=no\nalwaysauthreject=yes\n" + _PHONE + _SECRET,
    effect="a REGISTER for an account is answered otherwise than one for a name that nobody has",
)
def tells_names(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if fold(entry.value) in NO:
        yield Spot(entry, part=entry.value)


@book.option(
    GENERAL,
    "autocreatepeer",
    id="SIP009",
    severity=SECURITY,
    title="whoever registers gets an account",
    why="a REGISTER under any name makes an account of it, without a password",
    fix="remove autocreatepeer",
    bad="[general]\nallowguest=no\nautocreatepeer=yes\n",
    good="[general]\nallowguest=no\nautocreatepeer=no\n",
    effect="a REGISTER under a name that nobody configured is accepted",
)
def created_by_strangers(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if fold(entry.value) not in NO:
        yield Spot(entry, part=entry.value)


@book.section(
    ACCOUNT,
    id="SIP053",
    severity=SECURITY,
    title="a telephone that is not asked for its password",
    why="who registers from anywhere needs no password for calls any more, and a friend not even a registration",
    fix="remove invite from insecure, or set the host instead of dynamic",
    bad=_PHONE + _SECRET + "insecure=invite\n",
    good=_PHONE + _SECRET,
    effect="a stranger's call that has the section's name in From is answered",
)
def phone_not_challenged(section: EffectiveSection, sip: SipConf) -> Spots:
    # What [general] says holds for those who say nothing themselves.
    general = sip.general.last("insecure") if sip.general else None
    setting = section.last("insecure") or general
    if setting is None or not is_dynamic(section) or not secret_of(section) or section.values("deny"):
        return
    if "invite" in map(fold, words(setting.value)):
        yield Spot(setting, part="invite", section=GENERAL if setting is general else "")


@book.option(
    ACCOUNT,
    "permit",
    id="SIP011",
    severity=SECURITY,
    title="permit without deny",
    why="permit without deny restricts nothing: the list begins with everything allowed",
    fix="put deny=0.0.0.0/0.0.0.0 and deny=::/0 before it",
    bad=_PEER + "permit=198.51.100.0/24\n",
    good=_PEER + "deny=0.0.0.0/0\ndeny=::/0\npermit=198.51.100.0/24\n",
    effect="a call from an address that no permit names is let in",
)
def permit_without_deny(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if entry is section.values("permit")[0] and not section.values("deny"):
        yield Spot(entry)


@book.section(
    ACCOUNT,
    id="SIP012",
    severity=ERROR,
    title="everybody is denied after some were permitted",
    why="the last rule that matches counts: a deny of everything behind the permits denies them, too",
    fix="put the deny before the permits",
    bad=_PEER + "permit=192.0.2.0/24\ndeny=0.0.0.0/0\n",
    good=_PEER + "deny=0.0.0.0/0\npermit=192.0.2.0/24\n",
    effect="the provider's call is refused",
)
def denied_after_all(section: EffectiveSection, sip: SipConf) -> Spots:
    denies = [place for place in section.places("deny") if section.entries[place].value in _EVERYBODY]
    permits = section.places("permit")
    if denies and permits and permits[-1] < denies[-1]:
        yield Spot(section.entries[denies[-1]])


@book.option(
    ACCOUNT,
    "secret",
    id="SIP092",
    severity=SECURITY,
    title="a password that is tried first",
    why="machines on the Internet try names and well-known words as passwords, day and night",
    fix="invent a long one; a telephone does not mind",
    bad=_PHONE + "secret=phone\n",
    good=_PHONE + _SECRET,
)
def weak_secret(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if is_phone(section) and fold(entry.value) in {fold(section.name), *WELL_KNOWN}:
        yield Spot(entry)


@book.whole(
    id="SIP090",
    severity=WARNING,
    title="a registration without a peer for its calls",
    why="no peer has the host of this line, so the provider's calls come from a stranger and are refused",
    fix="add a section with type=peer, that host, and insecure=port,invite",
    bad="[general]\nallowguest=no\nregister => u:gRe3n@192.0.2.9/1234\n" + _PEER,
    good="[general]\nallowguest=no\nregister => u:gRe3n@192.0.2.1/1234\n" + _PEER,
    whole=True,
    effect="a call from where the line registers is refused",
)
def deaf(sip: SipConf) -> Spots:
    if sip.is_part or fold(sip.setting("allowguest", "yes")) not in NO:
        return
    hosts = {fold(said(peer, "host")).strip("[]") for peer in sip.accounts if types(peer) & {"peer"}}
    hosts -= {"", "dynamic"}
    for register in sip.registers:
        line = register.parsed.line
        # A name may stand for an address, and the other way round.
        if (
            line
            and fold(line.host) not in hosts
            and all(is_address(one) == is_address(line.host) for one in hosts)
        ):
            yield Spot(register.entry, section=GENERAL)


_EVERYBODY = frozenset({"0.0.0.0/0", "0.0.0.0/0.0.0.0", "0/0"})

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URIs of pjsip.conf, as pjproject reads them: the same in Asterisk 16 and 22."""

from __future__ import annotations

import re
from typing import Dict, Iterator, Optional, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from .pjsip_values import ACCOUNT, REGISTRATION
from .pjsip_vocabulary import GONE
from .rule import ERROR, Edit, Rulebook, Spot, Spots
from .views import PjsipConf, View

book = Rulebook("pjsip.conf")

# What is a URI, by kind of object; of a contact several, joined by commas.
URIS: Dict[str, Tuple[str, ...]] = {
    "aor": ("contact", "outbound_proxy"),
    "endpoint": ("outbound_proxy",),
    "outbound-publish": ("server_uri", "from_uri", "to_uri", "outbound_proxy"),
    "registration": ("server_uri", "client_uri", "outbound_proxy"),
}
_KEYS = tuple(sorted({key for keys in URIS.values() for key in keys}))
_SCHEME = re.compile(r"sips?:", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(?:[\w.+-]+@)?(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:;.*)?")
_COMMENT = re.compile(r"(?<!\\);")
# Parameters that are meant for a URI, right behind a ; that begins a comment.
CUT = re.compile(
    r"(?<![\\\s]);((?:transport|user|maddr|ttl|method|line|lr|hide|ob)\b[^;\s]*(?:\\?;[\w=.-]+)*)"
)
_NOT_IN_USER = re.compile(r"[^\x21-\x7e]|[<>\"`{}|\\^\[\]]")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:<>\"`{}|\\^\[\]@]+)(?::(?P<port>[0-9]+))?")


def without_scheme(value: str) -> bool:
    return bool(value) and not _SCHEME.match(value.lstrip("<"))


def wrong_uri(value: str) -> Tuple[str, str]:
    """What is wrong with a URI that has a scheme, and the way out; ("", "") when nothing is."""
    if value.startswith("<"):
        value = value[1:].partition(">")[0]
    rest = value[value.find(":") + 1 :]
    user, at, tail = rest.partition("@")
    if not at:
        user, tail = "", rest
    server = re.split("[;?]", tail, maxsplit=1)[0]
    if "@" in server:
        return "the user has an @ of its own", "write %40 for it"
    if at and not user:
        return "there is no user before the @", "write it, or leave out the @"
    if _NOT_IN_USER.search(user):
        return (
            "the user has a character that a URI cannot have",
            "write it as % and its two hexadecimal digits",
        )
    if server.startswith("//"):
        return "a SIP URI has no //", "remove it"
    host = _HOST.fullmatch(server)
    if not host or not server.isascii():
        if server.count(":") > 1 and not server.startswith("["):
            return "an IPv6 address must stand in brackets", "write [ADDRESS]:PORT"
        return "host or port cannot be read", "write HOST, HOST:PORT or [ADDRESS]:PORT"
    if host["port"] and (len(host["port"]) > 5 or int(host["port"]) > 65535):
        return "there is no such port", "write one from 1 to 65535"
    return "", ""


def uris(key: str, value: str) -> Iterator[str]:
    yield from (one.strip() for one in (value.split(",") if key == "contact" else [value]))


def cut_off(entry: EffectiveEntry, view: View) -> Optional[str]:
    """The parameters that an unescaped ; has made a comment of."""
    line = view.line(entry.path, entry.line)
    comment = _COMMENT.search(line)
    found = CUT.match(line, comment.start()) if comment else None
    return found[1] if found else None


def _is_uri(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> bool:
    return fold(entry.key) in URIS[pjsip.scope(section)]


@book.option(
    tuple(URIS),
    *_KEYS,
    id="PJ017",
    severity=ERROR,
    title="a URI without sip:",
    why=f"without sip: it is no URI, and {GONE}, or calls through it fail",
    fix="begin it with sip:",
    bad=ACCOUNT + REGISTRATION.replace("=sip:192.0.2.1", "=192.0.2.1"),
    good=ACCOUNT + REGISTRATION,
    effect="there is no registration",
)
def no_scheme(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if _is_uri(entry, section, pjsip):
        for uri in uris(fold(entry.key), entry.value):
            if without_scheme(uri):
                plain = uri == entry.value and _HOST_AND_PORT.fullmatch(uri)
                edit = Edit(value=f"sip:{uri}", safe=False) if plain else None
                yield Spot(entry, part=uri, edit=edit)


@book.option(
    tuple(URIS),
    *_KEYS,
    id="PJ018",
    severity=ERROR,
    title="a URI that is cut at a semicolon",
    why="a ; begins a comment: the parameters behind it are lost, be it transport=tls",
    fix="write \\; instead",
    bad=ACCOUNT + REGISTRATION.replace("server_uri=sip:192.0.2.1", "server_uri=sip:192.0.2.1;transport=tcp"),
    good=ACCOUNT
    + REGISTRATION.replace("server_uri=sip:192.0.2.1", "server_uri=sip:192.0.2.1\\;transport=tcp"),
    effect="the REGISTER comes by UDP",
)
def cut_uri(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    lost = cut_off(entry, pjsip) if _is_uri(entry, section, pjsip) else None
    if lost:
        whole = f"{entry.value};" + lost.replace("\\;", ";")
        yield Spot(entry, part=";" + lost.partition("=")[0], edit=Edit(value=whole, safe=False))


@book.option(
    tuple(URIS),
    *_KEYS,
    id="PJ019",
    severity=ERROR,
    title="a URI that cannot be read",
    why=f"it is no URI, and {GONE}, or calls through it fail",
    fix="correct it",
    bad=ACCOUNT + REGISTRATION.replace("alice@", "al@ice@"),
    good=ACCOUNT + REGISTRATION.replace("alice@", "al%40ice@"),
    effect="there is no registration",
)
def unreadable(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if _is_uri(entry, section, pjsip):
        for uri in uris(fold(entry.key), entry.value):
            why, fix = wrong_uri(uri) if uri and not without_scheme(uri) else ("", "")
            if why:
                yield Spot(entry, why=f"{why}: {GONE}, or calls through it fail", fix=fix)

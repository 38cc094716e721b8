# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes calls fail, though chan_sip of Asterisk 16 loads it: hosts, ports, transports, codecs, NAT."""

from __future__ import annotations

import re

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import NO, YES
from ..drivers.sip_conf import ENABLING
from ..fields import is_address
from .rule import ERROR, WARNING, Edit, Rulebook, Spot, Spots
from .sip_values import BOTH, leading
from .sip_vocabulary import PEER
from .sip_words import near
from .truths import MEANS_NO, truth_edit, truth_meant
from .views import ACCOUNT, GENERAL, SipConf

book = Rulebook("sip.conf")

_NAME = re.compile(r"[^\s:/,;@&|<>\"'=()\[\]]+")
_SCHEME = re.compile(r"(?:sips?:|[a-z]+://)", re.IGNORECASE)


@book.option(
    ACCOUNT,
    "host",
    id="SIP016",
    severity=ERROR,
    title="host is not one host",
    why="chan_sip takes all of it for a name, finds none, and the peer has no address: no call in or out",
    fix="write one name or address; the port into port, the transport into transport",
    bad=PEER.replace("192.0.2.1", "192.0.2.1:5070"),
    good=PEER + "port=5070\n",
    effect="the peer has no address",
)
def host(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    value = entry.value
    if not value:
        yield Spot(entry, why="without a host, chan_sip removes the peer")
    elif is_address(value) or fold(value) == "dynamic":
        return
    elif re.fullmatch(r"[0-9.]+", value):
        why = "it is no address, and chan_sip makes another address of it, or none"
        yield Spot(entry, part=value, why=why, fix="write four numbers from 0 to 255")
    elif not _NAME.fullmatch(value):
        bare = _SCHEME.sub("", value, count=1)
        plain = bare != value and (is_address(bare) or _NAME.fullmatch(bare))
        if "/" in bare:
            fix = (
                "write one host; a network that calls come from can be permitted, but no peer is found by it"
            )
        elif re.search(r"[\s,&|]", value):
            fix = "write one peer for each host"
        else:
            fix = ""
        yield Spot(entry, part=value, fix=fix, edit=Edit(value=bare, safe=False) if plain else None)


@book.section(
    ACCOUNT,
    id="SIP076",
    severity=ERROR,
    title="peer without a host",
    why="the peer has no address: no call in or out",
    fix="write host, with the name or the address of the provider",
    bad=PEER.replace("host=192.0.2.1\n", ""),
    good=PEER,
    effect="the peer has no address",
    whole=True,
)
def no_host(section: EffectiveSection, sip: SipConf) -> Spots:
    if sip.is_part or section.places("host") or section.places("defaultip"):
        return
    if [fold(entry.value) for entry in section.values("type")] == ["peer"]:
        yield Spot(section)


@book.option(
    ACCOUNT,
    "defaultip",
    id="SIP072",
    severity=ERROR,
    title="defaultip is not one host",
    why="chan_sip takes all of it for a name, finds none, and removes the peer",
    fix="write an address, without a port",
    bad=PEER + "defaultip=192.0.2.1:5070\n",
    good=PEER + "defaultip=192.0.2.1\n",
    effect="there is no such peer",
)
def default_address(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    if entry.value and not is_address(entry.value) and not _NAME.fullmatch(entry.value):
        yield Spot(entry, part=entry.value)


_INSECURE = ("port", "invite")


@book.option(
    BOTH,
    "insecure",
    id="SIP022",
    severity=ERROR,
    title="unknown word for insecure",
    why="chan_sip ignores the word, with a warning, and so the calls are challenged or not known by their address",
    fix="write insecure=port,invite, without blanks",
    bad=PEER.replace("port,invite", "very"),
    good=PEER,
    effect="insecure is no",
)
def insecure(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    value = fold(entry.value)
    if not value or value in NO or value in MEANS_NO:
        return
    wrong = [word for word in value.split(",") if word not in _INSECURE]
    if not wrong:
        return
    found = [word for word in re.split(r"[\s,|&/+]+", value) if word]
    named = [near(word, _INSECURE) or word for word in found]
    if value in ("very", "yes"):
        named = list(_INSECURE)
    edit = Edit(value=",".join(named), safe=False) if named and set(named) <= set(_INSECURE) else None
    yield Spot(entry, part=entry.value if len(wrong) > 1 else wrong[0].strip(), edit=edit)


@book.option(
    BOTH,
    "qualify",
    "keepalive",
    id="SIP032",
    severity=ERROR,
    title="neither yes, no nor a time",
    why="chan_sip takes it for no, with a warning: nobody notices that the provider is away, and NAT forgets the way",
    fix="write yes",
    bad=PEER + "qualify=true\n",
    good=PEER + "qualify=yes\n",
    effect="the peer is not monitored",
)
def monitored(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    word = fold(entry.value)
    time = leading(word)
    if not word or word in ("yes", "no") or word in MEANS_NO or (word in NO and word != "0"):
        return
    if time is None:
        yes = word in YES or truth_meant(word) == "yes"
        yield Spot(entry, part=entry.value, edit=truth_edit("yes" if yes else ""))
    elif time[0] < 0:
        yield Spot(entry, part=entry.value, why="a time is not less than 0")
    elif fold(entry.key) == "qualify" and 0 < time[0] <= 10:
        why = "these are milliseconds: whoever takes longer to answer is unreachable, and is not called"
        yield Spot(entry, part=entry.value, why=why, edit=Edit(value="yes", safe=False))


@book.option(
    BOTH,
    "qualifyfreq",
    id="SIP070",
    severity=WARNING,
    title="qualifyfreq is no sensible number of seconds",
    why="it is the time between two OPTIONS in seconds, and NAT forgets the way in after a minute or so",
    fix="write 60 or so",
    bad=PEER + "qualify=yes\nqualifyfreq=60000\n",
    good=PEER + "qualify=yes\nqualifyfreq=60\n",
    effect="the peer is asked once in 16 hours",
)
def frequency(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    found = leading(entry.value)
    if entry.value and (found is None or not 1 <= found[0] <= 3600):
        yield Spot(entry, part=entry.value)


@book.option(
    ACCOUNT,
    "port",
    id="SIP046",
    severity=ERROR,
    title="not a port",
    why="chan_sip takes the usual port instead, or as much as is a number",
    fix="write a number from 1 to 65535",
    bad=PEER + "port=50600000\n",
    good=PEER + "port=5070\n",
    effect="the peer has port 5060",
)
def port(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    return _wrong_port(entry)


def _wrong_port(entry: EffectiveEntry) -> Spots:
    found = leading(entry.value)
    if entry.value and (found is None or found[1] or not 1 <= found[0] <= 65535):
        yield Spot(entry, part=entry.value)


@book.option(
    GENERAL,
    "bindport",
    "externtcpport",
    "externtlsport",
    id="SIP075",
    severity=ERROR,
    title="not a port of this PBX",
    why="chan_sip listens on, or names, another port",
    fix="write a number from 1 to 65535",
    bad="[general]\nbindport=70000\n",
    good="[general]\nbindport=5060\n",
    effect="it listens on port 4464",
)
def own_port(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    return _wrong_port(entry)


_ADDRESS = re.compile(r"(?P<host>\[[^\]]*\]|[0-9.]+)?(?::[0-9]{1,5})?")


@book.option(
    GENERAL,
    "udpbindaddr",
    "bindaddr",
    "tcpbindaddr",
    "tlsbindaddr",
    "sslbindaddr",
    "externaddr",
    "externip",
    "media_address",
    "rtpbindaddr",
    id="SIP051",
    severity=ERROR,
    title="not an address",
    why="chan_sip looks no name up here: it warns, and goes on without the address",
    fix="write the address, and :PORT if it is not the usual one; for a name, use externhost",
    bad="[general]\nexternaddr=pbx.example.com\n",
    good="[general]\nexternaddr=203.0.113.7\n",
    effect="providers are not told of the address",
)
def own_address(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    match = _ADDRESS.fullmatch(entry.value)
    bare = (match["host"] or "") if match else entry.value
    # inet_aton() takes fewer than four numbers, too; and a zone makes no name of an address.
    if not is_address(bare) and not re.fullmatch(r"[0-9.]*", bare) and "%" not in bare:
        yield Spot(entry, part=entry.value)


_TRANSPORTS = ("udp", "tcp", "tls", "ws", "wss")


@book.option(
    BOTH,
    "transport",
    id="SIP041",
    severity=ERROR,
    title="transport that is not there",
    why="chan_sip drops it; when none is left, calls go by UDP, which nobody encrypts",
    fix="enable it in [general], or write another one",
    bad="[general]\ntcpenable=no\n" + PEER + "transport=tcp\n",
    good="[general]\ntcpenable=yes\n" + PEER + "transport=tcp\n",
    effect="the peer has UDP",
)
def transport(entry: EffectiveEntry, _section: EffectiveSection, sip: SipConf) -> Spots:
    there = False
    for part in entry.value.split(","):
        word = fold(part.strip())
        if word and word not in _TRANSPORTS:
            several = re.split(r"[\s|&/+]+", fold(entry.value))
            edit = Edit(value=",".join(several), safe=False) if set(several) <= set(_TRANSPORTS) else None
            why = "chan_sip knows no such transport: it ignores the word, or reads its first letters only"
            yield Spot(entry, part=part.strip(), why=why, fix="write udp, tcp or tls, with commas", edit=edit)
        elif word in ENABLING and not _is_enabled(sip, ENABLING[word]):
            # Behind one that is there, it is only another way in; and other systems list them all.
            if not there:
                yield Spot(entry, part=part.strip(), fix=f"write {ENABLING[word]}=yes into [general]")
        else:
            there = there or bool(word)


def _is_enabled(sip: SipConf, key: str) -> bool:
    """Also where that may be said elsewhere."""
    word = fold(sip.setting(key))
    if not word:
        return sip.is_part
    return word not in NO if key == "tcpenable" else word in YES


_PROXY = re.compile(
    r"(?:(?:udp|tcp|tls|wss?)://)?(?P<host>\[[^\]]*\]|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*|[^:,\s]+)(?::(?P<port>[^,\s]*))?"
    r"(?:\s*,\s*force)?",
    re.IGNORECASE,
)


@book.option(
    BOTH,
    "outboundproxy",
    id="SIP042",
    severity=ERROR,
    title="not an outbound proxy",
    why="chan_sip takes something else for the name of the proxy, and calls go there, or nowhere",
    fix="write host or host:port, in front of it udp://, tcp:// or tls://, behind it ,force",
    bad=PEER + "outboundproxy=sip:192.0.2.9\n",
    good=PEER + "outboundproxy=192.0.2.9\n",
    effect="the proxy is called sip",
)
def proxy(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    value = entry.value
    if not value:
        return
    match = _PROXY.fullmatch(value)
    if match:
        place = leading(match["port"]) if match["port"] is not None else (5060, "")
        right = place and not place[1] and 1 <= place[0] <= 65535
        if right and (is_address(match["host"]) or _NAME.fullmatch(match["host"])):
            return
    bare = re.sub(r"^(?:sips?:(?://)?)", "", value, flags=re.IGNORECASE)
    mended = bare != value and _PROXY.fullmatch(bare)
    yield Spot(entry, part=value, edit=Edit(value=bare, safe=False) if mended else None)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what the trunks need is loaded, and has its port. These rules are shown the whole Pbx."""

from __future__ import annotations

import re
from typing import Iterator, Tuple, Union

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers import chan_sip
from .rule import ERROR, Rulebook, Spot, Spots
from .views import Modules, Pbx, PjsipConf, said

book = Rulebook("modules.conf")

_SIP = (
    "[general]\nallowguest=no\n"
    "[provider]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\ncontext=from-provider\nqualify=yes\n"
    "disallow=all\nallow=alaw\n"
)
_TRANSPORT = "[udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0\n"
_PJSIP = (
    "[provider]\ntype=endpoint\naors=provider\nidentify_by=ip\ncontext=from-provider\nallow=alaw\n"
    "[provider]\ntype=aor\ncontact=sip:192.0.2.1\nqualify_frequency=30\n"
    "[provider]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
)
_ALL = "[modules]\nautoload=yes\n"
_BIND = re.compile(r"(?P<address>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{1,5}))?")
_EVERYWHERE = frozenset({"", "0.0.0.0", "[::]"})
_SIP_PORT = 5060
# What chan_pjsip does not run without, and what its objects need.
_FOR_PJSIP = (
    "res_pjproject",
    "res_sorcery_config",
    "res_pjsip",
    "res_pjsip_session",
    "chan_pjsip",
)
_FOR_KIND = {
    "identify": "res_pjsip_endpoint_identifier_ip",
    "registration": "res_pjsip_outbound_registration",
}


@book.whole(
    id="MOD001",
    severity=ERROR,
    title="trunks of a module that is not loaded",
    why="Asterisk does not read sip.conf: chan_sip is not loaded",
    fix="load chan_sip.so; or move the trunks to chan_pjsip, by siptrunk convert",
    bad={"sip.conf": _SIP, "modules.conf": _ALL + "noload=chan_sip.so\n"},
    good={"sip.conf": _SIP, "modules.conf": _ALL},
    effect="there is no peer of sip.conf",
    whole=True,
)
def chan_sip_missing(pbx: Pbx) -> Spots:
    modules, sip = pbx.modules, pbx.sip
    if not modules or not sip or modules.loads("chan_sip"):
        return
    # Who has moved to chan_pjsip may keep the old file.
    if _has_trunks("SIP", pbx) and not (_has_trunks("PJSIP", pbx) and modules.loads("chan_pjsip")):
        place = _place(modules, "chan_sip")
        if place:
            yield Spot(place, part=_part(place))


@book.whole(
    id="MOD002",
    severity=ERROR,
    title="trunks that miss a module",
    why="a module that the trunks of pjsip.conf need is not loaded",
    fix="load it",
    bad={"pjsip.conf": _PJSIP, "modules.conf": _ALL + "noload=res_pjsip_endpoint_identifier_ip.so\n"},
    good={"pjsip.conf": _PJSIP, "modules.conf": _ALL},
    effect="there is no endpoint of pjsip.conf, or it does not know its provider's calls",
    whole=True,
)
def pjsip_missing(pbx: Pbx) -> Spots:
    modules, pjsip = pbx.modules, pbx.pjsip
    if not modules or not pjsip or not _has_trunks("PJSIP", pbx):
        return
    if not modules.loads("chan_pjsip") and _has_trunks("SIP", pbx) and modules.loads("chan_sip"):
        return
    for module in _needed(pjsip):
        place = None if modules.loads(module) else _place(modules, module)
        if place:
            yield Spot(place, part=_part(place), why=f"the trunks of pjsip.conf need {module}")


def _needed(pjsip: PjsipConf) -> Iterator[str]:
    yield from _FOR_PJSIP
    for kind, module in _FOR_KIND.items():
        if pjsip.of_kind(kind):
            yield module


def _place(modules: Modules, module: str) -> Union[EffectiveEntry, EffectiveSection, None]:
    """The line that keeps a module out; None where a part of the file may say otherwise."""
    if module in modules.refused:
        return modules.refused[module]
    if modules.is_part or not modules.section:
        return None
    return modules.section.last("autoload") or modules.section


def _part(place: Union[EffectiveEntry, EffectiveSection]) -> str:
    return place.value if isinstance(place, EffectiveEntry) else ""


def _has_trunks(tech: str, pbx: Pbx) -> bool:
    return any(trunk.tech == tech and trunk.is_provider for trunk in pbx.ends.trunks.values())


@book.whole(
    id="MOD003",
    severity=ERROR,
    title="two drivers for one port",
    why="chan_sip and chan_pjsip want the same UDP port, and chan_sip does not get it",
    fix="let one of them listen elsewhere, or do not load the one that is not needed",
    bad={"sip.conf": _SIP, "pjsip.conf": _TRANSPORT + _PJSIP, "modules.conf": _ALL},
    good={
        "sip.conf": _SIP.replace("=no\n", "=no\nudpbindaddr=0.0.0.0:5062\n", 1),
        "pjsip.conf": _TRANSPORT + _PJSIP,
        "modules.conf": _ALL,
    },
    effect="the log says that the address is in use",
    whole=True,
)
def same_port(pbx: Pbx) -> Spots:
    modules, sip, pjsip = pbx.modules, pbx.sip, pbx.pjsip
    if not sip or not pjsip or not (_has_trunks("SIP", pbx) and _has_trunks("PJSIP", pbx)):
        return
    if modules and not (modules.loads("chan_sip") and modules.loads("chan_pjsip")):
        return
    if sip.is_part:
        return
    address = _bind(sip.setting("udpbindaddr", sip.setting("bindaddr")))[0]
    ports = {port.number for port in chan_sip.listening(sip.effective) if port.protocol == "udp"}
    for transport in pjsip.of_kind("transport").values():
        bind = transport.last("bind")
        if bind and fold(said(transport, "protocol", "udp")) == "udp":
            other, port = _bind(bind.value)
            if port in ports and (other == address or {other, address} & _EVERYWHERE):
                yield Spot(bind, section=transport.name)


def _bind(value: str) -> Tuple[str, int]:
    match = _BIND.match(value)
    return (match["address"], int(match["port"] or _SIP_PORT)) if match else ("", _SIP_PORT)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chan_pjsip listens on and sends from: the trunks' own file of transports.

Without a transport it does nothing at all, and a stock pjsip.conf has none. A transport that somebody else has written
is left alone and used; for what none of them does, there is one here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from typing import AbstractSet, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..config.document import Document
from ..config.effective import Effective
from ..config.text import fold
from ..errors import NotRepresentable, Problem, SipTrunkError
from ..fields import is_address
from ..trunk import Trunk
from ..uris import DEFAULT_PORTS, bracketed, unbracketed
from . import pjsip
from .options import Catalogue
from .shared import HEADER, Port
from .tls import Tls, authorities_of_host

FILENAME = "pjsip_trunks_transports.conf"
MAIN = pjsip.MAIN
RELOAD = pjsip.RELOAD

_ANY_ADDRESS = {4: "0.0.0.0", 6: "::"}
_BIND = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(?P<port>[0-9]{1,5}))?")
# Of a provider's certificate, name and signature count. TLS 1.2 is what Asterisk 16 and 22 both can.
_TLS: Dict[str, Tuple[str, ...]] = {"method": ("tlsv1_2",), "verify_server": ("yes",)}
_AUTHORITIES = ("ca_list_file", "ca_list_path")


@dataclass(frozen=True)
class Transport:
    """address: that it is bound to, IPv6 without brackets; options: others of Asterisk, each with its values"""

    protocol: str
    address: str
    port: int
    options: Mapping[str, Tuple[str, ...]] = field(default_factory=dict)

    @property
    def family(self) -> int:
        return 6 if ":" in self.address else 4

    @property
    def name(self) -> str:
        return f"trunks-{self.protocol}{'6' if self.family == 6 else ''}"

    @property
    def bind(self) -> str:
        return f"{bracketed(self.address)}:{self.port}"


def declared(given: Sequence[Mapping[str, Any]]) -> List[Transport]:
    """Transports that the user wants: ``protocol``, ``bind`` (``address`` or ``address:port``) and ``options``.

    Raises SipTrunkError for the first that cannot be.
    """
    transports: Dict[str, Transport] = {}
    for number, one in enumerate(given, 1):
        protocol, bind = one.get("protocol") or "udp", one.get("bind") or _ANY_ADDRESS[4]
        match = _BIND.fullmatch(str(bind))
        if protocol not in DEFAULT_PORTS:
            raise SipTrunkError(f"transports: #{number}: protocol = {protocol}: is none of udp, tcp, tls")
        if not match or int(match["port"] or 1) not in range(1, 65536):
            reason = (
                "is no address of this host; write 0.0.0.0:5060 or [::]:5060, or one of its own addresses"
            )
            raise SipTrunkError(f"transports: #{number}: bind = {bind}: {reason}")
        transport = Transport(
            protocol,
            unbracketed(match["host"]),
            int(match["port"] or DEFAULT_PORTS[protocol]),
            _options(one.get("options") or {}, number),
        )
        if transport.name in transports:
            raise SipTrunkError(
                f"transports: #{number}: bind = {bind}: a second one of {transport.name}; write one for each "
                "protocol and version of IP, and further ones into pjsip.conf"
            )
        transports[transport.name] = transport
    return list(transports.values())


def needed(
    trunks: Sequence[Trunk],
    present: Effective,
    before: Optional[Effective],
    busy: AbstractSet[Port],
    tls: Tls,
    options: Mapping[str, Mapping[str, Tuple[str, ...]]],
) -> List[Transport]:
    """Those that the trunks need and *present*, which is pjsip.conf, does not have.

    before: our own file as it is; a transport keeps its port, which the provider may know, and what it says besides
    busy: ports that others listen on
    options: what they shall say besides, by protocol and option
    """
    others = list(_of(present))
    taken = {*busy, *(_port(transport) for transport in others)}
    had = {transport.name: transport for transport in _of(before)} if before else {}
    there = {transport.name for transport in others}
    transports: Dict[str, Transport] = {}
    wanted = dict.fromkeys((one.provider.transport, family) for one in trunks for family in _families(one))
    for protocol, family in wanted:
        address = _ANY_ADDRESS[family]
        port = DEFAULT_PORTS[protocol]
        transport = Transport(protocol, address, port)
        if transport.name in there or transport.name in transports:
            continue
        while _port(transport) in taken:
            transport = replace(transport, port=transport.port + 2)
        kept = had.get(transport.name, transport)
        said = {**kept.options, **options.get(protocol, {})}
        transports[transport.name] = replace(transport, port=kept.port, options=said)
    return verifying(list(transports.values()), tls)


def verifying(transports: Sequence[Transport], tls: Tls) -> List[Transport]:
    """The same, with what has those for TLS verify the provider, as far as they do not say otherwise themselves.

    Raises SipTrunkError when nobody says whose signature counts.
    """
    declared_ones = tls.named("ca_list_file", "cert_file", "priv_key_file")
    options = {key: (path,) for key, path in declared_ones.items()}
    return [
        replace(one, options={**_TLS, **_authorities({**one.options, **options}), **one.options, **options})
        if one.protocol == "tls"
        else one
        for one in transports
    ]


def check(trunks: Sequence[Trunk], transports: Sequence[Transport]) -> Iterator[Problem]:
    """Trunks whose provider would call a port that chan_pjsip does not listen on."""
    ports = {transport.name: transport.port for transport in transports}
    for trunk in trunks:
        protocol = trunk.provider.transport
        name = Transport(protocol, _ANY_ADDRESS[_family(trunk)], 0).name
        if (
            trunk.registration is None
            and trunk.inbound.trust
            and ports.get(name, 0) > DEFAULT_PORTS[protocol]
        ):
            reason = (
                f"is missing, so its provider calls port {DEFAULT_PORTS[protocol]}, which chan_sip has on this host; "
                f"chan_pjsip would listen on {ports[name]}"
            )
            fix = (
                "use driver: chan_sip; or keep chan_sip from being loaded (noload = chan_sip.so in modules.conf); or "
                "tell the provider another port, and declare it in transports"
            )
            yield Problem(trunk.name, "registration", None, reason, fix)


def listening(effective: Effective) -> Set[Port]:
    """The ports that chan_pjsip takes with this pjsip.conf."""
    return {_port(transport) for transport in _of(effective)}


def resolved_by_pjsip(trunks: Sequence[Trunk]) -> bool:
    """Whether chan_pjsip must resolve a name to reach a provider.

    It does that only for transports of a kind that there was when it was loaded (sip_check_transport() in
    res/res_pjsip/pjsip_resolver.c): with a new one, no registration gets anywhere before Asterisk is restarted.
    """
    hosts = [
        trunk.provider.outbound_proxy or bracketed(trunk.provider.host) for trunk in trunks if trunk.enabled
    ]
    return not all(is_address(unbracketed(re.sub(r":[0-9]+$", "", host))) for host in hosts)


def unknown(transports: Sequence[Transport], catalogue: Catalogue) -> Iterator[str]:
    """Why Asterisk would drop a transport: for each option that it does not know."""
    for transport in transports:
        for key in transport.options:
            reason = catalogue.check("transport", key)
            if reason:
                yield f"transports: {transport.name}: options.{key}: {reason}; correct or remove it"


def changed(transports: Sequence[Transport], before: Optional[Effective]) -> List[str]:
    """The names of those that run otherwise than they are wanted: Asterisk changes none at a reload."""
    was = (
        {section.name: [(entry.key, entry.value) for entry in section.entries] for section in before.sections}
        if before
        else {}
    )
    return [one.name for one in transports if one.name in was and was[one.name] != _entries(one)]


def render(transports: Sequence[Transport]) -> Document:
    """The whole of our file."""
    document = Document.parse(HEADER)
    for transport in transports:
        section = document.add_section(transport.name)
        for key, value in _entries(transport):
            section.add(key, value)
    return document


def _entries(transport: Transport) -> List[Tuple[str, str]]:
    own = {"type": "transport", "protocol": transport.protocol, "bind": transport.bind}
    return [*own.items(), *((key, value) for key, values in transport.options.items() for value in values)]


def _of(effective: Effective) -> Iterator[Transport]:
    """The transports of a file."""
    for section in effective.sections:
        said: Dict[str, Tuple[str, ...]] = {}
        for entry in section.entries:
            said[fold(entry.key)] = (*said.get(fold(entry.key), ()), entry.value)
        kind, protocol, bind = (said.pop(key, ("",))[-1] for key in ("type", "protocol", "bind"))
        protocol, match = fold(protocol) or "udp", _BIND.match(bind)
        if kind == "transport" and not section.template and protocol in DEFAULT_PORTS and match:
            port = int(match["port"] or DEFAULT_PORTS[protocol])
            yield Transport(protocol, unbracketed(match["host"]), port, said)


def _families(trunk: Trunk) -> List[int]:
    """The versions of IP that its requests need: a REGISTER for a domain that is a name starts with version 4."""
    domain = trunk.registration.domain if trunk.registration else None
    return [_family(trunk), *([4] if domain and _family(trunk) == 6 else [])]


def _family(trunk: Trunk) -> int:
    """The version of IP that the provider is reached with; 4 where DNS decides."""
    host = trunk.provider.outbound_proxy or bracketed(trunk.provider.host)
    return 6 if host.startswith("[") else 4


def _port(transport: Transport) -> Port:
    return Port("udp" if transport.protocol == "udp" else "tcp", transport.port)


def _authorities(said: Mapping[str, Tuple[str, ...]]) -> Dict[str, Tuple[str, ...]]:
    """Those of the host, where nobody says whose signature counts."""
    known = any(key in said for key in _AUTHORITIES)
    return {} if known else {"ca_list_file": (authorities_of_host(),)}


def _options(given: Any, number: int) -> Dict[str, Tuple[str, ...]]:
    options: Dict[str, Tuple[str, ...]] = {}
    scratch = Document.new().add_section("scratch")
    for key, value in given.items() if isinstance(given, AnyMapping) else ():
        option = f"transports: #{number}: options.{key}"
        if fold(str(key)) in ("type", "protocol", "bind"):
            raise SipTrunkError(f"{option}: has a field of its own; write {key} beside options")
        values = tuple(map(_text, value if isinstance(value, list) else [value]))
        try:
            for one in values:
                scratch.add(str(key), one)
        except NotRepresentable as error:
            raise SipTrunkError(f"{option}: {error}") from None
        options[str(key)] = values
    return options


def _text(value: Any) -> str:
    """As Asterisk writes it, what YAML has for a truth as well."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

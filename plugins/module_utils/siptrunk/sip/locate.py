# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a request for a URI goes, and where next when nobody answers there (RFC 3263, section 4)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..uris import DEFAULT_PORTS
from .dns import Answer, Naptr, NoAnswer, Record, Srv
from .values import Uri

if TYPE_CHECKING:
    from random import Random

Lookup = Callable[[str, str], Answer]
# The services of RFC 3263 by their transports, in the order in which a client without preferences asks.
SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
_NAPTR = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
ADDRESS_KINDS = ("A", "AAAA")


class Target(NamedTuple):
    """host: the name that a certificate must have; ttl: seconds that the address is good for, None: for ever"""

    transport: str
    address: str
    port: int
    host: str
    ttl: Optional[int] = None


def locate(uri: Uri, transport: Optional[str], lookup: Lookup, rng: Optional[Random] = None) -> List[Target]:
    """The targets in the order in which they are tried; empty when the name leads nowhere.

    transport: udp, tcp or tls; None lets the URI and DNS decide
    Raises NoAnswer when nobody could tell.
    """
    host = uri.host.strip("[]")
    secure = uri.scheme == "sips"
    wanted = transport or uri.params.get("transport") or ("tls" if secure else None)
    wanted = "tls" if secure and wanted == "tcp" else wanted
    if _is_address(host) or uri.port is not None:
        way = wanted or "udp"
        return list(_targets(way, host, uri.port or DEFAULT_PORTS[way], lookup, uri.host.strip("[]")))
    ways = [(service, way) for service, way in services(host, lookup) if wanted in (None, way)]
    ways = ways or [(f"{SERVICES[way]}.{host}", way) for way in ([wanted] if wanted else SERVICES)]
    found: List[Target] = []
    for service, way in ways:
        for record in ordered(srv_records(service, lookup), rng or _random()):
            found += _targets(way, record.target, record.port, lookup, host)
    if found:
        return found
    way = wanted or "udp"
    return list(_targets(way, host, DEFAULT_PORTS[way], lookup, host))


def services(host: str, lookup: Lookup) -> List[Tuple[str, str]]:
    """Names of services and their transports that the NAPTR records of a host give, the preferred first."""
    found = [record.data for record in lookup(host, "NAPTR").records if isinstance(record.data, Naptr)]
    found.sort(key=lambda data: (data.order, data.preference))
    return [
        (data.replacement, _NAPTR[data.service.upper()])
        for data in found
        if data.flags.upper() == "S" and data.service.upper() in _NAPTR and data.replacement
    ]


def srv_records(service: str, lookup: Lookup) -> List[Srv]:
    data = [record.data for record in lookup(service, "SRV").records]
    return [one for one in data if isinstance(one, Srv) and one.target]


def ordered(records: Sequence[Srv], rng: Random) -> List[Srv]:
    """By priority; of the same, drawn by weight (RFC 2782)."""
    groups: Dict[int, List[Srv]] = {}
    for record in records:
        groups.setdefault(record.priority, []).append(record)
    return [record for _priority, group in sorted(groups.items()) for record in _drawn(group, rng)]


def _random() -> Random:
    # It takes long to load, and who looks up addresses alone draws nothing.
    from random import Random

    return Random()


def _drawn(group: List[Srv], rng: Random) -> Iterator[Srv]:
    # Those of weight 0 first, so that they have a small chance.
    left = sorted(group, key=lambda record: record.weight)
    while left:
        point = rng.randint(0, sum(record.weight for record in left))
        for place, record in enumerate(left):
            point -= record.weight
            if point <= 0:
                yield left.pop(place)
                break


def addresses(name: str, lookup: Lookup) -> List[Record]:
    """The A and AAAA records of a name. NoAnswer when nobody could tell of either; half an answer is one."""
    found: List[Record] = []
    failure: Optional[NoAnswer] = None
    for kind in ADDRESS_KINDS:
        try:
            found += [record for record in lookup(name, kind).records if record.kind == kind]
        except NoAnswer as error:
            failure = error
    if failure and not found:
        raise failure
    return found


def _targets(transport: str, name: str, port: int, lookup: Lookup, host: str) -> Iterator[Target]:
    if _is_address(name):
        yield Target(transport, name, port, host)
        return
    for record in addresses(name, lookup):
        yield Target(transport, str(record.data), port, host, record.ttl)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

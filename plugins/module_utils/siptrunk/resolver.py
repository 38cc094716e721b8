# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses a provider publishes now: NAPTR and SRV (RFC 3263), then A and AAAA, and /etc/hosts before them."""

from __future__ import annotations

import functools
import ipaddress
import socket
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Tuple

from .files import read_text
from .sip import locate
from .sip.dns import NoAnswer, Srv
from .sip.name_servers import HOSTS, NameServers, hosts


class Published(NamedTuple):
    """An address and where it is from.

    name: of the record; for a service, that of its SRV record
    kind: A or AAAA, behind SRV or NAPTR where these lead to it, hosts (the file), or system (another of its sources)
    ttl: seconds, the least of those on the way; None where nothing expires
    """

    address: str
    name: str
    kind: str
    ttl: Optional[int] = None

    @property
    def of_service(self) -> bool:
        return " " in self.kind


class Addresses(NamedTuple):
    """known: normalised; empty when the name does not resolve; complete: no question stayed open

    of_services: those of the known that the usual SRV records lead to; these Asterisk asks for when it trusts
    published: where they are from; empty for an address or network, which nobody needs to publish
    """

    known: FrozenSet[str]
    complete: bool
    of_services: FrozenSet[str] = frozenset()
    published: Tuple[Published, ...] = ()

    @property
    def of_name(self) -> FrozenSet[str]:
        """Those of the known that are the name's own."""
        if not self.published:
            return self.known
        return frozenset(one.address for one in self.published if not one.of_service)


@functools.cache
def normal(address: str) -> str:
    """One spelling for one address or network."""
    try:
        parsed = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return address
    if parsed.num_addresses > 1:
        return str(parsed)
    single = parsed.network_address
    mapped = single.ipv4_mapped if isinstance(single, ipaddress.IPv6Address) else None
    return str(mapped or single)


class Resolver:
    """Asks for each host once: whoever needs news makes a new one."""

    def __init__(self, servers: Optional[NameServers] = None, hosts_file: Optional[str] = None) -> None:
        self._servers = servers or NameServers.of_this_host()
        self._hosts = (read_text(HOSTS) or "") if hosts_file is None else hosts_file
        self.resolve = functools.lru_cache(maxsize=None)(self._resolve)

    def _resolve(self, host: str, port: Optional[int] = None) -> Addresses:
        """All addresses that Asterisk may take for *host*; SRV counts only when no *port* is given."""
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if _is_numeric(bare):
            return Addresses(frozenset([normal(bare)]), True)
        # Whether chan_sip looks for SRV depends on srvlookup, so the addresses of the name itself count, too.
        found = _Found()
        usual = [f"{service}.{bare}" for service in locate.SERVICES.values()] if port is None else []
        for service in usual:
            self._of_service(service, "SRV", found)
        of_services = frozenset(one.address for one in found.published)
        for service in self._of_naptr(bare) if port is None else []:
            if service not in usual:
                self._of_service(service, "NAPTR", found)
        self._of_name(bare, found)
        published = tuple(dict.fromkeys(found.published))
        return Addresses(frozenset(one.address for one in published), found.complete, of_services, published)

    def _of_naptr(self, host: str) -> List[str]:
        try:
            return [service for service, _way in locate.services(host, self._servers.lookup)]
        except NoAnswer:
            # Some name servers drop such questions, and whom Asterisk trusts does not depend on the answer.
            return []

    def _of_service(self, service: str, kind: str, found: _Found) -> None:
        try:
            records = self._servers.lookup(service, "SRV").records
        except NoAnswer:
            found.complete = False
            return
        lives = {record.data.target: record.ttl for record in records if isinstance(record.data, Srv)}
        for target, ttl in lives.items():
            if target:
                self._of_target(service, kind, target, ttl, found)

    def _of_target(self, service: str, kind: str, target: str, ttl: int, found: _Found) -> None:
        of_target = _Found()
        self._of_name(target, of_target)
        found.complete = found.complete and of_target.complete
        for one in of_target.published:
            least = ttl if one.ttl is None else min(ttl, one.ttl)
            found.published.append(one._replace(name=service, kind=f"{kind} {one.kind}", ttl=least))

    def _of_name(self, name: str, found: _Found) -> None:
        """As libc looks: the file, DNS, and whatever else the system has when DNS says that there is nothing."""
        in_file = hosts(self._hosts, name)
        if in_file:
            found.published += [Published(normal(address), name, "hosts") for address in in_file]
            return
        if _is_numeric(name):
            found.published.append(Published(normal(name), name, "A"))
            return
        for full in self._servers.search(name):
            of_full = _Found()
            for kind in locate.ADDRESS_KINDS:
                self._of_kind(full, kind, name, of_full)
            if of_full.published or not of_full.complete:
                found.published += of_full.published
                found.complete = found.complete and of_full.complete
                return
        found.published += [Published(address, name, "system") for address in _of_system(name)]

    def _of_kind(self, full: str, kind: str, name: str, found: _Found) -> None:
        try:
            records = self._servers.lookup(full, kind).records
        except NoAnswer:
            found.complete = False
            return
        # Other names on the way expire, too.
        least = min((record.ttl for record in records), default=None)
        found.published += [
            Published(normal(str(record.data)), name, kind, least)
            for record in records
            if record.kind == kind
        ]


class _Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.published: List[Published] = []
        self.complete = True


def _of_system(name: str) -> List[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return []
    addresses: Dict[str, None] = {normal(str(address[0])): None for *_kind, address in found}
    return list(addresses)


def _is_numeric(text: str) -> bool:
    """An address, or a network, which stands for itself."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True

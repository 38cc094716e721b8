# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address by address: what the hosts of a trunk publish now, and what the running Asterisk lets in."""

from __future__ import annotations

import ipaddress
from typing import Callable, Collection, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..asterisk.snapshot import Section
from ..expectation import ExpectedPeer
from ..resolver import Addresses, Published, normal
from .scene import Resolve

# Published and let in.
TRUSTED = "trusted"
# Published, but calls from it are refused.
MISSING = "missing"
# Let in, but published no more: somebody else may have it.
LEFT_OVER = "left over"
# Published, but by records, or of a family, that this Asterisk does not look at.
IGNORED = "ignored"
# Let in, while nobody can tell whether it is published.
UNKNOWN = "unknown"
# No address at all: the name did not resolve when Asterisk loaded the section, or there is no such section.
UNRESOLVED = "unresolved"


class Compared(NamedTuple):
    """One address, or a network.

    host: of the sections it is about; several hosts, with commas, where one section is for all of them
    address: None when it is UNRESOLVED
    sections: that let it in; of what is UNRESOLVED, that should
    published: the records it is from; none for an address that is itself what was declared
    """

    host: str
    address: Optional[str]
    state: str
    sections: Tuple[str, ...]
    published: Tuple[Published, ...] = ()


# Those of a host's addresses that a driver lets in when it looks them up, given what its sections have now.
Counting = Callable[[Addresses, Collection[str]], Collection[str]]


def compare(
    peers: Sequence[ExpectedPeer], running: Mapping[str, Section], resolve: Resolve, counting: Counting
) -> Tuple[Compared, ...]:
    """All that is published or let in, the hosts in their order.

    peers: those of one trunk; only what is trusted is compared
    running: the sections of the driver
    """
    trusted = [peer for peer in peers if peer.trusted]
    has = {
        peer.section: tuple(running[peer.section].addresses) if peer.section in running else ()
        for peer in trusted
    }
    known = {(peer.host, peer.port): resolve(peer.host, peer.port) for peer in trusted}
    rows: List[Compared] = []
    for (host, port), addresses in known.items():
        sections = [peer.section for peer in trusted if (peer.host, peer.port) == (host, port)]
        own = [address for section in sections for address in has[section]]
        empty = tuple(section for section in dict.fromkeys(sections) if not has[section])
        if empty:
            rows.append(Compared(host, None, UNRESOLVED, empty))
        wanted = counting(addresses, own)
        for address in in_order(addresses):
            letting = tuple(section for section in has if covers(has[section], address))
            state = TRUSTED if letting else MISSING if address in wanted else IGNORED
            sources = tuple(one for one in addresses.published if one.address == address)
            rows.append(Compared(host, address, state, letting, sources))
    return (*rows, *_others(trusted, has, known))


def _others(
    trusted: Sequence[ExpectedPeer],
    has: Mapping[str, Sequence[str]],
    known: Mapping[Tuple[str, Optional[int]], Addresses],
) -> List[Compared]:
    """What is let in, and is none of what the hosts of its section are known to have."""
    rows: Dict[Tuple[str, str], Compared] = {}
    for section, matches in has.items():
        peers = [peer for peer in trusted if peer.section == section]
        of_hosts = [known[(peer.host, peer.port)] for peer in peers]
        # Where one host cannot be asked, any address may be its.
        certain = all(one.complete and one.known for one in of_hosts)
        published = frozenset().union(*(one.known for one in of_hosts))
        hosts = ", ".join(dict.fromkeys(peer.host for peer in peers))
        for match in matches:
            if not any(covers([_bare(match)], address) for address in published):
                row = Compared(hosts, match, LEFT_OVER if certain else UNKNOWN, ())
                row = rows.get((hosts, match), row)
                rows[(hosts, match)] = row._replace(sections=(*row.sections, section))
    return list(rows.values())


def in_order(addresses: Addresses) -> List[str]:
    """The addresses in the order in which they were published."""
    return list(dict.fromkeys([one.address for one in addresses.published] or sorted(addresses.known)))


def covers(matches: Collection[str], address: str) -> bool:
    """One of the *matches*, addresses and networks, has the address."""
    return any(address in (match, normal(match)) or _contains(match, address) for match in matches)


def _contains(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        # An address with a port lets in only what comes from there.
        return False


def _bare(match: str) -> str:
    """Without the port that it may have."""
    host, colon, port = match.rpartition(":")
    return host.strip("[]") if colon and port.isdigit() and (":" not in host or "]" in host) else match

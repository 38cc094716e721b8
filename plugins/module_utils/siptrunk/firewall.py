# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches Asterisk's SIP ports at all: a table of nftables with the providers' addresses, and other networks.

Names are looked up here, as ``trust`` does it. An address stays until name servers say that it is another one: those
that are dead lock nobody out. RTP is not touched: it has ports for each call, and telephones use them, too.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from .drivers.shared import Port
from .errors import ConfigError, SipTrunkError
from .expectation import ExpectedTrunk
from .judges.scene import Resolve

SCHEMA = "siptrunk.firewall/1"
TABLE = "siptrunk"
# The addresses of each host, as they were last known.
Addresses = Mapping[str, Tuple[str, ...]]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
_SADDR = {4: "ip saddr", 6: "ip6 saddr"}


def addresses(
    trunks: Sequence[ExpectedTrunk],
    resolve: Resolve,
    known: Addresses,
    *,
    every: bool = False,
    going: bool = False,
) -> Addresses:
    """The addresses of all hosts that the trunks trust.

    known: those of before; they stay where the answer is none, or not the whole one
    every: those as well of hosts that are only called or registered at
    going: those as well of hosts that the trunks have no more
    """
    found: Dict[str, Tuple[str, ...]] = dict(known) if going else {}
    hosts = tuple(_every(trunks) if every else _trusted(trunks))
    found.update((host, ()) for host, _port in hosts)
    for host, port in hosts:
        now = resolve(host, port)
        sure = now.complete and now.known
        had = () if sure else known.get(host, ())
        # One host may have several: that of its service, and that of a port.
        found[host] = tuple(sorted({*found.get(host, ()), *now.known, *had}))
    return found


def is_one_of(address: str, providers: Addresses, networks: Sequence[str]) -> bool:
    """As ``passes``, but an error where a host without a known address might have it."""
    nowhere = [host for host, known in providers.items() if not known]
    one = passes(address, providers, networks)
    if nowhere and not one:
        raise SipTrunkError(
            f"nobody tells the addresses of {', '.join(nowhere)}, so that {address} may be one of them; correct the "
            "name or the name servers"
        )
    return one


def passes(address: str, providers: Addresses, networks: Sequence[str]) -> bool:
    """Whether packets from that address are let through. ValueError for what is no address."""
    one = ipaddress.ip_address(address)
    return any(one in network for network in _networks([*_all(providers), *networks]))


def ruleset(providers: Addresses, networks: Sequence[str], ports: Iterable[Port]) -> str:
    """What ``nft -f`` loads in one step: the table as it shall be, whatever it was.

    networks: who else is let through, such as telephones
    ports: those of SIP
    """
    lines = [f"table inet {TABLE}", f"delete table inet {TABLE}", f"table inet {TABLE} {{"]
    for version, members in _by_version(_all(providers)).items():
        elements = f"elements = {{ {', '.join(members)} }}; " if members else ""
        lines.append(f"  set providers{version} {{ type ipv{version}_addr; flags interval; {elements}}}")
    lines += [
        "  chain input {",
        "    type filter hook input priority filter; policy accept;",
        *(f"    {protocol} dport {{ {numbers} }} jump sip" for protocol, numbers in _by_protocol(ports)),
        "  }",
        "  chain sip {",
        '    iifname "lo" accept',
        # What answers us. That somebody was answered once lets him in no more: he began it.
        "    ct direction reply accept",
        *(f"    {_SADDR[version]} @providers{version} accept" for version in _SADDR),
    ]
    for version, members in _by_version(networks).items():
        if members:
            lines.append(f"    {_SADDR[version]} {{ {', '.join(members)} }} accept")
    return "\n".join([*lines, "    counter drop", "  }", "}", ""])


def to_json(providers: Addresses) -> str:
    return json.dumps({"schema": SCHEMA, "addresses": providers}, indent=2) + "\n"


def from_json(text: str, path: str) -> Addresses:
    """Read them back; *path* is for the message of the ConfigError that malformed text raises."""
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise ConfigError(path, f"is a {data['schema']}, not a {SCHEMA}")
        return {host: tuple(map(str, had)) for host, had in data["addresses"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            path, f"does not tell addresses ({type(error).__name__}); remove it to begin anew"
        ) from None


def _trusted(trunks: Sequence[ExpectedTrunk]) -> Iterator[Tuple[str, Optional[int]]]:
    return ((peer.host, peer.port) for trunk in trunks for peer in trunk.peers if peer.trusted)


def _every(trunks: Sequence[ExpectedTrunk]) -> Iterator[Tuple[str, Optional[int]]]:
    """Without ports: an address too many does no harm there."""
    for trunk in trunks:
        if trunk.registration:
            yield trunk.registration.host.strip("[]"), None
        for peer in trunk.peers:
            yield peer.host, None


def _all(providers: Addresses) -> Iterator[str]:
    for known in providers.values():
        yield from known


def _networks(texts: Iterable[str]) -> List[Network]:
    return [ipaddress.ip_network(text) for text in texts]


def _by_version(texts: Iterable[str]) -> Dict[int, List[str]]:
    """Without those that others hold: nftables takes no network twice."""
    networks = _networks(texts)
    old = ipaddress.collapse_addresses(one for one in networks if isinstance(one, ipaddress.IPv4Network))
    new = ipaddress.collapse_addresses(one for one in networks if isinstance(one, ipaddress.IPv6Network))
    return {4: list(map(_written, old)), 6: list(map(_written, new))}


def _written(network: Network) -> str:
    return str(network.network_address if network.num_addresses == 1 else network)


def _by_protocol(ports: Iterable[Port]) -> Iterator[Tuple[str, str]]:
    numbers: Dict[str, List[int]] = {}
    for port in sorted(set(ports)):
        numbers.setdefault(port.protocol, []).append(port.number)
    return ((protocol, ", ".join(map(str, some))) for protocol, some in numbers.items())

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses a provider's name stands for now: SRV (RFC 2782, RFC 3263), then A and AAAA."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import struct
from typing import FrozenSet, Iterator, List, NamedTuple, Optional, Tuple

from .files import read_text

_SERVICES = ("_sip._udp", "_sip._tcp", "_sips._tcp")
_SRV, _IN = 33, 1
_RECURSION_DESIRED = 0x0100
_NO_ERROR, _NAME_ERROR = 0, 3
_RESPONSE_CODE = 0x000F
_TIMEOUT = 2.0


class Addresses(NamedTuple):
    """known: normalised; empty when the name does not resolve; complete: no question stayed open

    of_services: those of the known that SRV leads to
    """

    known: FrozenSet[str]
    complete: bool
    of_services: FrozenSet[str] = frozenset()


def normal(address: str) -> str:
    """One spelling for one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def resolve(host: str, port: Optional[int] = None) -> Addresses:
    """All addresses that Asterisk may take for *host*; SRV counts only when no *port* is given."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return Addresses(frozenset([normal(str(ipaddress.ip_address(bare)))]), True)
    except ValueError:
        pass
    # Whether chan_sip looks for SRV depends on srvlookup, so the addresses of the name itself count, too.
    targets: List[str] = []
    complete = True
    if port is None:
        for service in _SERVICES:
            found = _srv_targets(f"{service}.{bare}")
            complete = complete and found is not None
            targets += found or []
    of_services = frozenset(address for name in targets for address in _addresses(name))
    return Addresses(of_services.union(_addresses(bare)), complete, of_services)


def _addresses(name: str) -> Iterator[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return
    for *_kind, address in found:
        yield normal(str(address[0]))


def _srv_targets(name: str) -> Optional[List[str]]:
    """The targets of a service; empty when there is none, None when no name server says."""
    identity = secrets.randbits(16)
    try:
        query = encode_query(identity, name)
    except UnicodeError:
        return []
    for server in _name_servers(read_text("/etc/resolv.conf") or ""):
        try:
            with socket.socket(
                socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM
            ) as exchange:
                exchange.settimeout(_TIMEOUT)
                exchange.connect((server, 53))
                exchange.send(query)
                targets = decode_targets(identity, exchange.recv(4096))
        except OSError:
            continue
        if targets is not None:
            return targets
    return None


def _name_servers(resolv_conf: str) -> List[str]:
    lines = [line.split() for line in resolv_conf.splitlines()]
    return [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"]


def encode_query(identity: int, name: str) -> bytes:
    """A question for the SRV records of *name* (RFC 1035, section 4.1)."""
    header = struct.pack("!6H", identity, _RECURSION_DESIRED, 1, 0, 0, 0)
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) < 64 for label in labels):
        raise UnicodeError(f"{name} is no name of DNS")
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return header + question + struct.pack("!2H", _SRV, _IN)


def decode_targets(identity: int, reply: bytes) -> Optional[List[str]]:
    """The SRV targets in a reply; None when it is broken, not ours, or a failure of the server."""
    try:
        number, flags, questions, answers = struct.unpack_from("!4H", reply)
        if number != identity or flags & _RESPONSE_CODE not in (_NO_ERROR, _NAME_ERROR):
            return None
        place = 12
        for _question in range(questions):
            place = _name(reply, place)[1] + 4
        targets = []
        for _answer in range(answers):
            place = _name(reply, place)[1]
            kind, _class, _ttl, size = struct.unpack_from("!HHIH", reply, place)
            place += 10
            if kind == _SRV:
                targets.append(_name(reply, place + 6)[0])
            place += size
    except (struct.error, IndexError, UnicodeError):
        return None
    # A single "." says that the service is decidedly not there.
    return [target for target in targets if target]


def _name(reply: bytes, place: int) -> Tuple[str, int]:
    """The name that begins at *place*, pointers followed, and where what follows it begins."""
    labels: List[str] = []
    end = None
    for _hop in range(128):
        size = reply[place]
        if size >= 0xC0:
            end = place + 2 if end is None else end
            place = (size & 0x3F) << 8 | reply[place + 1]
        elif size:
            labels.append(reply[place + 1 : place + 1 + size].decode("ascii"))
            place += 1 + size
        else:
            return ".".join(labels), place + 1 if end is None else end
    raise IndexError("a name without end")

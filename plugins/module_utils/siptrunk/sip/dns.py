# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of DNS, as far as SIP needs them: A, AAAA, SRV (RFC 2782) and NAPTR (RFC 3403), in the form of RFC 1035."""

from __future__ import annotations

import ipaddress
import struct
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple, Union

from ..errors import SipTrunkError

KINDS = {"A": 1, "CNAME": 5, "AAAA": 28, "SRV": 33, "NAPTR": 35}
_NAMES = {number: kind for kind, number in KINDS.items()}
_IN = 1
_RESPONSE, _TRUNCATED, _RECURSION_DESIRED = 0x8000, 0x0200, 0x0100
_CODE = 0x000F
_NO_ERROR, _NAME_ERROR = 0, 3
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_LONGEST_LABEL, _LONGEST_NAME = 63, 253
_PLAIN = frozenset(range(0x21, 0x7F)) - set(b".\\")
# A name has 127 labels at most, and each may be behind a pointer.
_HOPS = 128


class NoAnswer(SipTrunkError):
    """Nobody could tell: no name server answered, or what came is no answer. It does not mean that nothing is there."""


class Srv(NamedTuple):
    """target: "" says that the service is decidedly not there"""

    priority: int
    weight: int
    port: int
    target: str


class Naptr(NamedTuple):
    order: int
    preference: int
    flags: str
    service: str
    regexp: str
    replacement: str


Data = Union[str, Srv, Naptr]


class Record(NamedTuple):
    """name: in lower case, without the last dot; ttl: seconds; data: the address, or the name of a CNAME"""

    name: str
    kind: str
    ttl: int
    data: Data


class Answer(NamedTuple):
    """records: of the kind that was asked for, and the CNAMEs on the way to them
    exists: something has that name, though maybe nothing of this kind
    """

    records: Tuple[Record, ...] = ()
    exists: bool = False


def query(identity: int, name: str, kind: str) -> bytes:
    """The question; UnicodeError for what is no name of DNS."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels) or len(name) > _LONGEST_NAME:
        raise UnicodeError("is no name of DNS")
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    header = _HEADER.pack(identity, _RECURSION_DESIRED, 1, 0, 0, 0)
    return header + question + struct.pack("!2H", KINDS[kind], _IN)


def is_truncated(reply: bytes) -> bool:
    """The answer does not fit into a datagram: ask by TCP."""
    return len(reply) >= _HEADER.size and bool(_HEADER.unpack_from(reply)[1] & _TRUNCATED)


def answer(identity: int, name: str, kind: str, reply: bytes) -> Answer:
    """What a reply to that question says; NoAnswer when it is broken, of another question, or a failure."""
    try:
        number, flags, questions, answers, _authorities, _others = _HEADER.unpack_from(reply)
        if number != identity or not flags & _RESPONSE or questions != 1:
            raise NoAnswer("the reply is to another question")
        asked, place = _name(reply, _HEADER.size)
        if (asked, *struct.unpack_from("!2H", reply, place)) != (_spelled(name), KINDS[kind], _IN):
            raise NoAnswer("the reply is to another question")
        if flags & _CODE not in (_NO_ERROR, _NAME_ERROR):
            raise NoAnswer(f"the name server has failed (code {flags & _CODE})")
        records = _records(reply, place + 4, answers)
    except (struct.error, IndexError, ValueError) as broken:
        raise NoAnswer("the reply is broken") from broken
    of_kind = [record for record in records if record.kind in (kind, "CNAME")]
    return Answer(tuple(_on_the_way(_spelled(name), of_kind)), flags & _CODE == _NO_ERROR)


def _records(reply: bytes, place: int, count: int) -> List[Record]:
    records = []
    for _record in range(count):
        name, place = _name(reply, place)
        kind, network, ttl, size = _RECORD.unpack_from(reply, place)
        place += _RECORD.size
        if place + size > len(reply):
            raise IndexError("a record goes beyond the end")
        if network == _IN and kind in _NAMES:
            # The highest bit is reserved, and stands for nothing (RFC 2181, section 8).
            lifetime = ttl if ttl < 2**31 else 0
            data = _DATA[_NAMES[kind]](reply, place, size)
            records.append(Record(name, _NAMES[kind], lifetime, data))
        place += size
    return records


def _on_the_way(name: str, records: List[Record]) -> List[Record]:
    """Those of the name and of what it is another name for, in that order; others were not asked for."""
    by_name: Dict[str, List[Record]] = {}
    for record in records:
        by_name.setdefault(record.name, []).append(record)
    found: List[Record] = []
    names = [name]
    while names:
        new = by_name.pop(names.pop(), [])
        found += new
        names += [str(record.data) for record in new if record.kind == "CNAME"]
    return found


def _ipv4(reply: bytes, place: int, size: int) -> str:
    return str(ipaddress.IPv4Address(reply[place : place + size]))


def _ipv6(reply: bytes, place: int, size: int) -> str:
    return str(ipaddress.IPv6Address(reply[place : place + size]))


def _canonical(reply: bytes, place: int, _size: int) -> str:
    return _name(reply, place)[0]


def _srv(reply: bytes, place: int, _size: int) -> Srv:
    priority, weight, port = struct.unpack_from("!3H", reply, place)
    return Srv(priority, weight, port, _name(reply, place + 6)[0])


def _naptr(reply: bytes, place: int, _size: int) -> Naptr:
    order, preference = struct.unpack_from("!2H", reply, place)
    place += 4
    strings = []
    for _string in range(3):
        size = reply[place]
        strings.append(reply[place + 1 : place + 1 + size].decode("ascii", "replace"))
        place += 1 + size
    flags, service, regexp = strings
    return Naptr(order, preference, flags, service, regexp, _name(reply, place)[0])


_DATA: Dict[str, Callable[[bytes, int, int], Data]] = {
    "A": _ipv4,
    "AAAA": _ipv6,
    "CNAME": _canonical,
    "SRV": _srv,
    "NAPTR": _naptr,
}


def _name(reply: bytes, place: int) -> Tuple[str, int]:
    """The name that begins at *place*, pointers followed, and where what follows it begins."""
    labels: List[str] = []
    end: Optional[int] = None
    for _hop in range(_HOPS):
        size = reply[place]
        if size >= 0xC0:
            end = place + 2 if end is None else end
            place = (size & 0x3F) << 8 | reply[place + 1]
        elif size > _LONGEST_LABEL:
            raise IndexError("a label of a kind that there is not")
        elif size:
            labels.append(_label(reply[place + 1 : place + 1 + size]))
            place += 1 + size
        else:
            return ".".join(labels), place + 1 if end is None else end
    raise IndexError("a name without end")


def _label(octets: bytes) -> str:
    """As it is written (RFC 1035, section 5.1): a strange name server may put a terminal's codes in."""
    return "".join(chr(one) if one in _PLAIN else f"\\{one:03}" for one in octets).lower()


def _spelled(name: str) -> str:
    return name.rstrip(".").lower()

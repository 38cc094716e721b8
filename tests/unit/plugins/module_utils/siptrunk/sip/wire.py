# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of DNS, written octet by octet (RFC 1035, section 4): not with what is tested."""

from __future__ import annotations

import ipaddress
import struct
from typing import Optional

NUMBERS = {"A": 1, "CNAME": 5, "AAAA": 28, "SRV": 33, "NAPTR": 35}
# The question's name begins behind the header.
ASKED = b"\xc0\x0c"


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def record(
    kind: str, data: bytes, owner: bytes = ASKED, ttl: int = 300, network: int = 1, size: Optional[int] = None
) -> bytes:
    length = len(data) if size is None else size
    return owner + struct.pack("!HHIH", NUMBERS[kind], network, ttl, length) + data


def address(kind: str, text: str, owner: bytes = ASKED, ttl: int = 300) -> bytes:
    return record(kind, ipaddress.ip_address(text).packed, owner, ttl)


def srv(priority: int, weight: int, port: int, target: bytes, ttl: int = 300) -> bytes:
    return record("SRV", struct.pack("!3H", priority, weight, port) + target, ttl=ttl)


def naptr(order: int, preference: int, flags: str, service: str, replacement: str, regexp: str = "") -> bytes:
    strings = b"".join(bytes([len(one)]) + one.encode() for one in (flags, service, regexp))
    return record("NAPTR", struct.pack("!2H", order, preference) + strings + name(replacement))


def reply(
    identity: int, asked: str, kind: str, *records: bytes, flags: int = 0x8180, count: Optional[int] = None
) -> bytes:
    answers = len(records) if count is None else count
    question = name(asked) + struct.pack("!2H", NUMBERS[kind], 1)
    return struct.pack("!6H", identity, flags, 1, answers, 0, 0) + question + b"".join(records)

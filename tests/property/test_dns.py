# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a name server sends is an answer or none, and soon.

``FUZZ_N=1000000 FUZZ_SEED=1 pytest -s tests/property/test_dns.py``
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import random
import struct
import time
from typing import Callable, Dict, List, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Resolver
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import (
    KINDS,
    Answer,
    Naptr,
    NoAnswer,
    Srv,
    answer,
    is_truncated,
    query,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import locate
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.name_servers import (
    Configuration,
    NameServers,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from hypothesis import given
from hypothesis import strategies as st

COUNT = int(os.environ.get("FUZZ_N", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.randrange(1, 2**32)
# Seconds for one reply, at most 64 kB of it; and for all that a host leads to.
LIMIT = 1.0
ME, HOST = 0x4321, "sip.example.com"

labels = st.text(st.sampled_from("abcxyz0189-_"), min_size=1, max_size=63)
names = st.lists(labels, min_size=1, max_size=6).map(".".join).filter(lambda name: len(name) <= 253)
octets16 = st.integers(0, 65535)
strings = st.text(st.sampled_from("aS+2DU!^$"), max_size=20)
ttls = st.integers(0, 2**31 - 1)
datas = st.one_of(
    st.tuples(st.just("A"), st.ip_addresses(v=4).map(str)),
    st.tuples(st.just("AAAA"), st.ip_addresses(v=6).map(str)),
    st.tuples(st.just("SRV"), st.builds(Srv, octets16, octets16, octets16, names)),
    st.tuples(
        st.just("NAPTR"), st.builds(Naptr, octets16, octets16, strings, strings, strings, st.just("") | names)
    ),
)


class Writer:
    """A message in which a name that was there before is a pointer to it, as name servers write it."""

    def __init__(self) -> None:
        self.octets = bytearray()
        self.places: Dict[str, int] = {}

    def name(self, name: str) -> None:
        rest = name
        while rest:
            if rest in self.places:
                self.octets += struct.pack("!H", 0xC000 | self.places[rest])
                return
            if len(self.octets) < 0x4000:
                self.places[rest] = len(self.octets)
            label, _dot, rest = rest.partition(".")
            self.octets += bytes([len(label)]) + label.encode()
        self.octets += b"\0"

    def record(self, name: str, kind: str, ttl: int, data: object) -> None:
        self.name(name)
        self.octets += struct.pack("!HHI", KINDS[kind], 1, ttl)
        place = len(self.octets)
        self.octets += b"\0\0"
        if isinstance(data, Srv):
            self.octets += struct.pack("!3H", *data[:3])
            self.name(data.target)
        elif isinstance(data, Naptr):
            self.octets += struct.pack("!2H", *data[:2])
            for string in data[2:5]:
                self.octets += bytes([len(string)]) + string.encode()
            self.name(data.replacement)
        elif kind == "CNAME":
            self.name(str(data))
        else:
            self.octets += ipaddress.ip_address(str(data)).packed
        self.octets[place : place + 2] = struct.pack("!H", len(self.octets) - place - 2)


def written(asked: str, kind: str, records: List[Tuple[str, str, int, object]]) -> bytes:
    writer = Writer()
    writer.octets += struct.pack("!6H", ME, 0x8180, 1, len(records), 0, 0)
    writer.name(asked)
    writer.octets += struct.pack("!2H", KINDS[kind], 1)
    for record in records:
        writer.record(*record)
    return bytes(writer.octets)


@given(names, datas, ttls, st.lists(names, max_size=3, unique=True))
def test_what_was_written_is_read(asked: str, data: Tuple[str, object], ttl: int, aliases: List[str]) -> None:
    kind, value = data
    way = [asked, *(alias for alias in aliases if alias != asked)]
    records: List[Tuple[str, str, int, object]] = [
        (alias, "CNAME", ttl, target) for alias, target in zip(way, way[1:])
    ]
    records.append((way[-1], kind, ttl, value))
    found = answer(ME, asked, kind, written(asked, kind, records))
    assert found.exists
    assert [(one.name, one.kind, one.ttl, one.data) for one in found.records] == records


@given(names, st.sampled_from(sorted(KINDS)))
def test_a_question_is_answered_by_a_reply_to_it(asked: str, kind: str) -> None:
    question = query(ME, asked, kind)
    assert answer(ME, asked, kind, question[:2] + b"\x81\x80" + question[4:]) == Answer((), True)


@given(names, datas, ttls, st.data())
def test_no_part_of_a_reply_is_a_reply(
    asked: str, data: Tuple[str, object], ttl: int, draw: st.DataObject
) -> None:
    whole = written(asked, data[0], [(asked, data[0], ttl, data[1])])
    part = whole[: draw.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(NoAnswer):
        answer(ME, asked, data[0], part)


@given(st.binary(max_size=200))
def test_any_octets(octets: bytes) -> None:
    is_truncated(octets)
    with contextlib.suppress(NoAnswer):
        answer(ME, HOST, "A", octets)


def test_nothing_makes_it_stumble() -> None:
    print(f"FUZZ_SEED={SEED}")
    read = refused = octets = 0
    slowest = 0.0
    for number in range(COUNT):
        rng = random.Random(f"{SEED} {number}")
        kind = rng.choice(sorted(KINDS))
        reply = mutated(rng, kind)
        began = time.process_time()
        try:
            found = answer(ME, HOST, kind, reply)
            read += len(found.records)
            for record in found.records:
                assert record.name.isprintable() and 0 <= record.ttl < 2**31
        except NoAnswer:
            refused += 1
        except Exception as error:
            raise AssertionError(f"input {number} of FUZZ_SEED={SEED}: {error!r}\n{reply!r}") from error
        slowest = max(slowest, time.process_time() - began)
        assert slowest < LIMIT, f"input {number} of FUZZ_SEED={SEED} took {slowest:.1f} s"
        octets += len(reply)
    print(f"{COUNT} replies, {octets} bytes, {read} records, {refused} refused, slowest {slowest:.3f} s")
    assert read > COUNT / 10 and refused > COUNT / 10


def mutated(rng: random.Random, kind: str) -> bytes:
    """A reply with a few records, of which some octets were turned, moved, repeated or lost; or as it was."""
    records = [
        (HOST, one, rng.randrange(2**31), value(rng, one)) for one in rng.choices([kind, "CNAME"], k=3)
    ]
    reply = bytearray(written(HOST, kind, records))
    for _change in range(rng.choice([0, 1, 1, 2, 5, 40])):
        place = rng.randrange(len(reply))
        change = rng.randrange(5)
        if change == 0:
            reply[place] = rng.choice([0, 0x3F, 0x40, 0xC0, 0xFF, rng.randrange(256)])
        elif change == 1:
            reply[place : place + 2] = struct.pack("!H", 0xC000 | rng.randrange(len(reply) + 4))
        elif change == 2:
            del reply[place : place + rng.randrange(1, 8)]
            reply += b"\0" * (not reply)
        elif change == 3:
            reply[place:place] = reply[place : place + rng.randrange(1, 40)]
        else:
            reply[6:8] = struct.pack("!H", rng.choice([0, 1, 3, 65535]))
    return bytes(reply)


def value(rng: random.Random, kind: str) -> object:
    target = rng.choice([HOST, "gw.example.com", "a." * 100 + "example", "x" * 63 + ".example.net"])
    return {
        "A": f"192.0.2.{rng.randrange(256)}",
        "AAAA": f"2001:db8::{rng.randrange(65536):x}",
        "CNAME": target,
        "SRV": Srv(rng.randrange(65536), rng.randrange(65536), rng.randrange(65536), target),
        "NAPTR": Naptr(rng.randrange(65536), 1, "s", "SIP+D2U", "!a!", target),
    }[kind]


def labyrinth(_name: str, kind: str) -> bytes:
    """As many records as a reply can have, the name of each as long as can be and pieced together by pointers."""
    reply = bytearray(written(HOST, kind, []))
    reply += b"\1a" * 118 + b"\xc0\x0c"
    start = struct.pack("!H", 0xC000 | (len(reply) - 238))
    record = start + struct.pack("!HHIH", KINDS["CNAME"], 1, 1, 2) + start
    count = (65535 - len(reply)) // len(record)
    # The first record's name is the labyrinth itself.
    head = bytes(reply)
    reply = bytearray(head + struct.pack("!HHIH", KINDS["CNAME"], 1, 1, 2) + b"\xc0\x0c" + record * count)
    reply[6:8] = struct.pack("!H", count + 1)
    return bytes(reply[:65535])


def crowd(name: str, kind: str) -> bytes:
    """A service with thousands of targets, each of which has an address."""
    if kind == "SRV":
        targets = [(name, "SRV", 9, Srv(1, number % 7, 5060, f"t{number}.a")) for number in range(2500)]
        return written(name, kind, list(targets))
    return written(name, kind, [(name, "A", 9, "192.0.2.5")] if kind == "A" else [])


@pytest.mark.parametrize("hostile", [labyrinth, crowd])
def test_what_is_made_to_take_long_does_not(hostile: Callable[[str, str], bytes]) -> None:
    def ask(_server: str, question: bytes, _seconds: float) -> bytes:
        name, place = [], 12
        while question[place]:
            name.append(question[place + 1 : place + 1 + question[place]].decode())
            place += 1 + question[place]
        (number,) = struct.unpack_from("!H", question, place + 1)
        kind = next(kind for kind in KINDS if KINDS[kind] == number)
        return question[:2] + hostile(".".join(name), kind)[2:]

    servers = NameServers(Configuration(("192.0.2.53",)), ask)
    began = time.process_time()
    found = Resolver(servers, "").resolve(HOST, None)
    with contextlib.suppress(NoAnswer):
        locate(Uri.parse(f"sip:{HOST}"), None, servers.lookup)
    took = time.process_time() - began
    print(f"{hostile.__name__}: {took:.2f} s, {len(found.published)} addresses")
    assert took < 10 * LIMIT

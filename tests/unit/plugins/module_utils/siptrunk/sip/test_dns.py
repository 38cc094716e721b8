# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip import dns
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import (
    Answer,
    Naptr,
    NoAnswer,
    Record,
    Srv,
)

from .wire import ASKED, address, naptr, record, reply, srv
from .wire import name as wire_name

ME, HOST = 0x1234, "sip.example.com"
A = address("A", "192.0.2.5")


def answered(*records: bytes, kind: str = "A", **more: int) -> Answer:
    return dns.answer(ME, HOST, kind, reply(ME, HOST, kind, *records, **more))


def test_a_question_is_as_the_rfc_draws_it() -> None:
    assert dns.query(ME, "SIP.example.com.", "SRV") == (
        b"\x12\x34\x01\x00\0\1\0\0\0\0\0\0" + b"\3SIP\7example\3com\0" + b"\0\x21\0\1"
    )


@pytest.mark.parametrize(
    "bad", ["a..b", ".a", "x" * 64 + ".example.com", "müller.example.com", "", ".".join(["a" * 49] * 6)]
)
def test_what_is_no_name_of_dns_is_not_asked_for(bad: str) -> None:
    with pytest.raises(UnicodeError):
        dns.query(ME, bad, "A")


def test_addresses() -> None:
    assert answered(A) == Answer((Record(HOST, "A", 300, "192.0.2.5"),), True)
    assert answered(address("AAAA", "2001:db8::5"), kind="AAAA").records[0].data == "2001:db8::5"


def test_services_with_a_name_that_points_into_the_question() -> None:
    found = answered(
        srv(10, 5, 5060, b"\3gw1" + b"\xc0\x10"), srv(20, 0, 5061, wire_name("gw2.example.net")), kind="SRV"
    )
    assert [one.data for one in found.records] == [
        Srv(10, 5, 5060, "gw1.example.com"),
        Srv(20, 0, 5061, "gw2.example.net"),
    ]


def test_a_service_that_is_decidedly_not_there() -> None:
    (found,) = answered(srv(0, 0, 0, b"\0"), kind="SRV").records
    assert found.data == Srv(0, 0, 0, "")


def test_naptr() -> None:
    (found,) = answered(naptr(50, 10, "s", "SIPS+D2T", "_sips._tcp.example.com"), kind="NAPTR").records
    assert found.data == Naptr(50, 10, "s", "SIPS+D2T", "", "_sips._tcp.example.com")


def test_other_names_are_followed_in_order_and_others_records_are_left_out() -> None:
    alias = record("CNAME", wire_name("a.example.net"), ttl=20)
    found = answered(
        address("A", "192.0.2.7", wire_name("a.example.net")),
        address("A", "192.0.2.66", wire_name("evil.example.org")),
        alias,
    )
    assert [one.data for one in found.records] == ["a.example.net", "192.0.2.7"]


def test_names_are_compared_in_any_case() -> None:
    assert answered(address("A", "192.0.2.5", wire_name("SIP.Example.COM"))).records


def test_other_names_in_a_circle_end() -> None:
    assert [one.kind for one in answered(record("CNAME", ASKED)).records] == ["CNAME"]


def test_no_such_name_and_nothing_of_that_kind_are_two_things() -> None:
    assert answered(flags=0x8183) == Answer((), exists=False)
    assert answered() == Answer((), exists=True)


def test_a_lifetime_with_the_highest_bit_is_none() -> None:
    assert answered(address("A", "192.0.2.5", ttl=2**31)).records[0].ttl == 0


def test_records_of_other_networks_and_kinds_are_no_answer() -> None:
    txt = ASKED + struct.pack("!HHIH", 16, 1, 300, 2) + b"\1x"
    assert [one.data for one in answered(record("A", b"\1\2\3\4", network=3), txt, A).records] == [
        "192.0.2.5"
    ]


def test_a_name_may_not_carry_a_terminals_codes() -> None:
    (found,) = answered(srv(1, 1, 5060, b"\4\x1b[2J\3a.b\0"), kind="SRV").records
    assert isinstance(found.data, Srv)
    assert found.data.target == r"\027[2j.a\046b"


@pytest.mark.parametrize("flags", [0x8181, 0x8182, 0x8184, 0x8185])
def test_a_failure_is_no_answer(flags: int) -> None:
    with pytest.raises(NoAnswer, match="failed"):
        answered(A, flags=flags)


LOOP = struct.pack("!6H", ME, 0x8180, 1, 0, 0, 0) + ASKED + b"\0\1\0\1"
BROKEN = {
    "nothing": b"",
    "a header and no more": reply(ME, HOST, "A")[:12],
    "cut": reply(ME, HOST, "A", A)[:-1],
    "fewer records than announced": reply(ME, HOST, "A", A, count=2),
    "thousands are announced": reply(ME, HOST, "A", A, count=65535),
    "a question and no reply": reply(ME, HOST, "A", A, flags=0x0100),
    "another identity": reply(ME + 1, HOST, "A", A),
    "another name": reply(ME, "sip.example.org", "A", A),
    "another kind": reply(ME, HOST, "AAAA", A),
    "no question": struct.pack("!6H", ME, 0x8180, 0, 1, 0, 0) + A,
    "a name that points to itself": LOOP,
    "two names that point to each other": reply(ME, HOST, "A", b"\xc0\x23\xc0\x21" + A),
    "a pointer beyond the end": reply(ME, HOST, "A", address("A", "192.0.2.5", b"\xff\xff")),
    "a label of a kind that is not": reply(ME, HOST, "A", address("A", "192.0.2.5", b"\x80\0")),
    "a label beyond the end": reply(ME, HOST, "A", b"\x3fabc", count=1),
    "an address of 16 octets": reply(ME, HOST, "A", record("A", bytes(16))),
    "an IPv6 address of 4 octets": reply(ME, HOST, "AAAA", record("AAAA", bytes(4))),
    "an address of none": reply(ME, HOST, "A", record("A", b"")),
    "data beyond the end": reply(ME, HOST, "A", record("A", b"\1\2\3\4", size=400)),
    "a string beyond the end": reply(ME, HOST, "NAPTR", record("NAPTR", b"\0\1\0\1\xffs")),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_or_anothers_is_no_answer(case: str) -> None:
    kind = {"an IPv6 address of 4 octets": "AAAA", "a string beyond the end": "NAPTR"}.get(case, "A")
    with pytest.raises(NoAnswer):
        dns.answer(ME, HOST, kind, BROKEN[case])


def test_truncated() -> None:
    assert dns.is_truncated(reply(ME, HOST, "A", flags=0x8380))
    assert not dns.is_truncated(reply(ME, HOST, "A"))
    assert not dns.is_truncated(b"\x12\x34\x83")

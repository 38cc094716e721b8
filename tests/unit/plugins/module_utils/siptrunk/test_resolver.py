# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import struct

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import resolver
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses, resolve

IDENTITY = 0x1234
# What a name server says to _sip._udp.example.com: two targets, the second one's name compressed.
QUESTION = b"\x04_sip\x04_udp\x07example\x03com\0" + struct.pack("!2H", 33, 1)
FIRST = (
    b"\xc0\x0c"
    + struct.pack("!HHIH", 33, 1, 300, 6 + 8)
    + struct.pack("!3H", 10, 0, 5060)
    + b"\x03gw1\x02de\0"
)
SECOND = (
    b"\xc0\x0c"
    + struct.pack("!HHIH", 33, 1, 300, 6 + 6)
    + struct.pack("!3H", 20, 0, 5060)
    + b"\x03gw2\xc0\x16"
)


def reply(*answers: bytes, identity: int = IDENTITY, flags: int = 0x8180) -> bytes:
    return struct.pack("!6H", identity, flags, 1, len(answers), 0, 0) + QUESTION + b"".join(answers)


def test_reads_targets_and_follows_pointers() -> None:
    assert resolver.decode_targets(IDENTITY, reply(FIRST, SECOND)) == ["gw1.de", "gw2.example.com"]


def test_asks_for_the_service() -> None:
    query = resolver.encode_query(IDENTITY, "_sip._udp.example.com")
    assert query[12:] == QUESTION
    assert struct.unpack("!6H", query[:12]) == (IDENTITY, 0x0100, 1, 0, 0, 0)


@pytest.mark.parametrize("answers", [(), (b"\xc0\x0c" + struct.pack("!HHIH", 33, 1, 300, 7) + b"\0" * 7,)])
def test_a_service_that_is_not_there_has_no_targets(answers: tuple[bytes, ...]) -> None:
    assert resolver.decode_targets(IDENTITY, reply(*answers)) == []


def test_a_name_that_is_not_there_has_no_targets() -> None:
    assert resolver.decode_targets(IDENTITY, reply(flags=0x8183)) == []


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        reply(FIRST)[:-3],
        reply(FIRST, identity=IDENTITY + 1),
        reply(flags=0x8182),
        # a pointer to itself
        struct.pack("!6H", IDENTITY, 0x8180, 1, 0, 0, 0) + b"\xc0\x0c",
    ],
)
def test_a_reply_that_says_nothing_is_not_taken_for_an_answer(broken: bytes) -> None:
    assert resolver.decode_targets(IDENTITY, broken) is None


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example.com", "müller.example.com"])
def test_what_is_no_name_of_dns_is_not_asked_for(name: str) -> None:
    with pytest.raises(UnicodeError):
        resolver.encode_query(IDENTITY, name)


@pytest.mark.parametrize(
    ("host", "address"),
    [("192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"), ("[2001:db8:0::1]", "2001:db8::1")],
)
def test_an_address_is_its_own_answer(host: str, address: str) -> None:
    assert resolve(host) == Addresses(frozenset([address]), True)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A DNS in which these names have an address, and example.com is a service at gw.example.com."""
    known = {"example.com": "192.0.2.80", "gw.example.com": "192.0.2.5"}

    def getaddrinfo(name: str, *_: object, **__: object) -> list[object]:
        if name not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (known[name], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    services = {"_sip._udp.example.com": ["gw.example.com"]}
    monkeypatch.setattr(resolver, "_srv_targets", lambda name: services.get(name, []))
    return known


def test_without_a_port_the_targets_of_the_service_count(names: dict[str, str]) -> None:
    assert resolve("example.com") == Addresses(
        frozenset(["192.0.2.80", "192.0.2.5"]), True, of_services=frozenset(["192.0.2.5"])
    )


def test_with_a_port_only_the_name_itself_counts(names: dict[str, str]) -> None:
    assert resolve("example.com", 5060) == Addresses(frozenset(["192.0.2.80"]), True)


def test_a_name_that_does_not_resolve_has_no_addresses(names: dict[str, str]) -> None:
    assert resolve("nowhere.example.com") == Addresses(frozenset(), True)


def test_when_no_name_server_says_about_services_the_answer_is_not_complete(
    names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "_srv_targets", lambda name: None)
    assert resolve("example.com") == Addresses(frozenset(["192.0.2.80"]), False)

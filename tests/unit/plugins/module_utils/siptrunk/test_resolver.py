# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
from typing import Mapping

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import (
    Addresses,
    Published,
    Resolver,
    normal,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import (
    Answer,
    Naptr,
    NoAnswer,
    Record,
    Srv,
)

HOST, GATEWAY, OTHER = "example.com", "gw.example.com", "gw.example.net"
A = Record(HOST, "A", 300, "192.0.2.80")
RECORDS = {
    (HOST, "A"): [A],
    (GATEWAY, "A"): [Record(GATEWAY, "A", 60, "192.0.2.5")],
    (OTHER, "AAAA"): [Record(OTHER, "AAAA", 3600, "2001:DB8::5")],
    (f"_sip._udp.{HOST}", "SRV"): [Record(f"_sip._udp.{HOST}", "SRV", 120, Srv(10, 0, 5060, GATEWAY))],
}
OF_SERVICE = Published("192.0.2.5", f"_sip._udp.{HOST}", "SRV A", 60)
OF_NAME = Published("192.0.2.80", HOST, "A", 300)


class Servers:
    """Name servers that have these records, and nothing to say about some names."""

    def __init__(self, records: Mapping[tuple[str, str], list[Record]], silent: tuple[str, ...] = ()) -> None:
        self.records, self.silent = records, silent

    def lookup(self, name: str, kind: str) -> Answer:
        if name.startswith(self.silent):
            raise NoAnswer("no name server answers")
        return Answer(
            tuple(self.records.get((name, kind), ())), any(name == one for one, _kind in self.records)
        )

    def search(self, name: str) -> list[str]:
        return [name, f"{name}.example.org"]


@pytest.fixture(autouse=True)
def no_other_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(name: str, *_: object, **__: object) -> list[object]:
        if name != "printer.local":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("198.51.100.7", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def resolver(
    silent: tuple[str, ...] = ("nowhere-at-all",), hosts: str = "", **more: list[Record]
) -> Resolver:
    records = {**RECORDS, **{tuple(key.rsplit(" ", 1)): value for key, value in more.items()}}
    return Resolver(Servers(records, silent), hosts)  # type: ignore[arg-type]


def of(*published: Published, services: tuple[Published, ...] = (), complete: bool = True) -> Addresses:
    known, led_to = ({one.address for one in some} for some in (published, services))
    return Addresses(frozenset(known), complete, frozenset(led_to), published)


@pytest.mark.parametrize(
    ("host", "itself"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8:0::1]", "2001:db8::1"),
        ("198.51.100.0/24", "198.51.100.0/24"),
    ],
)
def test_an_address_or_network_is_its_own_answer(host: str, itself: str) -> None:
    assert resolver().resolve(host, None) == Addresses(frozenset([itself]), True)


def test_without_a_port_the_targets_of_the_service_count() -> None:
    # The lifetime is the shortest on the way.
    assert resolver().resolve(HOST, None) == of(OF_SERVICE, OF_NAME, services=(OF_SERVICE,))


def test_with_a_port_only_the_name_itself_counts() -> None:
    assert resolver().resolve(HOST, 5060) == of(OF_NAME)


def test_naptr_leads_to_services_of_other_names() -> None:
    service = f"_sips._tcp.{OTHER}"
    more = {
        f"{HOST} NAPTR": [Record(HOST, "NAPTR", 5, Naptr(1, 1, "s", "SIPS+D2T", "", service))],
        f"{service} SRV": [Record(service, "SRV", 120, Srv(1, 1, 5061, OTHER))],
    }
    led_to = Published("2001:db8::5", service, "NAPTR AAAA", 120)
    assert resolver(**more).resolve(HOST, None) == of(OF_SERVICE, led_to, OF_NAME, services=(OF_SERVICE,))


def test_the_hosts_file_stands_before_dns() -> None:
    hosts = "192.0.2.9 sip EXAMPLE.com # 192.0.2.10\n192.0.2.11 example.net\n"
    assert resolver(hosts=hosts).resolve(HOST, 5060) == of(Published("192.0.2.9", HOST, "hosts"))


def test_a_short_name_is_looked_for_in_the_search_domains() -> None:
    more = {"gw.example.org A": [Record("gw.example.org", "A", 5, "192.0.2.6")]}
    assert resolver(**more).resolve("gw", 5060) == of(Published("192.0.2.6", "gw", "A", 5))


def test_the_system_may_know_what_dns_does_not() -> None:
    assert resolver().resolve("printer.local", 5060) == of(
        Published("198.51.100.7", "printer.local", "system")
    )


def test_a_name_that_does_not_resolve_has_no_addresses() -> None:
    assert resolver().resolve("nowhere.example.com", None) == Addresses(frozenset(), True)


@pytest.mark.parametrize("silent", ["_sip._tcp", GATEWAY])
def test_when_no_name_server_says_about_services_the_answer_is_not_complete(silent: str) -> None:
    found = resolver((silent,)).resolve(HOST, None)
    assert not found.complete
    assert "192.0.2.80" in found.known


def test_when_no_name_server_says_about_a_name_it_may_have_any_address() -> None:
    assert resolver((HOST,)).resolve(HOST, 5060) == Addresses(frozenset(), False)


def test_the_own_addresses_of_a_name() -> None:
    assert resolver().resolve(HOST, None).of_name == {"192.0.2.80"}
    assert resolver().resolve("192.0.2.1", None).of_name == {"192.0.2.1"}


def test_half_of_the_addresses_is_not_all_of_them() -> None:
    class Half(Servers):
        def lookup(self, name: str, kind: str) -> Answer:
            if kind == "AAAA":
                raise NoAnswer("no name server answers")
            return super().lookup(name, kind)

    found = Resolver(Half(RECORDS), "").resolve(HOST, 5060)  # type: ignore[arg-type]
    assert (found.known, found.complete) == ({"192.0.2.80"}, False)


def test_who_does_not_answer_about_naptr_leaves_nothing_open() -> None:
    class Deaf(Servers):
        def lookup(self, name: str, kind: str) -> Answer:
            if kind == "NAPTR":
                raise NoAnswer("no name server answers")
            return super().lookup(name, kind)

    found = Resolver(Deaf(RECORDS), "").resolve(HOST, None)  # type: ignore[arg-type]
    assert found == resolver().resolve(HOST, None)


def test_a_name_that_is_another_lives_as_long_as_both() -> None:
    alias = Record("www.example.com", "CNAME", 30, HOST)
    more = {"www.example.com A": [alias, A]}
    assert resolver(**more).resolve("www.example.com", 5060).published == (
        Published("192.0.2.80", "www.example.com", "A", 30),
    )


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("192.0.2.7/24", "192.0.2.0/24"),
        ("192.0.2.0/255.255.255.0", "192.0.2.0/24"),
        ("192.0.2.7/32", "192.0.2.7"),
        ("192.0.2.1:5060", "192.0.2.1:5060"),
    ],
)
def test_one_spelling(text: str, spelled: str) -> None:
    assert normal(text) == spelled

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import collections
import random
from typing import Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import (
    Answer,
    Naptr,
    NoAnswer,
    Record,
    Srv,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import (
    Target,
    locate,
    ordered,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri

HOST, GATEWAY, SPARE = "example.com", "gw1.example.com", "gw2.example.com"
Zone = dict[tuple[str, str], list[Record]]
ADDRESSES: Zone = {
    (HOST, "A"): [Record(HOST, "A", 300, "192.0.2.80")],
    (GATEWAY, "A"): [Record(GATEWAY, "A", 60, "192.0.2.5")],
    (GATEWAY, "AAAA"): [Record(GATEWAY, "AAAA", 50, "2001:db8::5")],
    (SPARE, "A"): [Record(SPARE, "A", 70, "192.0.2.6")],
}


def srv(service: str, *data: Srv) -> Zone:
    return {(service, "SRV"): [Record(service, "SRV", 120, one) for one in data]}


def naptr(*data: Naptr) -> Zone:
    return {(HOST, "NAPTR"): [Record(HOST, "NAPTR", 120, one) for one in data]}


UDP = srv(f"_sip._udp.{HOST}", Srv(20, 0, 5060, SPARE), Srv(10, 0, 5070, GATEWAY))
TLS = srv(f"_sips._tcp.{HOST}", Srv(10, 0, 5061, GATEWAY))
GW_UDP = [Target("udp", "192.0.2.5", 5070, HOST, 60), Target("udp", "2001:db8::5", 5070, HOST, 50)]
SPARE_UDP = [Target("udp", "192.0.2.6", 5060, HOST, 70)]
GW_TLS = [Target("tls", "192.0.2.5", 5061, HOST, 60), Target("tls", "2001:db8::5", 5061, HOST, 50)]


def found(uri: str, *zones: Zone, transport: Optional[str] = None, silent: str = "-") -> list[Target]:
    records = {key: value for zone in (ADDRESSES, *zones) for key, value in zone.items()}

    def lookup(name: str, kind: str) -> Answer:
        if kind == silent:
            raise NoAnswer("no name server answers")
        return Answer(tuple(records.get((name, kind), ())), any(name == one for one, _kind in records))

    return locate(Uri.parse(uri), transport, lookup, random.Random(1))


@pytest.mark.parametrize(
    ("uri", "transport", "target"),
    [
        ("sip:192.0.2.1", None, Target("udp", "192.0.2.1", 5060, "192.0.2.1")),
        ("sip:[2001:db8::1]:5080", None, Target("udp", "2001:db8::1", 5080, "2001:db8::1")),
        ("sips:192.0.2.1", None, Target("tls", "192.0.2.1", 5061, "192.0.2.1")),
        ("sip:192.0.2.1;transport=tcp", None, Target("tcp", "192.0.2.1", 5060, "192.0.2.1")),
        ("sips:192.0.2.1;transport=tcp", None, Target("tls", "192.0.2.1", 5061, "192.0.2.1")),
        ("sip:192.0.2.1", "tls", Target("tls", "192.0.2.1", 5061, "192.0.2.1")),
        (f"sip:{HOST}:5080", None, Target("udp", "192.0.2.80", 5080, HOST, 300)),
    ],
)
def test_an_address_or_a_port_leaves_nothing_to_services(
    uri: str, transport: Optional[str], target: Target
) -> None:
    assert found(uri, UDP, TLS, transport=transport, silent="SRV") == [target]


def test_services_by_priority_each_with_all_of_its_addresses() -> None:
    assert found(f"sip:{HOST}", UDP) == [*GW_UDP, *SPARE_UDP]


def test_the_transport_that_was_asked_for_alone_counts() -> None:
    assert found(f"sip:{HOST};transport=tls", UDP, TLS) == GW_TLS
    assert found(f"sips:{HOST}", UDP, TLS) == GW_TLS


def test_naptr_says_which_transport_comes_first() -> None:
    order = naptr(
        Naptr(20, 1, "s", "SIP+D2U", "", f"_sip._udp.{HOST}"),
        Naptr(10, 1, "S", "sips+d2t", "", f"_sips._tcp.{HOST}"),
        Naptr(1, 1, "u", "E2U+sip", "!.*!x!", ""),
    )
    assert found(f"sip:{HOST}", UDP, TLS, order) == [*GW_TLS, *GW_UDP, *SPARE_UDP]


def test_without_services_the_name_itself_counts() -> None:
    assert found(f"sip:{HOST}") == [Target("udp", "192.0.2.80", 5060, HOST, 300)]


def test_a_name_that_leads_nowhere() -> None:
    assert found("sip:nowhere.example.com") == []


@pytest.mark.parametrize("silent", ["NAPTR", "SRV"])
def test_nobody_could_tell_is_no_list_of_targets(silent: str) -> None:
    with pytest.raises(NoAnswer):
        found(f"sip:{HOST}", UDP, silent=silent)


def test_half_of_the_addresses_is_better_than_none() -> None:
    assert found(f"sip:{GATEWAY}:5060", silent="AAAA") == [Target("udp", "192.0.2.5", 5060, GATEWAY, 60)]


def test_weights_are_drawn_in_proportion_and_nobody_is_left_out() -> None:
    rng = random.Random(7)
    records = [Srv(1, 30, 1, "heavy"), Srv(1, 10, 1, "light"), Srv(1, 0, 1, "zero"), Srv(0, 0, 1, "first")]
    first: collections.Counter[str] = collections.Counter()
    for _draw in range(4000):
        targets = [one.target for one in ordered(records, rng)]
        assert sorted(targets) == ["first", "heavy", "light", "zero"] and targets[0] == "first"
        first[targets[1]] += 1
    # 30 of 41, and 10 of 41; weight 0 has one chance in 41.
    assert 2700 < first["heavy"] < 3150 and 800 < first["light"] < 1150 and 20 < first["zero"] < 200

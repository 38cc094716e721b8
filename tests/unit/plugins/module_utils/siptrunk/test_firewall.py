# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.shared import Port
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import (
    ConfigError,
    SipTrunkError,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.firewall import (
    addresses,
    from_json,
    is_one_of,
    passes,
    ruleset,
    to_json,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses

HOST = "sip.example.com"
TRUNK = ExpectedTrunk(
    "t",
    "pjsip",
    None,
    (
        ExpectedPeer("t", HOST),
        ExpectedPeer("t", "198.51.100.9"),
        ExpectedPeer("t-out", "proxy.example.com", trusted=False),
    ),
)


def found(*now: str, complete: bool = True, had: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The addresses of the host that answers so, and had those before."""

    def resolve(host: str, port: Optional[int]) -> Addresses:
        assert host != "proxy.example.com", "calls do not come from there"
        return Addresses(frozenset(now), complete) if host == HOST else Addresses(frozenset([host]), True)

    providers = addresses([TRUNK], resolve, {HOST: had, "gone.example.com": ("192.0.2.99",)})
    assert set(providers) == {HOST, "198.51.100.9"} and providers["198.51.100.9"] == ("198.51.100.9",)
    return providers[HOST]


def test_a_provider_that_moved_leaves_its_old_address() -> None:
    assert found("192.0.2.2", had=("192.0.2.1",)) == ("192.0.2.2",)


@pytest.mark.parametrize("complete", [True, False])
def test_dead_name_servers_lock_nobody_out(complete: bool) -> None:
    assert found(complete=complete, had=("192.0.2.1",)) == ("192.0.2.1",)


def test_what_was_found_for_one_port_of_a_host_stays_where_another_one_is_not_answered() -> None:
    trunk = ExpectedTrunk("t", "pjsip", None, (ExpectedPeer("t", HOST), ExpectedPeer("u", HOST, 5060)))

    def resolve(_host: str, port: Optional[int]) -> Addresses:
        return Addresses(frozenset(), False) if port else Addresses(frozenset(["192.0.2.1"]), True)

    for peers in (trunk.peers, trunk.peers[::-1]):
        assert addresses([replace(trunk, peers=peers)], resolve, {}) == {HOST: ("192.0.2.1",)}


def test_who_goes_is_there_until_the_change_is_proven() -> None:
    def resolve(host: str, port: Optional[int]) -> Addresses:
        return Addresses(frozenset(["192.0.2.2"]), True)

    trunk = replace(TRUNK, peers=TRUNK.peers[:1])
    known = {HOST: ("192.0.2.1",), "gone.example.com": ("192.0.2.99",)}
    assert addresses([trunk], resolve, known, going=True) == {
        HOST: ("192.0.2.2",),
        "gone.example.com": ("192.0.2.99",),
    }
    assert addresses([trunk], resolve, known) == {HOST: ("192.0.2.2",)}


def test_half_an_answer_takes_nothing_away() -> None:
    assert found("192.0.2.2", complete=False, had=("192.0.2.1",)) == ("192.0.2.1", "192.0.2.2")


PROVIDERS = {HOST: ("192.0.2.1", "192.0.2.2", "2001:db8::1"), "198.51.100.9": ("198.51.100.9",)}
NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.7"]


def test_the_rules() -> None:
    text = ruleset(PROVIDERS, NETWORKS, {Port("udp", 5060), Port("tcp", 5061), Port("tcp", 5060)})
    assert text.startswith("table inet siptrunk\ndelete table inet siptrunk\ntable inet siptrunk {\n")
    for line in (
        "elements = { 192.0.2.1, 192.0.2.2, 198.51.100.9 };",
        "set providers6 { type ipv6_addr; flags interval; elements = { 2001:db8::1 }; }",
        "tcp dport { 5060, 5061 } jump sip\n    udp dport { 5060 } jump sip",
        "ip saddr { 10.0.0.0/8, 192.0.2.7 } accept",
        "ip saddr @providers4 accept",
    ):
        assert line in text
    assert text.rstrip().endswith("counter drop\n  }\n}")


def test_without_providers_there_are_empty_sets() -> None:
    text = ruleset({}, [], [Port("udp", 5060)])
    assert "set providers4 { type ipv4_addr; flags interval; }" in text and "saddr {" not in text


@pytest.mark.parametrize(
    ("address", "through"),
    [
        ("192.0.2.1", True),
        ("10.9.9.9", True),
        ("192.0.2.3", False),
        ("2001:db8::1", True),
        ("2001:db8::2", False),
    ],
)
def test_who_passes(address: str, through: bool) -> None:
    assert passes(address, PROVIDERS, NETWORKS) is through


def test_what_was_known_is_read_back() -> None:
    assert from_json(to_json(PROVIDERS), "f") == PROVIDERS
    for text in ("[]", "{}", '{"schema": "other/1"}', "{"):
        with pytest.raises(ConfigError):
            from_json(text, "f")


def test_as_long_as_a_host_is_nowhere_nobody_is_a_stranger() -> None:
    assert is_one_of("192.0.2.1", {HOST: ("192.0.2.1",)}, [])
    assert not is_one_of("192.0.2.2", {HOST: ("192.0.2.1",)}, [])
    assert is_one_of("192.0.2.1", {HOST: (), "other.example.com": ("192.0.2.1",)}, [])
    with pytest.raises(SipTrunkError, match=HOST):
        is_one_of("192.0.2.2", {HOST: (), "other.example.com": ("192.0.2.1",)}, [])

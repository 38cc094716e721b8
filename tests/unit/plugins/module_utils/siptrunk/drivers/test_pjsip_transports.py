# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip_transports
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import tls as tls_of
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.pjsip_transports import (
    Transport,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.shared import Port
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.tls import UNSAID, Tls
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks

DECLARED = Tls(authorities="/etc/ssl/provider.pem")
ACCOUNT = {"user": "4321", "secret": "canary"}


def trunk(name: str = "t", registers: bool = True, **provider: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"name": name, "provider": {"host": f"{name}.example.com", **provider}}
    return {**data, "registration": ACCOUNT} if registers else data


def trunks(*given: dict[str, Any]) -> tuple[Trunk, ...]:
    return load_trunks(given, driver="pjsip")


def needed(
    *given: dict[str, Any],
    present: str = "",
    before: Optional[str] = None,
    busy: frozenset[Port] = frozenset(),
    tls: Tls = DECLARED,
) -> list[str]:
    found = pjsip_transports.needed(
        trunks(*given), load_text(present), load_text(before) if before else None, busy, tls, {}
    )
    return [f"{transport.name} {transport.bind}" for transport in found]


def test_one_for_each_protocol_and_version_of_ip() -> None:
    found = needed(
        trunk("a"),
        trunk("b"),
        trunk("c", transport="tcp"),
        trunk("d", transport="tls"),
        trunk("e", host="2001:db8::1"),
        trunk("f", outbound_proxy="[2001:db8::2]:5070", transport="tcp"),
    )
    assert found == [
        "trunks-udp 0.0.0.0:5060",
        "trunks-tcp 0.0.0.0:5060",
        "trunks-tls 0.0.0.0:5061",
        "trunks-udp6 [::]:5060",
        "trunks-tcp6 [::]:5060",
    ]


@pytest.mark.parametrize(
    ("present", "found"),
    [
        ("[t]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5070\n", []),
        ("[t]\ntype=transport\nbind=192.0.2.1\n", []),
        ("[t]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0\n", ["trunks-udp 0.0.0.0:5060"]),
        ("[t]\ntype=transport\nprotocol=udp\nbind=[::]\n", ["trunks-udp 0.0.0.0:5062"]),
        ("[t](!)\ntype=transport\nprotocol=udp\nbind=0.0.0.0\n", ["trunks-udp 0.0.0.0:5060"]),
    ],
)
def test_one_that_somebody_wrote_is_used(present: str, found: list[str]) -> None:
    assert needed(trunk(), present=present) == found


def test_a_port_that_others_have_is_left_to_them_and_ours_is_kept() -> None:
    busy = frozenset({Port("udp", 5060), Port("udp", 5062), Port("tcp", 5060)})
    assert needed(trunk(), busy=busy) == ["trunks-udp 0.0.0.0:5064"]
    before = "[trunks-udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5062\n"
    assert needed(trunk(), before=before) == ["trunks-udp 0.0.0.0:5062"]


def test_a_provider_that_cannot_learn_the_port_is_a_problem() -> None:
    given = trunks(trunk("a"), trunk("b", registers=False))
    (problem,) = pjsip_transports.check(given, [Transport("udp", "0.0.0.0", 5062)])
    assert problem.trunk == "b"
    assert "5062" in problem.reason and "chan_sip" in problem.fix
    assert not list(pjsip_transports.check(given, [Transport("udp", "0.0.0.0", 5060)]))


def over_tls(tls: Tls, before: str = "") -> str:
    given = trunks(trunk(transport="tls"))
    found = pjsip_transports.needed(given, load_text(""), load_text(before), frozenset(), tls, {})
    return str(pjsip_transports.render(found))


def test_tls_verifies_the_provider() -> None:
    assert "verify_server = yes\nca_list_file = /etc/ssl/provider.pem\n" in over_tls(DECLARED)
    both = over_tls(Tls("/ca.pem", "/cert.pem", "/key.pem"))
    assert "ca_list_file = /ca.pem\ncert_file = /cert.pem\npriv_key_file = /key.pem\n" in both


def test_what_was_declared_of_tls_now_counts_more_than_what_was_there() -> None:
    assert "ca_list_file = /ca.pem\n" in over_tls(Tls("/ca.pem"), before=over_tls(DECLARED))


def test_nobody_is_believed_whom_nobody_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_of, "_OF_DISTRIBUTIONS", ("/nowhere",))
    with pytest.raises(SipTrunkError, match="ca-certificates"):
        over_tls(UNSAID)


def test_a_declared_transport_verifies_unless_it_says_otherwise() -> None:
    given = [{"protocol": "tls", "options": {"verify_server": False, "method": "tlsv1_3"}}, {}]
    secured, other = pjsip_transports.verifying(pjsip_transports.declared(given), DECLARED)
    assert (secured.options["verify_server"], secured.options["method"]) == (("no",), ("tlsv1_3",))
    assert secured.options["ca_list_file"] == (DECLARED.authorities,)
    assert other.options == {}


def test_declared_ones_are_written_as_they_are() -> None:
    (one, other) = pjsip_transports.declared(
        [
            {"protocol": "udp", "bind": "0.0.0.0:5062", "options": {"allow_reload": True, "tos": 96}},
            {"protocol": "udp", "bind": "[2001:db8::7]"},
        ]
    )
    assert (one.name, one.bind, other.name, other.bind) == (
        "trunks-udp", "0.0.0.0:5062", "trunks-udp6", "[2001:db8::7]:5060",
    )  # fmt: skip
    assert str(pjsip_transports.render([one])).endswith(
        "[trunks-udp]\ntype = transport\nprotocol = udp\nbind = 0.0.0.0:5062\nallow_reload = yes\ntos = 96\n"
    )
    assert list(pjsip_transports.unknown([one], of_release("22.10.1"))) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([{"bind": "sip.example.com"}], "bind = sip.example.com"),
        ([{"bind": "0.0.0.0:70000"}], "bind = 0.0.0.0:70000"),
        ([{"protocol": "ws"}], "protocol = ws"),
        ([{}, {}], "a second one of trunks-udp"),
        ([{"options": {"bind": "0.0.0.0"}}], "write bind beside options"),
        ([{"options": {"tos": "a\nb"}}], "options.tos"),
    ],
)
def test_declared_ones_that_cannot_be(given: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(SipTrunkError, match="transports: #") as error:
        pjsip_transports.declared(given)
    assert words in str(error.value)


def test_an_option_that_this_asterisk_does_not_know() -> None:
    (reason,) = pjsip_transports.unknown(
        pjsip_transports.declared([{"options": {"tcp_keepalive_enable": "yes"}}]), of_release("16.28.0")
    )
    assert "trunks-udp: options.tcp_keepalive_enable: Asterisk 16.28.0 has no option" in reason


def test_what_changes_takes_a_restart() -> None:
    before = load_text(str(pjsip_transports.render([Transport("udp", "0.0.0.0", 5060)])))
    assert pjsip_transports.changed([Transport("udp", "0.0.0.0", 5060)], before) == []
    assert pjsip_transports.changed([Transport("udp", "0.0.0.0", 5070)], before) == ["trunks-udp"]
    assert pjsip_transports.changed([Transport("tcp", "0.0.0.0", 5060)], before) == []


@pytest.mark.parametrize(
    ("provider", "resolves"),
    [
        ({}, True),
        ({"host": "192.0.2.1"}, False),
        ({"host": "2001:db8::1"}, False),
        ({"outbound_proxy": "192.0.2.2:5070"}, False),
        ({"outbound_proxy": "[2001:db8::2]"}, False),
        ({"host": "192.0.2.1", "outbound_proxy": "proxy.example.com:5070"}, True),
    ],
)
def test_whether_chan_pjsip_resolves_a_name(provider: dict[str, Any], resolves: bool) -> None:
    assert pjsip_transports.resolved_by_pjsip(trunks(trunk(**provider))) is resolves
    assert not pjsip_transports.resolved_by_pjsip(trunks({**trunk(**provider), "enabled": False}))

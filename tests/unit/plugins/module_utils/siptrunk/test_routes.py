# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import dialplan, routing
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.routes import (
    load_declared,
    without_emergency,
)

CHEAP: dict[str, Any] = {
    "name": "cheap",
    "provider": {"host": "198.51.100.9"},
    "outbound": {"max_channels": 1},
}
SAFE: dict[str, Any] = {
    "name": "safe",
    "provider": {"host": "192.0.2.1"},
    "outbound": {"caller_id": "4930", "max_channels": 9},
}
ACCOUNT: dict[str, Any] = {
    "name": "account",
    "provider": {"host": "sip.example.com"},
    "registration": {"user": "4321", "secret": "canary"},
}
EMERGENCY = {"name": "sos", "emergency": True, "patterns": ["112"], "trunks": ["cheap", "safe"]}
ABROAD = {"name": "abroad", "patterns": ["_00X."], "strip": 2, "prepend": "+", "trunks": ["cheap", "safe"]}
TRUNKS = (CHEAP, SAFE)


def render(*routes: dict[str, Any]) -> dict[str, str]:
    """The lines of each context."""
    loaded, ways = load_declared(TRUNKS, routes, driver="chan_sip")
    blocks = str(dialplan.render(loaded, chan_sip, ways)).split("\n[")[1:]
    return dict(block.split("]\n", 1) for block in blocks)


def problems(*routes: dict[str, Any], trunks: Sequence[dict[str, Any]] = TRUNKS) -> list[str]:
    with pytest.raises(InvalidTrunks) as caught:
        load_declared(trunks, routes, driver="chan_sip")
    return [str(problem) for problem in caught.value.problems]


def test_trunks_are_tried_in_order_each_with_its_limit_and_its_caller() -> None:
    assert render(ABROAD)["route-abroad"].startswith(
        "exten => _00X.,1,Set(SIPTRUNK_NUMBER=+${FILTER(0-9+*#,${EXTEN:2})})\n"
        "same => n,Set(SIPTRUNK_CALLER=${CALLERID(num)})\n"
        "same => n(cheap),Set(GROUP(siptrunk)=cheap)\n"
        "same => n,GotoIf($[${GROUP_COUNT(cheap@siptrunk)} > 1]?safe)\n"
        "same => n,Set(CALLERID(num)=${SIPTRUNK_CALLER})\n"
        "same => n,Dial(SIP/${SIPTRUNK_NUMBER}@cheap-out)\n"
        'same => n,ExecIf($["${DIALSTATUS}" != "CONGESTION" & "${DIALSTATUS}" != "CHANUNAVAIL" '
        "| 0${HANGUPCAUSE} = 1 | 0${HANGUPCAUSE} = 28]?Hangup(${HANGUPCAUSE}))\n"
        "same => n(safe),Set(GROUP(siptrunk)=safe)\n"
        "same => n,ExecIf($[${GROUP_COUNT(safe@siptrunk)} > 9]?Hangup(34))\n"
        "same => n,Set(CALLERID(num)=4930)\n"
        "same => n,Dial(SIP/${SIPTRUNK_NUMBER}@safe-out)\n"
        "same => n,Hangup(${HANGUPCAUSE})\n"
    )


def test_an_emergency_call_knows_no_limit_and_tries_every_trunk() -> None:
    text = render(EMERGENCY, ABROAD)["route-sos"]
    assert text.startswith("exten => 112,1,Log(NOTICE,emergency call to ${EXTEN})\n")
    assert [step for step in ("GROUP_COUNT", "DIALSTATUS") if step in text] == []
    assert [text.count(f"@{name}-out)") for name in ("cheap", "safe")] == [1, 1]


def test_an_emergency_number_stands_before_the_patterns_of_each_context_that_calls_out() -> None:
    contexts = render(ABROAD, EMERGENCY)
    for name in ("to-cheap", "to-safe", "route-abroad"):
        assert contexts[name].startswith("exten => 112,1,Goto(route-sos,112,1)\n")
    assert contexts["routes"] == "include => route-abroad\ninclude => route-sos\n"


def test_a_caller_of_the_route_counts_for_all_its_trunks() -> None:
    text = render({**ABROAD, "caller_id": "4940"})["route-abroad"]
    assert text.count("CALLERID") == text.count("Set(CALLERID(num)=4940)") == 1


def test_a_trunk_that_is_not_enabled_is_left_out() -> None:
    loaded, ways = load_declared([{**CHEAP, "enabled": False}, SAFE], [ABROAD], driver="chan_sip")
    assert "cheap" not in str(dialplan.render(loaded, chan_sip, ways)).replace("Route abroad: cheap", "")


def test_without_routes_nothing_is_added() -> None:
    assert list(render()) == ["to-cheap", "to-safe"]
    assert list(render({"name": "none", "emergency": True, "patterns": []})) == ["to-cheap", "to-safe"]


@pytest.mark.parametrize("routes", [[ABROAD], [EMERGENCY, ABROAD], [{**ABROAD, "caller_id": "1"}]])
def test_routes_are_read_back_and_the_trunks_too(routes: list[dict[str, Any]]) -> None:
    loaded, ways = load_declared(TRUNKS, routes, driver="chan_sip")
    effective = load_text(str(dialplan.render(loaded, chan_sip, ways)))
    assert routing.read(effective) == routes
    found = chan_sip.read(load_text(str(chan_sip.render(loaded)), included=True)).trunks
    assert dialplan.complete(found, effective, chan_sip) == list(TRUNKS)


def test_all_problems_of_trunks_and_routes_are_told_at_once() -> None:
    told = problems(
        {"name": "a", "patterns": ["s", "_XX"], "trunks": ["cheap"], "speed": 1},
        {"name": "b", "patterns": ["_X"], "trunks": ["cheap"], "strip": 1},
        {"name": "c", "emergency": True, "patterns": ["_11X"], "trunks": []},
        {"name": "d", "patterns": []},
        trunks=[{**CHEAP, "provider": {"host": "dynamic"}}],
    )
    assert [line.split(":")[0] + ":" + line.split(":")[1] for line in told] == [
        "trunk cheap: provider.host = dynamic",
        "route a: speed",
        "route a: patterns = ['s', '_XX']",
        "route b: strip = 1",
        "route c: trunks",
        "route d: patterns",
        "route d: trunks",
    ]


@pytest.mark.parametrize(
    ("routes", "trunks", "said"),
    [
        (
            [{**ABROAD, "trunks": ["chaep"]}],
            list(TRUNKS),
            "trunks = chaep: there is no such trunk; did you mean cheap?",
        ),
        (
            [ABROAD, {**ABROAD, "name": "ABROAD"}],
            list(TRUNKS),
            "name = ABROAD: is the name of an earlier route, abroad",
        ),
        ([ABROAD, {**ABROAD, "name": "b"}], TRUNKS, "patterns = _00X.: has the route abroad already"),
        ([{**EMERGENCY, "patterns": ["_11X"]}], TRUNKS, "patterns = _11X: is a pattern"),
        ([ABROAD], [{**CHEAP, "enabled": False}, {**SAFE, "enabled": False}], "none of them is enabled"),
        (
            [ABROAD],
            [{**CHEAP, "inbound": {"context": "routes"}}, SAFE],
            "is the inbound context of the trunk cheap",
        ),
        (
            [{**ABROAD, "trunks": ["account"], "caller_id": "1"}],
            [ACCOUNT],
            "caller_id = 1: is never seen through the trunk account",
        ),
    ],
)
def test_what_cannot_work_is_refused(
    routes: list[dict[str, Any]], trunks: list[dict[str, Any]], said: str
) -> None:
    assert said in "\n".join(problems(*routes, trunks=trunks))


def test_routes_without_emergency_numbers_are_told_unless_that_is_said() -> None:
    assert "emergency: true" in "".join(without_emergency([ABROAD]))
    assert list(without_emergency([])) == []
    assert list(without_emergency([ABROAD, {"name": "none", "emergency": True, "patterns": []}])) == []


@pytest.mark.parametrize(("line", "found"), [("", False), ("include => routes\n", True)])
def test_the_linter_sees_who_could_reach_the_routes_from_outside(line: str, found: bool) -> None:
    trunks, ways = load_declared([*TRUNKS, ACCOUNT], [ABROAD], driver="chan_sip")
    extensions = f"{dialplan.render(trunks, chan_sip, ways)}\n[from-account]\nexten => 1,1,Answer()\n{line}"
    texts = {"sip.conf": f"[general]\n{chan_sip.render(trunks)}", "extensions.conf": extensions}
    report = lint([from_texts(texts)])
    assert ("DIAL001" in {finding.rule for finding in report.findings}) is found

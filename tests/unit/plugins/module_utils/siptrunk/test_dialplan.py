# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import dialplan
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip, pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

SMARTVOX: dict[str, Any] = {
    "name": "smartvox",
    "description": "head office",
    "provider": {"host": "mysipsp.com"},
    "inbound": {"numbers": {"1234": {"goto": "internal,100,1"}, "_4930123XX": {"goto": "ivr,s,start"}}},
}
LIMITED: dict[str, Any] = {
    "name": "a.b-c_d",
    "provider": {"host": "198.51.100.9"},
    "inbound": {"context": "incoming", "numbers": {"s": {"goto": "internal,100,1"}}},
    "outbound": {"context": "outgoing", "max_channels": 2},
}


def render(*trunks: dict[str, Any]) -> str:
    return str(dialplan.render(load_trunks(trunks), chan_sip))


def test_numbers_and_calls() -> None:
    assert render(SMARTVOX) == (
        "; Managed by Ansible (telephony.asterisk): changes here are overwritten.\n"
        "\n"
        "; head office: calls from the provider\n"
        "[from-smartvox]\n"
        "exten => 1234,1,Goto(internal,100,1)\n"
        "exten => _4930123XX,1,Goto(ivr,s,start)\n"
        "\n"
        "; head office: calls to the provider\n"
        "[to-smartvox]\n"
        "exten => _+X.,1,Dial(SIP/${FILTER(0-9+*#,${EXTEN})}@smartvox-out)\n"
        "exten => _X.,1,Dial(SIP/${FILTER(0-9+*#,${EXTEN})}@smartvox-out)\n"
    )


def test_a_limit_counts_calls_and_answers_congestion() -> None:
    text = render(LIMITED)
    steps = (
        ",1,Set(GROUP(siptrunk)=a.b-c_d)\n"
        "same => n,ExecIf($[${GROUP_COUNT(a.b-c_d@siptrunk)} > 2]?Hangup(34))\n"
        "same => n,Dial(SIP/${FILTER(0-9+*#,${EXTEN})}@a.b-c_d-out)\n"
    )
    assert text.endswith(f"[outgoing]\nexten => _+X.{steps}exten => _X.{steps}")


def test_what_a_caller_from_outside_wrote_is_used_nowhere() -> None:
    inbound = render(LIMITED).partition("[outgoing]")[0]
    assert "[incoming]\nexten => s,1,Goto(internal,100,1)\n" in inbound
    assert "${" not in inbound


def test_an_inbound_context_without_numbers_is_left_to_the_user() -> None:
    text = render({"name": "byip", "provider": {"host": "198.51.100.9"}})
    assert "[from-byip]" not in text
    assert "[to-byip]" in text


def test_a_disabled_trunk_renders_to_nothing() -> None:
    text = render({**SMARTVOX, "enabled": False})
    assert text == render()
    assert load_text(text).sections == ()


DEFAULT: dict[str, Any] = {
    "name": "default",
    "provider": {"host": "192.0.2.7"},
    "inbound": {"numbers": {"1234": {"goto": "internal,100,1"}, "default": {"goto": "ivr,s,1"}}},
}


def test_a_default_takes_all_numbers_and_no_event_of_asterisk() -> None:
    assert (
        "exten => 1234,1,Goto(internal,100,1)\n"
        "exten => _[0-9+*#]!,1,Goto(ivr,s,1)\n"
        "exten => s,1,Goto(ivr,s,1)\n"
    ) in render(DEFAULT)


@pytest.mark.parametrize("trunks", [[SMARTVOX], [LIMITED], [SMARTVOX, LIMITED], [DEFAULT]])
def test_completes_what_the_driver_read(trunks: list[dict[str, Any]]) -> None:
    loaded = load_trunks(trunks)
    found = chan_sip.read(load_text(str(chan_sip.render(loaded)), included=True)).trunks
    assert found != trunks
    assert dialplan.complete(found, load_text(str(dialplan.render(loaded, chan_sip))), chan_sip) == trunks


def test_a_trunk_that_the_dialplan_does_not_know_stays_as_it_is() -> None:
    found = [{"name": "byip", "provider": {"host": "198.51.100.9"}}]
    assert dialplan.complete(found, load_text(render(SMARTVOX, LIMITED)), chan_sip) == found


def test_a_limit_is_not_taken_from_another_trunk() -> None:
    twin = {**LIMITED, "name": "axb-c_d", "provider": {"host": "192.0.2.1"}, "inbound": {}, "outbound": {}}
    loaded = load_trunks([LIMITED, twin])
    found = chan_sip.read(load_text(str(chan_sip.render(loaded)), included=True)).trunks
    completed = dialplan.complete(found, load_text(str(dialplan.render(loaded, chan_sip))), chan_sip)
    assert [trunk.get("outbound") for trunk in completed] == [LIMITED["outbound"], None]


def test_calls_go_out_through_the_endpoint_of_chan_pjsip_and_are_read_back() -> None:
    loaded = load_trunks([LIMITED, SMARTVOX], driver="pjsip")
    text = str(dialplan.render(loaded, pjsip))
    assert "Dial(PJSIP/${FILTER(0-9+*#,${EXTEN})}@a.b-c_d)" in text
    found = pjsip.read(load_text(str(pjsip.render(loaded)), included=True)).trunks
    assert dialplan.complete(found, load_text(text), pjsip) == [LIMITED, SMARTVOX]

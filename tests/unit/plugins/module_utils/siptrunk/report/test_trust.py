# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report.trust import as_json, as_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trust import Report, trust

from ..scenes import ADDRESS, HOST, NOW, failed
from ..test_trust import CHAN_SIP, NEW, PJSIP, dns, endpoint, has, sections


def of(*addresses: str, services: tuple[str, ...] = (), reloaded: tuple[str, ...] = ()) -> Report:
    resolve = dns(sip=has(*addresses, services=services))
    return trust([PJSIP], endpoint(ADDRESS), now=NOW, resolve=resolve, reloaded=reloaded)


def test_a_trunk_in_order_is_a_line_for_each_address() -> None:
    assert as_text(of(NEW, services=(ADDRESS,))) == (
        "TRUNK     HOST             ADDRESS       STATE    SECTION   PUBLISHED BY                     TTL\n"
        "smartvox  sip.example.com  203.0.113.10  trusted  smartvox  SRV A _sip._udp.sip.example.com  60 s\n"
        "smartvox  sip.example.com  203.0.113.11  ignored  -         A sip.example.com                300 s"
    )


def test_a_provider_that_moved_is_said_first() -> None:
    table, said = as_text(of(NEW)).split("\n\n")
    assert table.splitlines()[1].split()[2:4] == ["203.0.113.11", "missing"]
    assert table.splitlines()[2].split()[2:5] == ["203.0.113.10", "left", "over"]
    lines = said.splitlines()
    assert lines[:2] == ["smartvox: provider moved", "smartvox: CRITICAL"]
    assert lines[2].startswith(f"  {HOST} resolves to {NEW} now, but the endpoint [smartvox] has {ADDRESS}")
    assert lines[3].startswith("  -> asterisk -rx 'module reload res_pjsip.so'")


def test_a_section_without_an_address() -> None:
    report = trust([CHAN_SIP], sections(None), now=NOW, resolve=dns(sip=has(ADDRESS)))
    first, second = as_text(report).splitlines()[1:3]
    assert first.split() == ["smartvox", HOST, "-", "unresolved", "in1,", "in2", "-", "-"]
    assert second.split() == ["smartvox", HOST, ADDRESS, "missing", "-", "A", HOST, "300", "s"]


def test_a_reload_and_what_came_of_it() -> None:
    assert as_text(of(ADDRESS, reloaded=("sip reload",))).endswith(
        "\n\nReloaded (sip reload): all is in order now."
    )
    assert as_text(of(NEW, reloaded=("sip reload",))).endswith("(sip reload): not all is in order.")


def test_nobody_to_ask_and_nothing_to_expect() -> None:
    nobody = trust([PJSIP], failed("not_running"), now=NOW, resolve=dns())
    assert as_text(nobody).splitlines()[0] == "smartvox: CRITICAL"
    assert "No trunk is expected" in as_text(trust([], endpoint(), now=NOW, resolve=dns()))


def test_the_same_as_data() -> None:
    told = json.loads(as_json(of(NEW, services=(ADDRESS,), reloaded=("sip reload",))))
    assert told == {
        "schema": "siptrunk.trust/1",
        "ok": True,
        "status": "ok",
        "exit_code": 0,
        "checked_at": "2027-01-15T08:00:00Z",
        "source": "cli",
        "asterisk": "22.10.1",
        "failure": None,
        "reloaded": ["sip reload"],
        "trunks": [
            {
                "trunk": "smartvox",
                "driver": "pjsip",
                "ok": True,
                "status": "ok",
                "cause": None,
                "moved": False,
                "findings": [],
                "addresses": [
                    {
                        "host": HOST,
                        "address": ADDRESS,
                        "state": "trusted",
                        "sections": ["smartvox"],
                        "published": [{"name": f"_sip._udp.{HOST}", "type": "SRV A", "ttl": 60}],
                    },
                    {
                        "host": HOST,
                        "address": NEW,
                        "state": "ignored",
                        "sections": [],
                        "published": [{"name": HOST, "type": "A", "ttl": 300}],
                    },
                ],
            }
        ],
        "notes": [],
    }


def test_what_is_wrong_as_data() -> None:
    (trunk,) = json.loads(as_json(of(NEW)))["trunks"]
    assert (trunk["ok"], trunk["status"], trunk["cause"], trunk["moved"]) == (
        False,
        "critical",
        "trust_moved",
        True,
    )
    assert [one["cause"] for one in trunk["findings"]] == ["trust_moved", "trust_left_over"]
    assert all(one["explanation"] and one["next_step"] for one in trunk["findings"])
    failure = json.loads(as_json(trust([PJSIP], failed("not_running"), now=NOW, resolve=dns())))
    assert failure["failure"] == "the detail"

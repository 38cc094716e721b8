# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json as stdlib
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    ANSWER,
    Heard,
    Snapshot,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import json

from ..scenes import NOW, REGISTERED, failed, judged, never, running


def data(snapshot: Snapshot) -> dict[str, Any]:
    parsed: dict[str, Any] = stdlib.loads(json.render(judged(snapshot)))
    return parsed


def test_a_trunk_in_order() -> None:
    report = data(running(REGISTERED))
    (trunk,) = report.pop("trunks")
    assert report == {
        "schema": "siptrunk.verify/1",
        "ok": True,
        "status": "ok",
        "exit_code": 0,
        "checked_at": "2027-01-15T08:00:00Z",
        "source": "ami",
        "asterisk": "16.28.0",
        "failure": None,
        "unexpected": [],
        "notes": [],
    }
    said = "registered as 43212345@sip.example.com at sip.example.com:5060, expires in 99 s"
    peer = {
        "host": "sip.example.com",
        "trusted": True,
        "address": "203.0.113.10",
        "addresses": ["203.0.113.10"],
        "qualify": "OK (1 ms)",
    }
    assert trunk == {
        "trunk": "smartvox",
        "driver": "chan_sip",
        "ok": True,
        "status": "ok",
        "failed_before": None,
        "state": "Registered",
        "cause": "registered",
        "explanation": said,
        "next_step": None,
        "summary": f"smartvox: {said}",
        "findings": [
            {"cause": "registered", "status": "ok", "explanation": said, "next_step": None, "evidence": None}
        ],
        "account": "43212345@sip.example.com",
        "registrar": "sip.example.com:5060",
        "transport": "udp",
        "contact": "1234",
        "asked_expiry": 120,
        "granted_expiry": 120,
        "expires_in": 99,
        "registered_at": "2027-01-15T07:59:40Z",
        "retry_in": None,
        "trusted": ["203.0.113.10"],
        "peers": [{"section": "smartvox-in", **peer}, {"section": "smartvox-out", **peer}],
    }


@pytest.mark.parametrize(
    ("snapshot", "status", "code", "cause"),
    [
        (running(never("No Authentication")), "critical", 2, "forbidden"),
        (running(REGISTERED, REGISTERED), "warning", 1, "duplicate"),
        (failed("permission_denied"), "unknown", 3, "permission_denied"),
    ],
)
def test_a_trunk_that_is_not_in_order(snapshot: Snapshot, status: str, code: int, cause: str) -> None:
    report = data(snapshot)
    assert (report["ok"], report["status"], report["exit_code"]) == (False, status, code)
    (trunk,) = report["trunks"]
    assert (trunk["ok"], trunk["cause"]) == (False, cause)
    assert trunk["next_step"]
    assert report["failure"] == ("the detail" if snapshot.failure else None)


def test_the_evidence_is_told() -> None:
    heard = (Heard(ANSWER, "43212345@sip.example.com", int(NOW) - 5, 403),)
    (trunk,) = data(running(never("No Authentication"), heard=heard))["trunks"]
    assert trunk["findings"][0]["evidence"] == {
        "code": 403,
        "at": "2027-01-15T07:59:55Z",
        "from": "sip.example.com:5060",
        "reason": None,
    }


def test_all_keys_are_there_whatever_happens() -> None:
    good, bad = data(running(REGISTERED)), data(failed("not_running"))
    assert good.keys() == bad.keys()
    assert good["trunks"][0].keys() == bad["trunks"][0].keys()


def test_the_page_about_it_names_every_key_and_every_cause() -> None:
    from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.causes import CAUSES

    page = (
        next(parent for parent in Path(__file__).parents if (parent / "docs").is_dir())
        / "docs/verify-json.md"
    )
    named = set(re.findall(r"\x60([a-z_]+)\x60", page.read_text()))
    report = data(running(REGISTERED))
    (trunk,) = report["trunks"]
    evidence = ("code", "at", "from", "reason")
    for keys in (report, trunk, trunk["peers"][0], trunk["findings"][0], evidence, CAUSES):
        assert set(keys) <= named

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    ANSWER,
    Heard,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import verify

from ..scenes import NOW, PEERS, REGISTERED, SILENT, TRUNK, failed, judged, never, resolve, running


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_trunk_in_order_is_one_line_of_a_table() -> None:
    assert text.render(judged(running(REGISTERED))) == (
        "TRUNK     DRIVER    STATE       EXPIRES IN  ASKED  GRANTED  TRUSTED       SINCE\n"
        "smartvox  chan_sip  Registered  99 s        120 s  120 s    203.0.113.10  2027-01-15 07:59:40"
    )


def test_a_trunk_that_is_not_in_order_says_what_why_and_what_to_do() -> None:
    table, paragraph = text.render(
        judged(running(never("Request Sent"), peers=dict.fromkeys(PEERS, SILENT)))
    ).split("\n\n")
    assert "Request Sent (no answer)" in table
    assert paragraph.splitlines() == [
        "smartvox: CRITICAL",
        "  no answer from sip.example.com:5060 to the registration of 43212345@sip.example.com; "
        "the host resolves to 203.0.113.10",
        "  -> check host, port and transport, and the firewalls in between",
    ]


def test_the_evidence_stands_below_what_it_is_for() -> None:
    heard = (Heard(ANSWER, "43212345@sip.example.com", int(NOW) - 5, 403),)
    said = text.render(judged(running(never("No Authentication"), heard=heard)))
    assert "  Asterisk's log: 403 from sip.example.com:5060 at 2027-01-15 07:59:55\n  -> " in said


def test_registered_alone_stands_only_where_all_is_well() -> None:
    assert "Registered (deaf)" in text.render(judged(running(REGISTERED, peers={})))


def test_what_has_expired_is_in_the_past() -> None:
    assert "  10 s ago  " in text.render(judged(running(replace(REGISTERED, registered_at=int(NOW) - 129))))


def test_what_is_true_of_all_trunks_is_said_once() -> None:
    said = text.render(judged(failed("not_running"), TRUNK, replace(TRUNK, name="other")))
    assert said.count("Asterisk is not running") == 1
    assert "smartvox, other: CRITICAL" in said


def test_strangers_and_notes_are_told() -> None:
    stray = replace(REGISTERED, account="999@example.net")
    said = text.render(judged(running(REGISTERED, stray, notes=("asked over the CLI",))))
    assert "  999@example.net at sip.example.com:5060: Registered" in said
    assert said.endswith("Note: asked over the CLI")


@pytest.mark.parametrize(("allow_none", "hint"), [(True, False), (False, True)])
def test_nothing_expected_is_said(allow_none: bool, hint: bool) -> None:
    said = text.render(verify([], running(), now=NOW, resolve=resolve, allow_none=allow_none))
    assert said.startswith("No trunk is expected") and ("--allow-none" in said) == hint

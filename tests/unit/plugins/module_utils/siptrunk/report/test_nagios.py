# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import nagios

from ..scenes import REGISTERED, TRUNK, failed, judged, never, running


def test_in_order() -> None:
    assert nagios.render(judged(running(REGISTERED))) == (
        "SIP TRUNKS OK - 1 of 1 trunks in order | trunks_ok=1;;;0;1 smartvox_expires_in=99s"
    )


def test_not_in_order() -> None:
    first, step = nagios.render(judged(running(never("Rejected")))).splitlines()
    rejected = (
        "smartvox: {}rejected: sip.example.com:5060 does not know 43212345@sip.example.com (404 or the like), "
        "and Asterisk has stopped trying"
    )
    said = rejected.format("")
    assert first == f"SIP TRUNKS CRITICAL - 0 of 1 trunks in order; {said} | trunks_ok=0;;;0;1"
    assert step.startswith(f"{rejected.format('CRITICAL ')} -> compare user, domain and host")


def test_the_first_line_has_one_bar_and_the_others_none() -> None:
    trunk = replace(TRUNK, name="user@host:5060")
    first, *others = nagios.render(judged(failed("not_answering", "a|b\nc"), trunk)).splitlines()
    assert first.count("|") == 1 and "a/b c" in first
    assert len(others) == 1 and "|" not in others[0]


def test_names_are_fit_for_labels() -> None:
    said = nagios.render(judged(running(REGISTERED), replace(TRUNK, name="it's = odd")))
    assert said.endswith(" 'it''s _ odd_expires_in'=99s")


def test_no_verdict() -> None:
    assert nagios.unknown("no|manifest\n", 0.0) == "SIP TRUNKS UNKNOWN - no/manifest"

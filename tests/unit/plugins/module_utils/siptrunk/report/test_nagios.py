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
    assert nagios.render(judged(running(never("Rejected")))) == (
        "SIP TRUNKS CRITICAL - 0 of 1 trunks in order; smartvox: rejected: sip.example.com:5060 does not know "
        "43212345@sip.example.com (404 or the like), and Asterisk has stopped trying | trunks_ok=0;;;0;1"
    )


def test_is_one_line_with_one_bar() -> None:
    said = nagios.render(judged(failed("not_answering", "a|b"), replace(TRUNK, name="user@host:5060")))
    assert said.count("|") == 1 and "\n" not in said


def test_names_are_fit_for_labels() -> None:
    said = nagios.render(judged(running(REGISTERED), replace(TRUNK, name="it's = odd")))
    assert said.endswith(" it_s___odd_expires_in=99s")

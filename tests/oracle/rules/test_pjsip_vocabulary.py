# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chan_pjsip makes nothing of, and what it reads otherwise than it looks."""

from __future__ import annotations

from .pbx import Pbx, examples


def gone(pbx: Pbx, rule: str, what: str) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        assert ("Unable to find" in pbx.cli(f"pjsip show {what}")) is bad


def test_PJ001(pjsip: Pbx) -> None:
    gone(pjsip, "PJ001", "endpoint provider")


def test_PJ002(pjsip: Pbx) -> None:
    gone(pjsip, "PJ002", "endpoint provider")


def test_PJ003(pjsip: Pbx) -> None:
    gone(pjsip, "PJ003", "endpoint provider")


def test_PJ017(pjsip: Pbx) -> None:
    gone(pjsip, "PJ017", "aor provider")


def test_PJ025(pjsip: Pbx) -> None:
    gone(pjsip, "PJ025", "endpoint provider")


def test_PJ026(pjsip: Pbx) -> None:
    for files, bad in examples("PJ026"):
        pjsip.load(files)
        assert pjsip.call("192.0.2.1") == (488 if bad else 200)


def test_PJ027(pjsip: Pbx) -> None:
    gone(pjsip, "PJ027", "endpoint provider")


def test_PJ028(pjsip: Pbx) -> None:
    for files, bad in examples("PJ028"):
        pjsip.load(files)
        assert pjsip.facts("pjsip show endpoint provider")["rtp_symmetric"] == ("false" if bad else "true")


def test_PJ052(pjsip: Pbx) -> None:
    gone(pjsip, "PJ052", "aor provider")

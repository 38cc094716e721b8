# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of objects of pjsip.conf that are not there."""

from __future__ import annotations

from .pbx import Pbx, examples, with_new_users
from .test_register import heard


def test_PJ014(pjsip: Pbx) -> None:
    for files, bad in examples("PJ014"):
        pjsip.load(files)
        assert pjsip.call(user="phone") == (500 if bad else 401)


def test_PJ016(pjsip: Pbx) -> None:
    for files, bad in examples("PJ016"):
        pjsip.load(files)
        assert ("provider/sip:192.0.2.1" in pjsip.cli("pjsip show endpoint provider")) is not bad


def test_PJ059(pjsip: Pbx) -> None:
    for files, bad in examples("PJ059"):
        pjsip.load(files)
        assert ("provider/sip:192.0.2.1" in pjsip.cli("pjsip show endpoint provider")) is not bad


def test_PJ053(pjsip: Pbx) -> None:
    for files, bad, user in with_new_users("PJ053"):
        pjsip.load(files)
        assert ("Authorization:" in heard(pjsip, "challenge", user=user)) is not bad


def test_PJ054(pjsip: Pbx) -> None:
    for files, bad in examples("PJ054"):
        pjsip.load(files)
        assert any("'upd'" in line for line in pjsip.complaints()) is bad


def test_PJ055(pjsip: Pbx) -> None:
    for files, bad in examples("PJ055"):
        pjsip.load(files)
        assert pjsip.call("192.0.2.1") == (401 if bad else 200)

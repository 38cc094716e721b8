# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects come of pjsip_wizard.conf."""

from __future__ import annotations

from .pbx import Pbx, at_once, examples, somebody

PROVIDER = "192.0.2.1"
REGISTRATION = "provider-reg-0"


def has(pjsip: Pbx, rule: str, kind: str, name: str) -> None:
    for files, bad in examples(rule):
        pjsip.load(files)
        assert pjsip.has(kind, name) == (not bad)


def test_WIZ001(pjsip: Pbx) -> None:
    has(pjsip, "WIZ001", "registration", REGISTRATION)


def test_WIZ002(pjsip: Pbx) -> None:
    has(pjsip, "WIZ002", "endpoint", "provider")


def test_WIZ003(pjsip: Pbx) -> None:
    has(pjsip, "WIZ003", "endpoint", "provider")


def test_WIZ004(pjsip: Pbx) -> None:
    has(pjsip, "WIZ004", "registration", REGISTRATION)


def test_WIZ005(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ005"):
        pjsip.load(files)
        assert ("provider-oauth" in pjsip.cli(f"pjsip show registration {REGISTRATION}")) == (not bad)


def test_WIZ006(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ006"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (401 if bad else 200)


def test_WIZ007(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ007"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == 200
        assert pjsip.call(user="provider") == (200 if bad else 401)


def test_WIZ008(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ008"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (488 if bad else 200)


def test_WIZ009(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ009"):
        pjsip.load(files)
        answer = pjsip.send("REGISTER", user="phone", number="phone")[-1]
        assert answer.split(" ", 2)[1] == ("200" if bad else "401")


def test_WIZ010(pjsip: Pbx) -> None:
    has(pjsip, "WIZ010", "registration", REGISTRATION)


def test_WIZ011(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ011"):
        pjsip.load(files)
        assert ("sip:192.0.2.2" in pjsip.cli("pjsip show aor provider")) == bad


def test_WIZ012(pjsip: Pbx) -> None:
    has(pjsip, "WIZ012", "endpoint", "provider")


def test_WIZ013(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ013"):
        user = somebody()
        with pjsip.provider(user, 2) as requests:
            pjsip.load(at_once(files, user))
        assert bool(requests) == bad


def test_WIZ014(pjsip: Pbx) -> None:
    has(pjsip, "WIZ014", "auth", "provider-oauth")


def test_WIZ015(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ015"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (401 if bad else 200)


def test_WIZ016(pjsip: Pbx) -> None:
    for files, bad in examples("WIZ016"):
        user = somebody()
        with pjsip.provider(user, 2) as requests:
            pjsip.load(at_once(files, user))
        assert bool(requests) == bad


def test_WIZ017(pjsip: Pbx) -> None:
    has(pjsip, "WIZ017", "registration", REGISTRATION)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by pjsip.conf."""

from __future__ import annotations

from .pbx import Pbx, examples
from .test_sip_authentication import THERE
from .test_sip_trust import register

PROVIDER = "192.0.2.1"


def test_PJ004(pjsip: Pbx) -> None:
    for files, bad in examples("PJ004"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == 200
        assert pjsip.call(user="provider") == (200 if bad else 401)


def test_PJ008(pjsip: Pbx) -> None:
    for files, bad in examples("PJ008"):
        pjsip.load(files)
        assert pjsip.call() == (200 if bad else 401)


def test_PJ011(pjsip: Pbx) -> None:
    for files, bad in examples("PJ011"):
        pjsip.load({**files, "extensions.conf": THERE})
        assert pjsip.call(PROVIDER, number="1234") == (404 if bad else 200)


def test_PJ012(pjsip: Pbx) -> None:
    for files, bad in examples("PJ012"):
        pjsip.load(files)
        assert register(pjsip, "phone") == (200 if bad else 401)


def test_PJ013(pjsip: Pbx) -> None:
    for files, bad in examples("PJ013"):
        pjsip.load(files)
        assert pjsip.call() == (200 if bad else 401)


def test_PJ015(pjsip: Pbx) -> None:
    for files, bad in examples("PJ015"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (401 if bad else 200)


def test_PJ031(pjsip: Pbx) -> None:
    for files, bad in examples("PJ031"):
        pjsip.load(files)
        assert (pjsip.call(PROVIDER) == 200) is bad


def test_PJ066(pjsip: Pbx) -> None:
    for files, bad in examples("PJ066"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (401 if bad else 200)


def test_PJ085(pjsip: Pbx) -> None:
    for files, bad in examples("PJ085"):
        pjsip.load(files)
        assert (pjsip.facts("pjsip show endpoint provider")["context"] == "default") is bad

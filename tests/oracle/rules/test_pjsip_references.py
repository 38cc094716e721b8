# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of an object that names one which is not there."""

from __future__ import annotations

from .pbx import Pbx, at_once, examples, somebody
from .test_pjsip_vocabulary import PROVIDER


def test_PJ014(pjsip: Pbx) -> None:
    for files, bad in examples("PJ014"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (500 if bad else 200)


def registers(pjsip: Pbx, rule: str) -> None:
    """Once, and again with credentials."""
    for files, bad in examples(rule):
        user = somebody()
        with pjsip.provider(user, 2) as requests:
            pjsip.load(at_once(files, user))
        assert ["\r\nAuthorization:" in request for request in requests] == (
            [False] if bad else [False, True]
        )


def calls(pjsip: Pbx, rule: str, *, challenged: bool) -> None:
    """The good one does, and authenticates where *challenged*; the bad one calls without, or not at all."""
    for files, bad in examples(rule):
        user = somebody()
        with pjsip.provider(user, 1 + challenged) as requests:
            pjsip.load(files)
            pjsip.originate(user)
        pjsip.cli("channel request hangup all")
        assert len(requests) == (1 + challenged) - bad


def test_PJ059(pjsip: Pbx) -> None:
    calls(pjsip, "PJ059", challenged=True)


def test_PJ088(pjsip: Pbx) -> None:
    calls(pjsip, "PJ088", challenged=True)


def test_PJ060(pjsip: Pbx) -> None:
    registers(pjsip, "PJ060")


def test_PJ064(pjsip: Pbx) -> None:
    registers(pjsip, "PJ064")


def test_PJ016(pjsip: Pbx) -> None:
    calls(pjsip, "PJ016", challenged=False)


def test_PJ067(pjsip: Pbx) -> None:
    calls(pjsip, "PJ067", challenged=False)


def test_PJ089(pjsip: Pbx) -> None:
    calls(pjsip, "PJ089", challenged=False)


def test_PJ061(pjsip: Pbx) -> None:
    for files, bad in examples("PJ061"):
        user = somebody()
        with pjsip.provider(user, 2) as requests:
            pjsip.load(at_once(files, user))
        assert bool(requests) == bad


def test_PJ062(pjsip: Pbx) -> None:
    for files, bad in examples("PJ062"):
        pjsip.load(files)
        assert pjsip.call("192.0.2.2") == (401 if bad else 200)

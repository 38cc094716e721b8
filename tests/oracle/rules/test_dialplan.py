# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the calls from trunks get in extensions.conf."""

from __future__ import annotations

import re

import pytest

from .pbx import OFFER, Pbx, examples

PROVIDER = "192.0.2.1"
PJSIP = (
    "[provider]\ntype=endpoint\naors=provider\nidentify_by=ip\ncontext=from-provider\nallow=alaw\n"
    "[provider]\ntype=aor\ncontact=sip:192.0.2.1\n[provider]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
)


def called_back(pbx: Pbx, number: str) -> bool:
    """Whether a call from the provider goes out to the provider again."""
    calls = pbx.send("INVITE", PROVIDER, "stranger", number, body=OFFER, watch=True)
    assert all(call.startswith(f"INVITE sip:{number}@{PROVIDER}") for call in calls)
    return bool(calls)


def test_DIAL001(chan_sip: Pbx) -> None:
    for files, bad in examples("DIAL001"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == 200
        assert called_back(chan_sip, "0900123456") == bad


@pytest.mark.parametrize(
    ("extensions", "out"),
    [
        ("exten => _X.,1,Goto(out,${EXTEN},1)\n", True),
        ("exten => _X.,1,Goto(out,911,1)\n", False),
        ("exten => _X.,1,Dial(Local/${EXTEN}@out)\n", True),
        ("exten => _[0-4]X.,1,GotoIf($[1]?out,${EXTEN:0:10},1)\n", True),
        ("exten => _X.,1,Set(NUMBER=${EXTEN})\nsame => n,Dial(${TRUNK}/sip:${NUMBER}@192.0.2.1)\n", True),
        # What the context has itself is not looked for in what it includes.
        ("exten => _X.,1,Answer()\ninclude => out\n", False),
        ("exten => _X.,2,Answer()\ninclude => out\n", True),
        ("exten => _1X.,1,Answer()\ninclude => out\n", True),
    ],
)
def test_ways_out(pjsip: Pbx, extensions: str, out: bool) -> None:
    """As the unit test of the same name has them."""
    pjsip.load(
        {
            "pjsip.conf": PJSIP,
            "extensions.conf": f"[globals]\nTRUNK=PJSIP/provider\n[from-provider]\n{extensions}"
            "[out]\nexten => _0X.,1,Dial(PJSIP/${EXTEN}@provider)\nexten => 911,1,Answer()\n",
        }
    )
    assert called_back(pjsip, "0900123456") == out


def unreached(pbx: Pbx, rule: str, number: int) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        assert pbx.call(PROVIDER, number=str(number)) == (404 if bad else 200)


def test_DIAL002(chan_sip: Pbx) -> None:
    unreached(chan_sip, "DIAL002", 100)


def test_DIAL003(chan_sip: Pbx) -> None:
    for files, bad in examples("DIAL003"):
        chan_sip.load(files)
        (number,) = re.findall(r"register.*/([0-9]+)", files["sip.conf"])
        assert chan_sip.call(PROVIDER, number=number) == (404 if bad else 200)


def test_DIAL004(chan_sip: Pbx) -> None:
    unreached(chan_sip, "DIAL004", 101)


def test_DIAL007(chan_sip: Pbx) -> None:
    unreached(chan_sip, "DIAL007", 200)


def test_DIAL009(chan_sip: Pbx) -> None:
    unreached(chan_sip, "DIAL009", 100)


def test_DIAL010(chan_sip: Pbx) -> None:
    unreached(chan_sip, "DIAL010", 100)


def test_DIAL005(chan_sip: Pbx) -> None:
    for files, bad in examples("DIAL005"):
        chan_sip.load(files)
        assert (chan_sip.call(PROVIDER) == 200) == (not bad)


def test_DIAL006(chan_sip: Pbx) -> None:
    for files, bad in examples("DIAL006"):
        chan_sip.load(files)
        assert ("'_.'" in chan_sip.cli("dialplan show h@from-provider")) == bad
        assert any("strongly discouraged" in line for line in chan_sip.complaints()) == bad


def test_DIAL008(chan_sip: Pbx) -> None:
    for files, bad in examples("DIAL008"):
        chan_sip.load(files)
        assert any("already in use" in line for line in chan_sip.complaints()) == bad
        assert ("Hangup()" in chan_sip.cli("dialplan show 100@from-provider")) == (not bad)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked for a password, and which calls a peer of sip.conf gets."""

from __future__ import annotations

from .pbx import Pbx, examples

PROVIDER = "192.0.2.1"
# The dialplan has it in the context from-provider alone.
THERE = (
    "[default]\nexten => 200,1,Answer()\n same => n,Wait(1)\n"
    "[from-provider]\nexten => _.,1,Answer()\n same => n,Wait(1)\n"
)


def test_SIP013(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP013"):
        chan_sip.load(files)
        assert ("not found" in chan_sip.cli("sip show peer provider-in")) is bad


def test_SIP014(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP014"):
        chan_sip.load(files)
        assert ("not found" in chan_sip.cli("sip show peer provider-in")) is bad


def test_SIP020(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP020"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == 200
        assert (chan_sip.call(PROVIDER, source_port=5066) == 200) is not bad


def test_SIP021(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP021"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (401 if bad else 200)


def test_SIP024(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP024"):
        chan_sip.load(files)
        assert (chan_sip.call(user="phone", password="gRe3n-h0use") == 200) is not bad


def test_SIP026(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP026"):
        chan_sip.load({**files, "extensions.conf": THERE})
        assert chan_sip.call(PROVIDER, number="1234") == (404 if bad else 200)


def test_SIP029(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP029"):
        chan_sip.load(files)
        assert (chan_sip.facts("sip show peer provider-in")["Context"] == "default") is bad


def test_SIP054(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP054"):
        chan_sip.load(files)
        assert (chan_sip.call(PROVIDER) == 200) is not bad

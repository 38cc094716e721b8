# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes calls fail, though chan_sip loads it."""

from __future__ import annotations

from .pbx import Pbx, examples
from .test_sip_vocabulary import peer


def test_SIP016(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP016"):
        chan_sip.load(files)
        assert peer(chan_sip)["Addr->IP"] == ("(null)" if bad else "192.0.2.1:5070")


def test_SIP022(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP022"):
        chan_sip.load(files)
        assert peer(chan_sip)["Insecure"] == ("no" if bad else "port,invite")


def test_SIP032(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP032"):
        chan_sip.load(files)
        assert (peer(chan_sip)["Status"] == "Unmonitored") is bad


def test_SIP041(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP041"):
        chan_sip.load(files)
        assert peer(chan_sip)["Prim.Transp."] == ("UDP" if bad else "TCP")


def test_SIP042(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP042"):
        chan_sip.load(files)
        assert peer(chan_sip)["Outb. proxy"] == ("sip" if bad else "192.0.2.9")


def test_SIP046(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP046"):
        chan_sip.load(files)
        assert peer(chan_sip)["Addr->IP"] == f"192.0.2.1:{5060 if bad else 5070}"


def test_SIP051(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP051"):
        chan_sip.load(files)
        assert chan_sip.facts("sip show settings")["Externaddr"] == ("(null)" if bad else "203.0.113.7:0")
    # Not even a name that it could look up.
    chan_sip.load({"sip.conf": "[general]\nexternaddr=localhost\n"})
    assert chan_sip.facts("sip show settings")["Externaddr"] == "(null)"


def test_SIP070(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP070"):
        chan_sip.load(files)
        assert peer(chan_sip)["Qualify Freq"] == ("60000000 ms" if bad else "60000 ms")


def test_SIP072(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP072"):
        chan_sip.load(files)
        assert ("Context" in peer(chan_sip)) is not bad


def test_SIP075(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP075"):
        chan_sip.load(files)
        port = 4464 if bad else 5060
        assert chan_sip.facts("sip show settings")["UDP Bindaddress"] == f"127.0.0.1:{port}"


def test_SIP076(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP076"):
        chan_sip.load(files)
        assert peer(chan_sip)["Addr->IP"] == ("(null)" if bad else "192.0.2.1:5060")

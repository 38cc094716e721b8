# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of sip.conf that are one of a few words, or a number."""

from __future__ import annotations

from .pbx import Pbx, examples
from .test_sip_vocabulary import peer


def test_SIP025(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP025"):
        chan_sip.load(files)
        assert chan_sip.call("198.51.100.7", "phone", password="hush") == (403 if bad else 200)


def test_SIP036(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP036"):
        chan_sip.load(files)
        assert peer(chan_sip)["Trust RPID"] == ("No" if bad else "Yes")


def test_SIP037(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP037"):
        chan_sip.load(files)
        assert peer(chan_sip)["Encryption"] == ("No" if bad else "Yes")


def test_SIP038(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP038"):
        chan_sip.load(files)
        assert peer(chan_sip)["Send RPID"] == ("No" if bad else "Yes")


def test_SIP039(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP039"):
        chan_sip.load(files)
        assert peer(chan_sip)["Call limit"] == ("0" if bad else "2")


def test_SIP040(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP040"):
        chan_sip.load(files)
        shown = peer(chan_sip)
        assert (int(shown["Busy level"]) > int(shown["Call limit"])) is bad


def test_SIP057(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP057"):
        chan_sip.load(files)
        assert ("PROVIDER = 1" in chan_sip.cli("sip show peer provider")) is not bad


def test_SIP066(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP066"):
        chan_sip.load(files)
        assert peer(chan_sip)["Max forwards"] == ("70" if bad else "30")


def test_SIP068(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP068"):
        chan_sip.load(files)
        assert peer(chan_sip)["T.38 support"] == ("No" if bad else "Yes")


def test_SIP074(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP074"):
        chan_sip.load(files)
        assert (chan_sip.facts("sip show settings")["TCP SIP Bindaddress"] == "Disabled") is not bad

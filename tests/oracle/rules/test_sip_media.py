# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call of chan_sip carries."""

from __future__ import annotations

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_vocabulary import PEER

from .pbx import Pbx, examples
from .test_sip_vocabulary import PROVIDER, peer

CALL = {
    "Action": "Originate",
    "Channel": "SIP/100@provider",
    "Application": "Wait",
    "Data": "1",
    "Async": "true",
}


def test_SIP030(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP030"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (488 if bad else 200)


def test_SIP033(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP033"):
        chan_sip.load(files)
        assert peer(chan_sip)["Symmetric RTP"] == ("No" if bad else "Yes")


def test_SIP034(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP034"):
        chan_sip.load(files)
        assert peer(chan_sip)["DTMFmode"] == ("rfc2833" if bad else "info")


def test_SIP035(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP035"):
        chan_sip.load(files)
        assert peer(chan_sip)["DirectMedia"] == ("Yes" if bad else "No")


def test_SIP043(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP043"):
        chan_sip.load(files)
        assert peer(chan_sip)["FromDomain"].split()[0] == ("sip" if bad else "example.com")


def test_SIP045(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP045"):
        chan_sip.load(files)
        (line,) = [line for line in chan_sip.heard(PROVIDER, CALL).splitlines() if line.startswith("From:")]
        assert f"<sip:{'alice%40example.com' if bad else 'alice'}@" in line


def test_SIP069(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP069"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (488 if bad else 200)


def test_SIP071(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP071"):
        chan_sip.load(files)
        assert (peer(chan_sip)["Status"] == "Unmonitored") is bad


def test_SIP073(chan_sip: Pbx) -> None:
    shown = []
    for files, bad in examples("SIP073"):
        chan_sip.load(files)
        shown.append(peer(chan_sip))
        assert any("deprecated" in line for line in chan_sip.complaints()) is bad
    assert shown[0] == shown[1]


def test_rfc4733_is_rfc2833(chan_sip: Pbx) -> None:
    """That --fix makes the one of the other changes nothing."""
    shown = []
    for word in ("rfc4733", "rfc-2833", "rfc2833"):
        chan_sip.load({"sip.conf": f"{PEER}dtmfmode={word}\n"})
        shown.append(peer(chan_sip))
    assert shown[0] == shown[1] == shown[2]

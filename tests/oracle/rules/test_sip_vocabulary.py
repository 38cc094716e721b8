# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of sip.conf."""

from __future__ import annotations

from typing import Dict

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_vocabulary import PEER
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_words import (
    IN_GENERAL,
    OLDER,
)

from .pbx import Pbx, examples

PROVIDER = "192.0.2.1"


def peer(pbx: Pbx) -> Dict[str, str]:
    """What the CLI shows of the peer of the examples; nothing when there is none."""
    return pbx.facts("sip show peer provider")


def test_SIP001(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP001"):
        chan_sip.load(files)
        assert peer(chan_sip)["Call limit"] == ("0" if bad else "2")
        assert not chan_sip.complaints()


def test_SIP002(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP002"):
        chan_sip.load(files)
        assert ("Context" in peer(chan_sip)) is not bad
        assert chan_sip.call(PROVIDER) == (401 if bad else 200)


@pytest.mark.parametrize("lines", ["type=peer\ntype=freind\n", "type=freind\ntype=peer\n", ""])
def test_the_first_type_decides(chan_sip: Pbx, lines: str) -> None:
    chan_sip.load({"sip.conf": PEER.replace("type=peer\n", lines)})
    assert ("Context" in peer(chan_sip)) is lines.startswith("type=peer")


VALUES = {"canreinvite": "no", "externip": "203.0.113.7", "username": "alice"}


@pytest.mark.parametrize("older", OLDER)
def test_an_older_name_is_the_same_option(chan_sip: Pbx, older: str) -> None:
    shown = []
    value = VALUES.get(older, "yes" if "expirey" not in older else "777")
    for key in (older, OLDER[older]):
        line = f"{key}={value}\n"
        chan_sip.load({"sip.conf": f"[general]\n{line}{PEER}" if older in IN_GENERAL else PEER + line})
        shown.append((peer(chan_sip), chan_sip.facts("sip show settings")))
    assert shown[0] == shown[1]


def test_SIP023(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP023"):
        chan_sip.load(files)
        assert peer(chan_sip)["Insecure"] == ("port" if bad else "port,invite")


def test_SIP060(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP060"):
        chan_sip.load(files)
        assert chan_sip.facts("sip show settings")["DNS SRV lookup"] == ("Yes" if bad else "No")
        assert not chan_sip.complaints()


def test_SIP061(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP061"):
        chan_sip.load(files)
        assert peer(chan_sip)["Encryption"] == ("No" if bad else "Yes")
        assert not chan_sip.complaints()


def test_SIP062(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP062"):
        chan_sip.load(files)
        assert peer(chan_sip)["DTMFmode"] == ("rfc2833" if bad else "info")
        assert not chan_sip.complaints()


def test_SIP063(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP063"):
        chan_sip.load(files)
        assert peer(chan_sip)["Call limit"] == ("0" if bad else "2")
        assert not chan_sip.complaints()


def test_SIP064(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP064"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (200 if bad else 403)


def test_SIP065(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP065"):
        chan_sip.load(files)
        assert peer(chan_sip)["DTMFmode"] == ("inband" if bad else "info")

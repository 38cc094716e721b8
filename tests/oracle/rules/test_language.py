# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Asterisk refuses, passes over, and reads otherwise than it looks."""

from __future__ import annotations

from .pbx import Pbx, examples


def refused(pbx: Pbx, rule: str) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        assert ("not found" in pbx.cli("sip show peer provider-in")) is bad


def differs(pbx: Pbx, rule: str, field: str, bad_value: str, good_value: str) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        assert pbx.facts("sip show peer provider-in")[field] == (bad_value if bad else good_value)


def complains(pbx: Pbx, rule: str, what: str) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        assert any(what in line for line in pbx.complaints()) is bad


def without_address(pbx: Pbx, rule: str) -> None:
    differs(pbx, rule, "Addr->IP", "(null)", "192.0.2.1:5060")


def test_CONF001(chan_sip: Pbx) -> None:
    refused(chan_sip, "CONF001")


def test_CONF002(chan_sip: Pbx) -> None:
    complains(chan_sip, "CONF002", "sip.conf")


def test_CONF003(chan_sip: Pbx) -> None:
    refused(chan_sip, "CONF003")


def test_CONF004(chan_sip: Pbx) -> None:
    refused(chan_sip, "CONF004")


def test_CONF005(chan_sip: Pbx) -> None:
    refused(chan_sip, "CONF005")


def test_CONF006(chan_sip: Pbx) -> None:
    refused(chan_sip, "CONF006")


def test_CONF007(chan_sip: Pbx) -> None:
    refused(chan_sip, "CONF007")


def test_CONF008(chan_sip: Pbx) -> None:
    complains(chan_sip, "CONF008", "sip.conf")


def test_CONF009(chan_sip: Pbx) -> None:
    without_address(chan_sip, "CONF009")


def test_CONF010(chan_sip: Pbx) -> None:
    without_address(chan_sip, "CONF010")


def test_CONF011(chan_sip: Pbx) -> None:
    without_address(chan_sip, "CONF011")


def test_CONF012(chan_sip: Pbx) -> None:
    without_address(chan_sip, "CONF012")


def test_CONF020(chan_sip: Pbx) -> None:
    for files, bad in examples("CONF020"):
        chan_sip.load(files)
        assert ("not found" in chan_sip.cli("sip show peer provider")) is not bad


def test_CONF022(chan_sip: Pbx) -> None:
    differs(chan_sip, "CONF022", "FromUser", "4321", "4321;2345")


def test_CONF023(chan_sip: Pbx) -> None:
    differs(chan_sip, "CONF023", "Context", '"from-provider"', "from-provider")


def test_CONF025(chan_sip: Pbx) -> None:
    for files, bad in examples("CONF025"):
        chan_sip.load(files)
        assert (chan_sip.facts("sip show settings")["User Agent"] == "PBX") is not bad


def test_CONF026(chan_sip: Pbx) -> None:
    for files, bad in examples("CONF026"):
        chan_sip.load(files)
        hosts = [chan_sip.call(host) for host in ("192.0.2.1", "192.0.2.2")]
        assert sorted(hosts) == sorted([200, 401])
        assert ("Provider-IN" in chan_sip.cli("sip show peers")) is bad


def test_CONF027(chan_sip: Pbx) -> None:
    for files, bad in examples("CONF027"):
        chan_sip.load(files)
        assert (chan_sip.facts("sip show peer provider-in")["Context"] != "from-provider") is bad

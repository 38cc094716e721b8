# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.__main__ import main
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
    from_json,
    to_json,
)


@pytest.fixture
def pbx(tmp_path: Path) -> Path:
    trunk = ExpectedTrunk("t", "pjsip", None, (ExpectedPeer("t", "192.0.2.1"),))
    (tmp_path / "sip_trunks.json").write_text(to_json([trunk]))
    (tmp_path / "sip.conf").write_text("[general]\nudpbindaddr = 0.0.0.0:5070\n")
    (tmp_path / "pjsip.conf").write_text("[t]\ntype = transport\nprotocol = tls\nbind = 0.0.0.0\n")
    return tmp_path


def firewall(pbx: Path, *words: str) -> int:
    return main(["firewall", "--config-dir", str(pbx), "--state", str(pbx / "state.json"), *words])


def test_the_ports_are_those_that_asterisk_has(pbx: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert firewall(pbx, "--allow", "10.0.0.0/8") == 0
    rules = capsys.readouterr().out
    assert "tcp dport { 5061 } jump sip\n    udp dport { 5070 } jump sip" in rules
    assert "elements = { 192.0.2.1 }" in rules and "ip saddr { 10.0.0.0/8 } accept" in rules
    assert not (pbx / "state.json").exists()


def test_one_address_is_asked_about(pbx: Path) -> None:
    assert firewall(pbx, "--passes", "192.0.2.1") == 0
    assert firewall(pbx, "--passes", "192.0.2.2") == 1
    assert firewall(pbx, "--passes", "10.1.2.3", "--allow", "10.0.0.0/8") == 0


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("192.0.2.1", 0),
        ("192.0.2.3", 0),  # where it registers
        ("203.0.113.2", 1),
        ("10.1.2.3", 0),
        ("127.0.0.1", 0),
        ("2001:db8::1", 1),
    ],
)
def test_whom_a_jail_must_not_ban(pbx: Path, address: str, known: int) -> None:
    manifest = from_json((pbx / "sip_trunks.json").read_text())
    registered = replace(manifest[0], registration=ExpectedRegistration("u", "192.0.2.3", 5060, "udp"))
    (pbx / "sip_trunks.json").write_text(to_json([registered]))
    assert firewall(pbx, "--allow", "10.0.0.0/8", "--knows", address) == known


def test_without_a_manifest_nobody_is_shut_out(pbx: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pbx / "sip_trunks.json").unlink()
    assert firewall(pbx) == 2
    assert "nobody would be let through" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--allow", "10.0.0.1/8"), ("--passes", "sip.example.com"), ("--allow", "x")]
)
def test_what_is_no_address(pbx: Path, words: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        firewall(pbx, *words)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import io
import json
from typing import Any, Dict

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import register_line
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands.register_line import (
    value_of,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    register_line.configure(parser)
    return register_line.run(parser.parse_args(argv))


def answer(capsys: pytest.CaptureFixture[str]) -> Dict[str, Any]:
    parsed: Dict[str, Any] = json.loads(capsys.readouterr().out)
    assert parsed.pop("schema") == "siptrunk.register-line/1"
    return parsed


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("43212345:hush@mysipsp.com/1234", "--format", "json", "--reveal-secrets") == 0
    assert answer(capsys) == {
        "accepted": True,
        "peer": None,
        "user": "43212345",
        "domain": None,
        "domain_port": None,
        "secret": "hush",
        "auth_user": None,
        "host": "mysipsp.com",
        "port": 5060,
        "transport": "udp",
        "extension": "1234",
        "expiry": 120,
        "findings": [],
    }


def test_not_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alice:hush", "--format", "json") == 1
    refused = answer(capsys)
    assert refused["accepted"] is False
    assert "user" not in refused
    assert [finding["rule"] for finding in refused["findings"]] == ["REG001"]


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("register => alice:hush@h:0 ; comment") == 0
    shown = capsys.readouterr().out
    assert "user         alice\n" in shown
    assert "secret       ********\n" in shown
    assert "port         5060\n" in shown
    assert "REG015: " in shown


@pytest.mark.parametrize(
    "line",
    [
        "alice:hush@h",
        "alice:hush?hush@h",
        "alice:x//hush@h",
        "al(ice:hush@h",
        "alice:5:hush:hush@h:x",
        "u:hush",
    ],
)
def test_secrets_are_masked_even_where_they_are_misread(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("text", "json"):
        run(line, "--format", form)
        assert "hush" not in capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("register=>alice:hush@h\n"))
    assert run("-", "--format", "json", "--reveal-secrets") == 0
    assert answer(capsys)["secret"] == "hush"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("u:p@h", "u:p@h"),
        ("  u:p@h\n", "u:p@h"),
        ("u:a;b@h", "u:a;b@h"),
        ("u:a=b@h", "u:a=b@h"),
        ("register => u:p@h ; comment", "u:p@h"),
        ("REGISTER=u:p@h", "u:p@h"),
        ("register => u:a\\;b@h", "u:a;b@h"),
        ("register => u:a;b@h", "u:a"),
        ("register => u:p@h ;-- c --; /1", "u:p@h  /1"),
        ("register =>", ""),
    ],
)
def test_a_whole_line_or_its_value(text: str, value: str) -> None:
    assert value_of(text) == value


def test_more_than_one_line_is_bad_usage() -> None:
    with pytest.raises(ConfigError):
        value_of("u:p@h\nu:p@h")

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import config
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError

TEXT = "[general]\nregister => u:hush@h/1\n[t](!)\ntype = peer\n[p](t)\nsecret = hush ; comment\n"


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    config.configure(parser)
    return config.run(parser.parse_args(argv))


def write(tmp_path: Path, text: str) -> str:
    (tmp_path / "x.conf").write_text(text)
    return str(tmp_path / "x.conf")


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, TEXT), "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "siptrunk.config/1",
        "loads": True,
        "sections": [
            {"name": "general", "template": False, "entries": [["register", "u:********@h/1"]]},
            {"name": "t", "template": True, "entries": [["type", "peer"]]},
            {"name": "p", "template": False, "entries": [["type", "peer"], ["secret", "********"]]},
        ],
    }


def test_secrets_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, TEXT), "--format", "json", "--reveal-secrets") == 0
    sections = json.loads(capsys.readouterr().out)["sections"]
    assert [section["entries"][-1][1] for section in sections] == ["u:hush@h/1", "peer", "hush"]


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, TEXT)) == 0
    assert capsys.readouterr().out == (
        "[general]\nregister = u:********@h/1\n\n[t](!)\ntype = peer\n\n"
        "[p]\ntype = peer\nsecret = ********\n\n"
    )


def test_a_file_that_does_not_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, "[a](nosuch)\n"), "--format", "json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"schema": "siptrunk.config/1", "loads": False, "sections": []}
    assert "inherits from [nosuch]" in captured.err


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        run(str(tmp_path / "nosuch.conf"))

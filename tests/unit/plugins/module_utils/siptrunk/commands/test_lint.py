# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError

SOUND = "[general]\nallowguest=no\nregister => u:hush@192.0.2.1/1234\n[t]\ntype=peer\nhost=192.0.2.1\n"


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    lint.configure(parser)
    return lint.run(parser.parse_args(argv))


def write(tmp_path: Path, text: str, name: str = "sip.conf") -> str:
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_a_sound_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, SOUND)) == 0
    assert capsys.readouterr().out == ""


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, SOUND + "permit=192.0.2.1\n")
    assert run(path) == 1
    line = capsys.readouterr().out
    assert line.startswith(f"{path}:7: security SIP011: [t] permit: permit without deny")
    assert line.count("\n") == 1


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "[general]\n#include part.conf\n")
    write(tmp_path, "allowguest=yes\n", "part.conf")
    assert run(path, "--format", "json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "siptrunk.lint/1"
    (finding,) = answer["findings"]
    assert set(finding) == {"rule", "severity", "path", "line", "section", "option", "why", "fix"}
    assert (finding["rule"], finding["path"], finding["line"]) == ("SIP007", str(tmp_path / "part.conf"), 1)


def test_threshold(tmp_path: Path) -> None:
    warning = write(tmp_path, SOUND + "no equals sign\n")
    assert run(warning) == 1
    assert run(warning, "--fail-on", "error") == 0
    security = write(tmp_path, SOUND + "permit=192.0.2.1\n")
    assert run(security, "--fail-on", "error") == 1


def test_which_driver(tmp_path: Path) -> None:
    other = write(tmp_path, "[general]\nstatic=yes\n", "extensions.conf")
    assert run(other) == 0
    assert run(other, "--driver", "chan_sip") == 1
    assert run(write(tmp_path, "[general]\nbindport=5060\n", "sip.conf")) == 1


def test_a_part_of_sip_conf(tmp_path: Path) -> None:
    part = "[general](+)\nregister => u:p@192.0.2.1\n[t]\ntype=peer\nhost=192.0.2.1\n"
    assert run(write(tmp_path, part, "sip_trunks.conf")) == 0
    assert run(write(tmp_path, "[general]\nallowguest=no\n[t](+)\n")) == 1


def test_a_file_that_does_not_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, SOUND + "#include nosuch.conf\n"), "--fail-on", "error") == 1
    assert "CONF001" in capsys.readouterr().out


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        run(str(tmp_path / "nosuch.conf"))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES

TRUNK = "[t]\ntype=peer\nhost=192.0.2.1\ncontext=from-t\ndisallow=all\nallow=alaw\ninsecure=port,invite\nqualify=yes\n"
SOUND = "[general]\nallowguest=no\n" + TRUNK
OPEN = SOUND + "permit=192.0.2.1\n"


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    lint.configure(parser)
    return lint.run(parser.parse_args(argv))


def write(tmp_path: Path, text: str, name: str = "sip.conf") -> str:
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def rules(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [finding["rule"] for finding in json.loads(capsys.readouterr().out)["findings"]]


def test_a_sound_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, SOUND)) == 0
    assert capsys.readouterr() == ("", "1 file: nothing found\n")


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, OPEN)
    assert run(path) == 1
    shown, summary = capsys.readouterr()
    assert shown.splitlines()[0].startswith(f"{path}:11:1: security SIP011: [t] permit: permit without deny")
    assert shown.splitlines()[1:3] == ["    11 | permit=192.0.2.1", "       | ^^^^^^"]
    assert shown.splitlines()[3].startswith("    fix: ")
    assert summary == "1 file: 1 security\n"


def test_colour(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(write(tmp_path, OPEN), "--color", "always")
    assert "\033[1;35msecurity SIP011\033[0m" in capsys.readouterr().out


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, SOUND + "#include part.conf\n")
    write(tmp_path, "permit=192.0.2.1\n", "part.conf")
    assert run(path, "--format", "json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "siptrunk.lint/1"
    (finding,) = answer["findings"]
    assert set(finding) == {
        *("rule", "severity", "path", "line", "column", "end_column"),
        *("section", "option", "why", "fix", "fixable"),
    }
    assert (finding["rule"], finding["path"], finding["line"]) == ("SIP011", str(tmp_path / "part.conf"), 1)
    assert answer["files"] == [str(tmp_path / "part.conf"), path]


def test_a_directory_is_one_pbx(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, OPEN)
    write(tmp_path, "[x]\n[broken\n", "extensions.conf")
    assert run(str(tmp_path), "--format", "json", "--fail-on", "error") == 1
    assert "SIP011" in rules(capsys)
    with pytest.raises(ConfigError, match="has none of"):
        run(str(tmp_path / ".."), "--format", "json")


def test_threshold(tmp_path: Path) -> None:
    path = write(tmp_path, OPEN)
    assert run(path, "--fail-on", "security") == 1
    assert run(write(tmp_path, SOUND), "--fail-on", "hint") == 0


def test_a_part_of_sip_conf(tmp_path: Path) -> None:
    part = "[general](+)\nlanguage=de\n" + TRUNK
    assert run(write(tmp_path, part, "sip_trunks.conf")) == 0


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        run(str(tmp_path / "nosuch.conf"))
    with pytest.raises(ConfigError, match="say which files"):
        run()


def test_what_a_comment_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path, OPEN.replace("permit=192.0.2.1", "permit=192.0.2.1 ; siptrunk: accept SIP011: a test")
    )
    assert run(path) == 0
    assert capsys.readouterr().err == "1 file: 1 accepted\n"


def test_what_a_file_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, OPEN)
    write(tmp_path, "[accept SIP011]\nreason = a test\n", ".siptrunk.ini")
    assert run(path) == 0
    write(tmp_path, "[accept SIP011]\nreason = a test\nfiles = other.conf\n", "mine.ini")
    capsys.readouterr()
    assert run(path, "--config", "mine.ini", "--format", "json") == 1
    assert sorted(rules(capsys)) == ["LINT003", "SIP011"]
    with pytest.raises(ConfigError, match="no such file"):
        run(path, "--config", "nosuch.ini")


def test_the_rules_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list-rules") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(RULES)
    assert run("--explain", "sip011") == 0
    page = capsys.readouterr().out
    assert page.startswith("# SIP011: ") and "## Bad" in page and "## Good" in page
    with pytest.raises(ConfigError, match="there is no rule"):
        run("--explain", "SIP999")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--explain", rule) == 0
    assert RULES[rule].title in capsys.readouterr().out

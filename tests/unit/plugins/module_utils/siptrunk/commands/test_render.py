# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import render
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError

SECRET = "Tr0ub4dor&3"
TRUNK: dict[str, Any] = {
    "name": "smartvox",
    "provider": {"host": "mysipsp.com"},
    "registration": {"user": "43212345", "secret": SECRET},
}


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    render.configure(parser)
    return render.run(parser.parse_args(arguments))


@pytest.fixture
def trunks(tmp_path: Path) -> Path:
    path = tmp_path / "trunks.json"
    path.write_text(json.dumps([TRUNK]))
    return path


def test_prints_the_drivers_file(trunks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(trunks), "--driver", "chan_sip") == 0
    output = capsys.readouterr()
    assert f"register => 43212345:{SECRET}@mysipsp.com~1800\n" in output.out
    assert output.err == ""


def test_prints_the_dialplan(trunks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(trunks), "--dialplan", "--driver", "chan_sip") == 0
    assert "[to-smartvox]\n" in capsys.readouterr().out


def test_prints_the_routes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "vars.json"
    route = {"name": "all", "patterns": ["_X."], "trunks": [TRUNK["name"]]}
    path.write_text(json.dumps({"sip_trunks": [TRUNK], "trunk_routes": [route]}))
    assert run(str(path), "--dialplan") == 0
    assert "[routes]\ninclude => route-all\n" in capsys.readouterr().out


def test_takes_variables_of_a_playbook_from_stdin(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"sip_trunks": [TRUNK]})))
    assert run("-") == 0
    assert "client_uri = sip:43212345@mysipsp.com\n" in capsys.readouterr().out


@pytest.mark.parametrize(("version", "code"), [("16.28", 1), ("22.10.1", 0)])
def test_refuses_what_that_asterisk_does_not_know(
    version: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trunk = {**TRUNK, "options": {"endpoint": {"tenantid": "17"}}}
    (tmp_path / "trunks.json").write_text(json.dumps([trunk]))
    assert run(str(tmp_path / "trunks.json"), "--asterisk", version) == code
    output = capsys.readouterr()
    reason = "trunk smartvox: options.endpoint.tenantid: Asterisk 16.28.0 has no option tenantid in endpoint"
    assert (reason in output.err) == bool(code)
    assert ("tenantid = 17\n" in output.out) != bool(code)


def test_writes_a_file_that_nobody_else_can_read(
    trunks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "sip_trunks.conf"
    output.write_text("old")
    output.chmod(0o644)
    assert run(str(trunks), "-o", str(output)) == 0
    assert SECRET in output.read_text()
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert capsys.readouterr().out == ""


def test_tells_every_problem_and_writes_nothing(
    trunks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {**TRUNK, "name": "1st", "registration": {"user": "a:b", "secret": SECRET}}
    trunks.write_text(json.dumps([bad, {"name": "second"}]))
    assert run(str(trunks), "-o", str(tmp_path / "out")) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 3
    assert SECRET not in output.err
    assert not (tmp_path / "out").exists()


def test_what_is_no_json_is_told_without_its_text(trunks: Path) -> None:
    trunks.write_text(f'[{{"secret": "{SECRET}" oops')
    with pytest.raises(ConfigError) as caught:
        run(str(trunks))
    assert SECRET not in str(caught.value)
    trunks.write_bytes(b'["\xff"]')
    with pytest.raises(ConfigError):
        run(str(trunks))

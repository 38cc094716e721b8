# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Iterator
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.__main__ import main

from ..sip.peers import listening, registrar

DOCS = Path(__file__).parents[6] / "docs/probe-json.md"
SECRET = "s3cret-of-the-account"


@pytest.fixture
def uri() -> Iterator[str]:
    with listening("udp", registrar) as target:
        yield f"sip:100@{target.address}:{target.port}"


@pytest.fixture
def secret(tmp_path: Path) -> list[str]:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    return ["--user", "100", "--secret-file", str(path)]


def test_text(uri: str, secret: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "register", uri, *secret, "--ladder"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"REGISTER {uri}: accepted: 200 Any\n  from udp 127.0.0.1:")
    assert "\n  contact sip:100@192.0.2.5, expires in 300 s\n" in said
    assert len(re.findall(r"\|-* REGISTER sip:127\S+ -*>\|", said)) == 2
    assert not any(hidden in said for hidden in (SECRET, "n0nce"))


def test_what_is_not_expected_is_told(uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "options", uri]) == 1
    why = "there are no credentials to answer with"
    assert f"OPTIONS {uri}: challenged, expected accepted: 401 Any: {why}\n" in capsys.readouterr().out
    assert main(["probe", "options", uri, "--expect", "challenged"]) == 0


def test_json_is_as_documented(uri: str, secret: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "register", uri, *secret, "--format", "json", "--ladder"]) == 0
    said = capsys.readouterr().out
    shown = json.loads(said)
    assert (shown["outcome"], shown["exit_code"], shown["as_expected"]) == ("accepted", 0, True)
    assert shown["contacts"] == [{"uri": "sip:100@192.0.2.5", "expires": 300}]
    assert not any(hidden in said for hidden in (SECRET, "n0nce"))
    text = DOCS.read_text()
    documented = json.loads(text.partition("```json\n")[2].partition("```")[0])
    assert list(shown) == list(documented)
    assert list(shown["steps"][0]) == list(documented["steps"][0])
    for key in shown:
        assert f"`{key}`" in text


def test_the_secret_from_standard_input(
    uri: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\r\nmore"))
    assert main(["probe", "options", uri, "--user", "100", "--secret-file", "-"]) == 0


def test_a_picture(uri: str, tmp_path: Path) -> None:
    assert (
        main(["probe", "options", uri, "--expect", "challenged", "--ladder-svg", str(tmp_path / "l.svg")])
        == 0
    )
    assert "401 Any" in "".join(ElementTree.parse(tmp_path / "l.svg").getroot().itertext())


def test_no_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "options", "sip:[::1]:9", "--source", "2001:db8::1", "--expect", "silent"]) == 3
    assert "unreachable" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["options", "sip:a:s3cret@example.com"],
        ["invite", "sip:example.com"],
        ["options", "sip:example.com", "--source", "eth0"],
        ["options", "sip:example.com", "--ca", "/nonexistent/ca.pem"],
        ["options", "sip:example.com", "--user", "a", "--secret-file", "/nonexistent/secret"],
        ["options", "sip:example.com", "--user", "a", "--secret-file", "/dev/null"],
        ["options", "sip:example.com", "--timeout", "0"],
    ],
)
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("siptrunk probe: ")
    assert "s3cret" not in said.err

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Optional, Sequence

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.__main__ import main
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import live
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Snapshot,
    Unavailable,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import trust as command
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedTrunk,
    to_json,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses

from ..scenes import ADDRESS
from ..test_trust import DEAD, NEW, PJSIP, dns, endpoint, has

RELOAD = "module reload res_pjsip.so"


@dataclass
class Pbx:
    """trusted: by the endpoint, and after so many looks since a reload; known: what the name has"""

    directory: Path
    trusted: str = ADDRESS
    known: Addresses = has(ADDRESS)
    after: Sequence[str] = ()
    told: list[str] = field(default_factory=list)
    error: Optional[Exception] = None
    looks: int = 0

    def observe(self, _expected: Sequence[ExpectedTrunk], *, config_dir: str) -> Snapshot:
        assert config_dir == str(self.directory)
        self.looks += 1
        if self.error:
            raise self.error
        if self.told and self.after:
            self.trusted, *self.after = self.after
        return endpoint(*filter(None, [self.trusted]))

    def tell(self, commands: Sequence[str], *, config_dir: str) -> None:
        self.told += commands

    def run(self, *arguments: str) -> int:
        return main(["trust", "--config-dir", str(self.directory), *arguments])


@pytest.fixture
def pbx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pbx:
    found = Pbx(tmp_path)
    (tmp_path / "sip_trunks.json").write_text(to_json([PJSIP]))
    monkeypatch.setattr(live, "observe", found.observe)
    monkeypatch.setattr(live, "tell", found.tell)
    monkeypatch.setattr(command, "Resolver", lambda: SimpleNamespace(resolve=dns(sip=found.known)))
    monkeypatch.setattr(command, "_PAUSE", 0.01)
    return found


@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.parametrize(("known", "code"), [(has(ADDRESS), 0), (DEAD, 1), (has(NEW), 2)])
def test_every_format_has_the_same_exit_code(
    pbx: Pbx, known: Addresses, code: int, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pbx.known = known
    assert pbx.run("--format", format_) == code
    assert ADDRESS in capsys.readouterr().out
    # Nobody asked for a reload.
    assert not pbx.told


def test_a_reload_mends_and_it_is_looked_again(pbx: Pbx, capsys: pytest.CaptureFixture[str]) -> None:
    pbx.known, pbx.after = has(NEW), [ADDRESS, NEW]
    assert pbx.run("--reload", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["reloaded"], pbx.told, pbx.looks) == ([RELOAD], [RELOAD], 3)


def test_what_a_reload_does_not_mend_is_waited_for_and_no_longer(
    pbx: Pbx, capsys: pytest.CaptureFixture[str]
) -> None:
    pbx.known = has(NEW)
    assert pbx.run("--reload", "--wait", "0.1") == 2
    assert pbx.told == [RELOAD] and pbx.looks > 3
    assert "not all is in order" in capsys.readouterr().out


def test_nothing_is_reloaded_that_is_in_order(pbx: Pbx) -> None:
    assert pbx.run("--reload") == 0
    assert (pbx.told, pbx.looks) == ([], 1)


def test_nothing_is_reloaded_while_a_name_does_not_resolve(
    pbx: Pbx, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nothing is let in, and nothing is known.
    pbx.trusted, pbx.known = "", DEAD
    assert pbx.run("--reload") == 2
    assert not pbx.told
    said = capsys.readouterr().err
    assert RELOAD in said and "sip.example.com" in said


def test_without_a_manifest_the_files_say_what_is_expected(
    pbx: Pbx, capsys: pytest.CaptureFixture[str]
) -> None:
    (pbx.directory / "sip_trunks.json").unlink()
    (pbx.directory / "sip.conf").write_text("[general]\n")
    assert pbx.run() == 3
    assert "No trunk is expected" in capsys.readouterr().out
    assert pbx.run("--allow-none") == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unavailable("not_running", "nobody listens"), "nobody listens"),
        (PermissionError(13, "Permission denied", "/etc/asterisk/x"), "run this as root or asterisk"),
        (ValueError("secret"), "internal error: ValueError"),
    ],
)
def test_no_verdict_is_unknown_and_tells_why(
    pbx: Pbx, error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pbx.error = error
    assert pbx.run("--format", "json") == 3
    out, err = capsys.readouterr()
    assert not out and said in err and "secret" not in err


def test_a_manifest_that_is_not_there(pbx: Pbx, capsys: pytest.CaptureFixture[str]) -> None:
    assert pbx.run("--expect", str(pbx.directory / "none.json")) == 3
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["-1", "x", "inf"])
def test_a_wait_that_is_none(pbx: Pbx, seconds: str) -> None:
    with pytest.raises(SystemExit) as caught:
        pbx.run("--wait", seconds)
    assert caught.value.code == 2

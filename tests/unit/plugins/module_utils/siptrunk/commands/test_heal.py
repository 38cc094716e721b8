# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat
import time
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
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import heal as command
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedTrunk,
    to_json,
)

from ..scenes import ADDRESS, REGISTERED, TRUNK, never, running
from ..test_trust import dns, has

STOPPED, IN_ORDER = running(never("No Authentication")), running(REGISTERED)


@dataclass
class Pbx:
    """shows: look by look, the last one again and again"""

    directory: Path
    shows: list[Snapshot] = field(default_factory=lambda: [STOPPED])
    told: list[str] = field(default_factory=list)
    error: Optional[Exception] = None

    @property
    def state(self) -> Path:
        return self.directory / "state/healing.json"

    def observe(self, _expected: Sequence[ExpectedTrunk], *, config_dir: str) -> Snapshot:
        assert config_dir == str(self.directory)
        return self.shows.pop(0) if len(self.shows) > 1 else self.shows[0]

    def tell(self, commands: Sequence[str], *, config_dir: str) -> None:
        # What is not remembered would be done again and again.
        assert self.state.exists()
        if self.error:
            raise self.error
        self.told += commands

    def run(self, *arguments: str) -> int:
        return main(["heal", "--config-dir", str(self.directory), "--state", str(self.state), *arguments])


@pytest.fixture
def pbx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pbx:
    found = Pbx(tmp_path)
    (tmp_path / "sip_trunks.json").write_text(to_json([TRUNK]))
    monkeypatch.setattr(live, "observe", found.observe)
    monkeypatch.setattr(live, "tell", found.tell)
    monkeypatch.setattr(command, "Resolver", lambda: SimpleNamespace(resolve=dns(sip=has(ADDRESS))))
    monkeypatch.setattr(command, "PATIENCE", 0.01)
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.5)
    return found


def test_it_is_done_once_and_told(pbx: Pbx, capsys: pytest.CaptureFixture[str]) -> None:
    assert pbx.run() == 0
    assert capsys.readouterr().out.startswith("sip reload: smartvox: forbidden: ")
    assert pbx.run() == 0
    assert capsys.readouterr().out == ""
    assert pbx.told == ["sip reload"]


def test_the_memory_is_for_its_owner_alone(pbx: Pbx) -> None:
    pbx.run()
    modes = [stat.S_IMODE(os.stat(path).st_mode) for path in (pbx.state, pbx.state.parent)]
    assert modes == [0o600, 0o700]


def test_what_a_second_look_does_not_show_is_not_done(pbx: Pbx) -> None:
    pbx.shows = [STOPPED, IN_ORDER]
    assert pbx.run() == 0
    assert not pbx.told


def test_a_dry_run_tells_and_does_nothing(pbx: Pbx, capsys: pytest.CaptureFixture[str]) -> None:
    assert pbx.run("--dry-run") == 0
    assert capsys.readouterr().out.startswith("sip reload: smartvox: ")
    assert not pbx.told and not pbx.state.parent.exists()
    pbx.run()
    capsys.readouterr()
    assert pbx.run("--dry-run") == 0
    assert capsys.readouterr().out.startswith("not now, was done 1 times, and is again in 60 s: sip reload: ")


def test_without_a_manifest_there_is_nothing_to_do(pbx: Pbx) -> None:
    (pbx.directory / "sip_trunks.json").unlink()
    assert pbx.run() == 0
    assert not pbx.told
    assert pbx.run("--expect", str(pbx.directory / "none.json")) == 2


def test_a_memory_that_cannot_be_read_is_told_and_nothing_is_done(
    pbx: Pbx, capsys: pytest.CaptureFixture[str]
) -> None:
    pbx.state.parent.mkdir()
    pbx.state.write_text("{")
    assert pbx.run() == 2
    assert "healing.json" in capsys.readouterr().err
    assert not pbx.told


def test_what_cannot_be_told_to_asterisk_fails_and_is_remembered(
    pbx: Pbx, capsys: pytest.CaptureFixture[str]
) -> None:
    pbx.error = Unavailable("not_answering", "no answer to 'sip reload'")
    assert pbx.run() == 2
    assert "no answer" in capsys.readouterr().err
    assert "sip reload" in pbx.state.read_text()

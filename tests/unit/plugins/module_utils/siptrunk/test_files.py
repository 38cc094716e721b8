# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import files
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError


def mine(mode: int) -> files.Attributes:
    return files.Attributes(os.getuid(), os.getgid(), mode)


def test_writes_the_text_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "sip.conf"
    files.write_text(str(path), "[general]\n", mine(0o640))
    assert path.read_text() == "[general]\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_bytes_that_are_not_utf8_survive(tmp_path: Path) -> None:
    path = tmp_path / "sip.conf"
    path.write_bytes(b"; caf\xe9\r\n")
    text = files.read_text(str(path))
    assert text is not None
    files.write_text(str(path), text, mine(0o600))
    assert path.read_bytes() == b"; caf\xe9\r\n"


def test_a_missing_file_reads_as_none(tmp_path: Path) -> None:
    assert files.read_text(str(tmp_path / "none.conf")) is None


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "real.conf", tmp_path / "link.conf"
    target.write_text("old\n")
    link.symlink_to(target)
    files.write_text(str(link), "new\n", mine(0o600))
    assert link.is_symlink() and target.read_text() == "new\n"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sip.conf"
    path.write_text("old\n")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        files.write_text(str(path), "new\n", mine(0o600))
    assert path.read_text() == "old\n"
    assert os.listdir(tmp_path) == ["sip.conf"]


def test_a_backup_has_the_content_and_the_mode_and_no_include_picks_it_up(tmp_path: Path) -> None:
    path = tmp_path / "sip_trunks.conf"
    path.write_text("old\n")
    path.chmod(0o640)
    copy = files.back_up(str(path))
    assert Path(copy).read_text() == "old\n"
    assert stat.S_IMODE(os.stat(copy).st_mode) == 0o640
    assert copy == f"{path}~"


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(ConfigError, match="no-such-group"):
        files.Attributes.named("root", "no-such-group", 0o640)

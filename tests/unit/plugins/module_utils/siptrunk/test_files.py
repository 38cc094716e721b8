# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import stat
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Iterator

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import files
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError

FORK = multiprocessing.get_context("fork")


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


@pytest.mark.parametrize("is_there", [True, False])
def test_where_an_answer_goes_nobody_else_decides(tmp_path: Path, is_there: bool) -> None:
    target, link = tmp_path / "shadow", tmp_path / "answer.prom"
    if is_there:
        target.write_text("root\n")
    link.symlink_to(target)
    files.put(str(link), "answer\n", 0o644)
    assert not link.is_symlink() and link.read_text() == "answer\n"
    assert stat.S_IMODE(link.stat().st_mode) == 0o644
    assert target.read_text() == "root\n" if is_there else not target.exists()


def test_an_answer_may_go_into_a_directory_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    files.put(str(tmp_path / "link/answer"), "answer\n", 0o600)
    assert (tmp_path / "real/answer").read_text() == "answer\n" and (tmp_path / "link").is_symlink()


def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    # As /dev/stdout is.
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(ConfigError, match="no regular file"):
            files.write_text(str(tmp_path / name), "text", mine(0o600))
        with pytest.raises(ConfigError, match="no regular file"):
            files.put(str(tmp_path / name), "text", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]


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


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left, others = (
        ".sip.conf.siptrunk-k3x_9a0b",
        {".sip.conf.20260101", ".sip.conf.swp", ".x.conf.siptrunk-k3x_9a0b"},
    )
    for name in {left, *others}:
        (tmp_path / name).write_text("secret\n")
    files.write_text(str(tmp_path / "sip.conf"), "new\n", mine(0o600))
    assert set(os.listdir(tmp_path)) == {"sip.conf", *others}


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """Each process adds one to a number; without the lock, some of them would read the same."""
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count() -> None:
        for _turn in range(20):
            with files.lock(str(tmp_path)):
                number = int(counter.read_text())
                time.sleep(0.001)
                counter.write_text(str(number + 1))

    writers = [FORK.Process(target=count) for _number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert counter.read_text() == "80"
    assert os.listdir(tmp_path) == ["counter"]


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[BaseProcess]:
    """Another process that has locked the directory."""
    locked = FORK.Event()

    def hold() -> None:
        with files.lock(str(tmp_path)):
            locked.set()
            time.sleep(60)

    process = FORK.Process(target=hold)
    process.start()
    assert locked.wait(10)
    yield process
    process.kill()
    process.join()


@pytest.mark.usefixtures("holder")
def test_who_waits_too_long_is_told_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="another play is at work") as error,
        files.lock(str(tmp_path), patience=0.2),
    ):
        pass
    assert error.value.path == str(tmp_path)


def test_a_killed_writer_holds_nobody_up(tmp_path: Path, holder: BaseProcess) -> None:
    holder.kill()
    with files.lock(str(tmp_path), patience=10):
        pass


def test_only_what_is_there_can_be_locked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory"), files.lock(str(tmp_path / "none")):
        pass

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writers that are killed at any moment: the old or the new file is there, complete, and the next writer works."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import time
from pathlib import Path
from typing import Callable, Set

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.deployment import (
    PlannedFile,
    WrittenFile,
    apply,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import (
    Attributes,
    lock,
    read_text,
)

FORK = multiprocessing.get_context("fork")
KILLS = int(os.environ.get("KILLS", "200"))
NAME = "sip_trunks.conf"
TEXTS = tuple(
    f"[general]\n{'register => ' + letter * 60}\n" + f"; {letter * 60}\n" * 16_000 for letter in "ab"
)
# Root can give a file away, and then it must stay so.
OWNER = 12_345 if os.getuid() == 0 else os.getuid()
GROUP = 12_345 if os.getuid() == 0 else os.getgid()
ATTRIBUTES = Attributes(OWNER, GROUP, 0o640)

Write = Callable[[str, str], object]


def write(path: str, text: str) -> tuple[WrittenFile, ...]:
    """As the module does it."""
    with lock(os.path.dirname(path), patience=10):
        return apply([PlannedFile(path, read_text(path), text, None, ATTRIBUTES)], backup=True)


def write_naively(path: str, text: str) -> None:
    Path(path).write_text(text)


def write_until_killed(write: Write, path: str) -> None:
    for text in itertools.cycle(TEXTS):
        write(path, text)


def kill_a_writer(write: Write, path: str) -> None:
    writer = FORK.Process(target=write_until_killed, args=(write, path))
    writer.start()
    time.sleep(random.uniform(0, 0.05))
    writer.kill()
    writer.join()


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = str(tmp_path / NAME)
    # Twice, so that there is a backup, too.
    write(path, TEXTS[1])
    write(path, TEXTS[0])
    return path


def test_a_killed_writer_leaves_a_complete_file(path: str) -> None:
    directory = Path(path).parent
    seen: Set[str] = set()
    leftovers = 0
    for number in range(KILLS):
        kill_a_writer(write, path)
        for complete in (path, f"{path}~"):
            text = read_text(complete)
            assert text in TEXTS, f"kill {number}: {complete} is torn"
            assert Attributes.of(complete) == ATTRIBUTES
            seen.add(text)
        left = {found.name for found in directory.iterdir()} - {NAME, f"{NAME}~"}
        assert all(name.startswith(".") for name in left) and len(left) <= 1
        assert all(Attributes.of(str(directory / name)).mode & 0o007 == 0 for name in left)
        leftovers += len(left)
        next_one = TEXTS[read_text(path) == TEXTS[0]]
        write(path, next_one)
        assert read_text(path) == next_one
        assert sorted(os.listdir(directory)) == [NAME, f"{NAME}~"]
    # The kills did hit writers at their work.
    assert seen == set(TEXTS) and leftovers > KILLS // 10


def test_the_kills_would_show_a_torn_file(path: str) -> None:
    def is_torn() -> bool:
        kill_a_writer(write_naively, path)
        return read_text(path) not in TEXTS

    assert any(is_torn() for _number in range(KILLS))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Healthy trunks stay healthy, through every refresh: pytest tests/faults/soak.py.

It takes three minutes, or SOAK_MINUTES. The verifier is asked every two seconds, and may not wait for anything to
become better.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Dict, List, NamedTuple

import pytest

from .bench import wait_for
from .faults import COLUMNS, OK, Fault, Scene, both, told
from .lab import DOMAIN, SECRET, Account, lab

SECONDS = (float(os.environ.get("SOAK_MINUTES", "0")) or 3) * 60
EXPIRY = 60
PERIOD = 2.0
TRUNKS = ("first", "second", "third")


class Soaked(NamedTuple):
    """looks: how often it was asked; refreshes: that were seen; wrong: verdicts other than ok"""

    looks: int
    refreshes: int
    wrong: List[str]


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Dict[str, Soaked]:
    """By column; all at the same time."""
    found: Dict[str, Soaked] = {}
    directory = tmp_path_factory.mktemp("soak")

    def run(column: str) -> None:
        found[column] = soak(column, directory / column.replace(" ", "-"))

    works = [threading.Thread(target=run, args=(column,)) for column in COLUMNS]
    for work in works:
        work.start()
    for work in works:
        work.join()
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_a_healthy_trunk_is_never_said_to_be_ill(column: str, soaked: Dict[str, Soaked]) -> None:
    looks, refreshes, wrong = soaked[column]
    print(
        f"{column}: {looks} looks at {len(TRUNKS)} trunks, {refreshes} refreshes, {len(wrong)} wrong verdicts"
    )
    assert not wrong, wrong[:5]
    assert refreshes >= len(TRUNKS) * int(SECONDS / EXPIRY - 1)
    # The machine may be slow, but the verifier was asked.
    assert looks >= SECONDS / PERIOD / 3


def soak(column: str, directory: Path) -> Soaked:
    driver, version = column.split()
    accounts = {name: account(name, number) for number, name in enumerate(TRUNKS)}
    wrong: List[str] = []
    left: Dict[str, List[int]] = {name: [] for name in TRUNKS}
    looks = 0
    directory.mkdir()
    with lab(list(accounts.values()), driver, version, directory) as (there, here):
        here.start()
        wait_for(Scene(there, here, accounts), [Fault(name, "", both(OK)) for name in TRUNKS])
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            began = time.monotonic()
            look = here.verify("--wait", "0")
            looks += 1
            for name in TRUNKS:
                if told(look, name) != OK:
                    wrong.append(f"{SECONDS - until + began:.0f} s, {name}: {look.trunk(name) or look.said}")
                left[name].append(look.trunk(name).get("expires_in") or 0)
            time.sleep(max(0.0, PERIOD - (time.monotonic() - began)))
    refreshes = sum(later > earlier for some in left.values() for earlier, later in zip(some, some[1:]))
    return Soaked(looks, refreshes, wrong)


def account(name: str, number: int) -> Account:
    registration = {"user": f"4321000{number}", "secret": SECRET, "expiry": EXPIRY}
    host = f"{name}.{DOMAIN}"
    return Account(
        {"name": name, "provider": {"host": host}, "registration": registration, "nat": {"keepalive": 10}}
    )

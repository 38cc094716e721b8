# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seed all faults of one column of the matrix, and see what the verifier makes of each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple

from .faults import ASIDE, ASKED, FAULTS, HOST, LATER, OK, START, Fault, Scene, Verdict, accounts_of
from .lab import ASIDE as ASIDE_ADDRESS
from .lab import NAME_SERVERS, PATIENCE, Look, lab


class Cell(NamedTuple):
    """What was seen of one fault.

    seen: last
    seconds: from the fault to the verdict
    code: of the command
    path: all that was seen, in order
    """

    seen: Verdict
    seconds: float
    code: int
    explanation: str
    path: List[str]


Cells = Dict[str, Cell]


class Matrix(NamedTuple):
    """cells: by column and fault; failures: of the lab, for those that are not there"""

    cells: Dict[str, Cells]
    failures: str


def of_stage(stage: str, column: str) -> List[Fault]:
    return [one for one in FAULTS if one.stage == stage and isinstance(one.expects(column), Verdict)]


def measure(column: str, directory: Path, cells: Cells) -> None:
    """Fill in *cells*, by the name of the fault."""
    driver, version = column.split()
    accounts = accounts_of((START, ASKED, LATER, HOST))
    with lab(list(accounts.values()), driver, version, directory) as (there, here):
        scene = Scene(there, here, accounts)
        start, later = of_stage(START, column), of_stage(LATER, column)
        seed(scene, start)
        began = time.monotonic()
        here.start()
        settle(scene, column, start, began, cells)
        testify(scene, start, cells)
        for fault in start:
            fault.undo(scene, fault.subject)
        wait_for(scene, later)
        # A registration's time is told in whole seconds.
        time.sleep(1.1)
        scene.since = time.time()
        for fault in of_stage(ASKED, column):
            began = time.monotonic()
            fault.seed(scene, fault.subject)
            settle(scene, column, [fault], began, cells)
        began = time.monotonic()
        seed(scene, later)
        settle(scene, column, later, began, cells)
        for fault in of_stage(HOST, column):
            one_after_another(scene, column, fault, cells)


def measure_aside(column: str, directory: Path, cells: Cells) -> None:
    """The same for the PBX beside it."""
    driver, version = column.split()
    accounts = accounts_of((ASIDE,))
    own = {"name_server": NAME_SERVERS[1], "address": ASIDE_ADDRESS, "own_clock": True}
    with lab(list(accounts.values()), driver, version, directory, **own) as (there, here):
        scene = Scene(there, here, accounts)
        for fault in of_stage(ASIDE, column):
            one_after_another(scene, column, fault, cells)


def seed(scene: Scene, faults: Iterable[Fault]) -> None:
    for fault in faults:
        fault.seed(scene, fault.subject)


def one_after_another(scene: Scene, column: str, fault: Fault, cells: Cells) -> None:
    began = time.monotonic()
    fault.seed(scene, fault.subject)
    settle(scene, column, [fault], began, cells)
    fault.undo(scene, fault.subject)


def settle(scene: Scene, column: str, faults: List[Fault], began: float, cells: Cells) -> None:
    """Ask until all is as expected, and once more; or until the time is up."""
    paths: Dict[str, List[str]] = {fault.name: [] for fault in faults}
    since: Dict[str, float] = {}
    again = False
    while True:
        looks: Dict[object, Look] = {}
        for fault in faults:
            # One answer is of all trunks.
            if fault.look not in looks:
                looks[fault.look] = fault.look(scene, fault.subject)
            look, name = looks[fault.look], fault.subject
            seen = fault.reads(look, name)
            if seen != fault.expects(column):
                since.pop(fault.name, None)
            else:
                since.setdefault(fault.name, look.at - began)
            if paths[fault.name][-1:] != [str(seen)]:
                paths[fault.name].append(str(seen))
            said = look.trunk(name).get("summary", look.said.strip())
            seconds = since.get(fault.name, look.at - began)
            cells[fault.name] = Cell(seen, seconds, look.code, said, paths[fault.name])
        late = {fault.name for fault in faults if fault.name not in since}
        waiting = [one for one in faults if one.name in late and time.monotonic() - began < one.within]
        if not waiting and (again or len(faults) == 1):
            return
        again = not waiting


def testify(scene: Scene, faults: List[Fault], cells: Cells) -> None:
    """What is said to be registered must be known at the provider."""
    bindings = scene.provider.bindings()
    for fault in faults:
        cell = cells[fault.name]
        if cell.seen == OK and scene.user(fault.subject) not in bindings:
            cells[fault.name] = cell._replace(seen=Verdict("ok", "registered, but not at the provider"))


def wait_for(scene: Scene, faults: List[Fault]) -> None:
    """Before they fail, they are in order."""
    give_up = time.monotonic() + PATIENCE
    while True:
        look = scene.pbx.verify("--wait", "0")
        bad = [one.name for one in faults if look.trunk(one.name).get("status") != "ok"]
        if not bad:
            return
        assert time.monotonic() < give_up, f"not in order before anything has failed: {bad}"
        time.sleep(0.5)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All columns of the matrix at the same time: they mostly wait. What was seen is left as a table, too."""

from __future__ import annotations

import json
import os
import threading
import traceback
from pathlib import Path
from typing import Any, Dict, List, Union

import pytest

from .bench import Cell, Cells, Matrix, measure, measure_aside
from .faults import COLUMNS, FAULTS, Verdict

# Where faults.md and faults.json go.
ARTEFACTS = Path(os.environ.get("FAULTS_ARTEFACTS", ".cache/faults"))


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    cells: Dict[str, Cells] = {column: {} for column in COLUMNS}
    failures: List[str] = []
    directory = tmp_path_factory.mktemp("faults")

    def run(work: Any, column: str) -> None:
        own = directory / f"{work.__name__} {column}".replace(" ", "-")
        own.mkdir()
        try:
            work(column, own, cells[column])
        except Exception:
            # Others go on; the cells that are not there fail.
            failures.append(f"{column}:\n{traceback.format_exc()}")

    works = [
        threading.Thread(target=run, args=(work, column))
        for column in COLUMNS
        for work in (measure, measure_aside)
    ]
    for work in works:
        work.start()
    for work in works:
        work.join()
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    (ARTEFACTS / "faults.json").write_text(json.dumps(as_data(cells), indent=2) + "\n")
    (ARTEFACTS / "faults.md").write_text(as_table(cells))
    return Matrix(cells, "\n".join(failures))


def as_data(cells: Dict[str, Cells]) -> List[Dict[str, Any]]:
    rows: List[Dict[str, Any]] = []
    for fault in FAULTS:
        for column in COLUMNS:
            driver, version = column.split()
            row = {"fault": fault.name, "done": fault.done, "driver": driver, "version": version}
            expected, cell = fault.expects(column), cells[column].get(fault.name)
            rows.append({**row, **outcome(expected, cell)})
    return rows


def outcome(expected: Union[Verdict, str], cell: Cell | None) -> Dict[str, Any]:
    if isinstance(expected, str):
        return {"inapplicable": expected}
    if cell is None:
        return {"expected": str(expected), "seen": None, "passed": False}
    return {
        "expected": str(expected),
        "seen": str(cell.seen),
        "passed": cell.seen == expected,
        "seconds": round(cell.seconds, 1),
        "exit_code": cell.code,
        "path": cell.path,
        "explanation": cell.explanation,
    }


def as_table(cells: Dict[str, Cells]) -> str:
    """Markdown: fault, driver and version, expected, seen, seconds."""
    rows = as_data(cells)
    lines = [
        f"{sum(row.get('passed', False) for row in rows)} of {sum('passed' in row for row in rows)} cells as expected",
        "",
        "| fault | what is done | driver | Asterisk | expected | seen | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if "inapplicable" in row:
            said = f"| does not apply: {row['inapplicable']} | | |"
        else:
            seen = row["seen"] or "nothing"
            mark = "" if row["passed"] else " **!**"
            said = f"| {row['expected']} | {seen}{mark} | {row.get('seconds', '')} |"
        lines.append(f"| {row['fault']} | {row['done']} | {row['driver']} | {row['version']} {said}")
    return "\n".join([*lines, ""])

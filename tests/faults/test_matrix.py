# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever fails, the verifier says so, and says what it is."""

from __future__ import annotations

import pytest

from .bench import Matrix
from .faults import COLUMNS, FAULTS, START, Fault, Verdict

CELLS = [
    (fault, column) for fault in FAULTS for column in COLUMNS if isinstance(fault.expects(column), Verdict)
]


def test_there_are_enough_of_them() -> None:
    assert len(CELLS) >= 100
    # Why a cell is not there is written.
    assert all(str(fault.expects(column)) for fault in FAULTS for column in COLUMNS)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize(
    ("fault", "column"), CELLS, ids=[f"{fault.name}-{column}".replace(" ", "-") for fault, column in CELLS]
)
def test_the_verdict_is_true(fault: Fault, column: str, matrix: Matrix) -> None:
    cell, expected = matrix.cells[column].get(fault.name), fault.expects(column)
    assert cell and isinstance(expected, Verdict), f"the lab did not come so far\n{matrix.failures}"
    assert cell.seen == expected, f"{cell.path}\n{cell.explanation}"
    # With other trunks in the report, the worst of them counts.
    assert (cell.code == 0) <= (expected.status == "ok")
    if fault.stage == START and expected.status != "ok":
        # Not even for a moment.
        assert not [step for step in cell.path if step.startswith("ok")]

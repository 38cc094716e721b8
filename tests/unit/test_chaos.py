# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that chaos makes are what they are called."""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from chaos.declared import MAIN, NAMES, Declared, next_step


def test_with_a_provider_out_of_order_something_must_be_registered_anew() -> None:
    """Also when a change of the same step was the other way round: otherwise, nothing can fail."""
    rng = random.Random(1)
    declared = Declared(dict.fromkeys(NAMES, "192.0.2.1"))
    declared.trunks = {MAIN: declared.new_trunk(MAIN, rng)}
    steps = [step for step in (next_step(declared, rng) for _number in range(5000)) if step.fault]
    assert len(steps) > 100
    for step in steps:
        assert step.trunks[MAIN]["registration"] != declared.trunks[MAIN]["registration"], step

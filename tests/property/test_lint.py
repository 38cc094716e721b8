# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No input makes the linter stumble, or hang: ``FUZZ_N=1000000 FUZZ_SEED=1 pytest -s tests/property/test_lint.py``."""

from __future__ import annotations

import os
import random
import time

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.fixing import mend
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import Report, lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report.lint import FORMATS

from .words import generate

COUNT = int(os.environ.get("FUZZ_N", "10000"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.randrange(1, 2**32)
# Seconds for each MB, and for what is smaller.
LIMIT = 1.0


def test_nothing_makes_it_stumble() -> None:
    print(f"FUZZ_SEED={SEED}")
    found = octets = mended = 0
    slowest = 0.0
    for number in range(COUNT):
        rng = random.Random(f"{SEED} {number}")
        files = generate(rng)
        began = time.process_time()
        try:
            report = lint([from_texts(files, parts=rng.random() < 0.5)])
            FORMATS[rng.choice(list(FORMATS))](report)
            mended += _mend(report)
        except Exception as error:
            raise AssertionError(f"input {number} of FUZZ_SEED={SEED}: {error!r}\n{files!r}") from error
        took = time.process_time() - began
        size = sum(map(len, files.values()))
        assert took < LIMIT * max(1.0, size / 1e6), f"input {number} of FUZZ_SEED={SEED} took {took:.1f} s"
        slowest = max(slowest, took)
        found, octets = found + len(report.findings), octets + size
    print(f"{COUNT} inputs, {octets} bytes, {found} findings, {mended} mended, slowest {slowest:.3f} s")
    # Most inputs are too broken to be mended; that mending works is shown rule by rule in tests/unit.
    assert found > COUNT


def _mend(report: Report) -> int:
    """What was mended is found no more, and the rest is still there."""
    files = list(mend(report.findings, report.source.texts))
    for file in files:
        assert len(file.before.splitlines()) >= len(file.after.splitlines())
    return len(files)

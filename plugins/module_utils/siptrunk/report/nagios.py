# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as a plug-in of Nagios and its heirs gives it: one line, then performance data."""

from __future__ import annotations

import re
from typing import Iterator

from ..verify import Report


def render(report: Report) -> str:
    total = len(report.verdicts)
    good = sum(verdict.ok for verdict in report.verdicts)
    bad = [
        f"{', '.join(names)}: {', '.join(one.explanation for one in findings)}"
        for names, findings in report.troubled()
    ]
    said = "; ".join([f"{good} of {total} trunks in order", *bad]) if total else "no trunk is expected"
    # The bar begins the performance data.
    return f"SIP TRUNKS {report.status.upper()} - {said.replace('|', '/')} | {' '.join(_performance(report))}"


def _performance(report: Report) -> Iterator[str]:
    yield f"trunks_ok={sum(verdict.ok for verdict in report.verdicts)};;;0;{len(report.verdicts)}"
    for verdict in report.verdicts:
        if verdict.lease and verdict.lease.expires_in is not None:
            label = re.sub(r"[^\w.@-]", "_", verdict.trunk.name)
            yield f"{label}_expires_in={verdict.lease.expires_in}s"

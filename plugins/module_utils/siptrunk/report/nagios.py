# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as a plug-in of Nagios and its heirs gives it: a line with performance data, then one for each trouble."""

from __future__ import annotations

import re
from typing import Iterator

from ..causes import UNKNOWN
from ..verify import Report
from ..words import printable

_PLAIN = re.compile(r"[\w.@-]+")


def render(report: Report) -> str:
    total = len(report.verdicts)
    good = sum(verdict.ok for verdict in report.verdicts)
    bad = [
        f"{', '.join(names)}: {', '.join(one.explanation for one in findings)}"
        for names, findings in report.troubled()
    ]
    said = "; ".join([f"{good} of {total} trunks in order", *bad]) if total else "no trunk is expected"
    first = f"{_line(report.status, said)} | {' '.join(_performance(report))}"
    return "\n".join([first, *map(_text, _long(report))])


def unknown(reason: str, _now: float) -> str:
    return _line(UNKNOWN, reason)


def _line(status: str, said: str) -> str:
    return f"SIP TRUNKS {status.upper()} - {_text(said)}"


def _long(report: Report) -> Iterator[str]:
    """What is to be done, for the page of the service."""
    for names, findings in report.troubled():
        for one in findings:
            said = f"{one.explanation}; {one.evidence}" if one.evidence else one.explanation
            yield f"{', '.join(names)}: {one.status.upper()} {said} -> {one.next_step}"
    for note in report.snapshot.notes:
        yield f"Note: {note}"


def _performance(report: Report) -> Iterator[str]:
    yield f"trunks_ok={sum(verdict.ok for verdict in report.verdicts)};;;0;{len(report.verdicts)}"
    for verdict in report.verdicts:
        if verdict.lease and verdict.lease.expires_in is not None:
            yield f"{_label(verdict.trunk.name)}={verdict.lease.expires_in}s"


def _label(name: str) -> str:
    """In quotes where it needs them; a quote is written twice, and = ends a label even so."""
    label = f"{_text(name)}_expires_in".replace("=", "_").replace("'", "''")
    return label if _PLAIN.fullmatch(label) else f"'{label}'"


def _text(said: str) -> str:
    """One line; the bar begins the performance data."""
    return printable(" ".join(said.replace("|", "/").split()))

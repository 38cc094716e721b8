# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For people: place, rule, why, the line with a mark under the word, and the way out; in colour on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Iterator, List

from ...lint.linting import Report
from ...rules.rule import ERROR, HINT, SECURITY, SEVERITIES, WARNING, Finding
from ...words import printable

_COLOURS = {SECURITY: "1;35", ERROR: "1;31", WARNING: "1;33", HINT: "1;36"}
# Longer lines are cut, around the word.
WIDTH = 120
LONGEST_NAME = 80


def render(report: Report, colour: bool = False) -> str:
    """Nothing when nothing was found."""
    return "".join(f"{line}\n" for finding in report.findings for line in _lines(finding, report, colour))


def summary(report: Report) -> str:
    """One line: how much of what."""
    count = Counter(finding.severity for finding in report.findings)
    parts = [f"{count[severity]} {severity}" for severity in reversed(SEVERITIES) if count[severity]]
    accepted = [f"{len(report.accepted)} accepted"] if report.accepted else []
    files = f"{len(report.paths)} {'file' if len(report.paths) == 1 else 'files'}"
    return f"{files}: {', '.join([*parts, *accepted]) or 'nothing found'}"


def place(finding: Finding) -> str:
    numbers = [str(number) for number in (finding.line, finding.column) if number is not None]
    return printable(":".join([finding.path, *numbers]))


def subject(finding: Finding) -> str:
    """The section and the option."""
    section = f"[{_short(finding.section)}]" if finding.section else None
    return printable(" ".join(filter(None, [section, finding.option and _short(finding.option)])))


def message(finding: Finding) -> str:
    """In one line: what it is about, and why."""
    about = subject(finding)
    return f"{about}: {finding.why}" if about else finding.why


def line(finding: Finding) -> str:
    """All about it in one line."""
    return f"{place(finding)}: {finding.severity} {finding.rule}: {message(finding)}; {finding.fix}"


def _lines(finding: Finding, report: Report, colour: bool) -> Iterator[str]:
    def painted(text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if colour else text

    code = _COLOURS[finding.severity]
    head = painted(f"{finding.severity} {finding.rule}", code)
    yield f"{painted(place(finding), '1')}: {head}: {message(finding)}"
    yield from (f"    {line}" for line in _excerpt(finding, report, painted("^", code)))
    yield f"    fix: {finding.fix}"


def _excerpt(finding: Finding, report: Report, mark: str) -> List[str]:
    line = report.source.excerpt(finding)
    if line is None or not line.strip():
        return []
    start, end = (finding.column or 1) - 1, (finding.end_column or 1) - 1
    first = max(0, min(start, len(line)) - WIDTH // 2) if len(line) > WIDTH else 0
    shown = line[first : first + WIDTH]
    number = f"{finding.line} | "
    # A mask has taken the place of the word.
    width = max(1, min(end, len(line), first + WIDTH) - start)
    marks = (
        []
        if start >= len(line)
        else [" " * (len(number) - 2) + "| " + _blank(line[first:start]) + mark * width]
    )
    return [number + printable(shown.replace("\t", " ")), *marks]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def _blank(text: str) -> str:
    return " " * len(text)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as test cases: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from typing import Dict, List

from ...lint.linting import Report
from ...rules.rule import Finding
from ..junit_xml import Case, Trouble, document
from .text import message, place


def render(report: Report) -> str:
    suites: Dict[str, List[Case]] = {path: [] for path in report.paths}
    for finding in report.findings:
        suites.setdefault(finding.path, []).append(_case(finding))
    return document("siptrunk lint", {path: cases or [Case("no findings")] for path, cases in suites.items()})


def _case(finding: Finding) -> Case:
    line = f":{finding.line}" if finding.line else ""
    text = f"{place(finding)}: {finding.severity} {finding.rule}; {finding.fix}"
    return Case(f"{finding.rule}{line}", Trouble(finding.severity, message(finding), text))

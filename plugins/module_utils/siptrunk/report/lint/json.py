# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For programs: siptrunk.lint/1, documented in docs/command-line.md."""

from __future__ import annotations

import json
from typing import Any, Dict

from ...lint.linting import Report
from ...rules.rule import Finding

SCHEMA = "siptrunk.lint/1"
KEYS = (
    "rule",
    "severity",
    "path",
    "line",
    "column",
    "end_column",
    "section",
    "option",
    "why",
    "fix",
)


def answer(report: Report) -> Dict[str, Any]:
    """The same as data."""
    return {
        "schema": SCHEMA,
        "findings": [fields(finding) for finding in report.findings],
        "accepted": [{**fields(finding), "reason": by.reason} for finding, by in report.accepted],
        "files": list(report.paths),
    }


def fields(finding: Finding) -> Dict[str, Any]:
    edit = None if finding.edit is None else ("safe" if finding.edit.safe else "unsafe")
    return {**{key: getattr(finding, key) for key in KEYS}, "fixable": edit}


def render(report: Report) -> str:
    return json.dumps(answer(report)) + "\n"

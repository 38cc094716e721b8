# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflow commands, which GitHub shows beside the changed lines."""

from __future__ import annotations

from ...lint.linting import Report
from ...rules.rule import ERROR, HINT, SECURITY, WARNING, Finding
from .text import message

_LEVELS = {SECURITY: "error", ERROR: "error", WARNING: "warning", HINT: "notice"}
_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    return "".join(_command(finding) + "\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": finding.line,
        "col": finding.column,
        "endColumn": finding.end_column,
        "title": f"{finding.severity} {finding.rule}",
    }
    given = ",".join(
        f"{key}={_escaped(str(value), _IN_PROPERTIES)}"
        for key, value in properties.items()
        if value is not None
    )
    return (
        f"::{_LEVELS[finding.severity]} {given}::{_escaped(f'{message(finding)}; {finding.fix}', _ESCAPES)}"
    )


def _escaped(text: str, escapes: dict[str, str]) -> str:
    clean = text.encode("utf-8", "replace").decode()
    return "".join(escapes.get(character, character) for character in clean)

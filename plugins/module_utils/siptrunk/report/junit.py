# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts as test cases: one for each trunk, failed when it is not in order, an error when nobody can tell."""

from __future__ import annotations

from ..causes import UNKNOWN
from ..verify import Report, Verdict
from .junit_xml import Case, Trouble, document

_SUITE = "siptrunk verify"


def render(report: Report) -> str:
    cases = [_case(verdict) for verdict in report.verdicts]
    if not cases:
        nothing = None if report.allow_none else Trouble(UNKNOWN, "no trunk is expected", "", is_error=True)
        cases = [Case("a trunk is expected", nothing)]
    return document(_SUITE, {_SUITE: cases})


def unknown(reason: str, _now: float) -> str:
    return document(_SUITE, {_SUITE: [Case("a verdict", Trouble(UNKNOWN, reason, "", is_error=True))]})


def _case(verdict: Verdict) -> Case:
    if verdict.ok:
        return Case(verdict.trunk.name)
    first = verdict.findings[0]
    trouble = Trouble(first.cause, first.explanation, verdict.summary, is_error=verdict.status == UNKNOWN)
    return Case(verdict.trunk.name, trouble)

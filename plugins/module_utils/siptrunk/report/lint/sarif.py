# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SARIF 2.1.0 (OASIS), which code scanning takes: rules with their help, results with their places."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional
from urllib.parse import quote

from ... import __version__
from ...lint.acceptance import Acceptance
from ...lint.linting import Report
from ...rules.books import RULES
from ...rules.rule import ERROR, HINT, SECURITY, WARNING, Finding, Rule
from .text import message

_LEVELS = {SECURITY: "error", ERROR: "error", WARNING: "warning", HINT: "note"}
# GitHub's number for how grave a security finding is: this is "high".
_SECURITY_SEVERITY = "8.0"


def render(report: Report) -> str:
    rules = [RULES[name] for name in sorted({one.rule for one in _all(report)})]
    places = {rule.id: number for number, rule in enumerate(rules)}
    results = [_result(finding, places, None) for finding in report.findings]
    results += [_result(finding, places, by) for finding, by in report.accepted]
    driver = {"name": "siptrunk", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _all(report: Report) -> List[Finding]:
    return [*report.findings, *(one.finding for one in report.accepted)]


def _rule(rule: Rule) -> Dict[str, Any]:
    properties: Dict[str, Any] = {"tags": ["asterisk", "sip", rule.severity]}
    if rule.severity == SECURITY:
        properties["security-severity"] = _SECURITY_SEVERITY
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _result(finding: Finding, places: Dict[str, int], by: Optional[Acceptance]) -> Dict[str, Any]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endColumn": finding.end_column,
    }
    given = {key: value for key, value in region.items() if value is not None}
    location: Dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.path)}}
    if given:
        location["region"] = given
    result: Dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(f"{message(finding)}; {finding.fix}")},
        "locations": [{"physicalLocation": location}],
    }
    if by:
        kind = "external" if by.line is None else "inSource"
        result["suppressions"] = [{"kind": kind, "justification": _text(by.reason)}]
    return result


def _uri(path: str) -> str:
    octets = os.fsencode(os.path.normpath(path))
    return ("file://" if os.path.isabs(path) else "") + quote(octets)


def _text(text: str) -> str:
    """Undecodable bytes have no place in JSON."""
    return text.encode("utf-8", "replace").decode()

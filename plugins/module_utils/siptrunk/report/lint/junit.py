# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit's XML, which GitLab, Jenkins and others take: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from typing import Dict, List
from xml.etree.ElementTree import Element, SubElement, tostring

from ...lint.linting import Report
from ...rules.rule import Finding
from .text import message, place, printable


def render(report: Report) -> str:
    by_path: Dict[str, List[Finding]] = {path: [] for path in report.paths}
    for finding in report.findings:
        by_path.setdefault(finding.path, []).append(finding)
    count = len(report.findings)
    cases = sum(max(1, len(found)) for found in by_path.values())
    root = Element("testsuites", name="siptrunk lint", tests=str(cases), failures=str(count), errors="0")
    for path, found in by_path.items():
        _suite(root, printable(path), found)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _suite(root: Element, path: str, found: List[Finding]) -> None:
    suite = SubElement(
        root,
        "testsuite",
        name=path,
        tests=str(max(1, len(found))),
        failures=str(len(found)),
        errors="0",
        skipped="0",
    )
    if not found:
        SubElement(suite, "testcase", classname=path, name="no findings")
    for finding in found:
        line = f":{finding.line}" if finding.line else ""
        case = SubElement(suite, "testcase", classname=path, name=f"{finding.rule}{line}")
        failure = SubElement(case, "failure", type=finding.severity, message=printable(message(finding)))
        failure.text = printable(f"{place(finding)}: {finding.severity} {finding.rule}; {finding.fix}")

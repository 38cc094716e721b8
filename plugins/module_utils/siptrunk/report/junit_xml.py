# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit's XML, which GitLab, Jenkins and others take."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from ..words import printable


class Trouble(NamedTuple):
    """kind: what it is; is_error: nobody could tell, instead of a failure"""

    kind: str
    message: str
    text: str
    is_error: bool = False


class Case(NamedTuple):
    name: str
    trouble: Optional[Trouble] = None


def document(title: str, suites: Mapping[str, Sequence[Case]]) -> str:
    """The whole file: a suite for each name, with at least one case."""
    every = [case for cases in suites.values() for case in cases]
    root = Element("testsuites", {"name": title, **_counts(every)})
    for name, cases in suites.items():
        suite = SubElement(root, "testsuite", {"name": printable(name), "skipped": "0", **_counts(cases)})
        for case in cases:
            element = SubElement(suite, "testcase", classname=printable(name), name=printable(case.name))
            if case.trouble:
                kind, message, text, is_error = case.trouble
                what = "error" if is_error else "failure"
                SubElement(element, what, type=kind, message=printable(message)).text = printable(text)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"


def _counts(cases: Sequence[Case]) -> Mapping[str, str]:
    troubles = [case.trouble for case in cases if case.trouble]
    errors = sum(trouble.is_error for trouble in troubles)
    return {"tests": str(len(cases)), "failures": str(len(troubles) - errors), "errors": str(errors)}

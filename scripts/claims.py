# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of claims: what each scenario that ran has claimed, on which driver and Asterisk, and what came of it.

The claims are those of molecule/README.md. What they were tried on is read from the scenario's log: the PBXes that it
started, and what they said of themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "molecule/README.md"
# Where Ansible begins to tell of a host, in the forms that it has at -vvv; also an Ansible that a task has run, whose
# output is quoted.
_TOLD = re.compile(r"(?:^|(?P<quoted>\\n))(?:ok|changed|fatal): \[(?P<host>[^] ]+)[^]]*\]", re.MULTILINE)
_IMAGE = re.compile(r'"image": "localhost/telephony-lab-(?P<name>pbx|asterisk)(?P<version>[0-9]*)"')
# Of a result, or quoted in what a command said. A diff, which has it too, stands before the host that it is of.
_DRIVER = re.compile(r'(?:^ {4}|\\)"driver\\?": \\?"(chan_sip|pjsip)\\?"', re.MULTILINE)
_QUOTED_DRIVER = re.compile(r'\\n {4}\\"driver\\": \\"(chan_sip|pjsip)\\"')
_RUNNING = re.compile(r'\\?"asterisk\\?": \\?"([0-9]+)\.')
# The images whose names have no number are of Debian 11.
_OLDEST = "16"


class Claim(NamedTuple):
    """A row of molecule/README.md; failed: how it was seen to fail."""

    claim: str
    witnesses: str
    failed: str


def claims(text: str) -> dict[str, Claim]:
    """By scenario, those of a README."""
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|([^|]*)\|$", text, re.MULTILINE)
    return {name: Claim(*(cell.strip() for cell in cells)) for name, *cells in rows}


def tried_on(log: str) -> list[str]:
    """The pairs of driver and Asterisk that a scenario had, such as ``chan_sip, Asterisk 16``."""
    drivers: dict[str, set[str]] = {}
    versions: dict[str, str] = {}
    marks = list(_TOLD.finditer(log))
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(log)]):
        host, told = mark["host"], log[mark.end() : end]
        drivers.setdefault(host, set()).update((_QUOTED_DRIVER if mark["quoted"] else _DRIVER).findall(told))
        image, running = _IMAGE.search(told), _RUNNING.search(told)
        if running:
            versions[host] = running[1]
        elif image:
            versions.setdefault(host, image["version"] or _OLDEST)
    pairs = {(driver, version) for host, version in versions.items() for driver in drivers.get(host, ())}
    return [f"{driver}, Asterisk {version}" for driver, version in sorted(pairs)]


def table(ran: Iterable[tuple[str, bool, float]], logs: Path) -> str:
    """ran: name of the scenario, whether it passed, seconds; logs: the directory of molecule-NAME.log"""
    said = claims(README.read_text())
    lines = ["| scenario | claim | driver and version | result | seconds |", "|---|---|---|---|---|"]
    for name, passed, seconds in sorted(ran):
        log = (logs / f"molecule-{name}.log").read_text(errors="replace")
        result = "held" if passed else "FAILED"
        for subject in tried_on(log) or ["-"]:
            lines.append(f"| `{name}` | {said[name].claim} | {subject} | {result} | {seconds:.0f} |")
    return "\n".join(lines) + "\n"

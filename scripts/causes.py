# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a gate failed, in a few lines: what is left to read when nothing but the end of a long output was kept."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

# Characters of what one thing has said: its beginning names it, its end tells why.
_BEGINNING, _END = 120, 280
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?P<name>.*)\] \**$", re.MULTILINE)
_FATAL = re.compile(r"^(?:fatal|failed): \[(?P<host>[^] ]+)", re.MULTILINE)
_RECAP = re.compile(r"^(?P<host>\S+) +: ok=.* (?:unreachable|failed)=[1-9]", re.MULTILINE)
_RAISED = re.compile(r"^E (.*)", re.MULTILINE)
# Molecule's own, of the run that must change nothing.
_IDEMPOTENCE = re.compile(r"Idempotence test failed.*\n(?:\* .*\n)+")
_MESSAGE = re.compile(r'"msg": "(?P<said>.*)"')


def plain(log: Path) -> str:
    """The text of a log, without colours."""
    return _COLOURS.sub("", log.read_text(errors="replace"))


def of_suite(report: Path) -> str:
    """The first test that failed, by pytest's report in XML; empty when there is none."""
    if not report.exists():
        return ""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        for kind in ("failure", "error", "skipped"):
            found = case.find(kind)
            if found is not None:
                # pytest cuts its short message, and marks what was raised in the long text.
                raised = " ".join(_RAISED.findall(found.text or ""))
                return f"{case.get('name')}: {_short(raised or found.get('message') or '')}"
    return ""


def of_log(text: str) -> str:
    """Why Ansible failed: the task, on which host, and its message; or else the last lines.

    A host that was rescued has failures, too: the recap says which was not. The end of one may have ended others.
    """
    changed = _IDEMPOTENCE.search(text)
    if changed:
        return _short(changed[0])
    failed = {recap["host"] for recap in _RECAP.finditer(text)}
    ends = {at["host"]: at for at in _FATAL.finditer(text) if at["host"] in failed}
    fatal = min(ends.values(), key=re.Match.start, default=None)
    if fatal is None:
        return _short("\n".join([line for line in text.splitlines() if line.strip()][-3:]))
    task = next(reversed([*_TASK.finditer(text, 0, fatal.start())]), None)
    message = _MESSAGE.search(text, fatal.end())
    return f"{task['name'] if task else '?'} on {fatal['host']}: {_short(message['said'] if message else '')}"


def _short(said: str) -> str:
    said = re.sub(r"\s+", " ", said).strip()
    return said if len(said) <= _BEGINNING + _END else f"{said[:_BEGINNING]} ... {said[-_END:]}"

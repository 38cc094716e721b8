# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in the text a finding is, and the line as people may see it: without secrets."""

from __future__ import annotations

import re
from array import array
from dataclasses import replace
from itertools import chain
from typing import Collection, Dict, Mapping, Optional

from ..config.document import Document, Entry, Section
from ..drivers import pjsip_conf, sip_conf
from ..rules.rule import Finding
from ..secrets import MASK

_COMMENT = re.compile(r"(?<!\\);.*", re.DOTALL)
_BEFORE_VALUE = re.compile(r"[^=]*=>?[ \t]*")


class Source:
    """The texts of the files by path; *masked*: of which ones the secrets are masked already"""

    def __init__(self, texts: Mapping[str, str], masked: Collection[str] = ()) -> None:
        self.texts, self._masked = texts, masked
        # Where the lines begin, and where the text ends; a list of lines would take much more memory.
        self._starts: Dict[str, array[int]] = {}

    def line(self, path: str, number: Optional[int]) -> Optional[str]:
        """A line without its end; None where there is none."""
        text = self.texts.get(path)
        if text is None:
            return None
        if path not in self._starts:
            # Only LF ends a line to Asterisk.
            ends = (match.end() for match in re.finditer("\n|$", text))
            self._starts[path] = array("Q", chain([0], ends))
        starts = self._starts[path]
        if not number or number >= len(starts):
            return None
        return text[starts[number - 1] : starts[number]].rstrip("\r\n")

    def located(self, finding: Finding) -> Finding:
        """The finding with its columns."""
        line = self.line(finding.path, finding.line)
        if line is None or finding.column is not None:
            return finding
        wanted = finding.part or finding.option or f"[{finding.section}]"
        value = _BEFORE_VALUE.match(line)
        at = line.find(finding.part, value.end() if value else 0) if finding.part else line.find(wanted)
        if at < 0:
            # Of a form, several options may stand on one line; and a name may be spelled in another case.
            at = line.lower().find(wanted.lower())
        if at < 0:
            at, wanted = len(line) - len(line.lstrip()), line.strip()
        return replace(finding, column=at + 1, end_column=at + 1 + len(wanted))

    def excerpt(self, finding: Finding) -> Optional[str]:
        """The line of a finding for people: no value that may be a secret, and no comment where there was one."""
        line = self.line(finding.path, finding.line)
        return line if line is None or finding.path in self._masked else _shown(line)


def _shown(line: str) -> str:
    for statement in Document.parse(line).statements:
        if isinstance(statement, Section):
            return _COMMENT.sub("", line).rstrip()
        if isinstance(statement, Entry):
            attempts = (
                sip_conf.shown(statement.key, statement.value),
                pjsip_conf.shown_in_file(statement.key, statement.value),
            )
            shown = next((one for one in attempts if one != MASK), MASK)
            if shown == statement.value:
                return _COMMENT.sub("", line).rstrip()
            before = _BEFORE_VALUE.match(line)
            return (before[0] if before else f"{statement.key} = ") + shown
    return MASK

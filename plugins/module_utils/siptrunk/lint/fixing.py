# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mending what a rule has a mending for, and nothing else in the file."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple

from ..config.document import Document, Entry, Section
from ..config.masking import masked_text
from ..errors import NotRepresentable
from ..rules.rule import Edit, Finding


class Mended(NamedTuple):
    """A file before and after."""

    path: str
    before: str
    after: str

    def diff(self) -> str:
        """For people: secrets masked."""
        before, after = (masked_text(text).splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, self.path, f"{self.path} (mended)"))


def mend(findings: Iterable[Finding], texts: Mapping[str, str], *, unsafe: bool = False) -> Iterator[Mended]:
    """The files that change when the findings' edits are made.

    unsafe: make those as well that change what Asterisk takes from the file
    """
    wanted: Dict[str, List[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.edit and (unsafe or finding.edit.safe):
            wanted[finding.path].append(finding)
    for path, found in wanted.items():
        before = texts[path]
        document = Document.parse(before, path)
        places = {
            entry.line: (section, entry)
            for section in (document.head, *document.sections)
            for entry in section.entries
        }
        for finding in found:
            if finding.line in places and finding.edit:
                section, entry = places.pop(finding.line)
                _make(finding.edit, section, entry)
        after = str(document)
        if after != before:
            yield Mended(path, before, after)


def _make(edit: Edit, section: Section, entry: Entry) -> None:
    try:
        if edit.key is None and edit.value is None:
            section.remove(entry)
            return
        if edit.key is not None:
            entry = section.rename(entry, edit.key)
        if edit.value is not None:
            section.replace(entry, edit.value)
    except NotRepresentable:
        # It stays for a person to mend.
        return

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was loaded to what is reported."""

from __future__ import annotations

from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Set

from ..rules.books import findings
from ..rules.rule import SEVERITIES, Finding
from ..rules.views import Pbx
from .acceptance import Acceptance, Accepted, in_text, sort_out
from .declared import Declared
from .source import Source


class Report(NamedTuple):
    """What there is to say about some files.

    accepted: findings that somebody has accepted, and why
    paths: every file that was read
    """

    findings: Sequence[Finding]
    accepted: Sequence[Accepted]
    paths: Sequence[str]
    source: Source

    def worst(self) -> Optional[str]:
        """The gravest severity; None without findings."""
        return max((one.severity for one in self.findings), key=SEVERITIES.index, default=None)


def lint(
    pbxes: Iterable[Pbx], configured: Sequence[Acceptance] = (), declarations: Iterable[Declared] = ()
) -> Report:
    """configured: what is accepted by a configuration file, besides what comments in the files accept"""
    texts: Dict[str, str] = {}
    masked: List[str] = []
    parts: Set[str] = set()
    found: List[Finding] = []
    for declaration in declarations:
        texts[declaration.path] = declaration.text
        masked.append(declaration.path)
        found += declaration.findings
    for pbx in pbxes:
        texts.update(pbx.texts)
        if any(effective.included for effective in pbx.files):
            parts.update(pbx.texts)
        found += findings(pbx)
    source = Source(texts, masked)
    accepting = [one for path, text in texts.items() for one in in_text(path, text)]
    left, accepted, idle = sort_out(found, [*accepting, *configured], parts)
    located = [source.located(one) for one in (*left, *idle)]
    located.sort(key=lambda one: (one.path, one.line or 0, one.column or 0, -SEVERITIES.index(one.severity)))
    return Report(
        located,
        [Accepted(source.located(one.finding), one.by) for one in accepted],
        sorted(texts),
        source,
    )

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, Optional, Sequence

from ..config.effective import Effective, EffectiveEntry, EffectiveSection

HINT, WARNING, ERROR, SECURITY = "hint", "warning", "error", "security"
# From harmless to grave.
SEVERITIES = (HINT, WARNING, ERROR, SECURITY)


@dataclass(frozen=True)
class Spot:
    """Where a rule found something; rule, why and fix are given where they differ from the rule's own."""

    path: str
    line: Optional[int] = None
    section: Optional[str] = None
    option: Optional[str] = None
    rule: Optional[str] = None
    why: Optional[str] = None
    fix: Optional[str] = None

    @classmethod
    def of_section(cls, section: EffectiveSection) -> Spot:
        return cls(section.path, section.line, section.name)

    @classmethod
    def of_entry(cls, section: EffectiveSection, entry: EffectiveEntry) -> Spot:
        return cls(entry.path, entry.line, section.name, entry.key)


@dataclass(frozen=True)
class Rule:
    """id and severity; why it matters and how to mend it; the function that looks for it."""

    id: str
    severity: str
    why: str
    fix: str
    spots: Callable[[Effective], Iterator[Spot]]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong at one place. It never holds the value of an option, for that may be a secret.

    severity: one of SEVERITIES
    line, section, option: None where there is none
    """

    rule: str
    severity: str
    path: str
    line: Optional[int]
    section: Optional[str]
    option: Optional[str]
    why: str
    fix: str

    def at_least(self, severity: str) -> bool:
        return SEVERITIES.index(self.severity) >= SEVERITIES.index(severity)

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        what = " ".join(filter(None, [self.section and f"[{self.section}]", self.option]))
        return f"{place}: {self.severity} {self.rule}: {what}{': ' if what else ''}{self.why}; {self.fix}"


def findings(rules: Iterable[Rule], effective: Effective) -> Sequence[Finding]:
    """All findings of the rules, in the order of the lines."""
    found = [
        Finding(
            rule=spot.rule or rule.id,
            severity=rule.severity,
            path=spot.path,
            line=spot.line,
            section=spot.section,
            option=spot.option,
            why=spot.why or rule.why,
            fix=spot.fix or rule.fix,
        )
        for rule in rules
        for spot in rule.spots(effective)
    ]
    return sorted(found, key=lambda finding: (finding.path, finding.line or 0))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule is, what it points at, and the books that rules stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple, Union

from ..config.effective import EffectiveEntry, EffectiveSection, Note
from ..config.text import fold

HINT, WARNING, ERROR, SECURITY = "hint", "warning", "error", "security"
# From harmless to grave.
SEVERITIES = (HINT, WARNING, ERROR, SECURITY)
# For Rulebook.option(): every option of such a section.
ANY = "*"


class Edit(NamedTuple):
    """What --fix makes of the option that is pointed at: another name, another value, or, with neither, nothing.

    safe: Asterisk takes the same from the file as before
    """

    key: Optional[str] = None
    value: Optional[str] = None
    safe: bool = True


class Spot(NamedTuple):
    """Where a rule found something. It must not hold the value of an option, for that may be a secret.

    place: an option, a section's header, or a line
    part: the word of that line that is meant; "" for the name of the option or section
    section: its name, where *place* is an option and the rule looks at more than one section
    why, fix: where they differ from the rule's own
    edit: of an option, how to mend it
    """

    place: Union[EffectiveEntry, EffectiveSection, Note]
    part: str = ""
    section: str = ""
    why: str = ""
    fix: str = ""
    edit: Optional[Edit] = None


Spots = Iterable[Spot]
Look = Callable[..., Spots]
Files = Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong.

    title: what is wrong, in a few words; why: one sentence on what comes of it; fix: what to do, as an order
    bad, good: small files by their names; of the first this rule alone finds something, of the second none does
    effect: what Asterisk can be seen to do with *bad*, and not with *good*; "" where the rule claims no such thing
    whole: the examples are whole files, of which no part stands elsewhere
    """

    id: str
    severity: str
    title: str
    why: str
    fix: str
    bad: Files
    good: Files
    effect: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong at one place. It never holds the value of an option, for that may be a secret.

    severity: one of SEVERITIES
    line, column, end_column, section, option: None where there is none. Lines and columns count from 1, in characters;
    end_column is behind the last one
    part: the word of the line that is meant, or ""
    edit: how --fix would mend it
    """

    rule: str
    severity: str
    path: str
    line: Optional[int]
    section: Optional[str]
    option: Optional[str]
    why: str
    fix: str
    column: Optional[int] = None
    end_column: Optional[int] = None
    part: str = field(default="", repr=False)
    edit: Optional[Edit] = field(default=None, repr=False)

    def at_least(self, severity: str) -> bool:
        return SEVERITIES.index(self.severity) >= SEVERITIES.index(severity)


class Rulebook:
    """Rules for one kind of file: functions that yield Spots, registered by the decorator for what they are shown:

    ``@book.option(SCOPE, KEY...)``: each option of that name, as ``(entry, section, view)``
    ``@book.section(SCOPE...)``: each section, as ``(section, view)``
    ``@book.whole()``: all of it, as ``(view)``

    view: one of the classes of views.py; its ``scope(section)`` says what kind of section one is. Templates are not
    shown; what they hold stands in the sections that inherit it.
    """

    def __init__(self, file: str, *parts: Rulebook) -> None:
        """file: the name of the example files; parts: books to take over"""
        self._file = file
        self.rules: List[Rule] = []
        self._of_option: Dict[str, Dict[str, List[Tuple[Rule, Look]]]] = {}
        self._of_section: Dict[str, List[Tuple[Rule, Look]]] = {}
        self._of_whole: List[Tuple[Rule, Look]] = []
        for part in parts:
            self.rules += part.rules
            self._of_whole += part._of_whole
            for scope, functions in part._of_section.items():
                self._of_section.setdefault(scope, []).extend(functions)
            for scope, options in part._of_option.items():
                for key, functions in options.items():
                    self._of_option.setdefault(scope, {}).setdefault(key, []).extend(functions)

    def option(self, scope: Union[str, Tuple[str, ...]], *keys: str, **words: Any) -> Callable[[Look], Look]:
        """scope: one kind of section, or several; words: the fields of the Rule"""
        rule = self.rule(**words)

        def register(function: Look) -> Look:
            for one in (scope,) if isinstance(scope, str) else scope:
                for key in keys:
                    self._of_option.setdefault(one, {}).setdefault(key, []).append((rule, function))
            return function

        return register

    def section(self, *scopes: str, **words: Any) -> Callable[[Look], Look]:
        rule = self.rule(**words)

        def register(function: Look) -> Look:
            for scope in scopes:
                self._of_section.setdefault(scope, []).append((rule, function))
            return function

        return register

    def whole(self, **words: Any) -> Callable[[Look], Look]:
        rule = self.rule(**words)

        def register(function: Look) -> Look:
            self._of_whole.append((rule, function))
            return function

        return register

    def findings(self, view: Any) -> Iterator[Finding]:
        """All that the rules find, in no order; what a template holds, once for each section that inherits it."""
        for rule, function in self._of_whole:
            for spot in function(view):
                yield finding(rule, spot)
        for section in view.sections:
            if section.template:
                continue
            scope = view.scope(section)
            for rule, function in self._of_section.get(scope, ()):
                for spot in function(section, view):
                    yield finding(rule, spot, section)
            options = self._of_option.get(scope)
            if options:
                always = options.get(ANY, ())
                for entry in section.entries:
                    for rule, function in (*options.get(fold(entry.key), ()), *always):
                        for spot in function(entry, section, view):
                            yield finding(rule, spot, section)

    def rule(
        self,
        *,
        id: str,  # pylint: disable=redefined-builtin
        severity: str,
        title: str,
        why: str,
        fix: str,
        bad: Union[str, Files],
        good: Union[str, Files],
        effect: str = "",
        whole: bool = False,
    ) -> Rule:
        """Put a rule into the book that nothing is shown to: who finds it, says so."""
        examples = [{self._file: files} if isinstance(files, str) else files for files in (bad, good)]
        rule = Rule(id, severity, title, why, fix, examples[0], examples[1], effect, whole)
        self.rules.append(rule)
        return rule


def finding(rule: Rule, spot: Spot, section: Optional[EffectiveSection] = None) -> Finding:
    place = spot.place
    name = place.name if isinstance(place, EffectiveSection) else spot.section or (section and section.name)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=place.path,
        line=place.line,
        section=name or None,
        option=place.key if isinstance(place, EffectiveEntry) else None,
        why=spot.why or rule.why,
        fix=spot.fix or rule.fix,
        part=spot.part,
        edit=spot.edit,
    )

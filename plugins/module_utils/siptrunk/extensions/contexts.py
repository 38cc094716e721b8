# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contexts of extensions.conf, as pbx_load_config() in pbx/pbx_config.c takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from .number import Number, covers, meet, of_extension, text_of

_VARIABLE = re.compile(r"\$\{(?:GLOBAL\()?([A-Za-z0-9_]+)\)?\}")
_LEADING_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,9}")
_NOT_EXTENSIONS = frozenset({"include", "ignorepat", "switch", "lswitch", "eswitch", "autohints"})
_SWITCHES = frozenset({"switch", "lswitch", "eswitch"})
_HINT = -1

# What Asterisk does not take of a context.
UNKNOWN_WORD, TAKEN, NOTHING_BEFORE = "unknown", "taken", "nothing before"


class Step(NamedTuple):
    """One priority of an extension. app is as it was written, without blanks in front."""

    priority: int
    label: str
    app: str
    args: str
    entry: EffectiveEntry


@dataclass(eq=False)
class Extension:
    """caller: the number that one must call from, "" for any"""

    name: str
    caller: str
    number: Number
    steps: Dict[int, Step] = field(default_factory=dict)

    @cached_property
    def labels(self) -> Mapping[str, int]:
        return {step.label: step.priority for step in self.steps.values() if step.label}

    def priority(self, wanted: str) -> Optional[int]:
        """The number of a priority that is given as one or by its label; None where there is none."""
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else self.labels.get(wanted, _HINT)
        return number if number in self.steps else None


class Include(NamedTuple):
    name: str
    entry: EffectiveEntry


class Flaw(NamedTuple):
    """A line that counts for nothing: one of the constants above. before: what has its place"""

    kind: str
    entry: EffectiveEntry
    before: Optional[EffectiveEntry] = None


@dataclass(eq=False)
class Context:
    """open: there may be extensions that no file tells, by a switch or a variable"""

    name: str
    extensions: Dict[Tuple[str, str], Extension] = field(default_factory=dict)
    includes: List[Include] = field(default_factory=list)
    flaws: List[Flaw] = field(default_factory=list)
    open: bool = False

    @cached_property
    def fixed(self) -> Mapping[str, List[Extension]]:
        """Extensions without a pattern, by what is dialled."""
        found: Dict[str, List[Extension]] = {}
        for extension in self.extensions.values():
            dialled = text_of(extension.number)
            if dialled is not None:
                found.setdefault(dialled, []).append(extension)
        return found

    @cached_property
    def patterns(self) -> List[Extension]:
        return [one for one in self.extensions.values() if text_of(one.number) is None]

    def matching(self, number: Number) -> Iterable[Extension]:
        dialled = text_of(number)
        if dialled is None:
            return self.extensions.values()
        return [*self.fixed.get(dialled.replace("-", ""), ()), *self.patterns]


class Match(NamedTuple):
    """An extension that a number reaches; number: what of it; via: the include that led there, if any."""

    owner: str
    extension: Extension
    number: Number
    via: Optional[EffectiveEntry]


class Plan:
    """All contexts. A context is read when it is asked for."""

    def __init__(self, sections: Iterable[EffectiveSection]) -> None:
        self.globals: Dict[str, str] = {}
        self._sections: Dict[str, List[EffectiveSection]] = {}
        self._contexts: Dict[str, Context] = {}
        self._orders: Dict[str, List[Tuple[Context, Optional[EffectiveEntry]]]] = {}
        for section in sections:
            kind = fold(section.name)
            if kind == "globals" and not section.template:
                for entry in section.entries:
                    self.globals[entry.key] = self.resolved(entry.value) or entry.value
            elif kind != "general" and not section.template:
                # Names of contexts compare with case.
                self._sections.setdefault(section.name, []).append(section)

    @property
    def names(self) -> Iterable[str]:
        return self._sections.keys()

    def __contains__(self, name: object) -> bool:
        return name in self._sections

    def context(self, name: str) -> Context:
        if name not in self._contexts:
            context = self._contexts[name] = Context(name)
            for section in self._sections[name]:
                _Reader(context, self).read(section)
        return self._contexts[name]

    def resolved(self, text: str) -> Optional[str]:
        """The text with the global variables of [globals]; None when it has others, or functions."""
        written = _VARIABLE.sub(lambda match: self.globals.get(match[1], match[0]), text)
        return None if "${" in written or "$[" in written else written

    def searched(self, name: str) -> List[Tuple[Context, Optional[EffectiveEntry]]]:
        """A context and all that it includes, in the order in which an extension is looked for."""
        if name not in self._orders:
            seen: Set[str] = set()
            waiting: List[Tuple[str, Optional[EffectiveEntry]]] = [(name, None)]
            order = self._orders[name] = []
            while waiting:
                current, via = waiting.pop()
                if current not in seen and current in self:
                    seen.add(current)
                    context = self.context(current)
                    order.append((context, via))
                    waiting += [(one.name, via or one.entry) for one in reversed(context.includes)]
        return self._orders[name]

    def matches(self, name: str, number: Number, priority: str = "1") -> Iterator[Match]:
        """What a number may reach: an extension that an earlier context has is not looked for in a later one."""
        taken: Set[str] = set()
        patterns: List[Number] = []
        for context, via in self.searched(name):
            found = []
            for extension in context.matching(number):
                both = meet(number, extension.number) if extension.priority(priority) is not None else None
                if both is None or text_of(both) in taken:
                    continue
                if not any(covers(pattern, both) for pattern in patterns):
                    yield Match(context.name, extension, both, via)
                    found.append(extension)
            for extension in found:
                dialled = text_of(extension.number)
                if extension.caller:
                    continue
                if dialled is None:
                    patterns.append(extension.number)
                else:
                    taken.add(dialled)

    def answers(self, name: str, number: Number) -> bool:
        """Whether a call of this number gets somewhere, as far as one can tell."""
        return any(context.open for context, _via in self.searched(name)) or any(
            True for _match in self.matches(name, number)
        )


class _Reader:
    """Reads one section of a context."""

    def __init__(self, context: Context, plan: Plan) -> None:
        self._context, self._plan = context, plan
        self._extension: Optional[str] = None
        self._priority = -2

    def read(self, section: EffectiveSection) -> None:
        for entry in section.entries:
            key = fold(entry.key)
            if key == "exten":
                name, _comma, rest = _parted(entry.value)
                self._extension = self._plan.resolved(name)
                if self._extension is None:
                    self._context.open = True
                self._step(rest, entry)
            elif key.startswith("same"):
                self._step(entry.value, entry)
            elif key == "include":
                self._include(entry)
            elif key in _SWITCHES:
                self._context.open = True
            elif key not in _NOT_EXTENSIONS:
                self._flaw(UNKNOWN_WORD, entry)

    def _include(self, entry: EffectiveEntry) -> None:
        # What follows is the time at which it counts.
        name = self._plan.resolved(entry.value.partition(",")[0].strip())
        if name is None:
            self._context.open = True
        else:
            self._context.includes.append(Include(name, entry))

    def _step(self, rest: str, entry: EffectiveEntry) -> None:
        written, _comma, action = rest.partition(",")
        name, _bracket, label = written.strip().partition("(")
        label = label.partition(")")[0]
        word, _plus, more = name.partition("+")
        if self._extension is None:
            return
        found = self._number(word.strip(), self._extension)
        if found is None:
            self._flaw(NOTHING_BEFORE, entry)
            return
        if not found:
            return
        self._priority = found + (int(more) if more.isdecimal() and len(more) < 10 else 0)
        app, bracket, args = action.partition("(")
        if not bracket:
            app, args = action, ""
        called, _slash, caller = self._extension.partition("/")
        extension = self._context.extensions.setdefault(
            (called, caller), Extension(called, caller, of_extension(called))
        )
        if self._priority in extension.steps:
            self._flaw(TAKEN, entry, extension.steps[self._priority].entry)
        else:
            extension.steps[self._priority] = Step(
                self._priority, label, app.strip(), args.rpartition(")")[0] or args, entry
            )

    def _number(self, word: str, extension: str) -> Optional[int]:
        """The priority that a word means; None where n or s has nothing before it, 0 for what is ignored."""
        if word == "hint":
            return _HINT
        if word in ("n", "next", "s", "same"):
            if self._priority == -2:
                return None
            return self._priority + (word in ("n", "next"))
        digits = _LEADING_NUMBER.match(word)
        if digits:
            return max(0, int(digits[0]))
        called, _slash, caller = extension.partition("/")
        known = self._context.extensions.get((called, caller))
        return (known.priority(word) if known else None) or 0

    def _flaw(self, kind: str, entry: EffectiveEntry, before: Optional[EffectiveEntry] = None) -> None:
        self._context.flaws.append(Flaw(kind, entry, before))


def _parted(value: str) -> Tuple[str, str, str]:
    """A value before and behind its first comma that is in no variable."""
    name, comma, rest = value.partition(",")
    while comma and name.count("{") > name.count("}"):
        more, comma, rest = rest.partition(",")
        name = f"{name},{more}"
    return name.strip(), comma, rest

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Asterisk takes from a configuration file: includes followed, templates and additions applied.

Does what main/config.c (config_text_file_load, process_text_line, does_category_match) does, in its order.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import ConfigError
from ..files import read_text
from .document import NAME_LIMIT, Directive, Entry, Flaw, Line, Section, read_lines
from .text import BLANKS, cut, fold

INCLUDE_DEPTH = 10
# A file that includes itself once is read so often as the depth allows, and one that does it k times k^10 times.
ITSELF_LIMIT = 100

Read = Callable[[str], Optional[str]]


@dataclass(frozen=True)
class Note:
    """Something about a file that Asterisk at most writes into its log; *kind* is one word for it, or empty."""

    path: str
    line: Optional[int]
    reason: str
    kind: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.reason}"


class EffectiveEntry(NamedTuple):
    """An option as it counts; path and line say where it was written, be it in a template."""

    key: str
    value: str
    path: str
    line: Optional[int]


@dataclass(eq=False)
class EffectiveSection:
    """A section with all that it inherited; a key may be there several times."""

    name: str
    path: str
    line: Optional[int]
    template: bool = False
    entries: List[EffectiveEntry] = field(default_factory=list)
    # Most keys are there once: a list for each would take more memory than the entries.
    _index: Dict[str, Union[int, List[int]]] = field(default_factory=dict, init=False, repr=False)
    _indexed: int = field(default=0, init=False, repr=False)

    def is_named(self, name: str) -> bool:
        return fold(self.name) == fold(name)

    def values(self, key: str) -> List[EffectiveEntry]:
        """All entries of a key, in order; keys compare without case."""
        return [self.entries[place] for place in self.places(key)]

    def last(self, key: str) -> Optional[EffectiveEntry]:
        places = self.places(key)
        return self.entries[places[-1]] if places else None

    def places(self, key: str) -> Sequence[int]:
        """Where in *entries* the ones of a key are."""
        # It is asked often. Entries may be added or change their value, but keep their place.
        if self._indexed < len(self.entries):
            self._look()
        found = self._index.get(fold(key), ())
        return (found,) if isinstance(found, int) else found

    def _look(self) -> None:
        for place in range(self._indexed, len(self.entries)):
            name = fold(self.entries[place].key)
            before = self._index.get(name)
            if isinstance(before, list):
                before.append(place)
            else:
                self._index[name] = place if before is None else [before, place]
        self._indexed = len(self.entries)


@dataclass(frozen=True)
class Effective:
    """The outcome: *error* is None when Asterisk takes the file, else there are no sections.

    notes: what was ignored on the way
    included: it was read as a part of another file, so what it does not say may be said there
    """

    path: str
    sections: Tuple[EffectiveSection, ...]
    notes: Tuple[Note, ...]
    error: Optional[Note]
    included: bool = False

    @property
    def loads(self) -> bool:
        return self.error is None

    def first(self, name: str) -> Optional[EffectiveSection]:
        """The section that a lookup by name finds: the first that is no template."""
        return next((s for s in self.sections if not s.template and s.is_named(name)), None)


def load(
    path: str, *, config_dir: Optional[str] = None, read: Read = read_text, included: bool = False
) -> Effective:
    """The effective view of the file at *path*.

    Raises ConfigError when there is no such file, OSError when it cannot be read.

    config_dir: where relative includes are looked for; default: the directory of *path*
    read: returns the text of a file, None when there is no such file
    included: the file is meant to be included by another one, so ``[x](+)`` may add to a section of that one
    """
    text = read(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    return _Loader(os.path.dirname(path) if config_dir is None else config_dir, read, included).load(
        path, text
    )


def load_text(
    text: str,
    path: str = "<text>",
    *,
    config_dir: Optional[str] = None,
    read: Read = read_text,
    included: bool = False,
) -> Effective:
    """As load(), for a text that is not in a file (yet)."""
    return _Loader(os.path.dirname(path) if config_dir is None else config_dir, read, included).load(
        path, text
    )


class _Invalid(Exception):
    """Asterisk stops reading the file here."""

    def __init__(self, note: Note) -> None:
        self.note = note


class _Endless(Exception):
    """Asterisk never comes out of here, no matter which file it is in."""

    def __init__(self, note: Note) -> None:
        self.note = note


@lru_cache(maxsize=16)
def _lines(text: str, depth: int, first: bool) -> Sequence[Line]:
    """Those of read_lines(); the same few files are taken again and again, as they are and as they would be."""
    return list(read_lines(text, depth, first=first))


class _Loader:
    def __init__(self, config_dir: str, read: Read, included: bool) -> None:
        self._config_dir, self._read, self._included = config_dir, read, included
        self._sections: List[EffectiveSection] = []
        self._named: Dict[str, List[EffectiveSection]] = defaultdict(list)
        self._notes: List[Note] = []
        # Where the entries of an included file go until its first header: the section that was begun last.
        self._current: Optional[EffectiveSection] = None
        self._level = 0
        # The files that are being read, from the first one to the one that was included last; and how often one of them
        # was included again.
        self._reading: List[str] = []
        self._again = 0

    def load(self, path: str, text: str) -> Effective:
        self._level = 1
        self._reading.append(os.path.normpath(path))
        try:
            self._take(path, text, None)
        except (_Invalid, _Endless) as invalid:
            return Effective(path, (), tuple(self._notes), invalid.note, self._included)
        return Effective(path, tuple(self._sections), tuple(self._notes), None, self._included)

    def _take(
        self, path: str, text: str, section: Optional[EffectiveSection], depth: int = 0, *, first: bool = True
    ) -> Tuple[Optional[EffectiveSection], int]:
        """Walk through a file that begins inside *section* and block comments; returns those in which it ends."""
        for line in _lines(text, depth, first):
            statement, depth = line.statement, line.depth
            if isinstance(statement, Entry):
                if section is None:
                    raise _Invalid(Note(path, statement.line, "an option before the first section", "orphan"))
                self._set(section, statement, path)
            elif isinstance(statement, Section):
                section = self._open(statement, path)
            elif isinstance(statement, Directive):
                self._follow(statement, path)
            elif statement:
                self._stumble(statement, path, section)
        if depth:
            what = "a block comment is not closed" if depth > 0 else "--; without ;-- hides what follows it"
            self._notes.append(Note(path, None, what, "open" if depth > 0 else "hidden"))
        return section, depth

    def _stumble(self, flaw: Flaw, path: str, section: Optional[EffectiveSection]) -> None:
        note = Note(path, flaw.line, flaw.reason, flaw.kind)
        if flaw.endless:
            raise _Endless(note)
        if flaw.fatal or (flaw.needs_section and section is None):
            raise _Invalid(note)
        self._notes.append(note)

    def _open(self, header: Section, path: str) -> EffectiveSection:
        new = target = EffectiveSection(cut(header.name, NAME_LIMIT), path, header.line)
        for option in header.options:
            if option == "!":
                target.template = True
            elif option.startswith("+"):
                found = self._find(header.name, option[1:]) or self._elsewhere(header.name, path)
                if found is None:
                    raise _Invalid(
                        Note(path, header.line, f"[{header.name}](+) has no section to add to", "append")
                    )
                if target is new:
                    found.template = found.template or new.template
                    found.entries += new.entries
                    self._current = found
                target = found
            else:
                base = self._find(option, "TEMPLATES=include")
                if base is None:
                    raise _Invalid(
                        Note(
                            path,
                            header.line,
                            f"[{header.name}] inherits from [{option}], which is not there",
                            "template",
                        )
                    )
                if base is target and base.entries:
                    raise _Endless(
                        Note(path, header.line, f"[{header.name}] inherits from itself: Asterisk hangs")
                    )
                target.entries += base.entries
        if target is new:
            self._append(new)
            self._current = new
        return target

    def _append(self, section: EffectiveSection) -> None:
        self._sections.append(section)
        self._named[fold(section.name)].append(section)

    def _find(self, name: str, condition: str) -> Optional[EffectiveSection]:
        # An empty name is any section.
        named = self._named.get(fold(name), ()) if name else self._sections
        return next((section for section in named if _fulfils(section, condition)), None)

    def _elsewhere(self, name: str, path: str) -> Optional[EffectiveSection]:
        """A section of the file that includes this one."""
        if not self._included:
            return None
        section = EffectiveSection(name, path, None)
        self._append(section)
        return section

    def _set(self, section: EffectiveSection, entry: Entry, path: str) -> None:
        if entry.operator == "+=":
            same = reversed(section.values(entry.key))
            before = next((old for old in same if old.key == entry.key), None)
            if before is not None:
                _extend(section, before, entry.tail)
                return
        # The same few names come again and again.
        section.entries.append(EffectiveEntry(sys.intern(entry.key), entry.value, path, entry.line))

    def _follow(self, directive: Directive, path: str) -> None:
        if directive.kind == "exec":
            # Asterisk does not, either, unless asterisk.conf says execincludes=yes.
            self._notes.append(Note(path, directive.line, "#exec is not run", "exec"))
        elif not self._include(directive.argument) and directive.kind == "include":
            raise _Invalid(
                Note(path, directive.line, f"#include of {directive.argument}, which is not there", "include")
            )

    def _include(self, argument: str) -> bool:
        """Take the files that *argument* means; returns whether there was one."""
        if self._level == INCLUDE_DEPTH + 1:
            return False
        self._level += 1
        section = self._current
        found, depth = False, 0
        for path in self._files(os.path.join(self._config_dir, argument)):
            text = self._text(path)
            if text is None:
                continue
            self._enter(path)
            try:
                # Section and block comments reach from one file of a pattern into the next.
                section, depth = self._take(path, text, section, depth, first=not found)
            except _Invalid as invalid:
                # Of an included file, Asterisk keeps what it has read so far; and it forgets to count back.
                self._notes.append(invalid.note)
                self._reading.pop()
                return True
            self._reading.pop()
            found = True
        self._level -= 1
        return found

    def _enter(self, path: str) -> None:
        path = os.path.normpath(path)
        self._again += path in self._reading
        if self._again > ITSELF_LIMIT:
            raise _Endless(Note(path, None, "the file includes itself, again and again"))
        self._reading.append(path)

    def _files(self, pattern: str) -> Sequence[str]:
        if not re.search(r"[*?[{]", pattern):
            return [pattern]
        return [
            path
            for alternative in _without_braces(pattern)
            for path in sorted(glob.glob(alternative), key=os.fsencode)
        ]

    def _text(self, path: str) -> Optional[str]:
        try:
            return self._read(path)
        except IsADirectoryError:
            return None


def _extend(section: EffectiveSection, before: EffectiveEntry, tail: str) -> None:
    """``+=``: ast_variable_update() replaces the first entry with the key and the value of the last one."""
    for place in section.places(before.key):
        if not before.value or fold(section.entries[place].value) == fold(before.value):
            section.entries[place] = before._replace(value=(before.value + tail).strip(BLANKS))
            return


def _fulfils(section: EffectiveSection, condition: str) -> bool:
    """The filter of ``(+FILTER)``: terms ``key=value``, and ``TEMPLATES=include|restrict``.

    To Asterisk, key and value are regular expressions; here they are plain text that must occur.
    """
    if not condition:
        return not section.template
    templates = False
    for term in re.split("[,&]", condition):
        key, equals, value = (part.strip(BLANKS) for part in term.partition("="))
        if not equals:
            return False
        if key == "TEMPLATES":
            if fold(value) not in ("include", "restrict") or (
                fold(value) == "restrict" and not section.template
            ):
                return False
            templates = True
        elif not any(key in entry.key and value in entry.value for entry in section.entries):
            return False
    return templates or not section.template


def _without_braces(pattern: str) -> List[str]:
    """``{a,b}`` written out, as GLOB_BRACE does."""
    braces = re.search(r"\{([^{}]*)\}", pattern)
    if not braces or braces[1] == "":
        return [pattern]
    return [
        written
        for alternative in braces[1].split(",")
        for written in _without_braces(pattern[: braces.start()] + alternative + pattern[braces.end() :])
    ]

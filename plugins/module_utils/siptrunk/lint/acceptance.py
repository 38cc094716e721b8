# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that somebody accepts, with a reason: by a comment, or by a file of the project.

A comment stands at the end of the line, or on a line of its own before it::

    allowguest = yes ; siptrunk: accept SIP007: the session border controller in front refuses strangers

The file is in INI format, with a section for each rule, and for some of the files, if not for all::

    [accept SIP007]
    reason = the session border controller in front refuses strangers
    files = pbx1/*.conf
"""

from __future__ import annotations

import configparser
import fnmatch
import os
import re
from dataclasses import dataclass
from typing import Collection, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..config.effective import Note
from ..errors import ConfigError
from ..rules import lint_rules
from ..rules.books import RULES
from ..rules.rule import Finding, Spot, finding

# Looked for in the working directory.
FILENAME = ".siptrunk.ini"
_WORD = "siptrunk:"
_COMMENT = re.compile(r"[;#]\s*siptrunk:\s*(?P<what>.*)")
_ACCEPT = re.compile(r"accept\s+(?P<rules>[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)\s*:?\s*(?P<reason>.*)")
_SECTION = re.compile(r"accept\s+(?P<rules>[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)\s*")


@dataclass(frozen=True)
class Acceptance:
    """The will to live with one rule.

    rules: their ids; empty when it does not say so in a form that is understood
    files: patterns of paths, empty for all; covers: the line that a comment is about, None for all
    path, line: where it stands
    """

    rules: Tuple[str, ...]
    reason: str
    path: str
    line: Optional[int]
    files: Tuple[str, ...] = ()
    covers: Optional[int] = None

    def accepts(self, found: Finding) -> bool:
        if not self.reason or found.rule not in self.rules:
            return False
        if self.covers is not None:
            return (found.path, found.line) == (self.path, self.covers)
        return not self.files or any(_matches(found.path, pattern) for pattern in self.files)


class Accepted(NamedTuple):
    finding: Finding
    by: Acceptance


def in_text(path: str, text: str) -> Iterator[Acceptance]:
    """What the comments of a file accept."""
    if _WORD not in text:
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        comment = _COMMENT.search(line) if _WORD in line else None
        if comment:
            alone = not line[: comment.start()].strip()
            said = _ACCEPT.fullmatch(comment["what"].strip())
            yield Acceptance(
                rules=_ids(said["rules"]) if said else (),
                reason=said["reason"].strip() if said else "",
                path=path,
                line=number,
                covers=_next(lines, number) if alone else number,
            )


def in_file(path: str, text: str) -> List[Acceptance]:
    """What a configuration file accepts; ConfigError when it is not understood."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text, path)
    except configparser.Error as error:
        raise ConfigError(path, " ".join(str(error).split())) from None
    found = []
    for name in parser.sections():
        section, said = parser[name], _SECTION.fullmatch(name)
        unknown = set(section) - {"reason", "files"}
        if not said or unknown:
            what = f"[{name}] says {', '.join(sorted(unknown))}" if said else f"there is a section [{name}]"
            raise ConfigError(path, f"{what}; write [accept RULE] with reason and, for some files, files")
        patterns = tuple(section.get("files", "").replace(",", " ").split())
        found.append(Acceptance(_ids(said["rules"]), section.get("reason", "").strip(), path, None, patterns))
    return found


def sort_out(
    found: Iterable[Finding], accepting: Sequence[Acceptance], parts: Collection[str] = ()
) -> Tuple[List[Finding], List[Accepted], List[Finding]]:
    """Findings that are left, those that are accepted, and findings on acceptances that accept nothing.

    parts: files whose rest is not here, so that a rule for the whole finds nothing in them yet
    """
    by_rule: Dict[str, List[Acceptance]] = {}
    for acceptance in accepting:
        for rule in acceptance.rules:
            by_rule.setdefault(rule, []).append(acceptance)
    left, accepted = [], []
    used: Set[Tuple[Acceptance, str]] = set()
    for one in found:
        by = next((other for other in by_rule.get(one.rule, ()) if other.accepts(one)), None)
        if by:
            used.add((by, one.rule))
            accepted.append(Accepted(one, by))
        else:
            left.append(one)
    return left, accepted, list(_idle(accepting, used, parts))


def _idle(
    accepting: Iterable[Acceptance], used: Set[Tuple[Acceptance, str]], parts: Collection[str]
) -> Iterator[Finding]:
    for one in accepting:
        place = Note(one.path, one.line, "")
        unknown = [rule for rule in one.rules if rule not in RULES]
        if not one.rules or unknown:
            about = f"there is no rule {', '.join(unknown)}" if unknown else ""
            yield finding(lint_rules.NOT_UNDERSTOOD, Spot(place, why=about))
        elif not one.reason:
            yield finding(lint_rules.WITHOUT_A_REASON, Spot(place))
        else:
            for rule in one.rules:
                if (one, rule) not in used and not (RULES[rule].whole and one.path in parts):
                    yield finding(lint_rules.UNUSED, Spot(place, part=rule, why=f"{rule} finds nothing here"))


def _next(lines: Sequence[str], number: int) -> int:
    """The first line behind one that is neither empty nor comment; the last line without one."""
    for later in range(number, len(lines)):
        text = lines[later].strip()
        if text and text[0] not in ";#":
            return later + 1
    return len(lines)


def _ids(text: str) -> Tuple[str, ...]:
    return tuple(re.split(r"\s*,\s*", text))


def _matches(path: str, pattern: str) -> bool:
    return fnmatch.fnmatch(os.path.normpath(path), pattern) or fnmatch.fnmatch(
        os.path.basename(path), pattern
    )

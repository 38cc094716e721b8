# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trunk as it stands in the form of FreePBX, Issabel or Trixbox: options without a header, and a register string.

The form has a box for the peer, through which calls go out, one for the user, through which they come in, and one
for the register string. A list in it may be joined by ``&``, and so may be options that stand on one line.
"""

from __future__ import annotations

import re
from typing import Iterator, List, NamedTuple, Optional

from .document import Document, Entry, Flaw
from .effective import Effective, EffectiveEntry, EffectiveSection, Note
from .text import BLANKS, fold

# Options that the form takes several values of.
LISTS = frozenset({"allow", "disallow", "permit", "deny", "setvar"})
NAME = "trunk"


class _Option(NamedTuple):
    key: str
    value: str
    line: int


def read_form(text: str, path: str) -> Optional[Effective]:
    """What the text of a form says, as the sections that it would become; None when it is a file with headers."""
    if any(Document.parse(text).sections):
        return None
    general = EffectiveSection("general", path, None)
    boxes: List[EffectiveSection] = []
    notes: List[Note] = []
    for number, line in enumerate(text.splitlines(), 1):
        for option in _options(line, number, path, notes):
            entry = EffectiveEntry(option.key, option.value, path, option.line)
            if fold(option.key) == "register":
                general.entries.append(entry)
                continue
            # A box says these once.
            if not boxes or (fold(option.key) in ("type", "host") and boxes[-1].values(option.key)):
                boxes.append(EffectiveSection("", path, number))
            boxes[-1].entries.append(entry)
    names = [NAME] if len(boxes) == 1 else [f"{NAME}-out", f"{NAME}-in"]
    for index, box in enumerate(boxes):
        box.name = names[index] if index < len(names) else f"{NAME}-in{index}"
    if not boxes and not general.entries:
        return None
    return Effective(path, (general, *boxes), tuple(notes), None)


def _options(line: str, number: int, path: str, notes: List[Note]) -> Iterator[_Option]:
    for statement in Document.parse(line).statements:
        if isinstance(statement, Entry) and not re.search("[:@]", statement.key):
            yield from _values(statement, number)
        elif isinstance(statement, (Entry, Flaw)) and "@" in line:
            # No option has such a name: this is a register string, whose secret may have "=".
            for register in Document.parse(f"register => {line.strip(BLANKS)}").statements:
                if isinstance(register, Entry):
                    yield _Option("register", register.value, number)
        else:
            notes.append(Note(path, number, "is no option"))


def _values(entry: Entry, number: int) -> Iterator[_Option]:
    first, *others = entry.value.split("&")
    if fold(entry.key) in LISTS and not any("=" in part for part in others):
        for value in (first, *others):
            yield _Option(entry.key, value.strip(BLANKS), number)
    elif others and all(re.match(r"[A-Za-z0-9_-]+=", part) for part in others):
        yield _Option(entry.key, first.strip(BLANKS), number)
        for part in others:
            key, _equals, value = part.partition("=")
            yield _Option(key, value.strip(BLANKS), number)
    else:
        yield _Option(entry.key, entry.value, number)

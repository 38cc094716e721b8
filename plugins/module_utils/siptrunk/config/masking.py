# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options of Asterisk's configuration hold secrets, and how files are shown without them."""

from __future__ import annotations

import re
from typing import Callable, Iterator, NamedTuple, Optional, Set

from ..register_line import masked, parse
from ..secrets import MASK
from .document import Document, Entry
from .text import fold

Show = Callable[[str, str], str]

_SECRET_KEY = re.compile(r"secret|passw|^auth$|^(db)?pass$|^md5_cred$")


def masked_value(key: str, value: str) -> str:
    """The value of an option for people: secrets masked, a register line recognisable."""
    key = fold(key)
    if key == "register":
        return masked(value)
    return MASK if value and _SECRET_KEY.search(key) else value


def masked_text(text: str, *, before: str = "", show: Show = masked_value) -> str:
    """A file for people, secrets masked, those that are commented out as well.

    before: the file as it was; a secret that was not in it is marked, since its mask looks the same
    show: the value of an option for people
    """
    known = {found.secret for found in (_find(line, show) for line in before.splitlines()) if found}
    return "".join(_shown(line, known, show) for line in text.splitlines(keepends=True))


class _Found(NamedTuple):
    """A line with a secret: which one, and the line without it."""

    secret: str
    masked: str


def _shown(line: str, known: Set[str], show: Show) -> str:
    content = line.rstrip("\r\n")
    found = _find(content, show)
    if found is None:
        return line
    mark = " ; new" if known and found.secret not in known else ""
    return found.masked + mark + line[len(content) :]


def _find(line: str, show: Show) -> Optional[_Found]:
    # What follows a comment sign may once have been, or become, an option.
    start = re.match(r"[\s;-]*", line)
    indent = start[0] if start else ""
    for entry in _entries(line[len(indent) :]):
        shown = show(entry.key, entry.value)
        if shown != entry.value:
            return _Found(_secret(entry), f"{indent}{entry.key} {entry.operator} {shown}")
    return None


def _secret(entry: Entry) -> str:
    """What is secret in the option; all of it, when it is a register line that chan_sip drops."""
    line = parse(entry.value).line if fold(entry.key) == "register" else None
    return (line.secret if line else None) or entry.value


def _entries(line: str) -> Iterator[Entry]:
    for statement in Document.parse(line).statements:
        if isinstance(statement, Entry):
            yield statement

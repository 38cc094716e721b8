# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options of Asterisk's configuration hold secrets, and how files are shown without them."""

from __future__ import annotations

import difflib
import re
from typing import Callable, Iterator, NamedTuple, Optional, Set, Tuple

from ..register_line import masked, parse
from ..secrets import MASK
from .document import Directive, Document, Entry, Section
from .text import fold

Show = Callable[[str, str], str]

_SECRET_KEY = re.compile(r"secret|passw|^auth$|^(db)?pass$|^md5_cred$")


def masked_value(key: str, value: str) -> str:
    """The value of an option for people: secrets masked, a register line recognisable."""
    key = fold(key)
    if key == "register":
        return masked(value)
    return MASK if value and _SECRET_KEY.search(key) else value


def masked_text(text: str, *, before: str = "") -> str:
    """A file for people, secrets masked, those that are commented out as well.

    before: the file as it was; a secret that was not in it is marked, since its mask looks the same
    """
    known = {found.secret for found in map(_find, before.splitlines()) if found}
    return "".join(_shown(line, known) for line in text.splitlines(keepends=True))


def changed_lines(before: str, after: str) -> Tuple[str, str]:
    """The lines that are not the same in both texts."""
    lines = list(
        difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=0)
    )[2:]
    return (
        "".join(line[1:] for line in lines if line.startswith("-")),
        "".join(line[1:] for line in lines if line.startswith("+")),
    )


def options_only(text: str, show: Show) -> str:
    """Lines that somebody has written, without what may hold anything: comments, and lines that say nothing."""
    return "".join(_said(line, show) for line in text.splitlines())


def _said(line: str, show: Show) -> str:
    if not line.strip():
        return "\n"
    for statement in Document.parse(line).statements:
        if isinstance(statement, Entry):
            return f"{statement.key} {statement.operator} {show(statement.key, statement.value)}\n"
        if isinstance(statement, Section):
            options = f"({','.join(statement.options)})" if statement.options else ""
            return f"[{statement.name}]{options}\n"
        if isinstance(statement, Directive):
            return f"#{statement.kind} {statement.argument}\n"
        return f"; {MASK}\n"
    return "; ...\n"


class _Found(NamedTuple):
    """A line with a secret: which one, and the line without it."""

    secret: str
    masked: str


def _shown(line: str, known: Set[str]) -> str:
    content = line.rstrip("\r\n")
    found = _find(content)
    if found is None:
        return line
    mark = " ; new" if known and found.secret not in known else ""
    return found.masked + mark + line[len(content) :]


def _find(line: str) -> Optional[_Found]:
    # What follows a comment sign may once have been, or become, an option.
    start = re.match(r"[\s;-]*", line)
    indent = start[0] if start else ""
    for entry in _entries(line[len(indent) :]):
        shown = masked_value(entry.key, entry.value)
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

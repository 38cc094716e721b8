# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file of Asterisk's configuration, kept to the byte: what nobody changed is written back as it was.

The lines are read as main/config.c (config_text_file_load, process_text_line) reads them, its traps included.
What is changed is read again before it counts: each edit does what it says, or raises and does nothing.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import ConfigError, NotRepresentable
from .text import BLANKS, fold, size

# fgets() reads so many bytes at once. A line that does not end within them is skipped; some versions of
# Asterisk skip it when it ends exactly with them, so that we write lines one byte shorter.
BUFFER = 8191
LINE_LIMIT = BUFFER - 1
NAME_LIMIT = 79
NESTING_LIMIT = 128
BYTE_ORDER_MARK = "\ufeff"


class Entry(NamedTuple):
    """``key = value``; the value as Asterisk takes it: without comment, unescaped, trimmed.

    operator: ``=``, ``=>`` (the same to most readers) or ``+=`` (appends to the last value of the key)
    tail: the value before trimming, which ``+=`` needs
    line: number in the text that was parsed; None for an entry that was added since
    """

    key: str
    operator: str
    tail: str
    line: Optional[int]

    @property
    def value(self) -> str:
        return self.tail.strip(BLANKS)

    def says(self, other: Entry) -> bool:
        """True when Asterisk takes the same from both."""
        return (self.key, self.operator, self.value) == (other.key, other.operator, other.value)


@dataclass(frozen=True)
class Directive:
    """``#include``, ``#tryinclude`` or ``#exec`` with its argument, quotes removed."""

    kind: str
    argument: str
    line: Optional[int]


@dataclass(frozen=True)
class Flaw:
    """A line that Asterisk cannot take.

    kind: one word for it, which a rule of the linter may be about
    fatal: it then refuses the whole file
    endless: it never gets past the line, and hangs
    needs_section: it does so when the line stands before the first section
    """

    reason: str
    line: Optional[int]
    kind: str = ""
    fatal: bool = False
    endless: bool = False
    needs_section: bool = False


@dataclass(eq=False)
class Section:
    """``[name](options)`` and the lines up to the next header.

    options: what stands in the parentheses, in order: ``!``, ``+`` (with a filter) and names to inherit from
    """

    name: str
    options: Tuple[str, ...]
    line: Optional[int]
    _lines: List[Line] = field(default_factory=list, repr=False)
    # Set as soon as the section belongs to a document.
    _document: Document = field(init=False, repr=False)

    @property
    def template(self) -> bool:
        return "!" in self.options

    @property
    def append(self) -> bool:
        """True for ``(+)``: the lines belong to a section of that name that is already there."""
        return any(option.startswith("+") for option in self.options)

    @property
    def bases(self) -> Tuple[str, ...]:
        return tuple(option for option in self.options if option != "!" and not option.startswith("+"))

    @property
    def entries(self) -> Tuple[Entry, ...]:
        return tuple(line.statement for line in self._lines if isinstance(line.statement, Entry))

    @property
    def directives(self) -> Tuple[Directive, ...]:
        return tuple(line.statement for line in self._lines if isinstance(line.statement, Directive))

    def add(self, key: str, value: str, *, operator: str = "=", comment: Optional[str] = None) -> Entry:
        """Write an entry behind the last one; *comment* goes on lines of its own above it.

        Raises NotRepresentable when Asterisk would read anything but this key and this value.
        """
        text = _spelled(key, operator, value, self._newline)
        raws = [line + self._newline for line in (*_comment_lines(comment), text)]
        return self._insert(self._end_of_content(), [raws], Entry(key, operator, value, None))

    def set(self, key: str, values: Sequence[str], *, operator: str = "=") -> None:
        """Have the section's own entries of *key* hold exactly these values, in this order, changing few lines.

        An entry whose value stays is not touched. One that gets another value keeps the rest of its line: indent,
        spelling, blanks, comment. Surplus ones go. New ones stand behind the last one of the key, or else behind
        the last entry of the section, and look like it. A ``+=`` becomes an entry like the others.

        operator: of new entries
        Raises NotRepresentable, having changed nothing, when Asterisk would read anything else than that.
        """
        before = list(self._lines)
        try:
            self._set(key, list(values), operator)
        except NotRepresentable:
            self._lines[:] = before
            raise

    def replace(self, entry: Entry, value: str) -> Entry:
        """Give this one entry another value, as set() does; returns the entry that stands there now."""
        return self._replace(self._place(entry), entry, entry.operator, value)

    def rename(self, entry: Entry, key: str) -> Entry:
        """Give this one entry another name, and keep the rest of its line; returns the entry that stands there now.

        Raises NotRepresentable when Asterisk would read anything but this name and the old value.
        """
        place = self._place(entry)
        raw = self._lines[place].raw
        match = re.match(r"\ufeff?[ \t]*", raw)
        start = match.end() if match else 0
        if not raw.startswith(entry.key, start):
            raise NotRepresentable(f"{entry.key} does not stand at the beginning of its line")
        spelled = raw[:start] + key + raw[start + len(entry.key) :]
        return self._write(place, place + 1, [[spelled]], entry._replace(key=key))

    def remove(self, entry: Entry) -> None:
        """Take this one entry out, with its line.

        Raises NotRepresentable when Asterisk would then read other lines otherwise.
        """
        place = self._place(entry)
        self._remove(place, place + 1)

    def _set(self, key: str, values: List[str], operator: str) -> None:
        old = [
            (place, line.statement)
            for place, line in enumerate(self._lines)
            if isinstance(line.statement, Entry) and fold(line.statement.key) == fold(key)
        ]
        # What is appended to another entry is no value of its own, and equals none.
        said = [None if entry.operator == "+=" else entry.value for _place, entry in old]
        # Who only reads need not wait for this.
        from difflib import SequenceMatcher

        differences = SequenceMatcher(None, said, values, autojunk=False).get_opcodes()
        # Backwards, so that the places that are still to come stay the same.
        for tag, start, end, first, last in reversed(differences):
            if tag == "equal":
                continue
            common = min(end - start, last - first)
            for place, _entry in reversed(old[start + common : end]):
                self._remove(place, place + 1)
            if last - first > common:
                place, model = self._slot([place for place, _entry in old], start + common)
                for value in reversed(values[first + common : last]):
                    self._insert_like(model, place, key, operator, value)
            for (place, entry), value in zip(old[start : start + common], values[first:last]):
                self._replace(place, entry, entry.operator.replace("+", ""), value)

    def _slot(self, places: List[int], index: int) -> Tuple[int, Optional[Line]]:
        """Where an entry goes that shall become number *index* of those at *places*, and the line to imitate."""
        if index:
            return places[index - 1] + 1, self._lines[places[index - 1]]
        if places:
            return places[0], self._lines[places[0]]
        for place in reversed(range(len(self._lines))):
            if isinstance(self._lines[place].statement, Entry):
                return place + 1, self._lines[place]
        return self._end_of_content(), None

    def _insert_like(self, model: Optional[Line], place: int, key: str, operator: str, value: str) -> None:
        spellings = [_spelled(key, operator, value, self._newline)]
        parts = _parts(model.raw) if model else None
        if parts:
            spellings.insert(
                0, f"{parts.indent}{key}{parts.gap}{operator}{parts.blank}{_escaped(key, value)}"
            )
        attempts = [[spelling + self._newline] for spelling in spellings]
        self._insert(place, attempts, Entry(key, operator, value, None))

    def _insert(self, place: int, attempts: Sequence[Sequence[str]], wanted: Entry) -> Entry:
        # The line before may be the last one of the file, and have no line end.
        before = [_ended(line, self._newline) for line in self._lines[max(place - 1, 0) : place]]
        entry = self._write(place, place, attempts, wanted)
        self._lines[place - len(before) : place] = before
        return entry

    def _replace(self, place: int, entry: Entry, operator: str, value: str) -> Entry:
        raw = self._lines[place].raw
        escaped = _escaped(entry.key, value)
        plain = f"{entry.key} {operator} {escaped}"
        attempts = [[plain + raw[len(raw.rstrip("\r\n")) :]], [plain + self._newline]]
        parts = _parts(raw)
        if parts:
            # Without a blank, "=" and ">x" would make another operator, and "x\" would escape a comment's sign.
            attempts[:0] = [
                [f"{parts.before}{left}{escaped}{right}{parts.after}"]
                for left in ("", " ")
                for right in ("", " ")
            ]
        return self._write(place, place + 1, attempts, Entry(entry.key, operator, value, entry.line))

    def _write(self, start: int, end: int, attempts: Sequence[Sequence[str]], wanted: Entry) -> Entry:
        """Put the first of *attempts* that says what is *wanted* in place of the lines from *start* to *end*."""
        for raws in attempts:
            lines = self._reread(start, end, raws, wanted.line) or []
            said = [line.statement for line in lines if line.statement]
            if len(said) == 1 and isinstance(said[0], Entry) and said[0].says(wanted):
                self._lines[start:end] = lines
                return said[0]
        raise NotRepresentable(
            f"{wanted.key}: a line here would not be read, or would change how others are read",
            "see whether a block comment begins or ends there",
        )

    def _remove(self, start: int, end: int) -> None:
        if self._reread(start, end, [], None) is None:
            raise NotRepresentable(
                "without these lines, others would be read otherwise",
                "see whether a block comment begins or ends there",
            )
        del self._lines[start:end]

    def _reread(
        self, start: int, end: int, raws: Sequence[str], number: Optional[int]
    ) -> Optional[List[Line]]:
        """What Asterisk reads in *raws*, if they stand in place of the lines from *start* to *end*.

        None when they are not lines of their own there, or when it then reads anything behind them otherwise.
        """
        before = self._lines[start - 1] if start else self._document._line_before(self)
        depth = before.depth if before else 0
        lines = list(read_lines("".join(raws), depth, number, first=before is None))
        now, then = self._lines[end - 1].depth if end else depth, lines[-1].depth if lines else depth
        if [line.raw for line in lines] != list(raws) or now != then:
            return None
        ended = not raws or raws[-1].endswith("\n")
        if ended and before:
            return lines
        behind = self._document._line_behind(self, end)
        if behind and (not ended or behind.raw.startswith(BYTE_ORDER_MARK)):
            return None
        return lines

    def _place(self, entry: Entry) -> int:
        for place, line in enumerate(self._lines):
            if line.statement is entry:
                return place
        raise ValueError(f"[{self.name}] has no such entry")

    def _end_of_content(self) -> int:
        # Comments that end a section mostly belong to the next one; in a file of comments alone they come first.
        place = len(self._lines)
        while place and self._lines[place - 1].statement is None:
            place -= 1
        return place or len(self._lines)

    @property
    def _newline(self) -> str:
        return self._document._newline


Statement = Union[Section, Entry, Directive, Flaw]


class Line(NamedTuple):
    """A physical line with its line end, what it says, and the depth of block comments behind it."""

    raw: str
    statement: Optional[Statement] = None
    depth: int = 0


class Document:
    """A configuration file in parts: the lines before the first header, then the sections.

    path: where it came from, for messages and to know its directory; "" when it is no file
    depth: open block comments at its end; other than 0 means that lines were swallowed
    """

    def __init__(self, path: str = "") -> None:
        self.path = path
        self.depth = 0
        self._newline = "\n"
        self._blocks: List[Section] = []
        self._begin(Section("", (), None))

    @classmethod
    def new(cls) -> Document:
        return cls()

    @classmethod
    def parse(cls, text: str, path: str = "") -> Document:
        """Read *text*; every text is a document."""
        document = cls(path)
        document._newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
        lines = document.head._lines
        for line in read_lines(text):
            if isinstance(line.statement, Section):
                lines = document._begin(line.statement)._lines
            lines.append(line)
            document.depth = line.depth
        return document

    def __str__(self) -> str:
        return "".join(line.raw for line in self._lines())

    @property
    def head(self) -> Section:
        """The lines before the first header, which is all of a file that is made to be included inside a section."""
        return self._blocks[0]

    @property
    def sections(self) -> Tuple[Section, ...]:
        return tuple(self._blocks[1:])

    @property
    def statements(self) -> Tuple[Statement, ...]:
        """Everything that is not comment, in order; a section's header stands before its entries."""
        return tuple(line.statement for line in self._lines() if line.statement is not None)

    @property
    def directives(self) -> Tuple[Directive, ...]:
        return tuple(statement for statement in self.statements if isinstance(statement, Directive))

    def without_directives(self) -> str:
        """The text with an empty line for each ``#include`` and the like."""
        return "".join(
            self._newline if isinstance(line.statement, Directive) else line.raw for line in self._lines()
        )

    def add_section(self, name: str, *, append: bool = False, comment: Optional[str] = None) -> Section:
        """Begin a section at the end. Raises NotRepresentable when Asterisk would read another name."""
        if self.depth:
            raise NotRepresentable(f"a block comment is open at the end of {self.path}", "close it with --;")
        text = f"[{name}]" + ("(+)" if append else "")
        section, depth = _statement(text, None, 0)
        if (
            depth
            or not isinstance(section, Section)
            or (section.name, section.append) != (name, append)
            or any(character in name for character in "\r\n\0")
            or not 0 < size(name) <= NAME_LIMIT
        ):
            raise NotRepresentable(f"{name!r} is no name of a section", "use letters, digits, - and _")
        comments = [Line(line + self._newline) for line in _comment_lines(comment)]
        gap = [Line(self._newline)] if self._end_last_line() else []
        self._blocks[-1]._lines.extend([*gap, *comments])
        section._lines.append(Line(text + self._newline, section))
        return self._begin(section)

    def remove_section(self, section: Section) -> None:
        """Take out a section's header and content; comments and blank lines at its end stay, as does what is before.

        Raises NotRepresentable when Asterisk would then read other lines otherwise.
        """
        section._remove(0, section._end_of_content())
        place = self._blocks.index(section)
        self._blocks[place - 1]._lines.extend(section._lines)
        del self._blocks[place]

    def ensure_tryinclude(self, filename: str) -> bool:
        """Have *filename*, of this file's directory, included; returns whether a line was added at the end.

        Raises ConfigError when a line there would not be read.
        """
        if any(self._includes(directive, filename) for directive in self.directives):
            return False
        try:
            self._end_last_line()
        except NotRepresentable as error:
            raise ConfigError(self.path, error.reason) from None
        line = f'#tryinclude "{filename}"'
        candidate = Document.parse(str(self) + line + self._newline, self.path)
        if not candidate.statements or not _is_tryinclude(candidate.statements[-1], filename):
            raise ConfigError(self.path, "a line at its end would not be read; is a block comment left open?")
        self._blocks[-1]._lines.append(Line(line + self._newline, Directive("tryinclude", filename, None)))
        return True

    def _includes(self, directive: Directive, filename: str) -> bool:
        here = os.path.dirname(self.path)
        directory, pattern = os.path.split(os.path.join(here, directive.argument))
        return (
            directive.kind != "exec"
            and os.path.normpath(directory) == os.path.normpath(here)
            and fnmatch.fnmatchcase(filename, pattern)
        )

    def _begin(self, section: Section) -> Section:
        section._document = self
        self._blocks.append(section)
        return section

    def _end_last_line(self) -> bool:
        """Give the last line its line end; returns whether there is any line."""
        last = self._blocks[-1]._lines
        last[-1:] = [_ended(line, self._newline) for line in last[-1:]]
        return bool(last)

    def _line_before(self, block: Section) -> Optional[Line]:
        place = self._blocks.index(block)
        lines = self._blocks[place - 1]._lines if place else []
        return lines[-1] if lines else None

    def _line_behind(self, block: Section, place: int) -> Optional[Line]:
        """What stands behind the lines of *block* up to *place*."""
        if place < len(block._lines):
            return block._lines[place]
        return next((later._lines[0] for later in self._blocks[self._blocks.index(block) + 1 :]), None)

    def _lines(self) -> Iterator[Line]:
        for block in self._blocks:
            yield from block._lines


def _ended(line: Line, newline: str) -> Line:
    """The line with a line end, which the last one of a file may lack."""
    if line.raw.endswith("\n"):
        return line
    if size(line.raw) <= LINE_LIMIT < size(line.raw + newline):
        raise NotRepresentable(
            "the last line is so long that with a line end Asterisk would skip it", "shorten it"
        )
    return line._replace(raw=line.raw + newline)


def _escaped(key: str, value: str) -> str:
    """A value as it is written; raises NotRepresentable for what no line can hold."""
    if any(character in value for character in "\r\n\0"):
        raise NotRepresentable(f"{key}: a value is one line and cannot hold CR, LF or NUL")
    if value != value.strip(BLANKS):
        raise NotRepresentable(f"{key}: Asterisk removes blanks at both ends of a value", "leave them out")
    return value.replace(";", "\\;")


# Of many trunks, most say the same; and each is checked before it is written.
@lru_cache(maxsize=4096)
def _spelled(key: str, operator: str, value: str, newline: str) -> str:
    """An entry as we write it; raises NotRepresentable when no line would be read as this key and this value."""
    text = f"{key} {operator} {_escaped(key, value)}"
    if size(text + newline) > LINE_LIMIT:
        raise NotRepresentable(
            f"{key}: Asterisk skips lines of more than {LINE_LIMIT} bytes", "shorten the value"
        )
    statement, depth = _statement(text, None, 0)
    if (
        depth
        or not isinstance(statement, Entry)
        or not statement.says(Entry(key, operator, value, None))
        or any(character in key for character in "\r\n\0")
    ):
        raise NotRepresentable(f"{key!r} is no name of an option", "use letters, digits, - and _")
    return text


class _Parts(NamedTuple):
    """The text of an entry's line: what stands before the value and behind it, and how it looks before it."""

    before: str
    after: str
    indent: str
    gap: str
    blank: str


_ENTRY = re.compile(r"\ufeff?([ \t]*)((?:\\.)?(?:\\;|[^=;\0\n])*)=>?([ \t]*)((?:\\;|[^;\0])*)")


def _parts(raw: str) -> Optional[_Parts]:
    """Take an entry's line apart; None when a block comment or something else stands in the way."""
    match = _ENTRY.match(raw)
    if match is None:
        return None
    indent, key, blank, value = match.groups()
    begin = match.start(4)
    gap = key[len(key.rstrip(" \t+")) :].replace("+", "")
    return _Parts(raw[:begin], raw[begin + len(value.rstrip(BLANKS)) :], indent, gap, blank)


def _is_tryinclude(statement: Statement, filename: str) -> bool:
    return isinstance(statement, Directive) and (statement.kind, statement.argument) == (
        "tryinclude",
        filename,
    )


def _comment_lines(comment: Optional[str]) -> List[str]:
    # Nothing behind "; " can end or open a block comment.
    lines = [f"; {line}".rstrip() for line in (comment or "").splitlines()]
    if any("\0" in line or "\n" in line or size(line) > LINE_LIMIT - 2 for line in lines):
        raise NotRepresentable(f"a line of a comment has less than {LINE_LIMIT} bytes and no NUL")
    return lines


def read_lines(text: str, depth: int = 0, number: Optional[int] = 1, *, first: bool = True) -> Iterator[Line]:
    """The lines of *text*, as Asterisk reads them.

    depth: of the block comments that are open where it begins
    number: of the first line; None when they have none
    first: nothing stands before the text, so that it may have a byte order mark
    """
    pieces = _pieces(text)
    for raw, full in pieces:
        statement: Optional[Statement]
        if full:
            raw += _rest_of_long_line(pieces)
            statement = Flaw(f"longer than {BUFFER} bytes: Asterisk skips it", number, "long")
        else:
            content = raw.partition("\0")[0]
            if first and content.startswith(BYTE_ORDER_MARK):
                content = content[1:]
            statement, depth = _statement(content, number, depth)
        yield Line(raw, statement, depth)
        first = False
        if number is not None:
            number += raw.count("\n")


class _Piece(NamedTuple):
    """What one call of fgets() returns; *full* when the buffer ended before the line did."""

    text: str
    full: bool


def _pieces(text: str) -> Iterator[_Piece]:
    """The text line by line, long lines in pieces that fill the buffer."""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if size(line) < BUFFER:
            yield _Piece(line, False)
            continue
        octets = line.encode("utf-8", "replace")
        at = 0
        for offset in range(0, len(octets), BUFFER):
            chunk = octets[offset : offset + BUFFER]
            # A character goes where its first byte is: continuation bytes are 10xxxxxx.
            count = sum(byte & 0xC0 != 0x80 for byte in chunk)
            # To Asterisk, which takes strlen() of it, a NUL is the end.
            yield _Piece(
                line[at : at + count], len(chunk.partition(b"\0")[0]) == BUFFER and not chunk.endswith(b"\n")
            )
            at += count


def _rest_of_long_line(pieces: Iterator[_Piece]) -> str:
    rest: List[str] = []
    for piece in pieces:
        rest.append(piece.text)
        if not piece.full:
            break
    return "".join(rest)


class _EndlessComment(Exception):
    """Asterisk runs in circles at the 129th nested block comment."""


def _statement(content: str, number: Optional[int], depth: int) -> Tuple[Optional[Statement], int]:
    """What one line says, and the depth of block comments behind it."""
    try:
        code, depth = _without_comments(content, depth)
    except _EndlessComment:
        reason = f"more than {NESTING_LIMIT} nested block comments: Asterisk hangs"
        return Flaw(reason, number, endless=True), depth
    code = code.strip(BLANKS)
    if not code:
        return None, depth
    if code[0] == "[":
        return _header(code, number), depth
    if code[0] == "#":
        return _directive(code, number), depth
    return _entry(code, number), depth


def _without_comments(content: str, depth: int) -> Tuple[str, int]:
    """Take comments out of a line and the backslash away from each ``\\;``.

    A ``--;`` outside of a block comment makes the depth negative: this line stays as it is, and all following
    ones vanish until a ``;--``.
    """
    if ";" not in content:
        return ("" if depth else content), depth
    kept: List[str] = []
    keeping = depth == 0
    start = at = 0
    while True:
        semicolon = content.find(";", at)
        if semicolon < 0:
            break
        if semicolon > at and content[semicolon - 1] == "\\":
            if keeping:
                kept.append(content[start : semicolon - 1])
            start, at = semicolon, semicolon + 1
        elif content.startswith(";--", semicolon) and not content.startswith("-", semicolon + 3):
            if depth >= NESTING_LIMIT:
                raise _EndlessComment
            if keeping:
                kept.append(content[start:semicolon])
            keeping = False
            depth += 1
            at = semicolon + 3
        elif semicolon >= at + 2 and content.startswith("--", semicolon - 2):
            depth -= 1
            at = semicolon + 1
            if depth == 0:
                keeping, start = True, at
        elif depth == 0:
            if keeping:
                kept.append(content[start:semicolon])
            keeping = False
            break
        else:
            at = semicolon + 1
    if keeping:
        kept.append(content[start:])
    return "".join(kept), depth


def _header(code: str, number: Optional[int]) -> Statement:
    name, closed, rest = code[1:].partition("]")
    if not closed:
        return Flaw("a section's header without ]", number, "header", fatal=True)
    if not rest.startswith("("):
        return Section(name, (), number)
    options, closed, _rest = rest[1:].partition(")")
    if not closed:
        return Flaw("a section's options without )", number, "header", fatal=True)
    return Section(name, tuple(options.split(",")), number)


def _directive(code: str, number: Optional[int]) -> Statement:
    # The word ends at a blank; to a signed char, a byte above 127 is one.
    word = re.match("#([!-\x7f]*)", code)
    kind = word[1].lower() if word else ""
    argument = code[len(kind) + 2 :].strip(BLANKS)
    if kind not in ("include", "tryinclude", "exec"):
        return Flaw("a line that begins with # and is no directive", number, "hash")
    if not argument:
        return Flaw(f"#{kind} without an argument", number)
    if argument[0] in '"<' and argument[-1] == {'"': '"', "<": ">"}[argument[0]]:
        argument = argument[1:-1]
    return Directive(kind, argument, number)


def _entry(code: str, number: Optional[int]) -> Statement:
    escaped = int(code[0] == "\\")
    if escaped and not "!" <= code[1:2] <= "\x7f":
        return Flaw("a backslash at the beginning that escapes nothing", number, fatal=True)
    equals = code.find("=", 2 * escaped)
    if equals < 0:
        return Flaw(
            "neither a section, nor a directive, nor an option with =", number, "bare", needs_section=True
        )
    operator, end = "=", equals + 1
    key = code[escaped:equals]
    if equals > 2 * escaped and code[equals - 1] == "+":
        operator, key = "+=", key[:-1]
    elif code.startswith(">", end):
        operator, end = "=>", end + 1
    key = key.strip(BLANKS)
    if not key:
        return Flaw("an option without a name", number, needs_section=True)
    return Entry(key, operator, code[end:], number)

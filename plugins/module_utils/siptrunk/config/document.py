# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file of Asterisk's configuration, kept to the byte: what nobody changed is written back as it was.

The lines are read as main/config.c (config_text_file_load, process_text_line) reads them, its traps included.
Text is UTF-8 decoded with ``surrogateescape``; Asterisk itself knows bytes only, so sizes count bytes.
"""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass, field
from typing import Iterator, List, NamedTuple, Optional, Tuple, Union

from ..errors import ConfigError, NotRepresentable

# Bytes that ast_strip() takes away at both ends.
BLANKS = "".join(map(chr, range(33)))
# fgets() reads so many bytes at once. A line that does not end within them is skipped; some versions of
# Asterisk skip it when it ends exactly with them, so that we write lines one byte shorter.
BUFFER = 8191
LINE_LIMIT = BUFFER - 1
NAME_LIMIT = 79
NESTING_LIMIT = 128
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Entry:
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


@dataclass(frozen=True)
class Directive:
    """``#include``, ``#tryinclude`` or ``#exec`` with its argument, quotes removed."""

    kind: str
    argument: str
    line: Optional[int]


@dataclass(frozen=True)
class Flaw:
    """A line that Asterisk cannot take.

    fatal: it then refuses the whole file
    endless: it never gets past the line, and hangs
    needs_section: it does so when the line stands before the first section
    """

    reason: str
    line: Optional[int]
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
    _lines: List[_Line] = field(default_factory=list, repr=False)
    _newline: str = field(default="\n", repr=False)

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

    def add(self, key: str, value: str, *, operator: str = "=", comment: Optional[str] = None) -> Entry:
        """Write an entry behind the last one; *comment* goes on lines of its own above it.

        Raises NotRepresentable when Asterisk would read anything but this key and this value.
        """
        if any(character in key + value for character in "\r\n\0"):
            raise NotRepresentable(f"{key}: a value is one line and cannot hold CR, LF or NUL")
        if value != value.strip(BLANKS):
            raise NotRepresentable(
                f"{key}: Asterisk removes blanks at both ends of a value", "leave them out"
            )
        text = f"{key} {operator} " + value.replace(";", "\\;")
        if size(text + self._newline) > LINE_LIMIT:
            raise NotRepresentable(
                f"{key}: Asterisk skips lines of more than {LINE_LIMIT} bytes", "shorten the value"
            )
        statement, depth = _statement(text, None, 0)
        if depth or not isinstance(statement, Entry) or (statement.key, statement.value) != (key, value):
            raise NotRepresentable(f"{key!r} is no name of an option", "use letters, digits, - and _")
        comments = [_Line(line + self._newline) for line in _comment_lines(comment)]
        place = self._end_of_content()
        if self._lines[place - 1].depth:
            raise NotRepresentable(
                f"{key}: a block comment is open at the end of [{self.name}]", "close it with --;"
            )
        _end_line(self._lines, place - 1, self._newline)
        self._lines[place:place] = [*comments, _Line(text + self._newline, statement)]
        return statement

    def _end_of_content(self) -> int:
        # Comments that end a section mostly belong to the next one.
        place = len(self._lines)
        while self._lines[place - 1].statement is None:
            place -= 1
        return place


Statement = Union[Section, Entry, Directive, Flaw]


class _Line(NamedTuple):
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
        self._head: List[_Line] = []
        self._sections: List[Section] = []
        self._newline = "\n"

    @classmethod
    def new(cls) -> Document:
        return cls()

    @classmethod
    def parse(cls, text: str, path: str = "", *, after: Optional[Document] = None) -> Document:
        """Read *text*; every text is a document.

        after: the file that Asterisk has read just before, for the same pattern of an ``#include``; block
        comments that it left open go on
        """
        document = cls(path)
        depth = after.depth if after else 0
        document._newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
        number = 1
        block = document._head
        pieces = _pieces(text)
        for raw, full in pieces:
            if full:
                raw += _rest_of_long_line(pieces)
                statement: Optional[Statement] = Flaw(
                    f"longer than {BUFFER} bytes: Asterisk skips it", number
                )
            else:
                content = raw.partition("\0")[0]
                if number == 1 and not after and content.startswith(BYTE_ORDER_MARK):
                    content = content[1:]
                statement, depth = _statement(content, number, depth)
            if isinstance(statement, Section):
                statement._newline = document._newline
                document._sections.append(statement)
                block = statement._lines
            block.append(_Line(raw, statement, depth))
            number += raw.count("\n")
        document.depth = depth
        return document

    def __str__(self) -> str:
        return "".join(line.raw for line in self._lines())

    @property
    def sections(self) -> Tuple[Section, ...]:
        return tuple(self._sections)

    @property
    def statements(self) -> Tuple[Statement, ...]:
        """Everything that is not comment, in order; a section's header stands before its entries."""
        return tuple(line.statement for line in self._lines() if line.statement is not None)

    @property
    def directives(self) -> Tuple[Directive, ...]:
        return tuple(statement for statement in self.statements if isinstance(statement, Directive))

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
        section._newline = self._newline
        gap = [_Line(self._newline)] if self._end_last_line() else []
        comments = [_Line(line + self._newline) for line in _comment_lines(comment)]
        self._last_block.extend([*gap, *comments])
        section._lines.append(_Line(text + self._newline, section))
        self._sections.append(section)
        return section

    def ensure_tryinclude(self, filename: str) -> bool:
        """Have *filename*, of this file's directory, included; returns whether a line was added at the end.

        Raises ConfigError when a line there would not be read.
        """
        if any(self._includes(directive, filename) for directive in self.directives):
            return False
        self._end_last_line()
        line = f'#tryinclude "{filename}"'
        candidate = Document.parse(str(self) + line + self._newline, self.path)
        if not candidate.statements or not _is_tryinclude(candidate.statements[-1], filename):
            raise ConfigError(self.path, "a line at its end would not be read; is a block comment left open?")
        self._last_block.append(_Line(line + self._newline, Directive("tryinclude", filename, None)))
        return True

    def _includes(self, directive: Directive, filename: str) -> bool:
        here = os.path.dirname(self.path)
        directory, pattern = os.path.split(os.path.join(here, directive.argument))
        return (
            directive.kind != "exec"
            and os.path.normpath(directory) == os.path.normpath(here)
            and fnmatch.fnmatchcase(filename, pattern)
        )

    def _end_last_line(self) -> bool:
        """Give the last line its line end; returns whether there is any line."""
        if self._last_block:
            _end_line(self._last_block, -1, self._newline)
        return bool(self._last_block)

    @property
    def _last_block(self) -> List[_Line]:
        return self._sections[-1]._lines if self._sections else self._head

    def _lines(self) -> Iterator[_Line]:
        yield from self._head
        for section in self._sections:
            yield from section._lines


def size(text: str) -> int:
    """Bytes that *text* takes in a file."""
    # Each surrogate stands for one undecodable byte, and "replace" makes it one byte, too.
    return len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int) -> str:
    """The first *limit* bytes of *text*, as a buffer of C would keep them."""
    if size(text) <= limit:
        return text
    return text.encode("utf-8", "surrogateescape")[:limit].decode("utf-8", "surrogateescape")


def _end_line(lines: List[_Line], index: int, newline: str) -> None:
    """Give a line, which may be the last one of a file, its line end."""
    if not lines[index].raw.endswith("\n"):
        lines[index] = lines[index]._replace(raw=lines[index].raw + newline)


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


class _Piece(NamedTuple):
    """What one call of fgets() returns; *full* when the buffer ended before the line did."""

    text: str
    full: bool


def _pieces(text: str) -> Iterator[_Piece]:
    """The text line by line, long lines in pieces that fill the buffer."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line = text[start:end]
        start = end
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
        return Flaw("a section's header without ]", number, fatal=True)
    if not rest.startswith("("):
        return Section(name, (), number)
    options, closed, _rest = rest[1:].partition(")")
    if not closed:
        return Flaw("a section's options without )", number, fatal=True)
    return Section(name, tuple(options.split(",")), number)


def _directive(code: str, number: Optional[int]) -> Statement:
    # The word ends at a blank; to a signed char, a byte above 127 is one.
    word = re.match("#([!-\x7f]*)", code)
    kind = word[1].lower() if word else ""
    argument = code[len(kind) + 2 :].strip(BLANKS)
    if kind not in ("include", "tryinclude", "exec"):
        return Flaw("a line that begins with # and is no directive", number)
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
        return Flaw("neither a section, nor a directive, nor an option with =", number, needs_section=True)
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

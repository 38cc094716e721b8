# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that SIP's header fields are made of (RFC 3261, section 25.1): tokens, quoted strings, parameters, lists.

Text is that of an unfolded header field: its linear white space is blanks and tabs only. Every scan is linear in the
size of the text, for a stranger sends it.
"""

from __future__ import annotations

import re
from typing import Iterator, List, Optional, Tuple

BLANKS = " \t"
TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
# A name or an IPv4 address, or an IPv6 address in brackets. Names with _ are in use, whatever DNS says.
HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+"
# What is never closed matches to the end of the text, so that no place is scanned twice.
_PIECE = re.compile(r'"[^"\\]*(?:\\.?[^"\\]*)*"?|<[^>]*>?|,', re.DOTALL)
_QUOTED_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*({TOKEN.pattern})[ \t]*(=[ \t]*)?")
# More than tokens and hosts, for base64 and the like are in use; but no @, with which a URI without <> would pass.
_PLAIN_VALUE = re.compile(r'[^\0- \x7f",;<>@]*')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'["\\]')


class Malformed(ValueError):
    """A message, or a part of one, that RFC 3261 lets nobody understand.

    reason: names the part, and never quotes what may hold credentials
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Params(Tuple[Tuple[str, Optional[str]], ...]):
    """Parameters in their order; the value of one that is a name only is None. Of doubles the first counts."""

    __slots__ = ()

    def get(self, name: str) -> Optional[str]:
        """The value; None when the parameter is absent or has none."""
        for own, value in self:
            if own.lower() == name.lower():
                return value
        return None

    def has(self, name: str) -> bool:
        return any(own.lower() == name.lower() for own, _value in self)

    def __str__(self) -> str:
        return "".join(f";{name}" if value is None else f";{name}={_written(value)}" for name, value in self)


def params(text: str, what: str) -> Params:
    """``;name[=value]...`` to the end of *text*, which belongs to *what* and has no outer blanks; raises Malformed."""
    found: List[Tuple[str, Optional[str]]] = []
    place = 0
    while place < len(text):
        parameter = _PARAMETER.match(text, place)
        if not parameter:
            raise Malformed(f"{what}: what stands behind the value is no parameter")
        place = parameter.end()
        value: Optional[str] = None
        if parameter[2]:
            if text.startswith('"', place):
                value, place = quoted(text, place, what)
            else:
                plain = _PLAIN_VALUE.match(text, place)
                value = plain[0] if plain else ""
                place += len(value)
        found.append((parameter[1], value))
    return Params(found)


def quoted(text: str, place: int, what: str) -> Tuple[str, int]:
    """The quoted string that begins at *place*, without quotes and escapes, and where it ends; raises Malformed."""
    string = _QUOTED_STRING.match(text, place)
    if not string:
        raise Malformed(f"{what}: a quoted string has no end")
    return _ESCAPED.sub(r"\1", string[1]), string.end()


def quote(text: str) -> str:
    """*text* as a quoted string."""
    escaped = _TO_ESCAPE.sub(r"\\\g<0>", text)
    return f'"{escaped}"'


def elements(text: str) -> List[str]:
    """The elements of a list that commas separate; those in quotes and in <> do not. An empty text has none."""
    if not text.strip(BLANKS):
        return []
    return list(_elements(text))


def number(text: str, most: int, what: str) -> int:
    """A decimal number from 0 to *most*; raises Malformed."""
    digits = text.lstrip("0") or "0"
    # int() refuses very long numbers, in an error of its own.
    if not re.fullmatch("[0-9]+", text) or len(digits) > len(str(most)) or int(digits) > most:
        raise Malformed(f"{what}: is no number from 0 to {most}")
    return int(digits)


def is_token(text: str) -> bool:
    return bool(TOKEN.fullmatch(text))


def _elements(text: str) -> Iterator[str]:
    start = 0
    for piece in _PIECE.finditer(text):
        if piece[0] == ",":
            yield text[start : piece.start()].strip(BLANKS)
            start = piece.end()
    yield text[start:].strip(BLANKS)


def _written(value: str) -> str:
    plain = _PLAIN_VALUE.match(value)
    return value if plain and plain[0] == value else quote(value)

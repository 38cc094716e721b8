# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What applications of the dialplan are given: variables put in, as far as the files tell them."""

from __future__ import annotations

import itertools
import re
import string
from typing import List, Mapping, Optional, Tuple

from .number import UNKNOWN, Number, cut, is_chosen, of_text, text_of

Variables = Mapping[str, Number]

_OPENING = {"{": "}", "[": "]", "(": ")"}
_MARKS = {separator: re.compile(rf"[][(){{}}{separator}]") for separator in ",:?"}
_CLOSING = frozenset(_OPENING.values())
_OF_NAMES = string.ascii_letters + string.digits + "_"
_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
# Longer than any number, and any name.
_LIMIT = 300
_NESTING = 20
# Functions whose answer is the argument of that place, or a part of it.
_PASSES_ON = {"FILTER": 1, "TOUPPER": 0, "TOLOWER": 0, "URIENCODE": 0, "URIDECODE": 0, "QUOTE": 0}
_VARIABLE_OF = frozenset({"GLOBAL", "LOCAL"})


def value(text: str, variables: Variables, depth: int = 0) -> Number:
    """A text with its variables; what is not known of it is UNKNOWN."""
    if "$" not in text:
        return of_text(text[:_LIMIT])
    if depth > _NESTING:
        return (UNKNOWN,)
    found: List[Number] = []
    place = 0
    while place < len(text):
        start = text.find("$", place)
        if start < 0 or start + 1 >= len(text):
            found.append(of_text(text[place:]))
            break
        found.append(of_text(text[place:start]))
        kind = text[start + 1]
        if kind not in "{[":
            found.append(of_text("$"))
            place = start + 1
            continue
        end = _end(text, start + 1)
        found.append(_variable(text[start + 2 : end], variables, depth) if kind == "{" else (UNKNOWN,))
        place = end + 1
    return tuple(itertools.islice(itertools.chain.from_iterable(found), _LIMIT))


def parts(text: str, separator: str = ",", limit: int = 0) -> List[str]:
    """Split where the separator is in no bracket; limit: at most so many times, if any."""
    if separator not in text:
        return [text]
    found, depth, begin = [], 0, 0
    for match in _MARKS[separator].finditer(text):
        if match[0] in _OPENING:
            depth += 1
        elif match[0] in _CLOSING:
            depth = max(0, depth - 1)
        elif not depth:
            found.append(text[begin : match.start()])
            begin = match.end()
            if len(found) == limit:
                break
    return [*found, text[begin:]]


def _variable(text: str, variables: Variables, depth: int) -> Number:
    """``NAME``, ``NAME:1``, ``NAME:1:2``, ``FUNCTION(...)``"""
    name, rest = _name(text, variables, depth)
    if rest.startswith("("):
        end = _end(rest, 0)
        found = _function(name, rest[1:end], variables, depth)
        rest = rest[end + 1 :]
    else:
        found = variables.get(name, (UNKNOWN,))
    if not rest.startswith(":"):
        return found if not rest else (UNKNOWN,)
    numbers = [_whole(part, variables, depth) for part in parts(rest[1:], ":")]
    start, length = (*numbers, None)[:2]
    if start is None or None in numbers:
        return found if is_chosen(found) else (UNKNOWN,)
    return cut(found, start, length)


def _name(text: str, variables: Variables, depth: int) -> Tuple[str, str]:
    """The name at the beginning, of which a part may stand in another variable, and what follows it."""
    bare = text.lstrip(_OF_NAMES)
    name, rest = text[: len(text) - len(bare)], bare
    if rest.startswith("${"):
        end = _end(rest, 1)
        part = text_of(value(rest[: end + 1], variables, depth + 1))
        # No variable has a name with a blank.
        name += " " if part is None else part
        rest = rest[end + 1 :]
    return name, rest


def _whole(text: str, variables: Variables, depth: int) -> Optional[int]:
    known = text_of(value(text, variables, depth + 1))
    return int(known) if known is not None and _WHOLE.fullmatch(known) else None


def _function(name: str, arguments: str, variables: Variables, depth: int) -> Number:
    if name in _VARIABLE_OF:
        known = text_of(value(arguments, variables, depth + 1))
        return variables.get(known, (UNKNOWN,)) if known is not None else (UNKNOWN,)
    if name in _PASSES_ON:
        place = _PASSES_ON[name]
        given = parts(arguments, limit=place)
        return value(given[place], variables, depth + 1) if place < len(given) else (UNKNOWN,)
    return (UNKNOWN,)


def _end(text: str, start: int) -> int:
    """Where the bracket of that place ends; the end of the text where it does not."""
    depth = 0
    opening = text[start]
    closing = _OPENING[opening]
    for match in re.compile(rf"[{re.escape(opening + closing)}]").finditer(text, start):
        depth += 1 if match[0] == opening else -1
        if not depth:
            return match.start()
    return len(text)

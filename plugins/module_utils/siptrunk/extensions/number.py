# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of which not all is known: what a caller dials, what a pattern matches, what a variable holds.

A number is a tuple of characters and sets of them; ONE and MANY stand for any character, and for any number of them,
as the caller chooses; UNKNOWN for text that no file tells.
"""

from __future__ import annotations

import enum
import re
from typing import FrozenSet, List, Optional, Tuple, Union


class Wild(enum.Enum):
    ONE = 1
    MANY = 2
    UNKNOWN = 3


ONE, MANY, UNKNOWN = Wild.ONE, Wild.MANY, Wild.UNKNOWN
Item = Union[str, FrozenSet[str], Wild]
Number = Tuple[Item, ...]

ANYTHING: Number = (MANY,)
_CLASSES = {
    letter: frozenset(digits)
    for letters, digits in (("Xx", "0123456789"), ("Zz", "123456789"), ("Nn", "23456789"))
    for letter in letters
}
_WILDCARDS = {".": (ONE, MANY), "!": (MANY,)}
# Numbers that begin with so many digits which the caller cannot choose are somebody's own range; and fewer than so many
# numbers are those of a house.
_OWN_DIGITS = 5
_MANY_NUMBERS = 10**6


def of_text(text: str) -> Number:
    return tuple(text)


def text_of(number: Number) -> Optional[str]:
    """None when not all of it is known."""
    return "".join(map(str, number)) if all(isinstance(item, str) for item in number) else None


def of_extension(name: str) -> Number:
    """What the name of an extension, maybe a pattern, matches (ext_cmp() in main/pbx.c). Dashes count for nothing."""
    if not name.startswith("_"):
        return of_text(name.replace("-", ""))
    items: List[Item] = []
    place = 1
    while place < len(name):
        letter = name[place]
        place += 1
        if letter in _WILDCARDS:
            return (*items, *_WILDCARDS[letter])
        if letter == "[" and "]" in name[place:]:
            end = name.index("]", place)
            items.append(_one_of(_expanded(name[place:end])))
            place = end + 1
        elif letter != "-":
            items.append(_CLASSES.get(letter, letter))
    return tuple(items)


def meet(number: Number, pattern: Number) -> Optional[Number]:
    """What of a number a pattern matches; None when that is nothing."""
    both: List[Item] = []
    for place, wanted in enumerate(pattern):
        if wanted is MANY:
            return (*both, *number[place:])
        if place >= len(number):
            return None
        have = number[place]
        if have is MANY:
            return (*both, *pattern[place:])
        if have is UNKNOWN:
            rest = pattern[place:]
            return (*both, *(rest if text_of(rest) is not None else (UNKNOWN,)))
        common = _common(have, wanted)
        if common is None:
            return None
        both.append(common)
    return tuple(both) if all(rest in (MANY, UNKNOWN) for rest in number[len(pattern) :]) else None


def covers(pattern: Number, number: Number) -> bool:
    """Whether a pattern matches whatever the number is."""
    for place, wanted in enumerate(pattern):
        if wanted is MANY:
            return True
        if place >= len(number) or number[place] in (MANY, UNKNOWN):
            return False
        if _common(number[place], wanted) != number[place]:
            return False
    return len(number) == len(pattern)


def is_chosen(number: Number) -> bool:
    """Whether a caller has a say in it."""
    return any(item is not UNKNOWN and not isinstance(item, str) for item in number)


def is_free(number: Number) -> bool:
    """Whether a caller can have it be about any number of the world, not just one of a known range."""
    own, choices = 0, 1
    for item in number:
        if isinstance(item, str):
            own += choices == 1 and item.isdigit()
        elif not isinstance(item, Wild):
            choices *= len(item)
        elif item is not UNKNOWN:
            choices = _MANY_NUMBERS
    return own < _OWN_DIGITS and choices >= _MANY_NUMBERS


def cut(number: Number, start: int, length: Optional[int]) -> Number:
    """``${VARIABLE:start:length}``"""
    if any(item in (MANY, UNKNOWN) for item in number):
        # Only a beginning of known length can be taken away from what has no known end.
        known = next(place for place, item in enumerate(number) if item in (MANY, UNKNOWN))
        if 0 <= start <= known and length is None:
            return number[start:]
        if start >= 0 and length is not None and length >= 0 and start + length <= known:
            return number[start : start + length]
        return ANYTHING if is_chosen(number) else (UNKNOWN,)
    number = number[start:] if start >= 0 else number[max(0, len(number) + start) :]
    return number if length is None else number[:length]


def split(number: Number, separator: str) -> List[Number]:
    parts: List[List[Item]] = [[]]
    for item in number:
        if item == separator:
            parts.append([])
        else:
            parts[-1].append(item)
    return [tuple(part) for part in parts]


def _one_of(letters: FrozenSet[str]) -> Item:
    return next(iter(letters)) if len(letters) == 1 else letters


def _expanded(text: str) -> FrozenSet[str]:
    """``1-5`` and such."""
    letters = set(re.sub(r"(?s)(.)-(.)", "", text))
    for first, last in re.findall(r"(?s)(.)-(.)", text):
        # Nobody means a range beyond ASCII.
        letters.update(map(chr, range(ord(first), min(ord(last), 127) + 1)))
    return frozenset(letters)


def _common(have: Item, wanted: Item) -> Optional[Item]:
    if wanted is ONE:
        return have
    if have is ONE:
        return wanted
    if isinstance(have, str) and isinstance(wanted, str):
        return have if have == wanted else None
    if isinstance(have, Wild) or isinstance(wanted, Wild):
        return None
    letters = frozenset(have) & frozenset(wanted)
    return _one_of(letters) if letters else None

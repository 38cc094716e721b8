# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make what fails smaller, until a person sees why."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import Any, Callable, Iterator, List, Sequence, TypeVar

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import RegisterLine

T = TypeVar("T")


def check(
    cases: Sequence[T],
    differences: Callable[[Sequence[T]], List[str]],
    simpler: Callable[[T], Iterator[T]],
    attempts: int = 100,
) -> None:
    """Fail, when there are differences, with the smallest cases that still have one, ready to be kept."""
    found = differences(cases)
    print(f"{len(cases)} cases, {len(found)} differences")
    if found:
        smallest = shrink(cases, lambda some: bool(differences(some)), simpler, attempts)
        lines = [
            *differences(smallest)[:4],
            "To be kept in cases.py:",
            *(f"    {_shown(case)}," for case in smallest[:4]),
        ]
        raise AssertionError("\n".join([f"{len(found)} differences in {len(cases)} cases; shrunk:", *lines]))


def shrink(
    cases: Sequence[T],
    fails: Callable[[Sequence[T]], bool],
    simpler: Callable[[T], Iterator[T]],
    attempts: int = 100,
) -> Sequence[T]:
    """Fewer, then simpler cases that still fail; *fails* is asked at most *attempts* times."""
    smallest, tried_all = cases, False
    while not tried_all:
        tried_all = True
        for candidate in itertools.chain(without_parts(smallest), _simplified(smallest, simpler)):
            if not attempts:
                return smallest
            attempts -= 1
            if fails(candidate):
                smallest, tried_all = candidate, False
                break
    return smallest


def without_parts(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """All but one half, all but one quarter, ..., all but one."""
    size = len(whole) // 2
    while size:
        for start in range(0, len(whole), size):
            yield [*whole[:start], *whole[start + size :]]
        size //= 2


def simpler_text(text: str) -> Iterator[str]:
    """Shorter, then plainer."""
    for letters in without_parts(text):
        yield "".join(letters)
    for index, letter in enumerate(text):
        if letter != "a":
            yield f"{text[:index]}a{text[index + 1 :]}"


def simpler_file(text: str) -> Iterator[str]:
    """With fewer lines."""
    for lines in without_parts(text.splitlines(keepends=True)):
        yield "".join(lines)


def simpler_line(line: RegisterLine) -> Iterator[RegisterLine]:
    """With fewer, then with simpler fields."""
    optional = [(f.name, f.default) for f in fields(line) if f.name not in ("user", "host")]
    for name, default in optional:
        if getattr(line, name) != default:
            absent: Any = {name: default}
            yield replace(line, **absent)
    for name in ("secret", "auth_user", "extension"):
        for text in simpler_text(getattr(line, name) or ""):
            simplified: Any = {name: text}
            yield replace(line, **simplified)


def _shown(case: object) -> str:
    """As Python source; RegisterLine's own repr leaves the secret out."""
    if not isinstance(case, RegisterLine):
        return repr(case)
    given = [(f.name, getattr(case, f.name)) for f in fields(case) if getattr(case, f.name) != f.default]
    return f"RegisterLine({', '.join(f'{name}={value!r}' for name, value in given)})"


def _simplified(cases: Sequence[T], simpler: Callable[[T], Iterator[T]]) -> Iterator[Sequence[T]]:
    for index, case in enumerate(cases):
        for candidate in simpler(case):
            yield [*cases[:index], candidate, *cases[index + 1 :]]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a list of trunks: merged with another one, and the differences in words."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Mapping, Sequence

from .secrets import SECRET_FIELDS

Trunks = Sequence[Mapping[str, Any]]


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> Dict[str, Any]:
    """A trunk with the fields that are given in place of those it had; lists are replaced, mappings are merged.

    Of two fields that exclude each other, the given one stays.
    """
    result = dict(before)
    for key in SECRET_FIELDS & given.keys():
        for other in SECRET_FIELDS - {key}:
            result.pop(other, None)
    for key, value in given.items():
        had = result.get(key)
        result[key] = merged(had, value) if isinstance(had, Mapping) and isinstance(value, Mapping) else value
    return result


def told(before: Trunks, after: Trunks, kind: str = "trunk") -> List[str]:
    """Each difference as a line of its own; what is secret is only said to have changed.

    kind: of what is in the lists
    """
    was = {trunk["name"]: trunk for trunk in before}
    is_now = {trunk["name"]: trunk for trunk in after}
    lines = [f"remove {kind} {name}" for name in was if name not in is_now]
    for name, trunk in is_now.items():
        if name not in was:
            lines.append(f"add {kind} {name}")
        else:
            lines += [f"{kind} {name}: {line}" for line in _differences("", was[name], trunk)]
    return lines


def touched(before: Trunks, after: Trunks) -> Iterator[str]:
    """The names of those that are new, gone, or not as they were."""
    was = {trunk["name"]: trunk for trunk in before}
    is_now = {trunk["name"]: trunk for trunk in after}
    for name in {**was, **is_now}:
        if name not in was or name not in is_now or any(_differences("", was[name], is_now[name])):
            yield name


def _differences(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in {**before, **after}:
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        if isinstance(one or other, Mapping) and key != "numbers":
            yield from _differences(f"{path}{key}.", one or {}, other or {})
        elif key in SECRET_FIELDS:
            yield f"{path}{key} {'set' if one is None else 'removed' if other is None else 'changed'}"
        elif other is None:
            yield f"{path}{key} {_shown(one)} removed"
        else:
            yield f"{path}{key} {_shown(other)}" + ("" if one is None else f" (was {_shown(one)})")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

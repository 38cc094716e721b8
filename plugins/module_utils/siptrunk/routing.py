# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes as contexts of the dialplan: ``route-NAME`` for each, and ``routes``, which includes them in their order.

An emergency number stands in every context that calls out, as itself. Asterisk prefers it to any pattern there, so
that no limit and no prefix of a pattern can come before it.
"""

from __future__ import annotations

import itertools
import re
from types import ModuleType
from typing import Any, Dict, Iterator, List, Sequence

from .config.document import Document, Section
from .config.effective import Effective
from .routes import ALL, Route
from .steps import CALLER, FULL, GROUP, LIMIT, dialled
from .trunk import Trunk

_NUMBER = "SIPTRUNK_NUMBER"
_CALLER = "SIPTRUNK_CALLER"
_EMERGENCY = "Log(NOTICE,emergency call to ${EXTEN})"
# Another trunk helps where this one could not take the call; not where somebody was reached, and is busy or does not
# answer, nor where there is no such number (Q.850: 1, 28).
_SETTLED = (
    'ExecIf($["${DIALSTATUS}" != "CONGESTION" & "${DIALSTATUS}" != "CHANUNAVAIL" '
    "| 0${HANGUPCAUSE} = 1 | 0${HANGUPCAUSE} = 28]?Hangup(${HANGUPCAUSE}))"
)
_END = "Hangup(${HANGUPCAUSE})"

_STEP = re.compile(r"(?:([^,]+),1|n(?:\([^)]*\))?),(.*)")
_SET_NUMBER = re.compile(
    rf"Set\({_NUMBER}=([0-9+*#]*){re.escape(dialled(1)).replace(':1', '(?::([0-9]+))?')}\)"
)
_SET_CALLER = re.compile(r"Set\(CALLERID\(num\)=([^()$]+)\)")
_SET_GROUP = re.compile(r"Set\(GROUP\(siptrunk\)=([^()]+)\)")


def render(document: Document, routes: Sequence[Route], trunks: Sequence[Trunk], driver: ModuleType) -> None:
    """Add the contexts of the routes to our part of the dialplan."""
    enabled = {trunk.name: trunk for trunk in trunks if trunk.enabled}
    routes = [route for route in routes if route.patterns]
    for route in routes:
        section = document.add_section(
            route.context, comment=f"Route {route.name}: {', '.join(route.trunks)}"
        )
        if not route.emergency:
            add_emergencies(section, routes)
        tried = [enabled[name] for name in route.trunks if name in enabled]
        for pattern in route.patterns:
            first, *others = _steps(route, tried, driver)
            section.add("exten", f"{pattern},{first}", operator="=>")
            for step in others:
                section.add("same", step, operator="=>")
    if routes:
        everything = document.add_section(
            ALL, comment="All routes; of two that fit, the first one has the call"
        )
        for route in routes:
            everything.add("include", route.context, operator="=>")


def add_emergencies(section: Section, routes: Sequence[Route]) -> None:
    for route in routes:
        for number in route.patterns if route.emergency else ():
            section.add("exten", f"{number},1,Goto({route.context},{number},1)", operator="=>")


def read(effective: Effective) -> List[Dict[str, Any]]:
    """The routes that our part of the dialplan holds, in the form of ``trunk_routes``."""
    included = [entry.value for one in effective.sections if one.is_named(ALL) for entry in one.entries]
    found: Dict[str, Dict[str, Any]] = {}
    for section in effective.sections:
        by_pattern: Dict[str, List[str]] = {}
        for match in filter(None, (_STEP.fullmatch(entry.value) for entry in section.entries)):
            if match[1]:
                steps = by_pattern.setdefault(match[1], [])
            steps.append(match[2])
        patterns = {pattern: steps for pattern, steps in by_pattern.items() if len(steps) > 1}
        if section.name in included and patterns:
            name = section.name.partition("-")[2]
            found[section.name] = _route(name, list(patterns), next(iter(patterns.values()), []))
    return [found[name] for name in included if name in found]


def _steps(route: Route, trunks: Sequence[Trunk], driver: ModuleType) -> Iterator[str]:
    """With their priorities; the first one's is that of the pattern."""
    if route.emergency:
        yield f"1,{_EMERGENCY}"
    yield f"{'n' if route.emergency else '1'},Set({_NUMBER}={route.prepend or ''}{dialled(route.strip)})"
    callers = [route.caller_id or trunk.outbound.caller_id for trunk in trunks]
    if route.caller_id:
        yield f"n,{CALLER.format(route.caller_id)}"
    elif any(callers):
        # A trunk that shows a number of its own must not leave it to the next one.
        yield f"n,Set({_CALLER}=${{CALLERID(num)}})"
    for index, trunk in enumerate(trunks):
        following = trunks[index + 1] if index + 1 < len(trunks) else None
        yield f"n({trunk.name}),{GROUP.format(trunk.name)}"
        limit = trunk.outbound.max_channels
        if limit is not None and not route.emergency:
            full = {"name": trunk.name, "limit": limit}
            yield "n," + (f"GotoIf({FULL}?{following.name})" if following else LIMIT).format(**full)
        if any(callers) and not route.caller_id:
            yield f"n,{CALLER.format(callers[index] or f'${{{_CALLER}}}')}"
        yield f"n,Dial({driver.dial_string(driver.calling(trunk), f'${{{_NUMBER}}}')})"
        if following and not route.emergency:
            yield f"n,{_SETTLED}"
    yield f"n,{_END}"


def _route(name: str, patterns: Sequence[str], steps: Sequence[str]) -> Dict[str, Any]:
    """From the steps of one of the patterns, which all have the same."""
    trunks = [match[1] for match in map(_SET_GROUP.fullmatch, steps) if match]
    route: Dict[str, Any] = {"name": name, "patterns": list(patterns), "trunks": trunks}
    number = next(filter(None, map(_SET_NUMBER.fullmatch, steps)), None)
    if number and number[2]:
        route["strip"] = int(number[2])
    if number and number[1]:
        route["prepend"] = number[1]
    # One that counts for all trunks stands before them.
    before = itertools.takewhile(lambda step: not _SET_GROUP.fullmatch(step), steps)
    caller = next(filter(None, map(_SET_CALLER.fullmatch, before)), None)
    if caller:
        route["caller_id"] = caller[1]
    if _EMERGENCY in steps:
        route["emergency"] = True
    return route

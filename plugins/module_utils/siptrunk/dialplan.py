# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trunks' part of the dialplan: ``extensions_trunks.conf``, included by Asterisk's extensions.conf.

A call from a provider can reach the numbers of its trunk, and nothing else. There is no catch-all unless a default is
declared: both drivers answer an unknown number with 404 and log it, before there is a channel and any dialplan runs.
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

from . import routing
from .config.document import Document, Section
from .config.effective import Effective, EffectiveSection
from .config.text import fold
from .drivers.shared import HEADER
from .fields import DEFAULT_NUMBER
from .routes import Route
from .steps import CALLER, GROUP, LIMIT, dialled
from .trunk import Trunk, compact

FILENAME = "extensions_trunks.conf"
MAIN = "extensions.conf"
RELOAD = "dialplan reload"

# International and all other numbers.
_CALLED = ("_+X.", "_X.")
# What a default answers: no letters, which Asterisk uses for events; s is a call without a number.
_ANY = "_[0-9+*#]!"
_NONE = "s"
_CALLER_SET = re.compile(r",Set\(CALLERID\(num\)=([^()]+)\)$")
_ANSWER = re.compile(r"([^,]+),1,Goto\(([^()]+)\)")


def render(trunks: Sequence[Trunk], driver: ModuleType, routes: Sequence[Route] = ()) -> Document:
    """The whole of the file.

    A trunk without numbers has no inbound section here; its context is then the user's own to write.
    """
    document = Document.parse(HEADER)
    for trunk in trunks:
        if trunk.enabled:
            label = trunk.description or trunk.name
            if trunk.inbound.numbers:
                _answer(
                    document.add_section(trunk.inbound.context, comment=f"{label}: calls from the provider"),
                    trunk,
                )
            section = document.add_section(trunk.outbound.context, comment=f"{label}: calls to the provider")
            routing.add_emergencies(section, routes)
            _call(section, trunk, driver)
    routing.render(document, routes, trunks, driver)
    return document


def complete(
    trunks: Sequence[Mapping[str, Any]], effective: Effective, driver: ModuleType
) -> List[Dict[str, Any]]:
    """Add to trunks that *driver* has read back what our dialplan holds: numbers, outbound context, limit.

    The trunks come in the order in which they were written here; those that are not here follow.
    """
    order = {fold(section.name): place for place, section in enumerate(effective.sections)}
    contexts = {section.name: section for section in effective.sections}
    dialling = {
        entry.value[entry.value.index("Dial(") :]: section
        for section in effective.sections
        for entry in section.entries
        if "Dial(" in entry.value
    }
    completed = [_completed(trunk, contexts, dialling, driver) for trunk in trunks]
    completed.sort(key=lambda trunk: order.get(fold(trunk["outbound"].get("context", "")), len(order)))
    return [compact(trunk) for trunk in completed]


def _answer(section: Section, trunk: Trunk) -> None:
    numbers = dict(trunk.inbound.numbers)
    default = numbers.pop(DEFAULT_NUMBER, None)
    if default:
        numbers[_ANY] = default
        numbers.setdefault(_NONE, default)
    for number, target in numbers.items():
        section.add("exten", f"{number},1,Goto({target})", operator="=>")


def _call(section: Section, trunk: Trunk, driver: ModuleType) -> None:
    for pattern in _CALLED:
        first, *others = _steps(trunk, driver)
        section.add("exten", f"{pattern},1,{first}", operator="=>")
        for step in others:
            section.add("same", f"n,{step}", operator="=>")


def _steps(trunk: Trunk, driver: ModuleType) -> Iterator[str]:
    limit = trunk.outbound.max_channels
    if limit is not None:
        yield GROUP.format(trunk.name)
        yield LIMIT.format(name=trunk.name, limit=limit)
    if trunk.outbound.caller_id:
        yield CALLER.format(trunk.outbound.caller_id)
    yield f"Dial({driver.dial_string(driver.calling(trunk), dialled())})"


def _completed(
    trunk: Mapping[str, Any],
    contexts: Mapping[str, EffectiveSection],
    dialling: Mapping[str, EffectiveSection],
    driver: ModuleType,
) -> Dict[str, Any]:
    name = trunk["name"]
    result = {**trunk, "inbound": dict(trunk.get("inbound", {})), "outbound": dict(trunk.get("outbound", {}))}
    answering = contexts.get(result["inbound"].get("context", f"from-{name}"))
    if answering:
        answered = filter(None, (_ANSWER.fullmatch(entry.value) for entry in answering.entries))
        result["inbound"]["numbers"] = _numbers({match[1]: {"goto": match[2]} for match in answered})
    calling = trunk.get("sections", {}).get("outbound") or driver.default_calling(name)
    section = dialling.get(f"Dial({driver.dial_string(calling, dialled())})")
    if section:
        values = [entry.value for entry in section.entries]
        result["outbound"]["context"] = section.name
        limits = filter(None, (_limit_in(value, name) for value in values))
        result["outbound"]["max_channels"] = next(limits, None)
        callers = filter(None, map(_CALLER_SET.search, values))
        result["outbound"]["caller_id"] = next((caller[1] for caller in callers), None)
    return result


def _numbers(answered: Dict[str, Any]) -> Dict[str, Any]:
    """As they were declared, with a default in place of what it became."""
    default = answered.pop(_ANY, None)
    if default:
        if answered.get(_NONE) == default:
            del answered[_NONE]
        answered[DEFAULT_NUMBER] = default
    return answered


def _limit_in(value: str, name: str) -> Optional[int]:
    before, _mark, after = LIMIT.format(name=name, limit="|").partition("|")
    match = re.fullmatch(f"n,{re.escape(before)}([0-9]+){re.escape(after)}", value)
    return int(match[1]) if match else None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trunks' part of the dialplan: ``extensions_trunks.conf``, included by Asterisk's extensions.conf.

A call from a provider can reach the numbers of its trunk, and nothing else. There is no catch-all: chan_sip
answers an unknown number with 404 and logs it, before there is a channel and any dialplan runs.
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

from .config.document import Document, Section
from .config.effective import Effective, EffectiveSection
from .config.text import fold
from .drivers.shared import HEADER
from .trunk import Trunk, compact

FILENAME = "extensions_trunks.conf"
MAIN = "extensions.conf"
RELOAD = "dialplan reload"

# International and all other numbers.
_CALLED = ("_+X.", "_X.")
# Whoever dials must not smuggle a second destination (&) or options into Dial().
_DIALLED = "${FILTER(0-9+*#,${EXTEN})}"
# Q.850: no circuit or channel available.
_CONGESTION = 34
_CALLER = "Set(CALLERID(num)={})"
_CALLER_SET = re.compile(r",Set\(CALLERID\(num\)=([^()]+)\)$")
_ANSWER = re.compile(r"([^,]+),1,Goto\(([^()]+)\)")
_LIMIT = "ExecIf($[${{GROUP_COUNT({name}@siptrunk)}} > {limit}]?Hangup({congestion}))"


def render(trunks: Sequence[Trunk], driver: ModuleType) -> Document:
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
            _call(section, trunk, driver)
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
    for number, target in trunk.inbound.numbers.items():
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
        yield f"Set(GROUP(siptrunk)={trunk.name})"
        yield _LIMIT.format(name=trunk.name, limit=limit, congestion=_CONGESTION)
    if trunk.outbound.caller_id:
        yield _CALLER.format(trunk.outbound.caller_id)
    yield f"Dial({driver.dial_string(driver.calling(trunk), _DIALLED)})"


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
        result["inbound"]["numbers"] = {match[1]: {"goto": match[2]} for match in answered}
    calling = trunk.get("sections", {}).get("outbound") or driver.default_calling(name)
    section = dialling.get(f"Dial({driver.dial_string(calling, _DIALLED)})")
    if section:
        values = [entry.value for entry in section.entries]
        result["outbound"]["context"] = section.name
        limits = filter(None, (_limit_in(value, name) for value in values))
        result["outbound"]["max_channels"] = next(limits, None)
        callers = filter(None, map(_CALLER_SET.search, values))
        result["outbound"]["caller_id"] = next((caller[1] for caller in callers), None)
    return result


def _limit_in(value: str, name: str) -> Optional[int]:
    before, _mark, after = _LIMIT.format(name=name, limit="|", congestion=_CONGESTION).partition("|")
    match = re.fullmatch(f"n,{re.escape(before)}([0-9]+){re.escape(after)}", value)
    return int(match[1]) if match else None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of sip.conf, for people and as data, described in docs/convert-json.md."""

from __future__ import annotations

import itertools
import json
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from ..conversion.account import CARRIED, CHANGED, LEFT_ALONE, NOT_REPRESENTABLE, Account, Place
from ..conversion.calls import Reference
from ..conversion.convert import Conversion

SCHEMA = "siptrunk.convert/1"
# So many sections are named in one line.
_NAMED = 3

_WORDS = {
    CARRIED: "carried",
    CHANGED: "changed",
    NOT_REPRESENTABLE: "NOT REPRESENTABLE",
    LEFT_ALONE: "left alone",
}


def as_json(conversion: Conversion, references: Sequence[Reference], asterisk: str) -> str:
    return json.dumps(
        {
            "schema": SCHEMA,
            "from": "chan_sip",
            "to": "pjsip",
            "asterisk": asterisk or None,
            "complete": conversion.complete,
            "summary": _counts(conversion),
            "trunks": [trunk["name"] for trunk in conversion.trunks],
            "endpoints": conversion.endpoints,
            "options": [_account(account) for account in conversion.accounts],
            "remarks": [_account(account) for account in conversion.remarks],
            "problems": [
                {"trunk": one.trunk, "option": one.option, "reason": one.reason, "fix": one.fix}
                for one in conversion.problems
            ],
            "dialplan": [
                {**reference._asdict(), "instead": reference.instead or None} for reference in references
            ],
            "settings": str(conversion.settings),
        },
        indent=2,
    )


def as_text(conversion: Conversion, references: Sequence[Reference]) -> str:
    return "\n".join(_lines(conversion, references))


def summary(conversion: Conversion) -> str:
    counts = ", ".join(f"{count} {_WORDS[outcome]}" for outcome, count in _counts(conversion).items())
    return f"Trunks: {len(conversion.trunks)}. Options: {counts}. Problems: {len(conversion.problems)}."


def _lines(conversion: Conversion, references: Sequence[Reference]) -> Iterator[str]:
    by_section = itertools.groupby(conversion.accounts, lambda account: (account.section, account.path))
    for (section, path), group in by_section:
        accounts = list(group)
        yield f"[{section}] in {path}" if section else path
        fate = accounts[0].fate
        if len(accounts) > 1 and not fate.places and all(account.fate == fate for account in accounts):
            yield f"  {_WORDS[fate.outcome]}, {len(accounts)} options: {fate.why}"
            yield from [f"      do: {fate.instead}"] if fate.instead else []
        else:
            for account in accounts:
                yield from _told(account)
    if conversion.remarks:
        yield "What nobody wrote, and is otherwise now"
        for account in conversion.remarks:
            yield f"  [{account.section}]"
            yield from _told(account)
    if conversion.problems:
        yield "Problems"
        yield from (f"  {problem}" for problem in conversion.problems)
    if references:
        yield "To be changed in the dialplan"
        for reference in references:
            place = f"  {reference.path}:{reference.line} [{reference.section}]"
            yield f"{place} {reference.old} -> {reference.new or reference.instead}"
    settings = str(conversion.settings).rstrip()
    if settings:
        yield "To be written into pjsip.conf, unless it has the like; as long as chan_sip is loaded, it has the ports"
        yield from (f"  {line}" for line in settings.splitlines())
    yield summary(conversion)


def _told(account: Account) -> Iterator[str]:
    fate = account.fate
    option = " = ".join(filter(None, (account.key, account.value))) or "this line"
    places = f" -> {'; '.join(_places(fate.places))}" if fate.places else ""
    how = f": {fate.how}" if fate.how else ""
    line = "" if account.line is None else f"{account.line}: "
    yield f"  {line}{option}: {_WORDS[fate.outcome]}{how}{places}"
    if fate.why:
        yield f"      why: {fate.why}"
    if fate.instead:
        yield f"      do: {fate.instead}"


def _places(places: Sequence[Place]) -> Iterator[str]:
    """The places of one kind and option in one word; of many sections, the first ones."""
    sections: Dict[Tuple[str, str], List[str]] = {}
    for place in places:
        sections.setdefault((place.kind, place.section), []).append(place.option)
    alike: Dict[Tuple[str, str], List[str]] = {}
    for (kind, section), found in sections.items():
        alike.setdefault((kind, ", ".join(found)), []).append(section)
    for (kind, options), names in alike.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"{kind} {', '.join(names[:_NAMED])}{more}: {options}"


def _counts(conversion: Conversion) -> Dict[str, int]:
    accounts = [*conversion.accounts, *conversion.remarks]
    return {outcome: sum(one.fate.outcome == outcome for one in accounts) for outcome in _WORDS}


def _account(account: Account) -> Dict[str, Any]:
    fate = account.fate
    return {
        "path": account.path,
        "line": account.line,
        "section": account.section,
        "key": account.key,
        "value": account.value,
        "outcome": fate.outcome,
        "places": [place._asdict() for place in fate.places],
        "how": fate.how or None,
        "why": fate.why or None,
        "instead": fate.instead or None,
    }

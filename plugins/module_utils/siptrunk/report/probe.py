# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a probe: for people, and as data, described in docs/probe-json.md."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, Optional

from ..probe import exit_code, is_expected
from ..sip.conversation import excerpt
from ..sip.exchange import ACCEPTED, Outcome, Wish
from ..sip.wire import Place

SCHEMA = "siptrunk.probe/1"


def text(wished: Wish, outcome: Outcome, expected: Optional[str]) -> str:
    """The lines, without a line end behind the last one."""
    return "\n".join(_lines(wished, outcome, expected))


def as_json(wished: Wish, outcome: Outcome, expected: Optional[str]) -> str:
    return json.dumps({"schema": SCHEMA, **data(wished, outcome, expected)}, indent=2)


def data(wished: Wish, outcome: Outcome, expected: Optional[str]) -> Dict[str, Any]:
    """All but the schema."""
    target, own = outcome.target, outcome.own
    return {
        "method": wished.method,
        "uri": str(wished.uri),
        "outcome": outcome.outcome,
        "cause": outcome.cause,
        "detail": excerpt(outcome.detail),
        "expected": expected or ACCEPTED,
        "as_expected": is_expected(outcome, expected),
        "exit_code": exit_code(outcome, expected),
        "status": outcome.status,
        "reason": None if outcome.reason is None else excerpt(outcome.reason),
        "transport": target.transport if target else None,
        "address": target.address if target else None,
        "port": target.port if target else None,
        "host": target.host if target else None,
        "source": str(own) if own else None,
        "round_trip_ms": _milliseconds(outcome.round_trip),
        "elapsed_ms": _milliseconds(outcome.elapsed),
        "contacts": [
            {"uri": excerpt(contact.uri), "expires": contact.expires} for contact in outcome.contacts
        ],
        "left_behind": None if outcome.left_behind is None else excerpt(outcome.left_behind),
        "noise": outcome.noise,
        "steps": [
            {"at_ms": _milliseconds(step.at), "kind": step.kind, "peer": step.peer, "text": step.text}
            for step in outcome.steps
        ],
        "steps_not_shown": outcome.unseen,
    }


def summary(wished: Wish, outcome: Outcome, expected: Optional[str]) -> str:
    """In one line."""
    wanted = "" if outcome.outcome == (expected or ACCEPTED) else f", expected {expected or ACCEPTED}"
    return f"{wished.method} {wished.uri}: {outcome.outcome}{wanted}: {excerpt(outcome.detail)}"


def _lines(wished: Wish, outcome: Outcome, expected: Optional[str]) -> Iterator[str]:
    yield summary(wished, outcome, expected)
    if outcome.target and outcome.status:
        where = Place(outcome.target.address, outcome.target.port)
        took = _milliseconds(outcome.round_trip)
        yield f"  from {outcome.target.transport} {where}" + (
            f" after {took:g} ms" if took is not None else ""
        )
    for contact in outcome.contacts:
        expires = "" if contact.expires is None else f", expires in {contact.expires} s"
        yield f"  contact {excerpt(contact.uri)}{expires}"
    if outcome.noise:
        yield f"  {outcome.noise} messages came that are no answer"
    if outcome.left_behind:
        yield f"  left behind: {excerpt(outcome.left_behind)}"


def _milliseconds(seconds: Optional[float]) -> Optional[float]:
    return None if seconds is None else round(seconds * 1000, 1)

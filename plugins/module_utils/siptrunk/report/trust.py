# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on trust: for people, and as data, described in docs/trust-json.md."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, Sequence

from ..causes import OK
from ..judges.comparison import Compared
from ..trust import Report, Trust
from .json import moment
from .text import joined, notes, nothing, paragraph, table

SCHEMA = "siptrunk.trust/1"
_COLUMNS = ("TRUNK", "HOST", "ADDRESS", "STATE", "SECTION", "PUBLISHED BY", "TTL")


def as_text(report: Report) -> str:
    """The text, without a line end behind the last line."""
    rows = [row for one in report.trunks for row in _rows(one)]
    return joined(
        [
            table([_COLUMNS, *rows]) if rows else (),
            () if report.trunks else nothing(report.allow_none),
            *(_troubles(one) for one in report.trunks if not one.ok),
            _reloaded(report),
            *notes(report.snapshot),
        ]
    )


def _troubles(one: Trust) -> Iterator[str]:
    if one.moved:
        yield f"{one.trunk.name}: provider moved"
    yield from paragraph([one.trunk.name], one.findings)


def _reloaded(report: Report) -> Iterator[str]:
    if report.reloaded:
        holds = "all is in order now" if report.status == OK else "not all is in order"
        yield f"Reloaded ({', '.join(report.reloaded)}): {holds}."


def _rows(one: Trust) -> Iterator[Sequence[str]]:
    for compared in one.addresses:
        sources = compared.published
        lives = [source.ttl for source in sources if source.ttl is not None]
        yield (
            one.trunk.name,
            compared.host,
            compared.address or "-",
            compared.state,
            ", ".join(compared.sections) or "-",
            ", ".join(f"{source.kind} {source.name}" for source in sources) or "-",
            f"{min(lives)} s" if lives else "-",
        )


def as_json(report: Report) -> str:
    failure = report.snapshot.failure
    return json.dumps(
        {
            "schema": SCHEMA,
            "ok": report.status == OK,
            "status": report.status,
            "exit_code": report.exit_code,
            "checked_at": moment(report.checked_at),
            "source": report.snapshot.source,
            "asterisk": report.snapshot.asterisk,
            "failure": failure.detail if failure else None,
            "reloaded": report.reloaded,
            "trunks": [_trunk(one) for one in report.trunks],
            "notes": report.snapshot.notes,
        },
        indent=2,
    )


def _trunk(one: Trust) -> Dict[str, Any]:
    first = one.findings[0] if one.findings else None
    return {
        "trunk": one.trunk.name,
        "driver": one.trunk.driver,
        "ok": one.ok,
        "status": one.status,
        "cause": first.cause if first else None,
        "moved": one.moved,
        "findings": [
            {
                "cause": found.cause,
                "status": found.status,
                "explanation": found.explanation,
                "next_step": found.next_step or None,
            }
            for found in one.findings
        ],
        "addresses": [_address(compared) for compared in one.addresses],
    }


def _address(compared: Compared) -> Dict[str, Any]:
    return {
        "host": compared.host,
        "address": compared.address,
        "state": compared.state,
        "sections": compared.sections,
        "published": [
            {"name": source.name, "type": source.kind, "ttl": source.ttl} for source in compared.published
        ],
    }

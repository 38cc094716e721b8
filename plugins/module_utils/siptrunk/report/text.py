# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report for people: a table, and a paragraph for each trunk that is not in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator, Optional, Sequence

from ..asterisk.snapshot import Snapshot
from ..causes import Finding
from ..verify import Report, Verdict, local_time
from ..words import printable

if TYPE_CHECKING:
    from ..providers import Asked

COLUMNS = ("TRUNK", "DRIVER", "STATE", "EXPIRES IN", "ASKED", "GRANTED", "TRUSTED", "SINCE")


def render(report: Report) -> str:
    """The text, without a line end behind the last line."""
    return joined(
        [
            table([COLUMNS, *map(row, report.verdicts)]) if report.verdicts else nothing(report.allow_none),
            *(paragraph(*troubled) for troubled in report.troubled()),
            *(_asked(one) for one in report.asked),
            _unexpected(report),
            *notes(report.snapshot),
        ]
    )


def joined(paragraphs: Iterable[Iterable[str]]) -> str:
    """Those that have lines; no word of others breaks a line, or is obeyed by a terminal."""
    return "\n\n".join(filter(None, ("\n".join(map(printable, lines)) for lines in paragraphs)))


def notes(snapshot: Snapshot) -> Iterator[Sequence[str]]:
    """A paragraph for each."""
    return ([f"Note: {note}"] for note in snapshot.notes)


def nothing(allow_none: bool) -> Sequence[str]:
    """What is said instead of a table."""
    reason = "" if allow_none else ", so nothing was checked (--allow-none makes that ok)"
    return [f"No trunk is expected{reason}."]


def row(verdict: Verdict) -> Sequence[str]:
    """The cells of a trunk."""
    trunk, lease = verdict.trunk, verdict.lease
    return (
        trunk.name,
        trunk.driver,
        _state(verdict),
        _seconds(lease.expires_in if lease else None),
        _seconds(trunk.registration.expiry if trunk.registration else None),
        _seconds(lease.granted if lease else None),
        ", ".join(verdict.trusted) or "-",
        local_time(lease.registered_at) if lease and lease.registered_at else "-",
    )


def _state(verdict: Verdict) -> str:
    """The registration's state, and what is wrong: "Registered" alone must mean that all is well."""
    cause = verdict.findings[0].cause.replace("_", " ")
    if verdict.lease is None:
        return cause
    return verdict.lease.state if verdict.ok else f"{verdict.lease.state} ({cause})"


def _seconds(value: Optional[int]) -> str:
    if value is None:
        return "-"
    return f"{value} s" if value >= 0 else f"{-value} s ago"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines: columns as wide as they must be."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def paragraph(names: Sequence[str], findings: Sequence[Finding]) -> Iterator[str]:
    """The lines about trunks that are not in order."""
    yield f"{', '.join(names)}: {findings[0].status.upper()}"
    for one in findings:
        yield f"  {one.explanation}"
        # Trunks of which the same is to be said may have got it at different times.
        if one.evidence and len(names) == 1:
            yield f"  {one.evidence}"
        yield f"  -> {one.next_step}"


def _asked(one: Asked) -> Iterator[str]:
    """What a provider said to this host."""
    # Only who has asked a provider has loaded all of SIP.
    from ..sip import ladder
    from . import probe

    outcome = one.outcome
    yield f"{', '.join(one.trunks)}: {probe.summary(one.wished, outcome, outcome.outcome)}"
    yield "  asked from this host; what Asterisk itself said is not to be seen"
    yield from ladder.text(outcome.steps, outcome.unseen).splitlines()


def _unexpected(report: Report) -> Iterator[str]:
    if report.unexpected:
        yield "Registrations that no trunk expects:"
    for running in report.unexpected:
        named = f"[{running.name}] " if running.name else ""
        yield f"  {named}{running.account} at {running.registrar}: {running.state}"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as a page: one file without scripts, which needs no server, and nothing from anywhere else."""

from __future__ import annotations

from html import escape
from typing import Iterator, Sequence, Tuple

from ..causes import OK, UNKNOWN, Finding
from ..verify import Report, Verdict, account, local_time, registrar
from ..words import printable
from .text import COLUMNS, row

_STYLE = """
:root {
  color-scheme: light dark;
  --line: #8886; --ok: #1a7f37; --warning: #9a6700; --critical: #cf222e; --unknown: #656d76;
}
@media (prefers-color-scheme: dark) {
  :root { --ok: #3fb950; --warning: #d29922; --critical: #f85149; --unknown: #8b949e }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-bottom: 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap }
.ok { color: var(--ok) } .warning { color: var(--warning) }
.critical { color: var(--critical) } .unknown { color: var(--unknown) }
code { overflow-wrap: anywhere }
figure { margin: 1rem 0 } svg { display: block; margin-top: .3rem }
footer { margin-top: 2rem; color: var(--unknown) }
"""


def render(report: Report) -> str:
    good = sum(verdict.ok for verdict in report.verdicts)
    said = f"{good} of {len(report.verdicts)} trunks in order" if report.verdicts else "no trunk is expected"
    body = [*_table(report.verdicts), *_troubles(report), *_asked(report), *_unexpected(report)]
    return _page(report.status, said, report.checked_at, body, report.snapshot.notes)


def unknown(reason: str, now: float) -> str:
    return _page(UNKNOWN, reason, now, [], ())


def _page(status: str, said: str, now: float, body: Sequence[str], notes: Sequence[str]) -> str:
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>SIP trunks: {escape(status)}</title><style>{_STYLE}</style></head>",
            "<body>",
            f'<h1><span class="{escape(status)}">{escape(status.upper())}</span>: {_text(said)}</h1>',
            *body,
            *(f"<p>Note: {_text(note)}</p>" for note in notes),
            f"<footer>Asked on {escape(local_time(now))}.</footer>",
            "</body>",
            "</html>",
        ]
    )


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    if verdicts:
        yield '<div class="scroll"><table>'
        yield _row("th", [(column.capitalize(), "") for column in (*COLUMNS, "ACCOUNT", "REGISTRAR")])
        for verdict in verdicts:
            want = verdict.trunk.registration
            name, driver, state, *rest = row(verdict)
            cells = [(name, ""), (driver, ""), (state, verdict.status), *((cell, "") for cell in rest)]
            more = [(account(want), ""), (registrar(want), "")] if want else [("-", ""), ("-", "")]
            yield _row("td", [*cells, *more])
        yield "</table></div>"


def _row(tag: str, cells: Sequence[Tuple[str, str]]) -> str:
    """cells: texts with their classes"""
    shown = (f'<{tag} class="{style}">{_text(cell)}</{tag}>' for cell, style in cells)
    return f"<tr>{''.join(shown)}</tr>"


def _troubles(report: Report) -> Iterator[str]:
    for names, findings in report.troubled():
        yield f'<h2 class="{findings[0].status}">{_text(", ".join(names))}</h2>'
        yield "<ul>"
        for one in findings:
            yield f"<li>{_text(one.explanation)}{_evidence(one)}{_next(one)}</li>"
        yield "</ul>"


def _evidence(one: Finding) -> str:
    return f"<br>{_text(str(one.evidence))}" if one.evidence else ""


def _next(one: Finding) -> str:
    return f"<br>→ <code>{_text(one.next_step)}</code>" if one.status != OK else ""


def _asked(report: Report) -> Iterator[str]:
    """What providers said to this host."""
    if report.asked:
        # Only who has asked a provider has loaded all of SIP.
        from ..sip import ladder
        from .probe import summary

        yield "<h2>Asked from this host</h2>"
        yield "<p>What Asterisk itself said to the provider, and the provider to it, is not to be seen.</p>"
        for one in report.asked:
            outcome = one.outcome
            said = f"{', '.join(one.trunks)}: {summary(one.wished, outcome, outcome.outcome)}"
            yield f"<figure><figcaption>{_text(said)} ({escape(local_time(one.at))})</figcaption>"
            yield f'<div class="scroll">{ladder.svg(outcome.steps, outcome.unseen)}</div></figure>'


def _unexpected(report: Report) -> Iterator[str]:
    if report.unexpected:
        yield "<h2>Registrations that no trunk expects</h2><ul>"
        for one in report.unexpected:
            yield f"<li>{_text(f'{one.account} at {one.registrar}: {one.state}')}</li>"
        yield "</ul>"


def _text(said: str) -> str:
    return escape(printable(said))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exchange as a ladder: two columns, an arrow for each message, the seconds beside it. As text, and as SVG."""

from __future__ import annotations

from html import escape
from typing import Iterator, List, Sequence, Union

from .conversation import EVENT, NOISE, SENT, Step

_HERE = "this host"
# Characters between the columns at least.
_LEAST = 24
# Pixels: between two rows, left of the first column, above the first row, right of the second column, of a character.
_ROW, _LEFT, _TOP, _RIGHT, _CHARACTER = 28, 90, 40, 170, 7.3
# Both colour schemes, and nothing that is fetched from anywhere.
_STYLE = """
svg { --paper: #ffffff; --ink: #1f2328; --pale: #656d76; --sent: #0b5cad; --received: #17713a; --noise: #9a4d00 }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #e6edf3; --pale: #9198a1; --sent: #6cb6ff; --received: #57c27b; --noise: #e0a458 }
}
text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: var(--ink); text-anchor: middle }
text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px }
rect { fill: var(--paper) }
line { stroke: var(--pale); stroke-dasharray: 3 3 }
.at, .event text { fill: var(--pale) }
.at { text-anchor: end }
.sent line, .received line { stroke-dasharray: none }
.sent line { stroke: var(--sent) } .sent path, .sent text { fill: var(--sent) }
.received line { stroke: var(--received) } .received path, .received text { fill: var(--received) }
.noise line { stroke: var(--noise) } .noise path, .noise text { fill: var(--noise) }
"""

# A step, or the name of the peer of those behind it.
Row = Union[Step, str]


def text(steps: Sequence[Step], unseen: int = 0) -> str:
    """The ladder, without a line end behind the last line. *unseen*: how many more steps there were."""
    width = _width(steps)
    lines = [_line(row, width) for row in _rows(steps)]
    return "\n".join(lines + _more(unseen, " " * 10))


def svg(steps: Sequence[Step], unseen: int = 0) -> str:
    """The same as one file that needs no other one, readable on light and on dark ground."""
    right = _LEFT + _width(steps) * _CHARACTER
    rows = [*_rows(steps), *_more(unseen)]
    width, height = round(right + _RIGHT), _TOP + _ROW * (len(rows) + 1)
    drawn = [_drawn(row, _TOP + _ROW * number, right) for number, row in enumerate(rows, 1)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img">',
        f"<title>SIP exchange</title><style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}"/>',
        *(f'<line x1="{x:g}" y1="{_TOP}" x2="{x:g}" y2="{height - _ROW / 2:g}"/>' for x in (_LEFT, right)),
        _label(_HERE, _LEFT, _TOP - 8),
        *drawn,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _width(steps: Sequence[Step]) -> int:
    return max([_LEAST, *(len(step.text) for step in steps)]) + 4


def _rows(steps: Sequence[Step]) -> Iterator[Row]:
    peer = ""
    for step in steps:
        if step.peer != peer:
            peer = step.peer
            yield peer
        yield step


def _more(unseen: int, indent: str = "") -> List[str]:
    return [f"{indent}and {unseen} more"] if unseen else []


def _line(row: Row, width: int) -> str:
    if isinstance(row, str):
        return f"{'':10}{_HERE}{row:>{width + 2 - len(_HERE)}}"
    return f"{row.at:8.3f}  |{_arrow(row, width)}|"


def _arrow(step: Step, width: int) -> str:
    shown = f" {step.text} "
    if step.kind == EVENT:
        return shown.center(width)
    if step.kind == SENT:
        return f"{shown:-^{width - 1}}>"
    # What is ignored does not get here.
    return f"x{shown:.^{width - 1}}" if step.kind == NOISE else f"<{shown:-^{width - 1}}"


def _drawn(row: Row, y: int, right: float) -> str:
    if isinstance(row, str):
        return _label(row, right, y)
    middle = (_LEFT + right) / 2
    parts = [_label(f"{row.at:.3f} s", _LEFT - 12, y + 4, "at"), _label(row.text, middle, y - 5)]
    if row.kind != EVENT:
        tip, back = (right, -8) if row.kind == SENT else (_LEFT, 8)
        parts.append(f'<line x1="{_LEFT}" y1="{y}" x2="{right:g}" y2="{y}"/>')
        parts.append(f'<path d="M{tip:g} {y}l{back} -4v8z"/>')
    return f'<g class="{row.kind}">{"".join(parts)}</g>'


def _label(shown: str, x: float, y: float, of: str = "") -> str:
    named = f' class="{of}"' if of else ""
    return f'<text{named} x="{x:g}" y="{y:g}">{escape(shown)}</text>'

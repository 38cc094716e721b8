# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the configuration language, for every file of Asterisk."""

from __future__ import annotations

from typing import Iterator

from ..config.effective import Effective
from .finding import ERROR, WARNING, Rule, Spot


def not_loaded(effective: Effective) -> Iterator[Spot]:
    if effective.error:
        yield Spot(
            effective.error.path,
            effective.error.line,
            why=f"Asterisk refuses the whole file: {effective.error.reason}",
        )


def ignored(effective: Effective) -> Iterator[Spot]:
    for note in effective.notes:
        yield Spot(note.path, note.line, why=f"Asterisk goes on without it: {note.reason}")


RULES = (
    Rule(
        "CONF001",
        ERROR,
        "Asterisk refuses the whole file",
        "mend it: at a reload the old state stays, after a restart there is nothing",
        not_loaded,
    ),
    Rule("CONF002", WARNING, "Asterisk goes on without it", "mend or remove it", ignored),
)

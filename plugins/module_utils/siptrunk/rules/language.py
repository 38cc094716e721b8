# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration language, of every file of Asterisk. These rules are shown the whole Pbx."""

from __future__ import annotations

from .rule import ERROR, WARNING, Rulebook, Spot, Spots
from .views import Pbx

book = Rulebook("sip.conf")


@book.whole(
    id="CONF001",
    severity=ERROR,
    title="a file that Asterisk refuses",
    why="Asterisk refuses the whole file",
    fix="mend it: at a reload the old state stays, after a restart there is nothing",
    bad="[provider-in](provider)\nhost=192.0.2.1\n",
    good="[provider](!)\ntype=peer\ninsecure=port,invite\n[provider-in](provider)\nhost=192.0.2.1\n",
    effect="no peer of the file is there",
)
def not_loaded(pbx: Pbx) -> Spots:
    for effective in pbx.files:
        if effective.error:
            yield Spot(effective.error, why=f"Asterisk refuses the whole file: {effective.error.reason}")


@book.whole(
    id="CONF002",
    severity=WARNING,
    title="a line that is ignored",
    why="Asterisk goes on without it",
    fix="mend or remove it",
    bad="[provider-in]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\nqualify yes\n",
    good="[provider-in]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\nqualify=yes\n",
    effect="the peer is there, and has no host",
)
def ignored(pbx: Pbx) -> Spots:
    for effective in pbx.files:
        for note in effective.notes:
            yield Spot(note, why=f"Asterisk goes on without it: {note.reason}")

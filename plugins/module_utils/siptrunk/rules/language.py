# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration language: what Asterisk refuses or passes over, of every file (main/config.c).

config/effective.py notes it when it reads a file; here each kind of note has its rule. They are shown the whole Pbx.
"""

from __future__ import annotations

from typing import Any

from .rule import ERROR, WARNING, Look, Rulebook, Spot, Spots
from .views import Pbx

book = Rulebook("sip.conf")

# The last line is the host's.
PEER = (
    "[provider-in]\ntype=peer\ninsecure=port,invite\ncontext=from-provider\ndisallow=all\nallow=alaw\nqualify=yes\n"
    "host=192.0.2.1\n"
)
_GENERAL = "[general]\nallowguest=no\n"
_REFUSED = "no peer of the file is there"
_TEMPLATE = "[provider](!)\ntype=peer\ninsecure=port,invite\ncontext=from-provider\n"


def _notes(kind: str) -> Look:
    def look(pbx: Pbx) -> Spots:
        for effective in pbx.files:
            for note in (effective.error, *effective.notes):
                if note and note.kind == kind:
                    yield Spot(note, why=f"{_effect(note is effective.error)}: {note.reason}")

    return look


def _effect(refused: bool) -> str:
    return "Asterisk refuses the whole file" if refused else "Asterisk goes on without it"


def _rule(kind: str, **words: Any) -> None:
    book.whole(**words)(_notes(kind))


# What has no kind: rare, and said by its reason.
@book.whole(
    id="CONF001",
    severity=ERROR,
    title="a file that Asterisk refuses",
    why="Asterisk refuses the whole file",
    fix="mend it: at a reload the old state stays, after a restart there is nothing",
    bad="\\ = 1\n" + PEER,
    good=PEER,
    effect=_REFUSED,
)
def not_loaded(pbx: Pbx) -> Spots:
    for effective in pbx.files:
        if effective.error and not effective.error.kind:
            yield Spot(effective.error, why=f"{_effect(True)}: {effective.error.reason}")


@book.whole(
    id="CONF002",
    severity=WARNING,
    title="a line that is ignored",
    why="Asterisk goes on without it",
    fix="mend or remove it",
    bad=PEER + "=198.51.100.1\n",
    good=PEER,
    effect="the log tells of the line",
)
def ignored(pbx: Pbx) -> Spots:
    for effective in pbx.files:
        for note in effective.notes:
            if not note.kind:
                yield Spot(note, why=f"{_effect(False)}: {note.reason}")


_rule(
    "header",
    id="CONF003",
    severity=ERROR,
    title="a section's header that does not end",
    why="Asterisk refuses the whole file for a header without its ] or )",
    fix="write [name] or [name](template)",
    bad=_GENERAL + PEER.replace("provider-in]", "provider-in"),
    good=_GENERAL + PEER,
    effect=_REFUSED,
)
_rule(
    "orphan",
    id="CONF004",
    severity=ERROR,
    title="an option before the first section",
    why="Asterisk refuses the whole file for an option that belongs to no section",
    fix="write the section's header before it",
    bad="qualifyfreq=30\n" + _GENERAL + PEER,
    good=_GENERAL + PEER + "qualifyfreq=30\n",
    effect=_REFUSED,
)
_rule(
    "template",
    id="CONF005",
    severity=ERROR,
    title="a template that is not there",
    why="Asterisk refuses the whole file for a template that is missing, or stands behind its use",
    fix="correct its name, or move it up",
    bad=f"[provider-in](provider)\nhost=192.0.2.1\n{_TEMPLATE}",
    good=f"{_TEMPLATE}[provider-in](provider)\nhost=192.0.2.1\n",
    effect=_REFUSED,
)
_rule(
    "append",
    id="CONF006",
    severity=ERROR,
    title="an addition to a section that is not there",
    why="Asterisk refuses the whole file for a (+) without a section of that name above it",
    fix="correct its name, or move it down",
    bad=PEER + "[provder-in](+)\nqualifyfreq=30\n",
    good=PEER + "[provider-in](+)\nqualifyfreq=30\n",
    whole=True,
    effect=_REFUSED,
)
_rule(
    "include",
    id="CONF007",
    severity=ERROR,
    title="an include of a file that is not there",
    why="Asterisk refuses the whole file: a reload keeps the old state, and a restart has nothing",
    fix="write #tryinclude, or create the file first",
    bad="#include sip_nosuch.conf\n" + PEER,
    good="#tryinclude sip_nosuch.conf\n" + PEER,
    effect=_REFUSED,
)
_rule(
    "hash",
    id="CONF008",
    severity=WARNING,
    title="a # that is no comment",
    why="to Asterisk a # begins #include, #tryinclude or #exec; it complains of any other",
    fix="begin comments with ;",
    bad=PEER + "# the provider's\n",
    good=PEER + "; the provider's\n",
    effect="the log complains of the line",
)
_rule(
    "bare",
    id="CONF009",
    severity=WARNING,
    title="a line that is no option",
    why="Asterisk passes over a line without =",
    fix="write option = value, or begin comments with ;",
    bad=PEER.replace("host=", "host "),
    good=PEER,
    effect="the peer has no address",
)
_rule(
    "long",
    id="CONF010",
    severity=ERROR,
    title="a line that is too long",
    why="Asterisk skips a line of more than 8190 bytes",
    fix="break it into several",
    bad=PEER.replace("host=", f"host={' ' * 8200}"),
    good=PEER,
    effect="the peer has no address",
)
_rule(
    "open",
    id="CONF011",
    severity=ERROR,
    title="a block comment that does not end",
    why="all that follows the ;-- is a comment, up to the end of the file",
    fix="end it with --;",
    bad=PEER.replace("host=", ";-- the address\nhost="),
    good=PEER.replace("host=", ";-- the address --;\nhost="),
    effect="the peer has no address",
)
_rule(
    "hidden",
    id="CONF012",
    severity=ERROR,
    title="the end of a block comment that did not begin",
    why="all that follows a --; without ;-- is passed over, up to the next ;--",
    fix="put a blank before the ;, or remove it",
    bad=PEER.replace("host=", "qualifyfreq=60 ---;\nhost="),
    good=PEER.replace("host=", "qualifyfreq=60 ; ---\nhost="),
    effect="the peer has no address",
)
_rule(
    "exec",
    id="CONF013",
    severity=WARNING,
    title="a program that is not run",
    why="Asterisk runs #exec only where asterisk.conf says execincludes=yes; the linter does not",
    fix="include a file instead, or accept it",
    bad='#exec "echo"\n' + PEER,
    good=PEER,
)

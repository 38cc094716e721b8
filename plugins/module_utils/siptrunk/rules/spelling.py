# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that Asterisk reads otherwise than they look: what stands in the text itself, of every file (main/config.c)."""

from __future__ import annotations

import re
from typing import Dict, Iterator, Match, Optional, Pattern, Set, Tuple

from ..config.effective import EffectiveSection, Note
from ..config.text import fold
from .language import PEER
from .pjsip_uris import CUT
from .rule import ERROR, WARNING, Rulebook, Spot, Spots
from .views import GENERAL, Pbx, SipConf, View

book = Rulebook("sip.conf")
sip_book = Rulebook("sip.conf")

_TEMPLATE = "[provider]{blank}(!)\ntype=peer\ninsecure=port,invite\ncontext=from-provider\n"
# Pasted from a page or a letter.
_FANCY = "\u00a0\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u200b\u2026"
_BLANK = re.compile(r"(?m)^[ \t]*\[[^\]\n;]*\][ \t]+\([^\n;]*")
_GLUED = re.compile(r"(?m)^[ \t]*\[[^\]\n;]*\](?:\([^)\n]*\))?[ \t]*(?P<rest>[^\s;(][^\n;]*)")
_CUT = re.compile(r"(?m)^[ \t]*[\w/-]+[ \t]*=>?[^;\n]*[^\s;\\](?P<cut>;[^\s;-][^\s]*)[ \t\r]*$")
_QUOTED = re.compile(
    r"(?m)^[ \t]*(?!register|callerid|setvar|set_var|mailbox|description|@description)[\w/-]+[ \t]*=>?[ \t]*"
    r"""(?P<value>"[^"\n;]*"|'[^'\n;]*')[ \t\r]*(?:;.*)?$"""
)
_PASTED = re.compile(rf"(?m)^[ \t]*[^;\n=]*=[^;\n{_FANCY}]*(?P<what>[{_FANCY}])")


@book.whole(
    id="CONF020",
    severity=ERROR,
    title="a blank between a section and its options",
    why="with a blank before the ( it counts for nothing: this is no template, inherits nothing and adds to nothing",
    fix="remove the blank",
    bad=_TEMPLATE.format(blank=" "),
    good=_TEMPLATE.format(blank=""),
    effect="the template is a peer of its own",
)
def blank(pbx: Pbx) -> Spots:
    for note, _match in _lines(pbx, _BLANK):
        yield Spot(note, part="(")


@book.whole(
    id="CONF021",
    severity=WARNING,
    title="something behind a section's header",
    why="Asterisk passes over what stands behind the ] on its line",
    fix="write it on a line of its own",
    bad=PEER.replace("]\ntype=peer\n", "] type=friend\ntype=peer\n"),
    good=PEER,
)
def glued(pbx: Pbx) -> Spots:
    for note, match in _lines(pbx, _GLUED):
        yield Spot(note, part=match["rest"][:1])


@book.whole(
    id="CONF022",
    severity=WARNING,
    title="a value that ends at a ;",
    why="a ; begins a comment, also without a blank before it: the rest of the value is lost",
    fix="write \\; for a ; that belongs to the value, or put a blank before the comment",
    bad=PEER + "fromuser=4321;2345\n",
    good=PEER + "fromuser=4321\\;2345\n",
    effect="the value ends there",
)
def cut(pbx: Pbx) -> Spots:
    uris = _paths(pbx.pjsip, pbx.wizard)
    for note, match in _lines(pbx, _CUT):
        # Of URIs another rule tells more.
        if not (note.path in uris and CUT.match(match["cut"])):
            yield Spot(note, part=";")


@book.whole(
    id="CONF023",
    severity=WARNING,
    title="quotes around a value",
    why="outside of register lines and caller IDs quotes are a part of the value",
    fix="remove them",
    bad=PEER.replace("=from-provider", '="from-provider"'),
    good=PEER,
    effect="the context's name has quotes",
)
def quoted(pbx: Pbx) -> Spots:
    # In the dialplan, applications have quotes of their own.
    paths = _paths(pbx.sip, pbx.pjsip, pbx.wizard)
    for note, match in _lines(pbx, _QUOTED):
        if note.path in paths:
            yield Spot(note, part=match["value"][:1])


@book.whole(
    id="CONF027",
    severity=WARNING,
    title="a character that was pasted",
    why="a blank that is none, or a quote or dash of typography, is a part of the value",
    fix="type it anew",
    bad=PEER.replace("from-provider", "from\u2013provider"),
    good=PEER,
    effect="the context is another one",
)
def pasted(pbx: Pbx) -> Spots:
    for note, match in _lines(pbx, _PASTED):
        if not re.match(r"\s*(?:description|callerid|exten|same)\b", match[0], re.IGNORECASE):
            yield Spot(note, part=match["what"])


@sip_book.whole(
    id="CONF025",
    severity=ERROR,
    title="a second [general]",
    why="chan_sip reads the first [general] only, and says nothing",
    fix="move its options into the first one, or write [general](+)",
    bad="[general]\nallowguest=no\n[general]\nuseragent=PBX\n",
    good="[general]\nallowguest=no\n[general](+)\nuseragent=PBX\n",
    effect="its settings do not count",
)
def second_general(sip: SipConf) -> Spots:
    for section in sip.sections:
        if (
            fold(section.name) == GENERAL
            and not section.template
            and section is not sip.general
            and section.entries
        ):
            yield Spot(section)


@sip_book.whole(
    id="CONF026",
    severity=WARNING,
    title="two sections of one name",
    why="chan_sip makes one peer of both: some options add up, of others the last one counts",
    fix="join them, or rename one",
    bad=PEER + PEER.replace("provider-in", "Provider-IN").replace("192.0.2.1", "192.0.2.2"),
    good=PEER,
    effect="one of the two hosts is no peer's",
)
def same_name(sip: SipConf) -> Spots:
    first: Dict[str, EffectiveSection] = {}
    for section in sip.accounts:
        if first.setdefault(fold(section.name), section) is not section:
            yield Spot(section)


def _paths(*views: Optional[View]) -> Set[str]:
    """Their files, with those that they include."""
    there = [view for view in views if view]
    return {view.path for view in there} | {one.path for view in there for one in view.sections}


def _lines(pbx: Pbx, pattern: Pattern[str]) -> Iterator[Tuple[Note, Match[str]]]:
    for path, text in pbx.texts.items():
        # Which lines are in block comments, a pattern does not know.
        if ";--" in text:
            continue
        number, at = 1, 0
        for match in pattern.finditer(text):
            number += text.count("\n", at, match.start())
            at = match.start()
            yield Note(path, number, ""), match

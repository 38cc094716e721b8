# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a dialplan calls a section of sip.conf, and what it has to call instead.

``SIP/PEER``, ``SIP/PEER/NUMBER`` and ``SIP/NUMBER@PEER`` anywhere in a value: in Dial(), in lists joined by ``&``, in
hints. They are taken apart as sip_request_call() in channels/chan_sip.c does it.
"""

from __future__ import annotations

import re
from typing import Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ..config.document import Document
from ..config.effective import Effective
from ..config.text import fold
from ..drivers import pjsip


class Reference(NamedTuple):
    """A call in the dialplan; new: None where no text can simply take its place, and *instead* says what to do"""

    path: str
    line: Optional[int]
    section: str
    old: str
    new: Optional[str]
    instead: str = ""


_NAME = re.compile(r"(?<![A-Za-z0-9_./-])SIP/", re.IGNORECASE)
_END = frozenset("&,)}]|\"'<> \t")
_BRACKETS = {"${": "}", "$[": "]", "(": ")", "{": "}"}
_AGAIN = "chan_pjsip takes NUMBER@ENDPOINT: write the number before it, where it is called"
_MORE = "chan_pjsip takes no account, To or host here: write PJSIP/NUMBER@{}"


def references(extensions: Effective, endpoints: Mapping[str, str]) -> List[Reference]:
    """The calls to sections that were converted.

    endpoints: for each section of sip.conf, the endpoint of chan_pjsip
    """
    return [
        Reference(entry.path, entry.line, section.name, old, new, instead)
        for section in extensions.sections
        if not section.template
        for entry in section.entries
        for old, new, instead in _calls(entry.value, endpoints, whole=section.is_named("globals"))
    ]


def apply(extensions: Document, endpoints: Mapping[str, str]) -> int:
    """Have one file call the endpoints, all else in it as it was; returns how many calls have changed."""
    count = 0
    for section in (extensions.head, *extensions.sections):
        for entry in section.entries:
            value, changed = _rewritten(entry.value, endpoints, whole=fold(section.name) == "globals")
            if changed:
                section.replace(entry, value)
                count += changed
    return count


def _rewritten(value: str, endpoints: Mapping[str, str], *, whole: bool) -> Tuple[str, int]:
    written, at, count = "", 0, 0
    for old, new, _instead in _calls(value, endpoints, whole=whole):
        place = value.index(old, at)
        written += value[at:place] + (new or old)
        at = place + len(old)
        count += new is not None
    return written + value[at:], count


def _calls(
    value: str, endpoints: Mapping[str, str], *, whole: bool
) -> Iterator[Tuple[str, Optional[str], str]]:
    """whole: of a variable, which may be continued where it is used"""
    names = {fold(name): endpoint for name, endpoint in endpoints.items()}
    at = 0
    for match in _NAME.finditer(value):
        if match.start() < at:
            continue
        at = _end(value, match.end())
        called = value[match.end() : at]
        found = _taken_apart(called, names)
        if found is None:
            continue
        endpoint, number, plain = found
        old = value[match.start() : at]
        if not plain:
            yield old, None, _MORE.format(endpoint)
        elif number:
            yield old, pjsip.dial_string(endpoint, number), ""
        elif whole or value[: match.start()].endswith(("=", '="')):
            yield old, None, f"{_AGAIN}: PJSIP/NUMBER@{endpoint}"
        else:
            yield old, f"PJSIP/{endpoint}", ""


def _taken_apart(called: str, names: Mapping[str, str]) -> Optional[Tuple[str, str, bool]]:
    """Endpoint, number, and whether there is nothing more; None when it calls no section that was converted."""
    called, exclamation, _to = called.partition("!")
    number, at, peer = called.rpartition("@")
    if at:
        more = ":" in _outside(number)
    else:
        peer, _slash, number = called.partition("/")
        more = "/" in _outside(number)
    endpoint = names.get(fold(peer))
    return (endpoint, number, not more and not exclamation) if endpoint else None


def _outside(text: str) -> str:
    """The text without variables and expressions."""
    before = None
    while before != text:
        before, text = text, re.sub(r"\$(\{[^{}]*\}|\[[^\[\]]*\])", "", text)
    return text


def _end(value: str, start: int) -> int:
    """Where a call that begins at *start* ends; variables and expressions are a part of it."""
    closing: List[str] = []
    place = start
    while place < len(value):
        opened = next((mark for mark in _BRACKETS if value.startswith(mark, place)), None)
        if opened and (closing or opened.startswith("$")):
            closing.append(_BRACKETS[opened])
            place += len(opened)
            continue
        if closing and value[place] == closing[-1]:
            closing.pop()
        elif not closing and value[place] in _END:
            break
        place += 1
    return place

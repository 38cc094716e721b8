# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Register lines against the registrations that chan_sip makes of them."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import List, Sequence

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.text import BLANKS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import NotRepresentable
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import (
    RegisterLine,
    parse,
    render,
)

from .cases import LINES, WANTED
from .chan_sip import LAST, forget, registration, take
from .conftest import GENERAL, Asterisk
from .shrink import check, simpler_line, simpler_text

COUNT = int(os.environ.get("ORACLE_N", "300"))
USERS = (
    "alice",
    "4321",
    "",
    " al ",
    '"al:ice"',
    "al/ice",
    "a?b",
    "al(ice",
    "al[ice",
    "al\\",
    '"',
    "é",
    "sip",
    "a;b",
)
HOSTS = (
    "192.0.2.1",
    "sip.example.com",
    "[2001:db8::1]",
    "2001:db8::1",
    "1234",
    "",
    " h ",
    '"h"',
    "h(",
    "h\\",
    "é.example",
)
PORTS = (
    "",
    "",
    ":5070",
    ":0",
    ":65536",
    ":5070abc",
    ":",
    ": 5070",
    ":-1",
    ":4294972366",
    ":" + "9" * 30,
    ":+77",
)
TAILS = (
    "", "", "/1234", "/", "/ s ", "/a/b", "~60", "/1~60", "~", "~0x3c", "~-1", "~60s", '~"90"', "/1~60~70",
    "~60/1", "~99999999999", "~ 45 ",
)  # fmt: skip
SPECIAL = "a:/?@~\"\\()[];# %$'*=,\té\udcff"


def test_parse_is_the_one_of_chan_sip(asterisk: Asterisk, rng: random.Random) -> None:
    lines = [*LINES, *dict.fromkeys(generate(rng) for _number in range(COUNT))]
    check(lines, lambda some: misread(asterisk, some), simpler_text)


def test_rendered_line_is_read_back_by_chan_sip(asterisk: Asterisk, rng: random.Random) -> None:
    lines, refused = [], 0
    for line in (*WANTED, *(wanted(rng) for _number in range(COUNT))):
        try:
            render(line)
            lines.append(line)
        except NotRepresentable:
            refused += 1
    assert len(lines) > COUNT // 2
    check(lines, lambda some: wrongly_rendered(asterisk, some), simpler_line)
    print(f"{refused} others refused")


def misread(asterisk: Asterisk, lines: Sequence[str]) -> List[str]:
    """Differences between what we read and what chan_sip reads."""
    # A value that begins with // makes chan_sip write outside of its memory.
    safe = [line for line in lines if not line.lstrip(BLANKS + "=>").startswith("//")]
    text = GENERAL + "".join(f"register => {line}\n" for line in (*safe, LAST))
    entries = Document.parse(text).sections[0].entries
    values = dict.fromkeys(entry.value for entry in entries if entry.key == "register")
    parsed = [parse(value).line for value in values]
    return compare(asterisk, [line for line in parsed if line is not None], text)


def wrongly_rendered(asterisk: Asterisk, lines: Sequence[RegisterLine]) -> List[str]:
    """Differences between what we want to be registered and what chan_sip reads of our lines."""
    document = Document.parse(GENERAL)
    general = document.sections[0]
    spelled = {}
    for line in lines:
        try:
            spelled[render(line)] = line
        except NotRepresentable:
            # A simpler one of a list that is being shrunk.
            continue
    for value in (*spelled, LAST):
        general.add("register", value)
    return compare(asterisk, [*spelled.values(), RegisterLine("last", "192.0.2.99")], str(document))


def compare(asterisk: Asterisk, lines: Sequence[RegisterLine], text: str) -> List[str]:
    ours = Counter(map(registration, lines))
    forget(asterisk)
    theirs = take(asterisk, text)
    only = [("only ours", entry) for entry in ours - theirs] + [("only theirs", e) for e in theirs - ours]
    print(f"{sum(theirs.values())} registrations compared")
    return [f"{whose}: {entry}" for whose, entry in only]


def generate(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return "".join(rng.choice(SPECIAL) for _number in range(rng.randint(0, 20)))
    line = rng.choice(("", "", "", "?", "peer?")) + rng.choice(
        ("", "", "", "udp://", "tcp://", "TLS://", "ws://", "tcp:/")
    )
    line += rng.choice(USERS) + rng.choice(("", "", "@example.net", "@"))
    for _number in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        line += rng.choice((":", ":", ":4321", "::")) + rng.choice((word(rng), f'"{word(rng)}"'))
    return (
        line
        + "@"
        + rng.choice(HOSTS)
        + rng.choice(PORTS)
        + rng.choice(TAILS)
        + "x" * rng.choice((0,) * 20 + (300,))
    )


def wanted(rng: random.Random) -> RegisterLine:
    return RegisterLine(
        user=rng.choice(("alice", "alice", word(rng))),
        host=rng.choice(("192.0.2.1", "sip.example.com", "[2001:db8::1]")),
        secret=word(rng),
        auth_user=rng.choice((None, None, word(rng))),
        domain=rng.choice((None, "example.net")),
        port=rng.choice((None, 5070)),
        transport=rng.choice(("udp", "tcp", "tls")),
        extension=rng.choice((None, "1234", word(rng))),
        expiry=rng.choice((None, 60)),
    )


def word(rng: random.Random) -> str:
    return "".join(rng.choice(rng.choice(("s3cret", SPECIAL))) for _number in range(rng.randint(1, 6)))

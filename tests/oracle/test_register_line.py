# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated register lines against the registrations that chan_sip makes of them (AMI SIPshowregistry)."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from typing import Counter as CounterOf
from typing import Dict, Iterator, List, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import (
    BLANKS,
    Document,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import NotRepresentable
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import (
    RegisterLine,
    parse,
    render,
)

from .conftest import Asterisk

COUNT = int(os.environ.get("ORACLE_N", "300"))
REGISTRAR_PORT = 5099
LAST = "last:registration@192.0.2.99"
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

Registration = Tuple[str, str, int, str, int, int]


def test_parse_is_the_one_of_chan_sip(asterisk: Asterisk, rng: random.Random) -> None:
    lines = [LAST, *{generate(rng) for _number in range(COUNT)} - {LAST}]
    text = "[general]\n" + "".join(f"register => {line}\n" for line in lines)
    values = {e.value: None for e in Document.parse(text).sections[0].entries if e.key == "register"}
    ours: CounterOf[Registration] = Counter()
    for value in values:
        line = parse(value).line
        if line is not None:
            ours[registration(line)] += 1
    compare(ours, registrations(asterisk, text))


def test_rendered_line_is_read_back_by_chan_sip(asterisk: Asterisk, rng: random.Random) -> None:
    ours: CounterOf[Registration] = Counter(
        [registration(RegisterLine("last", "192.0.2.99", secret="registration"))]
    )
    document = Document.new()
    general = document.add_section("general")
    general.add("register", LAST)
    values = set()
    for _number in range(COUNT):
        line = RegisterLine(
            user=rng.choice(("alice", word(rng))),
            host=rng.choice(("192.0.2.1", "sip.example.com")),
            secret=word(rng),
            auth_user=rng.choice((None, word(rng))),
            domain=rng.choice((None, "example.net")),
            port=rng.choice((None, 5070)),
            transport=rng.choice(("udp", "tcp", "tls")),
            extension=rng.choice((None, "1234")),
            expiry=rng.choice((None, 60)),
        )
        try:
            value = render(line)
        except NotRepresentable:
            continue
        if value not in values:
            values.add(value)
            general.add("register", value)
            ours[registration(line)] += 1
    assert len(values) > COUNT // 2
    compare(ours, registrations(asterisk, str(document)))


def test_chan_sip_authenticates_with_the_rendered_secret(asterisk: Asterisk, rng: random.Random) -> None:
    """A second Asterisk is the registrar and knows the secrets from plain options, which hold any of them."""
    # chan_sip starts ten registrations in a second.
    accounts = min(COUNT // 5, 150)
    provider, customer = Document.new(), Document.new()
    provider.add_section("general").add("udpbindaddr", f"127.0.0.1:{REGISTRAR_PORT}")
    general = customer.add_section("general")
    expected: List[RegisterLine] = []
    while len(expected) < accounts:
        name, secret = f"account{len(expected)}", word(rng)
        line = RegisterLine(
            name,
            "127.0.0.1",
            port=REGISTRAR_PORT,
            secret=secret,
            auth_user=rng.choice((None, name)),
            extension=rng.choice((None, "1234")),
        )
        try:
            value = render(line)
            if secret != secret.strip(BLANKS):
                continue
        except NotRepresentable:
            continue
        account = provider.add_section(name)
        for key, setting in (("type", "friend"), ("host", "dynamic"), ("secret", secret)):
            account.add(key, setting)
        general.add("register", value)
        expected.append(line)
    asterisk.start_another("registrar", str(provider))
    asterisk.write("sip.conf", str(customer))
    asterisk.action({"Action": "Command", "Command": "sip reload"})
    give_up = time.monotonic() + 10 + 0.2 * accounts
    missing = expected
    while missing and time.monotonic() < give_up:
        registered = {user for user, state in states(asterisk) if state == "Registered"}
        missing = [line for line in expected if line.user not in registered]
        time.sleep(0.2)
    print(f"{accounts - len(missing)} accounts registered")
    assert not missing, (
        f"{len(missing)} are refused: {[(line, line.secret, render(line)) for line in missing[:5]]}"
    )


def generate(rng: random.Random) -> str:
    if rng.random() < 0.2:
        # A value that begins with // makes chan_sip write outside of its memory.
        return "".join(rng.choice(SPECIAL) for _number in range(rng.randint(0, 20))).lstrip("/" + BLANKS)
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


def word(rng: random.Random) -> str:
    return "".join(rng.choice(rng.choice(("s3cret", SPECIAL))) for _number in range(rng.randint(1, 6)))


def registration(line: RegisterLine) -> Registration:
    return (
        line.host,
        line.user,
        line.effective_port,
        line.domain or line.host,
        line.domain_port or 5060,
        line.effective_expiry(),
    )


def registrations(asterisk: Asterisk, text: str, seconds: float = 15) -> CounterOf[Registration]:
    """What chan_sip has after it has taken *text* as sip.conf, which must hold LAST."""
    asterisk.write("sip.conf", "[general]\nregister => before@192.0.2.98\n")
    reload_until(asterisk, "before", seconds)
    asterisk.write("sip.conf", text)
    return reload_until(asterisk, "last", seconds)


def reload_until(asterisk: Asterisk, user: str, seconds: float) -> CounterOf[Registration]:
    asterisk.action({"Action": "Command", "Command": "sip reload"})
    give_up = time.monotonic() + seconds
    while True:
        found = show_registry(asterisk)
        # The list is empty for a moment, then grows.
        if any(entry[1] == user for entry in found) and found == show_registry(asterisk):
            return found
        assert time.monotonic() < give_up, f"no registration of {user}"
        time.sleep(0.05)


def states(asterisk: Asterisk) -> List[Tuple[str, str]]:
    return [(entry["Username"], entry["State"]) for entry in entries(asterisk)]


def entries(asterisk: Asterisk) -> Iterator[Dict[str, str]]:
    for message in asterisk.messages({"Action": "SIPshowregistry"}, "Event: RegistrationsComplete"):
        if message[0] == "Event: RegistryEntry":
            yield dict(field.split(": ", 1) for field in message[1:])


def show_registry(asterisk: Asterisk) -> CounterOf[Registration]:
    return Counter(
        (
            entry["Host"],
            entry["Username"],
            int(entry["Port"]),
            entry["Domain"],
            int(entry["DomainPort"]),
            int(entry["Refresh"]),
        )
        for entry in entries(asterisk)
    )


def compare(ours: CounterOf[Registration], theirs: CounterOf[Registration]) -> None:
    print(f"{sum(theirs.values())} registrations")
    only: List[Tuple[str, Registration]] = [("ours", r) for r in ours - theirs] + [
        ("theirs", r) for r in theirs - ours
    ]
    assert not only, f"{len(only)} differ: {only[:10]}"

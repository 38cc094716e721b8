# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Register lines against what a real registrar gets of chan_sip, and whether it lets the account in."""

from __future__ import annotations

import itertools
import os
import random
import re
import string
import time
from dataclasses import replace
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple
from urllib.parse import unquote

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.text import BLANKS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import (
    InvalidTrunks,
    NotRepresentable,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import (
    CONTACT_LIMIT,
    DIGEST_LIMIT,
    FROM_LIMIT,
    REALM_LENGTH,
    URI_LIMIT,
    RegisterLine,
    fits_digest,
    parse,
    render,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks

from .cases import SECRETS, WANTED
from .chan_sip import LAST, forget, take
from .conftest import ADDRESS, GENERAL, HOST, Asterisk
from .registrar import Registrar, Seen, ha1
from .shrink import check, simpler_line, simpler_text

# chan_sip starts ten registrations in a second.
TRUNKS = int(os.environ.get("ORACLE_N", "300"))
ACCOUNTS = min(int(os.environ.get("ORACLE_N", "300")) // 5, 500)
PORTS = {"": 5060, ":5060": 5060, ":5099": 5099, ":5099abc": 5099, ": 5099": 5099, ":0": 5060}
ALPHABETS = (
    "s3cret",
    ':/?@~"\\()[];# ',
    string.ascii_letters + string.digits + string.punctuation + " ",
    "é漢🎉\xa0\udcff\t\x01",
)


def test_wire_shows_what_parse_reads(asterisk: Asterisk, registrar: Registrar, rng: random.Random) -> None:
    lines: Dict[str, str] = {}
    while len(lines) < ACCOUNTS:
        value = generate(rng, len(lines))
        line = parse(value).line
        if line and is_sent_to_us(line):
            # By the user of the digest: one account has one secret.
            lines.setdefault(digest_user(line), value)
    check(list(lines.values()), lambda some: misread(asterisk, registrar, some), simpler_text, attempts=40)


def test_every_secret_is_refused_or_arrives(
    asterisk: Asterisk, registrar: Registrar, rng: random.Random
) -> None:
    lines: List[RegisterLine] = []
    refused = 0
    for line in itertools.chain(WANTED, accounts(rng)):
        try:
            render(line)
            lines.append(line)
        except NotRepresentable as error:
            assert error.reason
            assert error.alternatives
            refused += 1
        if len(lines) == ACCOUNTS:
            break
    check(lines, lambda some: not_arrived(asterisk, registrar, some), simpler_line, attempts=40)
    print(f"{refused} others refused")


def test_the_peer_carries_what_the_line_cannot(
    asterisk: Asterisk, registrar: Registrar, rng: random.Random
) -> None:
    # What a peer changes of domain and transport is another matter.
    lines = [
        replace(line, domain=None, transport="udp") for line in itertools.islice(accounts(rng), ACCOUNTS)
    ]
    check(lines, lambda some: not_carried(asterisk, registrar, some), simpler_line, attempts=40)


def test_every_trunk_is_refused_or_registers(
    asterisk: Asterisk, registrar: Registrar, rng: random.Random
) -> None:
    trunks: List[Trunk] = []
    refused = 0
    for line in itertools.islice(accounts(rng), TRUNKS):
        try:
            (trunk,) = load_trunks([declared(line)])
        except InvalidTrunks as invalid:
            assert all(problem.reason and problem.fix for problem in invalid.problems)
            refused += 1
            continue
        read = chan_sip.read(load_text(str(chan_sip.render([trunk])), included=True))
        assert (load_trunks(read.trunks), read.leftovers) == ((trunk,), [])
        trunks.append(trunk)
    sample = rng.sample(trunks, min(ACCOUNTS, len(trunks)))
    check(sample, lambda some: not_registered(asterisk, registrar, some), lambda trunk: [], attempts=40)
    through_peer = sum("?" in chan_sip.register_value(trunk).partition("@")[0] for trunk in sample)
    print(
        f"{TRUNKS} trunks, {refused} refused, {len(sample)} registered, {through_peer} of them maybe through a peer"
    )


AT_LIMIT = {
    "uri": RegisterLine("uri", HOST, secret="s", domain="d" * URI_LIMIT),
    "from": RegisterLine("f" * (FROM_LIMIT - len(HOST)), HOST, secret="s", auth_user="from"),
    "contact": RegisterLine("contact", HOST, secret="s", extension="^" * (CONTACT_LIMIT // 3)),
    "digest": RegisterLine("digest", HOST, secret="s" * (DIGEST_LIMIT - REALM_LENGTH - len("digest::"))),
}
BEYOND = {
    "uri": replace(AT_LIMIT["uri"], domain="d" * (URI_LIMIT + 1)),
    "from": replace(AT_LIMIT["from"], user=AT_LIMIT["from"].user + "f"),
    "contact": replace(AT_LIMIT["contact"], extension="^" * (CONTACT_LIMIT // 3 + 1)),
    "digest": replace(AT_LIMIT["digest"], secret=f"{AT_LIMIT['digest'].secret}s"),
}


def test_up_to_its_limits_chan_sip_sends_all(asterisk: Asterisk, registrar: Registrar) -> None:
    lines = list(AT_LIMIT.values())
    assert not compare(asterisk, registrar, lines, sip_conf(map(render, lines)))


@pytest.mark.parametrize("name", BEYOND)
def test_beyond_its_limits_chan_sip_cuts(asterisk: Asterisk, registrar: Registrar, name: str) -> None:
    line = BEYOND[name]
    with pytest.raises(NotRepresentable):
        render(line)
    domain = f"@{line.domain}" if line.domain else ""
    extension = f"/{line.extension}" if line.extension else ""
    auth_user = f":{line.auth_user}" if line.auth_user else ""
    value = f"{line.user}{domain}:{line.secret}{auth_user}@{line.host}{extension}"
    assert parse(value).line == line
    assert compare(asterisk, registrar, [line], sip_conf([value]))


def misread(asterisk: Asterisk, registrar: Registrar, values: Sequence[str]) -> List[str]:
    """Differences between what we read and what is on the wire."""
    parsed = [(value, parse(value).line) for value in values]
    lines = {value: line for value, line in parsed if line and is_sent_to_us(line)}
    return compare(asterisk, registrar, list(lines.values()), sip_conf(lines))


def not_arrived(asterisk: Asterisk, registrar: Registrar, lines: Sequence[RegisterLine]) -> List[str]:
    """Differences between the accounts that we render and what is on the wire."""
    spelled = {}
    for line in lines:
        try:
            spelled[render(line)] = line
        except NotRepresentable:
            # A simpler one of a list that is being shrunk.
            continue
    return compare(asterisk, registrar, list(spelled.values()), sip_conf(spelled))


def not_carried(asterisk: Asterisk, registrar: Registrar, lines: Sequence[RegisterLine]) -> List[str]:
    """The same with each secret in a peer, which the register line names."""
    document = Document.parse(GENERAL)
    carried = []
    for line in lines:
        try:
            value = render(replace(line, secret=None, peer=line.user))
        except NotRepresentable:
            # The auth_user may be hostile, too.
            continue
        document.sections[0].add("register", value)
        section = document.add_section(line.user)
        for key, text in (("type", "peer"), ("host", line.host), password(line)):
            section.add(key, text)
        carried.append(line)
    document.sections[0].add("register", LAST)
    return compare(asterisk, registrar, carried, str(document))


def declared(line: RegisterLine) -> Dict[str, Any]:
    """The account as a trunk that does nothing but register; of its texts only the secret is hostile."""
    auth_user, contact = (
        text if re.fullmatch("[a-z0-9.]+", text or "") else None for text in (line.auth_user, line.extension)
    )
    registration = {
        "user": line.user,
        "secret": line.secret,
        "auth_user": auth_user,
        "domain": line.domain,
        "contact": contact,
        "expiry": line.expiry,
    }
    return {
        "name": f"t-{line.user}",
        "provider": {"host": line.host, "port": line.port, "transport": line.transport},
        "registration": registration,
        "inbound": {"trust": []},
        "nat": {"keepalive": 0},
    }


def not_registered(asterisk: Asterisk, registrar: Registrar, trunks: Sequence[Trunk]) -> List[str]:
    """Differences between the accounts of trunks and what is on the wire."""
    rendered = str(chan_sip.render(trunks)).replace("[general](+)\n", f"{GENERAL}")
    text = rendered.replace("tcpenable = yes\nregister", "register") + f"[general](+)\nregister => {LAST}\n"
    lines = [
        RegisterLine(
            user=trunk.registration.user,
            host=trunk.provider.host,
            secret=trunk.registration.secret,
            auth_user=trunk.registration.auth_user,
            domain=trunk.registration.domain,
            port=trunk.provider.port,
            transport=trunk.provider.transport,
            extension=trunk.registration.contact,
            expiry=trunk.registration.expiry,
        )
        for trunk in trunks
        if trunk.registration
    ]
    return compare(asterisk, registrar, lines, text)


def compare(asterisk: Asterisk, registrar: Registrar, lines: Sequence[RegisterLine], text: str) -> List[str]:
    """Differences between what chan_sip should make of its sip.conf, and what it does."""
    forget(asterisk)
    registrar.expect({digest_user(line): line.secret or "" for line in lines})
    take(asterisk, text)
    expected = {seen for line in lines for seen in on_the_wire(line)}
    give_up = time.monotonic() + 3 + 0.2 * len(lines)
    seen: Set[Seen] = set()
    while len(seen) < len(expected) and time.monotonic() < give_up:
        time.sleep(0.1)
        seen = {decoded(message) for message in registrar.seen()}
    print(f"{len(lines)} registrations compared on the wire")
    return [f"not seen: {e}" for e in expected - seen] + [f"not expected: {s}" for s in seen - expected]


def sip_conf(values: Iterable[str]) -> str:
    document = Document.parse(GENERAL)
    for value in (*values, LAST):
        document.sections[0].add("register", value)
    return str(document)


def on_the_wire(line: RegisterLine) -> Set[Seen]:
    """The REGISTER without and the one with credentials, of which chan_sip writes a port into the first one only."""
    domain = line.domain or line.host
    port = line.domain_port if line.domain else line.port
    transport = "" if line.transport == "udp" else f";transport={line.transport}"
    asked = Seen(
        verdict="asked",
        transport=line.transport,
        port=str(line.effective_port),
        uri=f"sip:{domain}" + (f":{port}" if port not in (None, 5060) else ""),
        from_user=line.user,
        from_domain=domain,
        to_user=line.user,
        to_domain=domain,
        contact=f"<sip:{line.effective_extension}@{ADDRESS}{transport}>",
        expires=str(line.effective_expiry()),
        digest_user="",
    )
    return {asked, asked._replace(verdict="right", uri=f"sip:{domain}", digest_user=digest_user(line))}


def decoded(seen: Seen) -> Seen:
    return seen._replace(contact=unquote(seen.contact, errors="surrogateescape"))


def digest_user(line: RegisterLine) -> str:
    return line.auth_user or line.user


def is_sent_to_us(line: RegisterLine) -> bool:
    """And in a form that the registrar can take apart; what is read of other lines is seen in the registry."""
    plain = re.compile(r"[\w.+-]+", re.ASCII)
    names = (line.user, digest_user(line), line.domain or line.host)
    return (
        line.peer is None
        and line.host in ("127.0.0.1", HOST)
        and line.effective_port in PORTS.values()
        and line.transport in ("udp", "tcp")
        and all(plain.fullmatch(name) for name in names)
        and line.extension != ""
        # A refresh would look different again.
        and line.effective_expiry() >= 120
    )


def generate(rng: random.Random, number: int) -> str:
    user = rng.choice(("u{}", "u{}", ' "u{}" ', "u{}@example.net", "u{}@ example.net ", 'u{}@"example.net"'))
    credentials = rng.choice(("", ":{0}", ":{0}", ':"{0}"', ":{0}:a{1}", ':"{0}": a{1} ', ":5077:{0}:a{1}"))
    value = (
        rng.choice(("", "", "?"))
        + rng.choice(("", "", "udp://", "tcp://", "TCP://"))
        + user.format(number)
        + credentials.format(word(rng, 8), number)
        + rng.choice(("@127.0.0.1", f"@{HOST}", f'@ "{HOST}"'))
        + rng.choice(list(PORTS))
        + rng.choice(("", "/1234", "/a b", '/" s "', "/+49%20(1)", "/a/b:c?d", "/é"))
        + rng.choice(("", "", "~600", "~ 900s", '~"750"~60', "~3600"))
    )
    return value.strip()


def accounts(rng: random.Random) -> Iterator[RegisterLine]:
    for number, secret in enumerate(hostile_secrets(rng)):
        yield account(rng, number, secret)


def account(rng: random.Random, number: int, secret: Optional[str]) -> RegisterLine:
    return RegisterLine(
        user=f"u{number}",
        host=rng.choice(("127.0.0.1", HOST)),
        secret=secret,
        auth_user=rng.choice((None, None, f"a{number}", f"a{number}.{word(rng, 3)}")),
        domain=rng.choice((None, "example.net")),
        port=rng.choice((None, 5060, 5099)),
        transport=rng.choice(("udp", "udp", "tcp")),
        extension=rng.choice((None, "1234", word(rng, 6))),
        expiry=rng.choice((None, 900)),
    )


def hostile_secrets(rng: random.Random) -> Iterator[str]:
    yield from SECRETS
    while True:
        yield word(rng, rng.choice((3, 12, 40, 190, 300)))


def word(rng: random.Random, longest: int) -> str:
    alphabets = rng.sample(ALPHABETS, 2)
    return "".join(rng.choice(rng.choice(alphabets)) for _number in range(rng.randint(1, longest)))


def password(line: RegisterLine) -> Tuple[str, str]:
    """The option of a peer for the secret; what would be cut or stripped goes as the hash that digests are made of."""
    secret = line.secret or ""
    if fits_digest(digest_user(line), secret, line.host) and secret.strip(BLANKS) == secret:
        return "remotesecret", secret
    return "md5secret", ha1(digest_user(line), secret)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Optional

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import NotRepresentable
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import (
    LENGTH_LIMIT,
    RegisterLine,
    fits_digest,
    masked,
    parse,
    render,
)
from hypothesis import given
from hypothesis import strategies as st

nasty = st.text(st.sampled_from('as3:/?@~"\\()[];#= \té\udcff'), max_size=12)
anything = st.binary(max_size=300).map(lambda octets: octets.decode("utf-8", "surrogateescape"))
ports = st.none() | st.integers(1, 65535)
lines = st.builds(
    RegisterLine,
    user=st.just("alice") | nasty,
    host=st.sampled_from(["sip.example.com", "[2001:db8::1]"]) | nasty,
    peer=st.none() | nasty,
    transport=st.sampled_from(["udp", "tcp", "tls"]),
    domain=st.none() | nasty,
    domain_port=ports,
    secret=st.none() | nasty,
    auth_user=st.none() | nasty,
    port=ports,
    extension=st.none() | nasty,
    expiry=st.none() | st.integers(-(2**31), 2**31 - 1),
)


@given(anything | nasty)
def test_every_value_can_be_parsed(value: str) -> None:
    parsed = parse(value)
    assert parsed.line is not None or parsed.notices


@given(lines)
def test_what_is_rendered_is_read_back(line: RegisterLine) -> None:
    try:
        value = render(line)
    except NotRepresentable as error:
        assert error.alternatives
        return
    again = parse(value).line
    assert again is not None
    for name in ("user", "host", "transport", "port", "domain_port", "expiry"):
        assert getattr(again, name) == getattr(line, name)
    for name in ("peer", "domain", "secret", "auth_user", "extension"):
        assert getattr(again, name) == (getattr(line, name) or None)
    document = Document.new()
    document.add_section("general").add("register", value)
    (entry,) = Document.parse(str(document)).sections[0].entries
    assert entry.value == value


@given(
    st.builds(
        RegisterLine, user=st.just("alice"), host=st.just("h"), secret=nasty, expiry=st.none() | st.just(60)
    )
)
def test_most_secrets_can_be_rendered(line: RegisterLine) -> None:
    tame = not set('":\\() [') & set(line.secret or "") and line.secret == (line.secret or "").strip()
    try:
        render(line)
    except NotRepresentable:
        assert not tame


@given(
    st.text(st.characters(codec="utf-8") | st.sampled_from('":\\()[];?/@~ '), max_size=300),
    st.none() | st.just("bob"),
    st.sampled_from(["h", "sip.example.com", "h" * 65]),
)
def test_every_secret_is_refused_with_a_way_out_or_arrives_whole(
    secret: str, auth_user: Optional[str], host: str
) -> None:
    line = RegisterLine("alice", host, secret=secret, auth_user=auth_user)
    try:
        value = render(line)
    except NotRepresentable as error:
        for way_out in ("secret", "peer?user@host/extension", "chan_pjsip"):
            assert way_out in error.alternatives
        return
    again = parse(value).line
    assert again is not None
    assert (again.secret or "") == secret
    assert fits_digest(auth_user or "alice", secret, host)


@given(lines, st.sampled_from(["hush", "hush:", "hu?sh", "hu/sh", '"hush"', "hu@sh", "hush\\", "(hush"]))
def test_masked_lines_hold_no_secret(line: RegisterLine, secret: str) -> None:
    plain = RegisterLine(
        "alice", "h", secret=secret, transport=line.transport, port=line.port, expiry=line.expiry
    )
    shown = masked(render(plain))
    assert "hu" not in shown
    assert "sh" not in shown
    assert shown.count("alice") == 1


def test_parsing_takes_linear_time() -> None:
    started = time.perf_counter()
    for character in ':/?@~"\\()[ a':
        parse(character * 1_000_000)
        masked(character * 1_000_000)
        masked("a@h" + character * 1_000_000)
    assert time.perf_counter() - started < 10
    assert len(render(RegisterLine("u", "h"))) <= LENGTH_LIMIT

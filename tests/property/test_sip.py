# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP from strangers: what was written is read again, and nothing makes the parsers stumble, or hang.

``FUZZ_N=1000000 FUZZ_SEED=1 pytest -s tests/property/test_sip.py``
"""

from __future__ import annotations

import os
import random
import time
from typing import Dict, List

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.digest import (
    Unanswerable,
    answer,
    challenges,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.grammar import Malformed, Params
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    Headers,
    Message,
    Request,
    Response,
    Stream,
    parse,
    to_bytes,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import (
    CSEQ_LIMIT,
    CSeq,
    NameAddr,
    Uri,
    Via,
)
from hypothesis import given
from hypothesis import strategies as st

COUNT = int(os.environ.get("FUZZ_N", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.randrange(1, 2**32)
# Seconds for each MB, and for what is smaller.
LIMIT = 1.0

tokens = st.text(st.sampled_from("aZ0.!%*_+`'~-"), min_size=1, max_size=8)
# Not what could be a surrogate of an octet that belongs to its neighbours.
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")
texts = st.text(characters, max_size=20)
values = texts.map(lambda text: text.strip(" \t"))
words = st.text(st.sampled_from("aZ9%41+#/;?&=$,.~"), min_size=1, max_size=10)
ports = st.none() | st.integers(0, 65535)
hosts = st.sampled_from(
    ["example.com", "a-b_c.example.org", "192.0.2.1", "[2001:db8::1]", "[::ffff:192.0.2.1]"]
)
parameters = st.lists(st.tuples(tokens, st.none() | texts), max_size=4).map(Params)
uri_words = st.text(st.sampled_from("aZ9%+/:[]$.~"), min_size=1, max_size=8)
uri_parameters = st.lists(st.tuples(uri_words, st.none() | uri_words), max_size=3).map(Params)
uris = st.builds(
    Uri,
    scheme=st.sampled_from(["sip", "sips"]),
    user=st.none() | words,
    host=hosts,
    port=ports,
    params=uri_parameters,
    headers=st.lists(st.tuples(uri_words, uri_words), max_size=3).map(tuple),
) | st.builds(Uri, scheme=st.sampled_from(["tel", "x+y.z-1"]), opaque=words)
addresses = st.builds(NameAddr, uris, texts, parameters)
vias = st.builds(
    Via,
    tokens.map(str.upper),
    hosts,
    ports,
    parameters,
    st.tuples(tokens, tokens).map("/".join).map(str.upper),
)
lists = st.lists(addresses.map(str), max_size=4).map(", ".join)
other_fields = st.tuples(st.sampled_from(["X-A", "x-b", "Subject", "s", "Date", "WWW-Authenticate"]), values)
contacts = st.tuples(st.sampled_from(["Contact", "m", "Record-Route"]), lists)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any message with what it needs, in any order, and its Content-Length."""
    method, body = draw(tokens), draw(st.binary(max_size=40))
    needed = [
        (
            draw(st.sampled_from(["Via", "v", "VIA"])),
            ", ".join(map(str, draw(st.lists(vias, min_size=1, max_size=3)))),
        ),
        (draw(st.sampled_from(["From", "f"])), str(draw(addresses))),
        (draw(st.sampled_from(["To", "t", "TO"])), str(draw(addresses))),
        ("Call-ID", draw(tokens)),
        ("CSeq", str(CSeq(draw(st.integers(0, CSEQ_LIMIT)), method))),
        (draw(st.sampled_from(["Content-Length", "L"])), str(len(body))),
    ]
    more = draw(st.lists(other_fields | contacts, max_size=5))
    headers = Headers(tuple(draw(st.permutations([*needed, *more]))))
    if draw(st.booleans()):
        uri = str(draw(uris.filter(lambda uri: not uri.headers)))
        return Request(method, uri, headers, body)
    return Response(draw(st.integers(100, 699)), draw(texts), headers, body)


@given(messages())
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    assert parse(to_bytes(message)) == message


@given(messages(), st.sampled_from([b":\r\n ", b" \t:  ", b": \t\r\n\t\r\n  "]))
def test_folded_lines_are_the_same(message: Message, colon: bytes) -> None:
    start_line, end, rest = to_bytes(message).partition(b"\r\n")
    assert parse(start_line + end + rest.replace(b": ", colon, 1)) == message


@given(addresses)
def test_an_address_is_read_as_it_was_written(address: NameAddr) -> None:
    assert NameAddr.parse(str(address)) == address


@given(st.lists(addresses, max_size=5))
def test_a_list_has_the_elements_that_were_written(given: List[NameAddr]) -> None:
    headers = Headers((("Contact", ",".join(map(str, given))),))
    assert [NameAddr.parse(value) for value in headers.all("Contact")] == given


@given(vias)
def test_a_via_is_read_as_it_was_written(via: Via) -> None:
    assert Via.parse(str(via)) == via


@given(st.lists(messages(), min_size=1, max_size=4), st.data())
def test_a_stream_is_framed_the_same_however_it_is_cut(given: List[Message], data: st.DataObject) -> None:
    gaps = st.sampled_from([b"", b"\r\n", b"\r\n\r\n"])
    written = b"".join(data.draw(gaps) + to_bytes(message) for message in given)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(written)), max_size=30)))
    stream, taken = Stream(), []
    for start, end in zip([0, *cuts], [*cuts, len(written)]):
        stream.feed(written[start:end])
        while True:
            octets = stream.take()
            if octets is None:
                break
            taken.append(parse(octets))
    assert taken == given


@given(
    st.text(characters), st.text(characters), tokens, st.sampled_from(["MD5", "SHA-256", "SHA-512-256-sess"])
)
def test_a_challenge_is_answered_with_what_it_gave(
    user: str, secret: str, realm: str, algorithm: str
) -> None:
    asked = f'Digest realm="{realm}", nonce="n", algorithm={algorithm}, qop="auth"'
    response = Response(401, "", Headers((("WWW-Authenticate", asked),)))
    _name, value = answer(challenges(response), user, secret, "REGISTER", "sip:example.com", "c", 1)
    [read] = challenges(Response(401, "", Headers((("WWW-Authenticate", value),))))
    assert (read.realm, read.nonce, read.algorithm, read.qop) == (realm, "n", algorithm.upper(), ("auth",))


# What the grammar is made of, and what has been trouble for parsers.
PIECES = (
    "\r\n", "\r\n ", "\r\n\t", "\r", "\n", "\0", " ", "\t", ":", ";", ",", '"', "\\", "<", ">", "@", "=", "?", "/", "*",
    "[", "]", "%00", "%", "é", "\udcff", "\u2028", "-1", "0", "99999999999999999999", "SIP/2.0", "sip:",
    "sip:a@example.com", '"a" <sip:a@example.com>', ";tag=1", ";branch=z9hG4bK1", ";rport", "Digest ", 'realm="r"',
    'nonce="n"', "qop=auth", 'qop="auth,auth-int"', "algorithm=MD5-sess", "algorithm=SHA-512-256", "stale=true",
    "Basic ", "[2001:db8::1]", "\r\nContent-Length: 3", "\r\nl:0", "\r\n\r\n", "\r\nVia: ", "\r\nContact: ", "\r\nTo: ",
    "\r\nWWW-Authenticate: ",
)  # fmt: skip
FIELDS: Dict[str, List[str]] = {
    "Via": ["SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport", "SIP / 2.0 / TLS [2001:db8::1]",
            "SIP/2.0/TCP a,SIP/2.0/UDP b"],
    "From": ['"A \\"B\\"" <sip:a:b@example.com;lr?x=y>;tag=1', "sip:a@example.com;tag=1", "A B <tel:1>"],
    "To": ["<sip:b@example.com>", "sip:b@example.com;tag=2"],
    "Call-ID": ["a@192.0.2.1"],
    "CSeq": ["1 OPTIONS", "0002\tOPTIONS"],
    "Max-Forwards": ["70"],
    "Contact": ["*", '"a, b" <sip:a@example.com>;q=0.5, <sip:b@example.com>'],
    "Route": ["<sip:example.com;lr>"],
    "WWW-Authenticate": ['Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=SHA-256',
                         "Basic realm=r, NTLM a=="],
    "Proxy-Authenticate": ['Digest realm="r", nonce="n", Digest realm="s", nonce="m", algorithm=MD5-sess'],
    "Content-Length": ["0", "3"],
}  # fmt: skip


def _broken(rng: random.Random) -> bytes:
    """A message, some more of them with little wrong, some with much, and few with nothing."""
    start = rng.choice(["OPTIONS sip:b@example.com SIP/2.0", "SIP/2.0 401 Unauthorized", "SIP/2.0 407 "])
    lines = [f"{name}: {rng.choice(values)}" for name, values in FIELDS.items() if rng.random() < 0.95]
    text = "\r\n".join([start, *lines, "", ""]) + rng.choice(["", "abc", "abcdef"])
    for _change in range(int(rng.expovariate(0.5))):
        place = rng.randrange(len(text) + 1)
        end = place + rng.choice([0, 0, 1, 2, 10])
        text = text[:place] + rng.choice(PIECES) * rng.choice([1, 1, 1, 2, 50]) + text[end:]
    return text.encode("utf-8", "surrogateescape")


def test_nothing_makes_them_stumble() -> None:
    print(f"FUZZ_SEED={SEED}")
    octets = accepted = framed = answered = 0
    slowest = 0.0
    for number in range(COUNT):
        rng = random.Random(f"{SEED} {number}")
        data = _broken(rng)
        began = time.process_time()
        try:
            accepted += _parse(data)
            framed += _frame(data, rng)
            answered += _answer(data)
        except Exception as error:
            raise AssertionError(f"input {number} of FUZZ_SEED={SEED}: {error!r}\n{data!r}") from error
        took = time.process_time() - began
        assert took < LIMIT * max(1.0, len(data) / 1e6), (
            f"input {number} of FUZZ_SEED={SEED} took {took:.1f} s"
        )
        slowest, octets = max(slowest, took), octets + len(data)
    print(
        f"{COUNT} inputs, {octets} bytes, {accepted} accepted, {framed} framed, {answered} answered, "
        f"slowest {slowest:.3f} s"
    )
    assert min(accepted, framed, answered) > COUNT / 20 and accepted < COUNT


def _parse(data: bytes) -> bool:
    """What is accepted is written so that it is read again, and each of its values can be used."""
    try:
        message = parse(data)
    except Malformed:
        return False
    again = parse(to_bytes(message))
    assert again.headers.without("Content-Length") == message.headers.without("Content-Length")
    assert again.body == message.body
    values = [message.via, message.cseq]
    if isinstance(message, Request):
        values += [message.from_, message.to]
    for value in values:
        assert type(value).parse(str(value)) == _without_password(value)
    assert message.call_id
    return True


def _without_password(value: object) -> object:
    if isinstance(value, NameAddr):
        return NameAddr(Uri.parse(str(value.uri)), value.display, value.params)
    return value


def _frame(data: bytes, rng: random.Random) -> int:
    """However the octets come, the same messages come out, and what is no message ends it."""
    whole, pieces = _taken([data]), []
    rest = data
    while rest:
        size = rng.choice([1, 3, 100, 1000])
        pieces.append(rest[:size])
        rest = rest[size:]
    assert _taken(pieces) == whole
    return len([message for message in whole if message != b"broken"])


def _taken(pieces: List[bytes]) -> List[bytes]:
    stream, taken = Stream(), []
    for piece in pieces:
        stream.feed(piece)
        try:
            octets = stream.take()
            while octets is not None:
                taken.append(octets)
                octets = stream.take()
        except Malformed:
            return [*taken, b"broken"]
    return taken


def _answer(data: bytes) -> bool:
    """Digests are asked for in messages that need not be whole otherwise."""
    headers: Dict[str, str] = {}
    for line in data.decode("utf-8", "surrogateescape").split("\r\n"):
        name, _colon, value = line.partition(": ")
        if name.endswith("Authenticate") and "\n" not in value and "\r" not in value:
            headers[name] = value
    try:
        asked = challenges(Response(401, "", Headers(tuple(headers.items()))))
        name, value = answer(asked, "user", "s3cret", "OPTIONS", "sip:b@example.com", "c", 1)
    except (Malformed, Unanswerable) as refused:
        assert "s3cret" not in str(refused)
        return False
    assert "s3cret" not in value
    [_challenge] = challenges(Response(401, "", Headers((("WWW-Authenticate", value),))))
    return True

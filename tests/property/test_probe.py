# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a peer sends, and whenever: an exchange ends in time, tells what came of it, and leaves no call up."""

from __future__ import annotations

from typing import List, Optional, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import probe as report
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip import ladder
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import Wish
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.grammar import Malformed
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import Request
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.tests.unit.plugins.module_utils.siptrunk.sip.peers import (
    ADDRESS,
    URI,
    Answers,
    Played,
    answer,
    asked,
)
from hypothesis import given
from hypothesis import strategies as st

STATUSES = st.sampled_from((100, 180, 183, 199, 200, 202, 300, 302, 401, 407, 423, 481, 487, 503, 603))
FIELDS = st.sampled_from(
    (
        ("WWW-Authenticate", 'Digest realm="a", nonce="b"'),
        ("WWW-Authenticate", 'Digest realm="a", nonce="c", stale=true'),
        ("Proxy-Authenticate", 'Digest realm="d", nonce="e", qop="auth", algorithm=SHA-256'),
        ("WWW-Authenticate", "Digest"),
        ("Contact", "<sip:there@192.0.2.7>"),
        ("Contact", "<sip:there@example.net;transport=ws>;q=x"),
        ("Contact", "<"),
        ("Record-Route", "<sip:edge.example.com;lr>"),
        ("Record-Route", "nothing"),
        ("Min-Expires", "100"),
        ("Min-Expires", "-1"),
    )
)
DELAYS = st.sampled_from((0.0, 0.01, 0.3, 1.0, 4.0, 9.0))
# What is answered to one request: moments, statuses, further fields, tags, and garbage.
RESPONSES = st.tuples(DELAYS, STATUSES, st.lists(FIELDS, max_size=3), st.sampled_from("bc"), st.just(b""))
GARBAGE = st.tuples(DELAYS, st.just(0), st.just([]), st.just(""), st.binary(max_size=60))
SCRIPT = st.lists(st.lists(st.one_of(RESPONSES, RESPONSES, GARBAGE), max_size=4), max_size=12)

Line = Tuple[float, int, List[Tuple[str, str]], str, bytes]


@given(
    SCRIPT,
    st.sampled_from(("OPTIONS", "REGISTER", "INVITE")),
    st.sampled_from(("udp", "tcp")),
    st.booleans(),
    st.booleans(),
    st.none() | st.floats(0, 10),
)
def test_an_exchange_ends(
    script: List[List[Line]],
    method: str,
    transport: str,
    known: bool,
    bind: bool,
    interrupted_at: Optional[float],
) -> None:
    left = list(script)

    def peer(request: Request) -> Answers:
        lines = left.pop(0) if left else []
        for delay, status, fields, tag, garbage in lines:
            yield delay, answer(request, status, *fields, tag=tag) if status else garbage

    wire = Played({ADDRESS: peer, "192.0.2.7": peer}, interrupted_at)
    account = {"user": "100", "secret": "s3cret"} if known else {}
    bind = bind and method == "REGISTER"
    found = asked(wire, method, transport=transport, bind=bind, timeout=9.0, **account)
    # What is told within the same instant still counts.
    assert found.elapsed <= 9.0
    wished = Wish(method, Uri.parse(URI))
    assert found.outcome in report.text(wished, found, None)
    assert "s3cret" not in report.as_json(wished, found, None) + ladder.svg(found.steps)
    acknowledged = {tag_of(request) for request in wire.sent if request.method == "ACK"}
    ended = {tag_of(request) for request in wire.sent if request.method == "BYE"}
    accepted = {tag for tag in acknowledged if any(r.method == "BYE" and tag_of(r) == tag for r in wire.sent)}
    assert ended <= acknowledged
    if method == "INVITE" and found.outcome == "accepted" and found.status and found.status >= 200:
        assert accepted or found.left_behind


def tag_of(request: Request) -> object:
    try:
        return request.to.tag
    except Malformed:
        return None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    Headers,
    Request,
    Response,
    parse,
    to_bytes,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.transaction import (
    ACCEPTED,
    COMPLETED,
    PROCEEDING,
    TERMINATED,
    ClientTransaction,
    cancellation,
)

from .peers import answer

FIELDS = (
    ("Via", "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKone;rport"),
    ("Route", "<sip:proxy.example.com;lr>"),
    ("From", "<sip:a@example.com>;tag=a"),
    ("To", "<sip:b@example.com>"),
    ("Call-ID", "one@192.0.2.9"),
)


def request(method: str) -> Request:
    return Request(method, "sip:b@example.com", Headers((*FIELDS, ("CSeq", f"7 {method}"))))


def begun(method: str, reliable: bool = False) -> ClientTransaction:
    return ClientTransaction(request(method), reliable, 0.0)


def resent(transaction: ClientTransaction, until: float = 100.0) -> list[float]:
    """When it is sent again, until it is over or only a response can change anything."""
    times = []
    while transaction.due is not None and transaction.due <= until:
        now = transaction.due
        times += [now for _request in transaction.tick(now)]
    return times


def test_an_invite_is_repeated_at_twice_the_pause_each_time() -> None:
    transaction = begun("INVITE")
    assert resent(transaction) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert (transaction.timed_out, transaction.state) == (True, TERMINATED)


def test_another_request_is_repeated_at_four_seconds_at_most() -> None:
    transaction = begun("OPTIONS")
    assert resent(transaction) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert (transaction.timed_out, transaction.state) == (True, TERMINATED)


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_on_a_reliable_transport_nothing_is_repeated(method: str) -> None:
    transaction = begun(method, reliable=True)
    assert transaction.tick(31.9) == []
    assert transaction.due == 32.0
    assert transaction.tick(32.0) == []
    assert transaction.timed_out


def test_a_late_clock_sends_once() -> None:
    transaction = begun("OPTIONS")
    assert len(transaction.tick(20.0)) == 1


def test_a_provisional_answer_stops_an_invite_and_its_time() -> None:
    transaction = begun("INVITE")
    assert transaction.receive(answer(transaction.request, 100), 0.2).told
    assert (transaction.state, transaction.due, transaction.round_trip) == (PROCEEDING, None, 0.2)
    assert transaction.receive(answer(transaction.request, 180), 60.0).told
    assert transaction.round_trip == 0.2


def test_a_provisional_answer_slows_another_request() -> None:
    transaction = begun("OPTIONS")
    transaction.receive(answer(transaction.request, 100), 0.2)
    assert resent(transaction) == [4.2, 8.2, 12.2, 16.2, 20.2, 24.2, 28.2]
    assert transaction.timed_out


@pytest.mark.parametrize(("reliable", "until"), [(False, 33.0), (True, 1.0)])
def test_each_refusal_of_an_invite_is_acknowledged_and_told_once(reliable: bool, until: float) -> None:
    transaction = begun("INVITE", reliable)
    refusal = answer(transaction.request, 486)
    first, again = transaction.receive(refusal, 1.0), transaction.receive(refusal, 1.0)
    assert (first.told, again.told) == (True, False)
    assert transaction.due == until
    for (ack,) in (first.send, again.send):
        assert (ack.method, ack.uri, str(ack.cseq)) == ("ACK", "sip:b@example.com", "7 ACK")
        assert ack.headers.get("To") == "<sip:b@example.com>;tag=b"
        assert ack.headers.all("Via") == [FIELDS[0][1]]
        assert ack.headers.all("Route") == [FIELDS[1][1]]
        assert (ack.call_id, ack.from_.tag) == ("one@192.0.2.9", "a")
        assert parse(to_bytes(ack)).headers.get("Content-Length") == "0"
    transaction.tick(until)
    assert (transaction.state, transaction.timed_out) == (TERMINATED, False)
    assert not transaction.receive(refusal, until).send


def test_each_acceptance_of_an_invite_is_told() -> None:
    transaction = begun("INVITE")
    for tag in ("b", "b", "c"):
        heard = transaction.receive(answer(transaction.request, 200, tag=tag), 1.0)
        # Its ACK is not the transaction's business.
        assert heard == (True, [])
    assert transaction.state == ACCEPTED
    assert not transaction.receive(answer(transaction.request, 486), 1.0).told
    transaction.tick(33.0)
    assert not transaction.receive(answer(transaction.request, 200), 33.0).told


@pytest.mark.parametrize(("reliable", "until"), [(False, 6.0), (True, 1.0)])
def test_a_final_answer_to_another_request_is_told_once(reliable: bool, until: float) -> None:
    transaction = begun("OPTIONS", reliable)
    final = answer(transaction.request, 404)
    assert [transaction.receive(final, 1.0) for _time in range(2)] == [(True, []), (False, [])]
    assert (transaction.state, transaction.due) == (COMPLETED, until)
    assert not transaction.receive(answer(transaction.request, 100), 1.0).told
    assert transaction.tick(until) == []
    assert (transaction.state, transaction.timed_out) == (TERMINATED, False)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Via", "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKtwo", "another branch"),
        ("Via", "SIP/2.0/UDP 192.0.2.9:5060", "another branch"),
        ("CSeq", "7 INVITE", "another CSeq"),
        ("CSeq", "8 OPTIONS", "another CSeq"),
        ("Call-ID", "two", "another Call-ID"),
        ("From", "<sip:a@example.com>;tag=x", "another tag of From"),
    ],
)
def test_what_is_no_answer_to_it(name: str, value: str, why: str) -> None:
    transaction = begun("OPTIONS")
    good = answer(transaction.request, 200)
    assert transaction.stranger(good) is None
    assert transaction.stranger(Response(200, "OK", good.headers.replaced(name, value))) == why


def test_a_cancel_is_the_same_but_for_its_method() -> None:
    cancel = cancellation(request("INVITE"))
    assert (cancel.method, cancel.uri, str(cancel.cseq)) == ("CANCEL", "sip:b@example.com", "7 CANCEL")
    kept: dict[str, Any] = {name: cancel.headers.all(name) for name, _value in FIELDS}
    assert kept == {name: [value] for name, value in FIELDS}
    parse(to_bytes(cancel))

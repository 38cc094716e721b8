# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any, Callable

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.conversation import STEPS_LIMIT
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import NoAnswer
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import (
    Exchange,
    Outcome,
    Wish,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import Target
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import Request
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.wire import (
    Arrived,
    Place,
    WireError,
)

from .peers import ADDRESS, OWN, URI, Answers, Peer, Played, always, answer, asked, octets, silent

SECRET = "s3cret"
ACCOUNT = {"user": "100", "secret": SECRET}
OTHER = "192.0.2.2"
CLOSED = WireError("unreachable", "closed", "it has closed the connection")


def played(peer: Peer, **more: Any) -> Played:
    return Played({ADDRESS: peer}, **more)


def challenge(nonce: str = "n", realm: str = "example.com", more: str = "") -> tuple[str, str]:
    return "WWW-Authenticate", f'Digest realm="{realm}", nonce="{nonce}", qop="auth"{more}'


def registrar(request: Request) -> Answers:
    """Lets in whoever has any credentials."""
    if request.headers.get("Authorization") is None:
        return [(0.01, answer(request, 401, challenge()))]
    contact = request.headers.get("Contact") or "<sip:100@192.0.2.5>;expires=300"
    return [(0.01, answer(request, 200, ("Contact", contact)))]


def callee(*statuses: int, pause: float = 0.1, more: tuple[tuple[str, str], ...] = ()) -> Peer:
    """Says these to an INVITE, and what is right to anything else; a call that was cancelled gets no 200 any more."""
    state: dict[str, Any] = {}

    def peer(request: Request) -> Answers:
        if request.method == "INVITE":
            state["invite"] = request
            return [(pause * (n + 1), answer(request, status, *more)) for n, status in enumerate(statuses)]
        if request.method == "CANCEL":
            return [(0.01, answer(request, 200)), (0.02, answer(state["invite"], 487))]
        return [(0.01, answer(request, 200))] if request.method == "BYE" else []

    return peer


# Outcomes


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "accepted"), (202, "accepted"), (380, "redirected"), (401, "challenged"), (403, "refused"),
        (404, "refused"), (407, "challenged"), (486, "refused"), (500, "refused"), (503, "refused"), (603, "refused"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["OPTIONS", "INVITE"])
def test_an_answer_decides(method: str, status: int, outcome: str) -> None:
    found = asked(played(always(status)), method)
    assert (found.outcome, found.status, found.reason) == (outcome, status, "Any")
    assert (found.target, found.own) == (Target("udp", ADDRESS, 5060, "pbx.example.com"), OWN)
    assert found.round_trip == pytest.approx(0.01)
    assert found.left_behind is None


def test_silence() -> None:
    wire = played(silent)
    found = asked(wire, timeout=10.0)
    assert (found.outcome, found.cause, found.status, found.elapsed) == ("silent", "no_answer", None, 10.0)
    assert wire.sent_at == [0.0, 0.5, 1.5, 3.5, 7.5]


def test_the_time_is_kept_whatever_comes() -> None:
    def babbles(request: Request) -> Answers:
        return [(n / 1000, answer(request, 100 + n % 2 * 83)) for n in range(20000)]

    found = asked(played(babbles), timeout=5.0)
    assert (found.outcome, found.cause, found.elapsed) == ("silent", "provisional_only", 5.0)
    assert len(found.steps) == STEPS_LIMIT
    assert found.unseen > 4000


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (lambda r: Arrived(Place(OTHER, 5060), octets_of(r)), "not asked"),
        (lambda r: Arrived(Place(ADDRESS, 5061), octets_of(r)), "not asked"),
        (lambda r: forged(r, "Via", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx"), "branch"),
        (lambda r: forged(r, "CSeq", "1 BYE"), "CSeq"),
        (lambda r: forged(r, "Call-ID", "x"), "Call-ID"),
        (lambda r: r, "a request, OPTIONS"),
    ],
)
def test_what_is_no_answer_has_no_influence(forge: Callable[[Request], object], why: str) -> None:
    found = asked(played(lambda request: [(0.1, forge(request))]), timeout=1.0)
    assert (found.outcome, found.cause, found.status) == ("silent", "noise_only", None)
    # To the request, and to its repetition.
    assert found.noise == 2
    assert why in [step for step in found.steps if step.kind == "noise"][0].text
    then = asked(played(lambda request: [(0.1, forge(request)), (0.2, answer(request, 403))]))
    assert (then.outcome, then.noise) == ("refused", 1)


def octets_of(request: Request) -> bytes:
    return octets(answer(request, 200))


def forged(request: Request, name: str, value: str) -> object:
    good = answer(request, 200)
    return type(good)(200, "OK", good.headers.replaced(name, value))


def test_garbage() -> None:
    found = asked(played(lambda request: [(0.1, b"\x00\xff\r\n\r\n")]), timeout=1.0)
    assert (found.outcome, found.cause) == ("malformed", "malformed")


def test_nothing_that_a_terminal_obeys_is_told() -> None:
    found = asked(played(lambda request: [(0.1, answer(request, 403, reason="\x1b[2J\udcff no"))]))
    assert all(step.text.isprintable() for step in found.steps)


# Challenges


def test_a_challenge_is_answered() -> None:
    wire = played(registrar)
    found = asked(wire, **ACCOUNT)
    assert (found.outcome, found.status) == ("accepted", 200)
    first, second = wire.sent
    assert (first.cseq.number, second.cseq.number) == (1, 2)
    assert first.via.branch != second.via.branch
    assert first.via.params.has("rport")
    assert (first.call_id, first.from_.tag) == (second.call_id, second.from_.tag)
    assert SECRET not in repr(found)


def test_without_credentials_a_challenge_is_the_outcome() -> None:
    found = asked(played(registrar))
    assert (found.outcome, found.cause) == ("challenged", "no_credentials")


def test_a_wrong_secret_is_tried_once() -> None:
    wire = played(always(401, challenge()))
    found = asked(wire, **ACCOUNT)
    assert (found.outcome, found.cause, found.status, len(wire.sent)) == ("refused", "credentials", 401, 2)


def test_a_new_nonce_for_the_same_is_a_refusal_unless_the_old_one_was_stale() -> None:
    numbers = itertools.count()

    def peer(request: Request) -> Answers:
        number = next(numbers)
        stale = ", stale=true" if number == 1 else ""
        if number < 2:
            return [(0.01, answer(request, 401, challenge(f"n{number}", more=stale)))]
        return [(0.01, answer(request, 200))]

    wire = played(peer)
    assert asked(wire, **ACCOUNT).outcome == "accepted"
    assert ['nonce="n1"' in (one.headers.get("Authorization") or "") for one in wire.sent] == [
        False,
        False,
        True,
    ]


def test_challenges_without_end_have_one() -> None:
    numbers = itertools.count()

    def peer(request: Request) -> Answers:
        return [(0.01, answer(request, 401, challenge(f"n{next(numbers)}", more=", stale=true")))]

    wire = played(peer)
    found = asked(wire, **ACCOUNT)
    assert (found.outcome, found.cause, len(wire.sent)) == ("refused", "too_many_challenges", 5)


def test_a_proxy_and_a_registrar_may_both_ask() -> None:
    def peer(request: Request) -> Answers:
        if not request.headers.get("Proxy-Authorization"):
            asks = ("Proxy-Authenticate", 'Digest realm="proxy", nonce="p"')
            return [(0.01, answer(request, 407, asks))]
        return registrar(request)

    wire = played(peer)
    assert asked(wire, **ACCOUNT).outcome == "accepted"
    assert len(wire.sent) == 3
    assert wire.sent[-1].headers.get("Proxy-Authorization")
    assert wire.sent[-1].headers.get("Authorization")


@pytest.mark.parametrize(
    "asks", ['Basic realm="x"', 'Digest realm="x", nonce="n", algorithm=SHA-999', 'Digest realm="x"', "?"]
)
def test_a_challenge_of_another_kind(asks: str) -> None:
    wire = played(always(401, ("WWW-Authenticate", asks)))
    found = asked(wire, **ACCOUNT)
    assert (found.outcome, found.cause, len(wire.sent)) == ("challenged", "unanswerable", 1)


def test_one_that_can_be_answered_is_enough() -> None:
    def peer(request: Request) -> Answers:
        if request.headers.get("Authorization"):
            return [(0.01, answer(request, 200))]
        return [(0.01, answer(request, 401, ("WWW-Authenticate", 'Basic realm="x"'), challenge()))]

    assert asked(played(peer), **ACCOUNT).outcome == "accepted"


# REGISTER


def test_a_query_names_no_contact() -> None:
    wire = played(registrar)
    found = asked(wire, "REGISTER", **ACCOUNT)
    assert [(contact.uri, contact.expires) for contact in found.contacts] == [("sip:100@192.0.2.5", 300)]
    for request in wire.sent:
        assert request.uri == "sip:pbx.example.com"
        assert request.headers.get("To") == "<sip:100@pbx.example.com>"
        assert not request.headers.all("Contact") + request.headers.all("Expires")


def test_what_was_bound_is_removed() -> None:
    wire = played(registrar)
    found = asked(wire, "REGISTER", bind=True, **ACCOUNT)
    assert (found.outcome, found.left_behind) == ("accepted", None)
    assert [request.headers.get("Expires") for request in wire.sent] == ["60", "60", "0"]
    assert wire.sent[-1].headers.get("Contact") == f"<sip:100@{OWN}>;expires=0"
    # The nonce is used again, and counted.
    assert "nc=00000002" in (wire.sent[-1].headers.get("Authorization") or "")


def test_a_nonce_that_is_good_once_is_no_refusal() -> None:
    used: set[str] = set()

    def once(request: Request) -> Answers:
        given = request.headers.get("Authorization") or ""
        nonce = given.partition('nonce="')[2].partition('"')[0]
        if not nonce or nonce in used:
            return [(0.01, answer(request, 401, challenge(f"n{len(used)}")))]
        used.add(nonce)
        return [(0.01, answer(request, 200))]

    found = asked(played(once), "REGISTER", bind=True, **ACCOUNT)
    assert (found.outcome, found.left_behind) == ("accepted", None)


def test_a_longer_expiry_is_asked_for_once() -> None:
    def wants(seconds: int) -> Peer:
        def peer(request: Request) -> Answers:
            if 0 < int(request.headers.get("Expires") or "0") < seconds:
                return [(0.01, answer(request, 423, ("Min-Expires", str(seconds))))]
            return [(0.01, answer(request, 200))]

        return peer

    wire = played(wants(300))
    assert asked(wire, "REGISTER", bind=True).outcome == "accepted"
    assert [request.headers.get("Expires") for request in wire.sent] == ["60", "300", "0"]
    growing = (("Min-Expires", str(seconds)) for seconds in itertools.count(100))
    wire = played(lambda request: [(0.01, answer(request, 423, next(growing)))])
    assert asked(wire, "REGISTER", bind=True).status == 423
    assert len(wire.sent) == 2
    wire = played(always(423, ("Min-Expires", str(10**9))))
    assert asked(wire, "REGISTER", bind=True).status == 423
    assert len(wire.sent) == 1


def test_a_refused_contact_is_not_removed_and_a_silent_one_is() -> None:
    wire = played(always(403))
    assert asked(wire, "REGISTER", bind=True).left_behind is None
    assert len(wire.sent) == 1
    wire = played(silent)
    found = asked(wire, "REGISTER", bind=True, timeout=9.0)
    assert wire.sent[-1].headers.get("Expires") == "0"
    assert found.outcome == "silent"
    assert found.left_behind == "the contact stays until it expires: no answer to its removal"
    assert found.elapsed == 9.0


def test_a_contact_that_cannot_be_removed_is_told() -> None:
    def peer(request: Request) -> Answers:
        return [(0.01, answer(request, 500 if request.headers.get("Expires") == "0" else 200))]

    found = asked(played(peer), "REGISTER", bind=True)
    assert (found.outcome, found.left_behind) == (
        "accepted",
        "the contact stays until it expires: 500 Any to its removal",
    )


# INVITE


def test_a_call_that_is_answered_is_acknowledged_and_ended() -> None:
    route = ("Record-Route", "<sip:edge.example.com;lr>, <sip:core.example.com;lr>")
    wire = played(callee(100, 200, more=(("Contact", "<sip:there@192.0.2.7>"), route)))
    found = asked(wire, "INVITE")
    assert (found.outcome, found.status, found.left_behind) == ("accepted", 200, None)
    assert found.contacts == ()
    assert wire.methods == ["INVITE", "ACK", "BYE"]
    invite, ack, bye = wire.sent
    assert b"m=audio 9 " in invite.body
    assert invite.uri == URI
    for request in (ack, bye):
        assert request.uri == "sip:there@192.0.2.7"
        assert request.headers.all("Route") == ["<sip:core.example.com;lr>", "<sip:edge.example.com;lr>"]
        assert (request.to.tag, request.call_id) == ("b", invite.call_id)
    assert (ack.cseq.number, bye.cseq.number) == (1, 2)
    assert len({request.via.branch for request in wire.sent}) == 3


def test_a_strict_router_is_asked_itself() -> None:
    route = ("Record-Route", "<sip:old.example.com>")
    wire = played(callee(200, more=(("Contact", "<sip:there@192.0.2.7>"), route)))
    asked(wire, "INVITE")
    assert wire.sent[-1].uri == "sip:old.example.com"
    assert wire.sent[-1].headers.all("Route") == ["<sip:there@192.0.2.7>"]


def test_a_call_that_rings_is_cancelled() -> None:
    wire = played(callee(100, 180))
    found = asked(wire, "INVITE")
    assert (found.outcome, found.cause, found.status, found.left_behind) == ("accepted", "ringing", 180, None)
    assert wire.methods == ["INVITE", "CANCEL", "ACK"]
    assert found.elapsed < 1


def test_an_answer_that_crosses_the_cancel_is_ended() -> None:
    wire = played(callee(180, 200, pause=0.005))
    found = asked(wire, "INVITE")
    assert (found.status, found.left_behind) == (180, None)
    assert wire.methods == ["INVITE", "CANCEL", "ACK", "BYE"]


def test_all_who_answer_are_told_to_end() -> None:
    def peer(request: Request) -> Answers:
        if request.method == "INVITE":
            return [(0.01, answer(request, 200, tag=tag)) for tag in ("b", "c", "b")]
        return [(0.05, answer(request, 200))] if request.method == "BYE" else []

    wire = played(peer)
    assert asked(wire, "INVITE").left_behind is None
    assert sorted(request.to.tag or "" for request in wire.sent if request.method == "BYE") == ["b", "c"]
    assert [request.to.tag for request in wire.sent if request.method == "ACK"].count("b") == 2


@pytest.mark.parametrize(
    ("status", "outcome", "cause"),
    [(100, "silent", "provisional_only"), (183, "accepted", "in_progress"), (182, "accepted", "in_progress")],
)
def test_at_the_end_of_the_time_a_call_is_cancelled(status: int, outcome: str, cause: str) -> None:
    wire = played(callee(status))
    found = asked(wire, "INVITE", timeout=12.0)
    assert (found.outcome, found.cause, found.left_behind) == (outcome, cause, None)
    assert wire.methods == ["INVITE", "CANCEL", "ACK"]
    assert wire.sent_at[1] == pytest.approx(9.0)
    assert found.elapsed <= 12.0


def test_before_a_provisional_answer_nothing_is_cancelled() -> None:
    wire = played(silent)
    found = asked(wire, "INVITE", timeout=6.0)
    assert (found.outcome, found.left_behind, found.elapsed) == ("silent", None, 6.0)
    assert set(wire.methods) == {"INVITE"}
    wire = played(callee(180, pause=5.0))
    assert asked(wire, "INVITE", timeout=6.0).left_behind is None
    assert wire.methods[-2:] == ["CANCEL", "ACK"]


def test_a_cancel_that_nobody_confirms_is_told() -> None:
    wire = played(lambda request: [(0.1, answer(request, 183))] if request.method == "INVITE" else [])
    found = asked(wire, "INVITE", timeout=6.0)
    assert found.left_behind == "the call was cancelled, and nobody said that it has ended"
    assert wire.methods == ["INVITE", *["CANCEL"] * 3]
    assert found.elapsed == 6.0


def test_interrupted() -> None:
    wire = played(callee(183), interrupted_at=2.0)
    found = asked(wire, "INVITE", timeout=60.0)
    assert (found.outcome, found.left_behind) == ("interrupted", None)
    assert wire.methods == ["INVITE", "CANCEL", "ACK"]
    assert found.elapsed < 3


def test_whoever_interrupts_does_not_wait_for_long() -> None:
    wire = played(
        lambda request: [(0.1, answer(request, 183))] if request.method == "INVITE" else [],
        interrupted_at=2.0,
    )
    found = asked(wire, "INVITE", timeout=60.0)
    assert (found.outcome, found.elapsed) == ("interrupted", 5.0)
    assert found.left_behind


def test_a_call_that_is_gone_already_has_ended() -> None:
    def gone(request: Request) -> Answers:
        status = {"INVITE": 200, "BYE": 481}.get(request.method)
        return [(0.01, answer(request, status))] if status else []

    wire = played(gone)
    assert asked(wire, "INVITE").left_behind is None
    assert wire.methods == ["INVITE", "ACK", "BYE"]


def test_interrupted_while_it_is_being_ended() -> None:
    wire = played(callee(180), interrupted_at=0.105)
    found = asked(wire, "INVITE", timeout=60.0)
    assert (found.outcome, found.left_behind) == ("accepted", None)
    assert wire.methods[-1] == "ACK"


def test_whatever_goes_wrong_here_the_call_is_ended() -> None:
    class Broken(Exchange):
        def _judged(self, *_given: object) -> Outcome:
            raise RuntimeError

    wire = played(callee(200))
    target = Target("udp", ADDRESS, 5060, "pbx.example.com")
    with pytest.raises(RuntimeError):
        Broken(Wish("INVITE", Uri.parse(URI)), wire, lambda uri, transport: [target]).run()
    assert wire.methods == ["INVITE", "ACK", "BYE"]


def test_a_call_is_not_redirected() -> None:
    wire = played(always(302, ("Contact", "<sip:premium@192.0.2.2>")))
    found = asked(wire, "INVITE")
    assert (found.outcome, found.cause) == ("redirected", "not_followed")
    assert wire.methods == ["INVITE", "ACK"]


def test_the_challenge_of_a_call_is_answered_and_acknowledged() -> None:
    def peer(request: Request) -> Answers:
        if request.method == "ACK":
            return []
        return [(0.01, answer(request, 200 if request.headers.get("Authorization") else 401, challenge()))]

    wire = played(peer)
    found = asked(wire, "INVITE", **ACCOUNT)
    assert (found.outcome, found.left_behind) == ("accepted", None)
    assert wire.methods == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]
    assert wire.sent[3].headers.get("Authorization") == wire.sent[2].headers.get("Authorization")
    assert 'uri="sip:100@pbx.example.com"' in (wire.sent[4].headers.get("Authorization") or "")


def test_a_bye_that_does_not_get_through_goes_where_the_answer_says() -> None:
    """A proxy that is not in the way of what follows."""

    def proxy(request: Request) -> Answers:
        if request.method == "INVITE":
            return [(0.01, answer(request, 200, ("Contact", "<sip:there@far.example.com>")))]
        return [(0.01, answer(request, 404))] if request.method == "BYE" else []

    wire = Played({ADDRESS: proxy, OTHER: always(200)})
    targets = {
        "pbx.example.com": [Target("udp", ADDRESS, 5060, "pbx.example.com")],
        "far.example.com": [Target("udp", OTHER, 5060, "far.example.com")],
    }
    found = asked(wire, "INVITE", targets=targets)
    assert (found.outcome, found.left_behind) == ("accepted", None)
    assert wire.methods == ["INVITE", "ACK", "BYE", "ACK", "BYE"]
    assert [target.address for target in wire.opened] == [ADDRESS, OTHER]


def test_a_call_whose_end_nobody_confirms_is_told() -> None:
    wire = played(lambda request: [(0.01, answer(request, 200))] if request.method == "INVITE" else [])
    found = asked(wire, "INVITE", timeout=6.0)
    assert found.outcome == "accepted"
    assert found.left_behind == "the call may be up: nobody confirmed its end"
    assert found.elapsed == 6.0


def test_a_connection_that_is_closed_while_it_rings_is_made_anew() -> None:
    state: list[Request] = []

    def peer(request: Request) -> Answers:
        if request.method == "INVITE":
            state.append(request)
            return [(0.01, answer(request, 180))]
        if request.method == "CANCEL" and len(wire.opened) == 1:
            return [(0, CLOSED)]
        return [(0.01, answer(state[0], 487))] if request.method == "CANCEL" else []

    wire = played(peer)
    found = asked(wire, "INVITE", f"{URI};transport=tcp")
    assert (found.status, found.left_behind) == (180, None)
    assert len(wire.opened) == 2


# Other targets


def several(*addresses: str, transport: str = "udp") -> dict[str, list[Target]]:
    return {"pbx.example.com": [Target(transport, one, 5060, "pbx.example.com") for one in addresses]}


@pytest.mark.parametrize("first", [silent, always(503), lambda request: [(0, CLOSED)]])
@pytest.mark.parametrize("method", ["OPTIONS", "REGISTER"])
def test_the_next_target_is_asked(first: Peer, method: str) -> None:
    wire = Played({ADDRESS: first, OTHER: always(200)})
    found = asked(wire, method, targets=several("192.0.2.3", ADDRESS, OTHER), timeout=10.0)
    assert (found.outcome, found.target and found.target.address) == ("accepted", OTHER)
    assert found.elapsed <= 5.1


def test_each_target_has_its_share_of_the_time() -> None:
    wire = Played({ADDRESS: silent, OTHER: silent, "192.0.2.3": silent, "192.0.2.4": silent})
    found = asked(wire, targets=several(ADDRESS, OTHER, "192.0.2.3", "192.0.2.4"), timeout=8.0)
    assert (found.outcome, found.elapsed, len(wire.opened)) == ("silent", 8.0, 4)
    # Each with a request of its own, which nobody else gets.
    assert [request.cseq.number for request in wire.sent] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize("status", [200, 302, 401, 404, 486, 500, 603])
def test_any_other_answer_is_final(status: int) -> None:
    wire = Played({ADDRESS: always(status), OTHER: always(200)})
    assert asked(wire, targets=several(ADDRESS, OTHER)).status == status


def test_when_none_is_there_what_says_most_is_told() -> None:
    wire = Played({ADDRESS: always(503), OTHER: silent})
    found = asked(wire, targets=several(ADDRESS, "192.0.2.3", OTHER))
    assert (found.outcome, found.status) == ("refused", 503)
    assert asked(Played({}), targets=several(ADDRESS, OTHER)).outcome == "unreachable"


def test_a_call_does_not_ring_twice() -> None:
    wire = Played({ADDRESS: silent, OTHER: always(200)})
    assert asked(wire, "INVITE", targets=several(ADDRESS, OTHER), timeout=20.0).outcome == "silent"
    assert len(wire.opened) == 1
    # Until it is over.
    wire = Played({ADDRESS: silent, OTHER: callee(200)})
    found = asked(wire, "INVITE", targets=several(ADDRESS, OTHER), timeout=60.0)
    assert (found.outcome, len(wire.opened), found.left_behind) == ("accepted", 2, None)
    for nobody in ({}, {ADDRESS: always(503)}, {ADDRESS: lambda request: [(0, CLOSED)]}):
        wire = Played({**nobody, OTHER: callee(200)})
        assert asked(wire, "INVITE", targets=several(ADDRESS, OTHER)).outcome == "accepted"


def test_a_call_that_may_ring_is_not_made_elsewhere_when_its_connection_breaks() -> None:
    def breaks(request: Request) -> Answers:
        return [(0.1, answer(request, 183)), (0.2, CLOSED)] if request.method == "INVITE" else [(0, CLOSED)]

    wire = Played({ADDRESS: breaks, OTHER: always(200)})
    found = asked(wire, "INVITE", targets=several(ADDRESS, OTHER, transport="tcp"))
    assert (found.outcome, found.cause) == ("unreachable", "closed")
    assert found.left_behind == "the call may be up: it has closed the connection"
    assert {target.address for target in wire.opened} == {ADDRESS}


def test_a_datagram_that_came_back_called_nobody() -> None:
    wire = Played({ADDRESS: lambda request: [(0.1, CLOSED)], OTHER: callee(200)})
    assert asked(wire, "INVITE", targets=several(ADDRESS, OTHER)).outcome == "accepted"
    found = asked(Played({ADDRESS: lambda request: [(0.1, CLOSED)]}), "INVITE")
    assert (found.outcome, found.left_behind, found.elapsed) == ("unreachable", None, pytest.approx(0.1))


def test_a_name_that_leads_nowhere() -> None:
    assert asked(Played({}), targets={}).cause == "unresolved"

    def nobody(_uri: Uri, _transport: object) -> list[Target]:
        raise NoAnswer("no name server answers")

    found = Exchange(Wish("OPTIONS", Uri.parse(URI)), Played({}), nobody).run()
    assert (found.outcome, found.cause) == ("unreachable", "no_name_server")


@pytest.mark.parametrize(
    ("scheme", "transport", "contact"),
    [
        ("sip", "udp", f"<sip:siptrunk@{OWN}>"),
        ("sip", "tcp", f"<sip:siptrunk@{OWN};transport=tcp>"),
        ("sip", "tls", f"<sip:siptrunk@{OWN};transport=tls>"),
        ("sips", "tls", f"<sips:siptrunk@{OWN}>"),
    ],
)
def test_a_contact_is_where_we_are(scheme: str, transport: str, contact: str) -> None:
    wire = played(callee(180))
    asked(wire, "INVITE", f"{scheme}:100@pbx.example.com", transport=transport)
    assert wire.sent[0].headers.get("Contact") == contact
    assert wire.sent[0].via.transport == transport.upper()


def test_a_transport_in_capitals() -> None:
    wire = played(always(200))
    asked(wire, uri=f"{URI};transport=TCP")
    assert wire.opened[0].transport == "tcp"


# Redirections


def test_a_redirection_is_followed() -> None:
    wire = Played(
        {
            ADDRESS: always(302, ("Contact", "<sip:a@b.example.com>;q=0.1, <sip:c@d.example.com>")),
            OTHER: always(200),
        }
    )
    targets = {**several(ADDRESS), "d.example.com": [Target("udp", OTHER, 5060, "d.example.com")]}
    found = asked(wire, targets=targets)
    assert (found.outcome, found.target and found.target.host) == ("accepted", "d.example.com")
    assert wire.sent[-1].uri == "sip:c@d.example.com"


def test_redirections_without_end_have_one() -> None:
    numbers = itertools.count()

    def peer(request: Request) -> Answers:
        return [(0.01, answer(request, 302, ("Contact", f"<sip:u{next(numbers)}@pbx.example.com>")))]

    wire = played(peer)
    found = asked(wire)
    assert (found.outcome, found.cause, len(wire.sent)) == ("redirected", "too_many_redirects", 6)


@pytest.mark.parametrize(
    ("contacts", "cause"),
    [(f"<{URI}>", "redirect_loop"), ("<SIP:100@PBX.example.com>", "redirect_loop"), ("<tel:+15550100>", "not_followed"),
     ("<sip:a@b.example.com;transport=sctp>", "not_followed"), ("*", "not_followed"), ("<sip:", "not_followed")],
)  # fmt: skip
def test_a_redirection_that_leads_nowhere(contacts: str, cause: str) -> None:
    wire = played(always(302, ("Contact", contacts)))
    found = asked(wire)
    assert (found.outcome, found.cause, len(wire.sent)) == ("redirected", cause, 1)


def test_from_tls_nobody_is_led_into_the_clear() -> None:
    wire = played(always(302, ("Contact", "<sip:other@pbx.example.com>")))
    asked(wire, transport="tls")
    assert [target.transport for target in wire.opened] == ["tls", "tls"]

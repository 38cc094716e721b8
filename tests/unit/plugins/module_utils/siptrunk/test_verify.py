# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any, Optional, Sequence

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    ANSWER,
    CERTIFICATE,
    CHALLENGE,
    SILENCE,
    Heard,
    Peer,
    Registration,
    Snapshot,
    Unavailable,
    Written,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.causes import (
    CAUSES,
    EXIT_CODES,
    OWN,
    WORDS,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import ExpectedPeer
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.judges.chan_sip import (
    granted_expiry,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import (
    Addresses,
    Published,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import verify

from .scenes import (
    ADDRESS,
    HOST,
    NOW,
    PEER,
    PEERS,
    REGISTERED,
    SILENT,
    TRUNK,
    failed,
    judged,
    never,
    resolve,
    running,
    unresolved,
)


def refreshing(state: str, seconds_ago: int) -> Registration:
    return replace(REGISTERED, state=state, registered_at=int(NOW) - seconds_ago)


assert TRUNK.registration is not None
OVER_TLS = replace(TRUNK, registration=replace(TRUNK.registration, port=5061, transport="tls"))


# Each row: what runs, what else is known, and the cause that must be found.
def published(*addresses: str, services: Sequence[str] = ()) -> Addresses:
    """What a name has, and what SRV leads to."""
    found = [
        *(Published(address, HOST, "A", 300) for address in addresses),
        *(Published(address, f"_sip._udp.{HOST}", "SRV A", 300) for address in services),
    ]
    known = frozenset(one.address for one in found)
    return Addresses(known, True, frozenset(services), tuple(found))


def two_addresses(host: str, port: Optional[int] = None) -> Addresses:
    return published(ADDRESS, "203.0.113.11")


SCENES: dict[str, tuple[Snapshot, dict[str, Any], str]] = {
    "all is well": (running(REGISTERED), {}, "registered"),
    "a refresh is under way": (running(refreshing("Request Sent", 110)), {}, "registered"),
    "a refresh is being authenticated": (running(refreshing("Auth. Sent", 110)), {}, "registered"),
    "a refresh has no answer": (running(refreshing("Request Sent", 112)), {}, "expiring"),
    "the last second": (running(refreshing("Registered", 119)), {}, "expiring"),
    "registered, but the expiry has passed": (running(refreshing("Registered", 121)), {}, "expired"),
    "newer than asked for": (running(REGISTERED), {"since": NOW - 21}, "registered"),
    "in the very second": (running(REGISTERED), {"since": int(NOW) - 20}, "registered"),
    "a moment too old": (running(REGISTERED), {"since": int(NOW) - 19.9}, "not_fresh"),
    "old and being refreshed": (running(refreshing("Auth. Sent", 30)), {"since": NOW - 5}, "wrong_password"),
    "challenged again and again": (running(never("Auth. Sent")), {}, "wrong_password"),
    "challenged just now": (running(never("Auth. Sent")), {"watched": 2.9}, "trying"),
    "403": (running(never("No Authentication")), {}, "forbidden"),
    "403 at once": (running(never("No Authentication")), {"watched": 0}, "forbidden"),
    "403 at a refresh": (running(refreshing("No Authentication", 10)), {}, "forbidden"),
    "a challenge for SHA-256": (
        running(never("Request Sent"), heard=(Heard(CHALLENGE, f"43212345@{HOST}", int(NOW) - 9, 401),)),
        {},
        "challenge",
    ),
    "a challenge of long ago": (
        running(never("Request Sent"), heard=(Heard(CHALLENGE, f"43212345@{HOST}", int(NOW) - 999, 401),)),
        {},
        "unavailable",
    ),
    "an expired certificate": (
        running(
            replace(never("Request Sent"), registrar=f"{HOST}:5061"),
            peers=dict.fromkeys(PEERS, SILENT),
            heard=(Heard(CERTIFICATE, f"{ADDRESS}:5061", int(NOW) - 9, reason="certificate has expired"),),
        ),
        {"trunk": OVER_TLS},
        "certificate",
    ),
    "the certificate of somebody else": (
        running(
            replace(never("Request Sent"), registrar=f"{HOST}:5061"),
            peers=dict.fromkeys(PEERS, SILENT),
            heard=(Heard(CERTIFICATE, "203.0.113.99:5061", int(NOW) - 9, reason="certificate has expired"),),
        ),
        {"trunk": OVER_TLS},
        "no_answer",
    ),
    "nobody answers OPTIONS any more": (
        running(REGISTERED, peers=dict.fromkeys(PEERS, SILENT)),
        {},
        "unreachable",
    ),
    "the file is newer than the registration": (
        running(REGISTERED, started_at=int(NOW) - 99, written={"chan_sip": Written("trunks.conf", NOW - 5)}),
        {},
        "changed_since",
    ),
    "the file is newer, but Asterisk was reloaded": (
        running(
            REGISTERED,
            started_at=int(NOW) - 99,
            reloaded_at=int(NOW) - 4,
            written={"chan_sip": Written("trunks.conf", NOW - 5)},
        ),
        {},
        "registered",
    ),
    "the file is of a time to come": (
        running(REGISTERED, started_at=int(NOW) - 99, written={"chan_sip": Written("trunks.conf", NOW + 60)}),
        {},
        "registered",
    ),
    "the file is older than the registration": (
        running(REGISTERED, started_at=int(NOW) - 99, written={"chan_sip": Written("trunks.conf", NOW - 21)}),
        {},
        "registered",
    ),
    "the clock was set back": (running(refreshing("Registered", -3600)), {}, "clock"),
    "404": (running(never("Rejected")), {}, "rejected"),
    "no attempts left": (running(never("Failed")), {}, "gave_up"),
    "its turn has not come": (running(never("Unregistered")), {}, "trying"),
    "silence": (running(never("Request Sent"), peers=dict.fromkeys(PEERS, SILENT)), {}, "no_answer"),
    "silence at a refresh": (
        running(refreshing("Request Sent", 130), peers=dict.fromkeys(PEERS, SILENT)),
        {},
        "no_answer",
    ),
    "sent just now": (running(never("Request Sent")), {"watched": 0}, "trying"),
    "503": (running(never("Request Sent")), {}, "unavailable"),
    "no such name": (running(never("Request Sent")), {"resolve": unresolved}, "unknown_host"),
    "no line for it": (running(), {}, "missing"),
    "the line of another account": (
        running(replace(REGISTERED, account=f"43212346@{HOST}")),
        {},
        "missing",
    ),
    "the line of another port": (running(replace(REGISTERED, registrar=f"{HOST}:5070")), {}, "missing"),
    "the line of another domain": (
        running(replace(REGISTERED, account="43212345@example.net")),
        {},
        "missing",
    ),
    "two lines": (running(REGISTERED, REGISTERED), {}, "duplicate"),
    "two lines, both rejected": (running(never("Rejected"), never("Rejected")), {}, "rejected"),
    "a state of the future": (running(never("Meditating")), {}, "unknown_state"),
    "no section": (running(REGISTERED, peers={}), {}, "deaf"),
    "no address": (running(REGISTERED, peers=dict.fromkeys(PEERS, Peer(None, ""))), {}, "deaf"),
    "only calls out have no address": (
        running(REGISTERED, peers={"smartvox-in": PEER, "smartvox-out": Peer(None, "")}),
        {},
        "mute",
    ),
    "the provider moved": (
        running(REGISTERED, peers=dict.fromkeys(PEERS, Peer("203.0.113.9", "OK (1 ms)"))),
        {},
        "trust_moved",
    ),
    "the provider moved, but DNS is not sure": (
        running(REGISTERED, peers=dict.fromkeys(PEERS, Peer("203.0.113.9", "OK (1 ms)"))),
        {"resolve": lambda host, port: Addresses(frozenset([ADDRESS]), False)},
        "unresolvable",
    ),
    "DNS is down, but Asterisk still has the address": (
        running(REGISTERED),
        {"resolve": unresolved},
        "unresolvable",
    ),
    "of two addresses chan_sip has one": (running(REGISTERED), {"resolve": two_addresses}, "trust_partial"),
    "an address of the other family is none for chan_sip": (
        running(REGISTERED),
        {"resolve": lambda host, port: published(ADDRESS, "2001:db8::7")},
        "registered",
    ),
    "whether SRV counts is not known": (
        running(REGISTERED),
        {"resolve": lambda host, port: published(ADDRESS, services=["203.0.113.11"])},
        "registered",
    ),
}


def test_of_two_addresses_each_has_a_section() -> None:
    both = replace(TRUNK, peers=tuple(replace(peer, trusted=True) for peer in TRUNK.peers))
    peers = {**PEERS, "smartvox-in": Peer("203.0.113.11", "OK (1 ms)")}
    assert judged(running(REGISTERED, peers=peers), both, resolve=two_addresses).status == "ok"


@pytest.mark.parametrize("scene", SCENES)
def test_finds_the_cause(scene: str) -> None:
    snapshot, more, cause = SCENES[scene]
    more = dict(more)
    (verdict,) = judged(snapshot, more.pop("trunk", TRUNK), **more).verdicts
    assert verdict.findings[0].cause == cause
    assert verdict.status == CAUSES[cause].status


@pytest.mark.parametrize(
    "cause",
    [
        "not_running",
        "starting",
        "not_installed",
        "driver_not_loaded",
        "not_answering",
        "permission_denied",
        "unreadable",
    ],
)
def test_when_asterisk_cannot_be_asked_every_trunk_says_why(cause: str) -> None:
    report = judged(failed(cause), TRUNK, replace(TRUNK, name="other"))
    assert [verdict.findings[0].cause for verdict in report.verdicts] == [cause, cause]
    assert "the detail" in report.verdicts[0].summary
    assert report.status == CAUSES[cause].status != "ok"


def test_of_what_is_not_registered_nobody_knows_whether_its_file_was_loaded() -> None:
    # "sip reload" is none of those that Asterisk tells the time of.
    written = {"chan_sip": Written("trunks.conf", NOW - 5)}
    (verdict,) = judged(running(never("Auth. Sent"), started_at=int(NOW) - 99, written=written)).verdicts
    assert [one.cause for one in verdict.findings] == ["wrong_password"]


def test_every_cause_is_tested() -> None:
    tested = {cause for *_scene, cause in SCENES.values()} | {"trusted", "ambiguous"}
    # Only chan_pjsip has these: test_verify_pjsip.py
    for cause in (
        CAUSES.keys() - tested - {"unproven", "differs", "no_transport", "refused", "trust_left_over"}
    ):
        assert "{detail}" in CAUSES[cause].explanation, cause


def test_every_cause_but_the_good_ones_has_a_way_out() -> None:
    for cause, row in CAUSES.items():
        assert bool(row.next_step) == (row.status != "ok"), cause
        assert row.status in EXIT_CODES
    for row in (*CAUSES.values(), *OWN.values()):
        named = {part[1] for part in string.Formatter().parse(row.next_step) if part[1]}
        assert named <= {"host", "name", *WORDS["chan_sip"]}


def test_the_facts_of_a_registration() -> None:
    (verdict,) = judged(running(REGISTERED)).verdicts
    assert verdict.lease is not None
    assert (verdict.lease.state, verdict.lease.granted, verdict.lease.registered_at) == (
        "Registered",
        120,
        int(NOW) - 20,
    )
    # Half a second of the hundred has already passed.
    assert verdict.lease.expires_in == 99
    assert verdict.trusted == (ADDRESS,)
    assert verdict.summary == f"smartvox: registered as 43212345@{HOST} at {HOST}:5060, expires in 99 s"


def test_the_answer_that_the_log_has_is_the_evidence() -> None:
    heard = (
        Heard(ANSWER, f"43212346@{HOST}", int(NOW) - 4, 403),
        Heard(ANSWER, f"43212345@{HOST}", int(NOW) - 9, 401),
        Heard(SILENCE, f"43212345@{HOST}", int(NOW) - 3),
    )
    (verdict,) = judged(running(never("Auth. Sent"), heard=heard)).verdicts
    evidence = verdict.findings[0].evidence
    assert evidence is not None
    assert (evidence.code, evidence.at, evidence.server) == (401, int(NOW) - 9, f"{HOST}:5060")


def test_that_chan_sip_has_one_of_two_addresses_is_not_waited_for() -> None:
    (verdict,) = judged(running(REGISTERED), resolve=two_addresses).verdicts
    assert (verdict.findings[0].cause, verdict.final) == ("trust_partial", True)


@pytest.mark.parametrize(
    ("answered", "since", "final"),
    [(9, None, True), (9, 10, True), (9, 8, False), (None, None, False)],
    ids=["refused", "refused since then", "refused before", "not answered"],
)
def test_a_password_is_wrong_for_good_once_the_provider_has_said_so(
    answered: Optional[int], since: Optional[int], final: bool
) -> None:
    """Credentials that have no answer may be on their way: 3 s after a reload, with some loss."""
    refusals = () if answered is None else (Heard(ANSWER, f"43212345@{HOST}", int(NOW) - answered, 401),)
    more = {} if since is None else {"since": NOW - since}
    (verdict,) = judged(running(never("Auth. Sent"), heard=refusals), **more).verdicts
    assert (verdict.findings[0].cause, verdict.final) == ("wrong_password", final)
    (verdict,) = judged(running(never("Auth. Sent"))).verdicts
    assert verdict.findings[0].evidence is None


def test_what_was_said_before_asterisk_was_started_is_no_evidence() -> None:
    heard = (Heard(ANSWER, f"43212345@{HOST}", int(NOW) - 9, 403),)
    state = running(never("No Authentication"), heard=heard, started_at=int(NOW) - 5)
    (verdict,) = judged(state).verdicts
    assert verdict.findings[0].evidence is None


def test_what_was_rejected_does_not_expire() -> None:
    (verdict,) = judged(running(refreshing("Rejected", 10))).verdicts
    assert verdict.lease is not None and verdict.lease.expires_in is None


def test_registration_and_trust_are_told_both() -> None:
    report = judged(
        running(never("Request Sent"), peers=dict.fromkeys(PEERS, Peer(None, ""))), resolve=unresolved
    )
    (verdict,) = report.verdicts
    assert [finding.cause for finding in verdict.findings] == ["unknown_host", "deaf"]
    assert "does not resolve" in verdict.summary and "deaf: the section [smartvox-in]" in verdict.summary


def test_the_worst_comes_first() -> None:
    (verdict,) = judged(running(REGISTERED, REGISTERED, peers={})).verdicts
    assert [finding.cause for finding in verdict.findings] == ["deaf", "duplicate"]


def test_of_two_trusted_hosts_each_is_judged() -> None:
    trunk = replace(
        TRUNK,
        peers=(
            ExpectedPeer("smartvox-in", "gw1.example.com"),
            ExpectedPeer("smartvox-in2", "gw2.example.com"),
        ),
    )
    report = judged(running(REGISTERED, peers={"smartvox-in": PEER}), trunk)
    assert [finding.explanation for finding in report.verdicts[0].findings] == [
        "deaf: the section [smartvox-in2] is not there, so calls from gw2.example.com are refused"
    ]


def test_a_peer_with_a_port_is_not_looked_up_as_a_service() -> None:
    asked = []

    def watching(host: str, port: Optional[int]) -> Addresses:
        asked.append(port)
        return resolve(host)

    judged(
        running(REGISTERED),
        replace(TRUNK, peers=(ExpectedPeer("smartvox-in", HOST, 5070),)),
        resolve=watching,
    )
    assert set(asked) == {5070}


def test_a_trunk_by_address_alone_is_trusted() -> None:
    trunk = replace(TRUNK, registration=None)
    (verdict,) = judged(running(), trunk).verdicts
    assert (verdict.ok, verdict.findings[0].cause, verdict.trusted) == (True, "trusted", (ADDRESS,))


def test_one_spelling_of_an_address_is_as_good_as_another() -> None:
    peers = dict.fromkeys(PEERS, Peer("2001:DB8:0::7", ""))
    report = judged(
        running(REGISTERED, peers=peers),
        resolve=lambda host, port: Addresses(frozenset(["2001:db8::7"]), True),
    )
    assert report.status == "ok"


def test_what_runs_without_being_expected_is_told_and_changes_nothing() -> None:
    stray = replace(REGISTERED, account="999@example.net", state="Rejected")
    report = judged(running(REGISTERED, stray))
    assert report.unexpected == (stray,)
    assert (report.status, report.exit_code) == ("ok", 0)


def test_nothing_expected_is_unknown_unless_that_is_asked_for() -> None:
    nothing = {"now": NOW, "resolve": resolve}
    assert verify([], running(), **nothing).exit_code == 3
    assert verify([], running(), **nothing, allow_none=True).exit_code == 0


@pytest.mark.parametrize(
    ("scenes", "status"),
    [
        (["all is well", "two lines"], "warning"),
        (["two lines", "a state of the future"], "unknown"),
        (["a state of the future", "404"], "critical"),
    ],
)
def test_the_worst_trunk_decides(scenes: list[str], status: str) -> None:
    trunks, registrations = [], []
    for number, scene in enumerate(scenes):
        assert TRUNK.registration is not None
        trunks.append(replace(TRUNK, registration=replace(TRUNK.registration, user=str(number))))
        for one in SCENES[scene][0].registrations:
            registrations.append(replace(one, account=f"{number}@{HOST}"))
    report = judged(running(*registrations), *trunks)
    assert (report.status, report.exit_code) == (status, EXIT_CODES[status])


def over_cli(account: str, registrar: str) -> Snapshot:
    return running(replace(REGISTERED, account=account, registrar=registrar, cut=True))


def test_names_that_the_cli_cuts_are_compared_as_far_as_they_go() -> None:
    host = "a-very-long-name-of-a-provider.voip.example.com"
    assert TRUNK.registration is not None
    trunk = replace(TRUNK, registration=replace(TRUNK.registration, host=host, domain="voip.example.com"))
    column = "a-very-long-name-of-a-provider.voip.exa"
    assert judged(over_cli("43212345@voi", column), trunk).status == "ok"
    assert judged(over_cli("43212346@voi", column), trunk).verdicts[0].findings[0].cause == "missing"
    assert judged(over_cli("43212345", column), trunk).verdicts[0].findings[0].cause == "missing"


def test_over_ami_the_beginning_of_a_name_is_not_enough() -> None:
    assert TRUNK.registration is not None
    trunk = replace(TRUNK, registration=replace(TRUNK.registration, user="432123450000001"))
    cut = replace(REGISTERED, account="432123450000")
    assert judged(running(cut), trunk).verdicts[0].findings[0].cause == "missing"


def test_trunks_that_the_cli_cannot_tell_apart_are_not_guessed() -> None:
    assert TRUNK.registration is not None
    trunks = [
        replace(TRUNK, registration=replace(TRUNK.registration, user=f"43212345000{number}"))
        for number in (11, 12)
    ]
    line = replace(REGISTERED, account="432123450001", registrar=f"{HOST}:5060", cut=True)
    report = judged(running(line, replace(line, state="Rejected")), *trunks)
    assert [verdict.findings[0].cause for verdict in report.verdicts] == ["ambiguous", "ambiguous"]


@pytest.mark.parametrize(
    ("refresh", "asked", "granted"),
    [
        (105, 120, 120),
        (1785, 1800, 1800),
        # less than asked for, and more (423)
        (45, 1800, 60),
        (45, 20, 60),
        # 80 % of 20 s, or 15 s less than 31 s
        (16, 20, 20),
        (16, 31, 31),
        (16, 25, 21),
        (16, 3600, 31),
        (24, 30, 30),
    ],
)
def test_the_granted_expiry_follows_from_the_refresh(refresh: int, asked: int, granted: int) -> None:
    assert granted_expiry(refresh, asked) == granted


def test_a_provider_that_grants_what_was_asked_for_is_always_recognised() -> None:
    for expiry in range(20, 4000):
        # handle_response_register() in channels/chan_sip.c, in its own words
        milliseconds = expiry * 1000
        milliseconds -= max(milliseconds * 0.20, 500) if expiry <= 30 else 15 * 1000
        assert granted_expiry(int(milliseconds / 1000), expiry) == expiry


def test_sections_that_could_not_be_seen_are_unknown_and_hide_nothing() -> None:
    unseen = {"chan_sip": Unavailable("permission_denied", "the detail")}
    (registered,) = judged(running(REGISTERED, peers={}, unseen=unseen)).verdicts
    assert (registered.status, registered.findings[0].cause) == ("unknown", "permission_denied")
    assert registered.lease and registered.lease.state == "Registered"
    (rejected,) = judged(running(never("Rejected"), peers={}, unseen=unseen)).verdicts
    assert [one.cause for one in rejected.findings] == ["rejected", "permission_denied"]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    ANSWER,
    CERTIFICATE,
    CHALLENGE,
    SILENCE,
    Endpoint,
    Heard,
    Registration,
    Snapshot,
    Unavailable,
    Written,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.causes import CAUSES, OWN
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.judges.pjsip import renewals
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Verdict

from . import scenes
from .scenes import ADDRESS, HOST, NOW, judged, unresolved

TRUNK = ExpectedTrunk(
    "smartvox",
    "pjsip",
    ExpectedRegistration("43212345", HOST, 5060, "udp", contact="1234", expiry=120),
    (ExpectedPeer("smartvox", HOST),),
)
BOTH = (ExpectedPeer("smartvox", HOST), ExpectedPeer("smartvox", "gw2.example.com"))
REGISTERED = Registration(
    "pjsip",
    f"43212345@{HOST}",
    f"{HOST}:5060",
    "Registered",
    name="smartvox",
    next_at=int(NOW) + 90,
    retry_interval=60,
)
ENDPOINT = Endpoint((ADDRESS,), ("Avail (1.0 ms)",))
SILENT = Endpoint((ADDRESS,), ("Unavail",))
UNASKED = Endpoint((ADDRESS,), ("NonQual",))


def running(*registrations: Registration, endpoint: Optional[Endpoint] = ENDPOINT, **more: Any) -> Snapshot:
    endpoints = {"smartvox": endpoint} if endpoint else {}
    return Snapshot("ami", "22.10.1", registrations, endpoints=endpoints, **more)


def shown(state: str, due: Optional[int]) -> Registration:
    return replace(REGISTERED, state=state, next_at=None if due is None else int(NOW) + due)


def said(kind: str, code: Optional[int], wait: int) -> tuple[Heard, ...]:
    """The line that the log has of an attempt after which *wait* seconds were to pass, ten seconds ago."""
    return (Heard(kind, f"43212345@{HOST}", int(NOW) - 10, code, wait),)


assert TRUNK.registration is not None
OVER_TLS = replace(TRUNK, registration=replace(TRUNK.registration, transport="tls"))


def names(**addresses: Any) -> Any:
    """A resolver that knows these, by the first label of the host."""

    def resolve(host: str, port: Optional[int] = None) -> Addresses:
        found = addresses.get(host.partition(".")[0], [])
        return found if isinstance(found, Addresses) else Addresses(frozenset(found), True)

    return resolve


# Each row: what runs, what else is known, and the causes that must be found.
SCENES: dict[str, tuple[Snapshot, dict[str, Any], list[str]]] = {
    "all is well": (running(REGISTERED), {}, ["registered"]),
    "its refresh was sent": (running(shown("Registered", -5)), {}, ["registered"]),
    "its refresh has no answer": (running(shown("Registered", -9)), {}, ["expiring"]),
    "its refresh has no answer, and it has expired": (running(shown("Registered", -12)), {}, ["expired"]),
    "a release that does not tell when": (running(shown("Registered", None)), {}, ["registered"]),
    "its first try is due": (running(shown("Unregistered", 2)), {}, ["trying"]),
    "its first try was sent just now": (running(shown("Unregistered", -1)), {}, ["trying"]),
    "silence, also for OPTIONS": (running(shown("Unregistered", -9), endpoint=SILENT), {}, ["no_answer"]),
    "silence, but for OPTIONS": (running(shown("Unregistered", -9)), {}, ["unavailable"]),
    "silence, by a release that does not tell when": (
        running(shown("Unregistered", None), endpoint=SILENT),
        {},
        ["no_answer"],
    ),
    "the same, looked at just now": (
        running(shown("Unregistered", None), endpoint=SILENT),
        {"watched": 0},
        ["trying"],
    ),
    "a try was without an answer": (running(shown("Rejected", 50), endpoint=SILENT), {}, ["no_answer"]),
    "the next one, too": (running(shown("Rejected", -20), endpoint=SILENT), {}, ["no_answer"]),
    "401 again and again, or 503": (running(shown("Rejected", 50)), {}, ["rejected"]),
    "403 or 404": (running(shown("Rejected", 290)), {}, ["rejected"]),
    "403, by a provider that does not answer OPTIONS": (
        running(shown("Rejected", 290), endpoint=SILENT),
        {},
        ["rejected"],
    ),
    "403 or silence: nobody asks with OPTIONS": (
        running(shown("Rejected", 50), endpoint=UNASKED),
        {},
        ["rejected"],
    ),
    "rejected, by a release that does not tell when": (running(shown("Rejected", None)), {}, ["rejected"]),
    "it stopped after 403": (running(shown("Rejected", -151)), {}, ["gave_up"]),
    "it was unregistered by hand": (running(shown("Unregistered", -151)), {}, ["gave_up"]),
    "no such name": (
        running(shown("Rejected", 50), endpoint=Endpoint((), ("Unavail",))),
        {"resolve": unresolved},
        ["unknown_host", "deaf"],
    ),
    "401 again and again": (
        running(shown("Rejected", 50), heard=said(ANSWER, 401, 60)),
        {},
        ["wrong_password"],
    ),
    "403": (running(shown("Rejected", 290), heard=said(ANSWER, 403, 300)), {}, ["forbidden"]),
    "404": (running(shown("Rejected", 290), heard=said(ANSWER, 404, 300)), {}, ["rejected"]),
    "503": (running(shown("Rejected", 50), heard=said(ANSWER, 503, 60)), {}, ["unavailable"]),
    "a challenge for SHA-256": (
        running(shown("Rejected", 50), heard=said(CHALLENGE, 401, 60)),
        {},
        ["challenge"],
    ),
    "the log is of another attempt": (
        running(shown("Rejected", 50), heard=said(ANSWER, 403, 300)),
        {},
        ["rejected"],
    ),
    "silence, and nobody asks with OPTIONS, but the log tells": (
        running(shown("Rejected", 50), heard=said(SILENCE, None, 60), endpoint=UNASKED),
        {},
        ["no_answer"],
    ),
    "an expired certificate": (
        running(
            shown("Rejected", 50),
            heard=(
                *said(SILENCE, None, 60),
                Heard(CERTIFICATE, HOST, int(NOW) - 10, reason="it has expired"),
            ),
            endpoint=SILENT,
        ),
        {"trunk": OVER_TLS},
        ["certificate"],
    ),
    "no transport for it": (running(protocols=frozenset({"tls"})), {}, ["no_transport"]),
    "nobody answers OPTIONS any more": (running(REGISTERED, endpoint=SILENT), {}, ["unreachable"]),
    "the file was written after the last reload": (
        running(
            REGISTERED,
            started_at=int(NOW) - 99,
            reloaded_at=int(NOW) - 50,
            written={"pjsip": Written("trunks.conf", NOW - 9)},
        ),
        {},
        ["changed_since"],
    ),
    "the file was written before the last reload": (
        running(
            REGISTERED,
            started_at=int(NOW) - 99,
            reloaded_at=int(NOW) - 8,
            written={"pjsip": Written("trunks.conf", NOW - 9)},
        ),
        {},
        ["registered"],
    ),
    "an option was refused at the last reload, and what was there before goes on": (
        running(
            REGISTERED,
            started_at=int(NOW) - 99,
            reloaded_at=int(NOW) - 8,
            heard=(Heard("refused", "smartvox", int(NOW) - 8, reason="endpoint"),),
        ),
        {},
        ["refused"],
    ),
    "an option was refused before the last reload": (
        running(
            REGISTERED,
            started_at=int(NOW) - 99,
            reloaded_at=int(NOW) - 8,
            heard=(Heard("refused", "smartvox", int(NOW) - 20, reason="endpoint"),),
        ),
        {},
        ["registered"],
    ),
    "an option of somebody else was refused": (
        running(
            REGISTERED,
            started_at=int(NOW) - 99,
            reloaded_at=int(NOW) - 8,
            heard=(Heard("refused", "telephone", int(NOW) - 8, reason="endpoint"),),
        ),
        {},
        ["registered"],
    ),
    "the clock was set back": (
        running(shown("Registered", 7290), set_back=True),
        {},
        ["clock"],
    ),
    "more was granted than asked for (423)": (running(shown("Registered", 7290)), {}, ["registered"]),
    "the clock was set back, and it has registered since": (
        running(REGISTERED, set_back=True),
        {},
        ["registered"],
    ),
    "a state of the future": (running(shown("Meditating", 5)), {}, ["unknown_state"]),
    "no object": (running(), {}, ["missing"]),
    "an object of another name": (running(replace(REGISTERED, name="other")), {}, ["missing"]),
    "the account of before": (running(replace(REGISTERED, account=f"1@{HOST}")), {}, ["differs"]),
    "the registrar of before": (running(replace(REGISTERED, registrar=f"{HOST}:5070")), {}, ["differs"]),
    "a server_uri without port and transport": (
        running(replace(REGISTERED, registrar=HOST)),
        {},
        ["registered"],
    ),
    "two objects for one account": (
        running(REGISTERED, replace(REGISTERED, name="twin")),
        {},
        ["duplicate"],
    ),
    "no endpoint": (running(REGISTERED, endpoint=None), {}, ["deaf"]),
    "no identify": (running(REGISTERED, endpoint=replace(ENDPOINT, addresses=())), {}, ["deaf"]),
    "no aor": (running(REGISTERED, endpoint=replace(ENDPOINT, contacts=())), {}, ["mute"]),
    "the provider moved": (
        running(REGISTERED, endpoint=replace(ENDPOINT, addresses=("203.0.113.9",))),
        {},
        ["trust_moved", "trust_left_over"],
    ),
    "the provider has one address more": (
        running(REGISTERED),
        {"resolve": names(sip=[ADDRESS, "203.0.113.11"])},
        ["trust_moved"],
    ),
    "the provider has one address less": (
        running(REGISTERED, endpoint=replace(ENDPOINT, addresses=(ADDRESS, "203.0.113.11"))),
        {},
        ["trust_left_over"],
    ),
    "a network that has the address": (
        running(REGISTERED, endpoint=replace(ENDPOINT, addresses=("203.0.113.0/24",))),
        {},
        ["registered"],
    ),
    "only calls from one port are trusted": (
        running(REGISTERED, endpoint=replace(ENDPOINT, addresses=(f"{ADDRESS}:5080",))),
        {},
        ["trust_moved"],
    ),
    "one spelling of an address is as good as another": (
        running(REGISTERED, endpoint=replace(ENDPOINT, addresses=("2001:DB8:0::7",))),
        {"resolve": names(sip=["2001:db8::7"])},
        ["registered"],
    ),
    "where SRV leads, not what the name itself has": (
        running(REGISTERED),
        {
            "resolve": names(
                sip=Addresses(frozenset([ADDRESS, "203.0.113.99"]), True, of_services=frozenset([ADDRESS]))
            )
        },
        ["registered"],
    ),
    "the provider moved, but DNS is not sure": (
        running(REGISTERED, endpoint=replace(ENDPOINT, addresses=("203.0.113.9",))),
        {"resolve": names(sip=Addresses(frozenset([ADDRESS]), False))},
        ["unresolvable"],
    ),
    "DNS is down, but Asterisk still has the address": (
        running(REGISTERED),
        {"resolve": unresolved},
        ["unresolvable"],
    ),
    "renewed while it was watched": (
        running(REGISTERED),
        {"since": NOW - 5, "renewed": {"smartvox": NOW - 5}},
        ["registered"],
    ),
    "renewed before": (
        running(REGISTERED),
        {"since": NOW - 5, "renewed": {"smartvox": NOW - 6}},
        ["unproven"],
    ),
    "nobody knows how much was granted": (running(REGISTERED), {"since": NOW - 21}, ["unproven"]),
    "more was granted: it may be old": (
        running(shown("Registered", 3000)),
        {"since": NOW - 21},
        ["unproven"],
    ),
    "since before Asterisk started": (
        running(shown("Registered", 40), started_at=int(NOW) - 50),
        {"since": NOW - 53},
        ["registered"],
    ),
    "since about when Asterisk started": (
        running(shown("Registered", 40), started_at=int(NOW) - 50),
        {"since": NOW - 51},
        ["unproven"],
    ),
    "new or old, the release does not tell": (
        running(shown("Registered", None)),
        {"since": NOW - 5},
        ["unproven"],
    ),
}


def verdict(snapshot: Snapshot, trunk: ExpectedTrunk = TRUNK, **more: Any) -> Verdict:
    return judged(snapshot, trunk, **more).verdicts[0]


@pytest.mark.parametrize("scene", SCENES)
def test_finds_the_causes(scene: str) -> None:
    snapshot, more, causes = SCENES[scene]
    found = verdict(snapshot, **more)
    assert [finding.cause for finding in found.findings] == causes
    assert found.status == CAUSES[causes[0]].status


def test_every_text_of_its_own_is_tested() -> None:
    tested = {cause for *_scene, causes in SCENES.values() for cause in causes}
    assert {cause for _driver, cause in OWN} - {"driver_not_loaded"} <= tested


def test_next_steps_are_commands_of_chan_pjsip() -> None:
    for _name, (snapshot, more, _causes) in SCENES.items():
        for finding in verdict(snapshot, **more).findings:
            assert "sip reload" not in finding.next_step.replace("pjsip reload", ""), finding
            assert (
                "sip.conf" not in finding.next_step.replace("pjsip.conf", "") or finding.cause == "duplicate"
            )
    (rejected,) = verdict(running(shown("Rejected", 290))).findings
    assert "asterisk -rx 'module reload res_pjsip.so'" in rejected.next_step
    assert "asterisk -rx 'pjsip send register smartvox'" in rejected.next_step


def test_what_a_rejection_can_be_is_said_as_far_as_it_is_known() -> None:
    (refused,) = verdict(running(shown("Rejected", 290))).findings
    assert "401, 403" in refused.explanation and "404" in refused.explanation
    assert "no answer" not in refused.explanation
    assert refused.explanation.endswith("tries again in 289 s")
    (maybe,) = verdict(running(shown("Rejected", 50), endpoint=UNASKED)).findings
    assert "or no answer at all" in maybe.explanation


def test_waiting_is_given_up_where_the_next_try_is_too_far_away() -> None:
    found = verdict(running(shown("Rejected", 290)))
    assert not found.final and found.hopeless(60) and not found.hopeless(300)
    assert not verdict(running(shown("Unregistered", 2))).hopeless(60)


def test_at_one_address_an_attempt_takes_less_time_than_at_those_of_a_name() -> None:
    stopped = running(shown("Unregistered", -60))
    assert verdict(stopped).findings[0].cause == "unavailable"
    peers = (ExpectedPeer("smartvox", ADDRESS),)
    by_address = replace(TRUNK, registration=replace(TRUNK.registration, host=ADDRESS), peers=peers)
    at = replace(stopped.registrations[0], account=f"43212345@{ADDRESS}", registrar=f"{ADDRESS}:5060")
    (found,) = verdict(
        running(at), by_address, resolve=lambda host, port=None: Addresses(frozenset([host]), True)
    ).findings
    assert found.cause == "gave_up"


def test_the_facts_of_a_registration() -> None:
    found = verdict(running(REGISTERED))
    assert found.lease is not None and found.lease.state == "Registered"
    # The next REGISTER comes 10 s before the expiry. What was granted, and when, chan_pjsip does not tell.
    assert (found.lease.expires_in, found.lease.granted, found.lease.registered_at) == (99, None, None)
    assert found.trusted == (ADDRESS,)
    assert found.summary == f"smartvox: registered as 43212345@{HOST} at {HOST}:5060, expires in 99 s"


def test_what_does_not_tell_its_expiry_is_registered_all_the_same() -> None:
    assert verdict(running(shown("Registered", None))).summary.endswith(f"at {HOST}:5060")


def test_each_host_of_an_endpoint_is_judged() -> None:
    trunk = replace(TRUNK, peers=BOTH)
    resolve = names(sip=[ADDRESS], gw2=["203.0.113.20", "203.0.113.21"])
    (lost,) = verdict(running(REGISTERED), trunk, resolve=resolve).findings
    assert lost.explanation == (
        "deaf: the endpoint [smartvox] has no address of gw2.example.com, so calls from gw2.example.com are refused"
    )
    partly = replace(ENDPOINT, addresses=(ADDRESS, "203.0.113.20"))
    (moved,) = verdict(running(REGISTERED, endpoint=partly), trunk, resolve=resolve).findings
    assert moved.cause == "trust_moved" and "calls from 203.0.113.21 are refused" in moved.explanation
    whole = replace(ENDPOINT, addresses=(ADDRESS, "203.0.113.20", "203.0.113.21"))
    assert verdict(running(REGISTERED, endpoint=whole), trunk, resolve=resolve).ok


def test_an_endpoint_that_is_not_there_is_told_once() -> None:
    (missing,) = verdict(running(REGISTERED, endpoint=None), replace(TRUNK, peers=BOTH)).findings
    assert missing.explanation == (
        f"deaf: the endpoint [smartvox] is not there, so calls from gw2.example.com, {HOST} are refused"
    )


def test_a_trunk_through_which_calls_only_go_out_is_mute_without_its_endpoint() -> None:
    trunk = replace(TRUNK, peers=(ExpectedPeer("smartvox", HOST, trusted=False),))
    assert verdict(running(REGISTERED, endpoint=None), trunk).findings[0].cause == "mute"
    assert verdict(running(REGISTERED, endpoint=replace(ENDPOINT, addresses=())), trunk).ok


def test_an_endpoint_that_shall_not_call_needs_no_aor() -> None:
    trunk = replace(TRUNK, peers=(ExpectedPeer("smartvox", HOST, calling=False),))
    assert verdict(running(REGISTERED, endpoint=replace(ENDPOINT, contacts=())), trunk).ok


def test_an_object_by_hand_may_have_a_name_of_its_own() -> None:
    assert TRUNK.registration is not None
    trunk = replace(TRUNK, registration=replace(TRUNK.registration, name="reg-1"))
    assert verdict(running(replace(REGISTERED, name="reg-1")), trunk).ok
    (rejected,) = verdict(running(replace(shown("Rejected", 290), name="reg-1")), trunk).findings
    assert "send register reg-1" in rejected.next_step


def test_hosts_may_be_written_in_any_case_and_users_not() -> None:
    assert verdict(running(replace(REGISTERED, account=f"43212345@{HOST.upper()}"))).ok
    assert TRUNK.registration is not None
    trunk = replace(TRUNK, registration=replace(TRUNK.registration, user="abc"))
    other = replace(REGISTERED, account=f"ABC@{HOST}")
    assert verdict(running(other), trunk).findings[0].cause == "differs"


def test_one_account_on_both_drivers_displaces_itself() -> None:
    """As in a migration that left the register line where it was."""
    old = replace(scenes.TRUNK, name="old")
    snapshot = replace(running(REGISTERED, scenes.REGISTERED), peers=scenes.PEERS)
    report = judged(snapshot, old, TRUNK)
    assert [one.findings[0].cause for one in report.verdicts] == ["duplicate", "duplicate"]
    assert report.unexpected == ()
    report = judged(snapshot, TRUNK)
    assert (report.verdicts[0].findings[0].cause, report.unexpected) == ("duplicate", (scenes.REGISTERED,))


def test_sections_of_one_name_in_both_drivers_are_not_mistaken() -> None:
    peer = {"smartvox": scenes.Peer(None, "")}
    assert verdict(replace(running(REGISTERED), peers=peer)).ok


def test_a_driver_that_is_not_loaded_concerns_its_own_trunks_only() -> None:
    away = {"pjsip": Unavailable("driver_not_loaded", "the detail")}
    snapshot = Snapshot("ami", "16.28.0", (scenes.REGISTERED,), scenes.PEERS, unavailable=away)
    old, new = judged(snapshot, scenes.TRUNK, TRUNK).verdicts
    assert old.ok and new.findings[0].cause == "driver_not_loaded"
    assert "chan_pjsip.so" in new.findings[0].next_step and "the detail" in new.summary


def test_a_renewal_is_seen_by_the_state_or_by_the_moment_of_the_next() -> None:
    def seen(before: Snapshot, after: Snapshot) -> bool:
        return renewals(before, after, NOW) == {"smartvox"}

    now = running(REGISTERED)
    assert seen(running(shown("Unregistered", 1)), now)
    assert seen(running(shown("Rejected", -3)), now)
    assert seen(running(), now)
    assert seen(running(shown("Registered", 3)), now)
    # The provider may grant less than the time before.
    assert seen(running(shown("Registered", 1700)), now)
    assert not seen(now, now)
    # A command has set the moment, and the unregistering has no answer yet.
    for soon in (-1, 0, 1, 10):
        assert not seen(now, running(shown("Registered", soon)))
    assert not seen(running(shown("Registered", 89)), now)
    assert not seen(running(shown("Registered", None)), running(shown("Registered", None)))
    assert not seen(now, running(shown("Rejected", 50)))
    assert not seen(running(unavailable={"pjsip": Unavailable("not_answering", "")}), now)
    assert not seen(scenes.failed("not_answering"), now)

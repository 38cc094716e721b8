# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import trust, verify
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Endpoint,
    Peer,
    Registration,
    Snapshot,
    Unavailable,
    Written,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.healing import (
    Done,
    Memory,
    Step,
    decide,
    from_json,
    remembered,
    to_json,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.judges.scene import Resolve

from .scenes import ADDRESS, HOST, NOW, PEER, REGISTERED, TRUNK, failed, never, running
from .test_trust import DEAD, NEW, dns, has

PAUSE = 60.0
IN_PLACE = dns(sip=has(ADDRESS))
SIP_RELOAD, PJSIP_RELOAD = "sip reload", "module reload res_pjsip.so"
PJSIP_REGISTER = "pjsip send register smartvox"
PJSIP = ExpectedTrunk("smartvox", "pjsip", TRUNK.registration, (ExpectedPeer("smartvox", HOST),))


def of_pjsip(state: str, next_in: Optional[int], address: str = ADDRESS) -> Snapshot:
    """next_in: seconds to the next REGISTER"""
    one = Registration(
        "pjsip", f"43212345@{HOST}", f"{HOST}:5060", state, name="smartvox",
        next_at=None if next_in is None else int(NOW) + next_in, retry_interval=60,
    )  # fmt: skip
    endpoints = {"smartvox": Endpoint((address,), ("Avail (1.0 ms)",))}
    return Snapshot("ami", "22.10.1", (one,), endpoints=endpoints)


def at(address: Optional[str]) -> dict[str, Peer]:
    return dict.fromkeys(("smartvox-in", "smartvox-out"), Peer(address, "OK (1 ms)"))


def decided(
    snapshot: Snapshot,
    *trunks: ExpectedTrunk,
    resolve: Resolve = IN_PLACE,
    memory: Optional[Memory] = None,
    now: float = NOW,
) -> list[Step]:
    expected = trunks or (TRUNK,)
    said: dict[str, Any] = {"now": now, "resolve": resolve}
    return decide(
        verify.verify(expected, snapshot, **said), trust.trust(expected, snapshot, **said),
        memory or {}, pause=PAUSE, **said,
    )  # fmt: skip


# Each row: what runs, of which trunk, what the name has; what is done.
Row = tuple[Snapshot, ExpectedTrunk, dict[str, Any], list[str]]
HELPED: dict[str, Row] = {
    "forbidden": (running(never("No Authentication")), TRUNK, {}, [SIP_RELOAD]),
    "rejected": (running(never("Rejected")), TRUNK, {}, [SIP_RELOAD]),
    "gave up": (running(never("Failed")), TRUNK, {}, [SIP_RELOAD]),
    "expired": (running(replace(REGISTERED, registered_at=int(NOW) - 500)), TRUNK, {}, [SIP_RELOAD]),
    "deaf": (running(REGISTERED, peers=at(None)), TRUNK, {}, [SIP_RELOAD]),
    "moved": (running(REGISTERED, peers=at(ADDRESS)), TRUNK, {"resolve": dns(sip=has(NEW))}, [SIP_RELOAD]),
    "gave up, pjsip": (of_pjsip("Rejected", -200), PJSIP, {}, [PJSIP_REGISTER]),
    "moved, pjsip": (
        of_pjsip("Registered", 50), PJSIP, {"resolve": dns(sip=has(NEW))}, [PJSIP_RELOAD, PJSIP_REGISTER],
    ),
    # It is registered where the provider still is.
    "another address, pjsip": (
        of_pjsip("Registered", 50), PJSIP, {"resolve": dns(sip=has(ADDRESS, NEW))}, [PJSIP_RELOAD],
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", HELPED.values(), ids=HELPED)
def test_the_least_that_helps_is_done(row: Row) -> None:
    snapshot, trunk, more, commands = row
    steps = decided(snapshot, trunk, **more)
    assert [step.command for step in steps] == commands
    assert not any(step.hindrance for step in steps)
    assert all(str(step).startswith(f"{step.command}: smartvox: ") for step in steps)


LEFT_ALONE = {
    "in order": running(REGISTERED),
    "under way": running(never("Request Sent")),
    # chan_sip goes on trying, too often as it is.
    "wrong password": running(never("Auth. Sent")),
    "unreachable": running(REGISTERED, peers=at(ADDRESS) | {"smartvox-out": Peer(ADDRESS, "UNREACHABLE")}),
    "not there": running(),
    "of a time to come": running(replace(REGISTERED, registered_at=int(NOW) + 500)),
    "an unknown state": running(never("Dreaming")),
    "not running": failed("not_running"),
    "not answering": failed("not_answering"),
    "unreadable": failed("unreadable"),
    "not loaded": running(unavailable={"chan_sip": Unavailable("driver_not_loaded", "x")}),
    "sections not seen": running(REGISTERED, peers={}, unseen={"chan_sip": Unavailable("unreadable", "x")}),
}


@pytest.mark.parametrize("snapshot", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_asterisk_works_at_or_nobody_knows_is_left_alone(snapshot: Snapshot) -> None:
    assert decided(snapshot) == []


@pytest.mark.parametrize("next_in", [30, -20, None])
@pytest.mark.parametrize("state", ["Rejected", "Unregistered"])
def test_chan_pjsip_that_tries_again_is_left_alone(state: str, next_in: Optional[int]) -> None:
    assert decided(of_pjsip(state, next_in), PJSIP) == []


def test_whom_nobody_expects_is_left_alone() -> None:
    other = replace(never("No Authentication"), account=f"other@{HOST}")
    assert decided(running(REGISTERED, other)) == []


def test_a_name_that_one_of_two_sections_of_chan_sip_can_have_is_no_reason() -> None:
    # chan_sip would take one address again, and the reloads had no end.
    assert decided(running(REGISTERED), resolve=dns(sip=has(ADDRESS, NEW))) == []


@pytest.mark.parametrize(
    ("snapshot", "trunk"),
    [(running(REGISTERED, peers=at(None)), TRUNK), (running(never("No Authentication")), TRUNK)],
)
def test_while_a_name_does_not_resolve_nothing_is_reloaded(snapshot: Snapshot, trunk: ExpectedTrunk) -> None:
    # Not even for another trunk: a reload is for all of a driver.
    other = ExpectedTrunk("carrier", "chan_sip", None, (ExpectedPeer("carrier-in", "gw.example.com"),))
    both = replace(snapshot, peers={**snapshot.peers, "carrier-in": PEER})
    (step,) = decided(both, trunk, other, resolve=dns(sip=has(ADDRESS), gw=DEAD))
    assert "gw.example.com" in step.hindrance


def test_a_change_that_has_just_been_written_is_for_others_to_load() -> None:
    deaf = running(REGISTERED, peers=at(None))
    before = replace(deaf, written={"chan_sip": Written("sip_trunks.conf", NOW - 500)})
    after = replace(deaf, written={"chan_sip": Written("sip_trunks.conf", NOW - 10)})
    assert [bool(step.hindrance) for step in (*decided(before), *decided(after))] == [False, True]


@pytest.mark.parametrize(
    ("written", "loaded", "hindered"), [(500, 600, True), (500, 400, False), (3700, 5000, False)]
)
def test_what_chan_pjsip_has_not_loaded_yet_is_for_a_play_to_load(
    written: int, loaded: int, hindered: bool
) -> None:
    """All are seconds ago."""
    assert TRUNK.registration
    other = "gw.example.com"
    declared = replace(
        PJSIP,
        registration=replace(TRUNK.registration, host=other),
        peers=(ExpectedPeer("smartvox", other),),
    )
    before = replace(
        of_pjsip("Registered", 50),
        started_at=int(NOW) - 86400,
        reloaded_at=int(NOW) - loaded,
        written={"pjsip": Written("pjsip_trunks.conf", NOW - written)},
    )
    reload, register = decided(before, declared, resolve=dns(gw=has(NEW)))
    assert bool(reload.hindrance) == hindered and not register.hindrance


def test_what_does_not_help_is_done_ever_more_seldom() -> None:
    stopped, memory, moments = running(never("No Authentication")), {}, []
    for seconds in range(0, 6000, 10):
        now = NOW + seconds
        steps = decided(stopped, memory=memory, now=now)
        if not any(step.hindrance for step in steps):
            moments.append(seconds)
        memory = from_json(to_json(remembered(memory, steps, now=now, pause=PAUSE)), "x")
    assert moments == [0, 60, 180, 420, 900, 1860, 2820, 3780, 4740, 5700]


def test_what_has_helped_is_forgotten_after_its_pause() -> None:
    memory = {SIP_RELOAD: Done(NOW, 3)}
    kept = remembered(memory, [], now=NOW + 100, pause=PAUSE)
    assert kept == memory
    assert remembered(kept, [], now=NOW + 300, pause=PAUSE) == {}


def test_a_clock_that_was_set_back_is_no_hindrance_for_ever() -> None:
    memory = {SIP_RELOAD: Done(NOW + 86400, 1)}
    (step,) = decided(running(never("No Authentication")), memory=memory)
    assert not step.hindrance


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "other/1"}', '{"schema": "siptrunk.healing/1"}'])
def test_a_memory_that_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match="healing.json"):
        from_json(text, "healing.json")

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Endpoint,
    Peer,
    Snapshot,
    Unavailable,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.judges.comparison import Compared
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.judges.scene import Resolve
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import (
    Addresses,
    Published,
    normal,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trust import (
    Repair,
    Report,
    Trust,
    repairs,
    trust,
)

from .scenes import ADDRESS, HOST, NOW, TRUNK, failed, judged, running

NEW, THIRD, SIXTH = "203.0.113.11", "203.0.113.12", "2001:db8::10"
CHAN_SIP = replace(
    TRUNK, registration=None, peers=(ExpectedPeer("in1", HOST), ExpectedPeer("in2", HOST, trusted=True))
)
PJSIP = ExpectedTrunk("smartvox", "pjsip", None, (ExpectedPeer("smartvox", HOST),))
DEAD, GONE = Addresses(frozenset(), False), Addresses(frozenset(), True)


def has(*own: str, services: tuple[str, ...] = (), complete: bool = True, name: str = HOST) -> Addresses:
    """What a name has, and where SRV leads to."""
    published = (
        *(Published(one, f"_sip._udp.{name}", "SRV A", 60) for one in services),
        *(Published(one, name, "AAAA" if ":" in one else "A", 300) for one in own),
    )
    return Addresses(frozenset([*own, *services]), complete, frozenset(services), published)


def dns(**of: Addresses) -> Resolve:
    """By the first label."""
    return lambda host, port: (
        of.get(host.split(".", maxsplit=1)[0]) or Addresses(frozenset([normal(host)]), True)
    )


def sections(first: Optional[str], second: Optional[str] = "") -> Snapshot:
    """Two sections of chan_sip; the second has what the first has, unless it is told."""
    both = {"in1": first, "in2": first if second == "" else second}
    return running(peers={name: Peer(address, "") for name, address in both.items()})


def endpoint(*addresses: str, name: str = "smartvox") -> Snapshot:
    return Snapshot("cli", "22.10.1", endpoints={name: Endpoint(addresses, ("Avail (1.0 ms)",))})


def looked_at(trunk: ExpectedTrunk, snapshot: Snapshot, resolve: Resolve) -> Trust:
    (one,) = trust([trunk], snapshot, now=NOW, resolve=resolve).trunks
    # The very same is a part of what verify says.
    (verdict,) = judged(snapshot, trunk, resolve=resolve).verdicts
    assert one.findings == tuple(found for found in verdict.findings if found.cause != "trusted")
    return one


def states(one: Trust) -> Mapping[Optional[str], str]:
    return {compared.address: compared.state for compared in one.addresses}


NAPTR = Addresses(
    frozenset([ADDRESS, NEW]),
    True,
    published=(
        Published(ADDRESS, HOST, "A", 300),
        Published(NEW, "_sip._udp.gw.example.com", "NAPTR A", 60),
    ),
)
# Each row: the trunk, what runs, what the name has; the state of each address, and the causes.
Row = tuple[ExpectedTrunk, Snapshot, Addresses, dict[Optional[str], str], list[str]]
ROWS: dict[str, Row] = {
    "in order": (CHAN_SIP, sections(ADDRESS), has(ADDRESS), {ADDRESS: "trusted"}, []),
    "in order, pjsip": (PJSIP, endpoint(ADDRESS), has(ADDRESS), {ADDRESS: "trusted"}, []),
    "moved": (CHAN_SIP, sections(ADDRESS), has(NEW), {NEW: "missing", ADDRESS: "left over"}, ["trust_moved"]),
    "moved, pjsip": (
        PJSIP,
        endpoint(ADDRESS),
        has(NEW),
        {NEW: "missing", ADDRESS: "left over"},
        ["trust_moved", "trust_left_over"],
    ),
    "one address changed": (
        PJSIP,
        endpoint(ADDRESS, NEW),
        has(ADDRESS, THIRD),
        {ADDRESS: "trusted", THIRD: "missing", NEW: "left over"},
        ["trust_moved", "trust_left_over"],
    ),
    "moved to the other family": (
        CHAN_SIP,
        sections(ADDRESS),
        has(SIXTH),
        {SIXTH: "missing", ADDRESS: "left over"},
        ["trust_moved"],
    ),
    "one of two": (
        CHAN_SIP,
        sections(ADDRESS),
        has(ADDRESS, NEW),
        {ADDRESS: "trusted", NEW: "missing"},
        ["trust_partial"],
    ),
    "each section has another": (
        CHAN_SIP,
        sections(ADDRESS, NEW),
        has(ADDRESS, NEW),
        {ADDRESS: "trusted", NEW: "trusted"},
        [],
    ),
    "one of two, which is published no more": (
        CHAN_SIP,
        sections(ADDRESS, NEW),
        has(ADDRESS),
        {ADDRESS: "trusted", NEW: "left over"},
        ["trust_left_over"],
    ),
    "one of two, pjsip": (
        PJSIP,
        endpoint(ADDRESS, NEW),
        has(ADDRESS),
        {ADDRESS: "trusted", NEW: "left over"},
        ["trust_left_over"],
    ),
    "both families": (
        CHAN_SIP,
        sections(ADDRESS),
        has(ADDRESS, SIXTH),
        {ADDRESS: "trusted", SIXTH: "ignored"},
        [],
    ),
    "both families, pjsip": (
        PJSIP,
        endpoint(ADDRESS),
        has(ADDRESS, SIXTH),
        {ADDRESS: "trusted", SIXTH: "missing"},
        ["trust_moved"],
    ),
    "srvlookup=yes": (
        CHAN_SIP,
        sections(ADDRESS),
        has(NEW, services=(ADDRESS, THIRD)),
        {ADDRESS: "trusted", THIRD: "missing", NEW: "ignored"},
        ["trust_partial"],
    ),
    "srvlookup=no": (
        CHAN_SIP,
        sections(NEW),
        has(NEW, services=(ADDRESS, THIRD)),
        {ADDRESS: "ignored", THIRD: "ignored", NEW: "trusted"},
        [],
    ),
    "services, pjsip": (
        PJSIP,
        endpoint(ADDRESS),
        has(NEW, services=(ADDRESS,)),
        {ADDRESS: "trusted", NEW: "ignored"},
        [],
    ),
    "NAPTR leads elsewhere": (CHAN_SIP, sections(ADDRESS), NAPTR, {ADDRESS: "trusted", NEW: "ignored"}, []),
    "NAPTR leads elsewhere, pjsip": (
        PJSIP,
        endpoint(ADDRESS),
        NAPTR,
        {ADDRESS: "trusted", NEW: "ignored"},
        [],
    ),
    "a network has it": (PJSIP, endpoint("203.0.113.0/24"), has(ADDRESS), {ADDRESS: "trusted"}, []),
    "an address with its port": (
        PJSIP,
        endpoint(f"{ADDRESS}:5060", NEW),
        has(ADDRESS, NEW),
        {ADDRESS: "missing", NEW: "trusted"},
        ["trust_moved"],
    ),
    "no address, but DNS has one now": (
        CHAN_SIP,
        sections(None),
        has(ADDRESS),
        {None: "unresolved", ADDRESS: "missing"},
        ["deaf"],
    ),
    "no address, pjsip": (
        PJSIP,
        endpoint(),
        has(ADDRESS),
        {None: "unresolved", ADDRESS: "missing"},
        ["deaf"],
    ),
    "no address, and DNS is dead": (CHAN_SIP, sections(None), DEAD, {None: "unresolved"}, ["deaf"]),
    "no section": (CHAN_SIP, running(peers={}), GONE, {None: "unresolved"}, ["deaf"]),
    "no endpoint": (
        PJSIP,
        endpoint(name="other"),
        has(ADDRESS),
        {None: "unresolved", ADDRESS: "missing"},
        ["deaf"],
    ),
    "DNS is dead": (CHAN_SIP, sections(ADDRESS), DEAD, {ADDRESS: "unknown"}, ["unresolvable"]),
    "DNS is dead, pjsip": (PJSIP, endpoint(ADDRESS), DEAD, {ADDRESS: "unknown"}, ["unresolvable"]),
    "the name is gone": (PJSIP, endpoint(ADDRESS), GONE, {ADDRESS: "unknown"}, ["unresolvable"]),
    "DNS tells half": (
        CHAN_SIP,
        sections(ADDRESS),
        has(NEW, complete=False),
        {NEW: "missing", ADDRESS: "unknown"},
        ["unresolvable"],
    ),
    "DNS tells half, pjsip": (
        PJSIP,
        endpoint(ADDRESS),
        has(NEW, complete=False),
        {NEW: "missing", ADDRESS: "unknown"},
        ["unresolvable"],
    ),
    "DNS tells half, which is trusted": (
        PJSIP,
        endpoint(ADDRESS, NEW),
        has(ADDRESS, complete=False),
        {ADDRESS: "trusted", NEW: "unknown"},
        [],
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_address_has_its_state_and_all_have_a_cause(row: str) -> None:
    trunk, snapshot, addresses, wanted, causes = ROWS[row]
    one = looked_at(trunk, snapshot, dns(sip=addresses))
    assert states(one) == wanted
    assert [found.cause for found in one.findings] == causes


@pytest.mark.parametrize("row", ROWS)
def test_moved_is_who_has_nothing_in_common(row: str) -> None:
    trunk, snapshot, addresses, *_rest = ROWS[row]
    assert looked_at(trunk, snapshot, dns(sip=addresses)).moved == row.startswith("moved")


def test_that_there_is_no_such_name_is_not_that_nobody_could_tell() -> None:
    said = {
        what: looked_at(PJSIP, endpoint(ADDRESS), dns(sip=what)).findings[0].explanation
        for what in (DEAD, GONE)
    }
    assert "cannot be looked up now" in said[DEAD] and "does not resolve now" in said[GONE]


def test_the_records_of_an_address_are_told() -> None:
    one = looked_at(PJSIP, endpoint(ADDRESS), dns(sip=has(ADDRESS, services=(ADDRESS,))))
    records = (Published(ADDRESS, f"_sip._udp.{HOST}", "SRV A", 60), Published(ADDRESS, HOST, "A", 300))
    assert one.addresses == (Compared(HOST, ADDRESS, "trusted", ("smartvox",), records),)


def test_what_one_host_leaves_another_may_have() -> None:
    trunk = replace(PJSIP, peers=(*PJSIP.peers, ExpectedPeer("smartvox", "gw.example.com")))
    snapshot = endpoint(ADDRESS, NEW)
    assert not looked_at(trunk, snapshot, dns(sip=has(ADDRESS), gw=has(NEW))).findings
    # As long as one cannot be asked, nobody can tell.
    one = looked_at(trunk, snapshot, dns(sip=has(ADDRESS), gw=DEAD))
    assert states(one) == {ADDRESS: "trusted", NEW: "unknown"}


@pytest.mark.parametrize(
    ("declared", "runs"),
    [("198.51.100.0/24", "198.51.100.0/24"), ("198.51.100.7/24", "198.51.100.0/24"), (ADDRESS, ADDRESS)],
)
def test_addresses_and_networks_need_not_be_published(declared: str, runs: str) -> None:
    trunk = replace(PJSIP, peers=(ExpectedPeer("smartvox", declared),))
    one = looked_at(trunk, endpoint(runs), dns())
    assert (list(states(one).values()), one.findings) == (["trusted"], ())


def test_a_section_that_calls_only_go_out_through_trusts_nobody() -> None:
    trunk = replace(CHAN_SIP, peers=(CHAN_SIP.peers[0], ExpectedPeer("in2", "gw.example.com", trusted=False)))
    one = looked_at(trunk, sections(ADDRESS, THIRD), dns(sip=has(ADDRESS), gw=has(NEW)))
    assert states(one) == {ADDRESS: "trusted"}
    assert [found.cause for found in one.findings] == ["trust_moved"]


@pytest.mark.parametrize(
    ("status", "known"), [("ok", has(ADDRESS)), ("warning", DEAD), ("critical", has(NEW))]
)
def test_the_worst_is_the_status(status: str, known: Addresses) -> None:
    fine = replace(PJSIP, name="fine", peers=(ExpectedPeer("smartvox", ADDRESS),))
    report = trust([fine, PJSIP, fine], endpoint(ADDRESS), now=NOW, resolve=dns(sip=known))
    assert report.status == status
    assert report.exit_code == ["ok", "warning", "critical"].index(status)


def test_to_expect_nothing_is_unknown() -> None:
    assert trust([], endpoint(), now=NOW, resolve=dns()).exit_code == 3


def test_to_expect_nothing_may_be_ok() -> None:
    assert trust([], endpoint(), now=NOW, resolve=dns(), allow_none=True).status == "ok"


def test_when_asterisk_cannot_be_asked_no_address_has_a_state() -> None:
    report = trust([PJSIP], failed("not_running"), now=NOW, resolve=dns(sip=has(ADDRESS)))
    (one,) = report.trunks
    assert (one.addresses, one.findings[0].cause, report.exit_code) == ((), "not_running", 2)


def test_sections_that_were_not_to_be_seen_are_not_in_order() -> None:
    unseen = {"pjsip": Unavailable("permission_denied", "the detail")}
    snapshot = replace(endpoint(), unseen=unseen)
    report = trust([PJSIP], snapshot, now=NOW, resolve=dns(sip=has(ADDRESS)))
    (one,) = report.trunks
    assert (one.addresses, one.findings[0].cause, report.exit_code) == ((), "permission_denied", 3)


def repaired(*trunks: ExpectedTrunk, resolve: Resolve, **more: Any) -> list[Repair]:
    snapshot = replace(sections(ADDRESS), endpoints=endpoint(ADDRESS).endpoints, **more)
    report: Report = trust(trunks, snapshot, now=NOW, resolve=resolve)
    return repairs(report, resolve)


def test_each_driver_is_reloaded_once_and_only_where_it_may_help() -> None:
    both = [CHAN_SIP, PJSIP, replace(PJSIP, name="again")]
    assert repaired(*both, resolve=dns(sip=has(NEW))) == [
        Repair("sip reload", ()),
        Repair("module reload res_pjsip.so", ()),
    ]
    assert repaired(*both, resolve=dns(sip=has(ADDRESS))) == []
    # chan_sip would take one of the two again.
    assert repaired(CHAN_SIP, resolve=dns(sip=has(ADDRESS, NEW))) == []


@pytest.mark.parametrize("known", [DEAD, GONE])
def test_a_reload_that_would_take_another_trunks_trust_away_names_it(known: Addresses) -> None:
    other = replace(PJSIP, name="other", peers=(ExpectedPeer("smartvox", "gw.example.com"),))
    assert repaired(PJSIP, other, resolve=dns(sip=has(NEW), gw=known)) == [
        Repair("module reload res_pjsip.so", ("gw.example.com",))
    ]
    # A reload of the other driver does not look it up.
    assert repaired(CHAN_SIP, other, resolve=dns(sip=has(NEW), gw=known)) == [Repair("sip reload", ())]

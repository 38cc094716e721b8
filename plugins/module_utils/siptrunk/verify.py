# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expected trunks against what a running Asterisk shows: one verdict for each, its cause and the way out.

Registration and trust are two facts: a trunk can be registered and yet refuse every call of its provider.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .asterisk.snapshot import ACCOUNT_WIDTH, REGISTRAR_WIDTH, Peer, Registration, Snapshot
from .causes import BY_SEVERITY, EXIT_CODES, OK, UNKNOWN, Finding, finding, worst
from .expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from .resolver import Addresses, normal

# A registration that is under way for so many seconds is not about to arrive any more.
PATIENCE = 3.0

# handle_response_register() in channels/chan_sip.c: when chan_sip refreshes before the expiry.
_GUARD_LIMIT = 30
_GUARD_SECONDS = 15

# The states that a refresh goes through while the registration before it is still good at the provider.
_UNDER_WAY = ("Request Sent", "Auth. Sent")
_FINAL_STATES = {"No Authentication": "wrong_password", "Rejected": "rejected", "Failed": "gave_up"}

Resolve = Callable[[str, Optional[int]], Addresses]


@dataclass(frozen=True)
class Lease:
    """What the running Asterisk has of an expected registration.

    state: in Asterisk's words
    granted: seconds that the provider granted; None before it did
    registered_at: epoch seconds
    expires_in: seconds; negative when expired, None when nothing is in force
    """

    state: str
    granted: Optional[int]
    registered_at: Optional[int]
    expires_in: Optional[int]


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one trunk.

    findings: at least one, the worst first
    lease: None when there is no such registration, or none is expected
    peers: the expected sections, and what runs of each
    """

    trunk: ExpectedTrunk
    findings: Tuple[Finding, ...]
    lease: Optional[Lease] = None
    peers: Tuple[Tuple[ExpectedPeer, Optional[Peer]], ...] = ()

    @property
    def status(self) -> str:
        return self.findings[0].status

    @property
    def ok(self) -> bool:
        return self.status == OK

    @property
    def final(self) -> bool:
        """To wait longer would not change it."""
        return self.findings[0].final

    @property
    def trusted(self) -> Tuple[str, ...]:
        """The addresses whose calls are let in."""
        addresses = [running.address for peer, running in self.peers if peer.trusted and running]
        return tuple(dict.fromkeys(address for address in addresses if address))

    @property
    def summary(self) -> str:
        """All that is to be said, in one line."""
        said = ("; ".join(filter(None, (one.explanation, one.next_step))) for one in self.findings)
        return f"{self.trunk.name}: {'. '.join(said)}"


@dataclass(frozen=True)
class Report:
    """The verdicts of one moment.

    unexpected: registrations that run, but belong to no expected trunk; they do not change the status
    checked_at: epoch seconds
    allow_none: to expect no trunk at all is fine
    """

    verdicts: Tuple[Verdict, ...]
    unexpected: Tuple[Registration, ...]
    snapshot: Snapshot
    checked_at: float
    allow_none: bool = False

    @property
    def status(self) -> str:
        """The worst of all. With nothing expected, unknown: to check nothing must not look good."""
        if not self.verdicts:
            return OK if self.allow_none else UNKNOWN
        return worst([verdict.status for verdict in self.verdicts])

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.status]

    def troubled(self) -> List[Tuple[List[str], Tuple[Finding, ...]]]:
        """The names of the trunks that are not in order, those together of which the same is to be said."""
        groups: Dict[Tuple[Finding, ...], List[str]] = {}
        for verdict in self.verdicts:
            if not verdict.ok:
                groups.setdefault(verdict.findings, []).append(verdict.trunk.name)
        return [(names, findings) for findings, names in groups.items()]


def verify(
    expected: Sequence[ExpectedTrunk],
    snapshot: Snapshot,
    *,
    now: float,
    resolve: Resolve,
    since: Optional[float] = None,
    watched: float = math.inf,
    allow_none: bool = False,
) -> Report:
    """Compare.

    now: epoch seconds on the PBX
    resolve: the addresses of a host; its port when DNS need not be asked for one
    since: a registration must be newer than this (epoch seconds)
    watched: seconds since the first look; in the beginning, what is under way gets its chance
    """
    wanted = [trunk.registration for trunk in expected if trunk.registration]
    judge = _Judge(wanted, snapshot, now, resolve, since, watched)
    return Report(
        verdicts=tuple(map(judge.verdict, expected)),
        unexpected=tuple(
            running for running in snapshot.registrations if not any(_is_of(want, running) for want in wanted)
        ),
        snapshot=snapshot,
        checked_at=now,
        allow_none=allow_none,
    )


def granted_expiry(refresh: int, asked: int) -> int:
    """The expiry that the provider granted, from the seconds after which chan_sip refreshes.

    Two expiries may have one refresh (20 s and 31 s both have 16); the one asked for, or less, is likelier.
    """
    candidates = [expiry for expiry in range(1, _GUARD_LIMIT + 1) if _refresh_of(expiry) == refresh]
    if refresh + _GUARD_SECONDS > _GUARD_LIMIT:
        candidates.append(refresh + _GUARD_SECONDS)
    likely = [expiry for expiry in candidates if expiry <= asked]
    return max(likely) if likely else min(candidates, default=refresh)


def _refresh_of(short_expiry: int) -> int:
    return (short_expiry * 1000 - max(short_expiry * 200, 500)) // 1000


def account(want: ExpectedRegistration) -> str:
    """The address of record."""
    return f"{want.user}@{want.domain or want.host}"


def registrar(want: ExpectedRegistration) -> str:
    return f"{want.host}:{want.port}"


def local_time(epoch: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(epoch))


def _is_of(want: ExpectedRegistration, running: Registration) -> bool:
    shown = (account(want), registrar(want))
    if running.cut:
        # The CLI shows a domain only where the register line has one.
        full = shown[0] if want.domain else want.user
        shown = (full[:ACCOUNT_WIDTH].rstrip(), shown[1][:REGISTRAR_WIDTH])
    return shown == (running.account, running.registrar)


class _Judge(NamedTuple):
    wanted: Sequence[ExpectedRegistration]
    snapshot: Snapshot
    now: float
    resolve: Resolve
    since: Optional[float]
    watched: float

    def verdict(self, trunk: ExpectedTrunk) -> Verdict:
        failure = self.snapshot.failure
        if failure:
            return Verdict(trunk, (finding(failure.cause, driver=trunk.driver, detail=failure.detail),))
        peers = [(peer, self.snapshot.peers.get(peer.section)) for peer in trunk.peers]
        findings: List[Finding] = []
        lease = None
        if trunk.registration:
            matches = [one for one in self.snapshot.registrations if _is_of(trunk.registration, one)]
            lease = self._lease(trunk.registration, matches)
            reachable = any(running.answers for _peer, running in peers if running)
            findings.append(self._judge_registration(trunk.registration, matches, lease, reachable))
        else:
            findings.append(finding("trusted"))
        findings += self._judge_peers(peers)
        bad = [one for one in findings if one.status != OK]
        bad.sort(key=lambda one: BY_SEVERITY.index(one.status), reverse=True)
        return Verdict(trunk, tuple(bad or findings), lease, tuple(peers))

    def _lease(self, want: ExpectedRegistration, matches: Sequence[Registration]) -> Optional[Lease]:
        if not matches:
            return None
        # Of several, the one that is registered, and latest.
        running = max(matches, key=lambda match: (match.state == "Registered", match.registered_at or 0))
        if running.registered_at is None:
            return Lease(running.state, None, None, None)
        granted = granted_expiry(running.refresh, want.expiry)
        left = math.floor(running.registered_at + granted - self.now)
        return Lease(
            running.state,
            granted,
            running.registered_at,
            left if running.state == "Registered" or running.state in _UNDER_WAY else None,
        )

    def _judge_registration(
        self,
        want: ExpectedRegistration,
        matches: Sequence[Registration],
        lease: Optional[Lease],
        reachable: bool,
    ) -> Finding:
        facts: Dict[str, object] = {
            "account": account(want),
            "registrar": registrar(want),
            "host": want.host,
            "count": len(matches),
        }
        if lease is None:
            return finding("missing", **facts)
        facts.update(state=lease.state, expires_in=lease.expires_in)
        if lease.registered_at is not None:
            facts["registered_at"] = local_time(lease.registered_at)
        if matches[0].cut and sum(_is_of(other, matches[0]) for other in self.wanted) > 1:
            return finding("ambiguous", **facts)
        if self._in_force(lease):
            return finding("duplicate" if len(matches) > 1 else "registered", **facts)
        if lease.state in _UNDER_WAY and self.watched >= PATIENCE:
            facts["addresses"] = _listed(self.resolve(want.host, None))
            return finding(self._stuck(lease, bool(facts["addresses"]), reachable), **facts)
        return finding(self._cause(lease), **facts)

    def _in_force(self, lease: Lease) -> bool:
        # The registry cuts times to whole seconds, so only those of the seconds that follow are certain.
        fresh = self.since is None or (lease.registered_at or 0) >= math.ceil(self.since)
        return lease.expires_in is not None and lease.expires_in >= 0 and fresh

    def _cause(self, lease: Lease) -> str:
        """Why a registration is not in force, as far as its state says."""
        if lease.state == "Registered":
            return "not_fresh" if (lease.expires_in or 0) >= 0 else "expired"
        if lease.state in _UNDER_WAY or lease.state == "Unregistered":
            return "trying"
        return _FINAL_STATES.get(lease.state, "unknown_state")

    @staticmethod
    def _stuck(lease: Lease, resolves: bool, reachable: bool) -> str:
        """Why a registration stays under way."""
        if lease.state == "Auth. Sent":
            # chan_sip answers up to three challenges, waits 20 s, and starts again.
            return "wrong_password"
        if not resolves:
            return "unknown_host"
        return "unavailable" if reachable else "no_answer"

    def _judge_peers(self, peers: Sequence[Tuple[ExpectedPeer, Optional[Peer]]]) -> Iterator[Finding]:
        """At most one finding for each host and cause: the sections of one host mostly share their fate."""
        hearing = {peer.host for peer, running in peers if peer.trusted and running and running.address}
        seen = set()
        for peer, running in peers:
            facts: Dict[str, object] = {"section": peer.section, "host": peer.host}
            if running and running.address:
                cause = "trust_moved"
                addresses = self.resolve(peer.host, peer.port)
                if (
                    not addresses.complete
                    or not addresses.known
                    or normal(running.address) in addresses.known
                ):
                    continue
                facts.update(address=running.address, addresses=_listed(addresses))
            else:
                cause = "deaf" if peer.trusted and peer.host not in hearing else "mute"
                facts["lack"] = "has no address" if running else "is not there"
            if (cause, peer.host) not in seen:
                seen.add((cause, peer.host))
                yield finding(cause, **facts)


def _listed(addresses: Addresses) -> str:
    return ", ".join(sorted(addresses.known))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expected trunks against what a running Asterisk shows: one verdict for each, its cause and the way out.

Registration and trust are two facts: a trunk can be registered and yet refuse every call of its provider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Collection, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from .asterisk.snapshot import Registration, Section, Snapshot
from .causes import BY_SEVERITY, CRITICAL, EXIT_CODES, OK, UNKNOWN, Finding, finding, worst
from .expectation import ExpectedPeer, ExpectedTrunk
from .judges import chan_sip, pjsip
from .judges.scene import PATIENCE, Lease, Resolve, Scene, account, facts_of, registrar
from .times import local_time

if TYPE_CHECKING:
    from .providers import Asked

__all__ = ["PATIENCE", "Lease", "Report", "Verdict", "account", "local_time", "registrar", "verify"]

# What is said of registrations that may be in force, but not since the moment that is asked for.
NOT_NEW = ("not_fresh", "unproven")
# Seconds from the start of Asterisk within which a trunk may not have registered yet.
_BEGINNING = 60
JUDGES: Dict[str, ModuleType] = {judge.NAME: judge for judge in (chan_sip, pjsip)}


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
    peers: Tuple[Tuple[ExpectedPeer, Optional[Section]], ...] = ()

    @property
    def status(self) -> str:
        return self.findings[0].status

    @property
    def ok(self) -> bool:
        return self.status == OK

    @property
    def fails(self) -> bool:
        """It does not work, for certain. That a registration in force is not new is no failure."""
        return any(one.status == CRITICAL and one.cause not in NOT_NEW for one in self.findings)

    @property
    def final(self) -> bool:
        """To wait longer would not change it."""
        return self.findings[0].final

    def hopeless(self, seconds: float) -> bool:
        """To wait for so long would not change it."""
        retry_in = self.lease.retry_in if self.lease else None
        return self.final or (retry_in is not None and retry_in > seconds)

    @property
    def trusted(self) -> Tuple[str, ...]:
        """The addresses whose calls are let in."""
        trusted = [running for peer, running in self.peers if peer.trusted and running]
        return tuple(dict.fromkeys(address for running in trusted for address in running.addresses))

    @property
    def summary(self) -> str:
        """All that is to be said, in one line."""
        said = (
            "; ".join(filter(None, (one.explanation, one.evidence and str(one.evidence), one.next_step)))
            for one in self.findings
        )
        return f"{self.trunk.name}: {'. '.join(said)}"


@dataclass(frozen=True)
class Report:
    """The verdicts of one moment.

    unexpected: registrations that run, but belong to no expected trunk; they do not change the status
    checked_at: epoch seconds
    allow_none: to expect no trunk at all is fine
    asked: what the providers of trunks that are not in order said to this host, if anybody wanted to know; it does not
        change the verdict
    failed_before: names of the trunks that had failed before Asterisk was told anything; None where it was told
        nothing, or where nobody can tell
    """

    verdicts: Tuple[Verdict, ...]
    unexpected: Tuple[Registration, ...]
    snapshot: Snapshot
    checked_at: float
    allow_none: bool = False
    asked: Tuple[Asked, ...] = ()
    failed_before: Optional[FrozenSet[str]] = None

    @property
    def failing(self) -> Optional[FrozenSet[str]]:
        """The names of the trunks that do not work; None as long as they may just not have registered yet."""
        started_at = self.snapshot.started_at
        if self.snapshot.failure or started_at is None or self.checked_at - started_at < _BEGINNING:
            return None
        return frozenset(verdict.trunk.name for verdict in self.verdicts if verdict.fails)

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
    new: Optional[Collection[str]] = None,
    watched: float = math.inf,
    renewed: Optional[Mapping[str, float]] = None,
    allow_none: bool = False,
) -> Report:
    """Compare.

    now: epoch seconds on the PBX
    resolve: the addresses of a host; its port when DNS need not be asked for one
    since: a registration must be newer than this (epoch seconds)
    new: names of the trunks that *since* is for; None for all
    watched: seconds since the first look; in the beginning, what is under way gets its chance
    renewed: by name, the epoch seconds after which a registration of chan_pjsip was seen to be made
    """
    scene = Scene(expected, snapshot, now, resolve, since, watched, renewed or {})
    old = replace(scene, since=None)
    carrying = {id(running) for trunk in expected for running in _judge(trunk).carrying(scene, trunk)}
    return Report(
        verdicts=tuple(
            _verdict(scene if new is None or trunk.name in new else old, trunk) for trunk in expected
        ),
        unexpected=tuple(running for running in snapshot.registrations if id(running) not in carrying),
        snapshot=snapshot,
        checked_at=now,
        allow_none=allow_none,
    )


def _verdict(scene: Scene, trunk: ExpectedTrunk) -> Verdict:
    failure = scene.snapshot.why_not(trunk.driver)
    if failure:
        return Verdict(trunk, (finding(failure.cause, **facts_of(trunk), detail=failure.detail),))
    judge = _judge(trunk)
    findings: List[Finding] = []
    lease = judge.lease(scene, trunk)
    if trunk.registration:
        findings.append(judge.registration(scene, trunk, trunk.registration, lease))
    else:
        findings.append(finding("trusted", **facts_of(trunk)))
    unseen = scene.snapshot.unseen.get(trunk.driver)
    if unseen:
        findings.append(finding(unseen.cause, **facts_of(trunk), detail=unseen.detail))
    else:
        findings += judge.trust(scene, trunk)
    findings += judge.loading(scene, trunk, lease)
    if all(one.status != CRITICAL for one in findings):
        # What is worse has told of it already.
        findings += judge.reach(scene, trunk)
    bad = [one for one in findings if one.status != OK]
    bad.sort(key=lambda one: BY_SEVERITY.index(one.status), reverse=True)
    running: Mapping[str, Section] = (
        scene.snapshot.endpoints if trunk.driver == pjsip.NAME else scene.snapshot.peers
    )
    peers = tuple((peer, running.get(peer.section)) for peer in trunk.peers)
    return Verdict(trunk, tuple(bad or findings), lease, peers)


def _judge(trunk: ExpectedTrunk) -> ModuleType:
    return JUDGES[trunk.driver]

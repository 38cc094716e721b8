# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the providers publish now against what the running Asterisk trusts: the part of a verdict that is about trust.

``verify`` says the same of it, by the same judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import List, NamedTuple, Sequence, Tuple

from .asterisk.snapshot import Snapshot
from .causes import BY_SEVERITY, EXIT_CODES, OK, UNKNOWN, Finding, finding, worst
from .drivers import DRIVERS
from .expectation import ExpectedTrunk
from .judges.comparison import LEFT_OVER, MISSING, TRUSTED, Compared
from .judges.scene import Resolve, Scene, facts_of
from .verify import JUDGES

# What a reload may mend; of a name with more addresses than chan_sip takes, it would take one again.
CURABLE = ("deaf", "mute", "trust_moved", "trust_left_over")


@dataclass(frozen=True)
class Trust:
    """What is to be said of one trunk.

    findings: of what is wrong, the worst first
    addresses: what is published or let in; none when Asterisk could not be asked
    """

    trunk: ExpectedTrunk
    findings: Tuple[Finding, ...]
    addresses: Tuple[Compared, ...] = ()

    @property
    def status(self) -> str:
        return self.findings[0].status if self.findings else OK

    @property
    def ok(self) -> bool:
        return self.status == OK

    @property
    def moved(self) -> bool:
        """The provider is somewhere else: nothing of what it publishes is let in, and something else is."""
        states = [one.state for one in self.addresses]
        return MISSING in states and LEFT_OVER in states and TRUSTED not in states


@dataclass(frozen=True)
class Report:
    """The trust of one moment.

    reloaded: the commands that Asterisk was given before
    checked_at: epoch seconds
    allow_none: to expect no trunk at all is fine
    """

    trunks: Tuple[Trust, ...]
    snapshot: Snapshot
    checked_at: float
    reloaded: Tuple[str, ...] = ()
    allow_none: bool = False

    @property
    def status(self) -> str:
        """The worst of all. With nothing expected, unknown: to check nothing must not look good."""
        if not self.trunks:
            return OK if self.allow_none else UNKNOWN
        return worst([trust.status for trust in self.trunks])

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.status]


class Repair(NamedTuple):
    """A reload that may mend what was found.

    unresolved: the names that do not resolve now; with one of them, a reload would take trust away
    """

    command: str
    unresolved: Tuple[str, ...]


def trust(
    expected: Sequence[ExpectedTrunk],
    snapshot: Snapshot,
    *,
    now: float,
    resolve: Resolve,
    reloaded: Sequence[str] = (),
    allow_none: bool = False,
) -> Report:
    """Compare.

    now: epoch seconds
    resolve: the addresses of a host; its port when DNS need not be asked for one
    """
    scene = Scene(expected, snapshot, now, resolve, since=None, watched=0.0, renewed={})
    trunks = tuple(_trust(scene, trunk) for trunk in expected)
    return Report(trunks, snapshot, now, tuple(reloaded), allow_none)


def _trust(scene: Scene, trunk: ExpectedTrunk) -> Trust:
    failure = scene.snapshot.why_not(trunk.driver) or scene.snapshot.unseen.get(trunk.driver)
    if failure:
        return Trust(trunk, (finding(failure.cause, **facts_of(trunk), detail=failure.detail),))
    judge: ModuleType = JUDGES[trunk.driver]
    found = sorted(judge.trust(scene, trunk), key=lambda one: BY_SEVERITY.index(one.status), reverse=True)
    return Trust(trunk, tuple(found), judge.compared(scene, trunk))


def repairs(report: Report, resolve: Resolve) -> List[Repair]:
    """The least reloads that may mend what a report has found, each once."""
    drivers = dict.fromkeys(
        one.trunk.driver for one in report.trunks if any(each.cause in CURABLE for each in one.findings)
    )
    return [
        Repair(
            DRIVERS[driver].RELOAD,
            unresolved([one.trunk for one in report.trunks if one.trunk.driver == driver], resolve),
        )
        for driver in drivers
    ]


def unresolved(trunks: Sequence[ExpectedTrunk], resolve: Resolve) -> Tuple[str, ...]:
    """The hosts of a driver's trunks that do not resolve now; a reload looks up all of them anew."""
    peers = (peer for trunk in trunks for peer in trunk.peers)
    return tuple(dict.fromkeys(peer.host for peer in peers if not resolve(peer.host, peer.port).known))

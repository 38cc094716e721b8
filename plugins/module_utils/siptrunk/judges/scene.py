# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a verdict rests on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..asterisk.snapshot import ACCOUNT_WIDTH, REGISTRAR_WIDTH, Registration, Snapshot
from ..config.text import fold
from ..expectation import ExpectedRegistration, ExpectedTrunk
from ..register_line import DEFAULT_PORTS
from ..resolver import Addresses

# A registration that is under way for so many seconds is not about to arrive any more.
PATIENCE = 3.0

Resolve = Callable[[str, Optional[int]], Addresses]


@dataclass(frozen=True)
class Lease:
    """What the running Asterisk has of an expected registration.

    state: in Asterisk's words
    granted: seconds that the provider granted; None before it did, and where Asterisk does not tell
    registered_at: epoch seconds; None where Asterisk does not tell
    expires_in: seconds; negative when expired, None when nothing is in force, or Asterisk does not tell
    retry_in: seconds to the next try of what is not registered; None when that is not known
    """

    state: str
    granted: Optional[int] = None
    registered_at: Optional[int] = None
    expires_in: Optional[int] = None
    retry_in: Optional[int] = None


class Scene(NamedTuple):
    """What is expected, what runs, and what else is known.

    now: epoch seconds on the PBX
    resolve: the addresses of a host; its port when DNS need not be asked for one
    since: a registration must be newer than this (epoch seconds)
    watched: seconds since the first look
    renewed: by name, the epoch seconds after which a registration of chan_pjsip was seen to be made
    """

    expected: Sequence[ExpectedTrunk]
    snapshot: Snapshot
    now: float
    resolve: Resolve
    since: Optional[float]
    watched: float
    renewed: Mapping[str, float]

    def of(self, driver: str) -> List[Registration]:
        return [running for running in self.snapshot.registrations if running.driver == driver]

    def rivals(self, want: ExpectedRegistration) -> int:
        """How many registrations run for one account at one registrar, whatever the driver."""
        return sum(is_for(want, running) for running in self.snapshot.registrations)


def account(want: ExpectedRegistration) -> str:
    """The address of record."""
    return f"{want.user}@{want.domain or want.host}"


def registrar(want: ExpectedRegistration) -> str:
    return f"{want.host}:{want.port}"


def facts_of(trunk: ExpectedTrunk) -> Dict[str, object]:
    """What the texts name of a trunk."""
    want = trunk.registration
    facts: Dict[str, object] = {"driver": trunk.driver, "name": trunk.name}
    if want:
        facts.update(
            name=want.name or trunk.name, account=account(want), registrar=registrar(want), host=want.host
        )
    return facts


def is_for(want: ExpectedRegistration, running: Registration) -> bool:
    """It has the account and the registrar."""
    if running.cut:
        # The CLI shows a domain only where the register line has one.
        full = account(want) if want.domain else want.user
        shown = (full[:ACCOUNT_WIDTH].rstrip(), registrar(want)[:REGISTRAR_WIDTH])
        return shown == (running.account, running.registrar)
    usual = want.port == DEFAULT_PORTS.get(want.transport)
    return _spelled(account(want)) == _spelled(running.account) and fold(running.registrar) in (
        fold(registrar(want)),
        *([fold(want.host)] if usual else []),
    )


def _spelled(account_: str) -> Tuple[str, str]:
    """User and domain, of which only the latter may be written in any case."""
    user, _at, domain = account_.rpartition("@")
    return user, fold(domain)


def listed(addresses: Iterable[str]) -> str:
    return ", ".join(sorted(addresses))


def local_time(epoch: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(epoch))

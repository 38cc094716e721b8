# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a verdict rests on."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..asterisk.snapshot import ACCOUNT_WIDTH, REGISTRAR_WIDTH, Heard, Registration, Snapshot
from ..causes import Evidence, Finding, finding
from ..config.text import fold
from ..expectation import ExpectedRegistration, ExpectedTrunk
from ..resolver import Addresses
from ..times import local_time
from ..uris import DEFAULT_PORTS

# A registration that is under way for so many seconds is not about to arrive any more.
PATIENCE = 3.0
# A refresh is not late before so many seconds.
_SOON = 6

Resolve = Callable[[str, Optional[int]], Addresses]


@dataclass(frozen=True)
class Lease:
    """What the running Asterisk has of an expected registration.

    state: in Asterisk's words
    granted: seconds that the provider granted; None before it did, and where Asterisk does not tell
    registered_at: epoch seconds; None where Asterisk does not tell
    expires_in: seconds; negative when expired, None when nothing is in force, or Asterisk does not tell
    retry_in: seconds to the next try of what is not registered; None when that is not known
    late: seconds since the refresh of what is registered was due
    """

    state: str
    granted: Optional[int] = None
    registered_at: Optional[int] = None
    expires_in: Optional[int] = None
    retry_in: Optional[int] = None
    late: int = 0

    @property
    def overdue(self) -> bool:
        """A refresh has been under way for longer than a slow provider, or a lost packet or two, take."""
        return self.late > _SOON


class Identity(NamedTuple):
    """What tells one registration from the others: the account and the registrar, as whole or as cut as they are."""

    account: Tuple[str, str]
    registrar: str
    cut: bool = False


@dataclass(frozen=True)
class Scene:
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

    def running(self, want: ExpectedRegistration) -> List[Registration]:
        """Those for one account at one registrar, whatever the driver."""
        return [one for identity in identities(want) for one in self._by_identity.get(identity, ())]

    def rivals(self, want: ExpectedRegistration) -> int:
        return len(self.running(want))

    def named(self, name: str) -> Optional[Registration]:
        """chan_pjsip's registration of that name."""
        return self._by_name.get(name)

    def claims(self, running: Registration) -> int:
        """How many trunks of its driver a registration may be of."""
        return self._claims[running.driver, identity(running)]

    @cached_property
    def _by_identity(self) -> Mapping[Identity, Sequence[Registration]]:
        found: Dict[Identity, List[Registration]] = {}
        for one in self.snapshot.registrations:
            found.setdefault(identity(one), []).append(one)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, Registration]:
        return {one.name: one for one in reversed(self.snapshot.registrations) if one.name}

    @cached_property
    def _claims(self) -> Mapping[Tuple[str, Identity], int]:
        return Counter(
            (trunk.driver, identity)
            for trunk in self.expected
            if trunk.registration
            for identity in identities(trunk.registration)
        )


def standing(scene: Scene, want: ExpectedRegistration, has: Lease) -> str:
    """How well a registration that is in force stands."""
    if scene.rivals(want) > 1:
        return "duplicate"
    return "expiring" if has.overdue else "registered"


def proven(found: Finding, heard: Optional[Heard], want: ExpectedRegistration) -> Finding:
    """The same with what the log has of it, if it has."""
    if heard is None:
        return found
    return replace(found, evidence=Evidence(heard.code, heard.at, registrar(want), heard.reason))


def written_since(scene: Scene, trunk: ExpectedTrunk, *loaded_at: Optional[float]) -> Iterator[Finding]:
    """Whether the file of the trunks was written after all of these moments.

    Those that nobody knows do not count; without any, nobody can tell, and neither of a file of a time to come.
    """
    written = scene.snapshot.written.get(trunk.driver)
    known = [at for at in loaded_at if at is not None]
    # Asterisk tells whole seconds.
    if written and known and scene.now >= written.at and math.floor(written.at) > max(known) + 1:
        yield finding("changed_since", **facts_of(trunk), path=written.name, at=local_time(written.at))


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


def identity(running: Registration) -> Identity:
    if running.cut:
        return Identity(("", running.account), running.registrar, cut=True)
    return Identity(_spelled(running.account), fold(running.registrar))


@cache
def identities(want: ExpectedRegistration) -> Sequence[Identity]:
    """Those that a registration has that is for this account at this registrar."""
    whole = _spelled(account(want))
    # The CLI shows a domain only where the register line has one.
    shown = account(want) if want.domain else want.user
    usual = want.port == DEFAULT_PORTS.get(want.transport)
    return (
        Identity(whole, fold(registrar(want))),
        *([Identity(whole, fold(want.host))] if usual else []),
        Identity(("", shown[:ACCOUNT_WIDTH].rstrip()), registrar(want)[:REGISTRAR_WIDTH], cut=True),
    )


def _spelled(account_: str) -> Tuple[str, str]:
    """User and domain, of which only the latter may be written in any case."""
    user, _at, domain = account_.rpartition("@")
    return user, fold(domain)


def listed(addresses: Iterable[str]) -> str:
    return ", ".join(sorted(addresses))


def unsaid(known: Addresses) -> str:
    """Why a name cannot be compared: that there is no such name is not that nobody could tell."""
    return (
        "does not resolve now"
        if known.complete
        else "cannot be looked up now: no name server tells all of it"
    )

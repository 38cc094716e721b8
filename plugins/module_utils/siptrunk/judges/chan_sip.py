# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""chan_sip: its registry tells when it registered; each of its peers has at most one address."""

from __future__ import annotations

import math
from functools import cache
from typing import Collection, Dict, Iterator, List, Optional, Tuple

from ..asterisk.snapshot import Registration
from ..causes import Finding, finding
from ..expectation import ExpectedRegistration, ExpectedTrunk
from ..resolver import Addresses, normal
from .comparison import MISSING, Compared, compare
from .scene import PATIENCE, Lease, Scene, facts_of, listed, local_time, unsaid

NAME = "chan_sip"
# handle_response_register() in channels/chan_sip.c: when chan_sip refreshes before the expiry.
_GUARD_LIMIT = 30
_GUARD_SECONDS = 15
# The states that a refresh goes through while the registration before it is still good at the provider.
_UNDER_WAY = ("Request Sent", "Auth. Sent")
_FINAL_STATES = {"No Authentication": "wrong_password", "Rejected": "rejected", "Failed": "gave_up"}


def carrying(scene: Scene, trunk: ExpectedTrunk) -> List[Registration]:
    """The registrations that run for the trunk."""
    want = trunk.registration
    return [running for running in scene.running(want) if running.driver == NAME] if want else []


def lease(scene: Scene, trunk: ExpectedTrunk) -> Optional[Lease]:
    want, matches = trunk.registration, carrying(scene, trunk)
    if not want or not matches:
        return None
    # Of several, the one that is registered, and latest.
    running = max(matches, key=lambda match: (match.state == "Registered", match.registered_at or 0))
    if running.registered_at is None:
        return Lease(running.state)
    granted = granted_expiry(running.refresh, want.expiry)
    left = math.floor(running.registered_at + granted - scene.now)
    in_force = running.state == "Registered" or running.state in _UNDER_WAY
    return Lease(running.state, granted, running.registered_at, left if in_force else None)


def registration(
    scene: Scene, trunk: ExpectedTrunk, want: ExpectedRegistration, has: Optional[Lease]
) -> Finding:
    """What is to be said of a trunk's registration, of which Asterisk has *has*."""
    facts: Dict[str, object] = facts_of(trunk)
    if has is None:
        return finding("missing", **facts)
    matches = carrying(scene, trunk)
    facts.update(state=has.state, expiry=f", expires in {has.expires_in} s", count=scene.rivals(want))
    if has.registered_at is not None:
        facts["registered_at"] = local_time(has.registered_at)
    if matches[0].cut and scene.claims(matches[0]) > 1:
        return finding("ambiguous", **facts)
    if _in_force(scene, has):
        return finding("duplicate" if scene.rivals(want) > 1 else "registered", **facts)
    if has.state in _UNDER_WAY and scene.watched >= PATIENCE:
        addresses = scene.resolve(want.host, None).known
        return finding(_stuck(scene, trunk, has, bool(addresses)), **facts, addresses=listed(addresses))
    return finding(_cause(has), **facts)


def counting(known: Addresses, has: Collection[str]) -> Collection[str]:
    """What chan_sip has looked up, srvlookup or not, shows in what its sections have; so does the family it speaks.

    A chan_sip that listens on IPv4 takes no IPv6 address, and the other way round, so these count only alone.
    """
    addresses = {normal(address) for address in has}
    looked_up = next(
        (found for found in (known.of_services, known.of_name) if found & addresses),
        known.of_services | known.of_name,
    )
    families = {_family(address) for address in addresses}
    return {address for address in looked_up if _family(address) in families} or looked_up


def _family(address: str) -> bool:
    return ":" in address


def compared(scene: Scene, trunk: ExpectedTrunk) -> Tuple[Compared, ...]:
    """What is published against what is let in."""
    return compare(trunk.peers, scene.snapshot.peers, scene.resolve, counting)


def trust(scene: Scene, trunk: ExpectedTrunk) -> Iterator[Finding]:
    """At most one finding for each host and cause: the sections of one host mostly share their fate."""
    peers = [(peer, scene.snapshot.peers.get(peer.section)) for peer in trunk.peers]
    hearing = {peer.host for peer, running in peers if peer.trusted and running and running.address}
    lacking = {
        (row.host, row.address) for row in compared(scene, trunk) if row.address and row.state == MISSING
    }
    seen = set()
    for peer, running in peers:
        facts = {**facts_of(trunk), "section": peer.section, "host": peer.host}
        if running and running.address:
            known = scene.resolve(peer.host, peer.port)
            address = normal(running.address)
            addresses = counting(known, [address])
            missing = {one for one in addresses if (peer.host, one) in lacking}
            cause = _compared(address, known, peer.trusted, bool(missing))
            facts.update(address=address, addresses=listed(addresses), lack=unsaid(known))
            facts["missing"] = listed(missing or addresses)
        else:
            cause = "deaf" if peer.trusted and peer.host not in hearing else "mute"
            facts["lack"] = "has no address" if running else "is not there"
        if cause and (cause, peer.host) not in seen:
            seen.add((cause, peer.host))
            yield finding(cause, **facts)


def _compared(address: str, known: Addresses, trusted: bool, partial: bool) -> str:
    """What is to be said of a section's address; "" when that is right.

    trusted: calls are let in through that section; partial: those from an address that its host has are not
    """
    if address in known.known:
        return "trust_partial" if trusted and partial else ""
    if not known.known or not known.complete:
        return "unresolvable"
    # Other sections of the trunk may have all that its host has now.
    return "trust_left_over" if trusted and not partial else "trust_moved"


@cache
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


def _in_force(scene: Scene, has: Lease) -> bool:
    # The registry cuts times to whole seconds, so only those of the seconds that follow are certain.
    fresh = scene.since is None or (has.registered_at or 0) >= math.ceil(scene.since)
    return has.expires_in is not None and has.expires_in >= 0 and fresh


def _cause(has: Lease) -> str:
    """Why a registration is not in force, as far as its state says."""
    if has.state == "Registered":
        return "not_fresh" if (has.expires_in or 0) >= 0 else "expired"
    if has.state in _UNDER_WAY or has.state == "Unregistered":
        return "trying"
    return _FINAL_STATES.get(has.state, "unknown_state")


def _stuck(scene: Scene, trunk: ExpectedTrunk, has: Lease, resolves: bool) -> str:
    """Why a registration stays under way."""
    if has.state == "Auth. Sent":
        # chan_sip answers up to three challenges, waits 20 s, and starts again.
        return "wrong_password"
    if not resolves:
        return "unknown_host"
    sections = [scene.snapshot.peers.get(peer.section) for peer in trunk.peers]
    return "unavailable" if any(running.answers for running in sections if running) else "no_answer"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""chan_sip: its registry tells when it registered; each of its peers has at most one address."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Collection, Dict, Iterator, List, Optional, Tuple

from ..asterisk.snapshot import ANSWER, CERTIFICATE, CHALLENGE, SILENCE, Heard, Registration
from ..causes import Finding, finding
from ..expectation import ExpectedRegistration, ExpectedTrunk
from ..resolver import Addresses, normal
from ..times import local_time
from ..uris import bracketed
from .comparison import MISSING, Compared, compare
from .scene import (
    PATIENCE,
    Lease,
    Scene,
    account,
    facts_of,
    listed,
    proven,
    standing,
    unsaid,
    written_since,
)

NAME = "chan_sip"
# handle_response_register() in channels/chan_sip.c: when chan_sip refreshes before the expiry.
_GUARD_LIMIT = 30
_GUARD_SECONDS = 15
# The states that a refresh goes through while the registration before it is still good at the provider.
_UNDER_WAY = ("Request Sent", "Auth. Sent")
# Seconds: it tries every 20 (registertimeout), so what the log has of longer ago may be over.
_LATELY = 90
# 403, and nothing else, makes it No Authentication.
_FINAL_STATES = {"No Authentication": "forbidden", "Rejected": "rejected", "Failed": "gave_up"}


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
    late = math.floor(scene.now - running.registered_at - running.refresh)
    expires_in = left if in_force else None
    return Lease(running.state, granted, running.registered_at, expires_in, late=max(0, late))


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
    if (has.registered_at or 0) > scene.now + 1:
        return finding("clock", **facts)
    if _in_force(scene, has):
        return finding(standing(scene, want, has), **facts, late=has.late)
    heard = _told(scene, want)
    if has.state in _UNDER_WAY and scene.watched >= PATIENCE:
        return _stuck(scene, trunk, want, has, heard, facts)
    cause = _cause(has)
    return proven(finding(cause, **facts), heard if has.state in _FINAL_STATES else None, want)


def loading(scene: Scene, trunk: ExpectedTrunk, has: Optional[Lease]) -> Iterator[Finding]:
    """Whether what is registered is what the file says. Each reload registers everything anew.

    Of what is not, nobody can tell: Asterisk does not count ``sip reload`` as one.
    """
    snapshot = scene.snapshot
    if has and has.registered_at is not None:
        yield from written_since(scene, trunk, has.registered_at, snapshot.started_at, snapshot.reloaded_at)


def reach(scene: Scene, trunk: ExpectedTrunk) -> Iterator[Finding]:
    """chan_sip calls no peer that qualify has found to be unreachable (create_addr_from_peer())."""
    peers = [(peer, scene.snapshot.peers.get(peer.section)) for peer in trunk.peers]
    for peer, running in peers:
        if running and running.status.startswith("UNREACHABLE"):
            said = {"section": peer.section, "host": peer.host, "qualify": running.status}
            yield finding("unreachable", **{**facts_of(trunk), **said})
            return


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


def _stuck(
    scene: Scene,
    trunk: ExpectedTrunk,
    want: ExpectedRegistration,
    has: Lease,
    heard: Optional[Heard],
    facts: Dict[str, object],
) -> Finding:
    """Why a registration stays under way."""
    lately = heard if heard and heard.at >= scene.now - _LATELY else None
    if lately and lately.kind == CHALLENGE:
        return proven(finding("challenge", **facts), lately, want)
    if has.state == "Auth. Sent":
        # chan_sip answers up to three challenges, waits 20 s, and starts again. Before the provider has refused, it may
        # also be slow, or have lost what was sent.
        refused = lately and lately.kind == ANSWER and lately.at >= (scene.since or 0)
        return proven(replace(finding("wrong_password", **facts), final=bool(refused)), lately, want)
    addresses = scene.resolve(want.host, None).known
    if not addresses:
        return finding("unknown_host", **facts)
    doubted = _doubted(scene, want, addresses)
    if doubted:
        return proven(finding("certificate", **facts, reason=doubted.reason), doubted, want)
    sections = [scene.snapshot.peers.get(peer.section) for peer in trunk.peers]
    answers = any(running.answers for running in sections if running)
    return finding("unavailable" if answers else "no_answer", **facts, addresses=listed(addresses))


def _told(scene: Scene, want: ExpectedRegistration) -> Optional[Heard]:
    """The last that the log tells of the account."""
    names = {account(want), f"{account(want)}@{want.host}", f"{want.user}@{want.host}"}
    found = [
        one
        for one in scene.snapshot.heard
        if one.about in names and one.at >= (scene.snapshot.started_at or 0)
    ]
    # A try that has just begun says nothing of the one before.
    answered = [one for one in found if one.kind != SILENCE]
    return answered[-1] if answered else None


def _doubted(scene: Scene, want: ExpectedRegistration, addresses: Collection[str]) -> Optional[Heard]:
    """The last certificate of the registrar that was not accepted."""
    if want.transport != "tls":
        return None
    names = {f"{bracketed(address)}:{want.port}" for address in addresses}
    found = [
        one
        for one in scene.snapshot.heard
        if one.kind == CERTIFICATE and one.about in names and one.at >= scene.now - _LATELY
    ]
    return found[-1] if found else None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""chan_pjsip: it tells when it will register next, and neither when it did nor why it could not.

A REGISTER goes out 10 s before the expiry (REREGISTER_BUFFER_TIME in res/res_pjsip_outbound_registration.c). One that
is forced, or follows a loss of the connection, first makes the registration Unregistered.
"""

from __future__ import annotations

import math
from typing import Collection, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from ..asterisk.snapshot import CERTIFICATE, CHALLENGE, REFUSED, Endpoint, Heard, Registration, Snapshot
from ..causes import Finding, finding
from ..config.text import fold
from ..expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from ..resolver import Addresses
from ..times import local_time
from .comparison import LEFT_OVER, Compared, compare, covers
from .scene import (
    PATIENCE,
    Lease,
    Scene,
    facts_of,
    identities,
    identity,
    listed,
    proven,
    standing,
    unsaid,
    written_since,
)

NAME = "pjsip"
_BEFORE_EXPIRY = 10
# One that is forced waits no longer, unless it is told to (max_random_initial_delay).
_FORCED = 10
# An attempt takes 32 s at most for each target, one or those that DNS names; who is silent for longer has given up.
_ATTEMPT, _LONGEST_ATTEMPT = 40, 150
# Times are shown in whole seconds, and asked for and compared at different moments.
JITTER = 2
_MEANT = {
    401: "wrong_password",
    407: "wrong_password",
    403: "forbidden",
    408: "unavailable",
    480: "unavailable",
}
# Where the log has no answer.
_UNTOLD = (
    "wrong user or password (401, 403), unknown account (404) or an error of its own (5xx); chan_pjsip does not tell "
    "which"
)


def carrying(scene: Scene, trunk: ExpectedTrunk) -> List[Registration]:
    """The registration that runs for the trunk, if one does."""
    want = trunk.registration
    running = scene.named(want.name or trunk.name) if want else None
    return [running] if want and running and identity(running) in identities(want) else []


def lease(scene: Scene, trunk: ExpectedTrunk) -> Optional[Lease]:
    running = next(iter(carrying(scene, trunk)), None)
    if running is None:
        return None
    due = None if running.next_at is None else math.floor(running.next_at - scene.now)
    if running.state == "Registered":
        if due is None:
            return Lease(running.state)
        return Lease(running.state, expires_in=due + _BEFORE_EXPIRY, late=max(0, -due))
    return Lease(running.state, retry_in=due)


def registration(
    scene: Scene, trunk: ExpectedTrunk, want: ExpectedRegistration, has: Optional[Lease]
) -> Finding:
    """What is to be said of a trunk's registration, of which Asterisk has *has*."""
    facts: Dict[str, object] = facts_of(trunk)
    running = scene.named(want.name or trunk.name)
    if running is None:
        protocols = scene.snapshot.protocols
        if protocols is not None and want.transport not in protocols:
            return finding("no_transport", **facts, transport=want.transport)
        return finding("missing", **facts)
    if has is None:
        return finding("differs", **facts, other_account=running.account, other_registrar=running.registrar)
    facts["state"] = has.state
    if has.state != "Registered":
        return _failing(scene, trunk, want, running, has, facts)
    if _is_to_come(scene, want, has):
        return finding("clock", **facts)
    if has.expires_in is not None and has.expires_in < 0:
        return finding("expired", **facts)
    if not _is_fresh(scene, running):
        return finding("unproven", **facts)
    facts["expiry"] = "" if has.expires_in is None else f", expires in {has.expires_in} s"
    facts["count"] = scene.rivals(want)
    return finding(standing(scene, want, has), **facts, late=has.late)


def renewals(before: Snapshot, after: Snapshot, now: float) -> Set[str]:
    """The names of the registrations that were made between two looks, for certain; *now*: of the second one."""
    if before.why_not(NAME) or after.why_not(NAME):
        return set()
    was = {one.name: one for one in before.registrations if one.driver == NAME}
    return {
        one.name
        for one in after.registrations
        if one.driver == NAME
        and one.name
        and one.state == "Registered"
        and _is_new(was.get(one.name), one, now)
    }


def _is_new(was: Optional[Registration], is_: Registration, now: float) -> bool:
    if was is None or was.state != "Registered":
        return True
    if was.next_at is None or is_.next_at is None:
        return False
    # While a registration lasts, the moment of the next one stays, unless a new one is forced: then it is soon.
    later = is_.next_at - was.next_at
    return later > JITTER or (later < -JITTER and is_.next_at - now > _FORCED + JITTER)


def _is_fresh(scene: Scene, running: Registration) -> bool:
    """It was made since the moment that was asked for; only where that is certain.

    The moment of the next one does not tell: nobody knows for how long the provider has granted this one.
    """
    if scene.since is None:
        return True
    started_at = scene.snapshot.started_at
    proofs = (scene.renewed.get(running.name or ""), None if started_at is None else started_at - JITTER)
    return any(proof is not None and proof >= scene.since for proof in proofs)


def _is_to_come(scene: Scene, want: ExpectedRegistration, has: Lease) -> bool:
    """The clock was set back since it was made: more time is left than was asked for."""
    longer = has.expires_in is not None and has.expires_in > want.expiry + JITTER
    return longer and scene.snapshot.set_back


def loading(scene: Scene, trunk: ExpectedTrunk, has: Optional[Lease]) -> Iterator[Finding]:
    """Whether what runs is what the file says.

    After a reload, an object that was refused goes on as it was before, and the reload is called successful.
    """
    names = {trunk.name, *(peer.section for peer in trunk.peers)}
    loaded = [at for at in (scene.snapshot.started_at, scene.snapshot.reloaded_at) if at is not None]
    for one in scene.snapshot.heard:
        # Each reload tells of it again. Asterisk tells whole seconds.
        if one.kind == REFUSED and one.about in names and loaded and one.at >= max(loaded) - 1:
            yield finding(
                "refused", **facts_of(trunk), section=one.about, kind=one.reason, at=local_time(one.at)
            )
            break
    if has:
        yield from written_since(scene, trunk, scene.snapshot.started_at, scene.snapshot.reloaded_at)


def reach(scene: Scene, trunk: ExpectedTrunk) -> Iterator[Finding]:
    """chan_pjsip calls no contact that qualify has found to be unavailable."""
    for peer in trunk.peers:
        endpoint = scene.snapshot.endpoints.get(peer.section)
        if endpoint and endpoint.silent:
            said = {"section": peer.section, "host": peer.host, "qualify": endpoint.status}
            yield finding("unreachable", **{**facts_of(trunk), **said})
            return


def _failing(
    scene: Scene,
    trunk: ExpectedTrunk,
    want: ExpectedRegistration,
    running: Registration,
    has: Lease,
    facts: Dict[str, object],
) -> Finding:
    """Why it is not registered: seldom certain, but where DNS and qualify tell."""
    idle = -has.retry_in if has.retry_in is not None else 0
    addresses = _next_hop(scene, trunk, want)
    # An address resolves to itself.
    longest = _ATTEMPT if addresses == set(_hosts(trunk, want)) else _LONGEST_ATTEMPT
    if idle > longest:
        return finding("gave_up", **facts, idle=idle)
    if has.state == "Unregistered" and (scene.watched if has.retry_in is None else idle) < PATIENCE:
        return finding("trying", **facts)
    if has.state not in ("Unregistered", "Rejected"):
        return finding("unknown_state", **facts)
    if not addresses:
        return finding("unknown_host", **facts)
    asked = [
        scene.snapshot.endpoints[peer.section]
        for peer in trunk.peers
        if peer.section in scene.snapshot.endpoints
    ]
    retry = "" if has.retry_in is None or has.retry_in < 0 else f", and tries again in {has.retry_in} s"
    facts.update(addresses=listed(addresses), retry=retry)
    heard = _told(scene, running) if has.state == "Rejected" else None
    if heard and heard.code:
        facts.update(code=heard.code, why=f"it answers {heard.code}", but=f"it answers {heard.code}")
        return proven(finding(_cause_of(heard), **facts), heard, want)
    doubted = _doubted(scene, want) if want.transport == "tls" else None
    if doubted:
        return proven(finding("certificate", **facts, reason=doubted.reason), doubted, want)
    # After silence, chan_pjsip does not wait longer than its interval.
    refused = bool(has.retry_in and running.retry_interval and has.retry_in > running.retry_interval)
    if heard or (not refused and (has.state == "Unregistered" or _silent(asked))):
        answers = any(endpoint.answers for endpoint in asked)
        return finding("unavailable" if answers else "no_answer", **facts, but="it answers OPTIONS")
    return finding("rejected", **facts, why=_UNTOLD if refused else f"{_UNTOLD}, or no answer at all")


def _told(scene: Scene, running: Registration) -> Optional[Heard]:
    """What the log tells of the last attempt; only where the next one is when it said that it would be."""
    found = [one for one in scene.snapshot.heard if one.about == running.account and one.kind != CERTIFICATE]
    last = found[-1] if found else None
    if last is None or last.at < (scene.snapshot.started_at or 0) - JITTER:
        return None
    if last.retry is None or running.next_at is None:
        return last
    return last if abs(last.at + last.retry - running.next_at) <= 2 * JITTER else None


def _cause_of(heard: Heard) -> str:
    """What a provider means by its answer (RFC 3261, section 21)."""
    if heard.kind == CHALLENGE:
        return "challenge"
    code = heard.code or 0
    return _MEANT.get(code, "unavailable" if code >= 500 else "rejected")


def _doubted(scene: Scene, want: ExpectedRegistration) -> Optional[Heard]:
    """The last certificate of the registrar that was not accepted."""
    found = [
        one
        for one in scene.snapshot.heard
        if one.kind == CERTIFICATE
        and fold(one.about) == fold(want.host)
        and one.at >= scene.now - _LONGEST_ATTEMPT
    ]
    return found[-1] if found else None


def _next_hop(scene: Scene, trunk: ExpectedTrunk, want: ExpectedRegistration) -> Set[str]:
    """The addresses that a REGISTER goes to."""
    return set().union(*(scene.resolve(host, None).known for host in _hosts(trunk, want)))


def _hosts(trunk: ExpectedTrunk, want: ExpectedRegistration) -> List[str]:
    """Where a REGISTER goes to: where calls go, too, whatever the domain of the account."""
    return [peer.host for peer in trunk.peers if peer.calling] or [want.host]


def _silent(endpoints: Sequence[Endpoint]) -> bool:
    return bool(endpoints) and all(endpoint.silent for endpoint in endpoints)


def counting(known: Addresses, _has: Collection[str]) -> Collection[str]:
    """Where SRV leads somewhere, chan_pjsip does not trust the addresses of the name itself."""
    return known.of_services or known.of_name


def compared(scene: Scene, trunk: ExpectedTrunk) -> Tuple[Compared, ...]:
    """What is published against what is let in."""
    return compare(trunk.peers, scene.snapshot.endpoints, scene.resolve, counting)


def trust(scene: Scene, trunk: ExpectedTrunk) -> Iterator[Finding]:
    """At most one finding for each host, and one for each endpoint that calls cannot go out through."""
    rows = compared(scene, trunk)
    for section in dict.fromkeys(peer.section for peer in trunk.peers):
        peers = [peer for peer in trunk.peers if peer.section == section]
        endpoint = scene.snapshot.endpoints.get(section)
        facts = {**facts_of(trunk), "section": section}
        trusted = [peer for peer in peers if peer.trusted]
        if endpoint is None:
            cause, hosts = ("deaf", trusted) if trusted else ("mute", peers)
            said = listed([peer.host for peer in hosts])
            yield finding(cause, **{**facts, "host": said, "lack": "is not there"})
            continue
        if not endpoint.contacts and any(peer.calling for peer in peers):
            yield finding("mute", **{**facts, "host": peers[0].host, "lack": "has no contact (no aor)"})
        for peer in trusted:
            yield from _heard(scene, peer, trusted, endpoint, {**facts, "host": peer.host})
        left = [row for row in rows if row.state == LEFT_OVER and section in row.sections]
        if left:
            addresses = listed(str(row.address) for row in left)
            yield finding("trust_left_over", **{**facts, "address": addresses, "host": left[0].host})


def _heard(
    scene: Scene,
    peer: ExpectedPeer,
    trusted: Sequence[ExpectedPeer],
    endpoint: Endpoint,
    facts: Dict[str, object],
) -> Iterator[Finding]:
    """What is wrong with the addresses from which a host is let in."""
    known = scene.resolve(peer.host, peer.port)
    addresses = counting(known, endpoint.addresses)
    missing = {address for address in addresses if not covers(endpoint.addresses, address)}
    others = set().union(*(scene.resolve(other.host, other.port).known for other in trusted if other != peer))
    own = [match for match in endpoint.addresses if not any(covers([match], address) for address in others)]
    facts["address"] = listed(endpoint.addresses)
    if not own and len(missing) == len(addresses):
        yield finding("deaf", **facts, lack=f"has no address of {peer.host}")
    elif not addresses or (missing and not known.complete):
        yield finding("unresolvable", **facts, lack=unsaid(known))
    elif missing:
        yield finding("trust_moved", **facts, missing=listed(missing), addresses=listed(addresses))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trunk, and what an Asterisk may show of it: the scenes that verdicts and reports are tested with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Peer,
    Registration,
    Snapshot,
    Unavailable,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Report, verify

NOW = 1_800_000_000.5
HOST = "sip.example.com"
ADDRESS = "203.0.113.10"

TRUNK = ExpectedTrunk(
    "smartvox",
    "chan_sip",
    ExpectedRegistration("43212345", HOST, 5060, "udp", contact="1234", expiry=120),
    (ExpectedPeer("smartvox-in", HOST), ExpectedPeer("smartvox-out", HOST)),
)
REGISTERED = Registration("chan_sip", f"43212345@{HOST}", f"{HOST}:5060", "Registered", 105, int(NOW) - 20)
PEER = Peer(ADDRESS, "OK (1 ms)")
SILENT = Peer(ADDRESS, "UNREACHABLE")
PEERS = {"smartvox-in": PEER, "smartvox-out": PEER}


def never(state: str) -> Registration:
    """A registration in a state that was not registered since Asterisk knows of it."""
    return replace(REGISTERED, state=state, refresh=120, registered_at=None)


def resolve(host: str, port: Optional[int] = None) -> Addresses:
    return Addresses(frozenset([ADDRESS]), True)


def unresolved(host: str, port: Optional[int] = None) -> Addresses:
    return Addresses(frozenset(), True)


def running(*registrations: Registration, peers: Optional[dict[str, Peer]] = None, **more: Any) -> Snapshot:
    return Snapshot("ami", "16.28.0", registrations, PEERS if peers is None else peers, **more)


def failed(cause: str, detail: str = "the detail") -> Snapshot:
    return Snapshot(failure=Unavailable(cause, detail))


def judged(snapshot: Snapshot, *expected: ExpectedTrunk, **more: Any) -> Report:
    """The report on the trunk, or on those that are given."""
    return verify(expected or (TRUNK,), snapshot, **{"now": NOW, "resolve": resolve, **more})

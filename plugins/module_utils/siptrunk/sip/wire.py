# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exchange needs of the network, whoever plays it: sockets, or a script."""

from __future__ import annotations

from typing import NamedTuple, Optional, Protocol

from ..errors import SipTrunkError
from .locate import Target

RELIABLE = frozenset(("tcp", "tls"))


class Place(NamedTuple):
    """An address without brackets, and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Arrived(NamedTuple):
    """One message, or what should be one, and who sent it."""

    sender: Place
    data: bytes


class WireError(SipTrunkError):
    """The way to a target is no good.

    outcome: silent, unreachable, untrusted or malformed; cause: the same more exactly, one of docs/probe-json.md
    """

    def __init__(self, outcome: str, cause: str, detail: str) -> None:
        self.outcome, self.cause, self.detail = outcome, cause, detail
        super().__init__(detail)


class Interrupted(Exception):
    """Somebody wants this process to end. It is raised once; after that there is time to put things in order."""


class Wire(Protocol):
    """One way at a time, to one target. Moments are those of ``now``, in seconds. All but ``now`` raise WireError."""

    def now(self) -> float: ...

    def open(self, target: Target, until: float) -> Place:
        """Leave the last way and take this one; the own end of it. Raises Interrupted, too."""

    def send(self, data: bytes, until: float) -> None: ...

    def receive(self, until: float) -> Optional[Arrived]:
        """None when nothing has come until then. Raises Interrupted, too."""

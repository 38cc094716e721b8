# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All transactions of one exchange on one wire: who is told which answer, what is only noise, and what was seen."""

from __future__ import annotations

import ipaddress
from typing import List, NamedTuple, Optional, Tuple

from ..words import printable
from .grammar import Malformed
from .locate import Target
from .message import Request, Response, parse, to_bytes
from .transaction import TERMINATED, ClientTransaction
from .wire import RELIABLE, Arrived, Place, Wire, WireError

SENT, RECEIVED, NOISE, EVENT = "sent", "received", "noise", "event"
# A peer may send without end; what is beyond is counted only.
STEPS_LIMIT = 200
_LONGEST = 200

Told = Tuple[ClientTransaction, Response]


class Step(NamedTuple):
    """Something that happened. No secret is in it, and nothing that a terminal would obey.

    at: seconds since the exchange began
    kind: sent, received, noise (it came, but is no answer to us), or event
    peer: transport, address and port
    text: the first line of a message, its CSeq where it adds something; or what happened
    """

    at: float
    kind: str
    peer: str
    text: str


class Conversation:
    """steps, unseen: what happened, and how much more there was; noise: of these, how many were no answers to us

    malformed: why what came from the target last cannot be understood; None when nothing did
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._began = wire.now()
        self._target: Optional[Target] = None
        self._there: Optional[Place] = None
        self._reliable = False
        self._transactions: List[ClientTransaction] = []
        self.steps: List[Step] = []
        self.unseen = self.noise = 0
        self.malformed: Optional[str] = None
        self.last_noise = ""

    def open(self, target: Target, until: float) -> Place:
        """Take the way to a target; the own end of it. Raises WireError and Interrupted."""
        self._target = target
        self._reliable = target.transport in RELIABLE
        self._there = Place(str(ipaddress.ip_address(target.address)), target.port)
        # What the last one was asked is not for this one.
        self._transactions = []
        self.malformed = None
        return self._connect(target, until)

    def reopen(self, until: float) -> Place:
        """Take the same way again, to go on where it broke. Raises WireError and Interrupted."""
        if self._target is None:
            raise WireError("unreachable", "closed", "there was no connection")
        return self._connect(self._target, until)

    def _connect(self, target: Target, until: float) -> Place:
        try:
            own = self._wire.open(target, until)
        except WireError as error:
            self.note(EVENT, error.detail)
            raise
        if self._reliable:
            self.note(EVENT, "connected" if target.host == target.address else f"connected for {target.host}")
        return own

    def begin(self, request: Request, until: float) -> ClientTransaction:
        """Send the request of a new transaction. Raises WireError."""
        transaction = ClientTransaction(request, self._reliable, self._wire.now())
        self._transactions.append(transaction)
        self.send(request, until)
        return transaction

    def send(self, request: Request, until: float, again: bool = False) -> None:
        """Send what gets no answer, or is sent again. Raises WireError."""
        self.note(SENT, f"{request.method} {request.uri}{' (again)' if again else ''}")
        self._wire.send(to_bytes(request), until)

    def next(self, until: float) -> Optional[Told]:
        """The next answer that is told; None when the time is up, or a transaction has timed out.

        Raises WireError and Interrupted.
        """
        while True:
            now = self._wire.now()
            for transaction in self._transactions:
                for request in transaction.tick(now):
                    self.send(request, until, again=True)
            over = [one for one in self._transactions if one.state == TERMINATED]
            self._transactions = [one for one in self._transactions if one.state != TERMINATED]
            if now >= until or any(one.timed_out for one in over):
                return None
            due = [one.due for one in self._transactions if one.due is not None]
            arrived = self._wire.receive(min([until, *due]))
            told = self._take(arrived, until) if arrived else None
            if told:
                return told

    def note(self, kind: str, text: str, peer: str = "") -> None:
        if len(self.steps) == STEPS_LIMIT:
            self.unseen += 1
            return
        target = self._target
        peer = peer or (f"{target.transport} {self._there}" if target else "")
        self.steps.append(Step(self._wire.now() - self._began, kind, peer, excerpt(text)))

    def _take(self, arrived: Arrived, until: float) -> Optional[Told]:
        if arrived.sender != self._there:
            self._ignore(arrived, "from an address that was not asked")
            return None
        try:
            message = parse(arrived.data)
            if isinstance(message, Request):
                self._ignore(arrived, f"a request, {message.method}")
                return None
            return self._match(message, arrived, until)
        except Malformed as malformed:
            self.malformed = malformed.reason
            self._ignore(arrived, malformed.reason)
            return None

    def _match(self, response: Response, arrived: Arrived, until: float) -> Optional[Told]:
        why = "nothing was asked"
        for transaction in reversed(self._transactions):
            stranger = transaction.stranger(response)
            if stranger is None:
                self.note(RECEIVED, f"{response.status} {response.reason} ({response.cseq})")
                heard = transaction.receive(response, self._wire.now())
                for request in heard.send:
                    self.send(request, until)
                return (transaction, response) if heard.told else None
            why = stranger
        self._ignore(arrived, why)
        return None

    def _ignore(self, arrived: Arrived, why: str) -> None:
        self.noise += 1
        self.last_noise = why
        transport = self._target.transport if self._target else ""
        size = len(arrived.data)
        self.note(NOISE, f"ignored, {size} octets: {why}", peer=f"{transport} {arrived.sender}")


def excerpt(text: str) -> str:
    """As it may be shown, and not without end."""
    shown = printable(text[:_LONGEST])
    return f"{shown}..." if len(text) > _LONGEST else shown

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client transactions (RFC 3261, section 17.1; RFC 6026): what to send again and when, and which response counts.

Time is seconds of any clock that only goes forward; it is passed in.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional

from .message import Headers, Request, Response
from .values import CSeq

# Seconds (RFC 3261, table 4): a round trip, the longest pause between two tries, the life of a message in the network.
T1, T2, T4 = 0.5, 4.0, 5.0
_TIMEOUT = 64 * T1
_TIMER_D = 32.0

# States of figures 5 and 6, and that of RFC 6026 in which every 2xx is still told.
CALLING, TRYING, PROCEEDING = "calling", "trying", "proceeding"
ACCEPTED, COMPLETED, TERMINATED = "accepted", "completed", "terminated"


class Heard(NamedTuple):
    """What a response means: it is told to whoever asked, or is one that was told before; and what is to be sent."""

    told: bool
    send: List[Request]


class ClientTransaction:
    """One request and its responses. Whoever makes it sends the request, and then what ``receive`` and ``tick`` give.

    reliable: TCP or TLS, where nothing is sent twice
    timed_out: nobody gave a final answer in 64 * T1; of an INVITE, none at all
    round_trip: seconds from the first sending to the first response
    """

    def __init__(self, request: Request, reliable: bool, now: float) -> None:
        self.request, self.reliable = request, reliable
        self.timed_out = False
        self.round_trip: Optional[float] = None
        self._began = now
        self.state = CALLING if self._is_invite else TRYING
        self._pause = T1
        # By what they do: send again (timers A and E), give up (B and F), be done (D and K).
        self._timers: Dict[str, float] = {"give_up": now + _TIMEOUT}
        if not reliable:
            self._timers["again"] = now + T1

    @property
    def due(self) -> Optional[float]:
        """When ``tick`` has something to do; None when only a response can change anything."""
        return min(self._timers.values(), default=None)

    def stranger(self, response: Response) -> Optional[str]:
        """Why a response is none to this request (section 17.1.3); None when it is one. Raises Malformed."""
        ours = self.request
        if response.via.branch != ours.via.branch:
            return "another branch"
        if response.cseq != ours.cseq:
            return "another CSeq"
        if response.call_id != ours.call_id:
            return "another Call-ID"
        if response.from_.tag != ours.from_.tag:
            return "another tag of From"
        return None

    def receive(self, response: Response, now: float) -> Heard:
        """A response to this request."""
        if self.round_trip is None:
            self.round_trip = now - self._began
        if response.status < 200:
            return self._provisional(now)
        if self._is_invite:
            return self._final_of_invite(response, now)
        told = self.state in (TRYING, PROCEEDING)
        if told:
            self._complete(0.0 if self.reliable else T4, now)
        return Heard(told, [])

    def tick(self, now: float) -> List[Request]:
        """What is to be sent again at *now*."""
        for timer in [name for name, at in self._timers.items() if at <= now]:
            if timer != "again":
                self.timed_out = timer == "give_up"
                self.state = TERMINATED
                self._timers.clear()
                return []
        if self._timers.get("again", now + 1) > now:
            return []
        self._pause = self._next_pause()
        self._timers["again"] = now + self._pause
        return [self.request]

    @property
    def _is_invite(self) -> bool:
        return self.request.method == "INVITE"

    def _provisional(self, now: float) -> Heard:
        if self.state not in (CALLING, TRYING, PROCEEDING):
            return Heard(False, [])
        self.state = PROCEEDING
        if self._is_invite:
            # It may ring for long: whoever asked has the patience, or cancels.
            self._timers.clear()
        elif "again" in self._timers:
            self._pause = T2
            self._timers["again"] = now + T2
        return Heard(True, [])

    def _final_of_invite(self, response: Response, now: float) -> Heard:
        if response.status < 300:
            if self.state not in (CALLING, PROCEEDING, ACCEPTED):
                return Heard(False, [])
            # Each 2xx is told, for each needs its ACK, and there may be several with different tags.
            self.state = ACCEPTED
            self._timers = {"done": now + _TIMEOUT}
            return Heard(True, [])
        if self.state not in (CALLING, PROCEEDING, COMPLETED):
            return Heard(False, [])
        told = self.state != COMPLETED
        if told:
            self._complete(0.0 if self.reliable else _TIMER_D, now)
        return Heard(told, [acknowledgement(self.request, response)])

    def _complete(self, seconds: float, now: float) -> None:
        self.state = COMPLETED
        self._timers = {"done": now + seconds}

    def _next_pause(self) -> float:
        if self._is_invite:
            return self._pause * 2
        return T2 if self.state == PROCEEDING else min(self._pause * 2, T2)


def acknowledgement(invite: Request, response: Response) -> Request:
    """The ACK of a final answer that is no 2xx: part of the INVITE's transaction (section 17.1.1.3)."""
    return _beside(invite, "ACK", response.headers.get("To") or str(invite.to))


def cancellation(invite: Request) -> Request:
    """The CANCEL of an INVITE that has got a provisional answer (section 9.1): a transaction of its own."""
    return _beside(invite, "CANCEL", invite.headers.get("To") or str(invite.to))


def _beside(invite: Request, method: str, to: str) -> Request:
    kept = [("Via", str(invite.via)), ("Max-Forwards", "70"), ("To", to)]
    kept += [(name, value) for name, value in invite.headers if name in ("From", "Call-ID", "Route")]
    return Request(method, invite.uri, Headers((*kept, ("CSeq", str(CSeq(invite.cseq.number, method))))))

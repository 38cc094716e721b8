# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers that are played: on a wire where time passes only when somebody waits, or on sockets of the loopback."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import (
    Exchange,
    Outcome,
    Wish,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import Target
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    Headers,
    Request,
    Response,
    parse,
    to_bytes,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.wire import (
    Arrived,
    Interrupted,
    Place,
    WireError,
)

URI = "sip:100@pbx.example.com"
ADDRESS = "192.0.2.1"
OWN = Place("192.0.2.9", 40000)

_CHALLENGE = ("WWW-Authenticate", 'Digest realm="example.com", nonce="n0nce", qop="auth"')

# Given a request, what comes, and the seconds after which it does: messages, octets, or the end of the connection.
Answers = Iterable[Tuple[float, object]]
Peer = Callable[[Request], Answers]


class Played:
    """A Wire.

    peers: by address; those that are not there refuse. now: seconds
    sent: the requests and where they went; opened: the targets
    interrupted_at: when somebody presses Ctrl-C
    """

    def __init__(self, peers: Dict[str, Peer], interrupted_at: Optional[float] = None) -> None:
        self._peers, self._interrupted_at = peers, interrupted_at
        self._clock = 1000.0
        self._coming: List[Tuple[float, int, Any]] = []
        self._number = itertools.count()
        self.sent: List[Request] = []
        self.sent_at: List[float] = []
        self.opened: List[Target] = []

    def now(self) -> float:
        return self._clock

    def open(self, target: Target, until: float) -> Place:
        self.opened.append(target)
        # What was on the way to the old end does not arrive.
        self._coming.clear()
        if target.address not in self._peers:
            raise WireError("unreachable", "refused", "nobody listens there")
        return OWN

    def send(self, data: bytes, until: float) -> None:
        request = parse(data)
        assert isinstance(request, Request)
        self.sent.append(request)
        self.sent_at.append(self._clock - 1000.0)
        there = Place(self.opened[-1].address, self.opened[-1].port)
        for delay, message in self._peers[there.address](request):
            if isinstance(message, WireError) and not delay:
                raise message
            ready = isinstance(message, (Arrived, WireError))
            arrived = message if ready else Arrived(there, octets(message))
            heapq.heappush(self._coming, (self._clock + delay, next(self._number), arrived))

    def receive(self, until: float) -> Optional[Arrived]:
        until = max(until, self._clock)
        due = self._coming[0][0] if self._coming else until
        if self._interrupted_at is not None and 1000.0 + self._interrupted_at <= min(due, until):
            self._clock = max(self._clock, 1000.0 + self._interrupted_at)
            self._interrupted_at = None
            raise Interrupted
        if self._coming and due <= until:
            self._clock = max(self._clock, due)
            arrived: object = heapq.heappop(self._coming)[2]
            if isinstance(arrived, WireError):
                raise arrived
            assert isinstance(arrived, Arrived)
            return arrived
        self._clock = until
        return None

    @property
    def methods(self) -> List[str]:
        return [request.method for request in self.sent]


def octets(message: object) -> bytes:
    return message if isinstance(message, bytes) else to_bytes(message)  # type: ignore[arg-type]


def answer(
    request: Request, status: int, *more: Tuple[str, str], reason: str = "Any", tag: str = "b"
) -> Response:
    """A response as an honest peer makes it."""
    to = request.headers.get("To") or ""
    if status > 100 and ";tag=" not in to:
        to = f"{to};tag={tag}"
    kept = [(name, value) for name, value in request.headers if name in ("Via", "From", "Call-ID", "CSeq")]
    return Response(status, reason, Headers((*kept, ("To", to), *more)))


def always(status: int, *more: Tuple[str, str]) -> Peer:
    return lambda request: () if request.method == "ACK" else [(0.01, answer(request, status, *more))]


def silent(_request: Request) -> Answers:
    return ()


def asked(
    wire: Played,
    method: str = "OPTIONS",
    uri: str = URI,
    *,
    targets: Optional[Dict[str, Sequence[Target]]] = None,
    **more: object,
) -> Outcome:
    """The outcome of an exchange. targets: by host; by default each leads to ADDRESS."""

    def locate(whom: Uri, transport: Optional[str]) -> Sequence[Target]:
        way = transport or whom.params.get("transport") or "udp"
        if targets is None:
            return [Target(way, ADDRESS, whom.port or 5060, whom.host)]
        return targets.get(whom.host, ())

    wish = Wish(method, Uri.parse(uri), **more)  # type: ignore[arg-type]
    numbers = itertools.count()
    return Exchange(wish, wire, locate, lambda: f"d{next(numbers)}").run()


# On real sockets

LOOPBACK = "127.0.0.1"
# Given a socket: that of UDP, or a connection that was accepted.
Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def listening(transport: str, behaviour: Behaviour, address: str = LOOPBACK) -> Iterator[Target]:
    """A peer in a thread, until nobody needs it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    plug = socket.socket(family, kind)
    plug.bind((address, 0))
    open_ones = [plug]

    def serve() -> None:
        with contextlib.suppress(OSError):
            if transport != "udp":
                plug.listen()
                while True:
                    connection, _peer = plug.accept()
                    open_ones.append(connection)
                    with contextlib.suppress(OSError):
                        behaviour(connection)
            behaviour(plug)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Target(transport, address, plug.getsockname()[1], "pbx.example.com")
    finally:
        for one in open_ones:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        thread.join(5)
        assert not thread.is_alive()


def datagram(plug: socket.socket) -> Tuple[Request, Any]:
    data, peer = plug.recvfrom(65535)
    if not data:
        raise OSError("it was shut down")
    request = parse(data)
    assert isinstance(request, Request)
    return request, peer


def on_stream(plug: socket.socket) -> Request:
    request = parse(plug.recv(65535))
    assert isinstance(request, Request)
    return request


def registrar(plug: socket.socket) -> None:
    """Lets in whoever has any credentials, over UDP."""
    while True:
        request, peer = datagram(plug)
        known = request.headers.get("Authorization") is not None
        contact = ("Contact", "<sip:100@192.0.2.5>;expires=300")
        response = answer(request, 200, contact) if known else answer(request, 401, _CHALLENGE)
        plug.sendto(to_bytes(response), peer)

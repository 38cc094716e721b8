# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""UDP, TCP and TLS (RFC 3261, section 18; RFC 5922): sockets that never wait longer than they are told."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import signal
import socket
import ssl
import sys
import threading
import time
from typing import Callable, Iterator, Optional, Union

from .grammar import Malformed
from .locate import Target
from .message import Stream
from .wire import Arrived, Interrupted, Place, WireError

_LARGEST = 65536
# What an administrator sends to end a process; a terminal that is closed does the last one.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Of linux/in.h and linux/in6.h: tell of ICMP errors also where a socket is not connected, which it must not be to see
# answers from strangers.
_RECEIVE_ERRORS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
_CAUSES = {
    errno.ECONNREFUSED: ("refused", "nobody listens there"),
    errno.ECONNRESET: ("closed", "the connection was cut"),
    errno.EPIPE: ("closed", "the connection was cut"),
    errno.ENETUNREACH: ("no_route", "there is no way to that network"),
    errno.EHOSTUNREACH: ("no_route", "there is no way to that host"),
    errno.EADDRNOTAVAIL: ("source", "this host does not have the source address"),
    errno.EADDRINUSE: ("source", "the source address is in use"),
    errno.EACCES: ("source", "this user may not use the source port, or a rule of this host forbids it"),
    errno.EPERM: ("filtered", "a rule of this host forbids it"),
}
# Of openssl/x509_vfy.h.
_CERTIFICATES = {
    9: ("not_yet_valid", "its certificate is not valid yet"),
    10: ("expired", "its certificate has expired"),
    18: ("unknown_ca", "its certificate is signed by nobody but itself"),
    19: ("unknown_ca", "its certificate comes from a CA that is not trusted here"),
    20: ("unknown_ca", "its certificate comes from a CA that is not trusted here"),
    21: ("unknown_ca", "its certificate comes from a CA that is not trusted here"),
    62: ("wrong_name", "its certificate is for another name"),
    64: ("wrong_name", "its certificate is not for that address"),
}

_Socket = Union[socket.socket, ssl.SSLSocket]


class Network:
    """The Wire that is one.

    source: the own address to send from; port 0 lets the system choose. None: all is the system's choice
    context: for TLS
    stop: a file descriptor that can be read when this process shall end; see ``stopping``
    """

    def __init__(self, source: Optional[Place], context: ssl.SSLContext, stop: Optional[int] = None) -> None:
        self._source, self._context, self._stop = source, context, stop
        self._way: Optional[Union[_Datagrams, _Connection]] = None
        self.now: Callable[[], float] = time.monotonic

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def open(self, target: Target, until: float) -> Place:
        self.close()
        family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
        if self._source and (":" in self._source.address) != (":" in target.address):
            raise WireError("unreachable", "source", "the source address is of another version of IP")
        kind = socket.SOCK_DGRAM if target.transport == "udp" else socket.SOCK_STREAM
        plug: _Socket = socket.socket(family, kind)
        try:
            with _told():
                plug.setblocking(False)
                if target.transport == "udp":
                    self._way = _Datagrams(plug, target, self._source, self._wait)
                else:
                    self._bind(plug)
                    self._connect(plug, target, until)
                    if target.transport == "tls":
                        plug = self._context.wrap_socket(
                            plug, server_hostname=target.host, do_handshake_on_connect=False
                        )
                        self._shake_hands(plug, until)
                    self._way = _Connection(plug, target, self._wait)
                return Place(*plug.getsockname()[:2])
        except BaseException:
            plug.close()
            raise

    def send(self, data: bytes, until: float) -> None:
        if self._way is None:
            raise WireError("unreachable", "closed", "there is no connection any more")
        with _told():
            self._way.send(data, until)

    def receive(self, until: float) -> Optional[Arrived]:
        if self._way is None:
            raise WireError("unreachable", "closed", "there is no connection any more")
        with _told():
            return self._way.receive(until)

    def close(self) -> None:
        if self._way:
            self._way.plug.close()
        self._way = None

    def _bind(self, plug: _Socket) -> None:
        if self._source:
            # The last probe from the same port may be in TIME_WAIT.
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            plug.bind(self._source)

    def _connect(self, plug: _Socket, target: Target, until: float) -> None:
        code = plug.connect_ex((target.address, target.port))
        if code == errno.EINPROGRESS:
            if not self._wait(plug, selectors.EVENT_WRITE, until):
                raise WireError("silent", "no_answer", "nobody answers there")
            code = plug.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == errno.ETIMEDOUT:
            raise WireError("silent", "no_answer", "nobody answers there")
        if code:
            raise OSError(code, os.strerror(code))

    def _shake_hands(self, plug: ssl.SSLSocket, until: float) -> None:
        while True:
            try:
                plug.do_handshake()
                return
            except ssl.SSLWantReadError:
                event = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                event = selectors.EVENT_WRITE
            if not self._wait(plug, event, until):
                raise WireError("untrusted", "tls", "it does not answer to the TLS handshake")

    def _wait(self, plug: _Socket, event: int, until: float, stoppable: bool = True) -> bool:
        """Whether *plug* is ready before the time is up."""
        with selectors.DefaultSelector() as selector:
            selector.register(plug, event)
            if stoppable and self._stop is not None:
                selector.register(self._stop, selectors.EVENT_READ)
            ready = [key.fileobj for key, _event in selector.select(max(0.0, until - self.now()))]
        if stoppable and self._stop in ready:
            self._stop = None
            raise Interrupted
        return bool(ready)


_Wait = Callable[..., bool]


class _Datagrams:
    """UDP, from whoever sends it."""

    def __init__(self, plug: socket.socket, target: Target, source: Optional[Place], wait: _Wait) -> None:
        self.plug, self._there, self._wait = plug, (target.address, target.port), wait
        plug.bind(source if source and source.port else (self._own_address(source), 0))
        if sys.platform == "linux":
            plug.setsockopt(*_RECEIVE_ERRORS[plug.family], 1)

    def _own_address(self, source: Optional[Place]) -> str:
        """The one that the system sends from: it stands in the message."""
        if source:
            return source.address
        with socket.socket(self.plug.family, socket.SOCK_DGRAM) as scout:
            scout.connect(self._there)
            return str(scout.getsockname()[0])

    def send(self, data: bytes, until: float) -> None:
        # A full buffer loses it, as the network may.
        with contextlib.suppress(BlockingIOError):
            self.plug.sendto(data, self._there)

    def receive(self, until: float) -> Optional[Arrived]:
        while self._wait(self.plug, selectors.EVENT_READ, until):
            # A wrong checksum leaves nothing to read.
            with contextlib.suppress(BlockingIOError):
                data, sender = self.plug.recvfrom(_LARGEST)
                return Arrived(Place(*sender[:2]), data)
        return None


class _Connection:
    """TCP or TLS."""

    def __init__(self, plug: _Socket, target: Target, wait: _Wait) -> None:
        self.plug, self._there, self._wait = plug, Place(target.address, target.port), wait
        self._stream = Stream()

    def send(self, data: bytes, until: float) -> None:
        left = memoryview(data)
        while left:
            event = selectors.EVENT_WRITE
            try:
                left = left[self.plug.send(left) :]
                continue
            except ssl.SSLWantReadError:
                event = selectors.EVENT_READ
            except (BlockingIOError, ssl.SSLWantWriteError):
                pass
            # Half a message would be worse than none.
            if not self._wait(self.plug, event, until, stoppable=False):
                raise WireError("silent", "no_answer", "it does not take what is sent")

    def receive(self, until: float) -> Optional[Arrived]:
        while True:
            try:
                message = self._stream.take()
            except Malformed as malformed:
                raise WireError("malformed", "malformed", malformed.reason) from None
            if message is not None:
                return Arrived(self._there, message)
            try:
                data = self.plug.recv(_LARGEST)
            except ssl.SSLWantWriteError:
                ready = self._wait(self.plug, selectors.EVENT_WRITE, until)
            except (BlockingIOError, ssl.SSLWantReadError):
                ready = self._wait(self.plug, selectors.EVENT_READ, until)
            else:
                if not data:
                    raise WireError("unreachable", "closed", "it has closed the connection")
                self._stream.feed(data)
                # Somebody who sends without end gets no more time.
                ready = time.monotonic() < until
            if not ready:
                return None


def client_context(ca: Optional[str]) -> ssl.SSLContext:
    """Certificates are verified, names included. *ca*: a file of trusted ones; None: those of the system.

    Raises OSError when the file cannot be read or has no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca:
        context.load_verify_locations(ca)
    else:
        context.load_default_certs()
    return context


@contextlib.contextmanager
def stopping() -> Iterator[Optional[int]]:
    """A file descriptor that can be read as soon as a signal wants this process to end, which does not end it.

    None outside of the main thread, where Python lets nobody handle signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield None
        return
    there, here = os.pipe()
    os.set_blocking(here, False)

    def tell(_number: int, _frame: object) -> None:
        # A full pipe says it already.
        with contextlib.suppress(BlockingIOError):
            os.write(here, b"!")

    # nohup(1) has its reasons.
    wanted = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, tell)) for number in wanted]
    try:
        yield there
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        os.close(there)
        os.close(here)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Errors of sockets as WireError."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        unknown = ("certificate", f"its certificate does not hold: {error.verify_message}")
        raise WireError("untrusted", *_CERTIFICATES.get(error.verify_code, unknown)) from None
    except ssl.SSLError as error:
        reason = (error.reason or "unknown error").lower().replace("_", " ")
        raise WireError("untrusted", "tls", f"TLS does not work: {reason}") from None
    except OSError as error:
        unknown = ("network", error.strerror or type(error).__name__)
        raise WireError("unreachable", *_CAUSES.get(error.errno or 0, unknown)) from None

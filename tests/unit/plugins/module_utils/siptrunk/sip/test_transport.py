# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real sockets on the loopback, and peers that mean harm."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import threading
import time

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import (
    Exchange,
    Outcome,
    Wish,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import Target
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    to_bytes,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.transport import (
    Network,
    client_context,
    stopping,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.wire import (
    Interrupted,
    Place,
    WireError,
)

from .peers import LOOPBACK, Behaviour, answer, datagram, listening, on_stream


def probe(
    target: Target, timeout: float = 2.0, source: Place | None = None, method: str = "OPTIONS"
) -> Outcome:
    context = client_context(None)
    with Network(source, context) as network:
        wish = Wish(method, Uri.parse("sip:1@pbx.example.com"), timeout=timeout)
        return Exchange(wish, network, lambda uri, transport: [target]).run()


def answers(plug: socket.socket) -> None:
    request, peer = datagram(plug)
    plug.sendto(to_bytes(answer(request, 200)), peer)


def answers_on_stream(plug: socket.socket) -> None:
    plug.sendall(to_bytes(answer(on_stream(plug), 200)))


@pytest.mark.parametrize("address", [LOOPBACK, "::1"])
@pytest.mark.parametrize(("transport", "behaviour"), [("udp", answers), ("tcp", answers_on_stream)])
def test_an_honest_peer(transport: str, behaviour: Behaviour, address: str) -> None:
    with listening(transport, behaviour, address) as target:
        found = probe(target)
    assert (found.outcome, found.status) == ("accepted", 200)
    assert found.own is not None
    assert found.own.address == address
    assert 0 < (found.round_trip or 0) < 1


@pytest.mark.parametrize(("transport", "behaviour"), [("udp", answers), ("tcp", answers_on_stream)])
def test_the_source_is_what_was_asked_for(transport: str, behaviour: Behaviour) -> None:
    with listening(transport, behaviour) as target:
        found = probe(target, source=Place("127.0.0.2", 0))
    assert found.own is not None
    assert found.own.address == "127.0.0.2"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, 0))
        place = Place(LOOPBACK, taken.getsockname()[1])
        found = probe(Target("udp", LOOPBACK, 9, "x"), source=place)
        assert (found.outcome, found.cause) == ("unreachable", "source")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_nobody_listens(transport: str) -> None:
    with socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    ) as plug:
        plug.bind((LOOPBACK, 0))
        port = plug.getsockname()[1]
    found = probe(Target(transport, LOOPBACK, port, "x"))
    assert (found.outcome, found.cause) == ("unreachable", "refused")
    assert found.elapsed < 1


@pytest.mark.parametrize(
    ("address", "source", "cause"),
    [("192.0.2.1", "192.0.2.200", "source"), ("::1", LOOPBACK, "source"), (LOOPBACK, "::1", "source")],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_source_that_is_no_good(transport: str, address: str, source: str, cause: str) -> None:
    found = probe(Target(transport, address, 5060, "x"), source=Place(source, 0))
    assert (found.outcome, found.cause) == ("unreachable", cause)


def sits(plug: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while plug.recv(65535):
            pass


def floods(plug: socket.socket) -> None:
    request, peer = datagram(plug)
    message = to_bytes(answer(request, 183))
    plug.settimeout(0)
    give_up = time.monotonic() + 4
    while time.monotonic() < give_up:
        with contextlib.suppress(BlockingIOError):
            plug.sendto(message, peer)
        time.sleep(0)


def has_no_end(plug: socket.socket) -> None:
    on_stream(plug)
    plug.sendall(b"SIP/2.0 200 OK\r\nX: ")
    while True:
        plug.sendall(b"x" * 10000)


def drips(plug: socket.socket) -> None:
    for octet in to_bytes(answer(on_stream(plug), 200)) * 10:
        plug.sendall(bytes([octet]))
        time.sleep(0.05)


def keeps_alive(plug: socket.socket) -> None:
    on_stream(plug)
    while True:
        plug.sendall(b"\r\n" * 20000)


def promises_more(plug: socket.socket) -> None:
    plug.sendall(to_bytes(answer(on_stream(plug), 200)).replace(b"Length: 0", b"Length: 99999999"))
    sits(plug)


def has_too_many_fields(plug: socket.socket) -> None:
    request, peer = datagram(plug)
    good = to_bytes(answer(request, 200))
    plug.sendto(good.replace(b"\r\n\r\n", b"\r\n" + b"X: 1\r\n" * 5000 + b"\r\n"), peer)
    sits(plug)


def hangs_up(plug: socket.socket) -> None:
    plug.recv(65535)
    plug.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("transport", "behaviour", "outcome", "cause"),
    [
        ("udp", sits, "silent", "no_answer"),
        ("udp", floods, "silent", "provisional_only"),
        ("udp", has_too_many_fields, "malformed", "malformed"),
        ("tcp", sits, "silent", "no_answer"),
        ("tcp", has_no_end, "malformed", "malformed"),
        ("tcp", drips, "silent", "no_answer"),
        ("tcp", keeps_alive, "silent", "no_answer"),
        ("tcp", promises_more, "malformed", "malformed"),
        ("tcp", hangs_up, "unreachable", "closed"),
        ("tls", sits, "untrusted", "tls"),
        ("tls", hangs_up, "untrusted", "tls"),
        ("tls", lambda plug: plug.sendall(b"SIP/2.0 200 OK\r\n\r\n"), "untrusted", "tls"),
    ],
)
def test_hostile_peers_end_in_time(transport: str, behaviour: Behaviour, outcome: str, cause: str) -> None:
    with listening(transport, behaviour) as target:
        found = probe(target, timeout=1.0)
    assert (found.outcome, found.cause) == (outcome, cause)
    # The machine may be busy; without a deadline, most of them would never end.
    assert found.elapsed < 3


def test_a_stranger_on_the_same_host_is_not_listened_to() -> None:
    def sneaks(plug: socket.socket) -> None:
        request, peer = datagram(plug)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(to_bytes(answer(request, 200)), peer)
        time.sleep(0.1)
        plug.sendto(to_bytes(answer(request, 403)), peer)

    with listening("udp", sneaks) as target:
        found = probe(target)
    assert (found.outcome, found.noise) == ("refused", 1)


def test_waiting_ends_when_this_process_shall() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with listening("udp", sits) as target, stopping() as stop:
        assert stop is not None
        with Network(None, client_context(None), stop) as network:
            network.open(target, network.now() + 1)
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
            started = time.monotonic()
            with pytest.raises(Interrupted):
                network.receive(network.now() + 10)
            assert time.monotonic() - started < 2
            # Once: what is left is time to put things in order.
            assert network.receive(network.now() + 0.1) is None
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_message_is_not_cut_in_two_when_this_process_shall_end() -> None:
    there, here = os.pipe()
    with (
        listening("tcp", lambda plug: time.sleep(2)) as target,
        Network(None, client_context(None), there) as network,
    ):
        network.open(target, network.now() + 1)
        os.write(here, b"!")
        with pytest.raises(WireError, match="does not take"):
            network.send(b"x" * 50_000_000, network.now() + 0.3)
        with pytest.raises(Interrupted):
            network.receive(network.now() + 1)
    os.close(there)
    os.close(here)


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopping():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    finally:
        signal.signal(signal.SIGHUP, before)


def test_elsewhere_than_in_the_main_thread_signals_are_left_alone() -> None:
    found: list[object] = []

    def run() -> None:
        with stopping() as stop:
            found.append(stop)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [None]


def test_certificates_are_verified() -> None:
    context = client_context(None)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    with pytest.raises(OSError):
        client_context("/nonexistent/ca.pem")


def test_without_a_way_nothing_is_sent() -> None:
    with Network(None, client_context(None)) as network:
        for action in (lambda: network.send(b"", 0.0), lambda: network.receive(0.0)):
            with pytest.raises(WireError):
                action()

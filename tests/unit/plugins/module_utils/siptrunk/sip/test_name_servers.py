# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from typing import Callable, Iterator

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip import name_servers
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import Answer, NoAnswer
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.name_servers import (
    Configuration,
    NameServers,
    configuration,
    hosts,
)

from .wire import address, record, reply
from .wire import name as wire_name

HOST, ADDRESS = "sip.example.com", "192.0.2.5"
ONE, OTHER = "192.0.2.53", "192.0.2.54"


def test_resolv_conf() -> None:
    text = (
        "# nameserver 192.0.2.1\nnameserver 192.0.2.53\nnameserver 2001:db8::53\ndomain a.example\n"
        "search example.com example.net\noptions rotate ndots:2 timeout:1 attempts:3\nnameserver\nsortlist x\n"
    )
    assert configuration(text) == Configuration(
        (ONE, "2001:db8::53"), ("example.com", "example.net"), ndots=2, timeout=1, attempts=3
    )


@pytest.mark.parametrize(
    "text", ["", "options timeout:x ndots: attempts:-1\n", f"options ndots:{'9' * 5000}\n"]
)
def test_what_resolv_conf_does_not_say(text: str) -> None:
    assert configuration(text) == Configuration(("127.0.0.1",), (), 1, 2.0, 2)


def test_nobody_waits_for_hours() -> None:
    found = configuration("options timeout:9999 attempts:9999\n")
    assert (found.timeout, found.attempts) == (30, 5)
    found = configuration("options timeout:0 attempts:0\n")
    assert (found.timeout, found.attempts) == (1, 1)


def test_hosts() -> None:
    text = "192.0.2.5 sip.example.com sip # 192.0.2.6 sip\n2001:db8::5\tSIP.example.com\n#192.0.2.7 sip\n"
    assert hosts(text, "Sip.Example.com.") == [ADDRESS, "2001:db8::5"]
    assert hosts(text, "sip") == [ADDRESS]
    assert hosts(text, ADDRESS) == []


class Net:
    """Name servers that answer as they are told, and remember what they were asked."""

    def __init__(self, **answers: Callable[[str, str], bytes]) -> None:
        self.answers = {server.replace("_", "."): answer for server, answer in answers.items()}
        self.asked: list[tuple[str, str, str, float]] = []
        self.now = 0.0

    def ask(self, server: str, question: bytes, seconds: float) -> bytes:
        labels, place = [], 12
        while question[place]:
            labels.append(question[place + 1 : place + 1 + question[place]].decode())
            place += 1 + question[place]
        kind = {1: "A", 28: "AAAA", 33: "SRV", 35: "NAPTR"}[struct.unpack_from("!H", question, place + 1)[0]]
        self.asked.append((server, ".".join(labels), kind, seconds))
        answer = self.answers.get(server)
        if answer is None:
            self.now += seconds
            raise socket.timeout("timed out")
        return question[:2] + answer(".".join(labels), kind)[2:]

    def servers(self, *addresses: str, **more: float) -> NameServers:
        return NameServers(Configuration(addresses or (ONE, OTHER)), self.ask, clock=lambda: self.now, **more)


def knows(name: str, kind: str) -> bytes:
    return reply(0, name, kind, *([address("A", ADDRESS)] if kind == "A" else []))


def nowhere(name: str, kind: str) -> bytes:
    return reply(0, name, kind, flags=0x8183)


def fails(name: str, kind: str) -> bytes:
    return reply(0, name, kind, flags=0x8182)


def addresses(found: Answer) -> list[object]:
    return [one.data for one in found.records if one.kind == "A"]


def test_the_first_that_answers_is_believed_and_asked_once() -> None:
    net = Net(**{ONE: nowhere, OTHER: knows})
    servers = net.servers()
    assert servers.lookup(HOST, "A") == servers.lookup(HOST.upper(), "A") == Answer((), False)
    assert [server for server, *_rest in net.asked] == [ONE]


@pytest.mark.parametrize("first", [fails, lambda name, kind: reply(0, "other.example", kind)])
def test_after_a_failure_the_next_is_asked(first: Callable[[str, str], bytes]) -> None:
    net = Net(**{ONE: first, OTHER: knows})
    assert addresses(net.servers().lookup(HOST, "A")) == [ADDRESS]
    assert [server for server, *_rest in net.asked] == [ONE, OTHER]


def test_a_silent_one_is_asked_twice_and_not_again() -> None:
    net = Net(**{OTHER: knows})
    servers = net.servers()
    servers.lookup(HOST, "A")
    servers.lookup(HOST, "AAAA")
    assert [server for server, *_rest in net.asked] == [ONE, ONE, OTHER, OTHER]


def test_one_that_is_silent_to_a_kind_that_it_does_not_know_is_asked_for_others() -> None:
    def answer(name: str, kind: str) -> bytes:
        if kind == "NAPTR":
            raise socket.timeout("timed out")
        return knows(name, kind)

    servers = Net(**{ONE: answer}).servers(ONE)
    servers.lookup(HOST, "SRV")
    with pytest.raises(NoAnswer):
        servers.lookup(HOST, "NAPTR")
    assert addresses(servers.lookup(HOST, "A")) == [ADDRESS]


def test_nobody_could_tell_is_said_again_without_asking() -> None:
    net = Net(**{ONE: fails})
    servers = net.servers(ONE)
    for _time in range(2):
        with pytest.raises(NoAnswer, match="192.0.2.53: the name server has failed"):
            servers.lookup(HOST, "A")
    assert len(net.asked) == 1


def test_all_questions_together_have_one_deadline() -> None:
    def slow(name: str, kind: str) -> bytes:
        net.now += 1.5
        return nowhere(name, kind)

    net = Net(**{ONE: slow})
    servers = net.servers(ONE, deadline=4.0)
    for number in range(3):
        servers.lookup(f"gw{number}.example.com", "A")
    with pytest.raises(NoAnswer, match="time"):
        servers.lookup(HOST, "A")
    assert [seconds for *_question, seconds in net.asked] == [2.0, 2.0, 1.0]


def test_other_names_are_followed_when_the_server_does_not() -> None:
    def answer(name: str, kind: str) -> bytes:
        if name == HOST:
            return reply(0, name, kind, record("CNAME", wire_name("a.example.net")))
        return knows(name, kind)

    found = Net(**{ONE: answer}).servers(ONE).lookup(HOST, "A")
    assert [one.data for one in found.records] == ["a.example.net", ADDRESS]


def test_what_another_name_stands_for_may_not_be_there() -> None:
    def answer(name: str, kind: str) -> bytes:
        return reply(0, name, kind, record("CNAME", wire_name("a.example.net")), flags=0x8183)

    net = Net(**{ONE: answer})
    assert not net.servers(ONE).lookup(HOST, "A").exists
    assert len(net.asked) == 1


def test_other_names_without_end_are_no_answer() -> None:
    def answer(name: str, kind: str) -> bytes:
        return reply(0, name, kind, record("CNAME", b"\1x" + wire_name(name)))

    with pytest.raises(NoAnswer, match="other names"):
        Net(**{ONE: answer}).servers(ONE).lookup("a.example", "A")


def test_what_is_no_name_is_not_there_and_nobody_is_asked() -> None:
    net = Net()
    assert net.servers().lookup("a..b", "A") == Answer()
    assert not net.asked


def test_short_names() -> None:
    servers = NameServers(Configuration((ONE,), ("example.com",), ndots=1))
    assert servers.search("sip") == ["sip.example.com", "sip"]
    assert servers.search("sip.example.net") == ["sip.example.net", "sip.example.net.example.com"]
    assert servers.search("sip.") == ["sip."]


@contextmanager
def real_server(monkeypatch: pytest.MonkeyPatch, over_udp: Callable[[bytes], list[bytes]]) -> Iterator[None]:
    """On the loopback: by UDP what it is told, by TCP the address, in two pieces."""
    plug, listener = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
    plug.bind(("127.0.0.1", 0))
    listener.bind(("127.0.0.1", plug.getsockname()[1]))
    listener.listen()
    monkeypatch.setattr(name_servers, "_PORT", plug.getsockname()[1])

    def serve() -> None:
        question, caller = plug.recvfrom(512)
        for datagram in over_udp(question):
            plug.sendto(datagram, caller)
        listener.settimeout(0.5)
        try:
            connection, _caller = listener.accept()
        except socket.timeout:
            return
        with connection:
            (size,) = struct.unpack("!H", connection.recv(2))
            assert connection.recv(size) == question
            whole = question[:2] + knows(HOST, "A")[2:]
            connection.sendall(struct.pack("!H", len(whole)) + whole[:5])
            connection.sendall(whole[5:])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        plug.close()
        listener.close()


def test_what_does_not_fit_comes_by_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(question: bytes) -> list[bytes]:
        return [question[:2] + reply(0, HOST, "A", flags=0x8380)[2:]]

    with real_server(monkeypatch, cut):
        assert addresses(NameServers(Configuration(("127.0.0.1",))).lookup(HOST, "A")) == [ADDRESS]


def test_a_datagram_of_another_question_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def strange(question: bytes) -> list[bytes]:
        other = bytes([question[0] ^ 1]) + question[1:2]
        return [other + nowhere(HOST, "A")[2:], b"", question[:2] + knows(HOST, "A")[2:]]

    with real_server(monkeypatch, strange):
        assert addresses(NameServers(Configuration(("127.0.0.1",))).lookup(HOST, "A")) == [ADDRESS]


def test_where_nobody_listens_nobody_could_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plug:
        plug.bind(("127.0.0.1", 0))
        monkeypatch.setattr(name_servers, "_PORT", plug.getsockname()[1])
    with pytest.raises(NoAnswer, match="127.0.0.1: Connection refused"):
        NameServers(Configuration(("127.0.0.1",))).lookup(HOST, "A")

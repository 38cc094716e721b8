# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the name servers of this host (resolv.conf(5)), with the lifetime of each answer, and within a time."""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..files import read_text
from . import dns
from .dns import Answer, NoAnswer

RESOLV_CONF, HOSTS = "/etc/resolv.conf", "/etc/hosts"
_PORT = 53
_LARGEST = 65535
# Seconds for one question to one server, and how often it is asked, unless resolv.conf says otherwise. A server that
# was silent before it said anything is not asked again.
TIMEOUT = 2.0
_ATTEMPTS = 2
# As libc limits what its file says.
_LONGEST_TIMEOUT, _MOST_ATTEMPTS = 30, 5
# Seconds for all questions together: a hostile zone could have thousands of targets.
DEADLINE = 30.0
# How many names may be other names for the next.
_ALIASES = 8
# What libc takes without a resolv.conf.
_HERE = ("127.0.0.1",)

_COUNT = re.compile(r"[0-9]{1,4}")

Ask = Callable[[str, bytes, float], bytes]


class Configuration(NamedTuple):
    """servers: addresses, in their order; search: domains that are put behind names with fewer than ndots dots

    timeout: seconds for one question to one server; attempts: how often it is asked
    """

    servers: Tuple[str, ...] = _HERE
    search: Tuple[str, ...] = ()
    ndots: int = 1
    timeout: float = TIMEOUT
    attempts: int = _ATTEMPTS


def configuration(text: str) -> Configuration:
    """What a resolv.conf says."""
    servers: List[str] = []
    search: Tuple[str, ...] = ()
    counts: Dict[str, int] = {}
    for line in text.splitlines():
        word, *rest = line.split() or [""]
        if word == "nameserver" and rest:
            servers.append(rest[0])
        elif word in ("search", "domain"):
            search = tuple(rest)
        elif word == "options":
            options = (option.partition(":") for option in rest)
            counts.update((name, int(count)) for name, _colon, count in options if _COUNT.fullmatch(count))
    return Configuration(
        tuple(servers) or _HERE,
        search,
        counts.get("ndots", 1),
        min(max(counts.get("timeout", TIMEOUT), 1), _LONGEST_TIMEOUT),
        min(max(counts.get("attempts", _ATTEMPTS), 1), _MOST_ATTEMPTS),
    )


def hosts(text: str, name: str) -> List[str]:
    """The addresses that a hosts(5) file has for a name."""
    lines = [line.partition("#")[0].lower().split() for line in text.splitlines()]
    return [words[0] for words in lines if name.rstrip(".").lower() in words[1:]]


class NameServers:
    """Answers each question once: whoever needs news makes a new one.

    ask: sends a query to a server's address and gives its reply, within seconds; raises OSError
    deadline: seconds for all questions, from the first one
    """

    def __init__(
        self,
        of: Configuration,
        ask: Optional[Ask] = None,
        deadline: float = DEADLINE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configuration, self._ask, self._clock = of, ask or _exchange, clock
        self._deadline = deadline
        self._ends: Optional[float] = None
        self._silent: Set[str] = set()
        self._heard: Set[str] = set()
        self._known: Dict[Tuple[str, str], Answer] = {}
        self._unknown: Dict[Tuple[str, str], NoAnswer] = {}

    @classmethod
    def of_this_host(cls) -> NameServers:
        return cls(configuration(read_text(RESOLV_CONF) or ""))

    def lookup(self, name: str, kind: str) -> Answer:
        """The records of a full name; NoAnswer when nobody could tell."""
        question = (name.lower(), kind)
        if question in self._unknown:
            raise self._unknown[question]
        if question not in self._known:
            try:
                self._known[question] = self._followed(name, kind)
            except NoAnswer as failure:
                self._unknown[question] = failure
                raise
        return self._known[question]

    def search(self, name: str) -> Sequence[str]:
        """The full names that a name may be short for, in the order in which libc tries them."""
        longer = [f"{name}.{domain}" for domain in self._configuration.search]
        if name.endswith("."):
            return [name]
        return [name, *longer] if name.count(".") >= self._configuration.ndots else [*longer, name]

    def _followed(self, name: str, kind: str) -> Answer:
        """Other names are followed where the server did not do so itself (RFC 1034, section 3.6.2)."""
        found = self._ask_all(name, kind)
        for _alias in range(_ALIASES):
            last = found.records[-1] if found.records else None
            if last is None or last.kind != "CNAME" or not found.exists:
                return found
            more = self._ask_all(str(last.data), kind)
            found = Answer((*found.records, *more.records), more.exists)
        raise NoAnswer("more other names than anybody follows")

    def _ask_all(self, name: str, kind: str) -> Answer:
        identity = int.from_bytes(os.urandom(2), "big")
        try:
            question = dns.query(identity, name, kind)
        except UnicodeError:
            return Answer()
        reason = "no name server answers"
        for server in self._configuration.servers:
            for _try in range(0 if server in self._silent else self._configuration.attempts):
                try:
                    reply = self._ask(server, question, self._seconds())
                    self._heard.add(server)
                    return dns.answer(identity, name, kind, reply)
                except dns.NoAnswer as failure:
                    reason = f"{server}: {failure}"
                    break
                except OSError as failure:
                    reason = f"{server}: {failure.strerror or 'no answer'}"
            else:
                # Some say nothing to questions of kinds that they do not know.
                self._silent.update({server} - self._heard)
        raise NoAnswer(reason)

    def _seconds(self) -> float:
        """For the next question."""
        now = self._clock()
        self._ends = now + self._deadline if self._ends is None else self._ends
        if now >= self._ends:
            raise NoAnswer("the time for all questions is over")
        return min(self._configuration.timeout, self._ends - now)


def _exchange(server: str, question: bytes, timeout: float) -> bytes:
    """By UDP; by TCP when the answer does not fit (RFC 7766)."""
    address = (server, _PORT)
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    deadline = time.monotonic() + timeout
    with socket.socket(family, socket.SOCK_DGRAM) as plug:
        # Connected: what comes from elsewhere does not arrive.
        plug.settimeout(timeout)
        plug.connect(address)
        plug.send(question)
        while True:
            plug.settimeout(max(deadline - time.monotonic(), 0.001))
            reply = plug.recv(_LARGEST)
            if reply[:2] == question[:2]:
                break
    if not dns.is_truncated(reply):
        return reply
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(struct.pack("!H", len(question)) + question)
        (size,) = struct.unpack("!H", _read(connection, 2, deadline + timeout))
        return _read(connection, size, deadline + timeout)


def _read(connection: socket.socket, size: int, deadline: float) -> bytes:
    content = b""
    while len(content) < size:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        piece = connection.recv(size - len(content))
        if not piece:
            raise OSError("the connection has ended")
        content += piece
    return content

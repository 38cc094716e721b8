# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asterisk's manager interface (main/manager.c), as far as reading the state of trunks needs it.

``Framing`` and ``Answer`` are the protocol without I/O; ``Session`` puts them on a socket. Whatever listens there may
be hostile, or no Asterisk: what it sends is bounded in size, and in time.
"""

from __future__ import annotations

import hashlib
import itertools
import socket
import time
from types import TracebackType
from typing import Any, Collection, Dict, List, Mapping, NamedTuple, Optional, Type

from ..errors import SipTrunkError
from ..words import printable

PORT, TLS_PORT = 5038, 5039
# Octets of one message, entries of a list, and octets of all that comes until an action is answered: no PBX has so many
# registrations.
MESSAGE_LIMIT = 65536
ENTRY_LIMIT = 50_000
ANSWER_LIMIT = 64 << 20
# Characters of what the far end gives as a reason.
_REASON_LIMIT = 200
_CHUNK = 65536
_GREETING = b"Asterisk Call Manager/"
_UNKNOWN_ACTION = "Invalid/unknown command"
_DENIED = ("Authentication failed", "Permission denied")
_END = b"\r\n\r\n"
# What the protocol itself needs of a message.
_OWN = ("Response", "ActionID", "EventList", "ListItems", "Message")

Message = Dict[str, str]

# chan_pjsip sends the passwords of all accounts along, in clear, to whoever asks for its registrations.
_FORGOTTEN = b"Event: AuthDetail\r\n"


class AmiError(SipTrunkError):
    """The manager interface does not answer, or not as expected."""


class UnknownAction(AmiError):
    """Asterisk does not know the action: the module that brings it is not loaded."""


class Denied(AmiError):
    """Asterisk does not let us in, or not do that."""


class Access(NamedTuple):
    """Where a manager interface listens, and who asks.

    authorities: a file of certificates to verify that of Asterisk with, in place of those of the host; for TLS alone
    """

    host: str
    port: int
    user: str
    secret: str
    tls: bool = False
    authorities: Optional[str] = None

    def __repr__(self) -> str:
        return f"Access({self.user}@{self.host}:{self.port})"


class Framing:
    """Bytes in, messages out; of those with the accounts of chan_pjsip, each octet is dropped as it comes."""

    def __init__(self) -> None:
        self._greeted = False
        self._forgetting = False
        self._rest = b""

    def feed(self, data: bytes, fields: Optional[Collection[str]] = None) -> List[Message]:
        """The messages that *data* completes, with all fields or only these and those of the protocol.

        Raises AmiError when the far end is no manager interface, or sends a message without end.
        """
        self._rest += data
        if not self._greeted:
            greeting, end, rest = self._rest.partition(b"\r\n")
            if not (greeting if end else _GREETING).startswith(_GREETING) or len(greeting) > MESSAGE_LIMIT:
                self._rest = b""
                raise AmiError("what listens there is not Asterisk's manager interface")
            if not end:
                return []
            self._greeted, self._rest = True, rest
        *blocks, self._rest = self._rest.split(_END)
        if self._forgetting and blocks:
            self._forgetting = False
            del blocks[0]
        self._forgetting = self._forgetting or self._rest.lstrip().startswith(_FORGOTTEN)
        if self._forgetting:
            self._rest = _begin_of_end(self._rest)
        if max(map(len, [self._rest, *blocks])) > MESSAGE_LIMIT:
            self._rest = b""
            raise AmiError(f"a message is longer than {MESSAGE_LIMIT} octets")
        # Some messages end with one line end too many.
        return [
            _message(block, fields)
            for block in blocks
            if block.strip() and not block.lstrip().startswith(_FORGOTTEN)
        ]


def _begin_of_end(rest: bytes) -> bytes:
    """How much of the end of a message stands at the end of *rest*."""
    return next(_END[:size] for size in (3, 2, 1, 0) if rest.endswith(_END[:size]))


def _message(block: bytes, fields: Optional[Collection[str]]) -> Message:
    message: Message = {}
    for line in block.decode("utf-8", "surrogateescape").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon and (fields is None or key in fields or key in _OWN):
            message.setdefault(key, value.strip(" "))
    return message


def encode(action: str, fields: Mapping[str, str]) -> bytes:
    """An action as it goes over the wire."""
    lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("utf-8", "surrogateescape")


class Answer:
    """What belongs to one action: its response and, when it is a list, all entries of it."""

    def __init__(self, action_id: str) -> None:
        self.response: Message = {}
        self.entries: List[Message] = []
        self.complete = False
        self._action_id = action_id

    def take(self, message: Message) -> None:
        """Add a message if it belongs here; AmiError when Asterisk refuses, or the list has holes."""
        if message.get("ActionID") != self._action_id:
            return
        if "Response" in message:
            self._respond(message)
        elif message.get("EventList", "").lower() == "complete":
            if message.get("ListItems") != str(len(self.entries)):
                announced = _said(message.get("ListItems", "no number of"))
                raise AmiError(f"{announced} entries were announced, {len(self.entries)} came")
            self.complete = True
        elif len(self.entries) == ENTRY_LIMIT:
            raise AmiError(f"the list has more than {ENTRY_LIMIT} entries")
        else:
            self.entries.append(message)

    def _respond(self, message: Message) -> None:
        if message["Response"] != "Success":
            reason = _said(message.get("Message", "no reason given"))
            kind = Denied if reason.startswith(_DENIED) else AmiError
            raise (UnknownAction if reason.startswith(_UNKNOWN_ACTION) else kind)(reason)
        self.response = message
        self.complete = message.get("EventList", "").lower() != "start"


def _said(text: str) -> str:
    """A stranger's words as they may be shown."""
    return printable(text[:_REASON_LIMIT])


class Session:
    """A connection; each question has *timeout* seconds to be answered."""

    def __init__(self, access: Access, *, timeout: float) -> None:
        self._timeout = timeout
        self._framing = Framing()
        self._ids = map(str, itertools.count(1))
        place = f"{access.host}:{access.port}"
        try:
            # Of octets, which the types do not know, Python does not load what international names need.
            host: Any = access.host.encode("ascii") if access.host.isascii() else access.host
            connection = socket.create_connection((host, access.port), timeout)
        except (OSError, OverflowError, UnicodeError) as error:
            raise AmiError(f"no connection to {place} ({_reason(error)})") from None
        try:
            self._socket = _encrypted(connection, access) if access.tls else connection
        except (OSError, ValueError) as error:
            connection.close()
            raise AmiError(f"no TLS with {place} ({_reason(error)})") from None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._socket.close()

    def login(self, user: str, secret: str) -> None:
        """Log in without sending the secret: while Asterisk is down, any program may listen on its port."""
        challenge = self.ask("Challenge", AuthType="MD5").response.get("Challenge", "")
        key = hashlib.new(
            "md5", (challenge + secret).encode("utf-8", "surrogateescape"), usedforsecurity=False
        )
        self.ask("Login", AuthType="MD5", Username=user, Key=key.hexdigest(), Events="off")

    def entries(self, action: str, *wanted: str) -> List[Message]:
        """The entries of a list, each with the *wanted* fields alone; AmiError also when one of these is not there."""
        entries = self._exchange(action, {}, wanted).entries
        for field in wanted:
            if not all(field in entry for entry in entries):
                raise AmiError(f"{action}: an entry has no {field}")
        return entries

    def ask(self, action: str, **fields: str) -> Answer:
        """Send an action and wait for all that belongs to it; AmiError when it is refused or not answered."""
        return self._exchange(action, fields, None)

    def _exchange(self, action: str, fields: Mapping[str, str], wanted: Optional[Collection[str]]) -> Answer:
        action_id = next(self._ids)
        answer = Answer(action_id)
        deadline = time.monotonic() + self._timeout
        came = 0
        try:
            self._socket.settimeout(self._timeout)
            self._socket.sendall(encode(action, {"ActionID": action_id, **fields}))
            while not answer.complete:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AmiError(f"not answered within {self._timeout:g} s")
                self._socket.settimeout(left)
                data = self._socket.recv(_CHUNK)
                if not data:
                    raise AmiError("Asterisk closed the connection")
                came += len(data)
                if came > ANSWER_LIMIT:
                    raise AmiError(f"the answer is longer than {ANSWER_LIMIT} octets")
                for message in self._framing.feed(data, wanted):
                    answer.take(message)
        except OSError as error:
            raise AmiError(f"no answer to {action} ({_reason(error)})") from None
        except AmiError as error:
            raise type(error)(f"{action}: {error}") from None
        return answer


def _encrypted(connection: socket.socket, access: Access) -> socket.socket:
    """TLS with whom the certificate says that it is; ValueError, OSError."""
    # Few need it, and it takes long to load.
    import ssl

    context = ssl.create_default_context(cafile=access.authorities)
    return context.wrap_socket(connection, server_hostname=access.host)


def _reason(error: Exception) -> str:
    return str(getattr(error, "verify_message", "") or getattr(error, "strerror", "") or error)

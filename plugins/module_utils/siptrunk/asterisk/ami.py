# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asterisk's manager interface (main/manager.c), as far as reading the state of trunks needs it.

``Framing`` and ``Answer`` are the protocol without I/O; ``Session`` puts them on a socket.
"""

from __future__ import annotations

import hashlib
import itertools
import socket
import time
from types import TracebackType
from typing import Dict, List, Mapping, Optional, Type

from ..errors import SipTrunkError

PORT = 5038
_GREETING = b"Asterisk Call Manager/"
_UNKNOWN_ACTION = "Invalid/unknown command"

Message = Dict[str, str]

# chan_pjsip sends the passwords of all accounts along, in clear, to whoever asks for its registrations.
_FORGOTTEN = b"Event: AuthDetail\r\n"


class AmiError(SipTrunkError):
    """The manager interface does not answer, or not as expected."""


class UnknownAction(AmiError):
    """Asterisk does not know the action: the module that brings it is not loaded."""


class Framing:
    """Bytes in, messages out; those with the accounts of chan_pjsip are dropped unread."""

    def __init__(self) -> None:
        self._greeted = False
        self._rest = b""

    def feed(self, data: bytes) -> List[Message]:
        """The messages that *data* completes; AmiError when the far end is no manager interface."""
        self._rest += data
        if not self._greeted:
            greeting, end, rest = self._rest.partition(b"\r\n")
            if not (greeting if end else _GREETING).startswith(_GREETING):
                raise AmiError("what listens there is not Asterisk's manager interface")
            if not end:
                return []
            self._greeted, self._rest = True, rest
        *blocks, self._rest = self._rest.split(b"\r\n\r\n")
        # Some messages end with one line end too many.
        return [
            _message(block) for block in blocks if block.strip() and not block.lstrip().startswith(_FORGOTTEN)
        ]


def _message(block: bytes) -> Message:
    message: Message = {}
    for line in block.decode("utf-8", "surrogateescape").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
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
                raise AmiError(f"{message.get('ListItems')} entries were announced, {len(self.entries)} came")
            self.complete = True
        else:
            self.entries.append(message)

    def _respond(self, message: Message) -> None:
        if message["Response"] != "Success":
            reason = message.get("Message", "no reason given")
            raise (UnknownAction if reason.startswith(_UNKNOWN_ACTION) else AmiError)(reason)
        self.response = message
        self.complete = message.get("EventList", "").lower() != "start"


class Session:
    """A connection; each question has *timeout* seconds to be answered."""

    def __init__(self, host: str, port: int, *, timeout: float) -> None:
        self._timeout = timeout
        self._framing = Framing()
        self._ids = map(str, itertools.count(1))
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise AmiError(f"no connection to {host}:{port} ({error.strerror or error})") from None

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

    def ask(self, action: str, **fields: str) -> Answer:
        """Send an action and wait for all that belongs to it; AmiError when it is refused or not answered."""
        action_id = next(self._ids)
        answer = Answer(action_id)
        deadline = time.monotonic() + self._timeout
        try:
            self._socket.sendall(encode(action, {"ActionID": action_id, **fields}))
            while not answer.complete:
                self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
                data = self._socket.recv(65536)
                if not data:
                    raise AmiError("Asterisk closed the connection")
                for message in self._framing.feed(data):
                    answer.take(message)
        except OSError as error:
            raise AmiError(f"no answer to {action} ({error.strerror or error})") from None
        except AmiError as error:
            raise type(error)(f"{action}: {error}") from None
        return answer

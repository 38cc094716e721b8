# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP messages: out of datagrams and streams, and into octets (RFC 3261, sections 7, 18.3 and 20).

What RFC 4475 lets a receiver reject with 400 is Malformed here. In responses only those header fields are looked into
that it takes to find their request: the rest may be as its sender likes until somebody reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Dict, Iterator, List, Optional, Tuple, Union

from .grammar import BLANKS, Malformed, elements, is_token, number
from .values import CSeq, NameAddr, Uri, Via

VERSION = "SIP/2.0"
# As much as a UDP datagram may have (RFC 3261, section 18.1.1), for the head and for the body: a stream needs some
# bound, and no honest message comes near.
HEAD_LIMIT = 65535
BODY_LIMIT = 65535
# Asterisk takes 64 header fields; a long way through proxies adds some.
FIELDS_LIMIT = 256

_END_OF_HEAD = b"\r\n\r\n"
_ENCODING = ("utf-8", "surrogateescape")
_KEEP_ALIVES = re.compile(rb"[\r\n]*")
_LINE_END = re.compile(r"[\r\n]")
_NOT_IN_START_LINE = re.compile(r"[\0- \x7f]")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9])(?: (.*))?", re.IGNORECASE | re.DOTALL)

# RFC 3261, section 7.3.3, and what IANA registered later.
_COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
# Header fields whose grammar is a list. A comma in any other is part of the value, such as in dates and challenges.
_LISTS = frozenset(
    (
        "accept",
        "accept-contact",
        "accept-encoding",
        "accept-language",
        "alert-info",
        "allow",
        "allow-events",
        "call-info",
        "contact",
        "content-encoding",
        "content-language",
        "diversion",
        "error-info",
        "history-info",
        "in-reply-to",
        "p-asserted-identity",
        "p-associated-uri",
        "p-preferred-identity",
        "path",
        "proxy-require",
        "reason",
        "record-route",
        "reject-contact",
        "request-disposition",
        "require",
        "route",
        "security-client",
        "security-server",
        "security-verify",
        "service-route",
        "supported",
        "unsupported",
        "via",
        "warning",
    )
)
_ONCE_AND_NEEDED = ("From", "To", "Call-ID", "CSeq")
_ONCE = (*_ONCE_AND_NEEDED, "Max-Forwards", "Content-Length", "Content-Type", "Expires")


def _name_addr_or_star(text: str) -> None:
    if text != "*":
        NameAddr.parse(text)


# A response is matched to its request by these (section 17.1.3).
_CHECKS: Dict[str, Callable[[str], object]] = {"Via": Via.parse, "CSeq": CSeq.parse}
_CHECKS_OF_REQUESTS: Dict[str, Callable[[str], object]] = {
    **_CHECKS,
    "From": NameAddr.parse,
    "To": NameAddr.parse,
    "Contact": _name_addr_or_star,
    "Route": NameAddr.parse,
    "Record-Route": NameAddr.parse,
    "Max-Forwards": lambda text: number(text, 255, "Max-Forwards"),
}


@dataclass(frozen=True)
class Headers:
    """Header fields in their order; names in any case, and in their compact forms, are the same.

    Raises Malformed for a name that is no token, and for a line end in a value. repr() shows names only.
    """

    fields: Tuple[Tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name, value in self.fields:
            if not is_token(name):
                raise Malformed("the name of a header field is no token")
            if _LINE_END.search(value):
                raise Malformed(f"{name}: a line ends within the value")
        stripped = tuple((name, value.strip(BLANKS)) for name, value in self.fields)
        object.__setattr__(self, "fields", stripped)

    def get(self, name: str) -> Optional[str]:
        """The value of the first such header field as it stands there; None when there is none."""
        wanted = _canonical(name)
        for own, value in self.fields:
            if _canonical(own) == wanted:
                return value
        return None

    def all(self, name: str) -> List[str]:
        """The values of all such header fields; where they are lists, each element."""
        wanted = _canonical(name)
        values = [value for own, value in self.fields if _canonical(own) == wanted]
        return [element for value in values for element in elements(value)] if wanted in _LISTS else values

    def with_(self, name: str, value: str) -> Headers:
        """One header field more, behind the others."""
        return Headers((*self.fields, (name, value)))

    def replaced(self, name: str, value: str) -> Headers:
        """One such header field, where the first stood, or behind the others."""
        wanted = _canonical(name)
        for place, (own, _value) in enumerate(self.fields):
            if _canonical(own) == wanted:
                rest = Headers(self.fields[place + 1 :]).without(name).fields
                return Headers((*self.fields[:place], (own, value), *rest))
        return self.with_(name, value)

    def without(self, name: str) -> Headers:
        wanted = _canonical(name)
        return Headers(tuple(field for field in self.fields if _canonical(field[0]) != wanted))

    def __iter__(self) -> Iterator[Tuple[str, str]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __repr__(self) -> str:
        return f"Headers({', '.join(name for name, _value in self.fields)})"


class _Message:
    """What requests and responses have in common. Properties raise Malformed when their header field is absent."""

    headers: Headers

    @property
    def via(self) -> Via:
        """The topmost one."""
        return Via.parse(self._needed("Via"))

    @property
    def from_(self) -> NameAddr:
        return NameAddr.parse(self._needed("From"))

    @property
    def to(self) -> NameAddr:
        return NameAddr.parse(self._needed("To"))

    @property
    def cseq(self) -> CSeq:
        return CSeq.parse(self._needed("CSeq"))

    @property
    def call_id(self) -> str:
        return self._needed("Call-ID")

    def _needed(self, name: str) -> str:
        values = self.headers.all(name)
        if not values or not values[0]:
            raise Malformed(f"{name}: is missing")
        return values[0]


@dataclass(frozen=True)
class Request(_Message):
    """uri: as it stands in the start line. repr() shows nothing that may hold credentials."""

    method: str
    uri: str = field(repr=False)
    headers: Headers
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not is_token(self.method):
            raise Malformed("the method is no token")
        if not self.uri or _NOT_IN_START_LINE.search(self.uri):
            raise Malformed("the Request-URI is empty, or has blanks or control characters")


@dataclass(frozen=True)
class Response(_Message):
    status: int
    reason: str
    headers: Headers
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not 100 <= self.status <= 699:
            raise Malformed("the status is no number from 100 to 699")
        if _LINE_END.search(self.reason):
            raise Malformed("a line ends within the reason phrase")


Message = Union[Request, Response]


def parse(datagram: bytes) -> Message:
    """The message that a datagram, or what a Stream took out, holds; raises Malformed.

    What follows the body, by Content-Length, is ignored (section 18.3).
    """
    head, end, rest = datagram.lstrip(b"\r\n").partition(_END_OF_HEAD)
    if not end:
        raise Malformed("no empty line ends the header fields")
    start_line, headers = _head(head)
    size = _content_length(headers)
    if size is not None and size > len(rest):
        raise Malformed("Content-Length: is more than has come")
    message = _message(start_line, headers, rest[:size])
    _check(message)
    return message


def to_bytes(message: Message) -> bytes:
    """The octets of a message; its Content-Length is set to what its body has."""
    if isinstance(message, Request):
        start_line = f"{message.method} {message.uri} {VERSION}"
    else:
        start_line = f"{VERSION} {message.status} {message.reason}"
    headers = message.headers.replaced("Content-Length", str(len(message.body)))
    lines = [start_line, *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode(*_ENCODING) + _END_OF_HEAD + message.body


class Stream:
    """Messages out of TCP or TLS: ``feed`` it what comes, and ``take`` until nothing is left.

    It holds a head and a body at most, and what was fed since.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        # Up to here there is no end of the head; so no octet is looked at twice however small the pieces are.
        self._searched = 0
        # Octets of the message, once its head is known.
        self._size: Optional[int] = None

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def take(self) -> Optional[bytes]:
        """The octets of the next message, for ``parse``; None until it is complete.

        Raises Malformed, and will again, when nobody can tell where the message ends: close the connection then.
        """
        if self._size is None:
            self._size = self._find_size()
        if self._size is None or self._size > len(self._buffer):
            return None
        message = bytes(self._buffer[: self._size])
        del self._buffer[: self._size]
        self._searched, self._size = 0, None
        return message

    def _find_size(self) -> Optional[int]:
        buffer = self._buffer
        if not self._searched:
            # Keep-alives (RFC 5626, section 3.5.1), or what section 7.5 allows before a message.
            blank = _KEEP_ALIVES.match(buffer)
            del buffer[: blank.end() if blank else 0]
        end = buffer.find(_END_OF_HEAD, self._searched, HEAD_LIMIT + len(_END_OF_HEAD))
        if end < 0:
            if len(buffer) >= HEAD_LIMIT + len(_END_OF_HEAD):
                raise Malformed(f"the header fields have more than {HEAD_LIMIT} octets")
            self._searched = max(0, len(buffer) - len(_END_OF_HEAD) + 1)
            return None
        self._searched = end
        _start_line, headers = _head(bytes(buffer[:end]))
        size = _content_length(headers)
        if size is None:
            raise Malformed("Content-Length: is missing, and a stream needs it")
        return end + len(_END_OF_HEAD) + size


def _head(head: bytes) -> Tuple[str, Headers]:
    """The start line and the header fields, unfolded (section 7.3.1)."""
    if len(head) > HEAD_LIMIT:
        raise Malformed(f"the header fields have more than {HEAD_LIMIT} octets")
    start_line, *lines = head.decode(*_ENCODING).split("\r\n")
    fields: List[Tuple[str, List[str]]] = []
    for line in lines:
        if line.startswith(tuple(BLANKS)):
            if not fields:
                raise Malformed("a blank begins the line behind the start line")
            fields[-1][1].append(line.strip(BLANKS))
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed("a header field has no colon")
        if len(fields) == FIELDS_LIMIT:
            raise Malformed(f"there are more than {FIELDS_LIMIT} header fields")
        fields.append((name.rstrip(BLANKS), [value.strip(BLANKS)]))
    return start_line, Headers(tuple((name, " ".join(parts)) for name, parts in fields))


def _content_length(headers: Headers) -> Optional[int]:
    values = headers.all("Content-Length")
    if len(values) > 1:
        raise Malformed("Content-Length: is there more than once")
    return number(values[0], BODY_LIMIT, "Content-Length") if values else None


def _message(start_line: str, headers: Headers, body: bytes) -> Message:
    status_line = _STATUS_LINE.fullmatch(start_line)
    if status_line:
        return Response(int(status_line[1]), status_line[2] or "", headers, body)
    words = start_line.split(" ")
    if len(words) != 3:
        raise Malformed(
            "the start line is not a method, a URI and SIP/2.0 with one blank between, or a status line"
        )
    method, uri, version = words
    if version.upper() != VERSION:
        raise Malformed("the start line has another version than SIP/2.0")
    return Request(method, uri, headers, body)


def _check(message: Message) -> None:
    headers = message.headers
    for name in _ONCE:
        if len(headers.all(name)) > 1:
            raise Malformed(f"{name}: is there more than once")
    for name in ("Via", *_ONCE_AND_NEEDED):
        if not headers.get(name):
            raise Malformed(f"{name}: is missing")
    checks = _CHECKS
    if isinstance(message, Request):
        checks = _CHECKS_OF_REQUESTS
        if Uri.parse(message.uri).headers:
            raise Malformed("the Request-URI has header fields")
        if message.cseq.method != message.method:
            raise Malformed("CSeq: has another method than the start line")
    for name, check in checks.items():
        for value in headers.all(name):
            check(value)


def _canonical(name: str) -> str:
    lower = name.lower()
    return _COMPACT.get(lower, lower)

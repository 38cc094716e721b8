# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of header fields that have a structure: URIs and addresses, Via, CSeq (RFC 3261, sections 19.1, 20, 25.1).

``parse`` of each raises Malformed; ``str()`` gives what goes into a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Optional, Tuple

from .grammar import BLANKS, HOST, TOKEN, Malformed, Params, is_token, number, params, quote, quoted

# RFC 3261, section 8.1.1.5.
CSEQ_LIMIT = 2**31 - 1
_PORT_LIMIT = 65535
_BLANKS = re.compile(r"[ \t]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# Providers and telephones write # and letters of other alphabets unescaped into the user.
_NOT_IN_URI = re.compile(r'[\0- \x7f<>"]')
_HOST_PORT = re.compile(rf"({HOST})(?::([0-9]+))?")
_VIA = re.compile(
    rf"({TOKEN.pattern})[ \t]*/[ \t]*({TOKEN.pattern})[ \t]*/[ \t]*({TOKEN.pattern})[ \t]+"
    rf"({HOST})(?:[ \t]*:[ \t]*([0-9]+))?"
)
_CSEQ = re.compile(rf"([0-9]+)[ \t]+({TOKEN.pattern})")


@dataclass(frozen=True)
class Uri:
    """Where a message goes, or who is meant; each part as it is written, with its %-escapes.

    scheme: in lower case
    password: never shown, and never written: section 19.1.1 advises against it
    host: a name, an IPv4 address, or an IPv6 address in brackets
    headers: name and value of those behind the ?
    opaque: all behind the scheme, when that is none of sip and sips; other parts are empty then
    """

    scheme: str
    user: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    host: str = ""
    port: Optional[int] = None
    params: Params = Params()
    headers: Tuple[Tuple[str, str], ...] = ()
    opaque: str = ""

    @classmethod
    def parse(cls, text: str) -> Uri:
        scheme, colon, rest = text.partition(":")
        scheme = scheme.lower()
        if not colon or not _SCHEME.fullmatch(scheme):
            raise Malformed("URI: has no scheme")
        if not rest or _NOT_IN_URI.search(rest):
            raise Malformed('URI: is empty, or has blanks, control characters, <, > or "')
        if scheme not in ("sip", "sips"):
            return cls(scheme, opaque=rest)
        account, at, where = rest.rpartition("@")
        user, colon, password = account.partition(":")
        if "@" in account or (at and not user):
            raise Malformed("URI: its user is empty, or has an @ that is not escaped")
        address, _mark, headers = where.partition("?")
        host_port, *parameters = address.split(";")
        found = _HOST_PORT.fullmatch(host_port)
        if not found:
            raise Malformed("URI: its host or port cannot be read")
        return cls(
            scheme,
            user if at else None,
            password if colon else None,
            found[1],
            _port(found[2]),
            Params(_uri_param(parameter) for parameter in parameters),
            tuple(_uri_header(header) for header in headers.split("&")) if headers else (),
        )

    def __str__(self) -> str:
        if self.opaque:
            return f"{self.scheme}:{self.opaque}"
        user = "" if self.user is None else f"{self.user}@"
        port = "" if self.port is None else f":{self.port}"
        parameters = "".join(
            f";{name}" if value is None else f";{name}={value}" for name, value in self.params
        )
        headers = "?" + "&".join(f"{name}={value}" for name, value in self.headers) if self.headers else ""
        return f"{self.scheme}:{user}{self.host}{port}{parameters}{headers}"


@dataclass(frozen=True)
class NameAddr:
    """The value of From, To, Contact, Route and the like.

    display: the name without its quotes; empty when there is none
    """

    uri: Uri
    display: str = ""
    params: Params = Params()

    @classmethod
    def parse(cls, text: str) -> NameAddr:
        text = text.strip(BLANKS)
        if text.startswith('"'):
            display, place = quoted(text, 0, "display name")
            rest = text[place:].lstrip(BLANKS)
            if not rest.startswith("<"):
                raise Malformed("address: no < behind the display name")
            bracketed = rest[1:]
        else:
            display, angle, bracketed = text.partition("<")
            if not angle:
                return cls._without_brackets(text)
            display = display.strip(BLANKS)
            if not all(map(is_token, filter(None, _BLANKS.split(display)))):
                raise Malformed("display name: has characters that only a quoted string may have")
        uri, angle, parameters = bracketed.partition(">")
        if not angle:
            raise Malformed("address: < without >")
        return cls(Uri.parse(uri), display, params(parameters, "address"))

    @classmethod
    def _without_brackets(cls, text: str) -> NameAddr:
        """All parameters are the header field's (section 20)."""
        uri, semicolon, parameters = text.partition(";")
        if "?" in uri or "," in uri:
            raise Malformed("address: a URI with ? or , must stand in <>")
        return cls(Uri.parse(uri.rstrip(BLANKS)), "", params(semicolon + parameters, "address"))

    @property
    def tag(self) -> Optional[str]:
        return self.params.get("tag")

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{self.params}"


@dataclass(frozen=True)
class Via:
    """One hop of the way that responses go back (section 20.42).

    transport: in upper case
    host, port: sent-by; the port is None where it is the transport's default
    protocol: name and version
    """

    transport: str
    host: str
    port: Optional[int] = None
    params: Params = Params()
    protocol: str = "SIP/2.0"

    @classmethod
    def parse(cls, text: str) -> Via:
        text = text.strip(BLANKS)
        found = _VIA.match(text)
        if not found:
            raise Malformed("Via: protocol, transport or host cannot be read")
        return cls(
            found[3].upper(),
            found[4],
            _port(found[5]),
            params(text[found.end() :], "Via"),
            f"{found[1]}/{found[2]}".upper(),
        )

    @property
    def branch(self) -> Optional[str]:
        return self.params.get("branch")

    @property
    def received(self) -> Optional[str]:
        return self.params.get("received")

    @property
    def rport(self) -> Optional[int]:
        """The port that a server filled in (RFC 3581); None when it is only asked for, or absent."""
        value = self.params.get("rport")
        return number(value, _PORT_LIMIT, "rport") if value else None

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.protocol}/{self.transport} {self.host}{port}{self.params}"


@dataclass(frozen=True)
class CSeq:
    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        found = _CSEQ.fullmatch(text.strip(BLANKS))
        if not found:
            raise Malformed("CSeq: is not a number and a method")
        return cls(number(found[1], CSEQ_LIMIT, "CSeq"), found[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def _port(text: Optional[str]) -> Optional[int]:
    return None if text is None else number(text, _PORT_LIMIT, "port")


def _uri_param(text: str) -> Tuple[str, Optional[str]]:
    name, equals, value = text.partition("=")
    if not name:
        raise Malformed("URI: a parameter has no name")
    return name, value if equals else None


def _uri_header(text: str) -> Tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise Malformed("URI: a header is not name=value")
    return name, value

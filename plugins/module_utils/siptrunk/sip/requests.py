# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of a user agent (RFC 3261, sections 8.1.1, 10.2, 11.1, 12.2.1.1 and 13.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple

from .. import __version__
from .message import Headers, Request, Response
from .values import CSeq, NameAddr, Uri, Via
from .wire import Place

AGENT = f"siptrunk/{__version__}"
# Begins every branch of RFC 3261 (section 8.1.1.7).
_COOKIE = "z9hG4bK"
_ALLOWED = "INVITE, ACK, CANCEL, BYE, OPTIONS"

Fields = Sequence[Tuple[str, str]]


@dataclass(frozen=True)
class Party:
    """What all requests of one exchange have in common."""

    from_: NameAddr
    to: NameAddr
    call_id: str


@dataclass(frozen=True)
class Way:
    """How requests go out: transport is udp, tcp or tls; own: our end of it."""

    transport: str
    own: Place

    def via(self, branch: str) -> Via:
        # rport: answers come back to the port that we send from, also through NAT (RFC 3581).
        via = Via(self.transport.upper(), _host(self.own), self.own.port)
        return Via.parse(f"{via};rport;branch={_COOKIE}{branch}")

    def contact(self, user: str, scheme: str) -> Uri:
        """scheme: of the Request-URI, for whoever asks by sips must be asked so, too (section 8.1.1.8)."""
        named = self.transport == "tcp" or (self.transport == "tls" and scheme == "sip")
        transport = f";transport={self.transport}" if named else ""
        return Uri.parse(f"{scheme}:{user}@{self.own}{transport}")


def request(
    method: str,
    uri: str,
    party: Party,
    cseq: int,
    via: Via,
    more: Fields = (),
    body: bytes = b"",
) -> Request:
    fields = [
        ("Via", str(via)),
        ("Max-Forwards", "70"),
        ("From", str(party.from_)),
        ("To", str(party.to)),
        ("Call-ID", party.call_id),
        ("CSeq", str(CSeq(cseq, method))),
        ("User-Agent", AGENT),
    ]
    return Request(method, uri, Headers((*fields, *more)), body)


def registrar(account: Uri) -> Uri:
    """The Request-URI of a REGISTER: where the account is at home (section 10.2)."""
    return Uri(account.scheme, host=account.host, port=account.port, params=account.params)


def capabilities() -> Fields:
    return (("Accept", "application/sdp"),)


def invitation(contact: Uri) -> Fields:
    return (
        ("Contact", f"<{contact}>"),
        ("Allow", _ALLOWED),
        ("Content-Type", "application/sdp"),
    )


def offer(own: Place, session: int) -> bytes:
    """An SDP offer (RFC 8866, RFC 3264) of what every PBX takes; port 9 throws the media away."""
    version = "IP6" if ":" in own.address else "IP4"
    lines = (
        "v=0",
        f"o=- {session} {session} IN {version} {own.address}",
        "s=-",
        f"c=IN {version} {own.address}",
        "t=0 0",
        "m=audio 9 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=sendrecv",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


@dataclass(frozen=True)
class Dialog:
    """A call that was answered, from the side that called.

    target: the Request-URI of what is sent within it; route: values of Route, in their order
    """

    party: Party
    target: str
    route: Tuple[str, ...]

    @classmethod
    def of(cls, invite: Request, answer: Response) -> Dialog:
        """Raises Malformed."""
        contacts = answer.headers.all("Contact")
        target = str(NameAddr.parse(contacts[0]).uri) if contacts else invite.uri
        route = tuple(reversed(answer.headers.all("Record-Route")))
        if route and not NameAddr.parse(route[0]).uri.params.has("lr"):
            # A strict router wants to be asked itself (section 12.2.1.1).
            target, route = str(NameAddr.parse(route[0]).uri), (*route[1:], f"<{target}>")
        return cls(Party(invite.from_, answer.to, invite.call_id), target, route)

    @property
    def next_hop(self) -> Uri:
        """Where its requests go (section 8.1.2)."""
        return NameAddr.parse(self.route[0]).uri if self.route else Uri.parse(self.target)

    def request(self, method: str, cseq: int, via: Via, more: Fields = ()) -> Request:
        routes: List[Tuple[str, str]] = [("Route", value) for value in self.route]
        return request(method, self.target, self.party, cseq, via, (*routes, *more))


def _host(own: Place) -> str:
    return f"[{own.address}]" if ":" in own.address else own.address

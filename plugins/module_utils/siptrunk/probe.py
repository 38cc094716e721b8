# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One real exchange with a SIP peer, from this host: what the command line and the module have in common."""

from __future__ import annotations

import ipaddress
import re
from typing import Optional

from .errors import ConfigError, SipTrunkError
from .files import read_text
from .sip.dns import Answer, NoAnswer, Record
from .sip.exchange import (
    ACCEPTED,
    CHALLENGED,
    INVITE,
    OPTIONS,
    REFUSED,
    REGISTER,
    SILENT,
    UNREACHABLE,
    Exchange,
    Outcome,
    Wish,
)
from .sip.grammar import Malformed, number
from .sip.locate import ADDRESS_KINDS, SERVICES, locate
from .sip.name_servers import HOSTS, RESOLV_CONF, NameServers, configuration, hosts
from .sip.transport import Network, client_context, stopping
from .sip.values import Uri
from .sip.wire import Place

METHODS = {"options": OPTIONS, "register": REGISTER, "invite": INVITE}
TRANSPORTS = tuple(SERVICES)
EXPECTATIONS = (ACCEPTED, CHALLENGED, REFUSED, SILENT)
# Seconds by default, and at most.
TIMEOUT, LONGEST = 10.0, 300.0
AS_EXPECTED, NOT_AS_EXPECTED, NO_NETWORK = 0, 1, 3

_SERVICE = re.compile(r"_sips?\._(?:udp|tcp)\.")
_PORT_LIMIT = 65535


class Unaskable(SipTrunkError):
    """What is wished makes no request."""


def wish(
    method: str,
    uri: str,
    *,
    transport: Optional[str] = None,
    sender: Optional[str] = None,
    user: Optional[str] = None,
    secret: Optional[str] = None,
    bind: bool = False,
    timeout: float = TIMEOUT,
) -> Wish:
    """What is asked, from words; *method* is a key of METHODS, the others are those of Wish. Raises Unaskable."""
    whom = _uri(uri, "the URI")
    who = _uri(sender, "the URI of the sender") if sender else None
    if not 0 < timeout <= LONGEST:
        raise Unaskable(f"the timeout {timeout:g} is no number of seconds up to {LONGEST:g}")
    if (user is None) != (secret is None):
        raise Unaskable("user and secret go together: one is missing")
    if bind and method != "register":
        raise Unaskable("only the method register binds a contact")
    if method == "register" and not (whom.user or user):
        raise Unaskable("the URI has no user, so nobody knows whose bindings are meant; write sip:USER@HOST")
    if method == "invite" and not whom.user:
        raise Unaskable("the URI has no user, so nobody would be called; write sip:NUMBER@HOST")
    return Wish(METHODS[method], whom, transport, who, user, secret, bind, timeout)


def source(text: str) -> Place:
    """The own end of a way: ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Raises Unaskable."""
    found = re.fullmatch(r"\[(.+)\](?::([0-9]+))?|([^:]+):([0-9]+)|(.+)", text)
    address, port = (found[1] or found[3] or found[5], found[2] or found[4] or "0") if found else ("", "0")
    try:
        return Place(str(ipaddress.ip_address(address)), number(port, _PORT_LIMIT, "port"))
    except ValueError:
        raise Unaskable(
            f"the source {text} is no address of this host, such as 192.0.2.1, 192.0.2.1:5060 or [2001:db8::1]:5060"
        ) from None


def probe(
    wished: Wish, own: Optional[Place] = None, ca: Optional[str] = None, via: Optional[Uri] = None
) -> Outcome:
    """Do it.

    own: where it is sent from; ca: a file of the certificates that TLS trusts instead of the system's
    via: where it is sent to; None: to where the URI leads

    Raises ConfigError when the file is no good.
    """
    try:
        context = client_context(ca)
    except OSError as error:
        raise ConfigError(ca or "CA", error.strerror or "has no certificate that can be read") from None
    names = Names(
        NameServers(configuration(read_text(RESOLV_CONF) or ""), deadline=wished.timeout),
        read_text(HOSTS) or "",
    )
    with stopping() as stop, Network(own, context, stop) as network:
        return Exchange(
            wished, network, lambda uri, transport: locate(via or uri, transport, names.lookup)
        ).run()


def exit_code(outcome: Outcome, expected: Optional[str]) -> int:
    """Of a command; without an expectation, to be accepted is what is expected."""
    if outcome.outcome == UNREACHABLE:
        return NO_NETWORK
    return AS_EXPECTED if is_expected(outcome, expected) else NOT_AS_EXPECTED


def is_expected(outcome: Outcome, expected: Optional[str]) -> bool:
    """And nothing is left behind, which nobody ever expects."""
    return outcome.outcome == (expected or ACCEPTED) and outcome.left_behind is None


class Names:
    """Looks as libc does: the file of hosts, then DNS, with the domains that short names may stand for.

    What stands in the file is just that host: nobody is asked for its services.
    """

    def __init__(self, servers: NameServers, hosts_file: str) -> None:
        self._servers, self._hosts = servers, hosts_file

    def lookup(self, name: str, kind: str) -> Answer:
        """The records of a name; raises NoAnswer."""
        in_file = hosts(self._hosts, _SERVICE.sub("", name))
        if in_file:
            fitting = [address for address in in_file if _kind(address) == kind]
            return Answer(tuple(Record(name, kind, 0, address) for address in fitting), True)
        if kind not in ADDRESS_KINDS:
            return self._service(name, kind)
        found = Answer()
        for full in self._servers.search(name):
            found = self._servers.lookup(full, kind)
            if found.records:
                break
        return found

    def _service(self, name: str, kind: str) -> Answer:
        try:
            return self._servers.lookup(name, kind)
        except NoAnswer:
            if kind == "NAPTR":
                # Some name servers drop such questions; SRV has the same without it.
                return Answer()
            raise


def _kind(address: str) -> Optional[str]:
    try:
        return "AAAA" if ipaddress.ip_address(address).version == 6 else "A"
    except ValueError:
        return None


def _uri(text: str, what: str) -> Uri:
    try:
        uri = Uri.parse(text)
    except Malformed as malformed:
        # It may hold a password, so it is not shown.
        raise Unaskable(f"{what} cannot be read: {malformed.reason}; write sip:USER@HOST") from None
    if uri.password is not None:
        raise Unaskable(
            f"{what} has a password, which others can see; give it as a file or on the standard input"
        )
    if not uri.host:
        raise Unaskable(f"{what} is none of SIP; write sip:USER@HOST")
    wanted = uri.params.get("transport")
    if wanted and wanted.lower() not in TRANSPORTS:
        raise Unaskable(f"{what} has the transport {wanted}; known here: {', '.join(TRANSPORTS)}")
    if uri.headers:
        raise Unaskable(f"{what} has header fields behind a ?, which are not sent")
    return uri

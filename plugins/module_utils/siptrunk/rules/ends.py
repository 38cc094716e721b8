# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls, and who is called: trunks, telephones and guests, as far as sip.conf and pjsip.conf tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Set, Union

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import NO, YES
from ..uris import unbracketed
from .views import PjsipConf, SipConf, Wizard, said, words

DEFAULT_CONTEXT = "default"
_HOST_OF_URI = re.compile(r"\s*sips?:(?:[^@]*@)?(?P<host>\[[^\]]*\]|[^:;>\s]+)", re.IGNORECASE)
_INSIDE = [
    ip_network(one)
    for one in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"),
        *("fc00::/7", "fe80::/10", "::1/128"),
    )
]
_INSIDE_NAMES = (".local", ".lan", ".internal", ".intranet", ".home", ".home.arpa", ".localdomain")
_EVERYBODY = frozenset({"0.0.0.0/0", "0.0.0.0/0.0.0.0"})


class Trunk(NamedTuple):
    """A peer or an endpoint with an address of its own.

    tech: SIP or PJSIP, as Dial() names it
    account: we have an account there; outside: its host is not one of our own network
    admitted: its calls come in without a password
    """

    tech: str
    section: EffectiveSection
    context: str
    said_context: Optional[EffectiveEntry]
    hosts: List[str]
    account: bool
    outside: bool
    admitted: bool

    @property
    def is_provider(self) -> bool:
        return self.account or self.outside


@dataclass
class Ends:
    """trunks: by tech and name, in lower case for SIP
    telephones, guests: contexts into which they call, each with an example of who does
    """

    trunks: Dict[str, Trunk] = field(default_factory=dict)
    telephones: Dict[str, EffectiveSection] = field(default_factory=dict)
    guests: Dict[str, Union[EffectiveEntry, EffectiveSection]] = field(default_factory=dict)

    def trunk(self, tech: str, name: str) -> Optional[Trunk]:
        return self.trunks.get(_key(tech, name))

    @cached_property
    def admitted(self) -> List[Trunk]:
        return [trunk for trunk in self.trunks.values() if trunk.admitted]

    @cached_property
    def contexts(self) -> Mapping[str, Trunk]:
        """Those into which trunks call."""
        return {trunk.context: trunk for trunk in reversed(self.admitted)}


def ends(sip: Optional[SipConf], pjsip: Optional[PjsipConf], wizard: Optional[Wizard]) -> Ends:
    found = Ends()
    if sip:
        _of_sip(sip, found)
    if pjsip:
        _of_pjsip(pjsip, found)
    if wizard:
        for trunk in _of_wizard(wizard):
            found.trunks.setdefault(_key(trunk.tech, trunk.section.name), trunk)
    return found


def is_outside(host: str) -> bool:
    """Whether a host is, by its looks, not of our own network."""
    host = fold(unbracketed(host))
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith(_INSIDE_NAMES)
    return not any(address.version == network.version and address in network for network in _INSIDE)


def host_of(uri: str) -> str:
    match = _HOST_OF_URI.match(uri)
    return unbracketed(match["host"]) if match else ""


def _key(tech: str, name: str) -> str:
    return f"{tech}/{fold(name) if tech == 'SIP' else name}"


def _of_sip(sip: SipConf, found: Ends) -> None:
    registrars = {
        fold(unbracketed(register.parsed.line.host)) for register in sip.registers if register.parsed.line
    }
    for account in sip.accounts_by_name.values():
        host, kind = said(account, "host"), fold(said(account, "type"))
        context = sip.inherited(account, "context", DEFAULT_CONTEXT)
        if kind in ("peer", "friend") and host and fold(host) != "dynamic":
            names = fold(unbracketed(host)) in registrars
            logs_in = any(said(account, key) for key in ("remotesecret", "fromuser", "callbackextension"))
            found.trunks[_key("SIP", account.name)] = Trunk(
                "SIP",
                account,
                context,
                account.last("context"),
                [fold(unbracketed(host))],
                names or logs_in,
                is_outside(host),
                _admits(account),
            )
        elif kind:
            found.telephones.setdefault(context, account)
    # What another file may forbid is not known to be allowed.
    guests = sip.setting("allowguest", "no" if sip.is_part else "yes")
    if sip.general and fold(guests) in YES:
        found.guests[sip.setting("context", DEFAULT_CONTEXT)] = sip.general.last("context") or sip.general


def _admits(peer: EffectiveSection) -> bool:
    secret = said(peer, "secret") or said(peer, "md5secret")
    closed = any(entry.value in _EVERYBODY for entry in peer.values("deny")) and not peer.values("permit")
    return not closed and (not secret or "invite" in map(fold, words(said(peer, "insecure"))))


def _of_pjsip(pjsip: PjsipConf, found: Ends) -> None:
    trusted = _by_endpoint(pjsip.of_kind("identify"), "match")
    registered = _by_endpoint(pjsip.of_kind("registration"), "server_uri")
    aors = pjsip.of_kind("aor")
    for name, endpoint in pjsip.of_kind("endpoint").items():
        uris = [
            contact.value
            for aor in words(said(endpoint, "aors"))
            if aor in aors
            for contact in aors[aor].values("contact")
        ]
        hosts = [host for host in map(host_of, uris) if host]
        known = [address for value in trusted.get(name, ()) for address in words(value)]
        context = said(endpoint, "context", DEFAULT_CONTEXT)
        if name == "anonymous":
            found.guests[context] = endpoint.last("context") or endpoint
        elif hosts or known:
            outside = any(is_outside(host.partition("/")[0]) for host in hosts or known)
            found.trunks[_key("PJSIP", name)] = Trunk(
                "PJSIP",
                endpoint,
                context,
                endpoint.last("context"),
                [*map(fold, hosts), *map(fold, known)],
                name in registered or bool(said(endpoint, "outbound_auth")),
                outside,
                bool(known) and not said(endpoint, "auth"),
            )
        elif said(endpoint, "auth"):
            found.telephones.setdefault(context, endpoint)


def _by_endpoint(objects: Mapping[str, EffectiveSection], key: str) -> Dict[str, List[str]]:
    found: Dict[str, List[str]] = {}
    for section in objects.values():
        found.setdefault(said(section, "endpoint"), []).extend(one.value for one in section.values(key))
    return found


def _of_wizard(wizard: Wizard) -> Iterator[Trunk]:
    for section in wizard.of_kind("wizard").values():
        hosts: Set[str] = {host_of(f"sip:{host}") for host in words(said(section, "remote_hosts"))}
        if hosts:
            asks = fold(said(section, "accepts_auth", "no"))
            yield Trunk(
                "PJSIP",
                section,
                said(section, "endpoint/context", DEFAULT_CONTEXT),
                section.last("endpoint/context"),
                sorted(map(fold, hosts)),
                any(fold(said(section, key)) in YES for key in ("sends_auth", "sends_registrations")),
                any(map(is_outside, hosts)),
                asks in NO,
            )

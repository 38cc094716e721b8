# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in pjsip.conf: for each a registration, an endpoint with its aor, and what it authenticates with and trusts.

A caller is the trunk by address alone: the endpoint has identify_by=ip and no auth, so that nobody gets in by writing
its name. Which account a call is for, its called number says. The token of ``line`` could, too, but whoever knows it
gets in from anywhere: a trunk registers without.

``options.peer`` and ``sections.inbound`` speak of chan_sip's peers and mean nothing here: an endpoint calls and is
called. It has the name of the trunk, or ``sections.outbound``.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple
from urllib.parse import unquote

from ..asterisk import pjsip as running
from ..config.document import Document
from ..config.text import fold
from ..errors import NotRepresentable, Problem
from ..expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from ..fields import is_address
from ..filenames import OF_TRUNKS
from ..trunk import Credentials, RawOptions, Registration, Trunk
from ..uris import DEFAULT_PORTS, Uri, bracketed, escaped, unescaped
from .options import Catalogue
from .pjsip_conf import (
    BY_WAY_OF,
    CHOICE,
    CHOICES,
    DESCRIPTION,
    FIELD_OF,
    FINGERPRINT,
    KINDS,
    NEVER_GIVE_UP,
    PATIENCE,
    TRUNK,
    canonical,
    shown,
)
from .pjsip_reader import concerns, read
from .shared import DENY_ALL, HEADER, Leftover, ReadBack, RenderedSection
from .tls import UNSAID, Tls

__all__ = [
    "Leftover",
    "ReadBack",
    "calling",
    "check",
    "check_options",
    "check_together",
    "concerns",
    "dial_string",
    "expectation",
    "read",
    "render",
]

# For the linter: an empty inbound.trust is meant.
_TRUSTS_NOBODY = "siptrunk: accept PJ066: calls in are let in by another trunk, or by none"

NAME = "pjsip"
MODULES = (
    "chan_pjsip",
    "res_pjsip",
    "res_pjsip_session",
    "res_pjsip_outbound_registration",
    "res_pjsip_endpoint_identifier_ip",
)
FILENAME, MAIN = OF_TRUNKS[NAME]
# It reads all objects again and leaves unchanged registrations alone. The reload of the registrations' own module
# would not see a new auth.
RELOAD = "module reload res_pjsip.so"
# As long as its auth is there: the reload that takes both away would leave the contact at the provider.
UNREGISTER = "pjsip send unregister {}"
REGISTER = running.REGISTER
# Whoever is no endpoint at all is the endpoint of this name (res_pjsip_endpoint_identifier_anonymous.c).
_GUESTS = "anonymous"
# Asterisk 16 and 22 take hosts of so many characters in a server_uri (ast_sip_validate_uri_length()), and URIs of 511:
# a user of 250 fits in with any host.
_HOST_LIMIT = 245
_USER_LIMIT = 250


def check(trunk: Trunk) -> List[Problem]:
    """What chan_pjsip cannot express, or would misread, of a trunk that is sound in itself."""
    checks = (_check_name, _check_options, _check_users, _check_lengths, _check_spelling)
    return [problem for check_one in checks for problem in check_one(trunk)]


def check_together(trunks: Sequence[Trunk]) -> Iterator[Problem]:
    """What several trunks, each sound in itself, cannot have at once."""
    taken: Dict[str, str] = {}
    for trunk in trunks:
        for name in {trunk.name: None, calling(trunk): None}:
            owner = taken.setdefault(fold(name), trunk.name)
            if owner != trunk.name:
                reason = (
                    f"is also a section of the trunk {owner}, and of two such endpoints Asterisk takes none"
                )
                yield Problem(trunk.name, "sections.outbound", name, reason, "name the sections differently")


def check_options(trunks: Sequence[Trunk], catalogue: Catalogue) -> Iterator[Problem]:
    """What the Asterisk of *catalogue* does not know: of an object with such an option it makes nothing at all."""
    for trunk in trunks:
        for kind, _name, entries in _objects(trunk):
            for key in dict.fromkeys([*(key for key, _value in entries), *_raw_of(trunk, kind)]):
                reason = None if key == "type" else catalogue.check(kind, key)
                value = _raw_of(trunk, kind).get(key)
                if reason is None and isinstance(value, str) and not catalogue.takes(kind, key, value):
                    reason = "is no number, and of an object with such a value Asterisk makes nothing at all"
                if reason and key in _raw_of(trunk, kind):
                    yield Problem(trunk.name, f"options.{kind}.{key}", None, reason, "correct or remove it")
                elif reason:
                    fix = "use an Asterisk that has it"
                    yield Problem(trunk.name, FIELD_OF[kind].get(key, kind), None, reason, fix)


def render(trunks: Sequence[Trunk], _tls: Tls = UNSAID) -> Document:
    """The whole of our file, for trunks that passed ``check``. What is to be said of TLS, its transports say."""
    document = Document.parse(HEADER)
    for section in sections([trunk for trunk in trunks if trunk.enabled]):
        written = document.add_section(section.name, comment=section.comment)
        for key, value in section.entries:
            written.add(key, value)
    return document


def sections(trunks: Sequence[Trunk]) -> Iterator[RenderedSection]:
    """The sections of all trunks. Every kind of object has names of its own, so that those of a trunk share one."""
    for trunk in trunks:
        told = [f"{trunk.description or trunk.name}: calls from and to {trunk.provider.host}"]
        for kind, name, entries in _objects(trunk):
            if kind == "endpoint" and not trunk.inbound.trust:
                told.append(_TRUSTS_NOBODY)
            yield RenderedSection(
                name, "\n".join(told) or None, [("type", kind), *entries, *_raw(trunk, kind)]
            )
            told.clear()


def calling(trunk: Trunk) -> str:
    """The name of the endpoint, which calls go out through."""
    return trunk.sections.outbound or default_calling(trunk.name)


def default_calling(name: str) -> str:
    """The same of a trunk of that name whose ``sections.outbound`` does not say."""
    return name


def registers_anew(before: Optional[Trunk], after: Trunk) -> bool:
    """Whether a reload makes a trunk that registers do so again; before: None when it was not there."""
    return (
        before is None or before.registration is None or _registration_of(before) != _registration_of(after)
    )


def expectation(trunk: Trunk) -> ExpectedTrunk:
    """What ``pjsip show registrations`` and ``pjsip show identifies`` must show for an enabled trunk.

    The registration has the name of the trunk. All that is trusted is trusted by one endpoint.
    """
    provider, account = trunk.provider, trunk.registration
    registration = None
    if account:
        server = _server(trunk)
        registration = ExpectedRegistration(
            user=account.user,
            host=bracketed(server.host),
            port=server.port or DEFAULT_PORTS[provider.transport],
            transport=provider.transport,
            domain=account.domain and bracketed(account.domain),
            contact=account.contact,
            expiry=account.expiry,
        )
    endpoint = calling(trunk)
    peers = [ExpectedPeer(endpoint, host, provider.port) for host in trunk.inbound.trust]
    if fold(provider.host) not in map(fold, trunk.inbound.trust):
        peers.append(ExpectedPeer(endpoint, provider.host, provider.port, trusted=False))
    return ExpectedTrunk(trunk.name, NAME, registration, tuple(peers))


def dial_string(section: str, number: str) -> str:
    """The argument of Dial() that calls *number*, maybe an expression, through an endpoint."""
    return f"PJSIP/{number}@{section}"


Entries = List[Tuple[str, str]]


def _objects(trunk: Trunk) -> Iterator[Tuple[str, str, Entries]]:
    """The objects of a trunk: kind, name, and the options that its fields stand for.

    No name of a trunk has a slash, so that no further object of a trunk has the name of another trunk's.
    """
    account, name = trunk.registration, trunk.name
    own = trunk.credentials if trunk.outbound.auth == "own" else None
    calls_auth = f"{name}/calls" if own and account else name
    if account:
        yield "registration", name, _registration(trunk, account)
        user = account.auth_user or account.user
        yield "auth", name, _auth(Credentials(user, account.secret, account.secret_md5))
    if own:
        yield "auth", calls_auth, _auth(own)
    yield "aor", calling(trunk), _aor(trunk)
    yield "endpoint", calling(trunk), _endpoint(trunk, calls_auth if trunk.credentials else None)
    for number, hosts in enumerate(_together(trunk.inbound.trust), 1):
        yield "identify", name if number == 1 else f"{name}/{number}", _identify(trunk, hosts)


def _registration_of(trunk: Trunk) -> Entries:
    account = trunk.registration
    return [*_registration(trunk, account), *_raw(trunk, "registration")] if account else []


def _registration(trunk: Trunk, account: Registration) -> Entries:
    provider, server = trunk.provider, _server(trunk)
    there = _uri(trunk, provider.host, provider.port)
    options = {
        "server_uri": str(server),
        "client_uri": str(Uri(account.domain or provider.host, user=escaped(account.user))),
        "contact_user": account.contact and escaped(account.contact),
        "outbound_auth": trunk.name,
        FINGERPRINT: _fingerprint(account),
        "outbound_proxy": _proxy(trunk) or (_by_way_of(there) if server != there else None),
        "expiration": str(account.expiry),
        "retry_interval": str(account.retry_interval) if account.retry_interval else None,
        **NEVER_GIVE_UP,
        **{key: value for key, value in PATIENCE.items() if key not in trunk.options.registration},
    }
    return _given(options)


def _fingerprint(account: Registration) -> str:
    """Something that changes with the credentials. It is no less secret than they are, and stands beside them."""
    text = f"{account.auth_user or account.user}:{account.secret or account.secret_md5}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _auth(credentials: Credentials) -> Entries:
    user, secret, secret_md5 = credentials
    if secret_md5:
        # Without a realm, the one of the provider's challenge counts.
        return [("auth_type", "md5"), ("username", user), ("md5_cred", secret_md5)]
    return [("auth_type", "userpass"), ("username", user), ("password", secret or "")]


def _aor(trunk: Trunk) -> Entries:
    nat = trunk.nat
    options = {
        "contact": str(_uri(trunk, trunk.provider.host, trunk.provider.port)),
        "outbound_proxy": _proxy(trunk),
        "qualify_frequency": str(nat.keepalive),
        "qualify_timeout": f"{nat.keepalive_timeout / 1000}" if nat.keepalive else None,
    }
    return _given(options)


def _endpoint(trunk: Trunk, auth: Optional[str]) -> Entries:
    inbound, outbound, raw = trunk.inbound, trunk.outbound, trunk.options.endpoint
    options = {
        TRUNK: trunk.name if calling(trunk) != trunk.name else None,
        DESCRIPTION: trunk.description,
        "aors": calling(trunk),
        "identify_by": "ip",
        "context": inbound.context,
        "outbound_auth": auth,
        "outbound_proxy": _proxy(trunk),
        "from_user": trunk.from_user and escaped(trunk.from_user),
        "from_domain": outbound.from_domain and bracketed(outbound.from_domain),
    }
    entries = _given(options)
    if inbound.permit:
        entries += [("deny", network) for network in DENY_ALL]
        entries += [("permit", network) for network in inbound.permit]
    for choice in CHOICES:
        spelled = choice.spellings[_value(trunk, choice.field)]
        entries += [(key, value) for key, value in spelled.items() if key not in raw]
    return [*entries, ("disallow", "all"), ("allow", ",".join(trunk.media.codecs))]


def _together(hosts: Sequence[str]) -> Iterator[List[str]]:
    """The hosts of one identify each: a name that cannot be resolved takes all others in it with it."""
    for address, group in itertools.groupby(hosts, is_address):
        several = list(group)
        yield from [several] if address else ([host] for host in several)


def _identify(trunk: Trunk, hosts: Sequence[str]) -> Entries:
    entries = [("endpoint", calling(trunk)), *(("match", host) for host in hosts)]
    if not is_address(hosts[0]):
        entries.append(("srv_lookups", "no" if trunk.provider.port else "yes"))
    return entries


def _uri(trunk: Trunk, host: str, port: Optional[int]) -> Uri:
    transport = trunk.provider.transport
    # Where DNS decides (RFC 3263), it could lead to any transport that Asterisk has.
    said = transport != "udp" or not (port or is_address(host))
    return Uri(host, port, transport if said else None)


def _server(trunk: Trunk) -> Uri:
    """What a REGISTER is for.

    That is the domain of the account (RFC 3261, section 10.2; chan_sip has it, too), wherever the REGISTER is sent.
    """
    provider, account = trunk.provider, trunk.registration
    domain = account.domain if account else None
    if domain is None or fold(domain) == fold(provider.host):
        return _uri(trunk, provider.host, provider.port)
    # Of its transport the Contact is made: without it, a PBX that has no UDP would not register.
    return Uri(domain, transport=None if provider.transport == "udp" else provider.transport)


def _proxy(trunk: Trunk) -> Optional[str]:
    proxy = trunk.provider.outbound_proxy
    if proxy is None:
        return None
    host, _colon, port = (
        proxy.rpartition(":") if not proxy.endswith("]") and ":" in proxy else (proxy, "", "")
    )
    return _by_way_of(_uri(trunk, host.strip("[]"), int(port) if port else None))


def _by_way_of(hop: Uri) -> str:
    # lr: else it would take the place of the provider in the request (RFC 3261, section 16.12.1.1).
    # hide: pjproject sends there without a Route that says so. chan_sip writes none, and many providers refuse one.
    return f"{hop};{';'.join(BY_WAY_OF)}"


def _given(options: Mapping[str, Optional[str]]) -> Entries:
    return [(key, value) for key, value in options.items() if value]


def _value(trunk: Trunk, path: str) -> object:
    group, _dot, field = path.partition(".")
    return getattr(getattr(trunk, group), field)


def _raw_of(trunk: Trunk, kind: str) -> RawOptions:
    options: RawOptions = getattr(trunk.options, kind)
    return options


def _raw(trunk: Trunk, kind: str) -> Iterator[Tuple[str, str]]:
    for key, values in _raw_of(trunk, kind).items():
        for value in [values] if isinstance(values, str) else values:
            yield key, value


def _check_name(trunk: Trunk) -> Iterator[Problem]:
    if _GUESTS in (fold(trunk.name), fold(calling(trunk))):
        option = "name" if fold(trunk.name) == _GUESTS else "sections.outbound"
        reason = "is the endpoint of everybody whom chan_pjsip does not know"
        yield Problem(trunk.name, option, _GUESTS, reason, "choose another name")


def _check_options(trunk: Trunk) -> Iterator[Problem]:
    present = {kind for kind, _name, _entries in _objects(trunk)}
    for kind in KINDS:
        raw = _raw_of(trunk, kind)
        if raw and kind not in present:
            reason = f"is for nothing: the trunk has no {kind}"
            yield Problem(trunk.name, f"options.{kind}", None, reason, "remove it")
        for key in raw:
            if key in FIELD_OF[kind] and key not in CHOICE:
                # Its value is not shown: it may be a secret.
                fix = f"use {FIELD_OF[kind][key]}"
                yield Problem(trunk.name, f"options.{kind}.{key}", None, "is set by the trunk itself", fix)
            elif key in PATIENCE and key != "max_random_initial_delay" and str(raw[key]).strip("0") == "":
                reason = "would give up for good"
                yield Problem(
                    trunk.name, f"options.{kind}.{key}", "0", reason, "write seconds, or leave it out"
                )
    yield from _check_choices(trunk)


def _check_choices(trunk: Trunk) -> Iterator[Problem]:
    """A raw option is there for a value that no field has; what a field has, is said by the field."""
    raw = trunk.options.endpoint
    for choice in CHOICES:
        given = {key: raw[key] for key in choice.keys if key in raw}
        value = _value(trunk, choice.field)
        said = {**choice.spellings[value], **{key: str(option) for key, option in given.items()}}
        nearest, rest = choice.nearest({key: canonical(key, option) for key, option in said.items()})
        if given and (nearest, rest) != (value, given):
            option = f"options.endpoint.{[*given][0]}"
            now = ", ".join(f"{key}: {option}" for key, option in rest.items())
            fix = f"write {choice.field}: {_yaml(nearest)}" + (f" and, raw, {now}" if now else "")
            yield Problem(trunk.name, option, None, "says what a field of the trunk says", fix)


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_users(trunk: Trunk) -> Iterator[Problem]:
    account = trunk.registration
    users = {
        "registration.user": account and account.user,
        "registration.contact": account and account.contact,
        "outbound.from_user": trunk.outbound.from_user,
        "outbound.user": None
        if trunk.outbound.from_user or trunk.outbound.from_caller
        else trunk.outbound.user,
    }
    for option, user in users.items():
        if user:
            # Of a Contact, chan_pjsip resolves any escape; chan_sip takes none for one.
            meant = unquote(user) if option == "registration.contact" else unescaped(escaped(user))
            if meant != user:
                fix = f"write {meant}" if meant.isprintable() else "leave it out"
                yield Problem(trunk.name, option, user, "has a character in its escaped form", fix)


def _check_lengths(trunk: Trunk) -> Iterator[Problem]:
    account = trunk.registration
    texts = {
        "provider.host": (trunk.provider.host, _HOST_LIMIT),
        "provider.outbound_proxy": (trunk.provider.outbound_proxy, _HOST_LIMIT),
        "registration.domain": (account and account.domain, _HOST_LIMIT),
        "registration.user": (account and escaped(account.user), _USER_LIMIT),
        "registration.contact": (account and account.contact and escaped(account.contact), _USER_LIMIT),
    }
    for option, (text, limit) in texts.items():
        if text and len(text) > limit:
            reason = f"has more than {limit} characters, and chan_pjsip refuses it"
            yield Problem(trunk.name, option, text, reason, "write a shorter one")


def _check_spelling(trunk: Trunk) -> Iterator[Problem]:
    scratch = Document.new().add_section("scratch")
    for kind, _name, entries in _objects(trunk):
        fields = dict.fromkeys(entries)
        for key, value in dict.fromkeys([*fields, *_raw(trunk, kind)]):
            try:
                scratch.add(key, value)
            except NotRepresentable as error:
                option = (
                    f"options.{kind}.{key}" if (key, value) not in fields else _field_of(trunk, key, value)
                )
                fix = error.alternatives or "write another value"
                yield Problem(trunk.name, option, shown(kind, key, value), error.reason, fix)


def _field_of(trunk: Trunk, key: str, value: str) -> str:
    if key == "password":
        account = trunk.registration
        return "registration.secret" if account and account.secret == value else "outbound.secret"
    return "description" if key == DESCRIPTION else "trunk"

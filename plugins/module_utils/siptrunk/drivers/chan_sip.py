# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in sip.conf: a register line, peers ``NAME-in`` that trust one address each, a peer ``NAME-out``.

Calls are matched to peers as check_peer_ok() in channels/chan_sip.c of Asterisk 16 does it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterator, List, NamedTuple, Sequence, Tuple

from .. import register_line
from ..config.document import Document
from ..config.effective import fold
from ..errors import NotRepresentable, Problem
from ..expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from ..fields import bracketed, closest
from ..register_line import RegisterLine
from ..secrets import MASK
from ..trunk import Trunk
from .chan_sip_reader import Leftover, ReadBack, read
from .sip_conf import DENY_ALL, DTMF_MODES, ENABLING, FIELD_OF, GENERAL, INSECURE, RAW, shown

__all__ = ["Leftover", "ReadBack", "check", "dial_string", "expectation", "read", "render"]

NAME = "chan_sip"
FILENAME = "sip_trunks.conf"
MAIN = "sip.conf"
RELOAD = "sip reload"
HEADER = "; Managed by Ansible (telephony.asterisk): changes here are overwritten.\n"


def check(trunk: Trunk) -> List[Problem]:
    """What chan_sip cannot express, or would misread, of a trunk that is sound in itself."""
    return [*_check_options(trunk), *_check_proxy(trunk), *_check_from(trunk), *_check_spelling(trunk)]


def render(trunks: Sequence[Trunk]) -> Document:
    """The whole of our file, for trunks that passed ``check``."""
    trunks = [trunk for trunk in trunks if trunk.enabled]
    document = Document.parse(HEADER)
    general = document.add_section("general", append=True)
    for key, value in GENERAL.items():
        general.add(key, value)
    for transport, key in ENABLING.items():
        if any(trunk.provider.transport == transport for trunk in trunks):
            general.add(key, "yes")
    for trunk in trunks:
        if trunk.registration:
            general.add("register", register_line.render(_register_line(trunk)), operator="=>")
    # A call is matched to the first peer of its address: one that lets nobody in stands behind all that do.
    for section in [*_each(trunks, _inbound_sections), *_each(trunks, _outbound_sections)]:
        written = document.add_section(section.name, comment=section.comment)
        for key, value in section.entries:
            written.add(key, value)
    return document


def expectation(trunk: Trunk) -> ExpectedTrunk:
    """What ``sip show registry`` and ``sip show peers`` must show for an enabled trunk."""
    provider = trunk.provider
    registration = None
    if trunk.registration:
        registration = ExpectedRegistration(
            user=trunk.registration.user,
            host=bracketed(provider.host),
            port=_register_line(trunk).effective_port,
            transport=provider.transport,
            domain=trunk.registration.domain and bracketed(trunk.registration.domain),
            contact=trunk.registration.contact,
            expiry=trunk.registration.expiry,
        )
    peers = [ExpectedPeer(name, host, provider.port) for name, host in _trusting(trunk)]
    peers.append(
        ExpectedPeer(_out(trunk.name), provider.host, provider.port, trusted=_trusts_provider(trunk))
    )
    return ExpectedTrunk(trunk.name, NAME, registration, tuple(peers))


def dial_string(name: str, number: str) -> str:
    """The argument of Dial() that calls *number*, maybe an expression, through the trunk of that name."""
    return f"SIP/{number}@{_out(name)}"


class _Section(NamedTuple):
    name: str
    comment: str
    entries: List[Tuple[str, str]]


def _each(trunks: Sequence[Trunk], sections: Callable[[Trunk], Iterator[_Section]]) -> Iterator[_Section]:
    for trunk in trunks:
        yield from sections(trunk)


def _out(name: str) -> str:
    return f"{name}-out"


def _trusting(trunk: Trunk) -> Iterator[Tuple[str, str]]:
    """The sections that let calls in, and the one host that each of them trusts."""
    for number, host in enumerate(trunk.inbound.trust, 1):
        yield f"{trunk.name}-in{number if number > 1 else ''}", host


def _trusts_provider(trunk: Trunk) -> bool:
    return fold(trunk.provider.host) in map(fold, trunk.inbound.trust)


def _inbound_sections(trunk: Trunk) -> Iterator[_Section]:
    for name, host in _trusting(trunk):
        entries = [*_beginning(trunk, host), *_common(trunk)]
        yield _Section(name, f"{trunk.description or trunk.name}: calls from {host}", entries)


def _outbound_sections(trunk: Trunk) -> Iterator[_Section]:
    provider, outbound = trunk.provider, trunk.outbound
    entries = _beginning(trunk, provider.host)
    if provider.outbound_proxy:
        prefix = "" if provider.transport == "udp" else f"{provider.transport}://"
        entries.append(("outboundproxy", prefix + provider.outbound_proxy))
    user, secret = trunk.credentials or (None, None)
    # Not "secret": that would have the provider's own calls challenged.
    identity = {
        "defaultuser": user,
        "remotesecret": secret,
        "fromuser": outbound.from_user or trunk.account,
        "fromdomain": outbound.from_domain,
    }
    entries += [(key, value) for key, value in identity.items() if value]
    if not _trusts_provider(trunk):
        entries += [("deny", network) for network in DENY_ALL]
    entries += _common(trunk)
    yield _Section(_out(trunk.name), f"{trunk.description or trunk.name}: calls to {provider.host}", entries)


def _beginning(trunk: Trunk, host: str) -> List[Tuple[str, str]]:
    provider = trunk.provider
    entries = [("type", "peer")]
    if trunk.description:
        entries.append(("description", trunk.description))
    entries.append(("host", bracketed(host)))
    if provider.port:
        entries.append(("port", str(provider.port)))
    if provider.transport != "udp":
        entries.append(("transport", provider.transport))
    return entries


def _common(trunk: Trunk) -> List[Tuple[str, str]]:
    media, nat = trunk.media, trunk.nat
    entries = [
        ("insecure", INSECURE),
        ("context", trunk.inbound.context),
        ("qualify", "yes" if nat.keepalive else "no"),
    ]
    if nat.keepalive:
        entries.append(("qualifyfreq", str(nat.keepalive)))
    entries += [
        ("nat", "force_rport,comedia" if nat.symmetric else "no"),
        ("directmedia", "yes" if media.direct else "no"),
        ("dtmfmode", DTMF_MODES[media.dtmf]),
        ("disallow", "all"),
        ("allow", ",".join(media.codecs)),
    ]
    for key, values in trunk.options.peer.items():
        entries += [(key, value) for value in ([values] if isinstance(values, str) else values)]
    return entries


def _register_line(trunk: Trunk) -> RegisterLine:
    registration, provider = trunk.registration, trunk.provider
    if registration is None:
        raise ValueError(f"the trunk {trunk.name} does not register")
    return RegisterLine(
        user=registration.user,
        host=bracketed(provider.host),
        # Only through a peer does the REGISTER, too, take the way over the proxy.
        peer=_out(trunk.name) if provider.outbound_proxy else None,
        transport=provider.transport,
        domain=registration.domain and bracketed(registration.domain),
        secret=registration.secret,
        auth_user=registration.auth_user,
        port=provider.port,
        extension=registration.contact,
        expiry=registration.expiry,
    )


def _check_options(trunk: Trunk) -> Iterator[Problem]:
    for key in trunk.options.peer:
        option = f"options.peer.{key}"
        if key in FIELD_OF:
            # Its value is not shown: it may be a secret.
            yield Problem(trunk.name, option, None, "is set by the trunk itself", f"use {FIELD_OF[key]}")
        elif key not in RAW:
            reason = "is no option of chan_sip's peers, and chan_sip would ignore it without a word"
            yield Problem(
                trunk.name, option, None, reason, closest(key, RAW) + "see sip.conf.sample of Asterisk 16"
            )


def _check_proxy(trunk: Trunk) -> Iterator[Problem]:
    # The register line names the peer then, and of a peer chan_sip also takes secret and domain.
    if not (trunk.registration and trunk.provider.outbound_proxy):
        return
    if trunk.outbound.auth == "own":
        reason = (
            "cannot differ from the registration's behind an outbound proxy: chan_sip would register with it"
        )
        yield Problem(
            trunk.name, "outbound.auth", "own", reason, "use auth: same or none, or no outbound proxy"
        )
    domain = trunk.outbound.from_domain
    if domain and fold(domain) != fold(trunk.provider.host):
        reason = "cannot differ from provider.host behind an outbound proxy: chan_sip would register at it"
        yield Problem(
            trunk.name, "outbound.from_domain", domain, reason, "remove it, or use no outbound proxy"
        )


def _check_from(trunk: Trunk) -> Iterator[Problem]:
    domain = trunk.outbound.from_domain
    if domain and ":" in domain:
        reason = "is cut at its first colon by chan_sip"
        yield Problem(
            trunk.name, "outbound.from_domain", domain, reason, "use a host name or an IPv4 address"
        )


def _check_spelling(trunk: Trunk) -> Iterator[Problem]:
    if trunk.registration:
        line = _register_line(trunk)
        try:
            register_line.render(line)
        except NotRepresentable as error:
            secret_is_to_blame = _can_be_written(replace(line, secret="x"))
            blame, value = ("registration.secret", MASK) if secret_is_to_blame else ("registration", None)
            yield Problem(trunk.name, blame, value, error.reason, error.alternatives)
    scratch = Document.new().add_section("scratch")
    written = dict.fromkeys(
        entry for section in _each([trunk], _outbound_sections) for entry in section.entries
    )
    for key, value in written:
        try:
            scratch.add(key, value)
        except NotRepresentable as error:
            secret = "outbound.secret" if trunk.outbound.auth == "own" else "registration.secret"
            option = secret if key == "remotesecret" else f"options.peer.{key}"
            yield Problem(
                trunk.name,
                option,
                shown(key, value),
                error.reason,
                error.alternatives or "write another value",
            )


def _can_be_written(line: RegisterLine) -> bool:
    try:
        register_line.render(line)
    except NotRepresentable:
        return False
    return True

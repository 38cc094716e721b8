# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in sip.conf: a register line, peers ``NAME-in`` that trust one address each, a peer ``NAME-out``.

Calls are matched to peers as check_peer_ok() in channels/chan_sip.c of Asterisk 16 does it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Set, Tuple, Union

from .. import register_line
from ..config.document import Document
from ..config.effective import Effective
from ..config.text import fold
from ..errors import NotRepresentable, Problem
from ..expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from ..fields import closest
from ..filenames import OF_TRUNKS
from ..register_line import RegisterLine
from ..secrets import MASK
from ..trunk import Trunk, inbound_name, outbound_name
from ..uris import DEFAULT_PORTS, bracketed
from .chan_sip_reader import concerns, read
from .shared import DENY_ALL, HEADER, YES, Leftover, Port, ReadBack, RenderedSection
from .sip_conf import (
    ALSO_AUTHORITIES,
    AUTHORITIES,
    CERTIFICATE,
    ENABLING,
    FIELD_OF,
    GENERAL,
    INSECURE,
    PEER_OPTION,
    PEER_OPTIONS,
    PRIVATE_KEY,
    QUALIFY_DEFAULT,
    RAW,
    RETRY_INTERVAL,
    SEVERAL,
    TRUNKNAME,
    UNWATCHED,
    VERIFYING,
    shown,
)
from .tls import UNSAID, Tls

__all__ = [
    "Leftover",
    "ReadBack",
    "calling",
    "check",
    "check_together",
    "concerns",
    "dial_string",
    "expectation",
    "read",
    "render",
]

NAME = "chan_sip"
MODULES = ("chan_sip",)
FILENAME, MAIN = OF_TRUNKS[NAME]
RELOAD = "sip reload"
# It can do neither.
UNREGISTER = None
REGISTER = None
SIMPLE_SECRET = "let the provider set a secret that a register line can carry"


def check(trunk: Trunk) -> List[Problem]:
    """What chan_sip cannot express, or would misread, of a trunk that is sound in itself."""
    checks = (_check_options, _check_secrets, _check_peer_way, _check_from, _check_spelling)
    return [problem for check_one in checks for problem in check_one(trunk)]


def check_together(trunks: Sequence[Trunk]) -> Iterator[Problem]:
    """What several trunks, each sound in itself, cannot have at once."""
    taken = {"general": ("", "general"), "authentication": ("", "authentication")}
    for trunk in trunks:
        for name in {section.name: None for section in sections([trunk])}:
            owner, written = taken.setdefault(fold(name), (trunk.name, name))
            if fold(owner) != fold(trunk.name):
                reason = f"is also a section of the trunk {owner}, and Asterisk would merge the two"
                yield Problem(trunk.name, "sections", name, reason, "name the sections differently")
            elif owner == trunk.name and name != written:
                reason = f"is {written} to Asterisk, which would merge the two"
                yield Problem(trunk.name, "sections", name, reason, "write it in the same way, or rename it")
    registering = [(trunk.name, trunk.registration) for trunk in trunks if trunk.registration]
    for name, registration in registering:
        first, other = registering[0]
        if registration.retry_interval != other.retry_interval:
            value = str(registration.retry_interval) if registration.retry_interval else None
            reason = f"differs from that of the trunk {first}, and chan_sip has one for all register lines"
            yield Problem(
                name, "registration.retry_interval", value, reason, "write the same in both, or in none"
            )


def render(trunks: Sequence[Trunk], tls: Tls = UNSAID) -> Document:
    """The whole of our file, for trunks that passed ``check``."""
    trunks = [trunk for trunk in trunks if trunk.enabled]
    document = Document.parse(HEADER)
    general = document.add_section("general", append=True)
    for key, value in {**GENERAL, **needed_in_general(trunks, tls)}.items():
        general.add(key, value)
    for trunk in trunks:
        if trunk.registration:
            general.add("register", register_value(trunk), operator="=>")
    for section in sections(trunks):
        written = document.add_section(section.name, comment=section.comment)
        for key, value in section.entries:
            written.add(key, value)
    return document


def needed_in_general(trunks: Sequence[Trunk], tls: Tls) -> Dict[str, str]:
    """The settings for all of chan_sip without which the trunks would not be what they say."""
    needed = {
        key: "yes"
        for transport, key in ENABLING.items()
        if any(trunk.provider.transport == transport for trunk in trunks)
    }
    if ENABLING["tls"] in needed:
        needed.update({**VERIFYING, **tls.named(AUTHORITIES, CERTIFICATE, PRIVATE_KEY)})
    for trunk in trunks:
        if trunk.registration and trunk.registration.retry_interval:
            needed[RETRY_INTERVAL] = str(trunk.registration.retry_interval)
    return needed


def register_value(trunk: Trunk) -> str:
    """What stands behind ``register =>`` for a trunk that registers."""
    return register_line.render(_register_line(trunk))


def sections(trunks: Sequence[Trunk]) -> Iterator[RenderedSection]:
    """The sections of all trunks in the order in which they must stand.

    A call is matched to the first peer of its address: one that lets nobody in stands behind all that do.
    """
    return _each(trunks, _inbound_sections, _outbound_sections)


def registers_anew(before: Optional[Trunk], after: Trunk) -> bool:
    """Whether a reload makes a trunk that registers do so again."""
    return True


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
    peers = [ExpectedPeer(name, host, provider.port) for name, host in trunk.trusting]
    if trunk.calling not in [peer.section for peer in peers]:
        peers.append(
            ExpectedPeer(trunk.calling, provider.host, provider.port, trusted=_trusts_provider(trunk))
        )
    return ExpectedTrunk(trunk.name, NAME, registration, tuple(peers))


def listening(effective: Effective) -> Set[Port]:
    """The ports that chan_sip has taken with this sip.conf (reload_config() in channels/chan_sip.c)."""
    general = effective.first("general")
    said = {fold(entry.key): entry.value for entry in general.entries} if general else {}

    def port(key: str, default: int) -> int:
        match = re.search(r"(?<=[\].0-9]):([0-9]{1,5})$|^:([0-9]{1,5})$", said.get(key, ""))
        return int(match[1] or match[2]) if match else default

    number = said.get("bindport", said.get("port", ""))
    udp = port("udpbindaddr", port("bindaddr", int(number) if number.isdigit() else DEFAULT_PORTS["udp"]))
    ports = {Port("udp", udp)}
    if fold(said.get("tcpenable", "no")) in YES:
        ports.add(Port("tcp", port("tcpbindaddr", udp)))
    if fold(said.get("tlsenable", "no")) in YES:
        ports.add(Port("tcp", port("tlsbindaddr", DEFAULT_PORTS["tls"])))
    return ports


def knows_authorities(effective: Effective) -> bool:
    """Whether a sip.conf says already whose signature counts."""
    general = effective.first("general")
    return any(fold(entry.key) in ALSO_AUTHORITIES for entry in (general.entries if general else ()))


def calling(trunk: Trunk) -> str:
    """The section that calls go out through."""
    return trunk.calling


def default_calling(name: str) -> str:
    """The same of a trunk of that name whose ``sections.outbound`` does not say."""
    return outbound_name(name)


def dial_string(section: str, number: str) -> str:
    """The argument of Dial() that calls *number*, maybe an expression, through a section."""
    return f"SIP/{number}@{section}"


def _each(
    trunks: Sequence[Trunk], *kinds: Callable[[Trunk], Iterator[RenderedSection]]
) -> Iterator[RenderedSection]:
    for kind in kinds:
        for trunk in trunks:
            yield from kind(trunk)


def _trusts_provider(trunk: Trunk) -> bool:
    return fold(trunk.provider.host) in map(fold, trunk.inbound.trust)


def _inbound_sections(trunk: Trunk) -> Iterator[RenderedSection]:
    about = trunk.description or trunk.name
    for index, (name, host) in enumerate(trunk.trusting):
        both = name == trunk.calling
        entries = _beginning(trunk, host, name, trunk.name if both else inbound_name(trunk.name, index))
        entries += [*(_identity(trunk) if both else ()), *_permitted(trunk), *_common(trunk)]
        yield RenderedSection(name, f"{about}: calls from {'and to ' if both else ''}{host}", entries)


def _outbound_sections(trunk: Trunk) -> Iterator[RenderedSection]:
    if trunk.calling in dict(trunk.trusting):
        return
    host = trunk.provider.host
    entries = [*_beginning(trunk, host, trunk.calling, outbound_name(trunk.name)), *_identity(trunk)]
    entries += _permitted(trunk) if _trusts_provider(trunk) else [("deny", network) for network in DENY_ALL]
    entries += _common(trunk)
    yield RenderedSection(trunk.calling, f"{trunk.description or trunk.name}: calls to {host}", entries)


def _beginning(trunk: Trunk, host: str, name: str, usual_name: str) -> List[Tuple[str, str]]:
    provider = trunk.provider
    entries = [("type", "peer")]
    if name != usual_name:
        entries.append((TRUNKNAME, usual_name))
    if trunk.description:
        entries.append(("description", trunk.description))
    entries.append(("host", bracketed(host)))
    if provider.port:
        entries.append(("port", str(provider.port)))
    if provider.transport != "udp":
        entries.append(("transport", provider.transport))
    return entries


def _identity(trunk: Trunk) -> List[Tuple[str, str]]:
    """Who calls, and by which way."""
    provider, outbound = trunk.provider, trunk.outbound
    proxy = provider.outbound_proxy
    if proxy and provider.transport != "udp":
        proxy = f"{provider.transport}://{proxy}"
    user, secret, secret_md5 = trunk.credentials or (None, None, None)
    options = {
        "outboundproxy": proxy,
        "defaultuser": user,
        # Not "secret": that would have the provider's own calls challenged.
        "remotesecret": secret,
        "md5secret": secret_md5,
        "fromuser": trunk.from_user,
        "fromdomain": outbound.from_domain,
    }
    return [(key, value) for key, value in options.items() if value]


def _permitted(trunk: Trunk) -> List[Tuple[str, str]]:
    if not trunk.inbound.permit:
        return []
    denied = [("deny", network) for network in DENY_ALL]
    return denied + [("permit", network) for network in trunk.inbound.permit]


def _common(trunk: Trunk) -> List[Tuple[str, str]]:
    raw, nat = trunk.options.peer, trunk.nat
    entries = [("insecure", INSECURE), ("context", trunk.inbound.context)]
    entries += [(key, value) for key, value in UNWATCHED.items() if key not in raw]
    if nat.keepalive:
        timeout = "yes" if nat.keepalive_timeout == QUALIFY_DEFAULT else str(nat.keepalive_timeout)
        entries += [("qualify", timeout), ("qualifyfreq", str(nat.keepalive))]
    else:
        entries.append(("qualify", "no"))
    # A raw option is there for a value that the field does not have.
    instead = {PEER_OPTION[key].key for key in raw if key in PEER_OPTION}
    for option in PEER_OPTIONS:
        if option.key not in instead:
            group, _dot, field = option.field.partition(".")
            entries.append((option.key, option.spell(getattr(getattr(trunk, group), field))))
    entries += [("disallow", "all"), ("allow", ",".join(trunk.media.codecs))]
    for key, values in raw.items():
        entries += [(key, value) for value in ([values] if isinstance(values, str) else values)]
    return entries


def _register_line(trunk: Trunk) -> RegisterLine:
    """The line with its secret; or through the peer, of which chan_sip takes secret and way."""
    registration, provider = trunk.registration, trunk.provider
    if registration is None:
        raise ValueError(f"the trunk {trunk.name} does not register")
    plain = RegisterLine(
        user=registration.user,
        host=bracketed(provider.host),
        transport=provider.transport,
        domain=registration.domain and bracketed(registration.domain),
        secret=registration.secret,
        auth_user=registration.auth_user,
        port=provider.port,
        extension=registration.contact,
        expiry=registration.expiry,
    )
    through_peer = replace(plain, peer=trunk.calling)
    if registration.secret_md5:
        return through_peer
    line = through_peer if provider.outbound_proxy else plain
    return line if _can_be_written(line) else replace(through_peer, secret=None)


def _check_options(trunk: Trunk) -> Iterator[Problem]:
    for key, values in trunk.options.peer.items():
        option = f"options.peer.{key}"
        meant = _meant(key, values) if key in PEER_OPTION else None
        if key in FIELD_OF and (meant is None or meant in PEER_OPTION[key].spellings):
            # Its value is not shown: it may be a secret.
            yield Problem(trunk.name, option, None, "is set by the trunk itself", f"use {FIELD_OF[key]}")
        elif meant is not None and meant.split(SEVERAL) != (
            [values] if isinstance(values, str) else [*values]
        ):
            said = " and ".join(meant.split(SEVERAL))
            yield Problem(trunk.name, option, str(values), f"means {said} to chan_sip", f"write {said}")
        elif key not in RAW:
            reason = "is no option of chan_sip's peers, and chan_sip would ignore it without a word"
            yield Problem(
                trunk.name, option, None, reason, closest(key, RAW) + "see sip.conf.sample of Asterisk 16"
            )


def _meant(key: str, values: Union[str, Tuple[str, ...]]) -> str:
    return PEER_OPTION[key].add_up(
        [fold(value) for value in ([values] if isinstance(values, str) else values)], ()
    )


def _check_secrets(trunk: Trunk) -> Iterator[Problem]:
    account, own = trunk.registration, trunk.outbound
    host = (account and account.domain) or trunk.provider.host
    digests = {
        "registration.secret": account
        and account.secret
        and (account.auth_user or account.user, account.secret),
        "outbound.secret": own.user and own.secret and (own.user, own.secret),
    }
    for option, digest in digests.items():
        if digest and not register_line.fits_digest(*digest, host):
            limit, realm = register_line.DIGEST_LIMIT, register_line.REALM_LENGTH
            reason = (
                f"is too long: chan_sip would cut user:realm:secret after {limit} bytes, of which the provider's realm "
                f"may take {realm}, and authenticate with the rest"
            )
            fix = "take a shorter one; or write secret_md5, which has no limit; or use chan_pjsip"
            yield Problem(trunk.name, option, MASK, reason, fix)


def _check_peer_way(trunk: Trunk) -> Iterator[Problem]:
    # When the register line names the peer, chan_sip takes of it secret and domain, too.
    if not trunk.registration or not _register_line(trunk).peer:
        return
    way = "behind an outbound proxy" if trunk.provider.outbound_proxy else "with this secret"
    only_there = _register_line(trunk).secret is None
    if trunk.outbound.auth == "own" or (only_there and trunk.outbound.auth == "none"):
        reason = f"is not possible {way}: chan_sip registers through the peer that calls go out through"
        fix = "use auth: same" if only_there else "use auth: same or none, or no outbound proxy"
        if not trunk.provider.outbound_proxy and not trunk.registration.secret_md5:
            fix += f"; or {SIMPLE_SECRET}"
        yield Problem(trunk.name, "outbound.auth", trunk.outbound.auth, reason, fix)
    domain = trunk.outbound.from_domain
    if domain and fold(domain) != fold(trunk.provider.host):
        reason = f"cannot differ from provider.host {way}: chan_sip would register at it"
        fix = "remove it, or use no outbound proxy"
        if not trunk.provider.outbound_proxy:
            fix = f"remove it, or {SIMPLE_SECRET}"
        yield Problem(trunk.name, "outbound.from_domain", domain, reason, fix)


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
            yield Problem(trunk.name, "registration", None, error.reason, error.alternatives)
    scratch = Document.new().add_section("scratch")
    written = dict.fromkeys(entry for section in sections([trunk]) for entry in section.entries)
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

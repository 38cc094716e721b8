# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of other objects in pjsip.conf: they load, whether the others are there or not."""

from __future__ import annotations

from typing import Iterator

from ..config.effective import EffectiveEntry, EffectiveSection
from .pjsip_vocabulary import AOR, ENDPOINT, IDENTIFY, near
from .rule import ERROR, Edit, Rulebook, Spot, Spots
from .views import PjsipConf, words

book = Rulebook("pjsip.conf")

_AUTH = "[provider]\ntype=auth\nauth_type=userpass\nusername=43212345\npassword=gRe3n-h0use\n"
_REGISTRATION = (
    "[provider]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:43212345@192.0.2.1\n"
    "outbound_auth=provider\ncontact_user=1234\nmax_random_initial_delay=0\nretry_interval=30\nmax_retries=4294967295\n"
    "forbidden_retry_interval=300\nfatal_retry_interval=300\nauth_rejection_permanent=no\n"
)
_PHONE = (
    "[phone]\ntype=endpoint\naors=phone\nauth=phone\ncontext=from-provider\ndisallow=all\nallow=alaw\n"
    "[phone]\ntype=aor\nmax_contacts=1\n"
)
_PHONES_AUTH = "[phone]\ntype=auth\nauth_type=userpass\nusername=phone\npassword=gRe3n-h0use\n"


def _missing(entry: EffectiveEntry, pjsip: PjsipConf, kind: str) -> Iterator[Spot]:
    """The names in a list that no object has; a part of a file may not have them all."""
    there = pjsip.of_kind(kind)
    for name in () if pjsip.is_part and not there else words(entry.value):
        if name not in there:
            known = near(name, there)
            single = known and entry.value == name
            fix = f"did you mean {known}?" if known else ""
            yield Spot(entry, name, fix=fix, edit=Edit(value=known, safe=False) if single else None)


@book.option(
    "endpoint",
    "aors",
    id="PJ016",
    severity=ERROR,
    title="an aor that is not there",
    why="the endpoint has no address: nobody can be called",
    fix="correct the name, or write the section with type=aor",
    bad=ENDPOINT.replace("aors=provider", "aors=provder") + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the endpoint has no contact",
)
def missing_aor(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    yield from _missing(entry, pjsip, "aor")


@book.option(
    "endpoint",
    "auth",
    id="PJ014",
    severity=ERROR,
    title="an account for callers that is not there",
    why="callers are asked for a password that nobody can have, or get an error",
    fix="correct the name, or write the section with type=auth",
    bad=_PHONE.replace("auth=phone", "auth=fone") + _PHONES_AUTH,
    good=_PHONE + _PHONES_AUTH,
    effect="a call in the name of the endpoint is answered by 500",
)
def missing_auth(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    yield from _missing(entry, pjsip, "auth")


@book.option(
    ("endpoint", "registration"),
    "outbound_auth",
    id="PJ053",
    severity=ERROR,
    title="our account is not there",
    why="there is nothing to answer the provider's challenge with",
    fix="correct the name, or write the section with type=auth",
    bad=_REGISTRATION.replace("auth=provider", "auth=provder") + _AUTH + ENDPOINT + AOR + IDENTIFY,
    good=_REGISTRATION + _AUTH + ENDPOINT + AOR + IDENTIFY,
    effect="the challenge of a REGISTER is not answered",
)
def missing_account(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    yield from _missing(entry, pjsip, "auth")


@book.option(
    ("endpoint", "registration"),
    "transport",
    id="PJ054",
    severity=ERROR,
    title="a transport that is not there",
    why="nothing is sent through it, but through any that fits",
    fix="correct the name, or write the section with type=transport",
    bad={
        "pjsip.conf": _REGISTRATION.replace("contact_user", "transport=upd\ncontact_user")
        + _AUTH
        + ENDPOINT
        + AOR
        + IDENTIFY
        + "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5099\n"
    },
    good={
        "pjsip.conf": _REGISTRATION
        + _AUTH
        + ENDPOINT
        + AOR
        + IDENTIFY
        + "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5099\n"
    },
    effect="the log complains of the transport",
)
def missing_transport(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    yield from _missing(entry, pjsip, "transport")


@book.option(
    "identify",
    "endpoint",
    id="PJ055",
    severity=ERROR,
    title="an address that stands for nobody",
    why="calls from the address belong to no endpoint, and are refused",
    fix="correct the name of the endpoint",
    bad=ENDPOINT + AOR + IDENTIFY.replace("endpoint=provider", "endpoint=provder"),
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the provider's call is refused",
)
def missing_endpoint(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    yield from _missing(entry, pjsip, "endpoint")

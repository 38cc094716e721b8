# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects of pjsip.conf name each other by: Asterisk loads one that names nothing, and fails when it is used."""

from __future__ import annotations

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from .ends import host_of
from .pjsip_values import ACCOUNT, REGISTRATION
from .pjsip_vocabulary import AOR, ENDPOINT, IDENTIFY, TRUNK
from .rule import ERROR, HINT, WARNING, Edit, Rulebook, Spot, Spots
from .views import PjsipConf, said, words

book = Rulebook("pjsip.conf")

_TRUNK = TRUNK + "outbound_auth=provider\n"
_SECOND = "[provider-2]\ntype=identify\nendpoint={}\nmatch=192.0.2.2\n"
TCP = "[tcp]\ntype=transport\nprotocol=tcp\nbind=127.0.0.1:5090\n"


def missing(entry: EffectiveEntry, section: EffectiveSection, kind: str, pjsip: PjsipConf) -> Spots:
    """The names that no object of that kind has. Of several lines the last counts."""
    if entry is section.last(entry.key) and pjsip.is_complete:
        names = pjsip.names.get(kind, ())
        for name in words(entry.value):
            if name not in names:
                near = pjsip.near(kind, name)
                others = [other for other, known in pjsip.names.items() if other != kind and name in known]
                if others:
                    fix = f"that name is {', '.join(sorted(others))}: name {'an' if kind[0] in 'ae' else 'a'} {kind}"
                else:
                    fix = f"did you mean {near}?" if near else ""
                edit = Edit(value=near, safe=False) if near and name == entry.value else None
                yield Spot(entry, part=name, fix=fix, edit=edit)


@book.option(
    "endpoint",
    "auth",
    id="PJ014",
    severity=ERROR,
    title="an endpoint whose auth does not exist",
    why="Asterisk answers every call of the endpoint with 500",
    fix="define the auth, or correct its name; for a provider, outbound_auth is meant",
    bad=TRUNK + "auth=provider\n",
    good=TRUNK,
    effect="the provider's call is answered with 500",
    whole=True,
)
def no_auth(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    return missing(entry, section, "auth", pjsip)


@book.option(
    "endpoint",
    "outbound_auth",
    id="PJ059",
    severity=ERROR,
    title="an endpoint whose outbound_auth does not exist",
    why="Asterisk has no answer when the provider asks for a password: calls out fail",
    fix="define the auth, or correct its name",
    bad=_TRUNK,
    good=ACCOUNT + _TRUNK,
    effect="a call out that is challenged is not sent again with credentials",
    whole=True,
)
def no_outbound_auth(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    return missing(entry, section, "auth", pjsip)


@book.whole(
    id="PJ088",
    severity=HINT,
    title="an account whose password calls do not have",
    why="we register there with a password, but have no answer when a call is asked for it: calls out fail",
    fix="name the auth of the registration in outbound_auth of the endpoint, too",
    bad=ACCOUNT + REGISTRATION + TRUNK,
    good=ACCOUNT + REGISTRATION + _TRUNK,
    effect="a call out that is challenged is not sent again with credentials",
)
def without_outbound_auth(pjsip: PjsipConf) -> Spots:
    auths = pjsip.names.get("auth", frozenset())
    registrars = {
        fold(host_of(said(one, "server_uri")))
        for one in pjsip.of_kind("registration").values()
        if auths & set(words(said(one, "outbound_auth")))
    }
    aors = pjsip.of_kind("aor")
    for endpoint in pjsip.of_kind("endpoint").values():
        named = [aors[name] for name in words(said(endpoint, "aors")) if name in aors]
        hosts = {fold(host_of(contact.value)) for aor in named for contact in aor.values("contact")}
        if hosts & registrars - {""} and not said(endpoint, "outbound_auth"):
            yield Spot(endpoint)


@book.option(
    "registration",
    "outbound_auth",
    id="PJ060",
    severity=ERROR,
    title="a registration whose outbound_auth does not exist",
    why="Asterisk has no answer when the provider asks for a password: it never registers",
    fix="define the auth, or correct its name",
    bad=REGISTRATION + TRUNK,
    good=ACCOUNT + REGISTRATION + _TRUNK,
    effect="a REGISTER that is challenged is not sent again with credentials",
    whole=True,
)
def no_registration_auth(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    return missing(entry, section, "auth", pjsip)


@book.section(
    "registration",
    id="PJ064",
    severity=WARNING,
    title="a registration without outbound_auth",
    why="Asterisk has no answer when the provider asks for a password: it never registers",
    fix="define an auth and name it in outbound_auth",
    bad=REGISTRATION.replace("outbound_auth=provider\n", ""),
    good=ACCOUNT + REGISTRATION,
    effect="a REGISTER that is challenged is not sent again with credentials",
)
def registration_without_auth(registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if not said(registration, "outbound_auth"):
        yield Spot(registration)


@book.option(
    "endpoint",
    "aors",
    id="PJ016",
    severity=ERROR,
    title="an endpoint whose aor does not exist",
    why="the endpoint has no contact: calls out through it fail",
    fix="define the aor, or correct its name",
    bad=IDENTIFY + ENDPOINT,
    good=TRUNK,
    effect="no call goes out",
    whole=True,
)
def no_aor(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    return missing(entry, section, "aor", pjsip)


@book.section(
    "endpoint",
    id="PJ067",
    severity=WARNING,
    title="an endpoint without an aor",
    why="the endpoint has no contact: calls out through it fail",
    fix="write aors, and the aor that it names",
    bad=AOR + IDENTIFY + ENDPOINT.replace("aors=provider\n", ""),
    good=TRUNK,
    effect="no call goes out",
)
def no_aors(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    # One that is nobody's is a template, or takes guests.
    used = endpoint.name in pjsip.trusted or said(endpoint, "auth") or said(endpoint, "outbound_auth")
    if used and endpoint.line is not None and not said(endpoint, "aors"):
        yield Spot(endpoint)


@book.section(
    "aor",
    id="PJ089",
    severity=WARNING,
    title="an aor that leads nowhere",
    why="it has no contact, and without max_contacts nobody may register one: calls to its endpoint fail",
    fix="write the provider's contact; for a telephone, max_contacts",
    bad=TRUNK.replace("contact=sip:192.0.2.1\n", ""),
    good=TRUNK,
    effect="no call goes out",
)
def nowhere(aor: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if aor.line is not None and not said(aor, "contact") and not said(aor, "max_contacts").strip("0"):
        yield Spot(aor)


@book.option(
    ("endpoint", "registration"),
    "transport",
    id="PJ061",
    severity=ERROR,
    title="a transport that does not exist",
    why="Asterisk takes another transport, as the URI says, mostly UDP: in the clear where TLS was meant",
    fix="define the transport, or correct its name",
    bad=_TRUNK + ACCOUNT + REGISTRATION + "transport=tcp\n",
    good=_TRUNK + TCP + ACCOUNT + REGISTRATION + "transport=tcp\n",
    effect="the REGISTER comes by UDP",
    whole=True,
)
def no_transport(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    return missing(entry, section, "transport", pjsip)


@book.option(
    ("identify", "registration"),
    "endpoint",
    id="PJ062",
    severity=ERROR,
    title="calls for an endpoint that does not exist",
    why="the calls that it is for are refused, as those of strangers are",
    fix="define the endpoint, or correct its name",
    bad=TRUNK + _SECOND.format("provider-2"),
    good=TRUNK + _SECOND.format("provider"),
    effect="the provider's call is answered with 401",
    whole=True,
)
def no_endpoint(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    return missing(entry, section, "endpoint", pjsip)

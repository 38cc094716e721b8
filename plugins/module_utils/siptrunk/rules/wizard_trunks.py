# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks and telephones of pjsip_wizard.conf: what comes of their options together."""

from __future__ import annotations

from typing import Dict

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.options import WIZARD
from ..drivers.shared import YES
from .pjsip_references import TCP
from .rule import ERROR, SECURITY, WARNING, Rulebook, Spot, Spots
from .views import Wizard, said, words
from .vocabulary import wrong_auth
from .wizard import TRUNK

book = Rulebook("pjsip_wizard.conf")


def _is(wizard: EffectiveSection, key: str) -> bool:
    return fold(said(wizard, key)) in YES


@book.section(
    WIZARD,
    id="WIZ004",
    severity=ERROR,
    title="a trunk without remote_hosts",
    why="Asterisk makes neither registration nor identify: calls in are refused",
    fix="write the provider's addresses into remote_hosts",
    bad=TRUNK.replace("remote_hosts=192.0.2.1\n", ""),
    good=TRUNK,
    effect="there is no registration",
)
def no_hosts(section: EffectiveSection, wizard: Wizard) -> Spots:
    sends = _is(section, "sends_registrations")
    if not words(said(section, "remote_hosts")) and (sends or not _is(section, "accepts_registrations")):
        yield Spot(section)


@book.section(
    WIZARD,
    id="WIZ005",
    severity=WARNING,
    title="a registration without a password",
    why="without sends_auth, Asterisk has no answer when the provider asks for a password: it never registers",
    fix="set sends_auth=yes, outbound_auth/username and outbound_auth/password",
    bad=TRUNK.replace("sends_auth=yes\n", ""),
    good=TRUNK,
    effect="the registration has no account",
)
def no_account(section: EffectiveSection, wizard: Wizard) -> Spots:
    has_account = _is(section, "sends_auth") or said(section, "registration/outbound_auth")
    if _is(section, "sends_registrations") and not has_account:
        yield Spot(section.last("sends_registrations") or section)


@book.option(
    WIZARD,
    "accepts_auth",
    id="WIZ006",
    severity=ERROR,
    title="a provider that is asked for a password",
    why="a provider does not authenticate: its calls are answered with 401 and fail",
    fix="remove accepts_auth; sends_auth is for what you are asked for",
    bad=TRUNK + "accepts_auth=yes\ninbound_auth/username=alice\ninbound_auth/password=secret\n",
    good=TRUNK,
    effect="the provider's call is answered with 401",
)
def challenges(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    is_trunk = _is(section, "sends_registrations") and not _is(section, "accepts_registrations")
    if is_trunk and entry is section.last("accepts_auth") and fold(entry.value) in YES:
        yield Spot(entry)


@book.section(
    WIZARD,
    id="WIZ007",
    severity=SECURITY,
    title="a trunk that is recognised by its name, too",
    why="a caller who writes the wizard's name into From is taken for the provider, whatever his address",
    fix="set endpoint/identify_by=ip",
    bad=TRUNK.replace("endpoint/identify_by=ip\n", ""),
    good=TRUNK,
    effect="a stranger's call that has the wizard's name in From is answered",
)
def matched_by_name(section: EffectiveSection, wizard: Wizard) -> Spots:
    if any(_is(section, key) for key in ("accepts_auth", "accepts_registrations")):
        return
    ways = [fold(way) for way in words(said(section, "endpoint/identify_by"))] or ["username"]
    if "username" in ways and not said(section, "endpoint/auth"):
        yield Spot(section.last("endpoint/identify_by") or section)


@book.section(
    WIZARD,
    id="WIZ008",
    severity=ERROR,
    title="a wizard without a codec",
    why="an endpoint has no codec unless endpoint/allow says so: every call is refused with 488",
    fix="name the codecs, such as endpoint/allow=alaw,ulaw",
    bad=TRUNK.replace("endpoint/allow=alaw\n", ""),
    good=TRUNK,
    effect="the provider's call is refused with 488",
)
def no_codec(section: EffectiveSection, wizard: Wizard) -> Spots:
    if not said(section, "endpoint/allow"):
        yield Spot(section)


@book.option(
    WIZARD,
    "accepts_registrations",
    id="WIZ009",
    severity=SECURITY,
    title="registrations are accepted from anybody",
    why="without accepts_auth, whoever knows the name registers with it, and gets its calls",
    fix="set accepts_auth=yes, inbound_auth/username and inbound_auth/password",
    bad="[phone]\ntype=wizard\naccepts_registrations=yes\naor/max_contacts=1\nendpoint/allow=alaw\n",
    good="[phone]\ntype=wizard\naccepts_registrations=yes\naor/max_contacts=1\nendpoint/allow=alaw\n"
    "accepts_auth=yes\ninbound_auth/username=phone\ninbound_auth/password=secret\n",
    effect="a stranger's REGISTER is answered with 200",
)
def open_registrar(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    has_auth = _is(section, "accepts_auth") or said(section, "endpoint/auth")
    if not has_auth and entry is section.last("accepts_registrations") and fold(entry.value) in YES:
        yield Spot(entry)


@book.section(
    WIZARD,
    id="WIZ011",
    severity=ERROR,
    title="an endpoint or aor that pjsip.conf has, too",
    why="the one of pjsip.conf counts, and the wizard's does nothing",
    fix="give the wizard another name, or remove the other one",
    bad={
        "pjsip_wizard.conf": TRUNK,
        "pjsip.conf": "[provider]\ntype=aor\ncontact=sip:192.0.2.2\nqualify_frequency=30\n",
    },
    good={
        "pjsip_wizard.conf": TRUNK,
        "pjsip.conf": "[other]\ntype=aor\ncontact=sip:192.0.2.2\nqualify_frequency=30\n",
    },
    effect="the aor has the contact of pjsip.conf",
)
def there_already(section: EffectiveSection, wizard: Wizard) -> Spots:
    pjsip = wizard.pbx.pjsip
    if pjsip and any(section.name in pjsip.of_kind(kind) for kind in ("endpoint", "aor")):
        yield Spot(section)


@book.section(
    WIZARD,
    id="WIZ014",
    severity=ERROR,
    title="a password that is not there",
    why="Asterisk makes no auth, and nobody can authenticate",
    fix="write username and password of the account",
    bad=TRUNK.replace("outbound_auth/username=alice\n", ""),
    good=TRUNK,
    effect="there is no auth",
)
def no_credentials(section: EffectiveSection, wizard: Wizard) -> Spots:
    for truth, kind in (("sends_auth", "outbound_auth"), ("accepts_auth", "inbound_auth")):
        if _is(section, truth):
            given: Dict[str, str] = {}
            for entry in section.entries:
                made, slash, name = entry.key.partition("/")
                if slash and made == kind:
                    given[fold(name)] = entry.value
            place = section.last(truth) or section
            if not given.get("username"):
                yield Spot(
                    place,
                    why=f"without {kind}/username, Asterisk makes no auth",
                    fix=f"write {kind}/username",
                )
            else:
                why = wrong_auth(given, wizard.vocabulary.knows("auth", "password_digest"))
                if why:
                    yield Spot(place, why=f"{why}: nobody can authenticate", fix=f"write {kind}/password")


@book.option(
    WIZARD,
    "transport",
    id="WIZ016",
    severity=ERROR,
    title="a wizard whose transport does not exist",
    why="Asterisk takes another transport, as the URI says, mostly UDP: in the clear where TLS was meant",
    fix="define the transport in pjsip.conf, or correct its name",
    bad={
        "pjsip_wizard.conf": TRUNK + "transport=tcp\n",
        "pjsip.conf": "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5090\n",
    },
    good={"pjsip_wizard.conf": TRUNK + "transport=tcp\n", "pjsip.conf": TCP},
    effect="the REGISTER comes by UDP",
    whole=True,
)
def no_transport(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    pjsip = wizard.pbx.pjsip
    counts = bool(entry.value) and entry is section.last("transport")
    if counts and pjsip and pjsip.is_complete and entry.value not in pjsip.of_kind("transport"):
        yield Spot(entry, part=entry.value)

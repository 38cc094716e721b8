# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registrations of pjsip.conf, and the way to the provider (res/res_pjsip_outbound_registration.c)."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Optional

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import YES
from ..uris import unbracketed
from .ends import host_of
from .pjsip_vocabulary import AOR, ENDPOINT, IDENTIFY
from .rule import ERROR, HINT, WARNING, Rulebook, Spot, Spots
from .views import PjsipConf, said

book = Rulebook("pjsip.conf")

_PATIENT = (
    "retry_interval=30\nmax_retries=4294967295\nforbidden_retry_interval=300\nfatal_retry_interval=300\n"
    "auth_rejection_permanent=no\n"
)
_AUTH = "[provider]\ntype=auth\nauth_type=userpass\nusername=43212345\npassword=gRe3n-h0use\n"
_REGISTRATION = (
    "[provider]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:43212345@192.0.2.1\n"
    "contact_user=1234\noutbound_auth=provider\nmax_random_initial_delay=0\n"
)
_REST = _AUTH + ENDPOINT + "outbound_auth=provider\n" + AOR + IDENTIFY
_GOOD = _REGISTRATION + _PATIENT + _REST
_QUICK = _GOOD.replace("_interval=300", "_interval=5")
# With a try each minute, a week.
_FEW = 10_000


@book.section(
    "registration",
    id="PJ022",
    severity=WARNING,
    title="a registration that gives up",
    why="after some failures, or one 403 or 404, it is never tried again, until somebody reloads",
    fix="set max_retries=4294967295, fatal_retry_interval=300 and auth_rejection_permanent=no",
    bad=_QUICK.replace("forbidden_retry_interval=5\nfatal_retry_interval=5\n", ""),
    good=_QUICK,
    effect="after a 403 there is no other REGISTER",
)
def gives_up(registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    last = registration.last
    if registration.line is None:
        return
    permanent = last("auth_rejection_permanent")
    if permanent is None or fold(permanent.value) in YES:
        yield Spot(permanent or registration)
        return
    # It counts for a 403 without forbidden_retry_interval, too.
    wait = last("fatal_retry_interval")
    if wait is None or not wait.value.strip("0"):
        yield Spot(wait or registration)
        return
    tries = last("max_retries")
    if tries is None or (_number(tries.value) or 0) < _FEW:
        yield Spot(tries or registration)


@book.option(
    "registration",
    *("retry_interval", "forbidden_retry_interval", "fatal_retry_interval"),
    id="PJ082",
    severity=WARNING,
    title="a registration that hammers",
    why="providers take tries every few seconds for an attack, and lock the account or the address",
    fix="wait for 30 s or more",
    bad=_GOOD.replace("retry_interval=30\n", "retry_interval=2\n"),
    good=_GOOD,
)
def hammers(entry: EffectiveEntry, registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    # 0 means never, which is another rule's.
    if 0 < (_number(entry.value) or 0) < _OFTEN:
        yield Spot(entry, entry.value)


@book.option(
    "registration",
    "expiration",
    id="PJ086",
    severity=WARNING,
    title="a registration every few seconds",
    why="providers take such a short expiry for an attack, or grant another one",
    fix="write at least 60 s, better 1800: keep-alive is the task of qualify_frequency",
    bad=_GOOD.replace("contact_user", "expiration=20\ncontact_user"),
    good=_GOOD.replace("contact_user", "expiration=1800\ncontact_user"),
)
def short(entry: EffectiveEntry, registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if 0 < (_number(entry.value) or 0) < 60:
        yield Spot(entry, entry.value)


@book.section(
    "registration",
    id="PJ087",
    severity=HINT,
    title="a registration without a number",
    why="the provider is told to call s, which many refuse, and which tells no trunk from another",
    fix="write the number in contact_user",
    bad=_GOOD.replace("contact_user=1234\n", ""),
    good=_GOOD,
    effect="the Contact in the REGISTER is for s",
)
def no_number(registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if registration.line is not None and not said(registration, "contact_user"):
        yield Spot(registration)


@book.section(
    "registration",
    id="PJ023",
    severity=ERROR,
    title="line without endpoint, or endpoint without line",
    why="of a registration with one of the two chan_pjsip makes nothing at all",
    fix="write both, or neither",
    bad=_GOOD.replace("contact_user", "endpoint=provider\ncontact_user"),
    good=_GOOD,
    effect="there is no registration",
)
def half_a_line(registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    line, endpoint = registration.last("line"), registration.last("endpoint")
    on = bool(line and fold(line.value) in YES)
    named = bool(endpoint and endpoint.value)
    if on != named:
        yield Spot((line if on else endpoint) or registration)


@book.option(
    "registration",
    "server_uri",
    id="PJ083",
    severity=WARNING,
    title="a registration without trust for its calls",
    why="no identify has the host of this registration, so the provider's calls come from a stranger and are refused",
    fix="add its address to the match of the endpoint's identify",
    bad=_GOOD.replace("server_uri=sip:192.0.2.1", "server_uri=sip:192.0.2.9"),
    good=_GOOD,
    whole=True,
    effect="a call from where it registers is refused",
)
def deaf(entry: EffectiveEntry, registration: EffectiveSection, pjsip: PjsipConf) -> Spots:
    ways = (said(registration, "outbound_proxy"), said(registration, "line"), said(registration, "endpoint"))
    if pjsip.is_part or any(ways) or entry is not registration.last("server_uri"):
        return
    host = fold(unbracketed(host_of(entry.value)))
    # A name may stand for an address, and the other way round.
    known = [word for word in pjsip.endpoints_by_match if _is_address(word) == _is_address(host)]
    if (
        host
        and len(known) == len(pjsip.endpoints_by_match)
        and not any(_covers(word, host) for word in known)
    ):
        yield Spot(entry, host if host in entry.value else "")


@book.option(
    ("registration", "endpoint", "aor"),
    "outbound_proxy",
    id="PJ036",
    severity=WARNING,
    title="a proxy that is taken for the provider",
    why="without ;lr the Request-URI becomes the proxy's, and the provider's is a mere route",
    fix="write \\;lr behind it",
    bad=_GOOD.replace(
        "server_uri=sip:192.0.2.1", "server_uri=sip:198.51.100.9\noutbound_proxy=sip:192.0.2.1"
    ),
    good=_GOOD.replace(
        "server_uri=sip:192.0.2.1", "server_uri=sip:198.51.100.9\noutbound_proxy=sip:192.0.2.1\\;lr"
    ),
    effect="the Request-URI of the REGISTER is the proxy",
)
def strict_route(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if entry.value and not re.search(r";lr\b", entry.value, re.IGNORECASE):
        yield Spot(entry)


@book.section(
    "aor",
    id="PJ039",
    severity=HINT,
    title="a trunk without keep-alive",
    why="a router forgets the way back in when nothing is sent for a while, and nobody notices a dead provider",
    fix="set qualify_frequency=30",
    bad=ENDPOINT + AOR.replace("qualify_frequency=30\n", "") + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
)
def no_keepalive(aor: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if aor.line is not None and said(aor, "contact") and not said(aor, "qualify_frequency"):
        yield Spot(aor)


# Seconds.
_OFTEN = 5


def _number(text: str) -> Optional[int]:
    return int(text) if re.fullmatch("[0-9]{1,12}", text) else None


def _is_address(text: str) -> bool:
    return ":" in text or bool(re.fullmatch(r"[0-9./]+", text))


def _covers(match: str, host: str) -> bool:
    if fold(match) == host:
        return True
    try:
        return ip_address(host) in ip_network(match, strict=False)
    except ValueError:
        return False

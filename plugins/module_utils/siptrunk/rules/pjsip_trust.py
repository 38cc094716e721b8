# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by pjsip.conf, as res_pjsip of Asterisk 16 and 22 reads it."""

from __future__ import annotations

from ipaddress import ip_network

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from .pjsip_vocabulary import AOR, ENDPOINT, IDENTIFY
from .rule import ERROR, SECURITY, WARNING, Rulebook, Spot, Spots
from .sip_trust import WELL_KNOWN
from .views import PjsipConf, said, words

book = Rulebook("pjsip.conf")

_PHONE = (
    "[phone]\ntype=endpoint\naors=phone\ncontext=from-provider\ndisallow=all\nallow=alaw\n{}"
    "[phone]\ntype=aor\nmax_contacts=1\n"
)
_AUTH = "[phone]\ntype=auth\nauth_type=userpass\nusername=phone\npassword=gRe3n-h0use\n"
_OTHER = (ENDPOINT.replace("from-provider", "default") + AOR + IDENTIFY).replace("provider", "a")
# Networks of so many addresses are nobody's alone: more than the largest that providers write.
_WIDE = {4: 8, 6: 16}


@book.section(
    "endpoint",
    id="PJ004",
    severity=SECURITY,
    title="a trunk that is recognised by its name, too",
    why="a caller who writes the endpoint's name into From is taken for it, whatever his address",
    fix="set identify_by=ip",
    bad=ENDPOINT.replace("identify_by=ip\n", "") + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="a stranger's call that has the endpoint's name in From is answered",
)
def matched_by_name(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    ways = {fold(way) for way in words(said(endpoint, "identify_by", "username,ip"))}
    # A telephone has an auth; without one, the name alone opens the door.
    if (
        "username" in ways
        and not said(endpoint, "auth")
        and endpoint.line is not None
        and _is_trunk(endpoint, pjsip)
    ):
        yield Spot(endpoint)


@book.section(
    "endpoint",
    id="PJ012",
    severity=SECURITY,
    title="anybody may register",
    why="an aor takes registrations, and the endpoint has no password: anyone may register, and gets its calls",
    fix="give the endpoint an auth",
    bad=_PHONE.format("identify_by=ip\n").replace("identify_by=ip\n", "identify_by=username\n"),
    good=_PHONE.format("auth=phone\n") + _AUTH,
    effect="a REGISTER without a password is accepted",
)
def open_registration(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if said(endpoint, "auth") or endpoint.name == "anonymous":
        return
    aors = pjsip.of_kind("aor")
    open_to_all = "username" in {fold(way) for way in words(said(endpoint, "identify_by", "username,ip"))}
    for name in words(said(endpoint, "aors")):
        if open_to_all and name in aors and said(aors[name], "max_contacts", "0").strip("0"):
            yield Spot(endpoint)


@book.section(
    "endpoint",
    id="PJ013",
    severity=SECURITY,
    title="guests are let in",
    why="an endpoint named anonymous takes the calls of all strangers",
    fix="remove it",
    bad=ENDPOINT
    + AOR
    + IDENTIFY
    + "[anonymous]\ntype=endpoint\ncontext=from-provider\ndisallow=all\nallow=alaw\n",
    good=ENDPOINT + AOR + IDENTIFY,
    effect="a stranger's call is answered",
)
def guests(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if endpoint.name == "anonymous" or endpoint.name.startswith("anonymous@"):
        yield Spot(endpoint)


@book.option(
    "identify",
    "match",
    id="PJ008",
    severity=SECURITY,
    title="everybody is the provider",
    why="calls from this whole part of the Internet are taken for the provider's",
    fix="write the provider's addresses, or networks no wider than they are",
    bad=ENDPOINT + AOR + IDENTIFY.replace("192.0.2.1", "0.0.0.0/0"),
    good=ENDPOINT + AOR + IDENTIFY,
    effect="a stranger's call is answered",
)
def too_wide(entry: EffectiveEntry, identify: EffectiveSection, pjsip: PjsipConf) -> Spots:
    for word in words(entry.value):
        try:
            network = ip_network(word, strict=False)
        except ValueError:
            continue
        if network.prefixlen < _WIDE[network.version]:
            yield Spot(entry, word)


@book.section(
    "endpoint",
    id="PJ015",
    severity=ERROR,
    title="the provider is asked for a password",
    why="calls from the provider are challenged, and it cannot answer",
    fix="remove auth; for our own calls, write outbound_auth",
    bad=ENDPOINT + "auth=provider\n" + AOR + IDENTIFY + _AUTH.replace("phone", "provider"),
    good=ENDPOINT + "outbound_auth=provider\n" + AOR + IDENTIFY + _AUTH.replace("phone", "provider"),
    effect="the provider's call is answered by 401",
)
def provider_challenged(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    auth = endpoint.last("auth")
    if auth and _is_trunk(endpoint, pjsip) and endpoint.name in pjsip.trusted:
        # With one that does not exist, calls fail otherwise.
        known = pjsip.names.get("auth", ())
        if any(name in known or not pjsip.is_complete for name in words(auth.value)):
            yield Spot(auth)


@book.option(
    "identify",
    "match",
    id="PJ011",
    severity=WARNING,
    title="one address of two endpoints",
    why="calls from an address come to one endpoint; with two that have it, to the one that sorts first",
    fix="keep one of them",
    bad=_OTHER + ENDPOINT + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="a call comes to the context of the other endpoint",
)
def same_address(entry: EffectiveEntry, identify: EffectiveSection, pjsip: PjsipConf) -> Spots:
    for word in words(entry.value):
        others = pjsip.endpoints_by_match.get(fold(word), set()) - {said(identify, "endpoint")}
        if others and said(identify, "endpoint") != min(pjsip.endpoints_by_match[fold(word)]):
            yield Spot(entry, word)


@book.option(
    "endpoint",
    "permit",
    id="PJ031",
    severity=SECURITY,
    title="permit without deny",
    why="permit without deny restricts nothing: the list begins with everything allowed",
    fix="put deny=0.0.0.0/0.0.0.0 and deny=::/0 before it",
    bad=ENDPOINT + "permit=198.51.100.0/24\n" + AOR + IDENTIFY,
    good=ENDPOINT + "deny=0.0.0.0/0\ndeny=::/0\npermit=198.51.100.0/24\n" + AOR + IDENTIFY,
    effect="a call from an address that no permit names is let in",
)
def permit_without_deny(entry: EffectiveEntry, endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if entry is endpoint.values("permit")[0] and not endpoint.values("deny") and not endpoint.values("acl"):
        yield Spot(entry)


@book.section(
    "endpoint",
    id="PJ066",
    severity=ERROR,
    title="a trunk that trusts nobody",
    why="with identify_by=ip, and no identify that names its endpoint, no call is taken for the provider's",
    fix="write a section with type=identify, endpoint and match",
    bad=ENDPOINT + AOR,
    good=ENDPOINT + AOR + IDENTIFY,
    whole=True,
    effect="the provider's call is refused",
)
def trusts_nobody(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    ways = {fold(way) for way in words(said(endpoint, "identify_by"))}
    if ways == {"ip"} and endpoint.name not in pjsip.trusted and not pjsip.is_part:
        yield Spot(endpoint)


@book.section(
    "endpoint",
    id="PJ085",
    severity=WARNING,
    title="callers without a context",
    why="its calls come to the context default, with the calls of everybody else",
    fix="set a context of its own",
    bad=ENDPOINT.replace("context=from-provider\n", "") + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the endpoint's context is default",
)
def no_context(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    calls = endpoint.name in pjsip.trusted or said(endpoint, "auth")
    if endpoint.line is not None and calls and not said(endpoint, "context"):
        yield Spot(endpoint)


@book.option(
    "auth",
    "password",
    id="PJ092",
    severity=SECURITY,
    title="a password that is tried first",
    why="machines on the Internet try names and well-known words as passwords, day and night",
    fix="invent a long one; a telephone does not mind",
    bad=_PHONE.format("auth=phone\n") + _AUTH.replace("gRe3n-h0use", "phone"),
    good=_PHONE.format("auth=phone\n") + _AUTH,
)
def weak_secret(entry: EffectiveEntry, auth: EffectiveSection, pjsip: PjsipConf) -> Spots:
    weak = {fold(said(auth, "username")), fold(auth.name), *WELL_KNOWN}
    if auth.name in pjsip.asked_for and fold(entry.value) in weak:
        yield Spot(entry)


def _is_trunk(endpoint: EffectiveSection, pjsip: PjsipConf) -> bool:
    """Known by its address, or called at one of its own."""
    aors = pjsip.of_kind("aor")
    contacts = [aors[name].values("contact") for name in words(said(endpoint, "aors")) if name in aors]
    return endpoint.name in pjsip.trusted or any(contacts)

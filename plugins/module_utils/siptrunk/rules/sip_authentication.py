# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked for which password, and which calls a peer of sip.conf gets (channels/chan_sip.c of Asterisk 16)."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Dict, List, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import NO
from .accounts import is_address, is_challenged, is_phone, is_trunk
from .rule import ERROR, HINT, WARNING, Rulebook, Spot, Spots
from .views import ACCOUNT, GENERAL, SipConf, said, words

book = Rulebook("sip.conf")

_REST = "context=from-provider\ndisallow=all\nallow=alaw\nqualify=yes\n"
_INSECURE = "insecure=port,invite\n"
_PEER = f"[provider-in]\ntype=peer\nhost=192.0.2.1\n{_REST}"
_PHONE = "[phone]\ntype=friend\nhost=dynamic\ncontext=from-provider\ndisallow=all\nallow=alaw\nsecret=gRe3n-h0use\n"


@book.section(
    ACCOUNT,
    id="SIP021",
    severity=ERROR,
    title="the provider is asked for a password",
    why="calls from the provider are challenged for this secret, and it cannot answer",
    fix="set insecure=port,invite, or remotesecret instead of secret",
    bad=_PEER + "insecure=port\nsecret=gRe3n-h0use\n",
    good=_PEER + _INSECURE + "secret=gRe3n-h0use\n",
    effect="the provider's call is answered by 401",
)
def provider_challenged(section: EffectiveSection, sip: SipConf) -> Spots:
    if is_trunk(section) and is_challenged(section):
        secret = section.last("secret") or section.last("md5secret")
        if secret:
            yield Spot(secret)


@book.option(
    ACCOUNT,
    "host",
    id="SIP020",
    severity=HINT,
    title="calls from another port are strangers",
    why="without insecure=port the provider's calls must come from the port that we send to, and are refused otherwise",
    fix="set insecure=port,invite",
    bad=_PEER + "insecure=invite\n",
    good=_PEER + _INSECURE,
    effect="a call from another port of the provider is refused",
)
def other_port(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if entry is not section.last("host") or not is_trunk(section) or section.values("deny"):
        return
    protocols = words(sip.inherited(section, "transport", "udp"))
    # A list that is read otherwise than it looks is another rule's.
    known = {fold(word) for word in words(sip.inherited(section, "insecure"))} <= {"invite", *NO}
    if known and "udp" in map(fold, protocols):
        yield Spot(section.last("insecure") or entry)


@book.option(
    ACCOUNT,
    "md5secret",
    id="SIP024",
    severity=WARNING,
    title="two passwords of one account",
    why="md5secret counts and secret does not, so that a change of secret changes nothing",
    fix="remove one of them",
    bad=_PHONE + "md5secret=0123456789abcdef0123456789abcdef\n",
    good=_PHONE,
    effect="a call with the secret is refused",
)
def two_secrets(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if entry.value and said(section, "secret"):
        yield Spot(entry)


@book.whole(
    id="SIP026",
    severity=WARNING,
    title="two peers for the calls of one address",
    why="all calls from an address come to the first peer that has it; this one, with another context, gets none",
    fix="use one section for the calls that come in, and deny=0.0.0.0/0 in the others",
    bad=_PEER.replace("from-provider", "default").replace("provider-in", "first")
    + _INSECURE
    + _PEER
    + _INSECURE,
    good=_PEER.replace("-in", "-out") + _INSECURE + _PEER + _INSECURE,
    effect="a call comes to the context of the other peer",
)
def same_address(sip: SipConf) -> Spots:
    first: Dict[Tuple[str, str], EffectiveSection] = {}
    for peer in sip.accounts:
        if is_trunk(peer) and not peer.values("deny") and not peer.values("callbackextension"):
            key = (fold(said(peer, "host")), said(peer, "port"))
            other = first.setdefault(key, peer)
            if sip.inherited(other, "context") != sip.inherited(peer, "context"):
                yield Spot(peer.last("host") or peer, section=peer.name)


@book.section(
    ACCOUNT,
    id="SIP029",
    severity=WARNING,
    title="callers without a context",
    why="its calls come to the context default, with the calls of everybody else",
    fix="set a context of its own",
    bad="[general]\nallowguest=no\n" + _PEER.replace("context=from-provider\n", "") + _INSECURE,
    good="[general]\nallowguest=no\n" + _PEER + _INSECURE,
    whole=True,
    effect="the peer's context is default",
)
def no_context(section: EffectiveSection, sip: SipConf) -> Spots:
    denied = section.values("deny") and not section.values("permit")
    if (
        (is_trunk(section) or is_phone(section))
        and not denied
        and not sip.is_part
        and not sip.inherited(section, "context")
    ):
        yield Spot(section)


@book.option(
    ACCOUNT,
    *("permit", "deny", "contactpermit", "contactdeny", "directmediapermit", "directmediadeny"),
    id="SIP013",
    severity=ERROR,
    title="an access list with something else than addresses",
    why="chan_sip drops the whole peer for an entry that is no address and no network",
    fix="write an address, or a network such as 192.0.2.0/24",
    bad=_PEER + _INSECURE + "deny=0.0.0.0/0\npermit=sip.example.com\n",
    good=_PEER + _INSECURE + "deny=0.0.0.0/0\npermit=192.0.2.1\n",
    effect="the peer is not there",
)
def not_an_address(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if not _is_rule(entry.value):
        yield Spot(entry, part=entry.value)


@book.option(
    GENERAL,
    *("contactpermit", "contactdeny"),
    id="SIP014",
    severity=ERROR,
    title="a bad access list in [general]",
    why="chan_sip gives up reading here: there is not one peer",
    fix="write an address, or a network such as 192.0.2.0/24",
    bad="[general]\nallowguest=no\ncontactdeny=everybody\n" + _PEER + _INSECURE,
    good="[general]\nallowguest=no\ncontactdeny=198.51.100.0/24\n" + _PEER + _INSECURE,
    effect="no peer of the file is there",
)
def bad_general_list(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    if not _is_rule(entry.value):
        yield Spot(entry, part=entry.value)


@book.option(
    GENERAL,
    "allowexternaldomains",
    id="SIP054",
    severity=WARNING,
    title="calls to our address are refused",
    why="with domains of our own alone, a call to sip:number@our-address, as providers write it, is refused",
    fix="name our address as a domain, too, or set autodomain=yes",
    bad="[general]\nallowguest=no\ndomain=example.com\nallowexternaldomains=no\n" + _PEER + _INSECURE,
    good="[general]\nallowguest=no\ndomain=example.com\ndomain=127.0.0.1\nallowexternaldomains=no\n"
    + _PEER
    + _INSECURE,
    effect="the provider's call is refused",
)
def only_our_names(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    domains: List[str] = [part for one in section.values("domain") for part in words(one.value)[:1]]
    automatic = fold(said(section, "autodomain", "no")) not in NO
    if fold(entry.value) in NO and domains and not automatic and not any(map(is_address, domains)):
        yield Spot(entry, part=entry.value)


def _is_rule(value: str) -> bool:
    """What ast_append_ha() takes: addresses and networks joined by commas, each perhaps with an ! before it."""
    for one in words(value):
        address, slash, mask = one.lstrip("!").partition("/")
        try:
            ip_network(address.strip("[]") + (slash and f"/{mask}"), strict=False)
        except ValueError:
            # Its own masks need not be of one piece.
            if not re.fullmatch(r"[0-9.]{7,15}/[0-9]+(\.[0-9]+){3}", one.lstrip("!")):
                return False
    return True

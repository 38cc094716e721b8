# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of pjsip.conf: types, names of options, and what res_sorcery_config of Asterisk 16 and 22 makes of them."""

from __future__ import annotations

import difflib
from typing import Dict, Iterator, Optional, Set, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.options import UNREAD, WIZARD
from .rule import ERROR, HINT, SECURITY, WARNING, Edit, Rulebook, Spot, Spots
from .views import PjsipConf, said, words
from .vocabulary import KINDS, OF_ANOTHER_KIND, OF_SIP_CONF, UNKNOWN

book = Rulebook("pjsip.conf")

ENDPOINT = "[provider]\ntype=endpoint\naors=provider\ncontext=from-provider\nallow=alaw\nidentify_by=ip\n"
AOR = "[provider]\ntype=aor\ncontact=sip:192.0.2.1\nqualify_frequency=30\n"
IDENTIFY = "[provider]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
TRUNK = AOR + IDENTIFY + ENDPOINT
GONE = "Asterisk makes nothing of the whole object"
NOT_CALLED = "the provider's call is refused, for the endpoint is not there"

# Types of sip.conf.
_PEERS = {"peer", "user", "friend"}
# Options of which each line adds to the others; of any other one, the last line counts.
_ADDING = {
    "allow", "disallow", "contact", "match", "match_header", "match_request_uri", "set_var", "permit", "deny",
    "acl", "contact_permit", "contact_deny", "contact_acl", "local_net", "list_item", "type", "cipher",
    "security_mechanisms", "named_call_group", "named_pickup_group",
}  # fmt: skip


@book.whole(
    id="PJ001",
    severity=ERROR,
    title="two objects of one name and type",
    why="of a file with two objects of one name and type, Asterisk takes no object of that type at all",
    fix="give each its own name, or make one of them; [NAME](+) adds to the first",
    bad=TRUNK + "[provider]\ntype=aor\ncontact=sip:192.0.2.2\nqualify_frequency=30\n",
    good=TRUNK + "[provider-2]\ntype=aor\ncontact=sip:192.0.2.2\nqualify_frequency=30\n",
    effect="there is no aor",
)
def twice(pjsip: PjsipConf) -> Spots:
    for section in pjsip.sections:
        kind = "" if section.template else pjsip.scope(section)
        if kind in KINDS and pjsip.of_kind(kind)[section.name] is not section:
            yield Spot(section)


@book.section(
    "",
    id="PJ003",
    severity=ERROR,
    title="a section without a type",
    why="Asterisk passes over a section without a type, and says nothing",
    fix="write its type as the first option, or make it a template with (!)",
    bad=AOR + IDENTIFY + ENDPOINT.replace("type=endpoint\n", ""),
    good=TRUNK,
    effect=NOT_CALLED,
)
def without_type(section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    # One that is empty does no harm, and one of a part may get its type elsewhere.
    if section.entries and not (pjsip.is_part and section.line is None):
        yield Spot(section)


@book.whole(
    id="PJ053",
    severity=ERROR,
    title="a type that does not exist",
    why="Asterisk passes over a section of a type that it does not know, and says nothing",
    fix="write the type as it is called, in lower case",
    bad=AOR + IDENTIFY + ENDPOINT.replace("type=endpoint", "type=Endpoint"),
    good=TRUNK,
    effect=NOT_CALLED,
)
def wrong_type(pjsip: PjsipConf) -> Spots:
    for section, entry in _of_unknown_type(pjsip):
        kind = entry.value
        if kind == WIZARD:
            yield Spot(entry, section=section.name, part=kind, fix="move the section into pjsip_wizard.conf")
        elif kind not in _PEERS:
            near = next(iter(difflib.get_close_matches(fold(kind[:50]), KINDS, 1, 0.7)), "")
            why = f"Asterisk passes over the section without a word; did you mean {near}?" if near else ""
            edit = Edit(value=near, safe=False) if near else None
            yield Spot(entry, section=section.name, part=kind, why=why, edit=edit)


@book.whole(
    id="PJ052",
    severity=ERROR,
    title="a section as in sip.conf",
    why="peer, user and friend are types of sip.conf; chan_pjsip passes over the section without a word",
    fix="write an endpoint, an aor, and an identify or an auth instead; siptrunk convert does it for trunks",
    bad="[provider]\ntype=peer\nhost=192.0.2.1\ncontext=from-provider\n",
    good=TRUNK,
    effect=NOT_CALLED,
)
def sip_conf_section(pjsip: PjsipConf) -> Spots:
    for section, entry in _of_unknown_type(pjsip):
        if entry.value in _PEERS:
            yield Spot(entry, section=section.name, part=entry.value)


def _of_unknown_type(pjsip: PjsipConf) -> Iterator[Tuple[EffectiveSection, EffectiveEntry]]:
    for kind, sections in pjsip.objects.items():
        if kind == WIZARD or (kind and kind not in pjsip.catalogue.kinds):
            for section in sections.values():
                yield section, section.values("type")[0]


@book.option(
    KINDS,
    "type",
    id="PJ054",
    severity=ERROR,
    title="a second type",
    why="of several types the first counts, unlike of all other options, so a template's type cannot be replaced",
    fix="remove it, and take the type out of the template",
    bad=IDENTIFY + "[common](!)\ntype=aor\nmax_contacts=1\n[provider](common)\ntype=endpoint\n",
    good=TRUNK,
    effect=NOT_CALLED,
)
def second_type(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if entry.value != section.values("type")[0].value:
        yield Spot(entry, part=entry.value)


# Names of options.


def _strangers(reason: str, pjsip: PjsipConf) -> Spots:
    for section, entry, stranger in pjsip.strangers:
        if stranger.reason == reason:
            edit = Edit(key=stranger.near, safe=False) if stranger.near else None
            yield Spot(entry, section=section.name, why=stranger.why, fix=stranger.fix, edit=edit)


@book.whole(
    id="PJ002",
    severity=ERROR,
    title="an unknown option",
    why=f"{GONE} when it does not know one of its options; at a reload the old object stays",
    fix="correct or remove it",
    bad=TRUNK + "fromm_user=alice\n",
    good=TRUNK + "from_user=alice\n",
    effect=NOT_CALLED,
)
def unknown_option(pjsip: PjsipConf) -> Spots:
    return _strangers(UNKNOWN, pjsip)


@book.whole(
    id="PJ050",
    severity=ERROR,
    title="an option of another kind of object",
    why=f"{GONE} when it has an option that belongs to another one",
    fix="move it into an object of that type",
    bad=TRUNK + "qualify_frequency=30\n",
    good=TRUNK,
    effect=NOT_CALLED,
)
def misplaced_option(pjsip: PjsipConf) -> Spots:
    return _strangers(OF_ANOTHER_KIND, pjsip)


@book.whole(
    id="PJ051",
    severity=ERROR,
    title="an option of sip.conf",
    why=f"{GONE} when it has an option of sip.conf",
    fix="write what pjsip.conf calls it",
    bad=TRUNK + "fromuser=alice\n",
    good=TRUNK + "from_user=alice\n",
    effect=NOT_CALLED,
)
def option_of_sip_conf(pjsip: PjsipConf) -> Spots:
    return _strangers(OF_SIP_CONF, pjsip)


# md5_cred is deprecated, too, but its successor is not known to all releases.
_DEPRECATED = ("preferred_codec_only", "threadpool_auto_increment", "threadpool_idle_timeout",
               "threadpool_initial_size", "threadpool_max_size")  # fmt: skip


@book.option(
    ("endpoint", "system"),
    *_DEPRECATED,
    id="PJ055",
    severity=HINT,
    title="a deprecated option",
    why="Asterisk still takes it, and documents another option in its place",
    fix="use what has taken its place",
    bad=TRUNK + "preferred_codec_only=yes\n",
    good=TRUNK + "incoming_call_offer_pref=remote_first\n",
)
def deprecated(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    option = pjsip.vocabulary.option(pjsip.scope(section), fold(entry.key))
    if option and option.deprecated:
        yield Spot(entry, fix=f"use {option.replacement} instead" if option.replacement else "")


@book.section(
    *KINDS,
    id="PJ058",
    severity=WARNING,
    title="an option that stands twice",
    why="of two lines of this option the last counts, and the first one does nothing",
    fix="remove one of them; a list stands on one line, joined by commas",
    bad=AOR + IDENTIFY + ENDPOINT + "context=other\n",
    good=TRUNK,
    effect="the call goes to the context of the last line",
)
def doubled(section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    seen: Dict[str, EffectiveEntry] = {}
    if len({entry.key.lower() for entry in section.entries}) == len(section.entries):
        return
    for entry in section.entries:
        # What is inherited is there to be replaced, and so may be what another header adds to.
        key = fold(entry.key)
        if key not in _ADDING and not key.startswith(UNREAD) and _is_own(entry, section):
            before = seen.get(key)
            if before and before.value != entry.value and not pjsip.is_divided(before, entry):
                yield Spot(before)
            seen[key] = entry


@book.whole(
    id="PJ057",
    severity=SECURITY,
    title="a template without (!)",
    why="it is an endpoint of its own, and whoever writes its name into From is taken for it",
    fix="write (!) behind its name",
    bad=AOR + IDENTIFY + "[trunk]\ntype=endpoint\ncontext=from-provider\nallow=alaw\n"
    "[provider](trunk)\naors=provider\nidentify_by=ip\n",
    good=AOR + IDENTIFY + "[trunk](!)\ntype=endpoint\ncontext=from-provider\nallow=alaw\n"
    "[provider](trunk)\naors=provider\nidentify_by=ip\n",
    effect="a stranger's call that has the name of the template in From is answered",
)
def forgotten_template(pjsip: PjsipConf) -> Spots:
    endpoints = pjsip.of_kind("endpoint").values()
    bare = [one for one in endpoints if _is_bare(one)]
    if bare:
        trusting = {said(identify, "endpoint") for identify in pjsip.of_kind("identify").values()}
        inherited: Set[Tuple[str, Optional[int]]] = {
            (entry.path, entry.line) for one in endpoints for entry in one.entries if not _is_own(entry, one)
        }
        for endpoint in bare:
            own = ((entry.path, entry.line) for entry in endpoint.entries if _is_own(entry, endpoint))
            if endpoint.name not in trusting and any(place in inherited for place in own):
                yield Spot(endpoint)


def _is_bare(endpoint: EffectiveSection) -> bool:
    """Nobody calls it, nobody authenticates as it, and its name is enough to be taken for it."""
    ways = [fold(way) for way in words(said(endpoint, "identify_by"))] or ["username"]
    return "username" in ways and not any(said(endpoint, key) for key in ("aors", "auth", "outbound_auth"))


def _is_own(entry: EffectiveEntry, section: EffectiveSection) -> bool:
    """It is not inherited: templates stand before what they are for."""
    return entry.path == section.path and (entry.line or 0) > (section.line or 0)

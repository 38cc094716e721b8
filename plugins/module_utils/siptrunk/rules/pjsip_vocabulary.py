# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types, options and values of pjsip.conf, as res_pjsip of Asterisk 16 and 22 takes them.

One that it does not know takes the whole object with it.
"""

from __future__ import annotations

import difflib
import re
from typing import Iterable, Optional

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.option_docs import ANY as ANY_NAME
from ..drivers.option_table import MODULES
from ..drivers.options import UNREAD
from ..drivers.shared import NO, YES
from ..drivers.sip_conf import TYPES
from .rule import ANY, ERROR, HINT, WARNING, Edit, Rulebook, Spot, Spots
from .sip_media import KNOWN_CODECS
from .views import PjsipConf, said, words

book = Rulebook("pjsip.conf")

KINDS = tuple(kind for kind in MODULES if kind not in ("wizard", "contact", "subscription_persistence"))
ENDPOINT = "[provider]\ntype=endpoint\naors=provider\nidentify_by=ip\ncontext=from-provider\ndisallow=all\nallow=alaw\n"
AOR = "[provider]\ntype=aor\ncontact=sip:192.0.2.1\nqualify_frequency=30\n"
IDENTIFY = "[provider]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
_GONE = "the endpoint is not there"
# Of these, the documentation lists all values, and any other takes the object with it.
_CHOICES = (
    "identify_by",
    *(
        "dtmf_mode",
        "media_encryption",
        "timers",
        "direct_media_method",
        "t38_udptl_ec",
        "100rel",
        "rtp_engine",
    ),
    *("direct_media_glare_mitigation", "connected_line_method", "auth_type", "dtls_setup", "protocol"),
)
_URIS = ("contact", "server_uri", "client_uri", "outbound_proxy")


def near(word: str, known: Iterable[str]) -> Optional[str]:
    """The one that is surely meant."""
    found = difflib.get_close_matches(
        fold(word).replace("-", "_"), [one for one in known if ANY_NAME not in one], 1, 0.75
    )
    return found[0] if found else None


@book.section(
    *("", *KINDS),
    id="PJ001",
    severity=ERROR,
    title="two objects of one name and type",
    why="of all objects of this type chan_pjsip loads none",
    fix="rename or remove one of them",
    bad=ENDPOINT + ENDPOINT + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect=_GONE,
)
def twice(section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    kind = pjsip.scope(section)
    if kind in MODULES and pjsip.of_kind(kind).get(section.name) is not section:
        yield Spot(section)


@book.option(
    KINDS,
    ANY,
    id="PJ002",
    severity=ERROR,
    title="an option that is none",
    why="of an object with an option that it does not know chan_pjsip makes nothing at all",
    fix="correct or remove it",
    bad=ENDPOINT + "dtmfmode=rfc4733\n" + AOR + IDENTIFY,
    good=ENDPOINT + "dtmf_mode=rfc4733\n" + AOR + IDENTIFY,
    effect=_GONE,
)
def unknown_option(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if fold(entry.key) == "type" or entry.key.startswith(UNREAD):
        return
    kind = pjsip.scope(section)
    if kind not in pjsip.catalogue.kinds or pjsip.catalogue.find(kind, entry.key):
        return
    reason = pjsip.catalogue.check(kind, entry.key) if len(entry.key) < 80 else None
    known = near(entry.key, pjsip.catalogue.known(kind)) if reason else None
    why = f"{reason}; of an object with such an option chan_pjsip makes nothing at all" if reason else ""
    yield Spot(entry, why=why, edit=Edit(key=known, safe=False) if known else None)


@book.whole(
    id="PJ003",
    severity=ERROR,
    title="a section without a type",
    why="chan_pjsip passes over a section without a type that it knows, and says nothing",
    fix="give it a type, in lower case",
    bad=ENDPOINT.replace("=endpoint", "=Endpoint") + AOR,
    good=ENDPOINT + AOR + IDENTIFY,
    effect=_GONE,
)
def unknown_type(pjsip: PjsipConf) -> Spots:
    for section in pjsip.sections:
        kind = pjsip.scope(section)
        # What is only added to may have its type where it begins.
        if section.template or kind in MODULES or section.line is None:
            continue
        entry = section.last("type")
        if fold(kind) in TYPES:
            fix = "this is how sip.conf says it: siptrunk convert writes it for pjsip.conf"
            yield Spot(entry or section, section=section.name, part=kind, fix=fix)
        elif entry:
            known = near(kind, MODULES)
            edit = Edit(value=known, safe=False) if known else None
            fix = f"did you mean {known}?" if known else ""
            yield Spot(entry, section=section.name, part=kind, fix=fix, edit=edit)
        elif section.entries:
            yield Spot(section)


@book.option(
    KINDS,
    ANY,
    id="PJ051",
    severity=HINT,
    title="an option that has another name now",
    why="a later Asterisk will not know it any more, and then drops the whole object",
    fix="use the newer option",
    bad=ENDPOINT + "preferred_codec_only=yes\n" + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
)
def deprecated(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    option = pjsip.catalogue.find(pjsip.scope(section), entry.key)
    if option and option.deprecated:
        yield Spot(entry, fix=f"use {option.replacement}" if option.replacement else "")


@book.option(
    KINDS,
    *_CHOICES,
    id="PJ027",
    severity=ERROR,
    title="a value that is none",
    why="of an object with a word that the option does not take chan_pjsip makes nothing at all",
    fix="write one of the words that the option takes",
    bad=ENDPOINT + "dtmf_mode=rfc2833\n" + AOR + IDENTIFY,
    good=ENDPOINT + "dtmf_mode=rfc4733\n" + AOR + IDENTIFY,
    effect=_GONE,
)
def unknown_value(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    option = pjsip.catalogue.find(pjsip.scope(section), entry.key)
    if not option or not option.values or fold(entry.key) == "rtp_engine":
        return
    known = {fold(value) for value in (*option.values, *option.instead)}
    # Some take a truth beside their words.
    known |= (
        {"yes", "no", *YES, *NO} if known & {"yes", "no"} and fold(entry.key) != "media_encryption" else set()
    )
    for word in words(entry.value) or [""]:
        if fold(word) not in known:
            meant = near(word, option.values) if word == entry.value else None
            edit = Edit(value=meant, safe=False) if meant else None
            yield Spot(entry, word, fix=f"write one of {', '.join(option.values)}", edit=edit)


@book.option(
    KINDS,
    ANY,
    id="PJ028",
    severity=WARNING,
    title="neither yes nor no",
    why="chan_pjsip takes every word for no that is not yes, true, y, t, 1 or on, and says nothing",
    fix="write yes or no",
    bad=ENDPOINT + "rtp_symmetric=enabled\n" + AOR + IDENTIFY,
    good=ENDPOINT + "rtp_symmetric=yes\n" + AOR + IDENTIFY,
    effect="the option is off",
)
def boolean(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    option = pjsip.catalogue.find(pjsip.scope(section), entry.key)
    if option and not option.values and {option.default, option.really} & {"yes", "no"}:
        word = fold(entry.value)
        # What looks like a no is taken as it is meant.
        if word not in YES and word not in NO and not _near_no(word):
            known = near(word, ("yes", "true")) if len(word) < 20 else None
            yield Spot(entry, entry.value, edit=Edit(value=known, safe=False) if known else None)


def _near_no(word: str) -> bool:
    if len(word) < 3 and word.isalpha() and not near(word, ("yes", "true", "on")):
        return True
    return len(word) < 8 and near(word, ("no", "false", "off")) is not None


@book.option(
    KINDS,
    ANY,
    id="PJ052",
    severity=ERROR,
    title="a number that is none",
    why="of an object with a word where a number belongs chan_pjsip makes nothing at all",
    fix="write a number",
    bad=ENDPOINT + AOR.replace("=30", "=30s") + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the aor is not there",
)
def number(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if not pjsip.catalogue.takes(pjsip.scope(section), entry.key, entry.value):
        yield Spot(entry, entry.value)


@book.option(
    ("aor", "registration", "endpoint", "outbound-publish"),
    *_URIS,
    id="PJ017",
    severity=ERROR,
    title="a URI without sip:",
    why="of an object with a URI that does not begin with sip: or sips: chan_pjsip makes nothing at all",
    fix="write sip: before it",
    bad=ENDPOINT + AOR.replace("sip:", "") + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the aor is not there",
)
def not_a_uri(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    for uri in words(entry.value) if fold(entry.key) == "contact" else filter(None, [entry.value]):
        if not re.match(r'(?:"?[^"<]*"?\s*<)?(?:sips?|tel):', uri, re.IGNORECASE):
            single = "," not in entry.value
            yield Spot(entry, edit=Edit(value=f"sip:{uri}", safe=False) if single else None)
            break


@book.option(
    "endpoint",
    *("allow", "disallow"),
    id="PJ025",
    severity=ERROR,
    title="a codec that there is not",
    why="of an endpoint with a codec that it does not know chan_pjsip makes nothing at all",
    fix="write alaw, ulaw, g722, opus or another codec's name",
    bad=ENDPOINT.replace("allow=alaw", "allow=alow") + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect=_GONE,
)
def unknown_codec(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    for word in words(entry.value):
        name = fold(word).lstrip("!").partition(":")[0]
        if name != "all" and name not in KNOWN_CODECS:
            known = near(name, KNOWN_CODECS)
            single = known and entry.value == word
            yield Spot(entry, word, edit=Edit(value=known, safe=False) if single else None)


@book.section(
    "endpoint",
    id="PJ059",
    severity=WARNING,
    title="an endpoint without an aor",
    why="the endpoint has no address: nobody can be called",
    fix="write aors, and the section with type=aor that it names",
    bad=ENDPOINT.replace("aors=provider\n", "") + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the endpoint has no contact",
)
def no_aor(section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if section.line is not None and section.name != "anonymous" and not said(section, "aors"):
        yield Spot(section)


@book.section(
    "endpoint",
    id="PJ026",
    severity=ERROR,
    title="an endpoint without a codec",
    why="without allow there is no codec, and every call is refused",
    fix="set allow=alaw,ulaw",
    bad=ENDPOINT.replace("allow=alaw\n", "") + AOR + IDENTIFY,
    good=ENDPOINT + AOR + IDENTIFY,
    effect="the provider's call is answered by 488",
)
def no_codec(section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if section.line is not None and not any(
        word for one in section.values("allow") for word in words(one.value)
    ):
        yield Spot(section)

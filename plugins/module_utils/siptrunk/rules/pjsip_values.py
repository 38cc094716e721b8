# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of pjsip.conf take: words, numbers, truths, codecs, credentials."""

from __future__ import annotations

import difflib
import re
from typing import Dict, List, Optional, Set

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..fields import CODECS
from .pjsip_vocabulary import AOR, ENDPOINT, GONE, IDENTIFY, NOT_CALLED, TRUNK
from .rule import ERROR, WARNING, Edit, Rulebook, Spot, Spots
from .truths import truth_edit
from .views import PjsipConf, said
from .vocabulary import CHOICES, KINDS, NUMBERS, TRUTHS, wrong_auth

book = Rulebook("pjsip.conf")

ACCOUNT = "[provider]\ntype=auth\nauth_type=userpass\nusername=alice\npassword=secret\n"
REGISTRATION = (
    "[provider]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:alice@192.0.2.1\n"
    "contact_user=1234\noutbound_auth=provider\nmax_retries=4294967295\nforbidden_retry_interval=300\nfatal_retry_interval=300\n"
    "auth_rejection_permanent=no\n"
)


@book.option(
    KINDS,
    *CHOICES,
    id="PJ027",
    severity=ERROR,
    title="a word that the option does not take",
    why=f"{GONE} when an option has a word that it does not take",
    fix="write one of the words that it takes",
    bad=TRUNK + "dtmf_mode=rfc2833\n",
    good=TRUNK + "dtmf_mode=rfc4733\n",
    effect=NOT_CALLED,
)
def wrong_choice(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    key = fold(entry.key)
    wrong = pjsip.vocabulary.wrong_choice(pjsip.scope(section), key, entry.value)
    if wrong:
        why, near = wrong
        alone = near and "," not in entry.value
        yield Spot(
            entry,
            why=f"{why}; {GONE}",
            fix=f"did you mean {near}?" if near else "",
            edit=Edit(value=near, safe=False) if alone else None,
        )


@book.option(
    KINDS,
    *TRUTHS,
    id="PJ028",
    severity=WARNING,
    title="neither yes nor no",
    why="Asterisk takes any word but yes, true, y, t, 1 and on for no, and says nothing",
    fix="write yes or no",
    bad=TRUNK + "direct_media=nonat\n",
    good=TRUNK + "direct_media=yes\n",
    effect="direct_media is off",
)
def wrong_truth(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    meant = pjsip.vocabulary.wrong_truth(pjsip.scope(section), fold(entry.key), entry.value)
    if meant is not None:
        yield Spot(entry, edit=truth_edit(meant))


@book.option(
    KINDS,
    *NUMBERS,
    id="PJ020",
    severity=ERROR,
    title="a number that the option does not take",
    why=f"{GONE} when a number is none, or too small, or too large",
    fix="write a number that it takes",
    bad=AOR.replace("qualify_frequency=30", "qualify_frequency=30s") + IDENTIFY + ENDPOINT,
    good=TRUNK,
    effect="there is no aor",
)
def wrong_number(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    why = pjsip.vocabulary.wrong_number(pjsip.scope(section), fold(entry.key), entry.value)
    if why:
        yield Spot(entry, why=f"{why}; {GONE}")


@book.section(
    "endpoint",
    id="PJ056",
    severity=ERROR,
    title="a session expires before its minimum",
    why="Asterisk makes nothing of an endpoint whose timers_sess_expires is less than its timers_min_se",
    fix="make timers_sess_expires, which is 1800 by default, the larger one",
    bad=TRUNK + "timers_sess_expires=120\ntimers_min_se=300\n",
    good=TRUNK + "timers_sess_expires=300\ntimers_min_se=120\n",
    effect=NOT_CALLED,
)
def session_timers(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    expires, least = endpoint.last("timers_sess_expires"), endpoint.last("timers_min_se")
    if expires or least:
        minimum = _number(least, 90)
        # One below 90 is refused by itself.
        if _number(expires, 1800) < minimum and minimum >= 90:
            yield Spot(expires or least or endpoint)


_SMALL = re.compile(r"[0-9]{1,9}")


def _number(entry: Optional[EffectiveEntry], default: int) -> int:
    return int(entry.value) if entry and _SMALL.fullmatch(entry.value) else default


# Codecs.

_CODECS: Set[str] = {
    *CODECS, "slin12", "slin24", "slin32", "slin44", "slin48", "slin96", "slin192", "codec2", "jpeg", "png",
    "t140", "red", "t38", "amr", "amrwb", "testlaw", "none",
}  # fmt: skip
# Of these, codecs.conf may make more.
_CUSTOM = re.compile(r"(?:opus|silk|celt)\w+|[\w-]+-[\w-]+", re.IGNORECASE)
_ALSO_CALLED = {
    "pcma": "alaw", "g711a": "alaw", "pcmu": "ulaw", "g711u": "ulaw", "mulaw": "ulaw", "g729a": "g729",
    "g711": "alaw", "slin8": "slin", "silk": "silk16", "siren": "siren7", "g723.1": "g723",
}  # fmt: skip
_FRAMING = re.compile(r"[0-9]{1,5}")


@book.option(
    "endpoint",
    "allow",
    "disallow",
    id="PJ025",
    severity=ERROR,
    title="an unknown codec",
    why="Asterisk makes nothing of an endpoint that names a codec it does not know (chan_sip only warns)",
    fix="use the names of `core show codecs`, joined by commas",
    bad=AOR + IDENTIFY + ENDPOINT.replace("allow=alaw", "allow=g711a"),
    good=TRUNK,
    effect=NOT_CALLED,
)
def unknown_codec(entry: EffectiveEntry, section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if not entry.value and fold(entry.key) == "allow":
        yield Spot(entry, why="Asterisk makes nothing of an endpoint whose allow is empty")
    for word in _codecs(entry.value):
        name, colon, framing = word.lstrip("!").partition(":")
        near = _codec_meant(name)
        if near is None and (not colon or _FRAMING.fullmatch(framing.strip())):
            continue
        yield Spot(entry, part=word, fix=f"did you mean {near}?" if near else "")


def _codecs(value: str) -> List[str]:
    return [word.strip() for word in re.split("[,|]", value) if word.strip()]


def _codec_meant(name: str) -> Optional[str]:
    """None: it is known."""
    name = fold(name.strip())
    if name in _CODECS or name == "all" or _CUSTOM.fullmatch(name):
        return None
    return _ALSO_CALLED.get(name) or next(
        iter(difflib.get_close_matches(name[:20], sorted(_CODECS), 1, 0.7)), ""
    )


@book.section(
    "endpoint",
    id="PJ026",
    severity=ERROR,
    title="an endpoint without a codec",
    why="an endpoint has no codec unless allow says so: every call is refused with 488",
    fix="name the provider's codecs, such as allow=alaw,ulaw",
    bad=AOR + IDENTIFY + ENDPOINT.replace("allow=alaw\n", ""),
    good=TRUNK,
    effect="the provider's call is refused with 488",
)
def no_codec(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    if endpoint.name == pjsip.setting("default_outbound_endpoint", "default_outbound_endpoint"):
        # Messages and requests that are for nobody's endpoint go out through it, and no calls.
        return
    left: Dict[str, bool] = {}
    for place in sorted([*endpoint.places("allow"), *endpoint.places("disallow")]):
        entry = endpoint.entries[place]
        allows = fold(entry.key) == "allow"
        for word in _codecs(entry.value) or ["?"] * allows:
            name = fold(word.lstrip("!").partition(":")[0])
            if allows and not word.startswith("!"):
                left[name] = True
            elif name == "all":
                left.clear()
            else:
                left.pop(name, None)
    if not left:
        yield Spot(endpoint.last("disallow") or endpoint)


# Credentials.


@book.section(
    "auth",
    id="PJ029",
    severity=ERROR,
    title="an auth without a password",
    why=f"{GONE}, or nobody can authenticate with it",
    fix="write auth_type=userpass, username and password, which every Asterisk takes",
    bad="[provider]\ntype=auth\nauth_type=md5\nusername=alice\n",
    good=ACCOUNT,
    effect="there is no such auth",
)
def wrong_credentials(auth: EffectiveSection, pjsip: PjsipConf) -> Spots:
    options = {fold(entry.key): entry.value for entry in auth.entries}
    can_digest = pjsip.vocabulary.knows("auth", "password_digest")
    why = wrong_auth(options, can_digest)
    if why and options.get("username"):
        yield Spot(auth, why=f"{why}: {GONE}" if can_digest or "md5" in why else why)


# What an object cannot do without.
_REQUIRED = {
    "auth": ("username",),
    "domain_alias": ("domain",),
    "identify": ("endpoint",),
    "outbound-publish": ("server_uri", "event"),
    "registration": ("server_uri", "client_uri"),
    "resource_list": ("event", "list_item"),
    "transport": ("bind",),
}
_MATCHES = ("match", "match_header", "match_request_uri")


@book.section(
    *_REQUIRED,
    id="PJ065",
    severity=ERROR,
    title="an object without what it must have",
    why=f"{GONE} when such an option is missing",
    fix="add it",
    bad=ACCOUNT + REGISTRATION.replace("client_uri=sip:alice@192.0.2.1\n", ""),
    good=ACCOUNT + REGISTRATION,
    effect="there is no registration",
)
def incomplete(section: EffectiveSection, pjsip: PjsipConf) -> Spots:
    kind = pjsip.scope(section)
    # The address of a flow is found when it is used.
    if kind == "transport" and fold(said(section, "protocol")) == "flow":
        return
    missing = [key for key in _REQUIRED[kind] if not said(section, key)]
    if kind == "identify" and not any(said(section, key) for key in _MATCHES):
        missing.append("match")
    if missing:
        what = " and ".join(missing)
        yield Spot(section, why=f"without {what}, {GONE}", fix=f"add {what}")

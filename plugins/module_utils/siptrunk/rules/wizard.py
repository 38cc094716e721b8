# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pjsip_wizard.conf, as res_pjsip_config_wizard of Asterisk 16 and 22 reads it.

It checks little itself. What has a slash in its name it passes on to the objects that it makes, which mind their
options as those of pjsip.conf do.
"""

from __future__ import annotations

import difflib
import functools
from typing import Dict, Optional, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.options import UNREAD, WIZARD
from .pjsip_uris import cut_off, wrong_uri
from .rule import ANY, ERROR, WARNING, Edit, Rulebook, Spot, Spots
from .truths import truth_edit, truth_meant
from .views import Wizard, words

book = Rulebook("pjsip_wizard.conf")

TRUNK = (
    "[provider]\ntype=wizard\nsends_auth=yes\nsends_registrations=yes\nremote_hosts=192.0.2.1\n"
    "outbound_auth/username=alice\noutbound_auth/password=secret\nendpoint/identify_by=ip\n"
    "endpoint/context=from-provider\nendpoint/allow=alaw\naor/qualify_frequency=30\n"
)
_GONE = "Asterisk does not make that object"

# The kind of object that an option KIND/NAME is for.
_MADE = {
    "aor": "aor",
    "endpoint": "endpoint",
    "identify": "identify",
    "inbound_auth": "auth",
    "outbound_auth": "auth",
    "phoneprov": "phoneprov",
    "registration": "registration",
}
_TRUTHS = (
    "accepts_auth", "accepts_registrations", "has_hint", "has_phoneprov", "sends_auth",
    "sends_line_with_registrations", "sends_registrations",
)  # fmt: skip
_PATTERNS = ("server_uri_pattern", "client_uri_pattern", "contact_pattern", "outbound_proxy")


@functools.lru_cache(maxsize=1000)
def _passed_on(key: str) -> Optional[Tuple[str, str]]:
    """The kind of object that an option is passed on to, and its name there; None for one of the wizard itself."""
    made, slash, name = key.partition("/")
    return (_MADE[made], fold(name)) if slash and made in _MADE and name else None


@book.option(
    WIZARD,
    ANY,
    id="WIZ001",
    severity=WARNING,
    title="an option that no wizard has",
    why="Asterisk passes over it without a word",
    fix="correct or remove it; what is meant for an object is called endpoint/NAME, aor/NAME and so on",
    bad=TRUNK.replace("sends_registrations", "send_registrations"),
    good=TRUNK,
    effect="there is no registration",
)
def unknown(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    if _passed_on(entry.key):
        return
    key, own = fold(entry.key), wizard.vocabulary.names(WIZARD)
    if key in own or key.startswith(UNREAD):
        return
    made, slash, name = key.partition("/")
    near = ""
    if not slash and wizard.vocabulary.knows("endpoint", key):
        near = f"endpoint/{key}"
    elif slash and made in _MADE:
        near = f"{made}/{name}"
    elif slash:
        meant = next(iter(difflib.get_close_matches(made[:50], _MADE, 1, 0.7)), "")
        near = f"{meant}/{name}" if meant else ""
    elif len(key) <= 50:
        whole = sorted(known for known in own if "*" not in known)
        near = next(iter(difflib.get_close_matches(key.replace("-", "_"), whole, 1, 0.7)), "")
    why = f"Asterisk passes over it without a word; did you mean {near}?" if near else ""
    yield Spot(entry, why=why, edit=Edit(key=near, safe=False) if near else None)


@book.option(
    WIZARD,
    ANY,
    id="WIZ002",
    severity=ERROR,
    title="an option that the object does not have",
    why=f"{_GONE}: it does not have such an option",
    fix="correct or remove it",
    bad=TRUNK + "endpoint/fromm_user=alice\n",
    good=TRUNK + "endpoint/from_user=alice\n",
    effect="there is no endpoint",
)
def unknown_in_object(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    passed = _passed_on(entry.key)
    if passed and passed[0] != "phoneprov" and not wizard.vocabulary.knows(*passed):
        stranger = wizard.vocabulary.stranger(*passed)
        key = f"{entry.key.partition('/')[0]}/{stranger.near}"
        edit = Edit(key=key, safe=False) if stranger.near else None
        yield Spot(entry, why=stranger.why, fix=stranger.fix, edit=edit)


@book.section(
    "",
    id="WIZ003",
    severity=ERROR,
    title="a section that is no wizard",
    why="Asterisk passes over a section without type=wizard, and says nothing",
    fix="write type=wizard, or make it a template with (!)",
    bad=TRUNK.replace("type=wizard", "type=Wizard"),
    good=TRUNK,
    effect="there is no endpoint",
)
def no_wizard(section: EffectiveSection, wizard: Wizard) -> Spots:
    if section.entries and section.line is not None:
        types = section.values("type")
        near = types and fold(types[-1].value) == WIZARD
        yield Spot(types[-1] if types else section, edit=Edit(value=WIZARD, safe=False) if near else None)


@book.option(
    WIZARD,
    ANY,
    id="WIZ010",
    severity=WARNING,
    title="neither yes nor no",
    why="Asterisk takes any word but yes, true, y, t, 1 and on for no, and says nothing",
    fix="write yes or no",
    bad=TRUNK.replace("sends_registrations=yes", "sends_registrations=yess"),
    good=TRUNK,
    effect="there is no registration",
)
def wrong_truth(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    passed = _passed_on(entry.key)
    meant: Optional[str] = None
    if passed:
        meant = wizard.vocabulary.wrong_truth(*passed, entry.value) if passed[0] != "phoneprov" else None
    elif fold(entry.key) in _TRUTHS:
        meant = truth_meant(entry.value)
    if meant is not None:
        yield Spot(entry, edit=truth_edit(meant))


@book.option(
    WIZARD,
    ANY,
    id="WIZ012",
    severity=ERROR,
    title="a value that the object does not take",
    why=f"{_GONE}",
    fix="write a value that it takes",
    bad=TRUNK + "endpoint/dtmf_mode=rfc2833\n",
    good=TRUNK + "endpoint/dtmf_mode=rfc4733\n",
    effect="there is no endpoint",
)
def wrong_value(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    passed = _passed_on(entry.key)
    if passed:
        number = wizard.vocabulary.wrong_number(*passed, entry.value)
        choice = None if number else wizard.vocabulary.wrong_choice(*passed, entry.value)
        why, near = choice or (number, "")
        if why:
            edit = Edit(value=near, safe=False) if near and "," not in entry.value else None
            yield Spot(entry, why=f"{why}: {_GONE}", fix=f"did you mean {near}?" if near else "", edit=edit)


@book.option(
    WIZARD,
    *_PATTERNS,
    id="WIZ013",
    severity=ERROR,
    title="a URI that is cut at a semicolon",
    why="a ; begins a comment: the parameters behind it are lost, be it transport=tls",
    fix="write \\; instead",
    bad=TRUNK + "server_uri_pattern=sip:${REMOTE_HOST};transport=tcp\n",
    good=TRUNK + "server_uri_pattern=sip:${REMOTE_HOST}\\;transport=tcp\n",
    effect="the REGISTER comes by UDP",
)
def cut_uri(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    lost = cut_off(entry, wizard)
    if lost:
        whole = f"{entry.value};" + lost.replace("\\;", ";")
        yield Spot(entry, part=";" + lost.partition("=")[0], edit=Edit(value=whole, safe=False))


@book.whole(
    id="WIZ015",
    severity=ERROR,
    title="two wizards of one name",
    why="the last one counts, and the other does nothing",
    fix="give each its own name; [NAME](+) adds to the first",
    bad=TRUNK + TRUNK.replace("192.0.2.1", "192.0.2.2"),
    good=TRUNK + TRUNK.replace("192.0.2.1", "192.0.2.2").replace("[provider]", "[provider-2]"),
    effect="the provider of the first one is not known",
)
def twice(wizard: Wizard) -> Spots:
    last: Dict[str, EffectiveSection] = {}
    for section in wizard.sections:
        if not section.template and wizard.scope(section) == WIZARD:
            before = last.get(section.name)
            if before:
                yield Spot(before)
            last[section.name] = section


@book.option(
    WIZARD,
    "remote_hosts",
    id="WIZ017",
    severity=ERROR,
    title="a host that makes no URI",
    why="Asterisk puts each host behind sip:, and makes no registration when that is no URI",
    fix="write HOST, HOST:PORT or [ADDRESS]:PORT, joined by commas",
    bad=TRUNK.replace("remote_hosts=192.0.2.1", "remote_hosts=sip:192.0.2.1"),
    good=TRUNK,
    effect="there is no registration",
)
def no_host(entry: EffectiveEntry, section: EffectiveSection, wizard: Wizard) -> Spots:
    if entry is section.last("remote_hosts"):
        for host in words(entry.value):
            why, fix = wrong_uri(f"sip:{host}")
            if why:
                yield Spot(entry, part=host, fix=fix)

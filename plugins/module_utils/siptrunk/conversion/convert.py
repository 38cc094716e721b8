# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sip.conf to pjsip.conf: the trunks, the text, and an account of every option of every section.

The report is complete by construction: it walks over all that Asterisk takes from the file, and not over what was
converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from .. import register_line
from ..config.document import Document
from ..config.effective import Effective, EffectiveEntry, EffectiveSection
from ..config.masking import masked_value
from ..config.text import fold
from ..drivers import pjsip
from ..drivers.chan_sip_peer import CHALLENGED, FORCE, FRIEND, ONE_PORT, SEVERAL_TRANSPORTS
from ..drivers.options import Catalogue
from ..drivers.pjsip_conf import CHOICES
from ..drivers.shared import CHANGED, IGNORED, LOST, NO, Leftover
from ..drivers.sip_conf import FIELD_OF, INHERITED, INSECURE, PEER_OPTION, RAW, RETRY_INTERVAL
from ..errors import Problem
from ..fields import is_address
from ..secrets import MASK, mask, secrets_in
from ..uris import unbracketed
from . import general_options
from .account import NOT_REPRESENTABLE, Account, Fate, Place, carried, changed, left_alone, lost, worst
from .peer_options import ALSO_GENERAL, ONLY_GENERAL
from .trunks import Unit, gather, one_name


@dataclass(frozen=True)
class Conversion:
    """What sip.conf became.

    trunks: for chan_pjsip, in the form of ``sip_trunks``; document: their part of pjsip.conf
    accounts: one for every option of sip.conf, in its order, and one for every line that Asterisk does not take
    remarks: what nobody wrote, and is otherwise all the same
    problems: of the trunks that are not in the document
    endpoints: where calls to a section of sip.conf go now
    settings: the lines of pjsip.conf besides, which are not for one trunk
    """

    trunks: List[Dict[str, Any]] = field(repr=False)
    document: Document = field(repr=False)
    accounts: List[Account]
    remarks: List[Account]
    problems: List[Problem]
    endpoints: Dict[str, str]
    settings: Document

    @property
    def complete(self) -> bool:
        """Whether everything that counted was carried, or changed for a reason."""
        fates = (account.fate for account in [*self.accounts, *self.remarks])
        return not self.problems and all(fate.outcome != NOT_REPRESENTABLE for fate in fates)


def convert(effective: Effective, catalogues: Sequence[Catalogue]) -> Conversion:
    """catalogues: the Asterisks that must know each option that is written"""
    return _Converter(effective, catalogues).conversion()


def shown(key: str, value: str) -> str:
    """A value for people: only of options that hold no secret, and nothing that looks like an account."""
    key = one_name(key)
    known = key in RAW | FIELD_OF.keys() | INHERITED | ALSO_GENERAL | ONLY_GENERAL | _SETTINGS
    if key == "register":
        # Of a line that chan_sip drops, any part may be the secret.
        return register_line.masked(value) if register_line.parse(value).line else MASK
    if key in _HIDDEN or not known or _ACCOUNT.search(value):
        return MASK if value else ""
    return masked_value(key, value)


_SETTINGS = general_options.KNOWN | {RETRY_INTERVAL, "defaultexpiry", "defaultexpirey", "srvlookup"}
# user:secret@host, or several options on one line.
_ACCOUNT = re.compile("(secret|passw).*=|:.*@", re.IGNORECASE)
_HIDDEN = frozenset({"auth", "mwi", "setvar", "header"})
_TEMPLATE = "is in a template: see [{}]"
_UNUSED_TEMPLATE = "is in a template that no section inherits"
_CORRECT = "correct the trunk as its problem says"
_BY_HAND = "see what it is for, and write that by hand"
# Of what the reader says is otherwise: how it is now, and why.
_OTHERWISE = {
    FRIEND: ("identify_by=ip", "a friend lets in whoever writes its name into From"),
    CHALLENGED: (
        "identify_by=ip, and no auth: the provider's calls are not challenged any more",
        "a provider answers no challenge, and a stranger has another address",
    ),
    ONE_PORT: (
        "calls may come from any port of the host, and not from one only",
        "an address behind NAT has many ports, and identify knows the address",
    ),
    FORCE: ("a proxy with lr, without force", "requests inside of a call follow the route of the call"),
    SEVERAL_TRANSPORTS: ("calls to the provider leave by the first", "calls from it may come by any"),
}
# Options that add up; of all others, the last one counts.
_ADDING = frozenset(
    {
        "register",
        "allow",
        "disallow",
        "permit",
        "deny",
        "acl",
        "setvar",
        "type",
        "nat",
        "sendrpid",
        "t38pt_udptl",
    }
    | {"header", "auth", "localnet", "domain", "mwi", "mailbox", "contactacl", "contactdeny", "contactpermit"}
    | {"directmediaacl", "directmediadeny", "directmediapermit", "jbenable"}
)
# Where an option of a peer is: kinds of objects, and their options.
_WHERE: Dict[str, Tuple[Tuple[str, str], ...]] = {
    "type": (("endpoint", "identify_by"),),
    "insecure": (("endpoint", "identify_by"),),
    "host": (("aor", "contact"), ("identify", "match")),
    "port": (("aor", "contact"),),
    "transport": (("aor", "contact"),),
    "outboundproxy": tuple((kind, "outbound_proxy") for kind in ("registration", "aor", "endpoint")),
    "context": (("endpoint", "context"),),
    "permit": (("endpoint", "permit"),),
    "deny": (("endpoint", "deny"),),
    "secret": (("auth", "password"),),
    "remotesecret": (("auth", "password"),),
    "md5secret": (("auth", "md5_cred"),),
    "defaultuser": (("auth", "username"),),
    "fromuser": (("endpoint", "from_user"),),
    "fromdomain": (("endpoint", "from_domain"),),
    "callbackextension": tuple(
        ("registration", option) for option in ("server_uri", "client_uri", "contact_user")
    ),
    "qualify": (("aor", "qualify_frequency"), ("aor", "qualify_timeout")),
    "qualifyfreq": (("aor", "qualify_frequency"),),
    "allow": (("endpoint", "allow"),),
    "disallow": (("endpoint", "disallow"),),
    "description": (("endpoint", "@description"),),
    **{
        key: tuple(("endpoint", name) for choice in CHOICES if choice.field == option.field for name in choice.keys)
        for key, option in PEER_OPTION.items()
    },
}  # fmt: skip
# Those of which only the object with the very value counts.
_EXACT = frozenset({"secret", "remotesecret", "md5secret", "defaultuser"})
_OF_REGISTRATION = (
    *(("registration", option) for option in ("server_uri", "client_uri", "contact_user", "expiration")),
    *(("auth", option) for option in ("username", "password", "md5_cred")),
)


class _Converter:
    def __init__(self, effective: Effective, catalogues: Sequence[Catalogue]) -> None:
        self._effective = effective
        self._catalogues = catalogues
        self._general = effective.first("general")
        self._said: Dict[str, List[str]] = {}
        for entry in self._general.entries if self._general else ():
            self._said.setdefault(one_name(entry.key), []).append(entry.value)
        found = gather(effective, self._said, self._refuse)
        self._units, self._problems = found.units, found.problems
        self._made, self._answering = found.made, found.answering
        self._unit_of = {name: unit for unit in self._units for name in unit.names}
        self._told: Dict[Tuple[str, str, Optional[int], str], List[Leftover]] = {}
        for leftover in found.leftovers:
            at = (fold(leftover.section), leftover.path, leftover.line, fold(leftover.key))
            self._told.setdefault(at, []).append(leftover)
        self._hidden = set().union(
            *(secrets_in(unit.data) for unit in self._units), self._in_register_lines()
        )
        # All sections of one name add up: their entries, and the first of them.
        self._together: Dict[str, List[EffectiveEntry]] = {}
        self._first: Dict[str, EffectiveSection] = {}
        for section in effective.sections:
            if not section.template and not (section.is_named("general") and section is not self._general):
                first = self._first.setdefault(fold(section.name), section)
                if first is section or section.last("type"):
                    self._together.setdefault(fold(section.name), []).extend(section.entries)

    def conversion(self) -> Conversion:
        trunks = [unit.trunk for unit in self._units if unit.trunk]
        protocols = [trunk.provider.transport for trunk in trunks]
        harmless = {
            key: [value for value in values if shown(key, value) == value]
            for key, values in self._said.items()
        }
        self._lines = general_options.lines(harmless, protocols) if trunks else []
        accounts = [*self._skipped_lines(), *self._accounts()]
        endpoints = {
            section.name: pjsip.calling(unit.trunk)
            for unit in self._units
            if unit.trunk
            for section in unit.origin.sections
            if fold(section.name) not in self._made
        }
        return Conversion(
            [unit.data for unit in self._units if unit.trunk],
            self._document(),
            [self._masked(account) for account in accounts],
            [self._masked(remark) for remark in self._remarks()],
            [_unvalued(problem) for problem in self._problems],
            endpoints,
            general_options.document(self._lines),
        )

    def _refuse(self, kind: str, option: str) -> Optional[str]:
        reasons = (catalogue.check(kind, option) for catalogue in self._catalogues)
        return next(filter(None, reasons), None)

    def _document(self) -> Document:
        document = Document.parse("; Made of sip.conf by siptrunk convert.\n")
        for section in (section for unit in self._units for section in unit.rendered):
            written = document.add_section(section.name, comment=section.comment)
            for key, value in section.entries:
                written.add(key, value)
        return document

    # The accounts

    def _accounts(self) -> Iterator[Account]:
        for section in self._effective.sections:
            for entry in section.entries:
                yield _account(section, entry, self._fate(section, entry))

    def _skipped_lines(self) -> Iterator[Account]:
        for leftover in (one for told in self._told.values() for one in told):
            if not leftover.section:
                fate = left_alone(f"Asterisk does not take the line: {leftover.reason}")
                if leftover.reason.startswith("#exec"):
                    fate = lost(leftover.reason, "put what it prints into a file, and include that")
                yield Account(leftover.path, leftover.line, "", "", "", fate)

    def _remarks(self) -> Iterator[Account]:
        """What the reader says of options that are not there."""
        there = {
            (entry.path, entry.line, fold(entry.key))
            for section in self._effective.sections
            for entry in section.entries
        }
        for (name, path, line, key), told in self._told.items():
            if not key or name in self._made or (path, line, key) in there:
                continue
            for leftover in told:
                if leftover.fate != IGNORED:
                    fate = self._as_told(leftover, ())
                    yield Account(path, line, leftover.section, key, shown(key, leftover.value), fate)
        for unit in self._units:
            section = next(iter(unit.origin.sections), None)
            automatic = unit.fates.get("nat")
            if automatic and section and not unit.says("nat") and "nat" not in self._said and unit.trunk:
                value = "auto_force_rport"
                yield Account(section.path, section.line, section.name, "nat", value, automatic)

    def _fate(self, section: EffectiveSection, entry: EffectiveEntry) -> Fate:
        if section.template:
            heirs = [
                other.name
                for other in self._effective.sections
                if not other.template and any(entry is own or entry == own for own in other.entries)
            ]
            return left_alone(_TEMPLATE.format("], [".join(heirs)) if heirs else _UNUSED_TEMPLATE)
        if section.is_named("general"):
            return self._general_fate(section, entry)
        of_section = self._of_section(section)
        for leftover in of_section:
            if leftover.fate == IGNORED and section.is_named("authentication"):
                return _authentication(entry)
            if leftover.fate != CHANGED:
                return self._as_told(leftover, ())
        unit = self._unit_of[fold(section.name)]
        later = self._later(section, entry)
        if later:
            return left_alone(f"line {later.line} says otherwise, and counts")
        told = self._told.get((fold(section.name), entry.path, entry.line, fold(entry.key)), [])
        if fold(entry.key) == "host":
            told = [*told, *of_section]
        return self._judged(unit, entry, told)

    def _of_section(self, section: EffectiveSection) -> List[Leftover]:
        """What the reader says of the section as a whole, or of the first one of its name."""
        name = fold(section.name)
        own = self._told.get((name, section.path, section.line, ""), [])
        first = self._first[name]
        return own or ([] if name in self._unit_of else self._told[name, first.path, first.line, ""])

    def _judged(self, unit: Unit, entry: EffectiveEntry, told: Sequence[Leftover]) -> Fate:
        if not unit.trunk:
            return lost(f"the trunk {unit.data['name']} is refused", _CORRECT)
        fate = self._meaning(unit, entry)
        if told and all(leftover.fate == IGNORED for leftover in told):
            return self._as_told(told[0], ())
        return worst(*(self._as_told(leftover, fate.places) for leftover in told), fate)

    def _as_told(self, leftover: Leftover, places: Tuple[Place, ...]) -> Fate:
        if leftover.fate == IGNORED:
            return left_alone(leftover.reason)
        if leftover.fate == CHANGED:
            how, why = _OTHERWISE.get(leftover.reason, (leftover.reason, ""))
            return changed(how, why, *places)
        if not leftover.key:
            return lost(leftover.reason, "give the section another name")
        field_of = FIELD_OF.get(fold(leftover.key))
        return lost(leftover.reason, f"see {field_of}" if field_of else _BY_HAND)

    def _later(self, section: EffectiveSection, entry: EffectiveEntry) -> Optional[EffectiveEntry]:
        """The entry that counts in place of this one."""
        key = one_name(entry.key)
        if key in _ADDING:
            return None
        same = [own for own in self._together[fold(section.name)] if one_name(own.key) == key]
        return same[-1] if same[-1] != entry else None

    def _meaning(self, unit: Unit, entry: EffectiveEntry) -> Fate:
        """What a trunk makes of an option that it has read."""
        key = one_name(entry.key)
        if not entry.value:
            return left_alone("is empty, and says nothing")
        if key in unit.fates and key != "disallow":
            return unit.fates[key]
        other = self._unit_of.get(fold(self._answering.get(fold(unit.data["provider"]["host"]), "")), unit)
        if key == "callbackextension" and other.context != unit.context:
            return lost(
                f"chan_sip brings calls for {entry.value} to {unit.context}; an endpoint is known by its address, "
                f"and that of {other.data['name']} has the same",
                f"answer {entry.value} in {other.context}",
            )
        places = unit.places(_WHERE.get(key, ()), entry.value if key in _EXACT else None)
        how, why = self._otherwise(key, entry.value, unit)
        if how and (places or key not in _EXACT):
            return changed(how, why, *places)
        if places:
            return carried(*places)
        return left_alone(_NOWHERE.get(key, "says nothing that the trunk does not say without it"))

    def _otherwise(self, key: str, value: str, unit: Unit) -> Tuple[str, str]:
        if key == "insecure" and set(fold(value).split(",")) != set(INSECURE.split(",")):
            return _OTHERWISE[ONE_PORT]
        if key == "secret":
            return (
                "it is for calls out only",
                "with an auth, the endpoint would challenge the provider's calls",
            )
        if key == "outboundproxy":
            return "a URI with lr, in registration, aor and endpoint", "all requests of a trunk take one way"
        if key == "qualify" and fold(value) not in NO:
            return "seconds, not milliseconds", "chan_pjsip counts that way"
        if key == "host":
            return self._otherwise_host(unbracketed(value), unit)
        if key in ("permit", "deny") and not unit.places(_WHERE[key]):
            return "no identify, so that no calls come in", "the section lets none in"
        return "", ""

    def _otherwise_host(self, host: str, unit: Unit) -> Tuple[str, str]:
        answering = self._answering.get(fold(host))
        if answering and fold(answering) not in unit.names:
            return (
                f"calls from it come to what was [{answering}]",
                "as with chan_sip, which takes the first one",
            )
        if answering and not is_address(host):
            return (
                "all addresses of the name are trusted",
                "chan_sip trusts the one that it found at the last reload",
            )
        return "", ""

    def _general_fate(self, section: EffectiveSection, entry: EffectiveEntry) -> Fate:
        key = one_name(entry.key)
        if section is not self._general:
            return left_alone("chan_sip reads the first [general] only")
        later = self._later(section, entry)
        if later:
            return left_alone(f"line {later.line} says otherwise, and counts")
        if key == "register":
            return self._register_fate(entry)
        counting = [unit for unit in self._units if not unit.says(key)]
        if key in general_options.WRITTEN:
            return general_options.written(key, self._lines)
        if key in INHERITED | ALSO_GENERAL | ONLY_GENERAL:
            if not counting:
                return left_alone("no trunk needs it: those that there are say otherwise themselves")
            # Of a refused trunk, its own options tell.
            sound = [unit for unit in counting if unit.trunk] or counting
            return worst(*(self._inherited_fate(unit, entry) for unit in sound))
        if key in _OF_ALL_REGISTRATIONS:
            return self._registrations_fate(key, entry)
        return general_options.fate(key, self._said)

    def _inherited_fate(self, unit: Unit, entry: EffectiveEntry) -> Fate:
        told = [
            leftover
            for own in unit.origin.sections
            for leftover in self._told.get((fold(own.name), entry.path, entry.line, fold(entry.key)), [])
        ]
        return self._judged(unit, entry, told)

    def _register_fate(self, entry: EffectiveEntry) -> Fate:
        told = self._told.get(("general", entry.path, entry.line, fold(entry.key)), [])
        unit = next((unit for unit in self._units if unit.origin.register is entry), None)
        notices = register_line.parse(entry.value).notices
        fixes = "; ".join(notice.fix for notice in notices)
        for leftover in told:
            if leftover.fate == LOST:
                return lost(leftover.reason, fixes or "see registration.domain")
        if notices and unit:
            # What chan_sip makes of it is there; it is hardly what was meant.
            return lost("; ".join(map(str, notices)), fixes)
        if unit is None:
            return left_alone(told[0].reason if told else "chan_sip makes nothing of it")
        if not unit.trunk:
            return lost(f"the trunk {unit.data['name']} is refused", _CORRECT)
        places = [
            place
            for place in unit.places(_OF_REGISTRATION)
            if place.kind == "registration" or place.section == unit.trunk.name
        ]
        if unit.guests:
            how = f"calls from its host are calls of an endpoint, in the context {unit.guests}"
            return changed(how, "to chan_sip they are those of a guest; chan_pjsip has no guests", *places)
        return carried(*places)

    def _registrations_fate(self, key: str, entry: EffectiveEntry) -> Fate:
        sound = [unit for unit in self._units if unit.trunk]
        places = [place for unit in sound for place in unit.places(_OF_ALL_REGISTRATIONS[key])]
        if not places:
            return left_alone("no trunk needs it")
        if key == RETRY_INTERVAL:
            return changed("seconds between two tries", "chan_sip waits as long for an answer", *places)
        if key == "srvlookup" and fold(entry.value) in NO:
            return changed(
                "the usual port is written, so that no SRV counts", "chan_pjsip has no switch", *places
            )
        return carried(*places)

    # What nobody may see

    def _in_register_lines(self) -> Set[str]:
        """Parts of register lines that do not show in their masked form; of a misread line, any may be the secret."""
        found: Set[str] = set()
        for entry in self._general.entries if self._general else ():
            if fold(entry.key) == "register":
                line, visible = register_line.parse(entry.value).line, register_line.masked(entry.value)
                texts = (line.user, line.secret, line.auth_user, line.peer, line.extension) if line else ()
                found.update(text for text in texts if text and text not in visible)
        return found

    def _masked(self, account: Account) -> Account:
        """Without what a message of the reader may have quoted."""
        quotable = {text for text in self._hidden if len(text) > 3}
        fate = account.fate
        return account._replace(
            fate=fate._replace(how=mask(fate.how, quotable), why=mask(fate.why, quotable))
        )


_OF_ALL_REGISTRATIONS: Dict[str, Tuple[Tuple[str, str], ...]] = {
    RETRY_INTERVAL: (("registration", "retry_interval"),),
    "defaultexpiry": (("registration", "expiration"),),
    "srvlookup": (("identify", "srv_lookups"), ("aor", "contact")),
}
_NOWHERE = {
    "trunkname": "names the trunk",
    **dict.fromkeys(_EXACT, "is not used: another option of the trunk says it for calls out"),
    "port": "is that of the register line",
    "transport": "is that of the register line",
}


def _account(section: EffectiveSection, entry: EffectiveEntry, fate: Fate) -> Account:
    return Account(entry.path, entry.line, section.name, entry.key, shown(entry.key, entry.value), fate)


def _authentication(entry: EffectiveEntry) -> Fate:
    if fold(entry.key) != "auth":
        return left_alone("chan_sip ignores it")
    instead = "write auth: own, user and secret into outbound of the trunk whose provider has this realm"
    return lost("is for all that a realm challenges, and an account here is of one trunk", instead)


def _unvalued(problem: Problem) -> Problem:
    """Without the value: of a register line that was misread, any field may be the secret."""
    return replace(problem, value=None)

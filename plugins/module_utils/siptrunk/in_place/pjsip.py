# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in pjsip.conf: each is several objects, which have names of their own and refer to each other by them.

An object that somebody else refers to, too, is left to them: a trunk that needs it otherwise gets one of its own.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import ClassVar, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..config.document import Entry, Section
from ..config.effective import Effective, EffectiveEntry, EffectiveSection, load
from ..config.text import fold
from ..drivers import pjsip
from ..drivers.pjsip_conf import FIELD_OF, KINDS, NEVER_GIVE_UP, shown
from ..drivers.pjsip_reader import NEVER_AGAIN, items, single_host
from ..drivers.shared import Leftover, RenderedSection, distinct
from ..errors import ConfigError
from ..fields import is_address
from ..trunk import Trunk
from .files import Identity, Trunks, Values, values_of

WIZARD = "pjsip_wizard.conf"
# By kind of object, the options that others refer to one with.
REFERRING = {"auth": ("auth", "outbound_auth"), "aor": ("aors",)}
# The objects that have one place in a trunk, each behind those that it refers to; and what the references are.
PARTS = ("account", "calls", "aor", "registration", "endpoint")
REFERENCES = {
    "registration": {"outbound_auth": "account"},
    "endpoint": {"outbound_auth": "calls", "aors": "aor"},
    "identify": {"endpoint": "endpoint"},
}
# Lists in one option, of which a trunk has the first item.
LISTS = ("outbound_auth", "aors", "contact")
# One that no trunk can have stays: without it, more people would get in.
ACCESS_LIST = {"permit", "deny", "acl"}
_WIZARD = "is made by the wizard, and those trunks are not read; write its objects into pjsip.conf"


@dataclass(frozen=True)
class Parts:
    """The objects of a trunk by what they are for.

    single: those of PARTS that it has; account, calls: what its registration and its calls authenticate with, maybe
        the same object
    """

    single: Mapping[str, EffectiveSection]
    identifies: Sequence[EffectiveSection]

    @classmethod
    def of(cls, sections: Iterable[EffectiveSection]) -> Parts:
        kinds: Dict[str, Dict[str, EffectiveSection]] = defaultdict(dict)
        for section in sections:
            kinds[_kind(section)][section.name] = section
        single = {kind: next(iter(kinds[kind].values()), None) for kind in ("registration", "endpoint")}
        for user, references in REFERENCES.items():
            for key, part in references.items():
                found = single.get(user)
                named = kinds["aor" if part == "aor" else "auth"]
                if found and part not in single:
                    single[part] = named.get(_first(found, key))
        present = {part: section for part, section in single.items() if section}
        return cls(present, list(kinds["identify"].values()))

    @classmethod
    def rendered(cls, trunk: Trunk) -> Parts:
        return cls.of(
            EffectiveSection(
                new.name,
                "",
                None,
                entries=[EffectiveEntry(key, value, "", None) for key, value in new.entries],
            )
            for new in pjsip.sections([trunk])
        )


@dataclass
class _Job:
    """One trunk that is to be as wanted.

    there: its objects in the files; was: as the trunk that stands there would be rendered; wanted: as it shall be
    names: of the objects that it has then, by part
    missing: hosts that no object trusts yet
    added: objects that are to be written
    """

    trunk: Trunk
    found: Optional[Trunk]
    there: Parts
    whole: bool
    names: Dict[str, str] = field(default_factory=dict)
    missing: List[str] = field(default_factory=list)
    added: List[RenderedSection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wanted = Parts.rendered(self.trunk)
        self.was = Parts.rendered(self.found) if self.found else Parts({}, ())

    def named(self, kind: str, values: Values) -> Values:
        """With references to the objects that it has."""
        references = REFERENCES.get(kind, {})
        return {key: [self.names[references[key]]] if key in references else values[key] for key in values}


class PjsipTrunks(Trunks):
    driver: ClassVar[ModuleType] = pjsip

    def _take(self, effective: Effective) -> None:
        super()._take(effective)
        self._wizards = list(self._made_by_wizard())
        for one in self._wizards:
            self.leftovers.append(Leftover(one.path, one.line, one.name, "", "type=wizard", _WIZARD))

    def _made_by_wizard(self) -> Iterator[EffectiveSection]:
        path = self._in_config_dir(WIZARD)
        if os.path.exists(path):
            for section in load(path, config_dir=self._config_dir).sections:
                if _kind(section) == "wizard" and not section.template:
                    yield section

    def _edit(self, wanted: Sequence[Trunk], removed: Sequence[str], whole: bool) -> Set[Identity]:
        for trunk in wanted:
            self._check_wizard(trunk)
        jobs = [
            _Job(trunk, self._as_read(trunk.name), Parts.of(self._sections_of(trunk.name)), whole)
            for trunk in wanted
        ]
        names = [*removed, *(trunk.name for trunk in wanted)]
        sections = [section for name in names for section in self._sections_of(name)]
        touched = {_identity(section) for section in sections if not self._is_shared(section)}
        for name in removed:
            for section in self._sections_of(name):
                if _kind(section) not in REFERRING:
                    self._remove_section(section)
        for job in jobs:
            self._write(job)
            touched |= {("", dict(new.entries)["type"], new.name) for new in job.added}
        return touched | self._remove_unused(
            {_identity(section) for section in sections if _kind(section) in REFERRING}
        )

    def _said(self, effective: Effective, touched: Set[Identity]) -> Dict[Identity, List[Tuple[str, str]]]:
        said: Dict[Identity, List[Tuple[str, str]]] = {}
        for section in effective.sections:
            if _identity(section) not in touched:
                entries = [(entry.key, entry.value) for entry in section.entries]
                said.setdefault(_identity(section), []).extend(entries)
        return said

    def _answering(self, name: str) -> Identity:
        return ("", "endpoint", name)

    def _trusting(self, trunk: Trunk) -> Iterable[Tuple[str, str]]:
        return [(pjsip.calling(trunk), host) for host in trunk.inbound.trust]

    def _holds(self, section: EffectiveSection, path: str, container: Section) -> bool:
        header = (path, container.line) == (section.path, section.line)
        return header or (container.append and section.is_named(container.name))

    def _headers(self, section: EffectiveSection) -> List[Tuple[str, Section]]:
        """Its own, and those that add to it."""
        document = self._documents[section.path]
        headers = [(section.path, one) for one in document.sections if one.line == section.line]
        for entry in section.entries:
            added = (entry.path, self._container(entry)[0])
            if added not in headers and self._holds(section, *added):
                headers.append(added)
        return headers

    def _differences(self, found: Trunk, wanted: Trunk) -> Iterator[str]:
        """Options, by the kind of object: what would be written alike is alike."""
        ours, theirs = _options(wanted), _options(found)
        for kind, key in {**ours, **theirs}:
            if ours.get((kind, key)) != theirs.get((kind, key)):
                yield f"{kind} {key}"

    # What there is

    def _sections_of(self, name: str) -> List[EffectiveSection]:
        return self._origins[name].sections if name in self._origins else []

    def _is_shared(self, section: EffectiveSection) -> bool:
        """Whether others than one trunk refer to an object."""
        users = list(_users(self._effective, section))
        return not any(all(user in origin.sections for user in users) for origin in self._origins.values())

    def _check_wizard(self, trunk: Trunk) -> None:
        for one in self._wizards:
            if one.is_named(trunk.name) or one.is_named(pjsip.calling(trunk)):
                raise ConfigError(one.path, f"[{one.name}] {_WIZARD}, or rename the trunk", one.line)

    # What changes

    def _write(self, job: _Job) -> None:
        for part in PARTS:
            wanted, there = job.wanted.single.get(part), job.there.single.get(part)
            account, its = job.wanted.single.get("account"), job.there.single.get("account")
            if wanted is None:
                if there and part == "registration":
                    self._remove_section(there)
            elif part == "calls" and wanted is account and there in (None, its):
                job.names[part] = job.names["account"]
            elif part == "calls" and account and wanted is not account and there is its:
                job.names[part] = self._add(job, wanted)
            else:
                job.names[part] = self._write_part(job, part, wanted, there)
        self._write_identifies(job)
        # A trunk that has objects already gets the others behind them.
        there_already = [*job.there.single.values(), *job.there.identifies]
        path = there_already[-1].path if there_already else self._in_config_dir(self._places.sections)
        comment = None if there_already else next(pjsip.sections([job.trunk])).comment
        for new in sorted(job.added, key=lambda new: KINDS.index(dict(new.entries)["type"])):
            self._append_section(new._replace(comment=comment), path)
            comment = None
            if there_already:
                self.told.append(f"add section {new.name} ({dict(new.entries)['type']})")

    def _write_part(
        self, job: _Job, part: str, wanted: EffectiveSection, there: Optional[EffectiveSection]
    ) -> str:
        """Have an object say what is wanted; returns its name."""
        if there and part == "endpoint" and there.name != wanted.name:
            self._remove_section(there)
        elif there:
            was = job.was.single.get(part)
            values = job.named(_kind(wanted), _values(wanted))
            if self._change(job, there, _values(was) if was else {}, values):
                return there.name
        return self._add(job, wanted)

    def _change(self, job: _Job, section: EffectiveSection, was: Values, wanted: Values) -> bool:
        """Change the options of an object that are not as wanted; False when it is not the trunk's alone."""
        kind = _kind(section)
        for key in REFERENCES.get(kind, {}):
            was[key] = [_first(section, key)] if section.last(key) else []
        unfit = self._unfit(section, wanted) if job.whole else set()
        changed = {key for key in {**was, **wanted} if was.get(key, []) != wanted.get(key, [])} | unfit
        if changed and self._is_shared(section):
            return False
        for key in sorted(unfit):
            values = " ".join(shown(kind, key, value) for value in wanted.get(key, []))
            self.told.append(f"section {section.name}: {key} {values or 'removed'}")
        if not job.whole:
            further = {key: [item.value for item in items(section, key)[1:]] for key in LISTS}
            wanted = {
                **wanted,
                **{key: [",".join([*wanted[key], *further[key]])] for key in LISTS if key in wanted},
            }
        allowed = self._own(section, "allow")
        if "allow" in changed and not self._own(section, "disallow") and _begins_anew(allowed):
            self._set(section, "allow", [f"!all,{value}" for value in wanted["allow"]])
            changed -= {"allow", "disallow"}
        gone = sorted(unfit - wanted.keys())
        self._set_all(section, [key for key in {**wanted, **was} if key in changed] + gone, wanted)
        return True

    def _unfit(self, section: EffectiveSection, wanted: Values) -> Set[str]:
        """Options that a field stands for and that no trunk can hold, and those without which it would give up."""
        kind = _kind(section)
        places = {(section.path, section.line), *((entry.path, entry.line) for entry in section.entries)}
        left = {
            fold(leftover.key)
            for leftover in self.leftovers
            if leftover.section == section.name and (leftover.path, leftover.line) in places
        }
        unsaid = {key for key in (*NEVER_GIVE_UP, *NEVER_AGAIN) if section.last(key) is None}
        return left & (FIELD_OF[kind].keys() - ACCESS_LIST) | (left | unsaid) & wanted.keys()

    def _add(self, job: _Job, wanted: EffectiveSection) -> str:
        """Have an object written; returns the name that it gets."""
        kind = _kind(wanted)
        same = [one for one in self._effective.sections if _kind(one) == kind and self._headers(one)]
        taken = {fold(one.name) for one in same if not one.template}
        taken |= {fold(new.name) for new in job.added if dict(new.entries)["type"] == kind}
        if kind == "endpoint" and fold(wanted.name) in taken:
            place = next(one for one in same if one.is_named(wanted.name))
            reason = f"[{wanted.name}] is no endpoint of this trunk; rename it or the trunk"
            raise ConfigError(place.path, reason, place.line)
        name = distinct(wanted.name, taken)
        values = job.named(kind, _values(wanted))
        entries = [(key, value) for key in values for value in values[key]]
        job.added.append(RenderedSection(name, None, entries))
        return name

    def _write_identifies(self, job: _Job) -> None:
        held = {
            fold(single_host(item.value) or "")
            for identify in job.there.identifies
            for item in items(identify, "match")
            if self._is_trusting(identify, item)
        }
        job.missing = [host for host in job.trunk.inbound.trust if fold(host) not in held]
        for identify in job.there.identifies:
            self._write_identify(job, identify)
        for new in _identifies(job.trunk, job.missing):
            self._add(job, new)

    def _write_identify(self, job: _Job, identify: EffectiveSection) -> None:
        had = items(identify, "match")
        matches = list(self._matches(job, identify))
        if not matches and (had or job.whole):
            self._remove_section(identify)
            return
        hosts = [single_host(match) for match in matches]
        if all(host and is_address(host) for host in hosts):
            addresses = [host for host in job.missing if is_address(host)]
            matches += addresses
            job.missing = [host for host in job.missing if host not in addresses]
        before = [single_host(item.value) for item in had]
        was = {**_of_one(job.found, before), "match": [item.value for item in had]}
        wanted = {**_of_one(job.trunk, hosts), "endpoint": [job.names["endpoint"]], "match": matches}
        self._change(job, identify, was, wanted)

    def _matches(self, job: _Job, identify: EffectiveSection) -> Iterator[str]:
        """What an object shall match; a host that is not trusted any more makes room for one that is now."""
        trusted = set(map(fold, job.trunk.inbound.trust))
        matches = items(identify, "match")
        for item in matches:
            host = single_host(item.value)
            if host is None or not self._is_trusting(identify, item):
                if not job.whole:
                    yield item.value
            elif fold(host) in trusted:
                yield item.value
            else:
                alike = [other for other in job.missing if is_address(other) == is_address(host)]
                # One that stands alone may be of the other kind: a name that cannot be resolved takes nobody with it.
                instead = next(iter(alike or (job.missing if len(matches) == 1 else [])), None)
                if instead:
                    job.missing.remove(instead)
                    yield instead

    def _is_trusting(self, identify: EffectiveSection, match: EffectiveEntry) -> bool:
        """Whether a trunk gets the calls that are matched."""
        host = single_host(match.value)
        return host is not None and self._found.answering.get(fold(host)) == _first(identify, "endpoint")

    def _remove_unused(self, identities: Set[Identity]) -> Set[Identity]:
        """Take out those of the objects that nothing refers to any more; returns which."""
        effective = self._reload()
        unused = [
            section
            for section in effective.sections
            if _identity(section) in identities and not any(_users(effective, section))
        ]
        for section in unused:
            self._remove_section(section)
        return {_identity(section) for section in unused}


def _kind(section: EffectiveSection) -> str:
    kind = section.last("type")
    return kind.value if kind else ""


def _identity(section: EffectiveSection) -> Identity:
    return ("!" if section.template else "", _kind(section), section.name)


def _first(section: EffectiveSection, key: str) -> str:
    """The first item of a list."""
    return next((item.value for item in items(section, key)), "")


def _users(effective: Effective, section: EffectiveSection) -> Iterator[EffectiveSection]:
    """The objects that refer to one."""
    keys = REFERRING.get(_kind(section), ())
    for user in effective.sections:
        named = (item.value for key in keys for item in items(user, key))
        if not user.template and section.name in named:
            yield user


def _values(section: EffectiveSection) -> Values:
    return values_of((entry.key, entry.value) for entry in section.entries)


def _begins_anew(allowed: Sequence[Tuple[Section, Entry]]) -> bool:
    """Whether a list of codecs takes back what stands before it."""
    return bool(allowed) and allowed[0][1].value.replace(" ", "").startswith("!all,")


def _identifies(trunk: Trunk, hosts: Sequence[str]) -> Sequence[EffectiveSection]:
    """The objects that would trust these hosts."""
    return Parts.rendered(replace(trunk, inbound=replace(trunk.inbound, trust=tuple(hosts)))).identifies


def _of_one(trunk: Optional[Trunk], hosts: Sequence[Optional[str]]) -> Values:
    """What an object for these hosts says beside them; a name has an option that an address has not."""
    known = sorted((host for host in hosts if host), key=is_address)
    objects = _identifies(trunk, known[:1]) if trunk else ()
    return {key: values for one in objects for key, values in _values(one).items() if key != "match"}


def _options(trunk: Trunk) -> Dict[Tuple[str, str], List[str]]:
    """What is rendered of a trunk, by kind of object and option; in what order hosts are trusted does not matter."""
    options: Dict[Tuple[str, str], List[str]] = defaultdict(list)
    for section in pjsip.sections([trunk]):
        kind = dict(section.entries)["type"]
        for key, value in section.entries:
            options[kind, key].append(value)
    return {
        (kind, key): sorted({fold(value) for value in values}) if kind == "identify" else values
        for (kind, key), values in options.items()
    }

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change trunks where they stand, in files that people keep: their own lines only, and few of them.

What was changed is read back: the trunks must be as wanted, and all that is no part of them as it was. A difference is
an error, and nothing is written.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from .config.document import Document, Entry, Section
from .config.effective import Effective, EffectiveEntry, EffectiveSection, load
from .config.text import fold
from .drivers import chan_sip
from .drivers.shared import Origin, RenderedSection
from .drivers.sip_conf import ALSO_CALLED, shown
from .errors import ConfigError, NotRepresentable, SipTrunkError
from .files import read_text
from .layouts import Places
from .trunk import Provider, Registration, Trunk, load_trunks

# Options whose order among each other counts: they are written anew together.
TOGETHER = (("disallow", "allow"), ("deny", "permit"))
# Other names of an option: the one that is there is kept. The near secret would challenge the provider's calls.
SPELLINGS = {
    key: [key, *(also for also, meant in ALSO_CALLED.items() if meant == key)]
    for key in ("directmedia", "defaultuser")
}


class Trunks:
    """The trunks in sip.conf and the files that it includes, and the way to change them.

    trunks: those that may be changed, in the form of ``sip_trunks``; leftovers: what no trunk can hold
    told: what change() did beside the fields of trunks that differ
    Raises ConfigError when Asterisk refuses the files.
    """

    def __init__(self, config_dir: str, places: Places) -> None:
        self._config_dir, self._places = config_dir, places
        self._main = os.path.join(config_dir, chan_sip.MAIN)
        self._before: Dict[str, Optional[str]] = {}
        self._documents: Dict[str, Document] = {}
        self._sections_by_line: Dict[str, Dict[Optional[int], Section]] = {}
        self.told: List[str] = []
        self._take(self._load())

    def _take(self, effective: Effective) -> None:
        if not effective.loads:
            raise ConfigError(self._main, f"Asterisk would refuse the whole file: {effective.error}")
        self._effective = effective
        self._found = chan_sip.read(effective)
        mine = {
            trunk["name"]: (trunk, origin)
            for trunk, origin in zip(self._found.trunks, self._found.origins)
            if self._may_change(origin)
        }
        self.trunks: List[Dict[str, Any]] = [trunk for trunk, _origin in mine.values()]
        self._origins = {name: origin for name, (_trunk, origin) in mine.items()}
        self.leftovers = self._found.leftovers

    def change(self, wanted: Sequence[Trunk], removed: Sequence[str], *, whole: bool = True) -> None:
        """Make these trunks as wanted, and take those of the names in *removed* out.

        whole: options that no trunk can hold give way to what the trunk says; otherwise they stay
        Raises SipTrunkError when files by hand cannot be made to say it.
        """
        enabled = [trunk for trunk in wanted if trunk.enabled]
        gone = [
            *removed,
            *(trunk.name for trunk in wanted if not trunk.enabled and trunk.name in self._origins),
        ]
        general = chan_sip.needed_in_general(enabled)
        before, found_before = self._effective, self._found
        touched = {
            fold(section.name)
            for name in [*gone, *(trunk.name for trunk in enabled)]
            for section in self._origins.get(name, Origin()).sections
        }
        touched |= {fold(section.name) for section in chan_sip.sections(enabled)}
        try:
            for name in gone:
                self._remove(self._origins[name])
            for trunk in enabled:
                self._write(trunk, whole)
            for key, value in general.items():
                self._set_in_general(key, value)
        except NotRepresentable as error:
            raise SipTrunkError(f"{self._main}: the trunks cannot be changed in place: {error}") from None
        self._take(self._load())
        self._check_others(before, touched, set(general))
        self._check_calls(found_before.answering, touched)
        self._check(enabled, gone)

    def sections_of(self, name: str) -> List[str]:
        """The names of the sections that stand for a trunk."""
        return [section.name for section in self._origins[name].sections]

    def files(self) -> Iterator[Tuple[str, Optional[str], str]]:
        """Each file that was changed or made: its path, its text before (None: there was none) and now."""
        for path, document in self._documents.items():
            if str(document) != self._before[path]:
                yield path, self._before[path], str(document)

    # What there is

    def _load(self) -> Effective:
        return load(self._main, config_dir=self._config_dir, read=self._read)

    def _read(self, path: str) -> Optional[str]:
        if path not in self._documents:
            text = read_text(path)
            if text is None:
                return None
            self._before[path] = text
            self._documents[path] = Document.parse(text, path)
        return str(self._documents[path])

    def _document(self, name: str) -> Document:
        """A file to write new lines into; an empty one where there is none, if sip.conf includes it."""
        path = os.path.join(self._config_dir, name)
        if self._read(path) is None:
            self._before[path] = None
            self._documents[path] = Document.parse("", path)
        return self._documents[path]

    def _is_editable(self, path: str) -> bool:
        editable = self._places.editable
        return editable is None or os.path.basename(path) in editable

    def _may_change(self, origin: Origin) -> bool:
        places = [section.path for section in origin.sections]
        places += [origin.register.path] if origin.register else []
        return all(self._is_editable(path) for path in places)

    def _container(self, place: EffectiveEntry) -> Tuple[Section, Optional[Entry]]:
        """The section of a file that an entry stands in, and the entry there."""
        document = self._documents[place.path]
        if place.path not in self._sections_by_line:
            self._sections_by_line[place.path] = {
                entry.line: section
                for section in (document.head, *document.sections)
                for entry in section.entries
            }
        section = self._sections_by_line[place.path].get(place.line, document.head)
        return section, next((entry for entry in section.entries if entry.line == place.line), None)

    def _home(self, section: EffectiveSection) -> Section:
        """Where new lines of a section go: to its last ones."""
        own = [self._container(entry)[0] for entry in section.entries if self._is_editable(entry.path)]
        named = [one for one in own if one.line is not None and section.is_named(one.name)]
        if named:
            return named[-1]
        return next(one for one in self._documents[section.path].sections if one.line == section.line)

    def _own(self, section: EffectiveSection, key: str) -> List[Tuple[Section, Entry]]:
        """The entries of a key that are the section's own: not of a template, nor of a file that others include."""
        found = [self._container(entry) for entry in section.values(key) if self._is_editable(entry.path)]
        return [
            (container, entry)
            for container, entry in found
            if entry and container.line is not None and section.is_named(container.name)
        ]

    # What changes

    def _write(self, trunk: Trunk, whole: bool) -> None:
        origin = self._origins.get(trunk.name, Origin())
        found = self._as_read(trunk.name)
        was = {
            fold(section.name): _values(section) for section in chan_sip.sections([found] if found else [])
        }
        there = {fold(section.name): section for section in origin.sections}
        rendered = list(chan_sip.sections([trunk]))
        kept = {fold(section.name) for section in rendered}
        for name, section in there.items():
            # Others of the trunk, which get no calls, stay.
            if name in was and name not in kept:
                self._remove_section(section)
        added: Set[str] = set()
        for new in rendered:
            host = dict(new.entries)["host"]
            if fold(new.name) in there and host in added:
                # It would get the calls, were it to stay before the one that was added.
                self._remove_section(there.pop(fold(new.name)))
                self._append_section(new)
            elif fold(new.name) in there:
                self._change_section(there[fold(new.name)], new, was.get(fold(new.name), {}), whole)
            else:
                added.add(host)
                self._add_section(new, told=bool(origin.sections or origin.register))
        self._write_register(trunk, found, origin)

    def _as_read(self, name: str) -> Optional[Trunk]:
        """The trunk as it stands in the files; None when it is not there, or not sound."""
        found = [trunk for trunk in self.trunks if trunk["name"] == name]
        try:
            return next(iter(load_trunks(found)), None)
        except SipTrunkError:
            return None

    def _change_section(
        self, section: EffectiveSection, new: RenderedSection, was: Mapping[str, List[str]], whole: bool
    ) -> None:
        wanted = _values(new)
        unfit = {
            fold(leftover.key)
            for leftover in self.leftovers
            if whole and leftover.section == section.name and fold(leftover.key) in wanted
        }
        for key in sorted(unfit):
            values = " ".join(shown(key, value) for value in wanted[key])
            self.told.append(f"section {section.name}: {key} {values}")
        changed = {key for key in {**was, **wanted} if was.get(key) != wanted.get(key)} | unfit
        for first, second in TOGETHER:
            if not changed & {first, second}:
                continue
            if self._in_order(section, first, second):
                # What a template says adds up with it, so that both are needed here.
                changed |= {first, second}
            else:
                self._rewrite(section, (first, second), wanted)
                changed -= {first, second}
        for key in (key for key in {**wanted, **was} if key in changed):
            self._set(section, key, wanted.get(key, []))

    def _set(self, section: EffectiveSection, key: str, values: List[str]) -> None:
        spelling = next((also for also in SPELLINGS.get(key, [key]) if self._own(section, also)), key)
        if key == "remotesecret":
            # Beside it the near secret would only keep an old password.
            self._rewrite(section, ("secret",), {})
        own = self._own(section, spelling)
        home = own[-1][0] if own else self._home(section)
        for container, entry in own:
            if container is not home:
                container.remove(entry)
        home.set(spelling, values)

    def _in_order(self, section: EffectiveSection, first: str, second: str) -> bool:
        """Whether entries of *second*, if there are any, stand behind those of *first*."""
        own = [entry for key in (first, second) for _section, entry in self._own(section, key)]
        keys, lines = [fold(entry.key) for entry in own], [entry.line or 0 for entry in own]
        return second not in keys or (first in keys and lines == sorted(lines))

    def _rewrite(
        self, section: EffectiveSection, keys: Sequence[str], values: Mapping[str, List[str]]
    ) -> None:
        for key in keys:
            for container, entry in self._own(section, key):
                container.remove(entry)
        for key in keys:
            for value in values.get(key, []):
                self._home(section).add(key, value)

    def _add_section(self, new: RenderedSection, *, told: bool) -> None:
        for other in self._effective.sections:
            if other.is_named(new.name):
                reason = f"[{new.name}] is no section of a trunk, or of one that may be changed; rename it or the trunk"
                raise ConfigError(other.path, reason, other.line)
        self._append_section(new)
        if told:
            self.told.append(f"add section {new.name}")

    def _append_section(self, new: RenderedSection) -> None:
        section = self._document(self._places.sections).add_section(new.name)
        comment: Optional[str] = new.comment
        for key, value in new.entries:
            section.add(key, value, comment=comment)
            comment = None

    def _write_register(self, trunk: Trunk, found: Optional[Trunk], origin: Origin) -> None:
        value = chan_sip.register_value(trunk) if trunk.registration else None
        entry = origin.register
        says = found is not None and _registration(found) == _registration(trunk)
        if entry and fold(entry.key) == "register":
            container, own = self._container(entry)
            if own and value is None:
                container.remove(own)
            elif own and value and not says:
                container.replace(own, value)
        elif entry and not says:
            # callbackextension: a register line can say all that it cannot.
            container, own = self._container(entry)
            if own:
                container.remove(own)
            entry = None
        if value and entry is None:
            self._general_lines(self._places.register).add("register", value, operator="=>")

    def _general_lines(self, name: str) -> Section:
        """Where a line of [general] goes in that file, which is that of [general] or one that it includes."""
        document = self._document(name)
        if self._places.editable is not None:
            return document.head
        general = self._effective.first("general")
        if general:
            return self._home(general)
        added = (section for section in document.sections if fold(section.name) == "general")
        return next(added, None) or document.add_section("general")

    def _set_in_general(self, key: str, value: str) -> None:
        general = self._effective.first("general")
        last = general.last(key) if general else None
        if last is None or fold(last.value) != fold(value):
            self._general_lines(self._places.general).set(key, [value])
            self.told.append(f"section general: {key} {value}")

    def _remove(self, origin: Origin) -> None:
        for section in origin.sections:
            self._remove_section(section)
        if origin.register and fold(origin.register.key) == "register":
            container, own = self._container(origin.register)
            if own:
                container.remove(own)

    def _remove_section(self, section: EffectiveSection) -> None:
        for path, document in self._documents.items():
            for own in document.sections:
                if not section.is_named(own.name) or own.template or not self._is_editable(path):
                    continue
                if own.directives:
                    reason = f"[{own.name}] includes a file; move that line before the trunk is removed"
                    raise ConfigError(path, reason, own.line)
                document.remove_section(own)

    # What has come of it

    def _check_others(self, before: Effective, touched: Set[str], settings: Set[str]) -> None:
        """Whatever belongs to no changed trunk must be as it was."""
        was, is_now = (
            _said_elsewhere(before, touched, settings),
            _said_elsewhere(self._effective, touched, settings),
        )
        for section in {**was, **is_now}:
            if was.get(section) != is_now.get(section):
                raise SipTrunkError(
                    f"{self._main}: the trunks cannot be changed in place: [{section}] would change with them, for it "
                    "inherits from their lines, or they from it; give them lines of their own first"
                )

    def _check_calls(self, before: Mapping[str, str], touched: Set[str]) -> None:
        for host, name in before.items():
            now = self._found.answering.get(host)
            if fold(name) not in touched and now is not None and now != name:
                raise SipTrunkError(
                    f"{self._main}: calls from {host} come to [{name}], and would come to [{now}]; change that trunk, "
                    "or remove it"
                )

    def _check(self, wanted: Sequence[Trunk], removed: Sequence[str]) -> None:
        there = {trunk["name"]: trunk for trunk in self.trunks}
        accounts: Dict[Tuple[Any, ...], Set[str]] = defaultdict(set)
        for found in self._found.trunks:
            if "registration" in found:
                accounts[_account(found)].add(found["name"])
        for trunk in wanted:
            if trunk.name not in there:
                raise SipTrunkError(f"{self._main}: the trunk {trunk.name} cannot be written in place")
            others = accounts[_account(trunk.to_dict())] - {trunk.name}
            if trunk.registration and others:
                raise SipTrunkError(
                    f"trunk {trunk.name}: registration.user = {trunk.registration.user}: the trunk {min(others)} of "
                    f"{self._main} registers the same account; name yours as that one, or remove that one"
                )
            for name, host in trunk.trusting:
                answering = self._found.answering.get(fold(host), name)
                if fold(answering) != fold(name):
                    raise SipTrunkError(
                        f"trunk {trunk.name}: inbound.trust = {host}: [{answering}] of {self._main} has the same host, "
                        f"stands before [{name}] and gets its calls; remove it or its host"
                    )
            differing = sorted(_differences(there[trunk.name], trunk))
            if differing:
                raise SipTrunkError(
                    f"trunk {trunk.name}: {', '.join(differing)} cannot be changed in place, in {self._main} and what "
                    "it includes; change the section by hand, or remove it so that it is written anew"
                )
        for name in removed:
            if name in there:
                reason = "a line of it stands twice, or in a template"
                raise SipTrunkError(f"{self._main}: the trunk {name} cannot be removed in place: {reason}")


def _said_elsewhere(
    effective: Effective, touched: Set[str], settings: Set[str]
) -> Dict[str, List[Tuple[str, str]]]:
    """What stands in the sections that are not touched; of [general], all but register lines and some settings."""
    said: Dict[str, List[Tuple[str, str]]] = {}
    for section in effective.sections:
        if fold(section.name) not in touched:
            left_out = {"register", *settings} if section.is_named("general") else set()
            said.setdefault(section.name, []).extend(
                (entry.key, entry.value) for entry in section.entries if fold(entry.key) not in left_out
            )
    return {name: entries for name, entries in said.items() if entries or name != "general"}


def _account(trunk: Mapping[str, Any]) -> Tuple[Any, ...]:
    provider, registration = trunk["provider"], trunk.get("registration", {})
    host = registration.get("domain") or provider["host"]
    return registration.get("user"), fold(host), provider.get("port")


def _values(section: RenderedSection) -> Dict[str, List[str]]:
    values: Dict[str, List[str]] = defaultdict(list)
    for key, value in section.entries:
        values[key].append(value)
    return dict(values)


def _registration(trunk: Trunk) -> Tuple[Provider, Optional[Registration]]:
    """What the register line says of a trunk."""
    return trunk.provider, trunk.registration and replace(trunk.registration, retry_interval=None)


def _differences(found: Mapping[str, Any], trunk: Trunk) -> Iterator[str]:
    """Dotted paths of the fields that are not as wanted, apart from those that stand in the dialplan."""
    (read,) = load_trunks([found])
    elsewhere = {
        ("inbound", "numbers"),
        ("inbound", "trust"),
        ("outbound", "context"),
        ("outbound", "max_channels"),
        ("outbound", "caller_id"),
    }
    ours, theirs = trunk.to_dict(), read.to_dict()
    for group in {**ours, **theirs}.keys() - {"sections"}:
        one, other = ours.get(group), theirs.get(group)
        if isinstance(one or other, dict):
            one, other = one or {}, other or {}
            for key in {**one, **other}:
                if (group, key) not in elsewhere and one.get(key) != other.get(key):
                    yield f"{group}.{key}"
        elif one != other:
            yield group
    # The order of the sections is that of the file.
    if (sorted(trunk.trusting), trunk.calling) != (sorted(read.trusting), read.calling):
        yield "inbound.trust and sections"

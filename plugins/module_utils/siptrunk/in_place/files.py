# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a driver that people keep, and what is the same for all drivers when trunks change in them.

What was changed is read back: the trunks must be as wanted, and all that is no part of them as it was. A difference is
an error, and nothing is written.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import defaultdict
from types import ModuleType
from typing import Any, ClassVar, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..config.document import Document, Entry, Section
from ..config.effective import Effective, EffectiveEntry, EffectiveSection, load
from ..config.text import fold
from ..drivers.shared import Leftover, Origin, RenderedSection
from ..drivers.tls import UNSAID, Tls
from ..errors import ConfigError, NotRepresentable, SipTrunkError
from ..files import read_text
from ..layouts import Places
from ..trunk import Trunk, load_trunks

# What tells a section, or one of its settings, from all others of a driver's files; the name stands last.
Identity = Tuple[str, ...]
Values = Dict[str, List[str]]


class Trunks(ABC):
    """The trunks in the main file of a driver and the files that it includes, and the way to change them.

    trunks: those that may be changed, in the form of ``sip_trunks``; leftovers: what no trunk can hold
    told: what change() did beside the fields of trunks that differ
    Raises ConfigError when Asterisk refuses the files.
    """

    driver: ClassVar[ModuleType]
    # Options whose order among each other counts: they are written anew together.
    together: ClassVar[Sequence[Tuple[str, str]]] = (("disallow", "allow"), ("deny", "permit"))
    # Other names of an option: the one that is there is kept.
    spellings: ClassVar[Mapping[str, Sequence[str]]] = {}

    def __init__(self, config_dir: str, places: Places) -> None:
        self._config_dir, self._places = config_dir, places
        self._main = os.path.join(config_dir, self.driver.MAIN)
        self._before: Dict[str, Optional[str]] = {}
        self._documents: Dict[str, Document] = {}
        self._sections_by_line: Dict[str, Dict[Optional[int], Section]] = {}
        self._tls = UNSAID
        self.told: List[str] = []
        self._take(self._load())

    def _take(self, effective: Effective) -> None:
        self._effective = effective
        self._found = self.driver.read(effective)
        mine = {
            trunk["name"]: (trunk, origin)
            for trunk, origin in zip(self._found.trunks, self._found.origins)
            if self._may_change(origin)
        }
        self.trunks: List[Dict[str, Any]] = [trunk for trunk, _origin in mine.values()]
        self._origins = {name: origin for name, (_trunk, origin) in mine.items()}
        self.leftovers: List[Leftover] = self._found.leftovers

    def change(
        self, wanted: Sequence[Trunk], removed: Sequence[str], *, whole: bool = True, tls: Tls = UNSAID
    ) -> None:
        """Make these trunks as wanted, and take those of the names in *removed* out.

        whole: options that no trunk can hold give way to what the trunk says; otherwise they stay
        tls: what chan_sip is to be told for trunks over TLS
        Raises SipTrunkError when files by hand cannot be made to say it.
        """
        enabled = [trunk for trunk in wanted if trunk.enabled]
        gone = [
            *removed,
            *(trunk.name for trunk in wanted if not trunk.enabled and trunk.name in self._origins),
        ]
        before, found_before = self._effective, self._found
        self._tls = tls
        try:
            touched = self._edit(enabled, gone, whole)
        except NotRepresentable as error:
            raise SipTrunkError(f"{self._main}: the trunks cannot be changed in place: {error}") from None
        self._take(self._reload())
        self._check_others(before, touched)
        self._check_calls(found_before.answering, touched)
        self._check(enabled, gone)

    def files(self) -> Iterator[Tuple[str, Optional[str], str]]:
        """Each file that was changed or made: its path, its text before (None: there was none) and now."""
        for path, document in self._documents.items():
            if str(document) != self._before[path]:
                yield path, self._before[path], str(document)

    def leftovers_of(self, names: Iterable[str]) -> List[Leftover]:
        """What no trunk can hold, of the sections of these trunks."""
        origins = [self._origins[name] for name in names if name in self._origins]
        sections = {section.name for origin in origins for section in origin.sections}
        return [leftover for leftover in self.leftovers if leftover.section in sections]

    # What a driver knows

    @abstractmethod
    def _edit(self, wanted: Sequence[Trunk], removed: Sequence[str], whole: bool) -> Set[Identity]:
        """Change the documents; returns what may be another afterwards."""

    @abstractmethod
    def _said(self, effective: Effective, touched: Set[Identity]) -> Dict[Identity, List[Tuple[str, str]]]:
        """What stands there, without what is *touched*."""

    @abstractmethod
    def _answering(self, name: str) -> Identity:
        """What calls come to, by its name."""

    @abstractmethod
    def _trusting(self, trunk: Trunk) -> Iterable[Tuple[str, str]]:
        """The names of what lets calls of a trunk in, each with the host that it trusts."""

    @abstractmethod
    def _holds(self, section: EffectiveSection, path: str, container: Section) -> bool:
        """Whether what stands under that header of a file is the section's own, and nobody else's."""

    @abstractmethod
    def _headers(self, section: EffectiveSection) -> List[Tuple[str, Section]]:
        """All that stands for a section: the path of the file, and the header there."""

    @abstractmethod
    def _differences(self, found: Trunk, wanted: Trunk) -> Iterable[str]:
        """Fields or options that are not as wanted, apart from those that stand in the dialplan."""

    # What there is

    def _load(self) -> Effective:
        effective = load(self._main, config_dir=self._config_dir, read=self._read)
        if not effective.loads:
            raise ConfigError(self._main, f"Asterisk would refuse the whole file: {effective.error}")
        return effective

    def _reload(self) -> Effective:
        """What the changed documents say; their lines have the numbers that they have now."""
        self._documents = {path: Document.parse(str(one), path) for path, one in self._documents.items()}
        self._sections_by_line.clear()
        return self._load()

    def _read(self, path: str) -> Optional[str]:
        if path not in self._documents:
            text = read_text(path)
            if text is None:
                return None
            self._before[path] = text
            self._documents[path] = Document.parse(text, path)
        return str(self._documents[path])

    def _document(self, path: str) -> Document:
        """A file to write new lines into; an empty one where there is none, if another one includes it."""
        if self._read(path) is None:
            self._before[path] = None
            self._documents[path] = Document.parse("", path)
        return self._documents[path]

    def _in_config_dir(self, name: str) -> str:
        return os.path.join(self._config_dir, name)

    def _is_editable(self, path: str) -> bool:
        editable = self._places.editable
        return editable is None or os.path.basename(path) in editable

    def _may_change(self, origin: Origin) -> bool:
        places = [section.path for section in origin.sections]
        places += [origin.register.path] if origin.register else []
        return all(self._is_editable(path) for path in places)

    def _as_read(self, name: str) -> Optional[Trunk]:
        """The trunk as it stands in the files; None when it is not there, or not sound."""
        found = [trunk for trunk in self.trunks if trunk["name"] == name]
        try:
            return next(iter(load_trunks(found, driver=self.driver.NAME)), None)
        except SipTrunkError:
            return None

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
        own = [
            container for entry in section.entries for container, _entry in self._own_place(section, entry)
        ]
        if own:
            return own[-1]
        return next(one for one in self._documents[section.path].sections if one.line == section.line)

    def _own(self, section: EffectiveSection, key: str) -> List[Tuple[Section, Entry]]:
        """The entries of a key that are the section's own: not of a template, nor of a file that others include."""
        return [place for entry in section.values(key) for place in self._own_place(section, entry)]

    def _own_place(self, section: EffectiveSection, entry: EffectiveEntry) -> List[Tuple[Section, Entry]]:
        container, there = self._container(entry)
        own = container.line is not None and self._holds(section, entry.path, container)
        return [(container, there)] if there and own and self._is_editable(entry.path) else []

    # What changes

    def _set_all(
        self, section: EffectiveSection, keys: Sequence[str], wanted: Mapping[str, List[str]]
    ) -> None:
        """Give the section what is wanted of these options; nothing is wanted of those that are to go."""
        changed = set(keys)
        for first, second in self.together:
            if not changed & {first, second}:
                continue
            if self._in_order(section, first, second):
                # What a template says adds up with it, so that both are needed here.
                changed |= {first, second}
            else:
                self._rewrite(section, (first, second), wanted)
                changed -= {first, second}
        for key in [key for key in dict.fromkeys([*wanted, *keys]) if key in changed]:
            self._set(section, key, wanted.get(key, []))

    def _set(self, section: EffectiveSection, key: str, values: List[str]) -> None:
        spelling = next((also for also in self.spellings.get(key, [key]) if self._own(section, also)), key)
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

    def _append_section(self, new: RenderedSection, path: str) -> None:
        section = self._document(path).add_section(new.name)
        comment: Optional[str] = new.comment
        for key, value in new.entries:
            section.add(key, value, comment=comment)
            comment = None

    def _remove_section(self, section: EffectiveSection) -> None:
        for path, header in self._headers(section):
            if header.directives:
                reason = f"[{header.name}] includes a file; move that line before the trunk is removed"
                raise ConfigError(path, reason, header.line)
            self._documents[path].remove_section(header)

    # What has come of it

    def _check_others(self, before: Effective, touched: Set[Identity]) -> None:
        """Whatever belongs to no changed trunk must be as it was."""
        was, is_now = self._said(before, touched), self._said(self._effective, touched)
        for section in {**was, **is_now}:
            if was.get(section) != is_now.get(section):
                raise SipTrunkError(
                    f"{self._main}: the trunks cannot be changed in place: [{section[-1]}] would change with them, for "
                    "it inherits from their lines, or they from it; give them lines of their own first"
                )

    def _check_calls(self, before: Mapping[str, str], touched: Set[Identity]) -> None:
        for host, name in before.items():
            now = self._found.answering.get(host)
            if self._answering(name) not in touched and now is not None and now != name:
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
            for name, host in self._trusting(trunk):
                answering = self._found.answering.get(fold(host), name)
                if fold(answering) != fold(name):
                    raise SipTrunkError(
                        f"trunk {trunk.name}: inbound.trust = {host}: [{answering}] of {self._main} has the same host, "
                        f"stands before [{name}] and gets its calls; remove it or its host"
                    )
            (read,) = load_trunks([there[trunk.name]], driver=self.driver.NAME)
            differing = sorted(self._differences(read, trunk))
            if differing:
                raise SipTrunkError(
                    f"trunk {trunk.name}: {', '.join(differing)} cannot be changed in place, in {self._main} and what "
                    "it includes; change the section by hand, or remove it so that it is written anew"
                )
        for name in removed:
            if name in there:
                reason = "a line of it stands twice, or in a template"
                raise SipTrunkError(f"{self._main}: the trunk {name} cannot be removed in place: {reason}")


def _account(trunk: Mapping[str, Any]) -> Tuple[Any, ...]:
    provider, registration = trunk["provider"], trunk.get("registration", {})
    host = registration.get("domain") or provider["host"]
    return registration.get("user"), fold(host), provider.get("port")


def values_of(entries: Iterable[Tuple[str, str]]) -> Values:
    """The values of each option."""
    values: Values = defaultdict(list)
    for key, value in entries:
        values[key].append(value)
    return dict(values)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in sip.conf: peers, which are sections of their own, and register lines, which stand in [general]."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import ClassVar, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..config.document import Section
from ..config.effective import Effective, EffectiveSection
from ..config.text import fold
from ..drivers import chan_sip
from ..drivers.shared import Origin, RenderedSection
from ..drivers.sip_conf import ALSO_CALLED, shown
from ..errors import ConfigError
from ..trunk import Provider, Registration, Trunk
from .files import Identity, Trunks, values_of


class ChanSipTrunks(Trunks):
    driver: ClassVar[ModuleType] = chan_sip
    # The near secret would challenge the provider's calls.
    spellings: ClassVar[Mapping[str, Sequence[str]]] = {
        key: [key, *(also for also, meant in ALSO_CALLED.items() if meant == key)]
        for key in ("directmedia", "defaultuser")
    }

    def _edit(self, wanted: Sequence[Trunk], removed: Sequence[str], whole: bool) -> Set[Identity]:
        general = chan_sip.needed_in_general(wanted, self._tls)
        touched: Set[Identity] = {("general", key) for key in general}
        touched |= {
            self._answering(section.name)
            for name in [*removed, *(trunk.name for trunk in wanted)]
            for section in self._origins.get(name, Origin()).sections
        }
        touched |= {self._answering(section.name) for section in chan_sip.sections(wanted)}
        for name in removed:
            self._remove(self._origins[name])
        for trunk in wanted:
            self._write(trunk, whole)
        for key, value in general.items():
            self._set_in_general(key, value)
        return touched

    def _said(self, effective: Effective, touched: Set[Identity]) -> Dict[Identity, List[Tuple[str, str]]]:
        """Of [general], all but register lines and the settings that are touched."""
        said: Dict[Identity, List[Tuple[str, str]]] = {}
        left_out = {"register", *(identity[-1] for identity in touched if len(identity) > 1)}
        for section in effective.sections:
            if self._answering(section.name) not in touched:
                said.setdefault((section.name,), []).extend(
                    (entry.key, entry.value)
                    for entry in section.entries
                    if not section.is_named("general") or fold(entry.key) not in left_out
                )
        return {name: entries for name, entries in said.items() if entries or name != ("general",)}

    def _answering(self, name: str) -> Identity:
        return (fold(name),)

    def _trusting(self, trunk: Trunk) -> Iterable[Tuple[str, str]]:
        return trunk.trusting

    def _holds(self, section: EffectiveSection, path: str, container: Section) -> bool:
        return section.is_named(container.name)

    def _headers(self, section: EffectiveSection) -> List[Tuple[str, Section]]:
        """Those of all sections of the name: to chan_sip they are one peer."""
        return [
            (path, header)
            for path, document in self._documents.items()
            for header in document.sections
            if section.is_named(header.name) and not header.template and self._is_editable(path)
        ]

    def _write(self, trunk: Trunk, whole: bool) -> None:
        origin = self._origins.get(trunk.name, Origin())
        found = self._as_read(trunk.name)
        was = {
            fold(section.name): values_of(section.entries)
            for section in chan_sip.sections([found] if found else [])
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
                self._append_section(new, self._in_config_dir(self._places.sections))
            elif fold(new.name) in there:
                self._change_section(there[fold(new.name)], new, was.get(fold(new.name), {}), whole)
            else:
                added.add(host)
                self._add_section(new, told=bool(origin.sections or origin.register))
        self._write_register(trunk, found, origin)

    def _change_section(
        self, section: EffectiveSection, new: RenderedSection, was: Mapping[str, List[str]], whole: bool
    ) -> None:
        wanted = values_of(new.entries)
        unfit = {
            fold(leftover.key)
            for leftover in self.leftovers
            if whole and leftover.section == section.name and fold(leftover.key) in wanted
        }
        for key in sorted(unfit):
            values = " ".join(shown(key, value) for value in wanted[key])
            self.told.append(f"section {section.name}: {key} {values}")
        changed = {key for key in {**was, **wanted} if was.get(key) != wanted.get(key)} | unfit
        self._set_all(section, [key for key in {**wanted, **was} if key in changed], wanted)

    def _set(self, section: EffectiveSection, key: str, values: List[str]) -> None:
        if key == "remotesecret":
            # Beside it the near secret would only keep an old password.
            self._rewrite(section, ("secret",), {})
        super()._set(section, key, values)

    def _add_section(self, new: RenderedSection, *, told: bool) -> None:
        for other in self._effective.sections:
            if other.is_named(new.name):
                reason = f"[{new.name}] is no section of a trunk, or of one that may be changed; rename it or the trunk"
                raise ConfigError(other.path, reason, other.line)
        self._append_section(new, self._in_config_dir(self._places.sections))
        if told:
            self.told.append(f"add section {new.name}")

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
            self._general_lines(self._places.register or self._places.sections).add(
                "register", value, operator="=>"
            )

    def _general_lines(self, name: str) -> Section:
        """Where a line of [general] goes in that file, which is that of [general] or one that it includes."""
        document = self._document(self._in_config_dir(name))
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
            self._general_lines(self._places.general or self._places.sections).set(key, [value])
            self.told.append(f"section general: {key} {value}")

    def _remove(self, origin: Origin) -> None:
        for section in origin.sections:
            self._remove_section(section)
        if origin.register and fold(origin.register.key) == "register":
            container, own = self._container(origin.register)
            if own:
                container.remove(own)

    def _differences(self, found: Trunk, wanted: Trunk) -> Iterator[str]:
        """Dotted paths of fields."""
        elsewhere = {
            ("inbound", "numbers"),
            ("inbound", "trust"),
            ("outbound", "context"),
            ("outbound", "max_channels"),
            ("outbound", "caller_id"),
        }
        ours, theirs = wanted.to_dict(), found.to_dict()
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
        if (sorted(wanted.trusting), wanted.calling) != (sorted(found.trusting), found.calling):
            yield "inbound.trust and sections"


def _registration(trunk: Trunk) -> Tuple[Provider, Optional[Registration]]:
    """What the register line says of a trunk."""
    return trunk.provider, trunk.registration and replace(trunk.registration, retry_interval=None)

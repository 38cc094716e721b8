# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the files of a PBX to the declared trunks: plan, check, write; or change nothing at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from types import MappingProxyType, ModuleType
from typing import Any, Callable, Collection, Iterator, Mapping, Optional, Sequence

from . import dialplan, expectation, in_place, manager, routing
from .config.document import Document, Section
from .config.effective import Effective, EffectiveSection, load
from .config.text import fold
from .drivers import DRIVERS, chan_sip, pjsip, pjsip_transports
from .drivers.pjsip_transports import Transport
from .drivers.shared import ReadBack
from .drivers.tls import UNSAID, Tls, authorities_of_host
from .errors import ConfigError, InvalidTrunks
from .files import Attributes, back_up, read_text, write_text
from .layouts import LAYOUTS, Layout
from .routes import Route
from .trunk import Trunk

# The files that belong to the trunks, in the layouts that have them in files of their own.
OWN = frozenset(
    room.FILENAME for room in (*DRIVERS.values(), pjsip_transports, dialplan, manager, expectation)
)


@dataclass(frozen=True)
class PlannedFile:
    """One file of the plan: what it holds now, what it shall hold, and how Asterisk takes notice.

    before: None when the file does not exist
    reload: the Asterisk CLI command that makes a change take effect; None when none is needed
    attributes: owner, group and mode it shall have; None keeps those it has
    """

    path: str
    before: Optional[str]
    after: str
    reload: Optional[str]
    attributes: Optional[Attributes]

    @property
    def content_changes(self) -> bool:
        return self.before != self.after

    @property
    def changes(self) -> bool:
        """True when content, owner, group or mode differ from what is there."""
        if self.content_changes:
            return True
        return self.attributes is not None and Attributes.of(self.path) != self.attributes


@dataclass(frozen=True)
class WrittenFile:
    """What became of one planned file.

    path: the file itself where a symbolic link leads to it, so that renaming the backup to it undoes the write
    backup: None when the file did not exist before, or none was asked for
    """

    path: str
    backup: Optional[str]


def current_trunks(config_dir: str, driver: ModuleType) -> list[dict[str, Any]]:
    """The trunks that our own file for a driver holds now, in the form of ``sip_trunks``, secrets included."""
    own = _own(config_dir, driver)
    return completed(driver.read(own).trunks, config_dir, driver) if own else []


def completed(trunks: list[dict[str, Any]], config_dir: str, driver: ModuleType) -> list[dict[str, Any]]:
    """Trunks that a driver has read, with what our part of the dialplan says of them."""
    calls = _own(config_dir, dialplan)
    return dialplan.complete(trunks, calls, driver) if calls else trunks


def current_routes(config_dir: str) -> list[dict[str, Any]]:
    """The routes that are there, in the form of ``trunk_routes``."""
    calls = _own(config_dir, dialplan)
    return routing.read(calls) if calls else []


def transports_for(
    trunks: Sequence[Trunk],
    config_dir: str,
    wanted: Optional[Sequence[Transport]],
    beside: Sequence[str],
    options: Mapping[str, Mapping[str, tuple[str, ...]]],
    tls: Tls,
) -> list[Transport]:
    """The transports that chan_pjsip shall have of us.

    wanted: those that were declared; None for what the trunks need and pjsip.conf does not have
    beside: the other drivers that this Asterisk loads
    options: what those that are needed shall say besides, by protocol and option
    Raises InvalidTrunks when a provider could not call them.
    """
    if wanted is not None:
        return pjsip_transports.verifying(wanted, tls)
    own = os.path.join(config_dir, pjsip_transports.FILENAME)
    present = load(
        os.path.join(config_dir, pjsip.MAIN),
        config_dir=config_dir,
        read=lambda path: "" if path == own else read_text(path),
    )
    sip = os.path.join(config_dir, chan_sip.MAIN)
    busy = chan_sip.NAME in beside and os.path.exists(sip)
    transports = pjsip_transports.needed(
        [trunk for trunk in trunks if trunk.enabled],
        present,
        _own(config_dir, pjsip_transports),
        chan_sip.listening(load(sip, config_dir=config_dir)) if busy else set(),
        tls,
        options,
    )
    problems = tuple(pjsip_transports.check(trunks, transports))
    if problems:
        raise InvalidTrunks(problems)
    return transports


def verifying(trunks: Sequence[Trunk], config_dir: str, driver: ModuleType, tls: Tls) -> Tls:
    """What chan_sip needs to be told, besides what was declared, so that trunks over TLS verify their providers.

    Raises SipTrunkError when nobody says whose signature counts.
    """
    over_tls = any(trunk.enabled and trunk.provider.transport == "tls" for trunk in trunks)
    if driver is not chan_sip or tls.authorities or not over_tls:
        return tls
    own = os.path.join(config_dir, chan_sip.FILENAME)
    by_hand = load(
        os.path.join(config_dir, chan_sip.MAIN),
        config_dir=config_dir,
        read=lambda path: "" if path == own else read_text(path),
    )
    return tls if chan_sip.knows_authorities(by_hand) else replace(tls, authorities=authorities_of_host())


def changed_transports(config_dir: str, transports: Sequence[Transport]) -> list[str]:
    """The names of those that run otherwise than they shall."""
    return pjsip_transports.changed(transports, _own(config_dir, pjsip_transports))


def _own(config_dir: str, room: Any) -> Optional[Effective]:
    """What Asterisk takes from a file of ours; None when it is not there."""
    path = os.path.join(config_dir, room.FILENAME)
    return load(path, config_dir=config_dir, included=True) if os.path.exists(path) else None


def declared_before(config_dir: str) -> set[str]:
    """The names of the trunks that an earlier deployment has left in the manifest."""
    text = read_text(os.path.join(config_dir, expectation.FILENAME))
    try:
        return {trunk.name for trunk in expectation.from_json(text)} if text else set()
    except ConfigError:
        # Of another version; it is written anew.
        return set()


def plan(
    trunks: Sequence[Trunk],
    config_dir: str,
    driver: ModuleType,
    attributes: Attributes,
    *,
    layout: Layout = LAYOUTS["included"],
    changed_in_place: Optional[in_place.Trunks] = None,
    edited: Sequence[PlannedFile] = (),
    transports: Optional[Sequence[Transport]] = None,
    routes: Sequence[Route] = (),
    manager_user: bool = False,
    tls: Tls = UNSAID,
) -> tuple[PlannedFile, ...]:
    """All files as they shall be, those that are included before those that include them.

    changed_in_place: the trunks in files of others, for a layout that has them there
    edited: files of others that change, too
    transports: those of our own, for chan_pjsip; None for none
    manager_user: also give the verifier its AMI user
    Raises ConfigError when a main file is missing, or when Asterisk would refuse it as planned.
    """
    rooms = {dialplan: (layout.extensions, dialplan.render(trunks, driver, routes))}
    files = [*edited]
    # A file that people keep is not changed to include one that says nothing.
    silent = changed_in_place and not transports and _own(config_dir, pjsip_transports) is None
    if transports is not None and not silent:
        rooms = {pjsip_transports: (layout.transports, pjsip_transports.render(transports)), **rooms}
    if changed_in_place is None:
        files += list(_emptied(config_dir, driver, rooms, attributes))
        rooms = {driver: (driver.MAIN, driver.render(trunks, tls)), **rooms}
    else:
        files += [
            PlannedFile(path, before, after, driver.RELOAD, attributes if before is None else None)
            for path, before, after in changed_in_place.files()
        ]
    if manager_user:
        present = read_text(os.path.join(config_dir, manager.FILENAME))
        rooms[manager] = (layout.manager, manager.render(manager.secret_of(present or "")))
    manifest = expectation.to_json([driver.expectation(trunk) for trunk in trunks if trunk.enabled])
    files += [
        *(
            _planned(config_dir, room.FILENAME, str(own), room.RELOAD, attributes)
            for room, (_main, own) in rooms.items()
        ),
        _planned(config_dir, expectation.FILENAME, manifest, None, attributes),
    ]
    files = _with_mains(files, config_dir, {room: main for room, (main, _document) in rooms.items()})
    for room, (main, own) in rooms.items():
        _check_main(files, config_dir, room, main, own)
    return tuple(files)


def as_planned(
    files: Sequence[PlannedFile], config_dir: str, drivers: Sequence[str]
) -> Mapping[str, ReadBack]:
    """What each of the drivers would find on the PBX, in all files, by its name; none without its main file."""
    planned: Mapping[str, str] = {file.path: file.after for file in files}

    def read(path: str) -> Optional[str]:
        return planned[path] if path in planned else read_text(path)

    mains = {name: os.path.join(config_dir, DRIVERS[name].MAIN) for name in drivers}
    return {
        name: DRIVERS[name].read(load(main, config_dir=config_dir, read=read))
        for name, main in mains.items()
        if read(main) is not None
    }


def check_accounts(all_found: Mapping[str, ReadBack], trunks: Sequence[Trunk], config_dir: str) -> None:
    """Raise ConfigError when an account of a trunk would be registered somewhere else, too.

    all_found: what as_planned() returns for the drivers that this Asterisk loads
    """
    places: dict[tuple[Any, ...], list[tuple[str, str, Optional[int]]]] = {}
    for name, found in all_found.items():
        for there, origin in zip(found.trunks, found.origins):
            kind = "registration" if name == pjsip.NAME else "peer"
            at = origin.register or next(
                (one for one in origin.sections if kind in [entry.value for entry in one.values("type")]),
                None,
            )
            if there.get("registration") and at:
                places.setdefault(account(there), []).append((name, at.path, at.line))
    own = {os.path.join(config_dir, driver.FILENAME) for driver in DRIVERS.values()}
    for trunk in (trunk for trunk in trunks if trunk.enabled and trunk.registration):
        registered = places.get(account(trunk.to_dict()), [])
        if len(registered) > 1:
            name, path, line = next((one for one in registered if one[1] not in own), registered[-1])
            raise ConfigError(
                path,
                f"{name} registers the account of the trunk {trunk.name} here, too, and the two would unseat each "
                "other; remove one of them, or let state = migrated move it",
                line,
            )


def account(trunk: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells accounts apart, of a trunk that registers."""
    provider, registration = trunk["provider"], trunk["registration"]
    host = registration.get("domain") or provider["host"]
    return registration.get("user"), fold(host), provider.get("port")


def apply(
    files: Sequence[PlannedFile],
    *,
    backup: bool,
    kept: Mapping[str, Optional[str]] = MappingProxyType({}),
    begin: Callable[[Sequence[WrittenFile]], None] = lambda written: None,
) -> tuple[WrittenFile, ...]:
    """Write what changes; when one write fails, those before it are undone and the error is raised.

    kept: the backups, by file, that stay as they are
    begin: told what is going to be written, when all backups are there
    """
    changing = [(file, os.path.realpath(file.path)) for file in files if file.content_changes]
    written = tuple(
        WrittenFile(path, kept[path] if path in kept else _backed_up(file) if backup else None)
        for file, path in changing
    )
    if changing:
        begin(written)
    done: list[tuple[PlannedFile, Optional[Attributes]]] = []
    try:
        for file in files:
            if file.content_changes:
                had = None if file.before is None else Attributes.of(file.path)
                write_text(file.path, file.after, file.attributes or Attributes.of(file.path))
                done.append((file, had))
            elif file.changes and file.attributes is not None:
                file.attributes.put_on(file.path)
    except BaseException:
        for file, had in reversed(done):
            _undo(file, had)
        raise
    return written


def _backed_up(file: PlannedFile) -> Optional[str]:
    return None if file.before is None else back_up(file.path)


def reloads(files: Sequence[PlannedFile]) -> list[str]:
    """The Asterisk CLI commands, each once, that make the changed files take effect."""
    return list(dict.fromkeys(file.reload for file in files if file.reload and file.content_changes))


def _planned(
    config_dir: str, name: str, text: str, reload: Optional[str], attributes: Attributes
) -> PlannedFile:
    path = os.path.join(config_dir, name)
    return PlannedFile(path, read_text(path), text, reload, attributes)


def _emptied(
    config_dir: str, driver: ModuleType, kept: Collection[Any], attributes: Attributes
) -> Iterator[PlannedFile]:
    """What another driver had of the trunks: they must not register twice, so it comes first."""
    for room in (*DRIVERS.values(), pjsip_transports):
        there = os.path.exists(os.path.join(config_dir, room.FILENAME))
        if there and room is not driver and room not in kept:
            yield _planned(config_dir, room.FILENAME, str(room.render([])), room.RELOAD, attributes)


def _with_mains(files: Sequence[PlannedFile], config_dir: str, mains: Mapping[Any, str]) -> list[PlannedFile]:
    """Add what includes the file of each room, which may be planned already, for trunks that stand in it.

    mains: the name of that file by room
    """
    planned = {file.path: file for file in files}
    for main in dict.fromkeys(mains.values()):
        path = os.path.join(config_dir, main)
        before = read_text(path)
        if before is None:
            raise ConfigError(path, "there is no such file; install Asterisk with its configuration first")
        # It comes behind what it includes.
        earlier = planned.pop(path, None)
        document = Document.parse(earlier.after if earlier else before, path)
        rooms = [room for room in mains if mains[room] == main]
        for room in rooms:
            document.ensure_tryinclude(room.FILENAME)
        planned[path] = PlannedFile(path, before, str(document), rooms[0].RELOAD, None)
    return list(planned.values())


def _check_main(
    files: Sequence[PlannedFile], config_dir: str, room: Any, main_file: str, own: Document
) -> None:
    """Raise ConfigError when what Asterisk makes of a main file is not what the trunks say."""
    planned: Mapping[str, str] = {file.path: file.after for file in files}

    def read(path: str) -> Optional[str]:
        return planned[path] if path in planned else read_text(path)

    main = os.path.join(config_dir, main_file)
    path = os.path.join(config_dir, room.FILENAME)
    # What is itself included may add to sections that are elsewhere.
    effective = load(main, config_dir=config_dir, read=read, included=main_file != room.MAIN)
    if not effective.loads:
        raise ConfigError(main, f"Asterisk would refuse the whole file: {effective.error}")
    named: dict[str, list[EffectiveSection]] = {}
    for found in effective.sections:
        named.setdefault(fold(found.name), []).append(found)
    for section in own.sections:
        same = named.get(fold(section.name), [])
        if section.append and not same:
            reason = f"has no section [{section.name}] that the trunks could add to; write one, be it empty"
            raise ConfigError(main, reason)
        if section.append:
            _check_that_it_counts(section, same[0], path)
        else:
            _check_that_it_is_ours(same, path)


def _check_that_it_counts(section: Section, effective: EffectiveSection, path: str) -> None:
    """What we add to a section must have the last word there; register lines only add up."""
    for entry in section.entries:
        last = effective.last(entry.key)
        if last and last.path != path and last.value != entry.value and entry.operator != "=>":
            reason = f"{last.key} = {last.value} stands behind the trunks' {entry.key} = {entry.value} and undoes it"
            raise ConfigError(
                last.path,
                f"{reason}; remove it, or move it before the line that includes the trunks",
                last.line,
            )


def _check_that_it_is_ours(same: Sequence[EffectiveSection], path: str) -> None:
    """Asterisk adds up sections of one name: another one could open the trunk to anybody."""
    for section in same:
        places = [(section.path, section.line), *((entry.path, entry.line) for entry in section.entries)]
        foreign = next((place for place in places if place[0] != path), None)
        if foreign:
            reason = (
                f"[{section.name}] is the name of a section of the trunks, and Asterisk would merge the two"
            )
            raise ConfigError(
                foreign[0], f"{reason}; remove or rename this one, or rename the trunk", foreign[1]
            )


def _undo(file: PlannedFile, had: Optional[Attributes]) -> None:
    if file.before is None or had is None:
        os.unlink(file.path)
    else:
        write_text(file.path, file.before, had)

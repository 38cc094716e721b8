# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the states that write make of a PBX, in each layout."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Callable, Collection, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from . import changes, deployment, in_place, migration
from .deployment import PlannedFile
from .drivers import DRIVERS, chan_sip, pjsip, pjsip_transports
from .drivers.options import Catalogue, of_release
from .drivers.pjsip_transports import Transport
from .drivers.shared import Leftover, ReadBack
from .drivers.tls import UNSAID, Tls
from .errors import InvalidTrunks, Problem, SipTrunkError
from .fields import EXPIRY
from .files import Attributes
from .layouts import LAYOUTS
from .migration import Moved
from .routes import Route, load_declared, without_emergency
from .trunk import Trunk, load_trunks

Trunks = List[Dict[str, Any]]
# By the name of the trunk that registers it.
Accounts = Mapping[str, Tuple[Any, ...]]
MIGRATED = "migrated"


@dataclass(frozen=True)
class Pbx:
    """Where trunks are to be made true.

    layout: a name of LAYOUTS
    attributes: of files that belong to the trunks
    manager_user: also give the verifier its AMI user
    beside: the other drivers that this Asterisk loads
    catalogue: the options that chan_pjsip knows here; None for another driver
    transports: those of chan_pjsip that were declared; None for what the trunks need
    tls: what was declared of it
    """

    config_dir: str
    driver: ModuleType
    layout: str
    attributes: Attributes
    manager_user: bool = False
    beside: Tuple[str, ...] = ()
    catalogue: Optional[Catalogue] = None
    transports: Optional[Tuple[Transport, ...]] = None
    tls: Tls = UNSAID


@dataclass(frozen=True)
class Planned:
    """What is to become of a PBX.

    before, after: the trunks, secrets included; those that are not enabled are not there
    routes: those that there are afterwards
    files: as they shall be
    leftovers: what no trunk can hold
    changes: the differences in words
    reload: the commands of Asterisk's CLI that make the change take effect, in order
    undo: those for the files as they were, once they are back
    registers: the names of the trunks that the commands have register anew
    renews: those that the commands of *undo* have register anew
    touched: the names of the trunks that are new, gone, or not as they were
    left: those that are gone, or have another account, and that chan_sip leaves at the provider until they expire there
    transports_at: path of the transports that must have been there when Asterisk was started; None where none must
    warnings: what the user should know and nobody can do for him
    found: what the driver would find then in all files, those that people keep included
    """

    before: Trunks = field(repr=False)
    after: Trunks = field(repr=False)
    files: Tuple[PlannedFile, ...] = field(repr=False)
    leftovers: Tuple[Leftover, ...]
    changes: Tuple[str, ...]
    reload: Tuple[str, ...]
    undo: Tuple[str, ...]
    registers: Tuple[str, ...]
    renews: Tuple[str, ...] = ()
    touched: Tuple[str, ...] = ()
    left: Tuple[str, ...] = ()
    transports_at: Optional[str] = None
    warnings: Tuple[str, ...] = ()
    routes: Tuple[Mapping[str, Any], ...] = ()
    found: ReadBack = field(default_factory=lambda: ReadBack([], [], []), repr=False)


def present(pbx: Pbx) -> Tuple[Trunks, Tuple[Leftover, ...]]:
    """The trunks that are there, secrets included, and what no trunk can hold."""
    place = _in_place(pbx)
    if place is None:
        return [trunk for trunks in _of_drivers(pbx).values() for trunk in trunks], ()
    return deployment.completed(place.trunks, pbx.config_dir, pbx.driver), tuple(place.leftovers)


def plan(
    state: str, given: Sequence[Mapping[str, Any]], pbx: Pbx, routes: Sequence[Mapping[str, Any]] = ()
) -> Planned:
    """What *state* makes of the PBX with the given trunks and routes, as ``sip_trunks`` and ``trunk_routes`` have them.

    Raises SipTrunkError when it cannot be.
    """
    _check_names(given)
    _check_names(routes, "route")
    had = deployment.current_routes(pbx.config_dir)
    calls = _wanted(_state_of(state, routes, given), had, routes)
    if state == MIGRATED:
        planned = _plan_migrated(given, pbx, calls)
    else:
        state = _state_of(state, given, routes)
        place = _in_place(pbx)
        planned = (
            _plan_in_place(state, given, pbx, place, calls)
            if place
            else _plan_included(state, given, pbx, calls)
        )
    return replace(
        planned,
        changes=(*planned.changes, *changes.told(had, planned.routes, "route")),
        warnings=(*planned.warnings, *(without_emergency(calls) if routes else ())),
    )


def _in_place(pbx: Pbx) -> Optional[in_place.Trunks]:
    """The trunks in files of others; None when they have files of their own."""
    places = LAYOUTS[pbx.layout].places[pbx.driver.NAME]
    return in_place.trunks_of(pbx.driver, pbx.config_dir, places) if places else None


def _plan_included(state: str, given: Sequence[Mapping[str, Any]], pbx: Pbx, calls: Trunks) -> Planned:
    had = _of_drivers(pbx)
    return _plan_of(_wanted(state, _all(had), given), calls, had, pbx)


def _plan_migrated(given: Sequence[Mapping[str, Any]], pbx: Pbx, calls: Trunks) -> Planned:
    """All trunks of chan_sip, those by hand as well, become trunks of chan_pjsip; *given* says more of some of them."""
    had = _of_drivers(pbx)
    ours = {trunk["name"] for trunk in _all(had)}
    moved = migration.take_out(pbx.config_dir, ours, pbx.catalogue or of_release(""))
    had[chan_sip.NAME] += moved.trunks
    return _plan_of(_wanted(MIGRATED, _all(had), given), calls, had, pbx, moved)


def _plan_of(
    wanted: Trunks,
    calls: Trunks,
    had: Mapping[str, Trunks],
    pbx: Pbx,
    moved: Optional[Moved] = None,
) -> Planned:
    """Files of our own for all trunks and routes that are wanted.

    had: those that were there, by driver; moved: what leaves files of others for that
    """
    trunks, ways = load_declared(wanted, calls, driver=pbx.driver.NAME)
    transports = _transports(trunks, pbx, moved.transports if moved else {})
    files = deployment.plan(
        trunks,
        pbx.config_dir,
        pbx.driver,
        pbx.attributes,
        edited=moved.files if moved else (),
        transports=transports,
        routes=ways,
        manager_user=pbx.manager_user,
        tls=deployment.verifying(trunks, pbx.config_dir, pbx.driver, pbx.tls),
    )
    if moved:
        files = migration.redial(files, pbx.config_dir, moved.endpoints)
    planned = _planned(
        pbx, had, [trunk.to_dict() for trunk in trunks], files, moved.leftovers if moved else ()
    )
    if moved:
        planned = replace(
            planned, warnings=(*planned.warnings, *moved.stays, *migration.unsure(pbx.config_dir))
        )
    return _with_transports(_with_routes(planned, ways), trunks, transports, pbx)


def _with_routes(planned: Planned, ways: Sequence[Route]) -> Planned:
    return replace(planned, routes=tuple(route.to_dict() for route in ways if route.patterns))


def _all(had: Mapping[str, Trunks]) -> Trunks:
    return [trunk for trunks in had.values() for trunk in trunks]


def _transports(
    trunks: Sequence[Trunk], pbx: Pbx, options: Mapping[str, Mapping[str, Tuple[str, ...]]]
) -> Optional[Sequence[Transport]]:
    """Those of our own, with these options by protocol. The options of the trunks are checked, too.

    Raises SipTrunkError for what the Asterisk here does not know, or nobody could call.
    """
    if pbx.catalogue is None:
        return pbx.transports and pjsip_transports.verifying(pbx.transports, pbx.tls)
    problems = tuple(pjsip.check_options(trunks, pbx.catalogue))
    if problems:
        raise InvalidTrunks(problems)
    transports = deployment.transports_for(
        trunks, pbx.config_dir, pbx.transports, pbx.beside, options, pbx.tls
    )
    for reason in pjsip_transports.unknown(transports, pbx.catalogue):
        raise SipTrunkError(reason)
    return transports


def _with_transports(
    planned: Planned, trunks: Sequence[Trunk], transports: Optional[Sequence[Transport]], pbx: Pbx
) -> Planned:
    """The plan, checked against what else registers, with what takes a restart of Asterisk."""
    found = deployment.as_planned(planned.files, pbx.config_dir, [pbx.driver.NAME, *pbx.beside])
    deployment.check_accounts(found, trunks, pbx.config_dir)
    changed = deployment.changed_transports(pbx.config_dir, transports or ())
    told = (
        f"the transport {name} of chan_pjsip changes when Asterisk is restarted, not before"
        for name in changed
    )
    resolves = pbx.catalogue and transports and pjsip_transports.resolved_by_pjsip(trunks)
    return replace(
        planned,
        transports_at=os.path.join(pbx.config_dir, pjsip_transports.FILENAME) if resolves else None,
        warnings=(*planned.warnings, *told),
        found=found[pbx.driver.NAME],
    )


def _of_drivers(pbx: Pbx) -> Dict[str, Trunks]:
    """The trunks of our own files by driver: there are some of another one when the driver was changed."""
    return {name: deployment.current_trunks(pbx.config_dir, driver) for name, driver in DRIVERS.items()}


def _plan_in_place(
    state: str, given: Sequence[Mapping[str, Any]], pbx: Pbx, place: in_place.Trunks, calls: Trunks
) -> Planned:
    """Only trunks that are declared now, or were before, get a part of the dialplan and of the manifest."""
    if state in ("deleted", "overridden") and not given:
        raise SipTrunkError(f"layout = {pbx.layout}: all trunks of the files would go; name them")
    before = deployment.completed(place.trunks, pbx.config_dir, pbx.driver)
    after = {trunk["name"]: trunk for trunk in _wanted(state, before, given)}
    declared = {trunk["name"] for trunk in given} & after.keys()
    ours = declared | deployment.declared_before(pbx.config_dir)
    trunks, ways = load_declared(
        [trunk for name, trunk in after.items() if name in ours], calls, driver=pbx.driver.NAME
    )
    changed = [trunk for trunk in trunks if trunk.name in declared]
    transports = _transports(trunks, pbx, {})
    place.change(
        changed,
        [trunk["name"] for trunk in before if trunk["name"] not in after],
        whole=state != "merged",
        tls=deployment.verifying(changed, pbx.config_dir, pbx.driver, pbx.tls),
    )
    files = deployment.plan(
        trunks,
        pbx.config_dir,
        pbx.driver,
        pbx.attributes,
        layout=LAYOUTS[pbx.layout],
        changed_in_place=place,
        transports=transports,
        routes=ways,
        manager_user=pbx.manager_user,
    )
    after.update((trunk.name, trunk.to_dict()) for trunk in trunks)
    planned = _planned(
        pbx,
        {pbx.driver.NAME: before},
        list(after.values()),
        files,
        tuple(place.leftovers_of(declared)),
        place.told,
    )
    return _with_transports(_with_routes(planned, ways), trunks, transports, pbx)


def _planned(
    pbx: Pbx,
    had: Mapping[str, Trunks],
    after: Trunks,
    files: Tuple[PlannedFile, ...],
    leftovers: Sequence[Leftover],
    told: Sequence[str] = (),
) -> Planned:
    """had: the trunks that were there, by driver"""
    before = _all(had)
    enabled = [trunk for trunk in after if trunk.get("enabled", True)]
    was = {driver: _registering(trunks) for driver, trunks in had.items()}
    now = {pbx.driver.NAME: enabled}
    is_now = {pbx.driver.NAME: _registering(enabled)}
    reloads = deployment.reloads(files)
    renews = {
        driver: list(_renewed(now.get(driver, []), trunks, DRIVERS[driver], reloads))
        for driver, trunks in had.items()
    }
    registers = tuple(_renewed(had.get(pbx.driver.NAME, []), enabled, pbx.driver, reloads))
    return Planned(
        before,
        enabled,
        files,
        tuple(leftovers),
        (*changes.told(before, enabled), *_moved(had, enabled, pbx.driver.NAME), *told),
        commands(reloads, was, is_now, registers),
        # Where Asterisk has not taken notice of the change, no reload has them register anew.
        (
            *commands(reloads[::-1], is_now, was, [name for names in renews.values() for name in names]),
            *(again for driver in had for again in registering(driver, renews[driver])),
        ),
        registers,
        tuple(name for names in renews.values() for name in names),
        tuple(changes.touched(had.get(pbx.driver.NAME, ()), enabled)),
        tuple(_left(had.get(chan_sip.NAME, ()), enabled)),
        warnings=tuple(_still_known(had, is_now)),
    )


def _moved(had: Mapping[str, Trunks], after: Trunks, driver: str) -> Iterator[str]:
    names = {trunk["name"] for trunk in after}
    for other, trunks in had.items():
        for trunk in trunks:
            if other != driver and trunk["name"] in names:
                yield f"trunk {trunk['name']}: driver {driver} (was {other})"


def _left(had: Sequence[Mapping[str, Any]], after: Trunks) -> Iterator[str]:
    """An account that is registered again, under whatever name, is not to be disturbed."""
    again = {deployment.account(trunk) for trunk in after if trunk.get("registration")}
    for trunk in had:
        if trunk.get("registration") and deployment.account(trunk) not in again:
            yield trunk["name"]


def _still_known(had: Mapping[str, Trunks], is_now: Mapping[str, Accounts]) -> Iterator[str]:
    for trunk in had.get(chan_sip.NAME, ()):
        if trunk.get("registration") and trunk["name"] in is_now.get(pjsip.NAME, ()):
            expiry = trunk["registration"].get("expiry", EXPIRY)
            yield (
                f"trunk {trunk['name']}: chan_sip cannot unregister: for up to {expiry} s the provider has its "
                "contact, too"
            )


def commands(
    reloads: Sequence[str],
    was: Mapping[str, Accounts],
    is_now: Mapping[str, Accounts],
    anew: Collection[str],
) -> Tuple[str, ...]:
    """All that the running Asterisk is to be told.

    reloads: those of the files that changed
    was, is_now: the accounts that are registered, by driver and the name of their trunk
    anew: the names of the trunks that register anew
    """

    def ends(driver: str, name: str, account: Tuple[Any, ...]) -> bool:
        """Also of a trunk that has another account now, for which the provider has a contact of its own."""
        now = is_now.get(driver, {})
        return name not in now or (now[name] != account and name in anew)

    ended = [
        DRIVERS[driver].UNREGISTER.format(name)
        for driver, accounts in was.items()
        for name, account in accounts.items()
        if DRIVERS[driver].UNREGISTER and ends(driver, name, account)
    ]
    return (*ended, *reloads)


def registering(driver: str, names: Sequence[str]) -> List[str]:
    """The commands that have these trunks of a driver register, whether a reload does so or not."""
    return [DRIVERS[driver].REGISTER.format(name) for name in names if DRIVERS[driver].REGISTER]


def _renewed(had: Trunks, after: Trunks, driver: ModuleType, reloads: Sequence[str]) -> Iterator[str]:
    """The names of the trunks that register anew; had: those that the driver had"""
    before = {trunk["name"]: trunk for trunk in had}
    for trunk in after if driver.RELOAD in reloads else ():
        loaded = _sound(trunk, driver)
        if (
            loaded
            and loaded.registration
            and driver.registers_anew(_sound(before.get(loaded.name), driver), loaded)
        ):
            yield loaded.name


def _sound(trunk: Optional[Mapping[str, Any]], driver: ModuleType) -> Optional[Trunk]:
    """A trunk that was read; None for one that is not sound, as it may be by hand."""
    try:
        return next(iter(load_trunks([trunk] if trunk else [], driver=driver.NAME)), None)
    except InvalidTrunks:
        return None


def _registering(trunks: Sequence[Mapping[str, Any]]) -> Accounts:
    return {trunk["name"]: deployment.account(trunk) for trunk in trunks if trunk.get("registration")}


def _check_names(given: Sequence[Mapping[str, Any]], kind: str = "trunk") -> None:
    twice = [
        Problem(name, "name", name, "is given twice", f"declare each {kind} once", kind)
        for name, count in Counter(one["name"] for one in given).items()
        if count > 1
    ]
    if twice:
        raise InvalidTrunks(twice)


def _wanted(state: str, before: Trunks, given: Sequence[Mapping[str, Any]]) -> Trunks:
    """All trunks that there shall be."""
    return _WANTED[state](before, {trunk["name"]: dict(trunk) for trunk in given})


def _state_of(state: str, given: Sequence[Any], others: Sequence[Any]) -> str:
    """To delete some trunks is not to delete all routes, nor the other way round: what is not named then stays."""
    return "replaced" if state == "deleted" and others and not given else state


Named = Dict[str, Dict[str, Any]]


def _merged(before: Trunks, given: Named) -> Trunks:
    had = {trunk["name"]: trunk for trunk in before}
    # A trunk that is not there need not be disabled.
    given = {name: trunk for name, trunk in given.items() if name in had or trunk.get("enabled", True)}
    return _replaced(
        before, {name: changes.merged(had.get(name, {}), trunk) for name, trunk in given.items()}
    )


def _replaced(before: Trunks, given: Named) -> Trunks:
    kept = [given.get(trunk["name"], trunk) for trunk in before]
    there = {trunk["name"] for trunk in before}
    return kept + [trunk for name, trunk in given.items() if name not in there]


def _overridden(before: Trunks, given: Named) -> Trunks:
    return list(given.values())


def _deleted(before: Trunks, given: Named) -> Trunks:
    return [trunk for trunk in before if given and trunk["name"] not in given]


_WANTED: Dict[str, Callable[[Trunks, Named], Trunks]] = {
    "merged": _merged,
    "replaced": _replaced,
    "overridden": _overridden,
    "deleted": _deleted,
    MIGRATED: _merged,
}
WRITING = tuple(_WANTED)

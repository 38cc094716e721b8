# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the states merged, replaced, overridden and deleted make of a PBX, in each layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from . import changes, deployment, in_place
from .drivers import DRIVERS, chan_sip, pjsip, pjsip_transports
from .drivers.options import Catalogue
from .drivers.pjsip_transports import Transport
from .drivers.shared import Leftover
from .errors import InvalidTrunks, Problem, SipTrunkError
from .fields import EXPIRY
from .files import Attributes
from .layouts import LAYOUTS
from .trunk import Trunk, load_trunks

Trunks = List[Dict[str, Any]]


@dataclass(frozen=True)
class Pbx:
    """Where trunks are to be made true.

    layout: a name of LAYOUTS
    attributes: of files that belong to the trunks
    manager_user: also give the verifier its AMI user
    beside: the other drivers that this Asterisk loads
    catalogue: the options that chan_pjsip knows here; None for another driver
    transports: those of chan_pjsip that were declared; None for what the trunks need
    """

    config_dir: str
    driver: ModuleType
    layout: str
    attributes: Attributes
    manager_user: bool = False
    beside: Tuple[str, ...] = ()
    catalogue: Optional[Catalogue] = None
    transports: Optional[Tuple[Transport, ...]] = None


@dataclass(frozen=True)
class Planned:
    """What is to become of a PBX.

    before, after: the trunks, secrets included; those that are not enabled are not there
    files: as they shall be
    leftovers: what no trunk can hold
    changes: the differences in words
    warnings: what the user should know and nobody can do for him
    """

    before: Trunks = field(repr=False)
    after: Trunks = field(repr=False)
    files: Tuple[deployment.PlannedFile, ...] = field(repr=False)
    leftovers: Tuple[Leftover, ...]
    changes: Tuple[str, ...]
    warnings: Tuple[str, ...] = ()


def present(pbx: Pbx) -> Tuple[Trunks, Tuple[Leftover, ...]]:
    """The trunks that are there, secrets included, and what no trunk can hold."""
    place = _in_place(pbx)
    if place is None:
        return [trunk for trunks in _of_drivers(pbx).values() for trunk in trunks], ()
    return deployment.completed(place.trunks, pbx.config_dir, pbx.driver), tuple(place.leftovers)


def plan(state: str, given: Sequence[Mapping[str, Any]], pbx: Pbx) -> Planned:
    """What *state* makes of the PBX with the given trunks, in the form of ``sip_trunks``.

    Raises SipTrunkError when it cannot be.
    """
    place = _in_place(pbx)
    return _plan_in_place(state, given, pbx, place) if place else _plan_included(state, given, pbx)


def _in_place(pbx: Pbx) -> Optional[in_place.Trunks]:
    """The trunks in files of others; None when they have files of their own."""
    places = LAYOUTS[pbx.layout].places[pbx.driver.NAME]
    return in_place.trunks_of(pbx.driver, pbx.config_dir, places) if places else None


def _plan_included(state: str, given: Sequence[Mapping[str, Any]], pbx: Pbx) -> Planned:
    had = _of_drivers(pbx)
    before = [trunk for trunks in had.values() for trunk in trunks]
    trunks = load_trunks(_wanted(state, before, given), driver=pbx.driver.NAME)
    transports = _transports(trunks, pbx)
    files = deployment.plan(
        trunks,
        pbx.config_dir,
        pbx.driver,
        pbx.attributes,
        transports=transports,
        manager_user=pbx.manager_user,
    )
    after = [trunk.to_dict() for trunk in trunks]
    moved = {
        trunk["name"]: (driver, trunk)
        for driver in had
        for trunk in had[driver]
        if driver != pbx.driver.NAME and trunk["name"] in {trunk["name"] for trunk in after}
    }
    told = [
        f"trunk {name}: driver {pbx.driver.NAME} (was {driver})" for name, (driver, _trunk) in moved.items()
    ]
    warnings = [*_still_known(moved), *_not_before_a_restart(transports, pbx)]
    return _planned(before, after, files, (), told, warnings)


def _transports(trunks: Sequence[Trunk], pbx: Pbx) -> Optional[Sequence[Transport]]:
    """Those of chan_pjsip that shall be ours; None for another driver. The options of all are checked."""
    if pbx.catalogue is None:
        return None
    problems = tuple(pjsip.check_options(trunks, pbx.catalogue))
    if problems:
        raise InvalidTrunks(problems)
    transports = deployment.transports_for(trunks, pbx.config_dir, pbx.transports, pbx.beside)
    for reason in pjsip_transports.unknown(transports, pbx.catalogue):
        raise SipTrunkError(reason)
    return transports


def _not_before_a_restart(transports: Optional[Sequence[Transport]], pbx: Pbx) -> Iterator[str]:
    for name in deployment.changed_transports(pbx.config_dir, transports or ()):
        yield f"the transport {name} of chan_pjsip changes when Asterisk is restarted, not before"


def _of_drivers(pbx: Pbx) -> Dict[str, Trunks]:
    """The trunks of our own files by driver: there are some of another one when the driver was changed."""
    return {name: deployment.current_trunks(pbx.config_dir, driver) for name, driver in DRIVERS.items()}


def _still_known(moved: Mapping[str, Tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    for name, (driver, trunk) in moved.items():
        if driver == chan_sip.NAME and trunk.get("registration"):
            expiry = trunk["registration"].get("expiry", EXPIRY)
            yield (
                f"trunk {name}: chan_sip cannot unregister: for up to {expiry} s the provider has its contact, too"
            )


def _plan_in_place(
    state: str, given: Sequence[Mapping[str, Any]], pbx: Pbx, place: in_place.Trunks
) -> Planned:
    """Only trunks that are declared now, or were before, get a part of the dialplan and of the manifest."""
    if state in ("deleted", "overridden") and not given:
        raise SipTrunkError(f"layout = {pbx.layout}: all trunks of the files would go; name them")
    before = deployment.completed(place.trunks, pbx.config_dir, pbx.driver)
    after = {trunk["name"]: trunk for trunk in _wanted(state, before, given)}
    declared = {trunk["name"] for trunk in given} & after.keys()
    ours = declared | deployment.declared_before(pbx.config_dir)
    trunks = load_trunks([trunk for name, trunk in after.items() if name in ours], driver=pbx.driver.NAME)
    changed = [trunk for trunk in trunks if trunk.name in declared]
    transports = _transports(trunks, pbx)
    place.change(
        changed,
        [trunk["name"] for trunk in before if trunk["name"] not in after],
        whole=state != "merged",
    )
    files = deployment.plan(
        trunks,
        pbx.config_dir,
        pbx.driver,
        pbx.attributes,
        layout=LAYOUTS[pbx.layout],
        changed_in_place=place,
        transports=transports,
        manager_user=pbx.manager_user,
    )
    after.update((trunk.name, trunk.to_dict()) for trunk in trunks)
    leftovers = tuple(place.leftovers_of(changed))
    warnings = list(_not_before_a_restart(transports, pbx))
    return _planned(before, list(after.values()), files, leftovers, place.told, warnings)


def _planned(
    before: Trunks,
    after: Trunks,
    files: Tuple[deployment.PlannedFile, ...],
    leftovers: Tuple[Leftover, ...],
    told: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Planned:
    enabled = [trunk for trunk in after if trunk.get("enabled", True)]
    words = (*changes.told(before, enabled), *told)
    return Planned(before, enabled, files, leftovers, words, tuple(warnings))


def _wanted(state: str, before: Trunks, given: Sequence[Mapping[str, Any]]) -> Trunks:
    """All trunks that there shall be."""
    names = [trunk["name"] for trunk in given]
    twice = [
        Problem(name, "name", name, "is given twice", "declare each trunk once")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if twice:
        raise InvalidTrunks(twice)
    return _WANTED[state](before, {trunk["name"]: dict(trunk) for trunk in given})


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
}
WRITING = tuple(_WANTED)

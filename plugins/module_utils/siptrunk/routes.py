# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes: which trunks the calls to a number try, one after the other, and what the providers get to see.

``load_declared`` takes trunks and routes as they are written, and reports what is wrong with either of them at once.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .errors import InvalidTrunks, Problem
from .fields import ROUTE_FIELDS, Unfit, closest
from .trunk import Trunk, load_trunks

# The context with all routes; each has one of its own, too.
ALL = "routes"
_TOKEN = re.compile(r"\[[^\]]*\]|[^!]")


@dataclass(frozen=True)
class Route:
    """patterns: called numbers, or dialplan patterns; only numbers where it is for emergencies
    trunks: their names, in the order in which they are tried
    strip, prepend: so many digits are taken from the front of the number, then these are put there
    caller_id: number that the calls show; None leaves it to the trunk
    emergency: no limit of a trunk counts, and every trunk is tried until somebody answers
    """

    name: str
    patterns: Tuple[str, ...]
    trunks: Tuple[str, ...]
    strip: int = 0
    prepend: Optional[str] = None
    caller_id: Optional[str] = None
    emergency: bool = False

    @property
    def context(self) -> str:
        return f"route-{self.name}"

    def to_dict(self) -> Dict[str, Any]:
        """The route in the form of ``trunk_routes``, defaults left out."""
        given = {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }
        return {key: value for key, value in given.items() if value or key in ("patterns", "trunks")}


def load_declared(
    trunks: Sequence[Mapping[str, Any]], routes: Sequence[Mapping[str, Any]], *, driver: str
) -> Tuple[Tuple[Trunk, ...], Tuple[Route, ...]]:
    """The trunks and the routes that are declared; InvalidTrunks with every problem of both."""
    problems: List[Problem] = []
    loaded: Optional[Tuple[Trunk, ...]] = None
    try:
        loaded = load_trunks(trunks, driver=driver)
    except InvalidTrunks as invalid:
        problems += invalid.problems
    read = [_read(number, given, problems) for number, given in enumerate(routes, 1)]
    sound = tuple(route for route in read if route)
    problems += _together(sound)
    for route in sound if loaded is not None else ():
        problems += _with_trunks(route, loaded or ())
    if loaded is None or problems:
        raise InvalidTrunks(problems)
    return loaded, sound


def without_emergency(routes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What to tell whoever has routes, and says nothing of emergencies."""
    if routes and not any(route.get("emergency") for route in routes):
        yield (
            "routes: none is for emergency numbers, which then are numbers like all others, with limits and prefixes; "
            "declare a route with emergency: true and the numbers of your country, or with patterns: [] for none"
        )


def _problem(route: str, option: str, value: Any, reason: str, fix: str) -> Problem:
    shown = None if value is None or isinstance(value, Mapping) else str(value)
    return Problem(
        route, option, shown if shown is None or shown.isprintable() else repr(shown), reason, fix, "route"
    )


def _read(number: int, given: Any, problems: List[Problem]) -> Optional[Route]:
    """One route by itself; None when it is not sound, and *problems* has the reasons."""
    label = f"#{number}"
    if not isinstance(given, Mapping):
        problems.append(
            _problem(label, "route", None, "is not a mapping of fields", "write name, patterns and trunks")
        )
        return None
    name = given.get("name")
    label = name if isinstance(name, str) and name and name.isprintable() else label
    found: List[Problem] = []
    for key in given:
        if key not in ROUTE_FIELDS:
            fix = (closest(str(key), ROUTE_FIELDS) or "remove it; ") + "known are " + ", ".join(ROUTE_FIELDS)
            found.append(_problem(label, str(key), None, "is not known", fix))
    values: Dict[str, Any] = {}
    for key, check in ROUTE_FIELDS.items():
        if given.get(key) is not None:
            try:
                values[key] = check(given[key])
            except Unfit as unfit:
                found.append(_problem(label, key, given[key], unfit.reason, unfit.fix))
    # No emergency number at all is said by a route without patterns, and then without trunks.
    none = values.get("emergency") and values.get("patterns") == ()
    for key in ("name", "patterns", "trunks"):
        if given.get(key) is None and not (none and key == "trunks"):
            found.append(_problem(label, key, None, "is missing: a route needs it", "add it"))
        elif values.get(key) == () and not none:
            found.append(
                _problem(label, key, None, "is empty: no call could take the route", "list one at least")
            )
    route = Route(**{"trunks": (), **values}) if not found else None
    if route:
        found += _consistent(route)
    problems += found
    return None if found else route


def _consistent(route: Route) -> Iterator[Problem]:
    for pattern in route.patterns:
        if route.emergency and pattern.startswith("_"):
            reason = "is a pattern, and emergency numbers are meant one by one"
            yield _problem(route.name, "patterns", pattern, reason, "list the numbers")
        if len(_TOKEN.findall(pattern.lstrip("_"))) <= route.strip:
            reason = f"takes all digits of the shortest number that {pattern} stands for"
            yield _problem(route.name, "strip", route.strip, reason, "strip less, or list longer numbers")


def _together(routes: Sequence[Route]) -> Iterator[Problem]:
    """What two routes must not share. Asterisk compares names without case, and X in patterns, too."""
    kinds: Tuple[Tuple[str, Callable[[Route], Sequence[str]], str], ...] = (
        ("name", lambda route: (route.name,), "is the name of an earlier route, {owner}"),
        (
            "patterns",
            lambda route: route.patterns,
            "has the route {owner} already, and only one can have the call",
        ),
    )
    for option, keys, reason in kinds:
        owners: Dict[str, Route] = {}
        for route in routes:
            for key in keys(route):
                owner = owners.setdefault(key.lower(), route)
                if owner is not route:
                    fix = "give each route its own"
                    yield _problem(route.name, option, key, reason.format(owner=owner.name), fix)


def _with_trunks(route: Route, trunks: Sequence[Trunk]) -> Iterator[Problem]:
    by_name = {trunk.name: trunk for trunk in trunks}
    for name in route.trunks:
        trunk = by_name.get(name)
        if trunk is None:
            fix = closest(name, by_name) + "declare the trunk, or the route without it"
            yield _problem(route.name, "trunks", name, "there is no such trunk", fix)
        elif route.caller_id and trunk.from_user and trunk.outbound.identity_header == "none":
            reason = f"is never seen through the trunk {name}: From has the user of its account"
            fix = "let the trunk show it, with outbound.identity_header: pai (or rpid), or outbound.from_caller: true"
            yield _problem(route.name, "caller_id", route.caller_id, reason, fix)
    known = [by_name[name] for name in route.trunks if name in by_name]
    if known and not any(trunk.enabled for trunk in known):
        yield _problem(
            route.name,
            "trunks",
            ", ".join(route.trunks),
            "none of them is enabled",
            "enable one, or remove the route",
        )
    for trunk in trunks:
        for option, context in (("inbound", trunk.inbound.context), ("outbound", trunk.outbound.context)):
            if context.lower() in (ALL, route.context.lower()):
                reason = f"is the {option} context of the trunk {trunk.name}, and {context} one of routes"
                yield _problem(
                    route.name, "name", route.name, reason, f"give the trunk another {option}.context"
                )

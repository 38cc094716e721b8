# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks as they are declared for Ansible, checked before any host is reached.

They are looked for in vars files, plays, and tasks of the module. What only Ansible knows, vaults and templates, has a
value that nobody can say anything about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .. import dialplan
from ..config.effective import Note
from ..drivers import DRIVERS, options, pjsip
from ..drivers.option_table import RELEASES
from ..drivers.options import Catalogue
from ..errors import InvalidTrunks, Problem
from ..fields import FIELDS, REQUIRED, Unfit
from ..rules import declared as rules
from ..rules.books import findings
from ..rules.rule import SEVERITIES, WARNING, Finding, Rule, Spot, finding
from ..trunk import Trunk, load_trunks
from .inventory import NOTHING, Known, Trunks, known_of, lists_in, masked, secrets_of
from .loading import from_texts
from .yaml_tree import Node, Pair, Place, Unreadable, read, walk

ENDINGS = (".yml", ".yaml", ".json")
_OF_NUMBERS = re.compile(r"YAML may have changed")


@dataclass(frozen=True)
class Declared:
    """trunks: how many there are; text: of the file, for people: without secrets"""

    path: str
    findings: Tuple[Finding, ...]
    trunks: int
    text: str


def concerns(path: str) -> bool:
    """Whether a file has trunks for Ansible, by its name."""
    return path.endswith(ENDINGS)


def declared(
    path: str, text: str, *, driver: Optional[str] = None, catalogue: Optional[Catalogue] = None
) -> Declared:
    """What is wrong with the trunks in a file; none in it are none wrong.

    driver: the one that they are for; without it both count
    catalogue: of the Asterisk that they are for
    Raises ConfigError for a file that cannot be read here: it is encrypted, or PyYAML is missing.
    """
    try:
        documents = read(path, text)
    except Unreadable as unreadable:
        place = Note(path, unreadable.line, "")
        found = finding(
            rules.NOT_READABLE, Spot(place, why=f"Ansible cannot read the file: {unreadable.reason}")
        )
        return Declared(path, (replace(found, column=unreadable.column),), 0, "")
    drivers = [driver] if driver else list(DRIVERS)
    checker = _Checker(path, drivers, catalogue or options.of_release(RELEASES[-1]))
    lists = [one for document in documents for one in lists_in(document)]
    for one in lists:
        checker.check(one)
    found_all = sorted(
        dict.fromkeys(checker.findings),
        key=lambda one: (one.line or 0, one.column or 0, -SEVERITIES.index(one.severity), one.rule),
    )
    nodes = [one.node for one in lists]
    return Declared(path, tuple(found_all), sum(len(node.items) for node in nodes), masked(text, nodes))


class _Checker:
    def __init__(self, path: str, drivers: Sequence[str], catalogue: Catalogue) -> None:
        self.findings: List[Finding] = []
        self._path, self._drivers, self._catalogue = path, drivers, catalogue

    def check(self, given: Trunks) -> None:
        trunks = given.node
        if trunks.kind != "list":
            self._report(
                rules.REFUSED,
                NOTHING,
                "",
                trunks.place,
                "sip_trunks is not a list",
                "write a list of trunks",
            )
            return
        known: List[Known] = []
        for number, node in enumerate(trunks.items):
            self._keys(node)
            if not node.hidden:
                known.append(known_of(node, number))
        for option, node, trunk in _with_trunks(trunks):
            if option and node.kind == "scalar" and not node.hidden and node.value not in (None, ""):
                self._report(rules.PLAIN_SECRET, trunk, option, node.place)
        if given.complete:
            self._check_all(known)

    def _keys(self, trunk: Node) -> None:
        for node in walk(trunk):
            for pair in node.twice:
                self._report(rules.TWICE, trunk, _text(pair.key), pair.place)

    def _check_all(self, known: Sequence[Known]) -> None:
        told: Dict[Tuple[int, str, str], Tuple[Known, Problem, List[str]]] = {}
        for driver in self._drivers:
            sound = []
            for place, one in enumerate(known):
                problems, trunk = _problems_of(one, driver, self._catalogue)
                if trunk and not problems:
                    sound.append((place, trunk))
                for problem in problems:
                    told.setdefault((place, problem.option, problem.reason), (one, problem, []))[2].append(
                        driver
                    )
            for place, problem in _problems_together(
                [(known[place], place) for place, _trunk in sound], driver
            ):
                told.setdefault((place, problem.option, problem.reason), (known[place], problem, []))[
                    2
                ].append(driver)
            for place, trunk in sound:
                if known[place].certain:
                    self._rendered(known[place], trunk, driver)
        for one, problem, drivers in told.values():
            self._problem(one, problem, drivers)

    def _problem(self, one: Known, problem: Problem, drivers: Sequence[str]) -> None:
        place = _place(one.node, problem.option)
        why = f"{problem.option} {problem.reason}"
        if len(drivers) < len(self._drivers) and not _is_of(problem.option, drivers[0]):
            why = f"{drivers[0]} cannot have it: {why}"
            self._report(rules.ONE_DRIVER, one.node, problem.option, place, why, problem.fix)
        elif _OF_NUMBERS.search(problem.reason):
            self._report(rules.DIGITS, one.node, problem.option, place)
        else:
            self._report(rules.REFUSED, one.node, problem.option, place, why, problem.fix)

    def _rendered(self, one: Known, trunk: Trunk, driver: str) -> None:
        """What the rules find in the files that would be written, at what was declared."""
        module = DRIVERS[driver]
        files = {
            module.MAIN: str(module.render([trunk])),
            dialplan.MAIN: str(dialplan.render([trunk], module)),
        }
        for found in findings(from_texts(files, self._catalogue, parts=True)):
            if not found.at_least(WARNING):
                # How it is written is our renderer's business.
                continue
            option = _option_of(found, trunk)
            place = _place(one.node, option)
            self.findings.append(
                replace(
                    found,
                    path=self._path,
                    line=place and place.line,
                    column=place and place.column,
                    end_column=place and place.end_column,
                    section=trunk.name,
                    option=option or None,
                    part="",
                    edit=None,
                )
            )

    def _report(
        self, rule: Rule, trunk: Node, option: str, place: Optional[Place], why: str = "", fix: str = ""
    ) -> None:
        line = place.line if place else None
        found = finding(rule, Spot(Note(self._path, line, ""), section=_name(trunk), why=why, fix=fix))
        if place:
            found = replace(found, column=place.column, end_column=place.end_column)
        self.findings.append(replace(found, option=option or None))


def _with_trunks(trunks: Node) -> Iterator[Tuple[str, Node, Node]]:
    for trunk in trunks.items:
        for option, node in secrets_of(Node([trunk], None, "list")):
            yield option, node, trunk


def _name(trunk: Node) -> str:
    name = trunk.get("name")
    return name.value if name and isinstance(name.value, str) and name.value.isprintable() else ""


def _text(key: object) -> str:
    return key if isinstance(key, str) and key.isprintable() else ""


def _problems_of(one: Known, driver: str, catalogue: Catalogue) -> Tuple[List[Problem], Optional[Trunk]]:
    """Of a trunk alone; the trunk, where there are none."""
    try:
        (trunk,) = load_trunks([one.data], driver=driver)
    except InvalidTrunks as invalid:
        # Of a trunk with unknown values, only what is wrong whatever they are.
        return [problem for problem in invalid.problems if one.certain or _is_sure(problem, one)], None
    problems = list(pjsip.check_options([trunk], catalogue)) if driver == pjsip.NAME else []
    return [problem for problem in problems if one.certain or _is_sure(problem, one)], trunk


def _problems_together(known: Sequence[Tuple[Known, int]], driver: str) -> Iterator[Tuple[int, Problem]]:
    """Of trunks that are each sound: what they must not share."""
    certain = [(one, place) for one, place in known if one.certain]
    try:
        load_trunks([one.data for one, _place in certain], driver=driver)
    except InvalidTrunks as invalid:
        places = {one.data["name"]: place for one, place in certain}
        for problem in invalid.problems:
            yield places[problem.trunk], problem


def _is_sure(problem: Problem, one: Known) -> bool:
    """Whether it is about a value, or a key, that is known."""
    group, _dot, key = problem.option.rpartition(".")
    if {problem.option, group} & one.hidden or (group and group not in FIELDS):
        return False
    given = one.data if not group else one.data.get(group)
    if not isinstance(given, Mapping):
        return False
    value, check = given.get(key), FIELDS[group].get(key)
    if value is None:
        return key in REQUIRED.get(group, ())
    if check is None:
        # A group, or a key that is none.
        return group != "" or key not in FIELDS or not isinstance(value, Mapping)
    try:
        check(value)
    except Unfit:
        return True
    return False


def _is_of(option: str, driver: str) -> bool:
    """An option that is there for this driver only."""
    if not option.startswith("options."):
        return False
    return (driver == pjsip.NAME) != option.startswith("options.peer")


def _option_of(found: Finding, trunk: Trunk) -> str:
    """The raw option that a finding is about, if it is about one."""
    for kind in FIELDS["options"]:
        if found.option and found.option.lower() in getattr(trunk.options, kind):
            return f"options.{kind}.{found.option.lower()}"
    return ""


def _place(trunk: Node, option: str) -> Optional[Place]:
    """Where an option of a trunk is declared; or else what it would be in."""
    current, place = trunk, _beginning(trunk)
    for key in option.split(".", 2):
        pair = _pair(current, key)
        if pair is None:
            return place
        current = pair.node
        place = current.place if current.kind == "scalar" and current.value is not None else pair.place
    return place


def _pair(node: Node, key: str) -> Optional[Pair]:
    return node.pair(key) or next((pair for pair in node.pairs if str(pair.key).lower() == key.lower()), None)


def _beginning(trunk: Node) -> Optional[Place]:
    name = trunk.get("name")
    return (name.place if name else None) or trunk.place

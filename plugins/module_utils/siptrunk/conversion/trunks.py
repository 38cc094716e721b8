# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trunks of sip.conf, each with where it was found and what chan_pjsip makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..config.effective import Effective, EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers import chan_sip, pjsip
from ..drivers.shared import DENY_ALL, YES, Leftover, Origin, RenderedSection, distinct
from ..drivers.sip_conf import ALSO_CALLED, INSECURE
from ..errors import InvalidTrunks, Problem
from ..trunk import Trunk, load_trunks
from .account import Fate, Place
from .translation import translate

Refuse = Callable[[str, str], Optional[str]]

# Other names of one option; those of the driver, and of settings.
_SAME = {
    **ALSO_CALLED,
    "bindaddr": "udpbindaddr",
    "externip": "externaddr",
    "defaultexpirey": "defaultexpiry",
}


def one_name(key: str) -> str:
    """The name of an option that may have several."""
    key = fold(key)
    return _SAME.get(key, key)


@dataclass(eq=False)
class Unit:
    """A trunk and what was made of it.

    said: entries of its sections; fates: of those that no field stands for; guests: where nothing but the register
    line speaks of it, the context of its calls, "" for none
    trunk: None when it was refused
    """

    data: Dict[str, Any]
    origin: Origin
    fates: Dict[str, Fate]
    guests: str = ""
    trunk: Optional[Trunk] = None
    rendered: List[RenderedSection] = field(default_factory=list)

    @property
    def context(self) -> str:
        context: str = self.data.get("inbound", {}).get("context", f"from-{self.data['name']}")
        return context

    @property
    def names(self) -> Set[str]:
        return {fold(section.name) for section in self.origin.sections}

    def says(self, key: str) -> bool:
        """Whether its own sections make what [general] says of the option count for nothing."""
        if key in ("allow", "disallow"):
            return all(any(map(_ends_codecs, section.entries)) for section in self.origin.sections)
        return all(
            any(one_name(entry.key) == key for entry in section.entries) for section in self.origin.sections
        )

    def places(self, wanted: Sequence[Tuple[str, str]], value: Optional[str] = None) -> List[Place]:
        return [
            Place(section.entries[0][1], section.name, option)
            for kind, option in wanted
            for section in self.rendered
            if section.entries[0][1] == kind
            and any(key == option and value in (None, own) for key, own in section.entries)
        ]


@dataclass(frozen=True)
class Gathered:
    """leftovers, answering: of chan_sip's reader
    made: names of the sections that are not in the file, but do what chan_sip does without them
    problems: why some units have no trunk
    """

    units: List[Unit]
    leftovers: List[Leftover]
    answering: Dict[str, str]
    made: Set[str]
    problems: List[Problem]


def gather(effective: Effective, said: Mapping[str, Sequence[str]], refuse: Refuse) -> Gathered:
    """said: the values of each option of [general]; refuse: why an option of a kind of object cannot be written"""
    read = chan_sip.read(effective)
    made = list(_peers_for(read.trunks, read.origins, effective, said))
    if made:
        read = chan_sip.read(replace(effective, sections=(*effective.sections, *made)))
    names = {fold(section.name) for section in made}
    units: List[Unit] = []
    for trunk, origin in zip(read.trunks, read.origins):
        data, fates = translate(trunk, said, lambda option: refuse("endpoint", option))
        unit = Unit(data, origin, fates)
        if unit.names & names and data.get("inbound", {}).get("trust", [data["provider"]["host"]]):
            unit.guests = unit.context
        units.append(unit)
    problems = [*_load(units), *_render(units, refuse)]
    return Gathered(units, read.leftovers, read.answering, names, problems)


def _peers_for(
    trunks: Sequence[Mapping[str, Any]],
    origins: Sequence[Origin],
    effective: Effective,
    said: Mapping[str, Sequence[str]],
) -> Iterator[EffectiveSection]:
    """For each register line without a peer the one that does what chan_sip does without it.

    Its settings are those of [general], and calls from its host come in as those of a guest, or not at all.
    """
    taken = {fold(section.name) for section in effective.sections}
    closed = fold(said.get("allowguest", ["yes"])[-1]) not in YES
    for trunk, origin in zip(trunks, origins):
        if origin.sections or not origin.register:
            continue
        provider, account = trunk["provider"], trunk["registration"]
        name = distinct(trunk["name"], taken)
        taken.add(fold(name))
        options = {
            "type": "peer",
            "host": provider["host"],
            "port": str(provider.get("port") or ""),
            "transport": provider.get("transport", "udp"),
            "insecure": INSECURE,
            "defaultuser": account.get("auth_user") or account["user"],
            "fromuser": account["user"],
            "remotesecret": account.get("secret") or "",
        }
        path = origin.register.path
        entries = [EffectiveEntry(key, value, path, None) for key, value in options.items() if value]
        entries += [EffectiveEntry("deny", network, path, None) for network in DENY_ALL if closed]
        yield EffectiveSection(name, path, None, entries=entries)


def _load(units: Sequence[Unit]) -> Iterator[Problem]:
    """Give those a trunk that chan_pjsip can have, each by itself and with the others; tell why the rest has none."""
    for unit in units:
        try:
            (unit.trunk,) = load_trunks([unit.data], driver=pjsip.NAME)
        except InvalidTrunks as invalid:
            yield from invalid.problems
    refused: Set[str] = {""}
    while refused:
        sound = [unit for unit in units if unit.trunk]
        refused = set()
        try:
            load_trunks([unit.data for unit in sound], driver=pjsip.NAME)
        except InvalidTrunks as invalid:
            yield from invalid.problems
            refused = {problem.trunk for problem in invalid.problems}
        for unit in sound:
            if unit.data["name"] in refused:
                unit.trunk = None


def _render(units: Sequence[Unit], refuse: Refuse) -> Iterator[Problem]:
    """The sections, without options that are refused; each of these is a problem."""
    for unit in units:
        for section in pjsip.sections([unit.trunk] if unit.trunk else []):
            kind = section.entries[0][1]
            kept = section.entries[:1]
            for key, value in section.entries[1:]:
                reason = refuse(kind, key)
                if reason:
                    fix = "it is not written; see whether the trunk works without it"
                    yield Problem(unit.data["name"], f"{kind}.{key}", None, reason, fix)
                else:
                    kept.append((key, value))
            unit.rendered.append(section._replace(entries=kept))


def _ends_codecs(entry: EffectiveEntry) -> bool:
    """Whether it makes all codecs before it count for nothing."""
    key, first = fold(entry.key), fold(entry.value).partition(",")[0]
    return (key, first) in (("disallow", "all"), ("allow", "!all"))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which option exists in which object of pjsip.conf and pjsip_wizard.conf, in which Asterisk.

chan_pjsip drops an object with an option that it does not know; a wizard passes over one of its own without a word.
What there is comes from a table of releases that were asked (option_table.py), or, on a PBX, from the documentation of
the Asterisk that is installed there.
"""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from .option_docs import ANY, Kind, Option, documented, has, latest, numbers, shown
from .option_table import MODULES, RELEASES, TABLE

# Where Debian's Asterisk and one that was built from source have their XML documentation.
DOCUMENTATION = ("/usr/share/asterisk/documentation", "/var/lib/asterisk/documentation")
# Of an option with @ in front, chan_pjsip makes nothing (sorcery_extended_config_handler() in main/sorcery.c).
UNREAD = "@"
# An option KIND/NAME of a wizard is the option NAME of the object that the wizard makes.
WIZARD = "wizard"
_MADE_BY_WIZARD = {"inbound_auth": "auth", "outbound_auth": "auth"}
# Kinds that Asterisk keeps in its own database; nobody writes them into a file.
_OWN = frozenset({"contact", "subscription_persistence"})
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Catalogue:
    """The options that one Asterisk knows.

    version: of the Asterisk, or empty; note: why these may not be exactly its options, or empty
    """

    version: str
    kinds: Mapping[str, Kind]
    note: str = ""

    def known(self, kind: str) -> Mapping[str, Option]:
        """The options of a kind of object; none when there is no such kind."""
        return self.kinds[kind].options if kind in self.kinds else {}

    def find(self, kind: str, name: str) -> Optional[Option]:
        """An option by its name, in upper or lower case; by KIND/NAME in a wizard, with a kind as it is."""
        kind, name = self._meant(kind, name)
        options = self.known(kind)
        for known, option in options.items():
            if known.lower() == name.lower():
                return option
        patterns = [known for known in options if known.endswith(ANY) and name.startswith(known[: -len(ANY)])]
        return options[patterns[0]] if patterns else None

    def takes(self, kind: str, name: str, value: str) -> bool:
        """False for a word where the option is a number."""
        option = self.find(kind, name)
        # Those of tos have names, too.
        if option is None or not _NUMBER.fullmatch(option.default or "") or "tos" in name:
            return True
        return bool(_NUMBER.fullmatch(value))

    def check(self, kind: str, name: str) -> Optional[str]:
        """Why this Asterisk does not know the option in this kind of object; None when it does."""
        kind, name = self._meant(kind, name)
        if name.startswith(UNREAD) or self.find(kind, name):
            return None
        asterisk = f"Asterisk {self.version}" if self.version else "this Asterisk"
        if kind in self.kinds:
            reason = f"{asterisk} has no option {name} in {kind}" + (
                self._other_releases(kind, name)
                or self._other_kinds(kind, name)
                or _did_you_mean(name, self.known(kind))
            )
        else:
            reason = f"{asterisk} has no objects of type {kind}{_did_you_mean(kind, self.kinds)}"
        return f"{reason} ({self.note})" if self.note else reason

    def _meant(self, kind: str, name: str) -> Tuple[str, str]:
        made, slash, rest = name.partition("/")
        if kind == WIZARD and slash and f"{made}/{ANY}" in self.known(WIZARD):
            return _MADE_BY_WIZARD.get(made, made), rest
        return kind, name

    def _other_releases(self, kind: str, name: str) -> str:
        found = {release: of_release(release).find(kind, name) for release in RELEASES}
        having = {release: option for release, option in found.items() if option}
        if not having:
            return ""
        first, last = list(having)[0], list(having)[-1]
        if numbers(self.version) and having[last].since and not has(self.version, having[last].since):
            return f"; it is there since {', '.join(having[last].since)}"
        before = numbers(self.version) and numbers(last) < latest(self.version)
        return f"; it was there until {last}" if before else f"; Asterisk {first} has it"

    def _other_kinds(self, kind: str, name: str) -> str:
        others = [other for other in self.kinds if other not in {kind, WIZARD, *_OWN}]
        having = [other for other in others if name.lower() in map(str.lower, self.known(other))]
        return f"; it is an option of {', '.join(having)}" if having else ""


def known(kind: str, version: str) -> Mapping[str, Option]:
    """The options of a kind of object in a release of Asterisk; of_release() tells how sure that is."""
    return of_release(version).known(kind)


def check(kind: str, name: str, version: str) -> Optional[str]:
    """Why a release does not know the option in this kind of object; None when it does."""
    return of_release(version).check(kind, name)


@functools.cache
def of_release(version: str) -> Catalogue:
    """The options of a release; a version without all its numbers is the last one that it may be.

    One that is not in the table has those of the nearest one in it: of its own branch, or else the last one below.
    What the documentation dates otherwise is taken out or added.
    """
    nearest = _nearest(version)
    if numbers(version) in (numbers(nearest), numbers(nearest)[:2]):
        return Catalogue(nearest, {kind: found for kind in TABLE for found in _in_table(kind, nearest)})
    sources = [release for release in RELEASES if numbers(release) >= numbers(nearest)]
    kinds = {}
    for kind in TABLE:
        options: Dict[str, Option] = {}
        for release in sources:
            for name, option in of_release(release).known(kind).items():
                if has(version, option.since) if option.since else release == nearest:
                    options.setdefault(name, option)
        if options:
            kinds[kind] = Kind(kind, MODULES[kind], options)
    note = f"{version or 'this release'} is not in the table; told from Asterisk {nearest}"
    note += f" and the documentation of {sources[-1]}" if sources[1:] else ""
    return Catalogue(version, kinds, note)


def installed(
    documents: Iterable[Union[str, Path]] = DOCUMENTATION, help_text: str = "", version: str = ""
) -> Optional[Catalogue]:
    """What the Asterisk of this host says: its XML documentation, and the text of ``config show help`` for the rest.

    documents: directories or files; those that are missing or hold something else are passed over. None when
    nothing tells an option.
    """
    kinds: Dict[str, Kind] = {}
    for path in _files(documents):
        try:
            kinds.update(documented(path.read_bytes()))
        except OSError:
            continue
    kinds = {
        **{kind: Kind(kind, MODULES.get(kind, ""), told) for kind, told in shown(help_text).items()},
        **kinds,
    }
    return (
        Catalogue(version, {name: _with_undocumented(kind) for name, kind in kinds.items()})
        if kinds
        else None
    )


def _files(documents: Iterable[Union[str, Path]]) -> List[Path]:
    paths: List[Path] = []
    for document in map(Path, documents):
        paths += sorted(document.glob("*en_US.xml")) if document.is_dir() else [document]
    return paths


def _with_undocumented(kind: Kind) -> Kind:
    """Names that Asterisk takes by their beginning are in no documentation."""
    more = {name: option for name, option in known(kind.name, RELEASES[-1]).items() if name.endswith(ANY)}
    return Kind(kind.name, kind.module, {**kind.options, **more})


def _in_table(kind: str, release: str) -> Iterable[Kind]:
    rows = {name: row for name, variants in TABLE[kind].items() for row in variants if _holds(row, release)}
    if rows:
        yield Kind(kind, MODULES[kind], {name: _option(name, row) for name, row in rows.items()})


def _holds(row: Mapping[str, Any], release: str) -> bool:
    return "in" not in row or release in row["in"].split()


def _option(name: str, row: Mapping[str, Any]) -> Option:
    return Option(
        name=name,
        default=row.get("default"),
        really=row.get("really", row.get("default")),
        values=tuple(row.get("values", "").split()),
        instead=row.get("instead", {}),
        deprecated="deprecated" in row,
        replacement=row.get("deprecated") or None,
        since=tuple(row.get("since", "").split()),
    )


def _nearest(version: str) -> str:
    """RELEASES is in ascending order."""
    wanted = latest(version)
    below = [release for release in RELEASES if numbers(release) <= wanted]
    above = [release for release in RELEASES if release not in below and numbers(release)[0] == wanted[0]]
    same = [release for release in below if numbers(release)[0] == wanted[0]]
    return [RELEASES[0], *below, *above[:1], *same][-1]


def _did_you_mean(word: str, words: Iterable[str]) -> str:
    whole = [known for known in words if ANY not in known]
    near = difflib.get_close_matches(word.lower().replace("-", "_"), whole, 1, 0.7)
    return f"; did you mean {near[0]}?" if near else ""

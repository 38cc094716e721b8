# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules look at: the files of one PBX, each seen as what reads it sees it."""

from __future__ import annotations

import difflib
from bisect import bisect
from dataclasses import dataclass, field
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    AbstractSet,
    Callable,
    Dict,
    FrozenSet,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    TypeVar,
)

from .. import register_line
from ..config.effective import Effective, EffectiveEntry, EffectiveSection
from ..config.text import BLANKS, fold
from ..drivers.option_table import RELEASES
from ..drivers.options import WIZARD, Catalogue, of_release
from ..drivers.shared import YES
from ..drivers.sip_conf import TYPES
from ..extensions.contexts import Plan
from ..extensions.walk import Reach, reach
from .sip_words import Strange, strange
from .vocabulary import KINDS, SUGGESTIONS, Stranger, Vocabulary

if TYPE_CHECKING:
    from .ends import Ends

# What a wizard puts behind its name for an object of each kind.
_SUFFIXES = {
    "endpoint": ("",),
    "aor": ("",),
    "auth": ("-oauth", "-iauth"),
    "identify": ("-identify",),
    "registration": ("-reg-0",),
}
# The kinds of sections of sip.conf.
GENERAL, AUTHENTICATION, ACCOUNT = "general", "authentication", "account"


_AnyView = TypeVar("_AnyView")


class Register(NamedTuple):
    """A register line that counts."""

    entry: EffectiveEntry
    parsed: register_line.Parsed


class View:
    """A file, with all that it includes, as one of Asterisk's modules takes it.

    pbx: the files beside it
    """

    def __init__(self, effective: Effective, pbx: Pbx) -> None:
        self.effective, self.pbx = effective, pbx

    @property
    def path(self) -> str:
        return self.effective.path

    @property
    def sections(self) -> Sequence[EffectiveSection]:
        return self.effective.sections

    @property
    def is_part(self) -> bool:
        """It is included by a file that is not here, which may say what is missing."""
        return self.effective.included

    def line(self, path: str, number: Optional[int]) -> str:
        """A line as it is written; "" where there is none."""
        if path not in self._lines:
            # Only LF ends a line to Asterisk.
            self._lines[path] = self.pbx.texts.get(path, "").split("\n")
        lines = self._lines[path]
        return lines[number - 1] if number and number <= len(lines) else ""

    @cached_property
    def _lines(self) -> Dict[str, List[str]]:
        return {}

    def is_divided(self, before: EffectiveEntry, entry: EffectiveEntry) -> bool:
        """Whether a header stands between two options of one file."""
        headers = self.headers.get(entry.path, [])
        return bisect(headers, before.line or 0) != bisect(headers, entry.line or 0)

    @cached_property
    def headers(self) -> Mapping[str, List[int]]:
        """The lines of each file in which a section begins, or is added to."""
        return {
            path: [
                number
                for number, line in enumerate(text.split("\n"), 1)
                if line.lstrip(BLANKS).startswith("[")
            ]
            for path, text in self.pbx.texts.items()
        }

    def scope(self, section: EffectiveSection) -> str:
        """The kind of a section, for Rulebook."""
        return section.name


class SipConf(View):
    """sip.conf as channels/chan_sip.c of Asterisk 16 takes it.

    The scope of a section is GENERAL, AUTHENTICATION, or ACCOUNT for peers, users and friends; "" for a second
    [general], which nobody reads.
    """

    def scope(self, section: EffectiveSection) -> str:
        name = fold(section.name)
        if name == GENERAL:
            return GENERAL if section is self.general else ""
        return AUTHENTICATION if name == AUTHENTICATION else ACCOUNT

    @cached_property
    def general(self) -> Optional[EffectiveSection]:
        return self.effective.first(GENERAL)

    @cached_property
    def accounts(self) -> List[EffectiveSection]:
        """Peers, users and friends, and those without a type."""
        return [one for one in self.sections if not one.template and self.scope(one) == ACCOUNT]

    @cached_property
    def accounts_by_name(self) -> Mapping[str, EffectiveSection]:
        """Of several of one name, the last; names in lower case."""
        return {fold(one.name): one for one in self.accounts}

    @cached_property
    def registers(self) -> List[Register]:
        """Those of the first [general], in order; others count for nothing."""
        entries = self.general.values("register") if self.general else []
        return [Register(entry, register_line.parse(entry.value)) for entry in entries]

    @cached_property
    def strangers(self) -> List[Tuple[EffectiveSection, EffectiveEntry, Strange]]:
        """Options that are not what they should be where they are. Who registers in a peer is not told here."""
        found = []
        for section in [*([self.general] if self.general else []), *self.accounts]:
            general = section is self.general
            if not general and not self.is_loaded(section):
                continue
            for entry in section.entries:
                key = fold(entry.key)
                matter = strange(key, general)
                if matter and key != "register":
                    found.append((section, entry, matter))
        return found

    @staticmethod
    def is_loaded(section: EffectiveSection) -> bool:
        """Whether chan_sip looks at a peer at all: its first type decides, be it said in a file that is not here."""
        types = section.values("type")
        return fold(types[0].value) in TYPES if types else section.line is None

    def setting(self, key: str, default: str = "") -> str:
        """The last word of [general]."""
        return said(self.general, key, default)

    def inherited(self, section: EffectiveSection, key: str, default: str = "") -> str:
        """The last word of a peer, or else of [general]."""
        return said(section, key) or self.setting(key, default)


class PjsipConf(View):
    """pjsip.conf as chan_pjsip takes it. The scope of a section is the type of its object; "" without a type."""

    def scope(self, section: EffectiveSection) -> str:
        """Of several types the first, unlike of all other options."""
        types = section.places("type")
        return section.entries[types[0]].value if types else ""

    @cached_property
    def objects(self) -> Mapping[str, Mapping[str, EffectiveSection]]:
        """By kind and name; of two of one name, the first."""
        found: Dict[str, Dict[str, EffectiveSection]] = {}
        for section in self.sections:
            if not section.template:
                found.setdefault(self.scope(section), {}).setdefault(section.name, section)
        return found

    def of_kind(self, kind: str) -> Mapping[str, EffectiveSection]:
        return self.objects.get(kind, {})

    @cached_property
    def endpoints_by_match(self) -> Mapping[str, Set[str]]:
        """The endpoints that an address, a network or a name stands for."""
        found: Dict[str, Set[str]] = {}
        for identify in self.of_kind("identify").values():
            for entry in identify.values("match"):
                for word in words(entry.value):
                    found.setdefault(fold(word), set()).add(said(identify, "endpoint"))
        return found

    @cached_property
    def trusted(self) -> FrozenSet[str]:
        """The names of the endpoints that are known by an address."""
        return frozenset(name for names in self.endpoints_by_match.values() for name in names)

    @cached_property
    def asked_for(self) -> FrozenSet[str]:
        """The names of the auths that callers must know."""
        return frozenset(
            name for endpoint in self.of_kind("endpoint").values() for name in words(said(endpoint, "auth"))
        )

    @property
    def catalogue(self) -> Catalogue:
        """The options that the Asterisk in question knows."""
        return self.pbx.catalogue

    def setting(self, key: str, default: str = "") -> str:
        """The last word of the global object."""
        return next((said(one, key, default) for one in self.of_kind("global").values()), default)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.catalogue)

    @cached_property
    def strangers(self) -> List[Tuple[EffectiveSection, EffectiveEntry, Stranger]]:
        """The options that their objects do not have."""
        found = []
        for section in self.sections:
            kind = "" if section.template else self.scope(section)
            if kind in KINDS:
                names = self.vocabulary.names(kind)
                for entry in section.entries:
                    key = entry.key
                    if key not in names and not self.vocabulary.knows(kind, fold(key)):
                        found.append((section, entry, self.vocabulary.stranger(kind, fold(key))))
        return found

    @property
    def is_complete(self) -> bool:
        """What is not here is nowhere, as far as the files tell."""
        return not self.is_part and not any("#" in note.reason for note in self.effective.notes)

    @cached_property
    def names(self) -> Mapping[str, AbstractSet[str]]:
        """Of objects by kind, those that wizards make included."""
        made = self.pbx.wizard.made if self.pbx.wizard else {}
        return {kind: {*self.of_kind(kind), *made.get(kind, ())} for kind in {*self.objects, *made}}

    def near(self, kind: str, name: str) -> str:
        """An object whose name looks like that, or nothing."""
        names = self.names.get(kind, ())
        # To look is dear; a file with more of both has another trouble.
        if (kind, name) not in self._near and max(len(names), len(self._near)) <= SUGGESTIONS:
            self._near[kind, name] = next(
                iter(difflib.get_close_matches(name[:80], sorted(names), 1, 0.7)), ""
            )
        return self._near.get((kind, name), "")

    @cached_property
    def _near(self) -> Dict[Tuple[str, str], str]:
        return {}


class Wizard(PjsipConf):
    """pjsip_wizard.conf. The scope of a section is "wizard", or "" for one that Asterisk passes over."""

    def scope(self, section: EffectiveSection) -> str:
        return WIZARD if any(entry.value == WIZARD for entry in section.values("type")) else ""

    @cached_property
    def made(self) -> Mapping[str, AbstractSet[str]]:
        """The names of the objects that wizards may make, by kind."""
        names = self.of_kind(WIZARD)
        return {
            kind: {f"{name}{suffix}" for name in names for suffix in suffixes}
            for kind, suffixes in _SUFFIXES.items()
        }


class Dialplan(View):
    """extensions.conf: contexts; scope is GENERAL, "globals" or "context"."""

    def scope(self, section: EffectiveSection) -> str:
        name = fold(section.name)
        return name if name in (GENERAL, "globals") else "context"

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.sections)

    def reach(self, context: str) -> Reach:
        """All that a call into a context may do, whoever calls."""
        if context not in self._reached:
            self._reached[context] = reach(self.plan, context)
        return self._reached[context]

    @cached_property
    def _reached(self) -> Dict[str, Reach]:
        return {}


class Modules(View):
    """modules.conf, as main/loader.c takes it. Modules are named without .so here."""

    @cached_property
    def section(self) -> Optional[EffectiveSection]:
        return self.effective.first("modules")

    @cached_property
    def autoload(self) -> bool:
        return fold(said(self.section, "autoload")) in YES

    @cached_property
    def refused(self) -> Mapping[str, EffectiveEntry]:
        return self._named("noload")

    @cached_property
    def _asked_for(self) -> Mapping[str, EffectiveEntry]:
        return self._named("load", "preload", "require", "preload-require")

    def loads(self, module: str) -> bool:
        return module not in self.refused and (self.autoload or module in self._asked_for)

    def _named(self, *keys: str) -> Mapping[str, EffectiveEntry]:
        entries = [entry for key in keys for entry in (self.section.values(key) if self.section else ())]
        return {entry.value[:-3] if entry.value.endswith(".so") else entry.value: entry for entry in entries}


@dataclass(frozen=True)
class Pbx:
    """The configuration of one PBX, or as much of it as there is.

    files: what Asterisk takes from each file, those of modules that no rule knows included
    texts: every file that was read, those that others include as well, by path
    catalogue: which options of pjsip.conf there are
    kinds: which of the files stands for sip.conf, pjsip.conf and so on, by path
    elsewhere: the texts of what holds contexts as well, and is not read: AEL and Lua
    """

    files: Tuple[Effective, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=lambda: of_release(RELEASES[-1]))
    kinds: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Tuple[str, ...] = ()

    @property
    def sections(self) -> Sequence[EffectiveSection]:
        """None: rules that are shown the Pbx look at all of it."""
        return ()

    @cached_property
    def sip(self) -> Optional[SipConf]:
        return self._view("sip.conf", SipConf)

    @cached_property
    def pjsip(self) -> Optional[PjsipConf]:
        return self._view("pjsip.conf", PjsipConf)

    @cached_property
    def wizard(self) -> Optional[Wizard]:
        return self._view("pjsip_wizard.conf", Wizard)

    @cached_property
    def dialplan(self) -> Optional[Dialplan]:
        return self._view("extensions.conf", Dialplan)

    @cached_property
    def modules(self) -> Optional[Modules]:
        return self._view("modules.conf", Modules)

    @cached_property
    def ends(self) -> Ends:
        """Who calls, and who is called."""
        # It is built on this module.
        from .ends import ends

        return ends(self.sip, self.pjsip, self.wizard)

    def _view(self, kind: str, view: Callable[[Effective, Pbx], _AnyView]) -> Optional[_AnyView]:
        for effective in self.files:
            if self.kinds.get(effective.path) == kind and effective.loads:
                return view(effective, self)
        return None


def said(section: Optional[EffectiveSection], key: str, default: str = "") -> str:
    """The last value of an option in a section."""
    last = section.last(key) if section else None
    return last.value if last and last.value else default


def words(value: str) -> List[str]:
    """The items of a list that is joined by commas, without blanks around them."""
    return [word.strip() for word in value.split(",") if word.strip()]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of pjsip.conf and pjsip_wizard.conf, read from what an Asterisk says of itself.

That is its XML documentation (core-en_US.xml, in the form of appdocsxml.dtd), or the text of the console's
``config show help MODULE KIND``.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union
from xml.etree import ElementTree

FILES = ("pjsip.conf", "pjsip_wizard.conf")
# A documented name with this at its end stands for all names that begin like it.
ANY = "*"

_WORD = re.compile(r"[\w.-]+")
_INSTEAD = (
    re.compile(r"\bdeprecated in favor of (\w+)", re.IGNORECASE),
    re.compile(r"\bUse (?:the )?(\w+) parameter instead", re.IGNORECASE),
)
_VALUE_INSTEAD = re.compile(r"(?:Alias (?:for|of)(?: the)?|Deprecated\. Use) ([\w-]+)")
# Colours and cursor movements of the console.
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# Asterisk 22 or 16; a wizard has no category.
_HELP_TITLE = re.compile(
    r"(?:\s*-= Info about Config Object '[^':]*:([^']+)' =-|(\S+): \[category .*|(wizard))\s*$"
)
_HELP_LINE = re.compile(r"^(\S+) +-- (.*)$")


@dataclass(frozen=True)
class Option:
    """An option of an object.

    default: as documented; None when the documentation gives none
    really: as a running Asterisk of the table had it; the documented one where nobody saw another
    values: all that are documented, if the documentation lists them
    instead: for a value that is deprecated or an alias, the one that it stands for
    deprecated: the option is; replacement: the option to use instead, when the documentation names one
    since: the first release of each branch that has the option; empty when not documented
    """

    name: str
    default: Optional[str] = None
    really: Optional[str] = None
    values: Tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    deprecated: bool = False
    replacement: Optional[str] = None
    since: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A type of object, the module that knows it, and its options by name."""

    name: str
    module: str
    options: Mapping[str, Option]


def documented(xml: Union[str, bytes]) -> Dict[str, Kind]:
    """What an XML documentation says; nothing of a text that is none."""
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    kinds: Dict[str, Kind] = {}
    for info in root.iter("configInfo"):
        for file in info.iter("configFile"):
            for section in file.findall("configObject") if file.get("name") in FILES else ():
                name, options = section.get("name", ""), section.findall("configOption")
                read = {option.name: option for option in map(_option, options) if option.name}
                if name and read:
                    kinds[name] = Kind(name, info.get("name", ""), read)
    return kinds


def shown(text: str) -> Dict[str, Dict[str, Option]]:
    """The options of each kind in what ``config show help MODULE KIND`` says: one answer, or several in a row.

    The console tells the names and, of what else is in an Option, nothing but that it is deprecated.
    """
    options: Dict[str, Dict[str, Option]] = {}
    kind = ""
    for line in _TERMINAL.sub("", text).splitlines():
        title, option = _HELP_TITLE.match(line), _HELP_LINE.match(line)
        if title:
            kind = title[1] or title[2] or title[3]
        elif option and kind:
            deprecated = "deprecated" in option[2].lower()
            options.setdefault(kind, {})[option[1]] = Option(option[1], deprecated=deprecated)
    return options


def numbers(version: str) -> Tuple[int, ...]:
    """(22, 10, 1) of 22.10.1~dfsg, (18, 9) of certified/18.9-cert5, nothing of a text without a number."""
    found = re.search(r"\d+(?:\.\d+){0,2}", version)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def latest(version: str) -> Tuple[int, ...]:
    """The last release that a version without all of its numbers may be."""
    return (*numbers(version), *[sys.maxsize] * 3)[:3]


def has(version: str, since: Sequence[str]) -> bool:
    """Whether a release has what came with the releases *since*, at most one of each branch.

    A branch without one of them got it from the branch before if it is newer than all of them, and never otherwise.
    """
    wanted = latest(version)
    first = [numbers(release) for release in since]
    same = [release for release in first if release[0] == wanted[0]]
    return wanted >= min(same) if same else wanted > max(first)


def _option(element: ElementTree.Element) -> Option:
    synopsis, description = element.find("synopsis"), element.find("description")
    text = f"{_text(synopsis)} {_text(description)}"
    replacement = next((found[1] for found in (pattern.search(text) for pattern in _INSTEAD) if found), None)
    deprecated = "deprecated" in _text(synopsis).lower() or bool(_INSTEAD[0].search(text))
    values = [(value.get("name", ""), _text(value)) for value in _values(description)]
    if not all(_WORD.fullmatch(name) for name, _about in values):
        # The parts of a value, and what each may be.
        values = []
    about = ((name, _VALUE_INSTEAD.search(meaning)) for name, meaning in values)
    return Option(
        name=element.get("name", ""),
        default=element.get("default"),
        really=element.get("default"),
        values=tuple(name for name, _about in values),
        instead={name: found[1] for name, found in about if found},
        deprecated=deprecated,
        replacement=replacement if deprecated else None,
        since=tuple(sorted(map(_text, element.findall("since/version")), key=numbers)),
    )


def _values(description: Optional[ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """Those of the lists in a description, but not of a list inside of a list."""
    pending: List[ElementTree.Element] = [] if description is None else list(description)
    while pending:
        element = pending.pop(0)
        if element.tag == "enumlist":
            yield from element.findall("enum")
        else:
            pending = [*element, *pending]


def _text(element: Optional[ElementTree.Element]) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())

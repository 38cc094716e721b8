# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From paths or texts to what the rules look at."""

from __future__ import annotations

import os
from typing import Dict, Iterator, List, Mapping, Optional, Sequence

from .. import drivers
from ..config.document import Section, read_lines
from ..config.effective import Effective, Read, load
from ..config.form import read_form
from ..config.text import fold
from ..drivers.option_table import RELEASES
from ..drivers.options import Catalogue, of_release
from ..errors import ConfigError
from ..files import read_text
from ..rules.views import Pbx

# The files that rules know, by what they are called in Asterisk's directory.
MAINS = ("sip.conf", "pjsip.conf", "pjsip_wizard.conf", "extensions.conf", "modules.conf")
OTHER_DIALPLANS = ("extensions.ael", "extensions.lua")
# What files that they include are called, mostly; and what looks like it: messages to telephones.
_BEGINNINGS = {
    "extensions": "extensions.conf",
    "pjsip_notify.": None,
    "pjsip_wizard": "pjsip_wizard.conf",
    "pjsip": "pjsip.conf",
    "sip_notify.": None,
    "sip": "sip.conf",
}
MAIN_OF_DRIVER = {"chan_sip": "sip.conf", "pjsip": "pjsip.conf"}


def from_texts(
    files: Mapping[str, str], catalogue: Optional[Catalogue] = None, *, parts: bool = False
) -> Pbx:
    """The files of one directory, by their names there.

    parts: something else includes them, and may say what they do not
    """
    return _pbx([name for name in files if name in MAINS], files.get, catalogue, None, parts)


def of_directory(directory: str, read: Read, catalogue: Optional[Catalogue] = None) -> Pbx:
    """The PBX that has its files there, or would have those that *read* returns."""
    paths = [os.path.join(directory, name) for name in MAINS]
    return _pbx([path for path in paths if read(path) is not None], read, catalogue, None)


def from_paths(
    paths: Sequence[str], catalogue: Optional[Catalogue] = None, driver: Optional[str] = None
) -> Iterator[Pbx]:
    """A directory is one PBX, and so are all files of one directory; but two that could be its sip.conf are two PBXes.

    driver: whose file one is whose name and content do not tell; None for nobody's
    Raises ConfigError for a file that is not there, and OSError for one that cannot be read.
    """
    for directory, names in _by_directory(paths).items():
        yield from _pbxes(directory, names, catalogue, driver)


def _by_directory(paths: Sequence[str]) -> Dict[str, List[str]]:
    found: Dict[str, List[str]] = {}
    for path in paths:
        if os.path.isdir(path):
            present = [name for name in MAINS if os.path.exists(os.path.join(path, name))]
            if not present:
                raise ConfigError(path, f"has none of {', '.join(MAINS)}")
            found.setdefault(path, []).extend(present)
        else:
            found.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    return found


def _pbxes(
    directory: str, names: Sequence[str], catalogue: Optional[Catalogue], driver: Optional[str]
) -> Iterator[Pbx]:
    mains = [name for name in MAINS if name in names]
    if mains:
        yield _pbx([os.path.join(directory, name) for name in mains], read_text, catalogue, driver)
    for name in names:
        if name not in MAINS:
            yield _pbx([os.path.join(directory, name)], read_text, catalogue, driver)


def _pbx(
    paths: Sequence[str],
    read: Read,
    catalogue: Optional[Catalogue],
    driver: Optional[str],
    parts: bool = False,
) -> Pbx:
    texts: Dict[str, str] = {}

    def remember(path: str) -> Optional[str]:
        text = read(path)
        if text is not None:
            texts[path] = text
        return text

    files = [_load(path, remember, parts) for path in paths]
    kinds = {effective.path: kind for effective in files for kind in [_kind(effective, driver)] if kind}
    return Pbx(
        tuple(files), texts, catalogue or of_release(RELEASES[-1]), kinds, tuple(_elsewhere(kinds, read))
    )


def _elsewhere(kinds: Mapping[str, str], read: Read) -> Iterator[str]:
    """The dialplan that is not in extensions.conf."""
    for path, kind in kinds.items():
        if kind == "extensions.conf":
            for name in OTHER_DIALPLANS:
                yield read(os.path.join(os.path.dirname(path), name)) or ""


def _load(path: str, read: Read, part: bool) -> Effective:
    text = read(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    first = _first_section(text)
    if first is None:
        form = read_form(text, path)
        if form is not None:
            return form
    # What begins by adding to [general] is there to be included by sip.conf.
    adds = first is not None and first.append and fold(first.name) == "general"
    return load(path, read=read, included=part or adds or _is_part_of_pjsip(path))


def _is_part_of_pjsip(path: str) -> bool:
    """FreePBX has a file for each kind of object."""
    name = os.path.basename(path)
    return name.startswith("pjsip") and name not in MAINS


def _first_section(text: str) -> Optional[Section]:
    return next(
        (line.statement for line in read_lines(text) if isinstance(line.statement, Section)),
        None,
    )


def _kind(effective: Effective, driver: Optional[str]) -> Optional[str]:
    name = os.path.basename(effective.path)
    if name in MAINS:
        return name
    if driver:
        return MAIN_OF_DRIVER[driver]
    for start, kind in _BEGINNINGS.items():
        if name.startswith(start):
            return kind
    if drivers.pjsip.concerns(effective):
        return "pjsip.conf"
    return "sip.conf" if drivers.chan_sip.concerns(effective) else None

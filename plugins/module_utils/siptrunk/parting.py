# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one configuration of chan_sip has and another one has not is unregistered at its providers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, Optional, Sequence, Tuple

from . import probe
from .config.effective import load
from .deployment import account
from .drivers import DRIVERS, chan_sip
from .errors import InvalidTrunks
from .files import read_text
from .last_change import Change
from .trunk import Trunk, load_trunks
from .unregister import unregister

# Gives the text of a file as a configuration has it; None for what is not there.
Read = Callable[[str], Optional[str]]
# A provider that is silent makes nobody else wait.
_AT_ONCE = 32


def backups(change: Change) -> Read:
    """The files as they were before *change*."""
    before = {file.path: file.backup for file in change.files}

    def read(path: str) -> Optional[str]:
        backup = before.get(os.path.realpath(path), path)
        return read_text(backup) if backup else None

    return read


def part(
    directory: str, *, going: Read, staying: Read, names: Optional[Sequence[str]] = None
) -> Iterator[str]:
    """Unregister what *going* has and *staying* has not, whatever its name there; a line for each.

    names: of the trunks that are meant; default: all
    """
    trunks = dict(_trunks(directory, going))
    names = list(trunks) if names is None else names
    if not names:
        return
    kept = set(_accounts(directory, staying))
    running = load(os.path.join(directory, chan_sip.MAIN), config_dir=directory)

    def told(name: str) -> Tuple[str, ...]:
        trunk = trunks.get(name)
        if trunk and account(trunk.to_dict()) in kept:
            return ()
        if trunk and trunk.registration:
            return unregister(
                trunk, trunk.registration, running, lambda wish, via: probe.probe(wish, via=via)
            )
        return (
            f"trunk {name}: its account is not known any more; the provider keeps its contact until it expires",
        )

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for lines in pool.map(told, names):
            yield from lines


def _trunks(directory: str, read: Read) -> Iterator[Tuple[str, Trunk]]:
    """Those of chan_sip that register, by name."""
    for data in _read(directory, chan_sip, read):
        try:
            (trunk,) = load_trunks([data], driver=chan_sip.NAME)
        except InvalidTrunks:
            continue
        yield trunk.name, trunk


def _accounts(directory: str, read: Read) -> Iterator[Tuple[Any, ...]]:
    """Those of either driver."""
    for driver in DRIVERS.values():
        yield from map(account, _read(directory, driver, read))


def _read(directory: str, driver: ModuleType, read: Read) -> Iterator[Dict[str, Any]]:
    main = os.path.join(directory, driver.MAIN)
    if read(main) is not None:
        for trunk in driver.read(load(main, config_dir=directory, read=read)).trunks:
            if trunk.get("registration"):
                yield trunk

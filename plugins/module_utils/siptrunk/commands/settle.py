# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk settle``: the last change works; nothing of it is left to be done, at the provider neither."""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterator, Mapping, Optional, Sequence, Tuple

from .. import last_change, probe
from ..config.effective import load
from ..console import show
from ..deployment import account
from ..drivers import DRIVERS, chan_sip
from ..errors import InvalidTrunks
from ..files import lock, read_text
from ..trunk import Trunk, load_trunks
from ..unregister import unregister

NAME = "settle"
HELP = "Note that the last change works, and unregister what chan_sip has left of it."
_AT_ONCE = 32


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config-dir", default="/etc/asterisk", metavar="DIR", help="default: /etc/asterisk")


def run(args: argparse.Namespace) -> int:
    """0, with a line for each trunk that chan_sip has left at its provider."""
    directory = args.config_dir
    change = last_change.unproven(directory)
    for line in _unregistered(change.left, directory, {file.path: file.backup for file in change.files}):
        show(line)
    with lock(directory):
        # What somebody has changed in the meantime is not what works.
        if last_change.unproven(directory) == change:
            last_change.settle(directory, time.time())
    return 0


def _unregistered(
    names: Sequence[str], directory: str, backups: Mapping[str, Optional[str]]
) -> Iterator[str]:
    """backups: by path, where the files of before are, which have the accounts; None for what was not there"""
    if not names:
        return

    def before(path: str) -> Optional[str]:
        real = os.path.realpath(path)
        backup = backups.get(real, path)
        return read_text(backup) if backup else None

    main = os.path.join(directory, chan_sip.MAIN)
    trunks: Dict[str, Trunk] = {}
    for data in chan_sip.read(load(main, config_dir=directory, read=before)).trunks:
        if data["name"] in names:
            try:
                (trunks[data["name"]],) = load_trunks([data], driver=chan_sip.NAME)
            except InvalidTrunks:
                continue
    running = load(main, config_dir=directory)
    registered = set(_accounts(directory))

    def told(name: str) -> Tuple[str, ...]:
        trunk = trunks.get(name)
        if trunk and account(trunk.to_dict()) in registered:
            return ()
        if trunk and trunk.registration:
            return unregister(
                trunk, trunk.registration, running, lambda wish, via: probe.probe(wish, via=via)
            )
        return (
            f"trunk {name}: its account is not known any more; the provider keeps its contact until it expires",
        )

    # A provider that is silent makes nobody else wait.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for lines in pool.map(told, names):
            yield from lines


def _accounts(directory: str) -> Iterator[Tuple[Any, ...]]:
    """Those that the files have now, of either driver."""
    for driver in DRIVERS.values():
        main = os.path.join(directory, driver.MAIN)
        if os.path.exists(main):
            for trunk in driver.read(load(main, config_dir=directory)).trunks:
                if trunk.get("registration"):
                    yield account(trunk)

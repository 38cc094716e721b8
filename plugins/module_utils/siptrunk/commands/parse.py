# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk parse``: Asterisk's configuration to trunks, as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from types import ModuleType
from typing import Any, Dict, Iterator, List, Sequence

from .. import deployment, in_place
from ..config.effective import load
from ..config.form import read_form
from ..console import show
from ..drivers import DRIVERS, of_file
from ..drivers.shared import Leftover
from ..errors import ConfigError
from ..files import read_text
from ..layouts import LAYOUTS
from ..secrets import masked

NAME = "parse"
HELP = "print the trunks that a configuration file holds, as JSON"
SCHEMA = "siptrunk.parse/1"


@dataclass(frozen=True)
class Read:
    """What the files of one driver hold."""

    driver: str
    trunks: List[Dict[str, Any]] = field(repr=False)
    leftovers: Sequence[Leftover]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        metavar="PATH",
        help="sip.conf or pjsip.conf, a file it includes, or a form of FreePBX; or the directory of a PBX",
    )
    parser.add_argument("--driver", choices=["auto", *DRIVERS], default="auto", help="whose file it is")
    parser.add_argument("--reveal-secrets", action="store_true", help="print the secrets of trunks")


def run(args: argparse.Namespace) -> int:
    reading = _directory if os.path.isdir(args.path) else _file
    found = list(reading(args.path, args.driver))
    trunks = [trunk for one in found for trunk in one.trunks]
    result = {
        "schema": SCHEMA,
        "trunks": trunks if args.reveal_secrets else masked(trunks),
        "drivers": [one.driver for one in found for _trunk in one.trunks],
        "leftovers": [asdict(leftover) for one in found for leftover in one.leftovers],
    }
    json.dump(result, sys.stdout, indent=2)
    show()
    return 0


def _file(path: str, driver_name: str) -> Iterator[Read]:
    mains = [driver.MAIN for driver in DRIVERS.values()]
    effective = read_form(read_text(path) or "", path) or load(
        path, included=os.path.basename(path) not in mains
    )
    if effective.error:
        raise ConfigError(effective.error.path, effective.error.reason, effective.error.line)
    driver: ModuleType = of_file(effective) if driver_name == "auto" else DRIVERS[driver_name]
    found = driver.read(effective)
    yield Read(driver.NAME, found.trunks, found.leftovers)


def _directory(path: str, driver_name: str) -> Iterator[Read]:
    """The trunks where they stand, with what our part of the dialplan says of them."""
    for name, places in LAYOUTS["in_place"].places.items():
        driver = DRIVERS[name]
        there = os.path.exists(os.path.join(path, driver.MAIN))
        if places and (driver_name == name or (driver_name == "auto" and there)):
            try:
                found = in_place.trunks_of(driver, path, places)
            except ConfigError as refused:
                if driver_name == name:
                    raise
                # The other driver's file may be sound.
                yield Read(name, [], [Leftover(refused.path, refused.line, "", "", "", refused.reason)])
            else:
                yield Read(name, deployment.completed(found.trunks, path, driver), found.leftovers)

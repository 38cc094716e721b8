# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk parse``: Asterisk's configuration to trunks, as JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict

from ..config.effective import load
from ..config.form import read_form
from ..console import show
from ..drivers import DRIVERS, of_file
from ..errors import ConfigError
from ..files import read_text
from ..secrets import masked

NAME = "parse"
HELP = "print the trunks that a configuration file holds, as JSON"
SCHEMA = "siptrunk.parse/1"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", metavar="PATH", help="sip.conf or pjsip.conf, a file it includes, or a form of FreePBX"
    )
    parser.add_argument("--driver", choices=["auto", *DRIVERS], default="auto", help="whose file it is")
    parser.add_argument("--reveal-secrets", action="store_true", help="print the secrets of trunks")


def run(args: argparse.Namespace) -> int:
    mains = [driver.MAIN for driver in DRIVERS.values()]
    effective = read_form(read_text(args.path) or "", args.path) or load(
        args.path, included=os.path.basename(args.path) not in mains
    )
    if effective.error:
        raise ConfigError(effective.error.path, effective.error.reason, effective.error.line)
    driver = of_file(effective) if args.driver == "auto" else DRIVERS[args.driver]
    found = driver.read(effective)
    trunks = found.trunks if args.reveal_secrets else masked(found.trunks)
    leftovers = [asdict(leftover) for leftover in found.leftovers]
    json.dump({"schema": SCHEMA, "trunks": trunks, "leftovers": leftovers}, sys.stdout, indent=2)
    show()
    return 0

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
from ..drivers import DRIVERS
from ..errors import ConfigError
from ..files import read_text
from ..secrets import masked

NAME = "parse"
HELP = "print the trunks that a configuration file holds, as JSON"
SCHEMA = "siptrunk.parse/1"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="sip.conf, a file it includes, or a form of FreePBX")
    parser.add_argument("--driver", choices=["auto", *DRIVERS], default="auto", help="whose file it is")
    parser.add_argument("--reveal-secrets", action="store_true", help="print the secrets of trunks")


def run(args: argparse.Namespace) -> int:
    # There is one driver yet, so "auto" need not look into the file.
    driver = DRIVERS["chan_sip" if args.driver == "auto" else args.driver]
    effective = read_form(read_text(args.path) or "", args.path) or load(
        args.path, included=os.path.basename(args.path) != driver.MAIN
    )
    if effective.error:
        raise ConfigError(effective.error.path, effective.error.reason, effective.error.line)
    found = driver.read(effective)
    trunks = found.trunks if args.reveal_secrets else masked(found.trunks)
    leftovers = [asdict(leftover) for leftover in found.leftovers]
    json.dump({"schema": SCHEMA, "trunks": trunks, "leftovers": leftovers}, sys.stdout, indent=2)
    show()
    return 0

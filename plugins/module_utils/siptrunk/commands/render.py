# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk render``: declared trunks to Asterisk's configuration."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any, Sequence, Tuple

from .. import dialplan
from ..console import complain
from ..drivers import DRIVERS, options, pjsip
from ..errors import ConfigError, InvalidTrunks
from ..files import Attributes, write_text
from ..routes import load_declared
from ..trunk import Trunk

NAME = "render"
HELP = "print the configuration of declared trunks, secrets included"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "trunks",
        metavar="TRUNKS.json",
        help="the list of trunks, or sip_trunks: the list, and trunk_routes: that of routes; - is stdin",
    )
    parser.add_argument(
        "--driver",
        choices=list(DRIVERS),
        default=next(iter(DRIVERS)),
        help="the channel driver (default: %(default)s)",
    )
    parser.add_argument(
        "--asterisk",
        metavar="VERSION",
        help="refuse options of pjsip.conf that this Asterisk does not know, such as 16 or 22.10.1",
    )
    parser.add_argument("--dialplan", action="store_true", help=f"print {dialplan.FILENAME} instead")
    parser.add_argument("-o", "--output", metavar="FILE", help="write here, readable by nobody else (0600)")


def run(args: argparse.Namespace) -> int:
    """0, or 1 when the trunks are invalid: then every problem is on stderr, and nothing is written."""
    try:
        trunks, ways = load_declared(*_declared(args.trunks), driver=args.driver)
        if args.asterisk and args.driver == pjsip.NAME:
            _check_options(trunks, args.asterisk)
    except InvalidTrunks as invalid:
        complain(invalid)
        return 1
    driver = DRIVERS[args.driver]
    text = str(dialplan.render(trunks, driver, ways) if args.dialplan else driver.render(trunks))
    if args.output:
        write_text(args.output, text, Attributes(os.geteuid(), os.getegid(), 0o600))
    else:
        sys.stdout.write(text)
    return 0


def _check_options(trunks: Sequence[Trunk], version: str) -> None:
    problems = tuple(pjsip.check_options(trunks, options.of_release(version)))
    if problems:
        raise InvalidTrunks(problems)


def _declared(path: str) -> Tuple[Any, Any]:
    """The trunks and the routes."""
    try:
        if path == "-":
            data = json.load(sys.stdin)
        else:
            with open(path, encoding="utf-8") as file:
                data = json.load(file)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        # The message tells the place; the text there may hold a secret.
        raise ConfigError(path, f"is not JSON ({error})") from None
    if isinstance(data, dict) and "sip_trunks" in data:
        return data["sip_trunks"], data.get("trunk_routes", [])
    return data, []

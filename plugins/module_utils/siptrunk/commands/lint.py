# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk lint PATH...``: every finding with its place, its reason and the way out."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import List

from ..console import show
from ..drivers.option_table import RELEASES
from ..drivers.options import of_release
from ..lint.loading import MAIN_OF_DRIVER, from_paths
from ..lint.source import Source
from ..rules.books import findings
from ..rules.rule import SEVERITIES, WARNING, Finding

NAME = "lint"
HELP = "Check configuration files of Asterisk."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a directory such as /etc/asterisk, or files; what they include is read, too",
    )
    parser.add_argument(
        "--driver",
        choices=["auto", *MAIN_OF_DRIVER],
        default="auto",
        help="whose rules count (default: auto)",
    )
    parser.add_argument(
        "--asterisk",
        default=RELEASES[-1],
        metavar="VERSION",
        help="whose options of pjsip.conf count (default: %(default)s)",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default=WARNING,
        help="exit with 1 for findings from here up (default: warning)",
    )


def run(args: argparse.Namespace) -> int:
    found: List[Finding] = []
    driver = None if args.driver == "auto" else args.driver
    for pbx in from_paths(args.paths, of_release(args.asterisk), driver):
        source = Source(pbx.texts)
        found += [source.located(finding) for finding in findings(pbx)]
    if args.format == "json":
        show(
            json.dumps(
                {"schema": "siptrunk.lint/1", "findings": [dataclasses.asdict(finding) for finding in found]}
            )
        )
    else:
        for finding in found:
            show(finding)
    return int(any(finding.at_least(args.fail_on) for finding in found))

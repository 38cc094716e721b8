# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk lint PATH...``: every finding with its place, its reason and the way out."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from typing import Callable, Dict, List, Optional, Tuple

from .. import drivers
from ..config.document import Document
from ..config.effective import Effective, load
from ..console import show
from ..drivers.option_table import RELEASES
from ..drivers.options import Catalogue, of_release
from ..errors import ConfigError
from ..files import read_text
from ..rules import chan_sip, language, pjsip
from ..rules.finding import ERROR, WARNING, Finding, Rule, findings

NAME = "lint"
HELP = "Check configuration files of Asterisk."

_OF_DRIVER: Dict[str, Callable[[Catalogue], Tuple[Rule, ...]]] = {
    "pjsip": pjsip.rules,
    "chan_sip": lambda catalogue: chan_sip.RULES,
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="sip.conf or another file; what it includes is read, too"
    )
    parser.add_argument(
        "--driver", choices=["auto", *_OF_DRIVER], default="auto", help="whose rules count (default: auto)"
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
        choices=[ERROR, WARNING],
        default=WARNING,
        help="exit with 1 for findings from here up (default: warning)",
    )


def run(args: argparse.Namespace) -> int:
    found: List[Finding] = []
    for path in args.paths:
        effective = _load(path)
        rules: Tuple[Rule, ...] = language.RULES
        driver = _driver(path, effective) if args.driver == "auto" else args.driver
        if driver:
            rules += _OF_DRIVER[driver](of_release(args.asterisk))
        found.extend(findings(rules, effective))
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


def _driver(path: str, effective: Effective) -> Optional[str]:
    name = os.path.basename(path)
    if name.startswith("pjsip") or drivers.pjsip.concerns(effective):
        return "pjsip"
    return "chan_sip" if name.startswith("sip") or chan_sip.concerns(effective) else None


def _load(path: str) -> Effective:
    text = read_text(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    # What begins by adding to [general] is there to be included by sip.conf.
    first = next(iter(Document.parse(text).sections), None)
    return load(path, included=first is not None and first.append and first.name.lower() == "general")

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk lint PATH...``: every finding with its place, its reason and the way out."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from typing import List, Tuple

from ..config.document import Document
from ..config.effective import Effective, load
from ..console import show
from ..errors import ConfigError
from ..files import read_text
from ..rules import chan_sip, language
from ..rules.finding import ERROR, WARNING, Finding, Rule, findings

NAME = "lint"
HELP = "Check configuration files of Asterisk."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="sip.conf or another file; what it includes is read, too"
    )
    parser.add_argument(
        "--driver", choices=["auto", "chan_sip"], default="auto", help="whose rules count (default: auto)"
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
        if (
            args.driver == "chan_sip"
            or os.path.basename(path).startswith("sip")
            or chan_sip.concerns(effective)
        ):
            rules += chan_sip.RULES
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


def _load(path: str) -> Effective:
    text = read_text(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    # What begins by adding to [general] is there to be included by sip.conf.
    first = next(iter(Document.parse(text).sections), None)
    return load(path, included=first is not None and first.append and first.name.lower() == "general")

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk config PATH``: what Asterisk itself takes from a file, includes and templates applied."""

from __future__ import annotations

import argparse
import json

from ..config.effective import EffectiveEntry, load
from ..config.masking import masked_value
from ..console import complain, show

NAME = "config"
HELP = "Show what Asterisk takes from a configuration file."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--reveal-secrets", action="store_true", help="show secrets")


def run(args: argparse.Namespace) -> int:
    effective = load(args.path)

    def shown(entry: EffectiveEntry) -> str:
        return entry.value if args.reveal_secrets else masked_value(entry.key, entry.value)

    if args.format == "json":
        sections = [
            {
                "name": section.name,
                "template": section.template,
                "entries": [[entry.key, shown(entry)] for entry in section.entries],
            }
            for section in effective.sections
        ]
        show(json.dumps({"schema": "siptrunk.config/1", "loads": effective.loads, "sections": sections}))
    else:
        for section in effective.sections:
            show(f"[{section.name}]{'(!)' if section.template else ''}")
            for entry in section.entries:
                show(f"{entry.key} = {shown(entry)}")
            show()
    for note in effective.notes:
        complain(f"siptrunk config: {note}")
    if effective.error:
        complain(f"siptrunk config: Asterisk refuses the whole file: {effective.error}")
    return int(not effective.loads)

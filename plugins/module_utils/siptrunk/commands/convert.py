# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk convert``: sip.conf to pjsip.conf, with an account of every option."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import List

from .. import dialplan
from ..config.effective import Effective, load
from ..config.form import read_form
from ..console import complain
from ..conversion import calls
from ..conversion.convert import Conversion, convert
from ..drivers import chan_sip, pjsip
from ..drivers.option_table import RELEASES
from ..drivers.options import of_release
from ..errors import ConfigError
from ..files import Attributes, read_text, write_text
from ..report import conversion as report

NAME = "convert"
HELP = (
    "Turn the trunks of sip.conf into pjsip.conf, secrets included, and tell of every option what became of it: "
    "carried, changed, not representable, or left alone."
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="sip.conf, a file it includes, or a form of FreePBX")
    parser.add_argument("--to", choices=[pjsip.NAME], required=True, help="the channel driver")
    parser.add_argument(
        "--asterisk",
        metavar="VERSION",
        help=f"write no option that this Asterisk does not know (default: that one of {', '.join(RELEASES)} does not)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the configuration here (0600)")
    parser.add_argument("--report", metavar="FILE", help="write the report here, as JSON (0600)")
    parser.add_argument(
        "--trunks",
        metavar="FILE",
        help="write the trunks here, as JSON for sip_trunks, secrets included (0600)",
    )
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="of the report on standard error"
    )


def run(args: argparse.Namespace) -> int:
    """0, or 1 when something could not be carried; what could is written all the same."""
    catalogues = [of_release(version) for version in ([args.asterisk] if args.asterisk else RELEASES)]
    converted = convert(_read(args.path), catalogues)
    references = _references(os.path.dirname(args.path), converted)
    if args.output:
        _write(args.output, str(converted.document))
    else:
        sys.stdout.write(str(converted.document))
    if args.trunks:
        _write(args.trunks, json.dumps({"sip_trunks": converted.trunks}, indent=2) + "\n")
    data = report.as_json(converted, references, args.asterisk or "")
    if args.report:
        _write(args.report, data + "\n")
        complain(report.summary(converted))
    else:
        complain(data if args.format == "json" else report.as_text(converted, references))
    return int(not converted.complete)


def _read(path: str) -> Effective:
    effective = read_form(read_text(path) or "", path) or load(
        path, included=os.path.basename(path) != chan_sip.MAIN
    )
    if effective.error:
        raise ConfigError(effective.error.path, effective.error.reason, effective.error.line)
    return effective


def _references(directory: str, converted: Conversion) -> List[calls.Reference]:
    """What has to change in the dialplan that stands beside sip.conf."""
    path = os.path.join(directory, dialplan.MAIN)
    if not os.path.exists(path):
        return []
    extensions = load(path)
    if extensions.error:
        complain(f"siptrunk convert: the dialplan is not looked at: {extensions.error}")
    return calls.references(extensions, converted.endpoints)


def _write(path: str, text: str) -> None:
    write_text(path, text, Attributes(os.geteuid(), os.getegid(), 0o600))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk lint PATH...``: every finding with its place, its reason and the way out."""

from __future__ import annotations

import argparse
import os
import sys
from typing import List

from ..console import complain, show
from ..drivers.option_table import RELEASES
from ..drivers.options import of_release
from ..errors import ConfigError
from ..files import Attributes, back_up, read_text, write_text
from ..lint import acceptance
from ..lint.declared import concerns, declared
from ..lint.fixing import mend
from ..lint.linting import Report, lint
from ..lint.loading import MAIN_OF_DRIVER, from_paths
from ..report import rules as rule_pages
from ..report.lint import FORMATS, text
from ..rules.books import RULES
from ..rules.rule import SEVERITIES, WARNING

NAME = "lint"
HELP = "Check configuration files of Asterisk."
_TYPES = ("text", "json")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a directory such as /etc/asterisk, or files, with what they include; or YAML or JSON with sip_trunks",
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
    parser.add_argument("--format", choices=FORMATS, default="text", help="(default: %(default)s)")
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="of text (default: on a terminal)",
    )
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default=WARNING,
        help="exit with 1 for findings from here up (default: %(default)s)",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=f"which findings are accepted, and why (default: {acceptance.FILENAME}, when it is here)",
    )
    mending = parser.add_mutually_exclusive_group()
    mending.add_argument(
        "--fix", action="store_true", help="show what can be mended without changing the meaning, and mend it"
    )
    mending.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and change nothing"
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="with --fix and --diff: corrections that change what Asterisk does, such as of a misspelt option, too",
    )
    parser.add_argument("--list-rules", action="store_true", help="show all rules")
    parser.add_argument("--explain", metavar="RULE", help="show all about one rule")


def run(args: argparse.Namespace) -> int:
    if args.list_rules:
        show(rule_pages.listing(RULES.values()))
        return 0
    if args.explain:
        return _explain(args.explain.upper())
    if not args.paths:
        raise ConfigError("PATH", "say which files or which directory to check, or see --help")
    report = _lint(args)
    if args.fix or args.diff:
        _mend(report, args)
        # What is left of a file that has changed stands on other lines.
        report = _lint(args) if args.fix else report
    if args.format == "text":
        sys.stdout.write(text.render(report, _in_colour(args.color)))
        complain(text.summary(report))
    else:
        sys.stdout.write(FORMATS[args.format](report))
    return int(any(finding.at_least(args.fail_on) for finding in report.findings))


def _lint(args: argparse.Namespace) -> Report:
    driver = None if args.driver == "auto" else args.driver
    catalogue = of_release(args.asterisk)
    trunks = [path for path in args.paths if concerns(path)]
    others = [path for path in args.paths if path not in trunks]
    return lint(
        from_paths(others, catalogue, driver),
        _accepted(args.config),
        (declared(path, _text(path), driver=driver, catalogue=catalogue) for path in trunks),
    )


def _text(path: str) -> str:
    text = read_text(path)
    if text is None:
        raise ConfigError(path, "there is no such file")
    return text


def _accepted(path: str | None) -> List[acceptance.Acceptance]:
    name = path or acceptance.FILENAME
    return acceptance.in_file(name, _text(name)) if path or os.path.exists(name) else []


def _mend(report: Report, args: argparse.Namespace) -> None:
    # The files are the result of --format; what happens on the way is told beside it.
    for file in mend(report.findings, report.source.texts, unsafe=args.unsafe):
        complain(file.diff().rstrip("\n"))
        if args.fix:
            attributes = Attributes.of(file.path)
            back_up(file.path)
            write_text(file.path, file.after, attributes)


def _explain(name: str) -> int:
    if name not in RULES:
        raise ConfigError("--explain", f"there is no rule {name}; --list-rules shows all of them")
    sys.stdout.write(rule_pages.page(RULES[name]))
    return 0


def _in_colour(wanted: str) -> bool:
    if wanted == "auto":
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return wanted == "always"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: ``siptrunk COMMAND ...``; every command is a module of ``commands``."""

from __future__ import annotations

import argparse
from typing import Optional, Sequence

from . import __version__
from .commands import config as config_command
from .commands import convert, lint, parse, register_line, render, verify
from .console import complain
from .errors import SipTrunkError

COMMANDS = (lint, register_line, config_command, parse, render, convert, verify)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="siptrunk", description="SIP trunks on Asterisk: validate, render, read back and verify them."
    )
    parser.add_argument("--version", action="version", version=f"siptrunk {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.configure(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command; returns its exit code (2: cannot read, bad usage)."""
    args = build_parser().parse_args(argv)
    try:
        code: int = args.run(args)
    except (SipTrunkError, OSError) as error:
        complain(f"siptrunk {args.command}: {error}")
        return 2
    return code


if __name__ == "__main__":
    raise SystemExit(main())

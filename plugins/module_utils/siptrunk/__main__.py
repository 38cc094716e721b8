# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: ``siptrunk COMMAND ...``; every command is a module of ``commands``.

Most of what a short command costs is to load Python's modules and ours, so that only those that are needed are loaded.
"""

from __future__ import annotations

import sys

from . import __version__
from .console import complain, show

# That of typing, which takes as long to load as all that is needed to tell the version.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Optional, Sequence

# Characters of a line of help.
_WIDTH = 100
# By their names on the command line, in the order of the help.
COMMANDS = {
    name.replace("_", "-"): name
    for name in (
        "lint",
        "register_line",
        "config",
        "parse",
        "render",
        "convert",
        "verify",
        "settle",
        "unregister",
        "trust",
        "heal",
        "firewall",
        "probe",
        "compile",
    )
}


def build_parser(commands: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """commands: those that it knows"""
    import argparse
    from importlib import import_module

    def formatter(prog: str) -> argparse.HelpFormatter:
        # To learn the width of the terminal, argparse loads shutil with all compressors, also where nobody is helped.
        return argparse.HelpFormatter(prog, width=_WIDTH)

    parser = argparse.ArgumentParser(
        prog="siptrunk",
        description="SIP trunks on Asterisk: validate, render, read back and verify them.",
        formatter_class=formatter,
    )
    parser.add_argument("--version", action="version", version=f"siptrunk {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in commands:
        command = import_module(f".commands.{COMMANDS[name]}", __package__)
        subparser = subparsers.add_parser(
            command.NAME, help=command.HELP, description=command.HELP, formatter_class=formatter
        )
        command.configure(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command; returns its exit code (2: cannot read, bad usage)."""
    words = sys.argv[1:] if argv is None else argv
    if list(words) == ["--version"]:
        show(f"siptrunk {__version__}")
        return 0
    from .errors import SipTrunkError

    asked = words[:1] if words and words[0] in COMMANDS else tuple(COMMANDS)
    args = build_parser(asked).parse_args(words)
    try:
        code: int = args.run(args)
    except (SipTrunkError, OSError) as error:
        complain(f"siptrunk {args.command}: {error}")
        return 2
    return code


if __name__ == "__main__":
    raise SystemExit(main())

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk trust``: what DNS says the providers are, against what the running Asterisk trusts."""

from __future__ import annotations

import argparse
import time
from typing import List, Sequence

from ..asterisk import live
from ..causes import EXIT_CODES, OK, UNKNOWN
from ..console import complain, show
from ..errors import SipTrunkError
from ..expectation import ExpectedTrunk
from ..report import trust as faces
from ..resolver import Resolver
from ..trust import Report, repairs, trust
from .verify import expected_trunks, seconds, what_to_expect

NAME = "trust"
HELP = "Compare what the providers publish now with what the running Asterisk trusts."

_FORMATS = {"text": faces.as_text, "json": faces.as_json}
# chan_sip reloads in its own time, and looks up one name after the other.
_DEFAULT_WAIT = 10.0
_PAUSE = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    what_to_expect(parser)
    parser.add_argument(
        "--reload",
        action="store_true",
        help="where that may mend it, and all names resolve now, have Asterisk look them up anew, and look again",
    )
    parser.add_argument(
        "--wait",
        type=seconds,
        default=_DEFAULT_WAIT,
        metavar="SECONDS",
        help="for what a reload shall mend (default: %(default)g)",
    )
    parser.add_argument("--format", choices=list(_FORMATS), default="text")


def run(args: argparse.Namespace) -> int:
    """The exit code of a Nagios plug-in: whatever keeps us from a verdict is "unknown", never "ok"."""
    try:
        report = _report(args)
    except PermissionError as error:
        return _unknown(f"{error}; run this as root or asterisk")
    except (SipTrunkError, OSError) as error:
        return _unknown(str(error))
    except Exception as error:
        # Its text may hold anything, a secret included.
        return _unknown(f"internal error: {type(error).__name__}")
    show(_FORMATS[args.format](report))
    return report.exit_code


def _unknown(reason: str) -> int:
    complain(f"siptrunk {NAME}: {reason}")
    return EXIT_CODES[UNKNOWN]


def _report(args: argparse.Namespace) -> Report:
    trunks = expected_trunks(args.expect, args.config_dir)
    resolver = Resolver()
    report = _look(args, trunks, resolver)
    commands = _allowed(report, resolver) if args.reload else []
    if commands:
        live.tell(commands, config_dir=args.config_dir)
        give_up = time.monotonic() + args.wait
        report = _look(args, trunks, Resolver(), commands)
        while report.status != OK and time.monotonic() < give_up:
            time.sleep(_PAUSE)
            report = _look(args, trunks, Resolver(), commands)
    return report


def _look(
    args: argparse.Namespace,
    trunks: Sequence[ExpectedTrunk],
    resolver: Resolver,
    reloaded: Sequence[str] = (),
) -> Report:
    snapshot = live.observe(trunks, config_dir=args.config_dir)
    return trust(
        trunks,
        snapshot,
        now=time.time(),
        resolve=resolver.resolve,
        reloaded=reloaded,
        allow_none=args.allow_none,
    )


def _allowed(report: Report, resolver: Resolver) -> List[str]:
    """The reloads that cannot do harm; of the others, it is told why they are not done."""
    commands = []
    for repair in repairs(report, resolver.resolve):
        if repair.unresolved:
            names = ", ".join(repair.unresolved)
            complain(
                f"siptrunk {NAME}: no '{repair.command}': Asterisk would lose the addresses of {names}, which cannot "
                "be resolved now; correct the name or the name servers, and do it again"
            )
        else:
            commands.append(repair.command)
    return commands

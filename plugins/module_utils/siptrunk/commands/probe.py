# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk probe``: one real SIP exchange from this host, and what came of it."""

from __future__ import annotations

import argparse
import sys
from typing import Optional

from .. import probe as probing
from ..console import show
from ..errors import ConfigError
from ..files import read_text
from ..report import probe as report
from ..sip import ladder

NAME = "probe"
HELP = "Send one OPTIONS, REGISTER or INVITE, and tell what came of it."

_FORMATS = {"text": report.text, "json": report.as_json}
_STDIN = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("method", choices=list(probing.METHODS), help="invite calls, and hangs up at once")
    parser.add_argument(
        "uri", metavar="URI", help="whom to ask, such as sip:example.com or sip:100@192.0.2.1:5060"
    )
    parser.add_argument(
        "--transport",
        choices=probing.TRANSPORTS,
        help="default: what the URI says, then what DNS does, then udp",
    )
    parser.add_argument("--source", metavar="IP[:PORT]", help="send from this address of this host")
    parser.add_argument("--from", dest="sender", metavar="URI", help="who asks, for the header field From")
    parser.add_argument("--user", help="answer challenges as this user, with the secret of --secret-file")
    parser.add_argument(
        "--secret-file", metavar="FILE", help="the first line is the secret; - is standard input"
    )
    parser.add_argument(
        "--register",
        dest="bind",
        action="store_true",
        help="bind a contact of this host, and remove it; without this, register only asks for the bindings",
    )
    parser.add_argument(
        "--ca", metavar="FILE", help="certificates that TLS trusts (default: those of the system)"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=probing.TIMEOUT,
        metavar="SECONDS",
        help=f"for all of it (default: {probing.TIMEOUT:g})",
    )
    parser.add_argument("--expect", choices=probing.EXPECTATIONS, help="default: accepted")
    parser.add_argument("--ladder", action="store_true", help="show all messages as a diagram")
    parser.add_argument("--ladder-svg", metavar="FILE", help="the same as a picture")
    parser.add_argument("--format", choices=list(_FORMATS), default="text")


def run(args: argparse.Namespace) -> int:
    """0 as expected, 1 not, 3 no network; what cannot be asked at all is 2."""
    wished = probing.wish(
        args.method,
        args.uri,
        transport=args.transport,
        sender=args.sender,
        user=args.user,
        secret=_secret(args.secret_file),
        bind=args.bind,
        timeout=args.timeout,
    )
    own = probing.source(args.source) if args.source else None
    outcome = probing.probe(wished, own, args.ca)
    if args.ladder_svg:
        with open(args.ladder_svg, "w", encoding="utf-8") as file:
            file.write(ladder.svg(outcome.steps, outcome.unseen))
    show(_FORMATS[args.format](wished, outcome, args.expect))
    if args.ladder and args.format == "text":
        show(f"\n{ladder.text(outcome.steps, outcome.unseen)}")
    return probing.exit_code(outcome, args.expect)


def _secret(path: Optional[str]) -> Optional[str]:
    if path is None:
        return None
    content = sys.stdin.read() if path == _STDIN else read_text(path)
    if content is None:
        raise ConfigError(path, "there is no such file")
    secret = content.partition("\n")[0].rstrip("\r")
    if not secret:
        raise ConfigError(
            "standard input" if path == _STDIN else path, "its first line is empty, and no secret"
        )
    return secret

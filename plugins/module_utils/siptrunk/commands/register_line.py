# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk register-line TEXT``: the fields of a register line as chan_sip takes them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Dict

from ..config.document import Document
from ..config.text import BLANKS, fold
from ..console import show
from ..errors import ConfigError
from ..register_line import RegisterLine, masked, parse
from ..secrets import MASK

NAME = "register-line"
HELP = "Show how chan_sip reads a register line."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text",
        metavar="TEXT",
        help="a line of sip.conf (register => ...) or its value; - reads it from the standard input",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--reveal-secrets", action="store_true", help="show the secret")


def run(args: argparse.Namespace) -> int:
    text = sys.stdin.read() if args.text == "-" else args.text
    value = value_of(text)
    parsed = parse(value)
    accepted: Dict[str, Any] = {} if parsed.line is None else _fields(parsed.line)
    if accepted and not args.reveal_secrets:
        _mask(accepted, value, doubtful=bool(parsed.notices))
    if args.format == "json":
        notices = [{"rule": n.rule, "why": n.reason, "fix": n.fix} for n in parsed.notices]
        outcome = {"accepted": parsed.line is not None, **accepted, "findings": notices}
        show(json.dumps({"schema": "siptrunk.register-line/1", **outcome}))
    else:
        for name, field in accepted.items():
            show(f"{name:<12} {'-' if field is None else field}")
        for notice in parsed.notices:
            show(f"{notice.rule}: {notice.reason}; {notice.fix}")
    return int(parsed.line is None)


def value_of(text: str) -> str:
    """What chan_sip gets of *text*, which is a whole line of sip.conf or only the value.

    Raises ConfigError for more than one line.
    """
    line = text.strip(BLANKS)
    if "\n" in line:
        raise ConfigError("register line", "this is more than one line")
    # The first section is the one that we began; a header in the text begins another.
    for entry in Document.parse(f"[general]\n{line}").sections[0].entries:
        if fold(entry.key) == "register":
            return entry.value
    return line


def _fields(line: RegisterLine) -> Dict[str, Any]:
    return {
        "peer": line.peer,
        "user": line.user,
        "domain": line.domain,
        "domain_port": line.domain_port,
        "secret": line.secret,
        "auth_user": line.auth_user,
        "host": line.host,
        "port": line.effective_port,
        "transport": line.transport,
        "extension": line.effective_extension,
        "expiry": line.effective_expiry(),
    }


def _mask(fields: Dict[str, Any], value: str, doubtful: bool) -> None:
    """Mask the secret, and what may be parts of it where chan_sip misreads the line."""
    visible = masked(value)
    hidden = [name for name in ("peer", "user", "domain") if fields[name] and fields[name] not in visible]
    if doubtful:
        hidden.append("auth_user")
    for name in ("secret", *hidden):
        if fields[name] is not None:
            fields[name] = MASK

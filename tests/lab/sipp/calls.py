# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make or answer calls with SIPp, and say in JSON what SIPp counted.

SIPp's exit code alone says little: it is 0 as soon as one call succeeded. So the counts are read from its statistics
file, and the answers that each call got from its message log.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
ANSWERED = Path("/run/answered.csv")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)

    make = commands.add_parser("make", help="call a number, hold, hang up; then print what happened")
    make.add_argument("number")
    make.add_argument("host", help="HOST or HOST:PORT; without one, 5060")
    make.add_argument(
        "--from",
        dest="callers",
        action="append",
        required=True,
        metavar="USER@DOMAIN",
        help="who calls; repeated: one call for each",
    )
    make.add_argument("--at-once", action="store_true", help="all at the same time, not one after the other")
    make.add_argument("--hold", type=int, default=1000, metavar="MILLISECONDS")
    make.add_argument("--port", type=int, default=5080, help="our own port (default: %(default)s)")

    commands.add_parser("answer", help="answer every call on port 5060; does not return")

    answered = commands.add_parser("answered", help="print what `answer` has counted until now")
    answered.add_argument(
        "--since",
        type=int,
        default=0,
        metavar="LINE",
        help="look for the most calls at once after this line of the statistics",
    )

    args = parser.parse_args()
    if args.command == "answer":
        answer()
    result = make_calls(args) if args.command == "make" else counts(ANSWERED, args.since)
    print(json.dumps(result))
    return 0


def sipp(scenario: str, port: int) -> list[str]:
    own_address = socket.gethostbyname(socket.gethostname())
    return [
        "sipp",
        "-sf",
        str(HERE / f"{scenario}.xml"),
        "-i",
        own_address,
        "-p",
        str(port),
        "-nostdin",
        "-trace_stat",
        "-fd",
        "1",
    ]


def answer() -> NoReturn:
    ANSWERED.unlink(missing_ok=True)
    os.execvp("sipp", [*sipp("answer", 5060), "-stf", str(ANSWERED)])


def make_calls(args: argparse.Namespace) -> dict[str, object]:
    count = len(args.callers)
    target = args.host if ":" in args.host else f"{args.host}:5060"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "callers.csv").write_text("SEQUENTIAL\n" + "".join(f"{caller}\n" for caller in args.callers))
        done = subprocess.run(
            [
                *sipp("call", args.port), target, "-s", args.number, "-inf", work / "callers.csv",
                "-m", str(count), "-l", str(count if args.at_once else 1), "-r", "20", "-d", str(args.hold),
                "-recv_timeout", "8000", "-timeout", str(60 + args.hold // 1000), "-stf", work / "statistics.csv",
                "-trace_msg", "-message_file", work / "messages.log",
            ],
            cwd=work, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            sys.exit(f"SIPp ended with code {done.returncode}: {done.stderr.strip()}")
        return counts(work / "statistics.csv") | {"exchanges": exchanges((work / "messages.log").read_text())}


def counts(statistics: Path, since: int = 0) -> dict[str, object]:
    """SIPp's own counts: calls that went as the scenario says, calls that did not, and the most at the same time."""
    with statistics.open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return {
        "succeeded": int(rows[-1]["SuccessfulCall(C)"]),
        "failed": int(rows[-1]["FailedCall(C)"]),
        "at_once": max((int(row["CurrentCall"]) for row in rows[since:]), default=0),
        "line": len(rows),
    }


def exchanges(log: str) -> list[dict[str, object]]:
    """Who called, and the statuses that the INVITE got, call by call."""
    calls: dict[str, dict[str, object]] = {}
    for message in re.split(r"^-{20,}.*$", log, flags=re.MULTILINE):
        if message.startswith("\nUnexpected"):  # a second copy of the message before
            continue
        if not re.search(r"^CSeq: *\d+ INVITE", message, re.MULTILINE | re.IGNORECASE):
            continue
        identifier = re.search(r"^Call-ID: *(\S+)", message, re.MULTILINE | re.IGNORECASE)
        caller = re.search(r"^From:.*?<sip:([^>]*)>", message, re.MULTILINE | re.IGNORECASE)
        if not identifier or not caller:
            continue
        call = calls.setdefault(identifier[1], {"from": caller[1], "statuses": []})
        status = re.search(r"^SIP/2\.0 (\d{3})", message, re.MULTILINE)
        if status:
            call["statuses"].append(int(status[1]))
    return list(calls.values())


if __name__ == "__main__":
    sys.exit(main())

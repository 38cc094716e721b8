# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk verify``: does the running Asterisk have what was deployed, and if not, why."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Callable, Collection, Dict, FrozenSet, List, Optional, Sequence

from ..asterisk import ami, live
from ..asterisk.snapshot import Snapshot
from ..causes import EXIT_CODES, OK, UNKNOWN
from ..console import complain, show
from ..errors import ConfigError, SipTrunkError
from ..expectation import FILENAME, ExpectedTrunk, from_json
from ..files import put, read_text
from ..judges.pjsip import renewals
from ..registering import commands as registers
from ..registering import insisting, needed
from ..resolver import Resolver
from ..uris import unbracketed
from ..verify import PATIENCE, Report, verify
from ..words import printable

NAME = "verify"
HELP = "Compare the running Asterisk with the expected trunks."

# Modules of ``report``; those that machines read say also when there is no verdict.
_FORMATS = ("text", "json", "nagios", "prometheus", "junit", "html")
# Those that have room for a diagram.
_DRAWING = ("text", "html")
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::(?P<port>[0-9]{1,5}))?")
# A trunk in order needs no wait; the others get the time that it takes to tell "not yet" from "never".
_DEFAULT_WAIT = PATIENCE + 2
_CLEAR_LINE = "\r\033[K"
# To the upper left corner; what is left of a line, and of the screen, goes after it is written over: nothing flickers.
_HOME, _CLEAR_REST_OF_LINE, _CLEAR_REST = "\033[H", "\033[K", "\033[J"
# Asterisk is asked at most so often, seconds.
_SHORTEST_INTERVAL = 1.0
# The least from one look to the next while it is waited for a change. With hundreds of trunks, a look takes longer than
# that, and Asterisk shall have half of the time for itself.
_BETWEEN_LOOKS = 0.5
# No face holds a secret, and monitoring runs as another user.
_READABLE = 0o644


def configure(parser: argparse.ArgumentParser) -> None:
    what_to_expect(parser)
    parser.add_argument(
        "--wait",
        type=seconds,
        default=_DEFAULT_WAIT,
        metavar="SECONDS",
        help=f"for trunks that are not in order, unless waiting cannot help (default: {_DEFAULT_WAIT:g})",
    )
    parser.add_argument(
        "--since",
        type=moment,
        metavar="TIME",
        help="a registration must be newer than this: seconds of the epoch, or ISO 8601",
    )
    parser.add_argument(
        "--new",
        action="append",
        metavar="TRUNK",
        help="what --since asks for is for this trunk alone; repeat it for several (default: all)",
    )
    parser.add_argument(
        "--after",
        action="append",
        default=[],
        metavar="COMMAND",
        help="give Asterisk's CLI this command after a first look, such as 'module reload res_pjsip.so', and see what "
        "it does; repeat it for several. 'pjsip send register NAME' is given where the others had no such effect, and "
        "again until it has one",
    )
    parser.add_argument(
        "--before",
        metavar="FILE",
        help="manifest of what was expected before --after, by which JSON tells what had failed (default: the same)",
    )
    parser.add_argument("--format", choices=_FORMATS, default="text")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write the answer there instead of to standard output; the old or the new file is there at every instant, "
        "and a symbolic link is replaced",
    )
    parser.add_argument(
        "--ladder",
        action="store_true",
        help="ask the provider of each trunk that is not in order once from this host (OPTIONS), and draw what is "
        f"said; for the formats {' and '.join(_DRAWING)}",
    )
    parser.add_argument(
        "--watch",
        nargs="?",
        type=_interval,
        const=5.0,
        metavar="SECONDS",
        help="look again every so many seconds (default: 5), until Ctrl-C",
    )
    manager = parser.add_argument_group(
        "another manager interface (AMI)",
        "By default the one of this host is asked, with the user that the role has made for it, or the CLI.",
    )
    manager.add_argument("--ami", metavar="HOST[:PORT]", help="ask this one, and nothing else")
    manager.add_argument("--ami-user", metavar="NAME")
    manager.add_argument(
        "--ami-secret", metavar="FILE", help="a file that has the secret of the user, and nothing else"
    )
    manager.add_argument(
        "--ami-tls", action="store_true", help="over TLS; the certificate must be good for HOST"
    )
    manager.add_argument(
        "--ami-ca", metavar="FILE", help="who may have signed it (default: whom this host trusts)"
    )


def what_to_expect(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that looks at expected trunks."""
    parser.add_argument(
        "--expect",
        metavar="FILE",
        help=f"manifest of the expected trunks (default: DIR/{FILENAME}; without it, what the configuration has)",
    )
    parser.add_argument("--config-dir", default="/etc/asterisk", metavar="DIR", help="default: /etc/asterisk")
    parser.add_argument("--allow-none", action="store_true", help="to expect no trunk is ok, not unknown")


def run(args: argparse.Namespace) -> int:
    """The exit code of a Nagios plug-in: whatever keeps us from a verdict is "unknown", never "ok"."""
    code = EXIT_CODES[UNKNOWN]
    try:
        while True:
            code = _answer(args)
            if args.watch is None:
                return code
            time.sleep(args.watch)
    except KeyboardInterrupt:
        if args.watch is None:
            raise
        show()
        return code


def _answer(args: argparse.Namespace) -> int:
    """Look, and say what was seen; gives the exit code."""
    try:
        report = _report(args)
        answer, code = _face(args.format).render(report), report.exit_code
    except PermissionError as error:
        return _unknown(args, f"{error}; run this as root or asterisk")
    except (SipTrunkError, OSError) as error:
        return _unknown(args, str(error))
    except Exception as error:
        # Its text may hold anything, a secret included.
        return _unknown(args, f"internal error: {type(error).__name__}")
    return _give(args, answer, code)


def _face(name: str) -> ModuleType:
    return import_module(f"..report.{name}", __package__)


def _report(args: argparse.Namespace) -> Report:
    if args.ladder and args.format not in _DRAWING:
        raise SipTrunkError(f"--ladder is for the formats {' and '.join(_DRAWING)}; leave it out")
    look = looking(
        expected_trunks(args.expect, args.config_dir),
        args.config_dir,
        since=args.since,
        new=args.new,
        allow_none=args.allow_none,
        access=_access(args),
    )
    registering = registers(args.after)
    failed_before: Optional[FrozenSet[str]] = None
    if args.after:
        # What is there now is what must change.
        before = look(0.0)
        # By what is expected from now on, a trunk that gets another account has failed.
        had = (
            looking(expected_trunks(args.before, args.config_dir), args.config_dir)(0.0)
            if args.before
            else before
        )
        failed_before = had.failing
        _tell(args, [command for command in args.after if command not in registering])
        if registering:
            _tell(args, needed(registering, before.snapshot, look(0.0).snapshot, time.time()))
    shown = sys.stderr.isatty() and args.watch is None
    insist = insisting(registering, partial(_tell, args))

    def progress(report: Report, watched: float) -> Optional[float]:
        if shown and not all(verdict.ok for verdict in report.verdicts):
            _progress(report, watched)
        return insist(report, watched)

    report = replace(watch(look, wait=args.wait, progress=progress), failed_before=failed_before)
    if shown:
        sys.stderr.write(_CLEAR_LINE)
        sys.stderr.flush()
    if args.ladder and report.status != OK:
        # All of SIP comes with it.
        from ..providers import ask

        troubled = [verdict.trunk for verdict in report.verdicts if not verdict.ok]
        return replace(report, asked=tuple(ask(troubled)))
    return report


def _tell(args: argparse.Namespace, commands: Sequence[str]) -> None:
    live.tell(commands, config_dir=args.config_dir)


def _give(args: argparse.Namespace, answer: str, code: int) -> int:
    """Write the answer to where it is wanted; gives the exit code, which is another when that fails."""
    if args.output:
        try:
            put(args.output, answer + "\n", _READABLE)
        except (SipTrunkError, OSError) as error:
            complain(f"siptrunk verify: {args.output} cannot be written: {error}")
            return os.EX_CANTCREAT
    elif args.watch is not None and sys.stdout.isatty():
        lines = [f"{_moment_shown()}, every {args.watch:g} s; Ctrl-C ends", "", *answer.splitlines()]
        sys.stdout.write(_HOME + "".join(f"{line}{_CLEAR_REST_OF_LINE}\n" for line in lines) + _CLEAR_REST)
        sys.stdout.flush()
    elif args.watch is not None:
        show(f"{_moment_shown()}\n{answer}\n")
        sys.stdout.flush()
    else:
        show(answer)
    return code


def _moment_shown() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def looking(
    expected: Sequence[ExpectedTrunk],
    config_dir: str,
    *,
    since: Optional[float] = None,
    new: Optional[Collection[str]] = None,
    allow_none: bool = False,
    access: Optional[ami.Access] = None,
) -> Callable[[float], Report]:
    """How to look at the trunks, again and again; what is returned is given the seconds since the first look.

    since, new, allow_none: as verify() has them
    access: as live.observe() has it
    """
    looks = _Looks()

    def look(watched: float) -> Report:
        asked_at = time.time()
        snapshot: Snapshot = live.observe(expected, config_dir=config_dir, access=access)
        return verify(
            expected,
            snapshot,
            now=time.time(),
            resolve=Resolver().resolve,
            since=since,
            watched=watched,
            new=new,
            renewed=looks.renewed(snapshot, asked_at),
            allow_none=allow_none,
        )

    return look


class _Looks:
    """Remembers what the last look showed: chan_pjsip does not tell when it registered, so it must be seen."""

    def __init__(self) -> None:
        self._last: Optional[Snapshot] = None
        self._asked_at = 0.0
        self._renewed: Dict[str, float] = {}

    def renewed(self, snapshot: Snapshot, asked_at: float) -> Dict[str, float]:
        """By name, the epoch seconds after which a registration was made; *asked_at*: those of this look."""
        if self._last:
            self._renewed.update(dict.fromkeys(renewals(self._last, snapshot, asked_at), self._asked_at))
        self._last, self._asked_at = snapshot, asked_at
        return self._renewed


def _unknown(args: argparse.Namespace, reason: str) -> int:
    """No verdict is possible."""
    complain(f"siptrunk verify: {reason}")
    said = getattr(_face(args.format), "unknown", None)
    code = EXIT_CODES[UNKNOWN]
    return _give(args, said(reason, time.time()), code) if said else code


def watch(
    look: Callable[[float], Report],
    *,
    wait: float,
    progress: Optional[Callable[[Report, float], Optional[float]]] = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Look again and again until all trunks are in order, the time is up, or waiting cannot help.

    look: given the seconds since the first look
    progress: told about each look that was not the last; gives until when what it has done takes effect, if it has
        done something, and what is in order before that may be so no more after
    """
    start = clock()
    settled, undecided = False, 0.0
    while True:
        began = clock()
        report = look(began - start)
        watched = clock() - start
        waiting = [verdict for verdict in report.verdicts if not verdict.ok]
        # What is final is believed when it was so twice, some time after a change.
        hopeless = all(verdict.hopeless(wait - watched) for verdict in waiting)
        was_settled, settled = settled, watched >= PATIENCE and hopeless
        if (not waiting and watched >= undecided) or watched >= wait or (waiting and settled and was_settled):
            return report
        if progress:
            undecided = progress(report, watched) or undecided
        sleep(min(max(_BETWEEN_LOOKS, start + watched - began), wait - watched))


def _progress(report: Report, watched: float) -> None:
    waiting = ", ".join(
        f"{verdict.trunk.name} ({verdict.lease.state if verdict.lease else verdict.findings[0].cause})"
        for verdict in report.verdicts
        if not verdict.ok
    )
    sys.stderr.write(f"{_CLEAR_LINE}{watched:.0f} s: waiting for {printable(waiting)}")
    sys.stderr.flush()


def expected_trunks(manifest: Optional[str], config_dir: str) -> List[ExpectedTrunk]:
    """Those of the manifest; without one, those that the files of both drivers have. ConfigError, OSError."""
    path = manifest or os.path.join(config_dir, FILENAME)
    content = read_text(path)
    if content is not None:
        return from_json(content, path)
    if manifest:
        raise ConfigError(path, "there is no such file")
    # It takes the readers of all files along.
    from ..asterisk import configured

    return configured.expected(config_dir)


def _access(args: argparse.Namespace) -> Optional[ami.Access]:
    """Of the manager interface to ask; None when it is that of this host."""
    if args.ami is None:
        if args.ami_user or args.ami_secret or args.ami_tls or args.ami_ca:
            raise SipTrunkError(
                "--ami-user and the like say how to ask the manager interface of --ami; name it"
            )
        return None
    if args.after:
        raise SipTrunkError(
            "--after needs the CLI of this host, and --ami asks another one; give only one of them"
        )
    place = _PLACE.fullmatch(args.ami)
    if not place or int(place["port"] or 1) > 65535:
        raise SipTrunkError(
            f"--ami {args.ami}: is no HOST or HOST:PORT; write [::1]:5038 for an IPv6 address"
        )
    if not args.ami_user or not args.ami_secret:
        raise SipTrunkError("--ami needs --ami-user, and --ami-secret with the file of its secret")
    secret = (read_text(args.ami_secret) or "").rstrip("\r\n")
    if not secret or "\n" in secret:
        raise ConfigError(args.ami_secret, "has no secret, or more than one line")
    port = int(place["port"] or (ami.TLS_PORT if args.ami_tls else ami.PORT))
    return ami.Access(unbracketed(place["host"]), port, args.ami_user, secret, args.ami_tls, args.ami_ca)


def seconds(value: str) -> float:
    """The type of an argument."""
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is no number of seconds")
    return number


def _interval(value: str) -> float:
    return max(seconds(value), _SHORTEST_INTERVAL)


def moment(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        pass
    try:
        # fromisoformat() of Python 3.9 knows no Z; without a zone, the time is local.
        return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    except ValueError:
        reason = f"{value} is neither seconds of the epoch nor ISO 8601, such as 2026-01-31T12:00:00Z"
        raise argparse.ArgumentTypeError(reason) from None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk heal``: do the least that helps trunks that do not come back by themselves, and not too often."""

from __future__ import annotations

import argparse
import os
import time
from functools import partial
from typing import List, Sequence

from .. import expectation, healing
from ..asterisk import live
from ..console import show
from ..errors import ConfigError
from ..expectation import FILENAME, ExpectedTrunk
from ..files import lock, put, read_text
from ..healing import Memory, Step, decide, remembered
from ..registering import commands as registers
from ..registering import insisting
from ..resolver import Resolver
from ..trust import trust
from ..verify import PATIENCE, verify
from .verify import looking, seconds, watch

NAME = "heal"
HELP = (
    "Have Asterisk register, or look up names, where it does so no more; what was done is printed, and why."
)

_STATE = "/var/lib/siptrunk/healing.json"
_DEFAULT_PAUSE = 60.0
# Seconds within which one registers, if its provider answers.
_REGISTERS = 15.0
# It tells of trunks and when they failed.
_PRIVATE, _PRIVATE_DIRECTORY = 0o600, 0o700


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expect",
        metavar="FILE",
        help=f"manifest of the trunks to care for (default: DIR/{FILENAME}; without it, there are none)",
    )
    parser.add_argument("--config-dir", default="/etc/asterisk", metavar="DIR", help="default: /etc/asterisk")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="do nothing, but tell what would be done, and what not, and why",
    )
    parser.add_argument(
        "--pause",
        type=seconds,
        default=_DEFAULT_PAUSE,
        metavar="SECONDS",
        help="before the same is done again; each time that it did not help, twice as long, up to sixteen times "
        "(default: %(default)g)",
    )
    parser.add_argument(
        "--state", default=_STATE, metavar="FILE", help="what was done, and when (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """0: what could be done was done, and be it nothing. Asterisk not to be asked, is nothing to be done, too."""
    trunks = _trunks(args)
    if args.dry_run:
        for step in _decided(args, trunks, _memory(args.state)):
            show(f"not now, {step.hindrance}: {step}" if step.hindrance else step)
        return 0
    directory = os.path.dirname(os.path.abspath(args.state))
    os.makedirs(directory, mode=_PRIVATE_DIRECTORY, exist_ok=True)
    with lock(directory):
        _heal(args, trunks)
    return 0


def _heal(args: argparse.Namespace, trunks: Sequence[ExpectedTrunk]) -> None:
    memory = _memory(args.state)
    steps = _decided(args, trunks, memory)
    if any(not step.hindrance for step in steps):
        # What is believed was so twice: others may be just at work on it.
        time.sleep(PATIENCE)
        seen = {step.command for step in steps if not step.hindrance}
        steps = [step for step in _decided(args, trunks, memory) if step.command in seen or step.hindrance]
    kept = remembered(memory, steps, now=time.time(), pause=args.pause)
    if kept != memory:
        # Before it is done: whoever does not remember does it again and again.
        put(args.state, healing.to_json(kept), _PRIVATE)
    tell = partial(live.tell, config_dir=args.config_dir)
    done = [step for step in steps if not step.hindrance]
    for step in done:
        show(step)
        tell([step.command])
    registering = registers([step.command for step in done])
    if registering:
        watch(looking(trunks, args.config_dir), wait=_REGISTERS, progress=insisting(registering, tell))


def _trunks(args: argparse.Namespace) -> List[ExpectedTrunk]:
    """Those of the manifest: to no others we have anything to say."""
    path = args.expect or os.path.join(args.config_dir, FILENAME)
    content = read_text(path)
    if content is None and args.expect:
        raise ConfigError(path, "there is no such file")
    return expectation.from_json(content, path) if content is not None else []


def _memory(path: str) -> Memory:
    content = read_text(path)
    return healing.from_json(content, path) if content is not None else {}


def _decided(args: argparse.Namespace, trunks: Sequence[ExpectedTrunk], memory: Memory) -> List[Step]:
    snapshot = live.observe(trunks, config_dir=args.config_dir)
    now, resolve = time.time(), Resolver().resolve
    return decide(
        verify(trunks, snapshot, now=now, resolve=resolve),
        trust(trunks, snapshot, now=now, resolve=resolve),
        memory,
        now=now,
        pause=args.pause,
        resolve=resolve,
    )

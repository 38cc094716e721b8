# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do for trunks that do not come back by themselves: the least that helps, and ever more seldom if it does not.

What is wrong is for ``verify`` and ``trust`` to say. What they cannot tell is left alone, and so is what Asterisk still
works at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from . import trust, verify
from .drivers import DRIVERS
from .errors import ConfigError
from .expectation import ExpectedTrunk
from .judges.scene import Resolve

SCHEMA = "siptrunk.healing/1"
# A registration of which Asterisk sends nothing any more, by driver.
_STOPPED = {
    "chan_sip": ("forbidden", "rejected", "gave_up", "expired"),
    "pjsip": ("gave_up",),
}
# Each time that it did not help, the pause is doubled, up to so many times the first one.
_LONGEST = 16
# Seconds that a play over many hosts may take from the files of one of them to its reload.
_LONGEST_PLAY = 3600.0
# Timers are not exact to the second.
_JITTER = 2.0


class Done(NamedTuple):
    """at: epoch seconds of the last time; times: how often, while there was a reason"""

    at: float
    times: int


# What was done, by command.
Memory = Mapping[str, Done]


@dataclass(frozen=True)
class Step:
    """A command that helps.

    reasons: what is wrong, trunk by trunk
    hindrance: why it must not be given now; "" when it may
    """

    command: str
    reasons: Tuple[str, ...]
    hindrance: str = ""

    def __str__(self) -> str:
        return f"{self.command}: {'; '.join(self.reasons)}"


def decide(
    verified: verify.Report,
    trusted: trust.Report,
    memory: Memory,
    *,
    now: float,
    pause: float,
    resolve: Resolve,
) -> List[Step]:
    """All that would help, in the order in which it must be done.

    verified, trusted: what is said of the same trunks at the same moment
    now: epoch seconds
    pause: seconds between the first time and the second one
    """
    wanted: Dict[str, Dict[str, None]] = {}
    for verdict, one in zip(verified.verdicts, trusted.trunks):
        for command, reason in _remedies(verdict, one):
            wanted.setdefault(command, {})[f"{verdict.trunk.name}: {reason}"] = None
    drivers = dict.fromkeys(verdict.trunk.driver for verdict in verified.verdicts)
    risks = {DRIVERS[driver].RELOAD: _risk(verified, driver, now, pause, resolve) for driver in drivers}
    # A registration begins anew with what was loaded before.
    order = sorted(wanted, key=lambda command: "reload" not in command)
    return [
        Step(command, tuple(wanted[command]), risks.get(command) or _rest(memory.get(command), now, pause))
        for command in order
    ]


def remembered(memory: Memory, steps: Sequence[Step], *, now: float, pause: float) -> Memory:
    """The memory after the steps that nothing hinders were done; what is not needed any more is forgotten."""
    wanted = {step.command for step in steps}
    kept = {command: done for command, done in memory.items() if command in wanted or _rest(done, now, pause)}
    for step in steps:
        if not step.hindrance:
            times = kept[step.command].times if step.command in kept else 0
            kept[step.command] = Done(now, times + 1)
    return kept


def _remedies(verdict: verify.Verdict, trusted: trust.Trust) -> Iterator[Tuple[str, str]]:
    """The commands that help one trunk, and why."""
    trunk = verdict.trunk
    for found in verdict.findings:
        if found.cause in trust.CURABLE:
            yield DRIVERS[trunk.driver].RELOAD, found.explanation
        elif found.cause in _STOPPED[trunk.driver]:
            yield _renewal(trunk), found.explanation
    if trusted.moved and trunk.registration:
        # Until its expiry, it would be registered where the provider was.
        yield _renewal(trunk), trusted.findings[0].explanation


def _renewal(trunk: ExpectedTrunk) -> str:
    """What has it register anew; chan_sip can do that only for all."""
    room = DRIVERS[trunk.driver]
    register: Optional[str] = room.REGISTER
    name = trunk.registration.name if trunk.registration else None
    return register.format(name or trunk.name) if register else str(room.RELOAD)


def _risk(verified: verify.Report, driver: str, now: float, pause: float, resolve: Resolve) -> str:
    """What speaks against a reload of a driver, if anything: it is for all of its trunks, and for all of its files."""
    trunks = [verdict.trunk for verdict in verified.verdicts if verdict.trunk.driver == driver]
    lost = trust.unresolved(trunks, resolve)
    if lost:
        return f"Asterisk would lose the addresses of {', '.join(lost)}, which cannot be resolved now"
    snapshot = verified.snapshot
    written = snapshot.written.get(driver)
    loaded = [at for at in (snapshot.started_at, snapshot.reloaded_at) if at is not None]
    # Of what is loaded before it looks, a play sees no new registration, unless a reload registers all anew.
    waits = DRIVERS[driver].REGISTER and written and loaded and written.at > max(loaded) + 1
    if written and 0 <= now - written.at < (_LONGEST_PLAY if waits else pause):
        # He may be about to load it, and to look what comes of it.
        return f"somebody has just written {written.name}"
    return ""


def _rest(done: Optional[Done], now: float, pause: float) -> str:
    """Why it is too early to do it again, if it is. A clock that was set back must not stop it for long."""
    if done is None:
        return ""
    rest = pause * min(2 ** (done.times - 1), _LONGEST) - abs(now - done.at)
    return f"was done {done.times} times, and is again in {rest:.0f} s" if rest > _JITTER else ""


def to_json(memory: Memory) -> str:
    done = {command: one._asdict() for command, one in memory.items()}
    return json.dumps({"schema": SCHEMA, "done": done}, indent=2) + "\n"


def from_json(text: str, path: str) -> Memory:
    """Read a memory back; *path* is for the message of the ConfigError that a malformed one raises."""
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise ConfigError(path, f"is a {data['schema']}, not a {SCHEMA}")
        return {command: Done(float(one["at"]), int(one["times"])) for command, one in data["done"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            path, f"does not tell what was done ({type(error).__name__}); remove it to begin anew"
        ) from None

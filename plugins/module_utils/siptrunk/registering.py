# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have trunks of chan_pjsip register anew, and see to it that they do.

``pjsip send register`` unregisters first, and the REGISTER follows a second or two later. As long as the first one is
not answered, the second one is dropped, and none comes after it (``pjsip_regc_send()`` is busy;
res/res_pjsip_outbound_registration.c). So a provider that is slow, or away for some seconds, would lose the trunk.
Given again in time the command mends that; given while something is under way it does nothing.
"""

from __future__ import annotations

from typing import Callable, Collection, Dict, List, Optional, Sequence

from .asterisk.pjsip import NAME, REGISTER
from .asterisk.snapshot import Snapshot
from .judges.pjsip import JITTER, renewals
from .verify import Report, Verdict

Tell = Callable[[Sequence[str]], None]
# Seconds from one time to the next, at least: by then Asterisk tells when its REGISTER is due. Where it never tells, a
# REGISTER of ours is under way by then (max_random_initial_delay=2).
_AGAIN, _AGAIN_UNTOLD = 1.0, 3.0
# Seconds from a command to the answer to its REGISTER, from a provider that answers at once.
_EFFECT = 3.0


def command_for(name: str) -> str:
    """What has the registration of that name begin anew."""
    return REGISTER.format(name)


def commands(told: Sequence[str]) -> List[str]:
    """Of some commands those that have a trunk register."""
    return [command for command in told if command.startswith(command_for(""))]


def needed(told: Sequence[str], before: Snapshot, after: Snapshot, now: float) -> List[str]:
    """Of such commands those for the trunks that a reload between two looks has left as they were.

    now: epoch seconds of the second look
    """
    idle = {one.name: one.next_at for one in before.registrations if one.state == "Unregistered"}
    begun = {
        one.name
        for one in after.registrations
        if one.driver == NAME
        and one.state == "Unregistered"
        and not _is_same(idle.get(one.name), one.next_at)
    }
    done = {command_for(name) for name in (begun | renewals(before, after, now)) if name}
    return [command for command in told if command not in done]


def _is_same(was: Optional[int], is_: Optional[int]) -> bool:
    """What a command has unregistered keeps the moment of its next REGISTER, and nothing comes of it then."""
    return was is not None and is_ is not None and abs(is_ - was) <= JITTER


def insisting(told: Collection[str], tell: Tell) -> Callable[[Report, float], Optional[float]]:
    """To be told about each look, and after how many seconds: gives those commands again that have had no effect.

    That is at once when the moment of a REGISTER has passed: the less time is between that and the next command, the
    surer it is that the unregistering ends while a REGISTER is still to come. Gives until when such a command, which
    unregisters first, has its effect: the one before it may have had its own just then.
    """
    given: Dict[str, float] = {}

    def insist(report: Report, watched: float) -> Optional[float]:
        again = []
        for verdict in report.verdicts:
            command = command_for(_name(verdict))
            if command in told and not verdict.ok and _is_lost(verdict, watched - given.get(command, 0.0)):
                again.append(command)
        if again:
            given.update(dict.fromkeys(again, watched))
            tell(again)
            return watched + _EFFECT
        return None

    return insist


def _name(verdict: Verdict) -> str:
    trunk = verdict.trunk
    return (trunk.registration.name if trunk.registration else None) or trunk.name


def _is_lost(verdict: Verdict, since: float) -> bool:
    """The moment of its REGISTER has passed, and that may be under way; since: seconds from the last command."""
    lease = verdict.lease
    if verdict.trunk.driver != NAME or lease is None:
        return False
    if lease.state == "Registered":
        # Until the unregistering is answered.
        return lease.late > 0 and since >= _AGAIN
    if lease.state != "Unregistered":
        return False
    return since >= _AGAIN_UNTOLD if lease.retry_in is None else lease.retry_in < 0 and since >= _AGAIN

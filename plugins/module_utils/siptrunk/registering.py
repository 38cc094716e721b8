# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have trunks of chan_pjsip register anew, and see to it that they do.

``pjsip send register`` unregisters first, and the REGISTER follows a second or two later. As long as the first one is
not answered, the second one is dropped, and none comes after it (``pjsip_regc_send()`` is busy;
res/res_pjsip_outbound_registration.c). So a provider that is slow, or away for some seconds, would lose the trunk.
Given again in time the command mends that; given while something is under way it does nothing.
"""

from __future__ import annotations

from typing import Callable, Collection, List, Sequence

from .asterisk.pjsip import NAME, REGISTER
from .asterisk.snapshot import Snapshot
from .judges.pjsip import renewals
from .verify import Report, Verdict

Tell = Callable[[Sequence[str]], None]
# Seconds from one time to the next.
_AGAIN = 2.0


def command_for(name: str) -> str:
    """What has the registration of that name begin anew."""
    return REGISTER.format(name)


def commands(told: Sequence[str]) -> List[str]:
    """Of some commands those that have a trunk register."""
    return [command for command in told if command.startswith(command_for(""))]


def needed(told: Sequence[str], before: Snapshot, after: Snapshot) -> List[str]:
    """Of such commands those for the trunks that a reload between two looks has left as they were."""
    begun = {one.name for one in after.registrations if one.driver == NAME and one.state == "Unregistered"}
    done = {command_for(name) for name in (begun | renewals(before, after)) if name}
    return [command for command in told if command not in done]


def insisting(told: Collection[str], tell: Tell) -> Callable[[Report, float], None]:
    """To be told about each look, and after how many seconds: gives those commands again that have had no effect."""
    given = 0.0

    def insist(report: Report, watched: float) -> None:
        nonlocal given
        lost = [command_for(_name(verdict)) for verdict in report.verdicts if _is_lost(verdict)]
        again = [command for command in lost if command in told]
        if again and watched - given >= _AGAIN:
            given = watched
            tell(again)

    return insist


def _name(verdict: Verdict) -> str:
    trunk = verdict.trunk
    return (trunk.registration.name if trunk.registration else None) or trunk.name


def _is_lost(verdict: Verdict) -> bool:
    """The moment of its REGISTER has passed; it may be under way."""
    lease = verdict.lease
    if verdict.trunk.driver != NAME or lease is None or lease.state != "Unregistered":
        return False
    return lease.retry_in is None or lease.retry_in < 0

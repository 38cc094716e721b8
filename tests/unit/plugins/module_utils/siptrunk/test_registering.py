# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Registration,
    Snapshot,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.causes import Finding
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.judges.scene import Lease
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.registering import (
    commands,
    insisting,
    needed,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Report, Verdict

COMMAND = "pjsip send register smartvox"
SHOWN = Registration("pjsip", "u@h", "h", "Registered", name="smartvox", next_at=1000)
TRUNK = ExpectedTrunk("smartvox", "pjsip", ExpectedRegistration("u", "h", 5060, "udp"), ())


def running(*registrations: Registration) -> Snapshot:
    return Snapshot("ami", registrations=registrations)


def test_other_commands_have_nothing_register() -> None:
    told = ["module reload res_pjsip.so", COMMAND, "pjsip send unregister smartvox", "dialplan reload"]
    assert commands(told) == [COMMAND]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # The reload left it as it was.
        (SHOWN, [COMMAND]),
        (replace(SHOWN, state="Rejected", next_at=1030), [COMMAND]),
        # It has just begun, or is done already.
        (replace(SHOWN, state="Unregistered", next_at=900), []),
        (replace(SHOWN, next_at=1500), []),
        (replace(SHOWN, next_at=970), []),
        # Only told to.
        (replace(SHOWN, next_at=952), [COMMAND]),
    ],
)
def test_what_a_reload_has_done_is_not_done_again(after: Registration, expected: list[str]) -> None:
    assert needed([COMMAND], running(SHOWN), running(after), 950.0) == expected


@pytest.mark.parametrize(("due", "expected"), [(1000, [COMMAND]), (1001, [COMMAND]), (953, []), (None, [])])
def test_what_was_unregistered_before_a_reload_does_not_begin_by_itself(
    due: int | None, expected: list[str]
) -> None:
    """Unless the reload has made it anew: then its moment is another one."""
    idle = replace(SHOWN, state="Unregistered")
    assert needed([COMMAND], running(idle), running(replace(idle, next_at=due)), 950.0) == expected


def look(lease: Lease | None, in_order: bool = False, **changes: Any) -> Report:
    finding = Finding("registered" if in_order else "trying", "", "", False)
    verdict = Verdict(replace(TRUNK, **changes), (finding,), lease)
    return Report((verdict,), (), running(), 0.0)


LATE = Lease("Registered", expires_in=8, late=2)


@pytest.mark.parametrize(
    ("lease", "expected"),
    [
        (Lease("Unregistered", retry_in=-1), [COMMAND]),
        (Lease("Unregistered", retry_in=0), []),
        (Lease("Unregistered", retry_in=1), []),
        # The unregistering is not answered yet.
        (LATE, [COMMAND]),
        (Lease("Registered", expires_in=11), []),
        (Lease("Rejected", retry_in=-1), []),
        (None, []),
    ],
)
def test_a_command_without_effect_is_given_again(lease: Lease | None, expected: list[str]) -> None:
    given: list[str] = []
    insist = insisting([COMMAND], given.extend)
    insist(look(lease), 0.5)
    assert given == []
    insist(look(lease), 1.0)
    assert given == expected
    # Asterisk may take a moment to show it.
    insist(look(lease), 1.5)
    assert given == expected


def test_where_the_moment_is_not_told_it_is_waited_for() -> None:
    times: list[float] = []
    now = 0.0
    insist = insisting([COMMAND], lambda _commands: times.append(now))
    for now in (half / 2 for half in range(14)):
        insist(look(Lease("Unregistered")), now)
    assert times == [3.0, 6.0]


def test_what_is_in_order_is_left_alone() -> None:
    given: list[str] = []
    assert insisting([COMMAND], given.extend)(look(LATE, in_order=True), 5.0) is None
    assert given == []


def test_it_says_until_when_a_command_takes_effect() -> None:
    assert insisting([COMMAND], lambda _commands: None)(look(LATE), 5.0) == 8.0


def test_nobody_else_is_told_to() -> None:
    given: list[str] = []
    insist = insisting([COMMAND], given.extend)
    insist(look(Lease("Unregistered", retry_in=-1), name="another"), 5.0)
    insist(look(Lease("Unregistered"), driver="chan_sip"), 10.0)
    assert given == []

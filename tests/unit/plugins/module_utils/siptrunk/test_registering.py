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
    ],
)
def test_what_a_reload_has_done_is_not_done_again(after: Registration, expected: list[str]) -> None:
    assert needed([COMMAND], running(SHOWN), running(after)) == expected


def look(lease: Lease | None, **changes: Any) -> Report:
    verdict = Verdict(replace(TRUNK, **changes), (), lease)
    return Report((verdict,), (), running(), 0.0)


@pytest.mark.parametrize(
    ("lease", "expected"),
    [
        (Lease("Unregistered", retry_in=-1), [COMMAND]),
        (Lease("Unregistered"), [COMMAND]),
        (Lease("Unregistered", retry_in=1), []),
        (Lease("Registered", expires_in=50), []),
        (Lease("Rejected", retry_in=-1), []),
        (None, []),
    ],
)
def test_a_command_without_effect_is_given_again(lease: Lease | None, expected: list[str]) -> None:
    given: list[str] = []
    insist = insisting([COMMAND], given.extend)
    insist(look(lease), 1.0)
    assert given == []
    insist(look(lease), 2.0)
    assert given == expected
    # Not at each look.
    insist(look(lease), 3.0)
    assert given == expected


def test_nobody_else_is_told_to() -> None:
    given: list[str] = []
    insist = insisting([COMMAND], given.extend)
    insist(look(Lease("Unregistered", retry_in=-1), name="another"), 5.0)
    insist(look(Lease("Unregistered"), driver="chan_sip"), 10.0)
    assert given == []

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes are refused with a reason, or rendered so that they read back; an emergency number is never a pattern's."""

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import dialplan, routing
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import DRIVERS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.routes import load_declared
from hypothesis import assume, given
from hypothesis import strategies as st

TRUNKS: list[dict[str, Any]] = [
    {"name": "a.b-c_d", "provider": {"host": "192.0.2.1"}, "outbound": {"max_channels": 1}},
    {"name": "b", "provider": {"host": "192.0.2.2"}, "outbound": {"caller_id": "4930"}},
    {"name": "c", "provider": {"host": "192.0.2.3"}},
]
digits = st.from_regex(r"[0-9]{1,4}", fullmatch=True)
route = st.fixed_dictionaries(
    {
        "name": st.from_regex(r"[a-z._-][a-z0-9._-]{0,8}", fullmatch=True),
        "patterns": st.lists(
            st.from_regex(r"[0-9]{1,4}|_[0-9XNZ+]{1,5}[.!]?", fullmatch=True), min_size=1, max_size=3
        ),
        "trunks": st.lists(st.sampled_from(["a.b-c_d", "b", "c"]), min_size=1, max_size=3, unique=True),
    },
    optional={
        "strip": st.integers(1, 4),
        "prepend": st.from_regex(r"\+?[0-9*#]{1,5}", fullmatch=True),
        "caller_id": digits,
    },
)
emergency = st.fixed_dictionaries(
    {
        "name": st.just("sos"),
        "patterns": st.lists(digits, min_size=1, max_size=3),
        "trunks": st.lists(st.sampled_from(["a.b-c_d", "b", "c"]), min_size=1, max_size=3, unique=True),
        "emergency": st.just(True),
    }
)


@given(st.lists(route | emergency, max_size=4), st.sampled_from(list(DRIVERS)))
def test_reads_back_and_emergencies_stand_everywhere(routes: list[dict[str, Any]], driver: str) -> None:
    try:
        trunks, ways = load_declared(TRUNKS, routes, driver=driver)
    except InvalidTrunks as invalid:
        assert all(problem.reason and problem.fix for problem in invalid.problems)
        assume(False)
    effective = load_text(str(dialplan.render(trunks, DRIVERS[driver], ways)))
    assert routing.read(effective) == routes
    numbers = {number for one in routes if one.get("emergency") for number in one["patterns"]}
    for section in effective.sections:
        if section.name.startswith(("to-", "route-")):
            answered = [entry.value.split(",")[0] for entry in section.entries if entry.key == "exten"]
            assert numbers <= set(answered)
            assert len(answered) == len(set(answered))

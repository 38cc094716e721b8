# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import changes

TRUNK: dict[str, Any] = {
    "name": "smartvox",
    "provider": {"host": "mysipsp.com"},
    "registration": {"user": "4321", "secret": "canary"},
    "inbound": {"numbers": {"1": {"goto": "internal,1,1"}}, "trust": ["mysipsp.com"]},
    "options": {"peer": {"busylevel": "2", "rtptimeout": "60"}},
}


def merged(**given: Any) -> dict[str, Any]:
    return changes.merged(TRUNK, {"name": "smartvox", **given})


def test_what_is_not_given_stays() -> None:
    assert merged() == TRUNK
    assert merged(media={"dtmf": "info"}) == {**TRUNK, "media": {"dtmf": "info"}}


def test_lists_are_replaced_and_mappings_are_merged() -> None:
    assert merged(inbound={"trust": ["192.0.2.1"]})["inbound"] == {**TRUNK["inbound"], "trust": ["192.0.2.1"]}
    assert merged(options={"peer": {"busylevel": "3"}})["options"] == {
        "peer": {"busylevel": "3", "rtptimeout": "60"}
    }
    assert merged(inbound={"numbers": {"2": {"goto": "internal,2,1"}}})["inbound"]["numbers"] == {
        "1": {"goto": "internal,1,1"},
        "2": {"goto": "internal,2,1"},
    }


def test_a_secret_and_its_md5_take_turns() -> None:
    assert merged(registration={"secret_md5": "0" * 32})["registration"] == {
        "user": "4321",
        "secret_md5": "0" * 32,
    }


def test_nothing_of_the_given_trunks_is_changed() -> None:
    before = repr(TRUNK)
    merged(registration={"secret": "x"}, options={"peer": {"busylevel": "3"}})
    assert repr(TRUNK) == before


def test_trunks_come_and_go() -> None:
    other = {**TRUNK, "name": "other"}
    assert changes.told([TRUNK], [other]) == ["remove trunk smartvox", "add trunk other"]
    assert changes.told([TRUNK], [TRUNK]) == []


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"registration": {"secret": "new canary"}}, "registration.secret changed"),
        ({"registration": {"expiry": 600}}, "registration.expiry 600"),
        ({"inbound": {"trust": []}}, 'inbound.trust [] (was ["mysipsp.com"])'),
        ({"options": {"peer": {"busylevel": "3"}}}, "options.peer.busylevel 3 (was 2)"),
        ({"media": {"codecs": ["alaw"]}}, 'media.codecs ["alaw"]'),
        (
            {"inbound": {"numbers": {"2": {"goto": "a,1,1"}}}},
            'inbound.numbers {"1": {"goto": "internal,1,1"}, "2": {"goto": "a,1,1"}} '
            '(was {"1": {"goto": "internal,1,1"}})',
        ),
    ],
)
def test_each_difference_is_told(given: dict[str, Any], line: str) -> None:
    assert changes.told([TRUNK], [merged(**given)]) == [f"trunk smartvox: {line}"]


def test_what_goes_is_told() -> None:
    without = {key: value for key, value in TRUNK.items() if key != "registration"}
    assert changes.told([TRUNK], [without]) == [
        "trunk smartvox: registration.user 4321 removed",
        "trunk smartvox: registration.secret removed",
    ]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
    from_json,
    to_json,
)

TRUNK = ExpectedTrunk(
    "smartvox",
    "chan_sip",
    ExpectedRegistration("43212345", "mysipsp.com", 5060, "udp", contact="1234"),
    (
        ExpectedPeer("smartvox-in", "mysipsp.com"),
        ExpectedPeer("smartvox-out", "mysipsp.com", 5060, trusted=False),
    ),
)
BY_ADDRESS = ExpectedTrunk("byip", "chan_sip", None, ())


def test_reads_back_what_it_wrote() -> None:
    assert from_json(to_json([TRUNK, BY_ADDRESS])) == [TRUNK, BY_ADDRESS]


def test_says_what_it_is() -> None:
    assert json.loads(to_json([])) == {"schema": "siptrunk.manifest/1", "trunks": []}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "siptrunk.manifest/2", "trunks": []}',
        '{"schema": "siptrunk.manifest/1", "trunks": [{}]}',
        '{"schema": "siptrunk.manifest/1", "trunks": {"a": 1}}',
    ],
)
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"trunks\.json: is "):
        from_json(text, "trunks.json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), 7),
        (("driver",), None),
        (("registration",), {"user": "x"}),
        (("peers",), [{"section": "a", "host": "b", "secret": "c"}]),
    ],
)
def test_unfit_parts_are_refused(path: tuple[str], value: Any) -> None:
    manifest = json.loads(to_json([TRUNK]))
    manifest["trunks"][0][path[0]] = value
    with pytest.raises(ConfigError):
        from_json(json.dumps(manifest))

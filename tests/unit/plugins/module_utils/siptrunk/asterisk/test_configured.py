# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import configured
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks


def expected(directory: Path, text: str) -> list[ExpectedTrunk]:
    (directory / "sip.conf").write_text(text)
    return configured.expected(str(directory))


def test_a_register_line_by_hand_and_the_peer_of_its_host(tmp_path: Path) -> None:
    text = """
[general]
defaultexpiry = 300
register => 43212345:password@sip.example.com/1234

[provider-in]
type=peer
host=sip.example.com
context=from-provider
"""
    assert expected(tmp_path, text) == [
        ExpectedTrunk(
            "provider",
            "chan_sip",
            ExpectedRegistration("43212345", "sip.example.com", 5060, "udp", contact="1234", expiry=300),
            (ExpectedPeer("provider-in", "sip.example.com"),),
        )
    ]


def test_two_accounts_at_one_host_are_two_trunks(tmp_path: Path) -> None:
    text = """
[general]
register => 111:password@sip.example.com
register => 222:password@sip.example.com
register => 222:password@sip.example.com
[voip]
type=friend
host=sip.example.com
port=5070
"""
    trunks = expected(tmp_path, text)
    assert [trunk.name for trunk in trunks] == ["voip", "222@sip.example.com"]
    assert trunks[1].peers == (ExpectedPeer("voip", "sip.example.com", 5070),)


def test_peers_without_a_registration_are_trunks_by_address_but_phones_are_not(tmp_path: Path) -> None:
    text = """
[general]
[defaults](!)
type=peer
host=192.0.2.1
[carrier]
type=peer
host=192.0.2.7
[phone]
type=friend
host=dynamic
[closed]
type=peer
host=192.0.2.9
deny=0.0.0.0/0.0.0.0
"""
    assert expected(tmp_path, text) == [
        ExpectedTrunk("carrier", "chan_sip", None, (ExpectedPeer("carrier", "192.0.2.7"),)),
        ExpectedTrunk("closed", "chan_sip", None, (ExpectedPeer("closed", "192.0.2.9", trusted=False),)),
    ]


@pytest.mark.parametrize("trust", [[], ["gw1.example.com", "gw2.example.com"]])
def test_of_our_own_file_it_expects_what_the_manifest_does(tmp_path: Path, trust: list[str]) -> None:
    trunks = load_trunks(
        [
            {
                "name": "smartvox",
                "provider": {"host": "sip.example.com", "port": 5070},
                "registration": {"user": "43212345", "secret": "password", "contact": "1234"},
                "inbound": {"trust": trust} if trust else {},
            }
        ]
    )
    (tmp_path / "sip_trunks.conf").write_text(str(chan_sip.render(trunks)))
    (found, *others) = expected(tmp_path, '[general]\n#tryinclude "sip_trunks.conf"\n')
    (declared,) = map(chan_sip.expectation, trunks)
    assert (found.name, found.registration) == (declared.name, declared.registration)
    assert {peer for trunk in [found, *others] for peer in trunk.peers} == set(declared.peers)


def test_a_file_that_asterisk_refuses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="refuses the whole file"):
        expected(tmp_path, '[general]\n#include "none.conf"\n')


def test_without_sip_conf_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        configured.expected(str(tmp_path))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import configured
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.pjsip import (
    account_of,
    registrar_of,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Registration,
    Snapshot,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import (
    DRIVERS,
    chan_sip,
    pjsip,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import verify


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


def test_without_any_file_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        configured.expected(str(tmp_path))


@pytest.fixture
def both_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DRIVERS, pjsip.NAME, pjsip)


BY_HAND = """
[transport-tls]
type=transport
protocol=tls
bind=0.0.0.0
[reg-1]
type=registration
transport=transport-tls
server_uri=sip:sip.example.com
client_uri=sip:43212345@SIP.example.com
outbound_auth=voip-auth
endpoint=voip
expiration=600
[voip-auth]
type=auth
username=43212345
password=the-password
[voip]
type=endpoint
context=in
disallow=all
allow=alaw
[voip-in]
type=identify
endpoint=voip
match=gw1.example.com,203.0.113.0/24
match=203.0.113.10
[phone]
type=endpoint
aors=phone
[phone]
type=aor
max_contacts=1
"""


@pytest.mark.usefixtures("both_drivers")
def test_objects_of_pjsip_by_hand(tmp_path: Path) -> None:
    (tmp_path / "pjsip.conf").write_text(BY_HAND)
    found = configured.expected(str(tmp_path))
    # It has no aor: calls are not expected to go out. A network is no host that could be looked up.
    peers = tuple(ExpectedPeer("voip", host, calling=False) for host in ("gw1.example.com", "203.0.113.10"))
    registration = ExpectedRegistration("43212345", "sip.example.com", 5061, "tls", expiry=600, name="reg-1")
    assert found == [ExpectedTrunk("voip", "pjsip", registration, peers)]
    assert "the-password" not in repr(found)


@pytest.mark.usefixtures("both_drivers")
def test_a_registration_alone_is_a_trunk(tmp_path: Path) -> None:
    text = "[r]\ntype=registration\nserver_uri=sip:sip.example.com\nclient_uri=sip:u@sip.example.com\n"
    (tmp_path / "pjsip.conf").write_text(text)
    (found,) = configured.expected(str(tmp_path))
    assert (found.name, found.peers) == ("r", ())


@pytest.mark.usefixtures("both_drivers")
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"inbound": {"trust": ["gw1.example.com", "203.0.113.9"]}},
        {"sections": {"outbound": "calls"}, "provider": {"host": "192.0.2.1", "transport": "tcp"}},
    ],
)
def test_of_our_own_pjsip_file_it_expects_what_the_manifest_does(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    declared = {
        "name": "smartvox",
        "provider": {"host": "sip.example.com", "port": 5070},
        "registration": {"user": "4321#2345", "secret": "password", "contact": "1234", "domain": "voip.test"},
    }
    trunks = load_trunks([{**declared, **more}], driver=pjsip.NAME)
    (tmp_path / "pjsip_trunks.conf").write_text(str(pjsip.render(trunks)))
    (tmp_path / "pjsip.conf").write_text("#include pjsip_trunks.conf\n")
    (found,) = configured.expected(str(tmp_path))
    (wanted,) = map(pjsip.expectation, trunks)
    assert found.registration is not None and wanted.registration is not None
    assert found.registration == replace(wanted.registration, name="smartvox")
    assert replace(found, registration=wanted.registration) == wanted


@pytest.mark.usefixtures("both_drivers")
def test_the_files_of_both_drivers_count(tmp_path: Path) -> None:
    (tmp_path / "pjsip.conf").write_text(BY_HAND)
    found = expected(tmp_path, "[general]\n[carrier]\ntype=peer\nhost=192.0.2.7\n")
    assert [(trunk.driver, trunk.name) for trunk in found] == [("chan_sip", "carrier"), ("pjsip", "voip")]


@pytest.mark.parametrize(
    ("general", "peer"),
    [
        # The host of the line is the name of a section, or a peer is named in front of it.
        ("register => 43212345:password@provider", ""),
        ("register => provider?43212345:password@sip.example.org", ""),
        ("", "defaultuser=43212345\nremotesecret=password\ncallbackextension=1234"),
    ],
)
def test_an_account_belongs_to_the_section_that_it_names(general: str, peer: str, tmp_path: Path) -> None:
    text = f"[general]\n{general}\n[provider]\ntype=peer\nhost=sip.example.com\n{peer}\n"
    (found,) = expected(tmp_path, text)
    assert (found.name, found.peers) == ("provider", (ExpectedPeer("provider", "sip.example.com"),))
    assert found.registration and found.registration.user == "43212345"
    assert found.registration.contact == ("1234" if peer else None)


@pytest.mark.parametrize(
    ("client", "server", "account"),
    [
        ("sip:sip.example.com", "sip:sip.example.com", ("", "sip.example.com", "sip.example.com", 5060)),
        ("sips:u@h.example", "sips:h.example", ("", "********", "********", 5060)),
        ("sip:u:password@h.example", "sip:[2001:db8::7]:5070", ("", "********", "[2001:db8::7]", 5070)),
    ],
)
def test_a_registration_that_is_no_trunk_of_ours_is_not_left_out(
    client: str, server: str, account: tuple[str, str, str, int], tmp_path: Path
) -> None:
    text = f"[r]\ntype=registration\nserver_uri={server}\nclient_uri={client}\n"
    (tmp_path / "pjsip.conf").write_text(text)
    (found,) = configured.expected(str(tmp_path))
    want = found.registration
    assert want and (want.user, want.domain, want.host, want.port) == account and want.name == "r"
    assert "password" not in repr(found)
    running = Registration(
        "pjsip", account_of(client), registrar_of(server), "Registered", name="r", next_at=1000
    )
    report = verify(
        [found],
        Snapshot("ami", "22", (running,)),
        now=900,
        resolve=lambda host, port: Addresses(frozenset(), True),
    )
    assert (report.status, report.unexpected) == ("ok", ())


def test_who_is_only_let_in_is_expected_to_be(tmp_path: Path) -> None:
    text = "[p]\ntype=endpoint\n[p]\ntype=identify\nendpoint=p\nmatch=192.0.2.7,203.0.113.0/24\n"
    (tmp_path / "pjsip.conf").write_text(text)
    assert configured.expected(str(tmp_path)) == [
        ExpectedTrunk("p", "pjsip", None, (ExpectedPeer("p", "192.0.2.7", calling=False),))
    ]


def test_wizards_count_but_those_of_telephones(tmp_path: Path) -> None:
    text = """
[trunk](!)
type=wizard
sends_auth=yes
sends_registrations=yes
[provider](trunk)
remote_hosts=sip.example.com
outbound_auth/username=43212345
outbound_auth/password=the-password
server_uri_pattern=sip:${REMOTE_HOST}\\;transport=tls
registration/expiration=600
[byip]
type=wizard
remote_hosts=192.0.2.7:5080
[phone]
type=wizard
accepts_registrations=yes
remote_hosts=192.0.2.8
"""
    (tmp_path / "pjsip_wizard.conf").write_text(text)
    registration = ExpectedRegistration(
        "43212345", "sip.example.com", 5061, "tls", expiry=600, name="provider-reg-0"
    )
    found = configured.expected(str(tmp_path))
    assert found == [
        ExpectedTrunk("provider", "pjsip", registration, (ExpectedPeer("provider", "sip.example.com"),)),
        ExpectedTrunk("byip", "pjsip", None, (ExpectedPeer("byip", "192.0.2.7", 5080),)),
    ]
    assert "the-password" not in repr(found)

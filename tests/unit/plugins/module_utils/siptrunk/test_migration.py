# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import deployment, states
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip, pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes

SIP_CONF = """\
[general]
context = nowhere
allowguest = no
externaddr = 203.0.113.5
localnet = 192.168.0.0/16
localnet = 10.0.0.0/8
register => 4321:canary@sip.example.com/1234 ; the carrier

[carrier](!)
type = peer
host = sip.example.com
disallow = all
allow = alaw

[main-in](carrier)
insecure = port,invite
context = from-carrier

[main-out](carrier)
defaultuser = 4321
fromuser = 4321
remotesecret = canary

[100] ; the telephone
type = friend
host = dynamic
secret = phone
"""
EXTENSIONS = """\
[internal]
exten => _X.,1,Dial(SIP/${EXTEN}@main-out,30) ; the carrier
exten => 100,1,Dial(SIP/100)
#include more.conf
"""
FILES = {
    "sip.conf": SIP_CONF,
    "pjsip.conf": "",
    "extensions.conf": EXTENSIONS,
    "more.conf": "[fax]\nexten => _X.,1,Dial(SIP/main-out/${EXTEN}&SIP/100)\n",
}


@pytest.fixture
def there(tmp_path: Path) -> states.Pbx:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return states.Pbx(
        str(tmp_path),
        pjsip,
        "included",
        Attributes(os.getuid(), os.getgid(), 0o640),
        beside=("chan_sip",),
        catalogue=of_release("16.28.0"),
    )


def text(there: states.Pbx, name: str) -> str:
    return Path(there.config_dir, name).read_text()


def migrate(there: states.Pbx, *given: dict[str, Any]) -> states.Planned:
    planned = states.plan("migrated", given, there)
    deployment.apply(planned.files, backup=False)
    return planned


def test_trunks_by_hand_move_with_the_calls_of_the_dialplan_and_telephones_stay(there: states.Pbx) -> None:
    planned = migrate(there)
    (trunk,) = planned.after
    assert trunk["name"] == "main"
    assert trunk["registration"] == {"user": "4321", "secret": "canary", "contact": "1234", "expiry": 120}
    assert planned.reload == (
        "sip reload", "module reload res_pjsip.so", "dialplan reload"
    )  # fmt: skip
    kept = text(there, "sip.conf")
    assert "register =>" not in kept and "[main-" not in kept
    assert "[100] ; the telephone\ntype = friend\n" in kept and "localnet = 10.0.0.0/8\n" in kept
    assert text(there, "extensions.conf").startswith(
        "[internal]\n"
        "exten => _X.,1,Dial(PJSIP/${EXTEN}@main,30) ; the carrier\n"
        "exten => 100,1,Dial(SIP/100)\n"
    )
    assert text(there, "more.conf") == "[fax]\nexten => _X.,1,Dial(PJSIP/${EXTEN}@main&SIP/100)\n"
    assert "password = canary\n" in text(there, "pjsip_trunks.conf")
    again = states.plan("migrated", [], there)
    assert not any(file.changes for file in again.files)
    assert again.changes == () and again.reload == ()


def test_what_general_says_of_transports_goes_with_them(there: states.Pbx) -> None:
    migrate(there)
    transports = text(there, "pjsip_trunks_transports.conf")
    # chan_sip keeps its port, for the telephones.
    assert "[trunks-udp]\ntype = transport\nprotocol = udp\nbind = 0.0.0.0:5062\n" in transports
    for line in (
        "external_media_address = 203.0.113.5",
        "external_signaling_address = 203.0.113.5",
        "local_net = 192.168.0.0/16\nlocal_net = 10.0.0.0/8",
    ):
        assert f"\n{line}\n" in transports
    # And stays when the trunks are deployed again.
    again = states.plan("merged", [], there)
    assert not any(file.changes for file in again.files)


def test_what_is_given_says_more(there: states.Pbx) -> None:
    (trunk,) = migrate(there, {"name": "main", "registration": {"expiry": 600}}).after
    assert trunk["registration"]["expiry"] == 600
    assert trunk["registration"]["secret"] == "canary"
    assert "expiration = 600\n" in text(there, "pjsip_trunks.conf")


def test_trunks_of_ours_move_with_all_that_their_files_say(there: states.Pbx) -> None:
    own = {
        "name": "own",
        "provider": {"host": "192.0.2.9"},
        "registration": {"user": "u", "secret": "canary2"},
        "inbound": {"numbers": {"77": {"goto": "internal,100,1"}}},
        "outbound": {"max_channels": 2},
    }
    by_chan_sip = states.Pbx(there.config_dir, chan_sip, "included", there.attributes)
    deployment.apply(states.plan("replaced", [own], by_chan_sip).files, backup=False)
    planned = migrate(there)
    assert {trunk["name"]: trunk for trunk in planned.after}["own"] == own
    assert "register" not in text(there, "sip_trunks.conf")
    assert "exten => 77,1,Goto(internal,100,1)\n" in text(there, "extensions_trunks.conf")


def test_calls_that_only_people_can_change_are_refused(there: states.Pbx) -> None:
    path = Path(there.config_dir, "extensions.conf")
    path.write_text("[globals]\nTRUNK=SIP/main-out\n" + EXTENSIONS)
    with pytest.raises(
        SipTrunkError, match=r"extensions\.conf:2: \[globals\] SIP/main-out: chan_pjsip takes"
    ):
        states.plan("migrated", [], there)
    assert text(there, "sip.conf") == SIP_CONF


def test_without_a_trunk_nothing_moves(there: states.Pbx) -> None:
    Path(there.config_dir, "sip.conf").write_text("[general]\nallowguest = no\n")
    planned = migrate(there)
    assert planned.before == planned.after == []
    assert text(there, "sip.conf") == "[general]\nallowguest = no\n"


def test_a_device_that_authenticates_and_does_not_register_stays(there: states.Pbx) -> None:
    device = (
        "[gate]\ntype = peer\nhost = 192.0.2.21\ndefaultuser = gate\nsecret = canary3\ncontext = internal\n"
    )
    Path(there.config_dir, "sip.conf").write_text(SIP_CONF + device)
    planned = migrate(there)
    assert [trunk["name"] for trunk in planned.after] == ["main"]
    assert device in text(there, "sip.conf")
    assert any("[gate] authenticates its calls" in warning for warning in planned.warnings)


def test_what_only_people_can_know_is_told(there: states.Pbx) -> None:
    more = "exten => 1,1,Dial(SIP/${EXTEN}@${PEER})\nsame => n,Set(X=${SIP_HEADER(To)})\nsame => n,Dial(SIP/${EXTEN})\n"
    Path(there.config_dir, "extensions.conf").write_text("[a]\n" + more + EXTENSIONS)
    told = [warning for warning in migrate(there).warnings if "extensions.conf" in warning]
    assert [warning.split(": ")[1] for warning in told] == ["[a] SIP/${EXTEN}@${PEER}", "[a] SIP_HEADER("]


def test_what_freepbx_writes_is_not_changed(there: states.Pbx) -> None:
    Path(there.config_dir, "sip.conf").write_text("[general]\n#include sip_additional.conf\n")
    Path(there.config_dir, "sip_additional.conf").write_text(SIP_CONF.partition("\n\n")[2])
    with pytest.raises(SipTrunkError, match=r"sip_additional\.conf: FreePBX writes"):
        states.plan("migrated", [], there)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("sip.conf", "register => 4321:canary@sip.example.com\n"),
        (
            "pjsip.conf",
            "[old]\ntype=registration\nserver_uri=sip:sip.example.com\nclient_uri=sip:4321@sip.example.com\n",
        ),
    ],
)
def test_an_account_is_registered_once(there: states.Pbx, name: str, more: str) -> None:
    Path(there.config_dir, "sip.conf").write_text("[general]\n")
    path = Path(there.config_dir, name)
    path.write_text(path.read_text() + more)
    trunk = {
        "name": "new",
        "provider": {"host": "sip.example.com"},
        "registration": {"user": "4321", "secret": "canary"},
    }
    with pytest.raises(
        SipTrunkError, match=rf"{name}:\d+: .*registers the account of the trunk new here, too"
    ):
        states.plan("replaced", [trunk], there)

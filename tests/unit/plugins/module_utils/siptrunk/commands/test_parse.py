# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import parse
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError

SECRET = "Tr0ub4dor&3"
BY_HAND = f"""\
[general]
bindport = 5060
register => 43212345:{SECRET}@mysipsp.com/1234
#include "peers.conf"
"""
PEERS = f"""\
[provider-in]
type = peer
host = mysipsp.com
insecure = port,invite
[provider-out]
type = peer
host = mysipsp.com
defaultuser = caller
secret = {SECRET}2
md5secret = {SECRET}
"""


@pytest.fixture
def sip_conf(tmp_path: Path) -> Path:
    (tmp_path / "peers.conf").write_text(PEERS)
    path = tmp_path / "sip.conf"
    path.write_text(BY_HAND)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    parser = argparse.ArgumentParser()
    parse.configure(parser)
    assert parse.run(parser.parse_args(arguments)) == 0
    output = capsys.readouterr()
    return json.loads(output.out), output.out + output.err


def test_tells_trunks_and_leftovers_with_secrets_masked(
    sip_conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, output = run(capsys, str(sip_conf))
    assert found == {
        "schema": "siptrunk.parse/1",
        "trunks": [
            {
                "name": "provider",
                "provider": {"host": "mysipsp.com"},
                "registration": {"user": "43212345", "secret": "********", "contact": "1234", "expiry": 120},
                "inbound": {"context": "default"},
                "outbound": {"auth": "own", "user": "caller", "secret": "********", "from_caller": True},
                "media": {"codecs": ["ulaw", "alaw", "gsm", "h263"], "direct": True},
                "nat": {"keepalive": 0},
                "options": {"peer": {"nat": "auto_force_rport"}},
            }
        ],
        "drivers": ["chan_sip"],
        "leftovers": [
            {
                "path": str(sip_conf),
                "line": 2,
                "section": "general",
                "key": "bindport",
                "value": "********",
                "reason": "is a setting for all, not for a trunk",
                "fate": "lost",
            },
            {
                "path": str(tmp_path / "peers.conf"),
                "line": 10,
                "section": "provider-out",
                "key": "md5secret",
                "value": "********",
                "reason": "is no MD5 of user:realm:secret: chan_sip can authenticate with nothing",
                "fate": "lost",
            },
        ],
    }
    assert SECRET not in output


def test_reveals_secrets_when_asked(sip_conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, _errors = run(capsys, str(sip_conf), "--reveal-secrets", "--driver", "chan_sip")
    assert found["trunks"][0]["registration"]["secret"] == SECRET
    assert found["trunks"][0]["outbound"]["secret"] == SECRET + "2"


def test_a_file_that_is_included_elsewhere_may_add_to_general(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sip_trunks.conf"
    path.write_text("[general](+)\nregister => u:s@sip.example.com\n")
    found, _errors = run(capsys, str(path))
    assert found["trunks"][0]["provider"] == {"host": "sip.example.com"}


def test_what_asterisk_refuses_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sip.conf"
    path.write_text(f"[general](+)\nsecret={SECRET}\n")
    with pytest.raises(ConfigError) as caught:
        run(capsys, str(path))
    assert SECRET not in str(caught.value)
    with pytest.raises(ConfigError):
        run(capsys, str(tmp_path / "absent.conf"))


PJSIP = """\
[udp]
type = transport
bind = 0.0.0.0
[carrier]
type = endpoint
aors = carrier
allow = alaw
[carrier]
type = aor
contact = sip:192.0.2.1
"""


def test_a_directory_is_read_for_both_drivers(sip_conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = sip_conf.parent
    (directory / "pjsip.conf").write_text(PJSIP)
    found, output = run(capsys, str(directory))
    assert [(trunk["name"], driver) for trunk, driver in zip(found["trunks"], found["drivers"])] == [
        ("carrier", "pjsip"),
        ("provider", "chan_sip"),
    ]
    assert {Path(leftover["path"]).name for leftover in found["leftovers"]} == {
        "pjsip.conf",
        "sip.conf",
        "peers.conf",
    }
    assert SECRET not in output
    found, _output = run(capsys, str(directory), "--driver", "chan_sip", "--reveal-secrets")
    assert found["drivers"] == ["chan_sip"]
    assert found["trunks"][0]["registration"]["secret"] == SECRET


def test_of_a_directory_the_dialplan_that_is_ours_is_read_too(
    sip_conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sip_conf.parent / "extensions_trunks.conf").write_text(
        "[default]\nexten => 1234,1,Goto(internal,100,1)\n"
    )
    found, _output = run(capsys, str(sip_conf.parent))
    assert found["trunks"][0]["inbound"]["numbers"] == {"1234": {"goto": "internal,100,1"}}


def test_a_directory_without_such_files_holds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _output = run(capsys, str(tmp_path))
    assert (found["trunks"], found["leftovers"]) == ([], [])
    with pytest.raises(ConfigError):
        run(capsys, str(tmp_path), "--driver", "pjsip")


def test_a_file_that_asterisk_refuses_does_not_hide_the_other_one(
    sip_conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sip_conf.parent / "pjsip.conf").write_text("[a](b)\n")
    found, _output = run(capsys, str(sip_conf.parent))
    assert found["drivers"] == ["chan_sip"]
    assert "Asterisk would refuse the whole file" in found["leftovers"][0]["reason"]
    with pytest.raises(ConfigError):
        run(capsys, str(sip_conf.parent), "--driver", "pjsip")

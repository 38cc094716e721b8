# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import stat
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import __main__
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import convert
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

SECRET = "Tr0ub4dor&3"
SIP = f"""\
[general]
allowguest = no
register => 43212345:{SECRET}@sip.example.com/1234
[template](!)
insecure = port,invite
disallow = all
allow = alaw
#include "peers.conf"
"""
PEERS = f"""\
[provider-in](template)
type = peer
host = sip.example.com
nat = yes
[provider-out](template)
type = peer
host = sip.example.com
nat = yes
defaultuser = 43212345
secret = {SECRET}
[201]
type = friend
host = dynamic
secret = {SECRET}201
"""
DIALPLAN = "[out]\nexten => _X.,1,Dial(SIP/${EXTEN}@provider-out)\n"


@pytest.fixture
def sip_conf(tmp_path: Path) -> Path:
    (tmp_path / "peers.conf").write_text(PEERS)
    (tmp_path / "sip.conf").write_text(SIP)
    return tmp_path / "sip.conf"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    convert.configure(parser)
    return convert.run(parser.parse_args([*arguments, "--to", "pjsip"]))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_prints_configuration_and_report(sip_conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(sip_conf)) == 0
    output = capsys.readouterr()
    assert f"password = {SECRET}\n" in output.out
    assert "[provider]\ntype = endpoint\n" in output.out
    lines = output.err.splitlines()
    assert f"[201] in {sip_conf.parent}/peers.conf" in lines
    assert "  left alone, 3 options: is no trunk: a trunk is a type=peer with the host of a provider" in lines
    assert "  3: register = 43212345:********@sip.example.com/1234: carried -> " in output.err
    assert lines[-1].startswith("Trunks: 1. Options: ") and lines[-1].endswith("Problems: 0.")
    assert SECRET not in output.err


def test_writes_files_that_nobody_else_can_read(
    sip_conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "extensions.conf").write_text(DIALPLAN)
    files = {option: tmp_path / option for option in ("output", "report", "trunks")}
    arguments = [argument for option, path in files.items() for argument in (f"--{option}", str(path))]
    assert run(str(sip_conf), "--asterisk", "22", *arguments) == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 1
    assert [mode(path) for path in files.values()] == [0o600] * 3
    assert SECRET in files["output"].read_text()
    (trunk,) = load_trunks(json.loads(files["trunks"].read_text())["sip_trunks"], driver="pjsip")
    assert trunk.registration and trunk.registration.secret == SECRET

    report = files["report"].read_text()
    assert SECRET not in report
    told = json.loads(report)
    assert (told["schema"], told["from"], told["to"]) == ("siptrunk.convert/1", "chan_sip", "pjsip")
    assert (told["asterisk"], told["complete"], told["trunks"]) == ("22", True, ["provider"])
    assert told["endpoints"] == {"provider-in": "provider", "provider-out": "provider"}
    assert told["summary"] == {"carried": 12, "changed": 4, "not_representable": 0, "left_alone": 6}
    assert told["options"][1] == {
        "path": str(sip_conf),
        "line": 3,
        "section": "general",
        "key": "register",
        "value": "43212345:********@sip.example.com/1234",
        "outcome": "carried",
        "places": [
            *(
                {"kind": "registration", "section": "provider", "option": option}
                for option in ("server_uri", "client_uri", "contact_user", "expiration")
            ),
            {"kind": "auth", "section": "provider", "option": "username"},
            {"kind": "auth", "section": "provider", "option": "password"},
        ],
        "how": None,
        "why": None,
        "instead": None,
    }
    assert told["problems"] == []
    assert told["dialplan"] == [
        {
            "path": str(tmp_path / "extensions.conf"),
            "line": 2,
            "section": "out",
            "old": "SIP/${EXTEN}@provider-out",
            "new": "PJSIP/${EXTEN}@provider",
            "instead": None,
        }
    ]
    assert told["settings"].startswith("[transport-udp]\ntype = transport\n")


def test_prints_the_report_as_json(sip_conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(sip_conf), "--format", "json") == 0
    assert json.loads(capsys.readouterr().err)["asterisk"] is None


def test_what_could_not_be_carried_is_1_and_the_rest_is_there(
    sip_conf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sip_conf.write_text(SIP.replace("allowguest = no", "allowguest = no\nbindport = 5070"))
    assert run(str(sip_conf)) == 1
    output = capsys.readouterr()
    assert "[provider]\ntype = endpoint\n" in output.out
    assert "2: allowguest = no: changed" in output.err
    assert "3: bindport = 5070: NOT REPRESENTABLE" in output.err
    assert (
        "      do: write into pjsip.conf, if it is not there: [transport-udp] bind=0.0.0.0:5070" in output.err
    )
    assert "To be written into pjsip.conf" in output.err


def test_a_refused_trunk_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sip.conf"
    path.write_text("[anonymous]\ntype=peer\nhost=192.0.2.7\ninsecure=port,invite\n")
    assert run(str(path)) == 1
    output = capsys.readouterr()
    assert "type" not in output.out
    assert "Problems\n  trunk anonymous: name: is the endpoint of everybody" in output.err


def test_a_dialplan_that_asterisk_refuses_is_told(
    sip_conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "extensions.conf").write_text("[out\n")
    assert run(str(sip_conf)) == 0
    assert "the dialplan is not looked at" in capsys.readouterr().err


def test_variables_of_the_dialplan_are_told(
    sip_conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "extensions.conf").write_text("[globals]\nTRUNK=SIP/provider-out\n")
    assert run(str(sip_conf)) == 0
    told = capsys.readouterr().err
    assert "extensions.conf:2 [globals] SIP/provider-out -> chan_pjsip takes NUMBER@ENDPOINT" in told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sip_custom.conf", f"[gw]\ntype=peer\nhost=192.0.2.7\ninsecure=port\nremotesecret={SECRET}\nusername=u\n"),
        ("sip_registrations_custom.conf", f"register=u:{SECRET}@sip.example.com/1\n"),
        ("form.txt", f"host=192.0.2.7&type=peer&insecure=invite\nusername=u\nsecret={SECRET}\n"),
    ],
)  # fmt: skip
def test_reads_files_of_freepbx(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert run(str(path)) == 0
    output = capsys.readouterr()
    assert f"password = {SECRET}\n" in output.out
    assert SECRET not in output.err


def test_a_secret_in_the_value_of_another_option_is_masked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "form.txt"
    path.write_text(f"host=192.0.2.7\nusername=u&secret={SECRET}\ncontext=u:{SECRET}@sip.example.com\n")
    run(str(path), "--format", "json")
    told = capsys.readouterr().err
    assert SECRET not in told and '"value": "********"' in told


def test_what_asterisk_refuses_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sip.conf"
    path.write_text(f"[gw](missing)\nsecret={SECRET}\n")
    with pytest.raises(ConfigError) as caught:
        run(str(path))
    assert SECRET not in str(caught.value)
    assert __main__.main(["convert", str(path), "--to", "pjsip"]) == 2
    assert __main__.main(["convert", str(tmp_path / "absent.conf"), "--to", "pjsip"]) == 2
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit) as usage:
        __main__.main(["convert", str(path)])
    assert usage.value.code == 2

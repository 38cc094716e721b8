# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import (
    ami,
    cli,
    live,
    pjsip,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.live import observe
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Endpoint,
    Peer,
    Registration,
    Unavailable,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedTrunk,
)

from . import recorded

OLD = ExpectedTrunk(
    "old",
    "chan_sip",
    None,
    tuple(ExpectedPeer(name, "sip.example.com") for name in ("smartvox-in", "lost-in", "nope")),
)
ALL = {
    "core_show_version": "cli_version",
    "sip_show_registry": "cli_registry",
    "sip_show_peer_smartvox-in": "cli_peer",
    "sip_show_peer_lost-in": "cli_peer_without_address",
    "sip_show_peer_nope": "cli_peer_unknown",
}


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.program(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")


def test_over_ami_names_are_whole(tmp_path: Path) -> None:
    with recorded.ami_server("ami_lists") as port:
        seen = observe([], config_dir=str(recorded.config_dir(tmp_path, port)))
    assert (seen.source, seen.asterisk, seen.failure, seen.notes) == (
        "ami",
        "16.28.0~dfsg-0+deb11u10",
        None,
        (),
    )
    assert len(seen.registrations) == 9
    assert (
        Registration(
            "chan_sip",
            "43217777@voip.example.com",
            "a-very-long-name-of-a-provider.voip.example.com:5060",
            "Registered",
            1785,
            1795400836,
        )
        in seen.registrations
    )
    assert seen.peers["smartvox-in"] == Peer("203.0.113.10", "OK (1 ms)")
    assert seen.peers["lost-in"] == Peer(None, "Unmonitored")
    assert "a-very-long-name-of-a-peer-section-indeed-in" in seen.peers


def test_without_an_ami_user_the_cli_is_asked_and_that_is_said(tmp_path: Path) -> None:
    with recorded.cli_server(tmp_path, **ALL):
        seen = observe([OLD], config_dir=str(tmp_path))
    assert (seen.source, seen.asterisk, len(seen.registrations)) == ("cli", "16.28.0~dfsg-0+deb11u10", 9)
    assert seen.peers == {
        "smartvox-in": Peer("203.0.113.10", "OK (1 ms)"),
        "lost-in": Peer(None, "Unmonitored"),
    }
    assert "manager_trunks.conf" in seen.notes[0]


def test_a_refused_login_leads_to_the_cli_and_does_not_show_the_secret(tmp_path: Path) -> None:
    with recorded.ami_server("ami_lists", secret="another") as port:
        recorded.config_dir(tmp_path, port)
        with recorded.cli_server(tmp_path, **ALL):
            seen = observe([], config_dir=str(tmp_path))
    assert seen.source == "cli" and "Authentication failed" in seen.notes[0]
    assert recorded.SECRET not in repr(seen)


def test_a_driver_that_is_not_loaded_is_known_over_ami(tmp_path: Path) -> None:
    with recorded.ami_server("ami_no_chan_sip") as port:
        seen = observe([], config_dir=str(recorded.config_dir(tmp_path, port)))
    assert seen.failure is None
    assert seen.unavailable["chan_sip"].cause == "driver_not_loaded"


def test_an_asterisk_that_is_down_is_a_failure_and_no_exception(tmp_path: Path) -> None:
    # Nobody listens on port 1.
    seen = observe([], config_dir=str(recorded.config_dir(tmp_path, 1)))
    assert seen.failure is not None and seen.failure.cause == "not_running"
    assert seen.source is None


def access(port: int, secret: str = recorded.SECRET) -> ami.Access:
    return ami.Access("127.0.0.1", port, "siptrunk", secret)


def test_another_manager_interface_is_asked_and_nothing_else(tmp_path: Path) -> None:
    with recorded.ami_server("pjsip22_ami") as port, recorded.cli_server(tmp_path):
        seen = observe([NEW], config_dir=str(tmp_path), access=access(port))
    assert (seen.source, seen.failure, seen.notes) == ("ami", None, ())
    assert {one.name: one.state for one in seen.registrations}["named"] == "Registered"
    assert seen.unseen["pjsip"].cause == "permission_denied" and not seen.endpoints


def test_another_manager_interface_that_does_not_help_is_a_failure(tmp_path: Path) -> None:
    with recorded.ami_server("ami_lists") as port:
        refused = observe([], config_dir=str(tmp_path), access=access(port, "another")).failure
    nobody = observe([], config_dir=str(tmp_path), access=access(1)).failure
    assert refused and refused.cause == "permission_denied" and "another" not in repr(refused)
    assert nobody and nobody.cause == "not_answering"


def test_who_may_not_use_the_control_socket_sees_what_ami_shows(tmp_path: Path) -> None:
    with recorded.ami_server("pjsip22_ami") as port:
        seen = observe([NEW], config_dir=str(recorded.config_dir(tmp_path, port)))
    assert seen.source == "ami" and len(seen.registrations) == 11
    assert {one.next_at for one in seen.registrations} == {None}
    assert seen.unseen["pjsip"].cause == "not_running"


NEW = ExpectedTrunk("several", "pjsip", None, (ExpectedPeer("several", "127.0.0.3"),))


def pjsip_server(directory: Path, version: str, **more: str) -> contextlib.AbstractContextManager[Path]:
    return recorded.cli_server(
        directory,
        core_show_version="pjsip22_version",
        core_show_uptime_seconds="pjsip22_uptime",
        pjsip_show_registrations=f"pjsip{version}_registrations",
        pjsip_show_endpoints=f"pjsip{version}_endpoints",
        pjsip_show_transports="pjsip22_transports",
        **{"module_show_like_chan__pjsip.so": "pjsip_module", **more},
    )


@pytest.mark.parametrize("version", ["16", "22"])
def test_of_pjsip_ami_gives_the_accounts_and_the_cli_what_ami_does_not_tell(
    version: str, tmp_path: Path
) -> None:
    before = int(time.time())
    with recorded.ami_server(f"pjsip{version}_ami") as port, pjsip_server(tmp_path, version):
        seen = observe([NEW], config_dir=str(recorded.config_dir(tmp_path, port)))
    assert (seen.source, seen.failure, seen.notes) == ("ami", None, ())
    assert len(seen.registrations) == 11
    (named,) = (one for one in seen.registrations if one.name == "named")
    assert (named.account, named.registrar) == ("43219999@sip.example.com", "sip.example.com:5060")
    assert (named.state, named.retry_interval) == ("Registered", 60)
    assert named.next_at is not None and 0 < named.next_at - before <= 115
    assert seen.endpoints["several"].addresses == ("127.0.0.3", "127.0.0.4", "2001:db8::7", "127.0.0.5")
    assert seen.started_at is not None and before - 20 < seen.started_at < before
    assert seen.protocols == {"udp", "tls"}


def test_the_passwords_that_pjsip_sends_along_are_nowhere(tmp_path: Path) -> None:
    assert "Password: masked-password" in recorded.text("pjsip22_ami")
    with recorded.ami_server("pjsip22_ami") as port, pjsip_server(tmp_path, "22"):
        seen = observe([NEW], config_dir=str(recorded.config_dir(tmp_path, port)))
    assert "masked-password" not in repr(seen)


def test_the_file_of_the_trunks_is_their_own_or_the_main_one(tmp_path: Path) -> None:
    for name, at in (("sip.conf", 1000), ("pjsip.conf", 1001), ("pjsip_trunks.conf", 1002)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (at, at))
    with recorded.cli_server(tmp_path, **ALL):
        seen = observe([OLD], config_dir=str(tmp_path))
    assert seen.written == {"chan_sip": ("sip.conf", 1000), "pjsip": ("pjsip_trunks.conf", 1002)}


def test_chan_pjsip_must_run_though_its_registrations_are_shown_without_it(tmp_path: Path) -> None:
    with pjsip_server(tmp_path, "22", **{"module_show_like_chan__pjsip.so": "pjsip_no_module"}):
        seen = observe([NEW], config_dir=str(tmp_path))
    assert seen.unavailable["pjsip"].cause == "driver_not_loaded"


def test_one_driver_that_is_not_loaded_does_not_hide_the_other(tmp_path: Path) -> None:
    with recorded.cli_server(tmp_path, **ALL):
        seen = observe([OLD, NEW], config_dir=str(tmp_path))
    assert len(seen.registrations) == 9 and seen.failure is None
    assert seen.unavailable["pjsip"].cause == "driver_not_loaded"
    assert "chan_sip" not in seen.unavailable


def test_without_ami_each_registration_is_asked_for_its_account(tmp_path: Path) -> None:
    names = [one.name for one in pjsip.read_registrations(recorded.text("pjsip22_registrations"))]
    asked = {f"pjsip_show_registration_{name}": "pjsip_registration_unknown" for name in names}
    asked["pjsip_show_registration_named"] = "pjsip22_registration"
    with pjsip_server(tmp_path, "22", **asked):
        seen = observe([NEW], config_dir=str(tmp_path))
    assert seen.source == "cli"
    # Those that went away in between are left out.
    assert [(one.name, one.account) for one in seen.registrations] == [("named", "43219999@sip.example.com")]
    assert seen.endpoints["several"] == Endpoint(
        ("127.0.0.3", "127.0.0.4", "2001:db8::7", "127.0.0.5"), seen.endpoints["several"].contacts
    )


@pytest.mark.parametrize("name", ["sip_trunks.conf", "sip.conf"])
def test_for_chan_sip_to_look_names_up_a_file_must_have_changed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(cli, "connect", lambda _directory, timeout: lambda one: asked.append(one) or "")
    for each in ("pjsip_trunks.conf", name):
        (tmp_path / each).write_text("x")
    times = [os.stat(tmp_path / name).st_mtime_ns]
    for command in ("dialplan reload", "sip reload"):
        live.tell([command], config_dir=str(tmp_path))
        times.append(os.stat(tmp_path / name).st_mtime_ns)
    assert asked == ["dialplan reload", "sip reload"]
    assert times[1] == times[0] < times[2] < times[0] + 1_000_000
    # Without one, Asterisk is told all the same.
    (tmp_path / name).unlink()
    live.tell(["sip reload"], config_dir=str(tmp_path))
    assert asked[2:] == ["sip reload"]


def test_a_reload_that_asterisk_drops_is_given_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [recorded.text(name) for name in ("reload_in_progress", "reload_in_progress", "reload")]
    monkeypatch.setattr(cli, "connect", lambda _directory, timeout: lambda _command: answers.pop(0))
    live.tell(["module reload res_pjsip.so"], config_dir=str(tmp_path))
    assert not answers


def test_a_reload_that_does_not_end_is_said_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = recorded.text("reload_in_progress")
    monkeypatch.setattr(cli, "connect", lambda _directory, timeout: lambda _command: busy)
    with pytest.raises(Unavailable, match="another reload"):
        live.tell(["module reload res_pjsip.so"], config_dir=str(tmp_path), timeout=0.6)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import socket
import time
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import cli
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Peer,
    Unavailable,
)

from . import recorded


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch):
    """The zone of the PBX on which the output was recorded."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_reads_each_registration() -> None:
    found = {one.account: one for one in cli.read_registrations(recorded.text("cli_registry"), "chan_sip")}
    assert {account: one.state for account, one in found.items()} == {
        "43210503": "Request Sent",
        "43210403": "No Authentication",
        "43210404": "Rejected",
        "43212346": "Auth. Sent",
        "43215555": "Request Sent",
        "43210000": "Request Sent",
        "43212345": "Registered",
        "43217777@voi": "Registered",
        "43216666": "Request Sent",
    }
    long = found["43217777@voi"]
    assert long.registrar == "a-very-long-name-of-a-provider.voip.exa"
    assert (long.refresh, long.cut) == (1785, True)


def test_reads_the_time_of_a_registration_as_local_time() -> None:
    found = {one.account: one for one in cli.read_registrations(recorded.text("cli_registry"), "chan_sip")}
    # date -d 2026-11-23T02:27:16Z +%s
    assert found["43212345"].registered_at == 1795400836
    assert found["43210404"].registered_at is None


def test_lines_before_the_header_do_not_matter() -> None:
    output = "No ethernet interface found for seeding global EID.\n" + recorded.text("cli_registry")
    assert len(cli.read_registrations(output, "chan_sip")) == 9


def test_an_empty_registry_is_no_error() -> None:
    assert cli.read_registrations(recorded.text("cli_registry_empty"), "chan_sip") == []


def test_a_line_that_cannot_be_read_is_not_skipped() -> None:
    output = recorded.text("cli_registry").replace("Rejected", "Enjoying")
    with pytest.raises(Unavailable, match="has 9 registrations, 8 were read") as unreadable:
        cli.read_registrations(output, "chan_sip")
    assert unreadable.value.cause == "unreadable"


def test_output_that_ends_early_is_not_believed() -> None:
    with pytest.raises(Unavailable):
        cli.read_registrations("\n".join(recorded.text("cli_registry").splitlines()[:-1]), "chan_sip")


@pytest.mark.parametrize(
    ("recording", "peer"),
    [
        ("cli_peer", Peer("203.0.113.10", "OK (1 ms)")),
        ("cli_peer_without_address", Peer(None, "Unmonitored")),
        ("cli_peer_unknown", None),
    ],
)
def test_reads_a_peer(recording: str, peer: Peer) -> None:
    assert cli.read_peer(recorded.text(recording)) == peer


def test_reads_an_ipv6_address() -> None:
    assert cli.read_peer("  Addr->IP     : [2001:db8::7]:5060\n  Status       : UNKNOWN\n") == Peer(
        "2001:db8::7", "UNKNOWN"
    )


def test_reads_the_version() -> None:
    assert cli.read_version(recorded.text("cli_version")) == "16.28.0~dfsg-0+deb11u10"


def why_not(monkeypatch: pytest.MonkeyPatch, directory: Path, command: str = "sip show registry") -> str:
    """The cause for which *command* cannot be answered."""
    monkeypatch.setenv("PATH", str(directory), prepend=":")
    with pytest.raises(Unavailable) as unavailable:
        cli.connect("/etc/asterisk", timeout=5)(command)
    return unavailable.value.cause


def test_a_command_that_is_not_there_means_that_chan_sip_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded.program(tmp_path, sip_show_registry="cli_no_chan_sip")
    assert why_not(monkeypatch, tmp_path) == "driver_not_loaded"


def test_an_asterisk_that_does_not_even_know_its_version_is_starting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded.program(tmp_path)
    assert why_not(monkeypatch, tmp_path, cli.VERSION) == "starting"


def test_without_a_control_socket_asterisk_is_not_running(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded.program_without_connection(tmp_path, tmp_path / "asterisk.ctl")
    assert why_not(monkeypatch, tmp_path) == "not_running"


def test_with_the_control_socket_of_a_killed_one_asterisk_is_not_running(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    control = tmp_path / "asterisk.ctl"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(control))
    recorded.program_without_connection(tmp_path, control)
    assert why_not(monkeypatch, tmp_path) == "not_running"


def test_a_control_socket_that_refuses_us_is_not_taken_for_an_asterisk_that_is_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Refusing(socket.socket):
        def connect(self, address: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Refusing)
    recorded.program_without_connection(tmp_path, tmp_path / "asterisk.ctl")
    assert why_not(monkeypatch, tmp_path) == "permission_denied"


def test_an_asterisk_that_hangs_does_not_hold_us_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "asterisk").write_text("#!/bin/sh\nexec sleep 5\n")
    (tmp_path / "asterisk").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(Unavailable) as unavailable:
        cli.connect("/etc/asterisk", timeout=0.1)("sip show registry")
    assert unavailable.value.cause == "not_answering"


def test_without_the_program_asterisk_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli.shutil, "which", lambda name, path: None)
    assert why_not(monkeypatch, tmp_path) == "not_installed"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import cli, running
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
    assert list(cli.read_peers(recorded.text(recording)).values()) == ([peer] if peer else [])


def test_reads_several_peers_and_what_is_said_of_none() -> None:
    recordings = ("cli_peer_unknown", "cli_peer", "cli_peer_without_address")
    peers = cli.read_peers("".join(map(recorded.text, recordings)))
    assert peers == {"smartvox-in": Peer("203.0.113.10", "OK (1 ms)"), "lost-in": Peer(None, "Unmonitored")}


def test_reads_an_ipv6_address() -> None:
    shown = "  * Name       : six\n  Addr->IP     : [2001:db8::7]:5060\n  Status       : UNKNOWN\n"
    assert cli.read_peers(shown) == {"six": Peer("2001:db8::7", "UNKNOWN")}


def test_reads_the_version() -> None:
    assert cli.read_version(recorded.text("cli_version")) == "16.28.0~dfsg-0+deb11u10"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.program(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")


def why_not(config_dir: Path, command: str = "sip show registry", timeout: float = 5) -> str:
    """The cause for which *command* cannot be answered."""
    with pytest.raises(Unavailable) as unavailable:
        cli.connect(str(config_dir), timeout=timeout)(command)
    return unavailable.value.cause


def test_a_command_that_is_not_there_means_that_chan_sip_is_not_loaded(tmp_path: Path) -> None:
    with recorded.cli_server(tmp_path, sip_show_registry="cli_no_chan_sip"):
        assert why_not(tmp_path) == "driver_not_loaded"


def test_an_asterisk_that_does_not_even_know_its_version_is_starting(tmp_path: Path) -> None:
    with recorded.cli_server(tmp_path):
        assert why_not(tmp_path, cli.VERSION) == "starting"


def test_many_commands_are_asked_in_portions_that_asterisk_reads(tmp_path: Path) -> None:
    with recorded.cli_server(tmp_path, core_show_version="cli_version"):
        printed = cli.connect(str(tmp_path), timeout=5)(*[cli.VERSION] * 100)
    assert printed == recorded.text("cli_version") * 100


def test_a_command_cannot_hold_another(tmp_path: Path) -> None:
    with recorded.cli_server(tmp_path, core_show_version="cli_version", xcore_show_version="cli_version"):
        printed = cli.connect(str(tmp_path), timeout=5)("x\0core show version")
    assert printed == recorded.text("cli_version")


def test_without_a_control_socket_asterisk_is_not_running(tmp_path: Path) -> None:
    recorded.control_socket(tmp_path)
    assert why_not(tmp_path) == "not_running"


def test_with_the_control_socket_of_a_killed_one_asterisk_is_not_running(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(recorded.control_socket(tmp_path)))
    assert why_not(tmp_path) == "not_running"


def test_a_control_socket_that_refuses_us_is_not_taken_for_an_asterisk_that_is_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Refusing(socket.socket):
        def connect(self, address: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    recorded.control_socket(tmp_path)
    monkeypatch.setattr(socket, "socket", Refusing)
    assert why_not(tmp_path) == "permission_denied"


def test_an_asterisk_that_hangs_does_not_hold_us_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(recorded.control_socket(tmp_path)))
        hanging.listen(0)
        # The first waits for an answer, and when nobody may wait any more, one for that.
        first, second = (why_not(tmp_path, timeout=0.1) for _time in range(2))
        assert (first, second) == ("not_answering", "not_answering")


def test_without_the_program_asterisk_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded.control_socket(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name, path: None)
    assert why_not(tmp_path) == "not_installed"


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("", "/var/run/asterisk/asterisk.ctl"),
        # As Debian has it: a template says nothing.
        ("[directories](!)\nastrundir => /elsewhere\n", "/var/run/asterisk/asterisk.ctl"),
        ("[directories]\nastrundir => /run/pbx\n[files]\nastctl = pbx.ctl\n", "/run/pbx/pbx.ctl"),
    ],
)
def test_asterisk_conf_says_where_the_control_socket_is(settings: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text(settings)
    assert cli.control_socket(str(tmp_path)) == path


@pytest.mark.parametrize(("limit", "cause"), [(1 << 40, "not_answering"), (100_000, "unreadable")])
def test_what_does_not_stop_printing_does_not_hold_us_up(
    limit: int, cause: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "_OUTPUT_LIMIT", limit)
    with socket.socket(socket.AF_UNIX) as endless:
        endless.bind(str(recorded.control_socket(tmp_path)))
        endless.listen(1)

        def print_on() -> None:
            connection, _peer = endless.accept()
            with connection, contextlib.suppress(OSError):
                while True:
                    connection.sendall(b"sip show registry\n" * 1000)

        thread = threading.Thread(target=print_on)
        thread.start()
        assert why_not(tmp_path, timeout=0.2) == cause
        thread.join()


def test_since_when_asterisk_runs(tmp_path: Path) -> None:
    recorded.control_socket(tmp_path)
    assert running.started_at(str(tmp_path)) is None
    with recorded.cli_server(tmp_path, core_show_uptime_seconds="pjsip22_uptime"):
        uptime, _since_reload = cli.read_uptime(recorded.text("pjsip22_uptime"))
        assert uptime is not None
        assert running.started_at(str(tmp_path)) == pytest.approx(time.time() - uptime, abs=1)


def test_an_uptime_that_would_be_negative_is_not_shown() -> None:
    assert cli.read_uptime("System uptime: 44\nLast reload: 9\n") == (44, 9)
    assert cli.read_uptime("No ethernet interface found\nLast reload: 9\n") == (None, 9)

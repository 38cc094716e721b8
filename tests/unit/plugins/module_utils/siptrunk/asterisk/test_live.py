# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.live import observe
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Peer,
    Registration,
)

from . import recorded

ALL = {
    "core_show_version": "cli_version",
    "sip_show_registry": "cli_registry",
    "sip_show_peer_smartvox-in": "cli_peer",
    "sip_show_peer_lost-in": "cli_peer_without_address",
    "sip_show_peer_nope": "cli_peer_unknown",
}


@pytest.fixture
def asterisk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program ``asterisk`` is to be put."""
    directory = tmp_path / "bin"
    monkeypatch.setenv("PATH", str(directory), prepend=":")
    return directory


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


def test_without_an_ami_user_the_cli_is_asked_and_that_is_said(tmp_path: Path, asterisk: Path) -> None:
    recorded.program(asterisk, **ALL)
    seen = observe(["smartvox-in", "lost-in", "nope"], config_dir=str(tmp_path))
    assert (seen.source, seen.asterisk, len(seen.registrations)) == ("cli", "16.28.0~dfsg-0+deb11u10", 9)
    assert seen.peers == {
        "smartvox-in": Peer("203.0.113.10", "OK (1 ms)"),
        "lost-in": Peer(None, "Unmonitored"),
    }
    assert "manager_trunks.conf" in seen.notes[0]


def test_a_refused_login_leads_to_the_cli_and_does_not_show_the_secret(
    tmp_path: Path, asterisk: Path
) -> None:
    recorded.program(asterisk, **ALL)
    with recorded.ami_server("ami_lists", secret="another") as port:
        seen = observe([], config_dir=str(recorded.config_dir(tmp_path / "etc", port)))
    assert seen.source == "cli" and "Authentication failed" in seen.notes[0]
    assert recorded.SECRET not in repr(seen)


def test_a_driver_that_is_not_loaded_is_known_over_ami(tmp_path: Path) -> None:
    with recorded.ami_server("ami_no_chan_sip") as port:
        seen = observe([], config_dir=str(recorded.config_dir(tmp_path, port)))
    assert seen.failure is not None and seen.failure.cause == "driver_not_loaded"


def test_an_asterisk_that_is_down_is_a_failure_and_no_exception(tmp_path: Path, asterisk: Path) -> None:
    recorded.program_without_connection(asterisk, tmp_path / "asterisk.ctl")
    # Nobody listens on port 1.
    seen = observe([], config_dir=str(recorded.config_dir(tmp_path / "etc", 1)))
    assert seen.failure is not None and seen.failure.cause == "not_running"
    assert seen.source is None

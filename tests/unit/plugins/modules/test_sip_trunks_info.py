# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedTrunk,
    to_json,
)
from ansible_collections.telephony.asterisk.plugins.modules import sip_trunks_info

from ..module_utils.siptrunk.asterisk import recorded

SMARTVOX, LOST = (
    ExpectedTrunk(name, "chan_sip", None, (ExpectedPeer(f"{name}-in", host),))
    for name, host in (("smartvox", "203.0.113.10"), ("lost", "sip.example.invalid"))
)
RECORDED = {
    "core_show_version": "cli_version",
    "sip_show_registry": "cli_registry",
    "sip_show_peer_smartvox-in": "cli_peer",
    "sip_show_peer_lost-in": "cli_peer_without_address",
}


def run(config_dir: Path, **options: Any) -> dict[str, Any]:
    """What the module answers as Ansible runs it: a process of its own."""
    arguments = {"ANSIBLE_MODULE_ARGS": {"config_dir": str(config_dir), **options}}
    program = (
        "import sys; from ansible.module_utils import basic; basic._ANSIBLE_PROFILE = 'legacy'; "
        "basic._ANSIBLE_ARGS = sys.stdin.buffer.read(); "
        f"from {sip_trunks_info.__name__} import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture
def pbx(tmp_path: Path) -> Path:
    (tmp_path / "sip_trunks.json").write_text(to_json([SMARTVOX, LOST]))
    return tmp_path


@pytest.mark.parametrize("check_mode", [False, True])
def test_tells_of_each_trunk_and_changes_nothing(pbx: Path, check_mode: bool) -> None:
    with recorded.cli_server(pbx, **RECORDED):
        answer = run(pbx, _ansible_check_mode=check_mode)
    assert (answer["changed"], answer["ok"], answer["status"], answer["source"]) == (
        False,
        False,
        "critical",
        "cli",
    )
    assert {one["trunk"]: one["cause"] for one in answer["trunks"]} == {"smartvox": "trusted", "lost": "deaf"}
    assert len(answer["unexpected"]) == 9 and not {"schema", "exit_code"} & set(answer)


def test_others_than_the_chosen_trunks_count_for_nothing(pbx: Path) -> None:
    with recorded.cli_server(pbx, **RECORDED):
        answer = run(pbx, trunks=["smartvox"], wait=30)
    assert answer["ok"] and [one["trunk"] for one in answer["trunks"]] == ["smartvox"]


def test_an_asterisk_that_is_down_is_told_and_fails_nothing(pbx: Path) -> None:
    recorded.control_socket(pbx)
    answer = run(pbx)
    assert not answer.get("failed") and answer["failure"]
    assert {one["cause"] for one in answer["trunks"]} <= {"not_running", "not_installed"}


def test_without_manifest_the_configuration_says_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "sip.conf").write_text("[smartvox-in]\ntype=peer\nhost=203.0.113.10\n")
    with recorded.cli_server(tmp_path, **RECORDED):
        assert run(tmp_path)["ok"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trunks": ["smartvox", "nobody"]}, "no nobody; there are: smartvox, lost"),
        ({"since": "yesterday"}, "since: yesterday is neither"),
        ({"expect": "/nonexistent"}, "there is no such file"),
    ],
)
def test_what_cannot_be_known_fails(pbx: Path, options: dict[str, Any], said: str) -> None:
    answer = run(pbx, **options)
    assert answer["failed"] and said in answer["msg"]

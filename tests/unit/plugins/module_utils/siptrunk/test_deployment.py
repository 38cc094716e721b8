# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import deployment
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

TRUNK: dict[str, Any] = {
    "name": "smartvox",
    "provider": {"host": "sip.example.com"},
    "registration": {"user": "43212345", "secret": "canary", "contact": "1234"},
    "inbound": {"numbers": {"1234": {"goto": "internal,100,1"}}},
    "outbound": {"max_channels": 2},
}
MAIN = {
    "sip.conf": "[general]\ncontext = public\n",
    "extensions.conf": "[internal]\n",
    "manager.conf": "[general]\n",
}


@pytest.fixture
def pbx(tmp_path: Path) -> Path:
    for name, text in MAIN.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def mine(mode: int = 0o640) -> Attributes:
    return Attributes(os.getuid(), os.getgid(), mode)


def plan(pbx: Path, *trunks: dict[str, Any], manager_user: bool = True) -> tuple[deployment.PlannedFile, ...]:
    return deployment.plan(load_trunks(trunks), str(pbx), chan_sip, mine(), manager_user=manager_user)


def contents(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_each_file_is_written_and_included_once(pbx: Path) -> None:
    deployment.apply(plan(pbx, TRUNK), backup=False)
    assert sorted(set(contents(pbx)) - set(MAIN)) == [
        "extensions_trunks.conf",
        "manager_trunks.conf",
        "sip_trunks.conf",
        "sip_trunks.json",
    ]
    assert contents(pbx)["sip.conf"] == MAIN["sip.conf"] + '#tryinclude "sip_trunks.conf"\n'


def test_what_includes_is_written_after_what_it_includes(pbx: Path) -> None:
    names = [os.path.basename(file.path) for file in plan(pbx, TRUNK)]
    assert names.index("sip_trunks.conf") < names.index("sip.conf")


def test_the_same_trunks_again_change_nothing(pbx: Path) -> None:
    deployment.apply(plan(pbx, TRUNK), backup=True)
    before = contents(pbx)
    again = plan(pbx, TRUNK)
    assert not any(file.changes for file in again) and deployment.reloads(again) == []
    assert deployment.apply(again, backup=True) == () and contents(pbx) == before


def test_what_was_deployed_is_read_back(pbx: Path) -> None:
    deployment.apply(plan(pbx, TRUNK), backup=False)
    assert deployment.current_trunks(str(pbx), chan_sip) == [TRUNK]


def test_there_are_no_trunks_before_the_first_deployment(pbx: Path) -> None:
    assert deployment.current_trunks(str(pbx), chan_sip) == []


def test_only_what_changes_is_reloaded(pbx: Path) -> None:
    deployment.apply(plan(pbx, TRUNK), backup=False)
    moved = {**TRUNK, "inbound": {"numbers": {"1234": {"goto": "internal,200,1"}}}}
    assert deployment.reloads(plan(pbx, moved)) == ["dialplan reload"]


def test_a_backup_holds_the_file_as_it_was(pbx: Path) -> None:
    written = {
        os.path.basename(file.path): file.backup for file in deployment.apply(plan(pbx, TRUNK), backup=True)
    }
    assert written["sip_trunks.conf"] is None
    backup = written["sip.conf"]
    assert backup is not None and Path(backup).read_text() == MAIN["sip.conf"]


def test_a_wrong_mode_is_a_change_and_is_mended(pbx: Path) -> None:
    deployment.apply(plan(pbx, TRUNK), backup=False)
    (pbx / "sip_trunks.conf").chmod(0o644)
    files = plan(pbx, TRUNK)
    assert [os.path.basename(file.path) for file in files if file.changes] == ["sip_trunks.conf"]
    assert deployment.apply(files, backup=False) == ()
    assert Attributes.of(str(pbx / "sip_trunks.conf")) == mine()


def test_the_secret_of_the_verifier_stays(pbx: Path) -> None:
    deployment.apply(plan(pbx), backup=False)
    secret = contents(pbx)["manager_trunks.conf"]
    deployment.apply(plan(pbx, TRUNK), backup=False)
    assert contents(pbx)["manager_trunks.conf"] == secret


def test_the_manager_interface_is_left_alone_unless_asked_for(pbx: Path) -> None:
    deployment.apply(plan(pbx, TRUNK, manager_user=False), backup=False)
    assert contents(pbx)["manager.conf"] == MAIN["manager.conf"]
    assert "manager_trunks.conf" not in contents(pbx)


@pytest.mark.parametrize("name", MAIN)
def test_without_a_main_file_nothing_is_written(pbx: Path, name: str) -> None:
    (pbx / name).unlink()
    before = contents(pbx)
    with pytest.raises(ConfigError, match=name):
        plan(pbx, TRUNK)
    assert contents(pbx) == before


def test_a_file_that_asterisk_would_refuse_is_not_written(pbx: Path) -> None:
    # An addition to [general] needs one.
    (pbx / "sip.conf").write_text("[phone]\ntype = friend\n[broken\n")
    with pytest.raises(ConfigError, match="refuse the whole file"):
        plan(pbx, TRUNK)


def test_when_one_write_fails_those_before_it_are_undone(pbx: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment.apply(plan(pbx), backup=False)
    before = contents(pbx)
    real, calls = deployment.write_text, []

    def fail_at_the_third(path: str, text: str, attributes: Attributes) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise OSError("no space left")
        real(path, text, attributes)

    monkeypatch.setattr(deployment, "write_text", fail_at_the_third)
    with pytest.raises(OSError, match="no space left"):
        deployment.apply(plan(pbx, TRUNK), backup=False)
    assert len(calls) > 3 and contents(pbx) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sip.conf", "[general]\n[SmartVox-In]\ntype = friend\nhost = dynamic\n"),
        ("sip.conf", '[general]\n#tryinclude "sip_trunks.conf"\n[smartvox-in](+)\ntype = friend\n'),
        ("extensions.conf", "[from-smartvox]\nexten => _X.,1,Dial(SIP/${EXTEN}@smartvox-out)\n"),
        ("manager.conf", "[general]\n[siptrunk]\nsecret = x\n"),
    ],
)
def test_a_section_elsewhere_with_the_name_of_ours_is_refused(pbx: Path, name: str, text: str) -> None:
    (pbx / name).write_text(text)
    with pytest.raises(ConfigError, match=f"{name}.*merge the two"):
        plan(pbx, TRUNK)


def test_guests_let_in_behind_our_line_are_refused(pbx: Path) -> None:
    (pbx / "sip.conf").write_text(
        '[general]\n#tryinclude "sip_trunks.conf"\n[general](+)\nallowguest = yes\n'
    )
    with pytest.raises(ConfigError, match=r"sip.conf:4: allowguest = yes .* undoes it"):
        plan(pbx, TRUNK)


def test_a_file_without_the_section_that_ours_adds_to_is_refused(pbx: Path) -> None:
    (pbx / "sip.conf").write_text("; nothing yet\n")
    with pytest.raises(ConfigError, match=r"sip.conf: has no section \[general\]"):
        plan(pbx, TRUNK)


def test_guests_let_in_before_our_line_are_overruled(pbx: Path) -> None:
    (pbx / "sip.conf").write_text("[general]\nallowguest = yes\nregister => a:b@c/d\n")
    assert any(file.changes for file in plan(pbx, TRUNK))

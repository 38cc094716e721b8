# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of the role, alone: what they make of answers that no Asterisk gives when it is asked to."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROLE = Path(__file__).resolve().parents[2] / "roles/trunk"
TASKS = ROLE / "tasks"
FIXTURES = Path(__file__).resolve().parents[1] / "unit/plugins/module_utils/siptrunk/asterisk/fixtures"
IMPORT = re.compile(r"import_tasks: *(.*)")


def test_what_is_imported_is_no_file_of_the_playbook() -> None:
    """Ansible may take a file of the same name from there, unless the path is whole."""
    imported = [name for path in TASKS.glob("*.yml") for name in IMPORT.findall(path.read_text())]
    assert imported
    for name in imported:
        whole = re.fullmatch(r'"{{ role_path }}/tasks/(.*)"', name)
        assert whole and (TASKS / whole[1]).is_file(), name


def verdict(summary: str, status: str, failed_before: bool | None = False) -> str:
    """As ``siptrunk verify --format json`` has it."""
    trunk = {"trunk": "smartvox", "status": status, "ok": status == "ok", "summary": summary}
    return json.dumps({"trunks": [{**trunk, "failed_before": failed_before}]})


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (f"echo '{verdict('all is well', 'ok')}'", "all is well"),
        (f"echo '{verdict('wrong password', 'critical')}'; exit 2", "wrong password"),
        ("kill -KILL $$", "There is no verdict."),
        ("echo 'Traceback' >&2; exit 1", "Traceback"),
    ],
)
def test_only_a_verdict_is_taken_for_one(command: str, says: str, tmp_path: Path) -> None:
    """What was killed, or fell over, has said nothing; and nothing is not in order."""
    place(tmp_path / "siptrunk", command)
    ran = verify(tmp_path)
    assert says in ran.stdout
    assert (ran.returncode == 0) == (says == "all is well")


@pytest.mark.parametrize(
    ("failed_before", "written", "stays"),
    [
        (True, {}, True),
        (True, {"touched": ["smartvox"]}, False),
        (True, {"restart": True}, False),  # nobody has seen what was before
        (True, {"unproven": True}, False),  # it may have failed for what was not proven
        (True, {"files": [{"path": "/etc/asterisk/sip_trunks.json", "backup": None}]}, False),
        (False, {}, False),
        (None, {}, False),
        (None, {"reload": []}, True),  # it is as it was before
        (None, {"reload": [], "touched": ["smartvox"]}, False),
    ],
)
def test_only_what_had_failed_before_may_fail(
    failed_before: bool | None, written: dict[str, object], stays: bool, tmp_path: Path
) -> None:
    place(tmp_path / "siptrunk", f"echo '{verdict('no answer', 'critical', failed_before)}'; exit 2")
    assert (verify(tmp_path, **written).returncode == 0) is stays


def test_what_failed_before_is_seen_by_what_was_expected_then(tmp_path: Path) -> None:
    place(tmp_path / "siptrunk", f"echo \"$@\" > {tmp_path}/asked; echo '{verdict('all is well', 'ok')}'")
    files = [
        {"path": f"/etc/asterisk/{name}", "backup": f"/etc/asterisk/{name}.1~"}
        for name in ("sip.conf", "sip_trunks.json")
    ]
    assert verify(tmp_path, files=files).returncode == 0
    assert re.findall(r"--before (\S*)", (tmp_path / "asked").read_text()) == [files[1]["backup"]]


@pytest.mark.parametrize("wanted", ["none", "source"])
def test_with_another_asterisk_nobody_has_seen_what_failed_before(wanted: str, tmp_path: Path) -> None:
    """Its trunks are as they were, and it is not."""
    place(tmp_path / "siptrunk", f"echo '{verdict('no answer', 'critical', None)}'; exit 2")
    looked = "Asterisk 20.9.0\nsource of before"
    there = {"stdout": looked, "stdout_lines": looked.splitlines()}
    ran = verify(tmp_path, {"trunk_install": wanted, "trunk_looked": there}, reload=[])
    assert (ran.returncode == 0) == (wanted == "none")


@pytest.mark.parametrize(("restart", "since"), [(False, "1001"), (True, "999")])
def test_what_counts_as_new(restart: bool, since: str, tmp_path: Path) -> None:
    """Of a restart, Asterisk tells the moment to two seconds."""
    said = verdict("all is well", "ok")
    place(tmp_path / "siptrunk", f"echo \"$@\" > {tmp_path}/asked; echo '{said}'")
    assert verify(tmp_path, restart=restart, registers=["smartvox"]).returncode == 0
    assert (tmp_path / "asked").read_text().endswith(f" --new smartvox --since {since}\n")


def test_a_reload_that_is_dropped_is_given_again(tmp_path: Path) -> None:
    place(
        tmp_path / "asterisk",
        f"""
        echo "$2" >> {tmp_path}/given
        [ $(wc -l < {tmp_path}/given) -lt 3 ] && cat {FIXTURES}/reload_in_progress.txt
        exit 0
        """,
    )
    reload = "module reload res_pjsip.so"
    variables = {
        "trunk_commands": [reload],
        "trunk_unregistering": [],
        "trunk_unregister": "pjsip send unregister",
    }
    ran = run("tell", variables, tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert (tmp_path / "given").read_text().splitlines() == [reload] * 3


def test_a_provider_that_does_not_unregister_is_told_of(tmp_path: Path) -> None:
    """The one that takes three looks to answer is not."""
    place(
        tmp_path / "asterisk",
        f"""
        echo "$2" >> {tmp_path}/given
        [ "$2" = "pjsip show registrations" ] || exit 0
        echo " silent/sip:silent.example.com           silent            Registered"
        echo " refused/sip:refused.example.com         refused           Rejected"
        echo " gone/sip:gone.example.com               gone              Unregistered"
        [ $(grep -c show {tmp_path}/given) -gt 2 ] || echo " slow/sip:slow.example.com  slow  Registered"
        """,
    )
    names = ("slow", "silent", "refused", "gone")
    variables = {
        "trunk_commands": [],
        "trunk_unregister": "pjsip send unregister",
        "trunk_unregistering": [f"pjsip send unregister {name}" for name in names],
    }
    ran = run("tell", variables, tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert re.findall(r"trunk (\w+): not unregistered", ran.stdout) == ["silent", "refused"]
    given = (tmp_path / "given").read_text().splitlines()
    assert given[:4] == variables["trunk_unregistering"] and len(given) == 4 + 20


@pytest.mark.parametrize(("answer", "is_started"), [("exit 0", False), ("exit 1", True), ("exit 124", False)])
def test_what_hangs_is_not_started(answer: str, is_started: bool, tmp_path: Path) -> None:
    """The answers are those of timeout(1) and of an Asterisk that cannot be reached."""
    place(tmp_path / "asterisk", f'[ "$2" = "core waitfullybooted" ] || {answer}')
    ran = run("start", {"trunk_start": f"touch {tmp_path}/started"}, tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert (tmp_path / "started").exists() == is_started


def test_what_could_not_be_unregistered_is_told(tmp_path: Path) -> None:
    place(tmp_path / "siptrunk", "echo 'smartvox: unregistered'; echo 'no answer' >&2; exit 1")
    ran = run(
        "put_back",
        {"trunk_siptrunk_path": str(tmp_path / "siptrunk"), "trunk_config_dir": str(tmp_path)},
        tmp_path,
    )
    assert "smartvox: unregistered" in ran.stdout and "no answer" in ran.stdout, ran.stdout


@pytest.mark.parametrize("excused", [[], ["smartvox"]])
def test_an_undo_proves_all_but_what_it_is_told(excused: list[str], tmp_path: Path) -> None:
    """A trunk that had failed before the change does so after it was undone; asked for by hand, an undo must work."""
    place(
        tmp_path / "siptrunk",
        f"[ $1 != verify ] || {{ echo '{verdict('no answer', 'critical', True)}'; exit 2; }}",
    )
    place(tmp_path / "asterisk", "exit 0")
    trunks = tmp_path / "sip_trunks.conf"
    backup = tmp_path / "sip_trunks.conf.before~"
    trunks.write_text("; after\n")
    backup.write_text("; before\n")
    change = {
        "files": [{"path": str(trunks), "backup": str(backup)}],
        "undo": ["sip reload"],
        "proven_at": None,
    }
    (tmp_path / "sip_trunks.change~").write_text(json.dumps({"schema": "siptrunk.change/1", **change}))
    variables = {
        "trunk_siptrunk_path": str(tmp_path / "siptrunk"),
        "trunk_config_dir": str(tmp_path),
        "trunk_excused": excused,
    }
    ran = run("put_back", variables, tmp_path)
    assert trunks.read_text() == "; before\n", ran.stdout
    assert "no answer" in ran.stdout
    assert (ran.returncode == 0) == bool(excused), ran.stdout


def verify(
    folder: Path, more: dict[str, object] | None = None, **written: object
) -> subprocess.CompletedProcess[str]:
    """With the siptrunk in *folder*, after what was written; more: variables"""
    something = {
        "reload": ["sip reload"],
        "registers": [],
        "touched": [],
        "files": [],
        "unproven": False,
        "restart": False,
    }
    variables = {
        "trunk_siptrunk_path": str(folder / "siptrunk"),
        "trunk_written": {**something, **written},
        "trunk_since": {"stdout": "1000"},
        **(more or {}),
    }
    return run("verify", variables, folder)


def place(path: Path, commands: str) -> None:
    """Make *path* a shell script."""
    path.write_text(f"#!/bin/sh\n{commands}\n")
    path.chmod(0o755)


def run(tasks: str, variables: dict[str, object], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run *tasks* of the role here, with the commands in *folder* standing before others."""
    role = {"name": str(ROLE), "tasks_from": f"{tasks}.yml"}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.include_role": role, "vars": variables}],
    }
    path = folder / "play.yml"
    path.write_text(json.dumps([play]))
    return subprocess.run(
        ["ansible-playbook", str(path)],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

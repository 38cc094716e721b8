# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role, as it is read before it runs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROLE = Path(__file__).resolve().parents[2] / "roles/trunk"
TASKS = ROLE / "tasks"
IMPORT = re.compile(r"import_tasks: *(.*)")


def test_what_is_imported_is_no_file_of_the_playbook() -> None:
    """Ansible may take a file of the same name from there, unless the path is whole."""
    imported = [name for path in TASKS.glob("*.yml") for name in IMPORT.findall(path.read_text())]
    assert imported
    for name in imported:
        whole = re.fullmatch(r'"{{ role_path }}/tasks/(.*)"', name)
        assert whole and (TASKS / whole[1]).is_file(), name


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("""echo '{"trunks": [{"ok": true, "summary": "all is well"}]}'""", "all is well"),
        ("""echo '{"trunks": [{"ok": false, "summary": "wrong password"}]}'; exit 2""", "wrong password"),
        ("kill -KILL $$", "There is no verdict."),
        ("echo 'Traceback' >&2; exit 1", "Traceback"),
    ],
)
def test_only_a_verdict_is_taken_for_one(command: str, says: str, tmp_path: Path) -> None:
    """What was killed, or fell over, has said nothing; and nothing is not in order."""
    siptrunk = tmp_path / "siptrunk"
    siptrunk.write_text(f"#!/bin/sh\n{command}\n")
    siptrunk.chmod(0o755)
    written = {"reload": [], "registers": [], "restart": False}
    variables = {"trunk_siptrunk_path": str(siptrunk), "trunk_written": written}
    role = {"name": str(ROLE), "tasks_from": "verify.yml"}
    tasks = [{"ansible.builtin.include_role": role, "vars": variables}]
    play = tmp_path / "play.yml"
    play.write_text(
        json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}])
    )
    ran = subprocess.run(["ansible-playbook", str(play)], capture_output=True, text=True, check=False)
    assert says in ran.stdout
    assert (ran.returncode == 0) == (says == "all is well")

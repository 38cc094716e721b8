# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it: a process of its own, with its arguments in a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from ansible_collections.telephony.asterisk.plugins.modules import sip_probe

from ..module_utils.siptrunk.sip.peers import listening, registrar

SECRET = "s3cret-of-the-account"
TREE = Path(sip_probe.__file__).parents[5]


@pytest.fixture
def uri() -> Iterator[str]:
    with listening("udp", registrar) as target:
        yield f"sip:100@{target.address}:{target.port}"


def run(directory: Path, check_mode: bool = False, **given: object) -> dict[str, Any]:
    arguments = {**given, "_ansible_check_mode": check_mode, "_ansible_remote_tmp": str(directory)}
    path = directory / "arguments.json"
    path.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
    done = subprocess.run(
        [sys.executable, "-m", sip_probe.__name__, str(path)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(TREE)},
        text=True,
    )
    assert SECRET not in done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == int(answer.get("failed", False)), done.stderr
    return answer


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_changes_nothing_is_done_in_check_mode_too(uri: str, tmp_path: Path, check_mode: bool) -> None:
    account = {"uri": uri, "user": "100", "secret": SECRET}
    for method in ("options", "register"):
        result = run(tmp_path, check_mode, method=method, **account)
        assert (result["outcome"], result["status"], result["changed"]) == ("accepted", 200, False)
    assert result["contacts"] == [{"uri": "sip:100@192.0.2.5", "expires": 300}]
    documented = yaml.safe_load(sip_probe.RETURN)
    assert documented.keys() == result.keys() - {"changed", "invocation"}


@pytest.mark.parametrize("more", [{"method": "invite"}, {"method": "register", "bind": True}])
def test_what_does_something_is_skipped_in_check_mode(
    uri: str, tmp_path: Path, more: dict[str, object]
) -> None:
    result = run(tmp_path, check_mode=True, uri=uri, **more)
    assert (result["skipped"], result["changed"]) == (True, False)
    assert "outcome" not in result


def test_the_task_fails_when_the_outcome_is_not_the_expected_one(uri: str, tmp_path: Path) -> None:
    result = run(tmp_path, uri=uri)
    assert result["failed"]
    assert "challenged, expected accepted" in result["msg"]
    assert (result["outcome"], result["status"]) == ("challenged", 401)
    assert any("401 Any" in line for line in result["ladder"])
    assert "failed" not in run(tmp_path, uri=uri, expect="challenged")


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    assert "is none of SIP" in run(tmp_path, uri="tel:+15550100")["msg"]
    assert "required together" in run(tmp_path, uri="sip:example.com", user="100")["msg"]

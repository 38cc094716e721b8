# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows works, and the pages of the rules say what the rules say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "plugins/module_utils"
OPEN = "[trunk]\ntype=peer\nhost=192.0.2.1\npermit=192.0.2.1\ncontext=from-trunk\ninsecure=port,invite\nqualify=yes\n"
# Their home: nothing of this machine's user.
GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]


def run(command: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def repository(directory: Path) -> Path:
    """All of *directory* in a git repository of its own."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*GIT, *command], cwd=directory, check=True)
    return directory


def test_the_pages_of_the_rules() -> None:
    checked = run([sys.executable, "scripts/rule_pages.py", "--check"], ROOT)
    assert checked.returncode == 0, checked.stderr


def test_the_command_has_the_version_of_the_collection() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    shown = run([sys.executable, "-m", "siptrunk", "--version"], ENGINE)
    assert shown.stdout == f"siptrunk {galaxy['version']}\n"
    config = yaml.safe_load((ROOT / "docs/ci/pre-commit-config.yaml").read_text())
    assert config["repos"][0]["rev"] == galaxy["version"]


@pytest.mark.parametrize(("name", "schema"), [("github", "github-workflows"), ("gitlab", "gitlab-ci")])
def test_an_example_of_ci_is_valid(name: str, schema: str) -> None:
    checked = run(["check-jsonschema", "--builtin-schema", f"vendor.{schema}", f"docs/ci/{name}.yml"], ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("name", "says"), [("github", "::error file=asterisk/"), ("gitlab", "")])
def test_the_command_of_an_example_finds_what_is_wrong(name: str, says: str, tmp_path: Path) -> None:
    example = yaml.safe_load((ROOT / f"docs/ci/{name}.yml").read_text())
    if name == "github":
        steps = [
            step["run"] for step in example["jobs"]["lint"]["steps"] if "siptrunk lint" in step.get("run", "")
        ]
    else:
        steps = example["lint-sip-trunks"]["script"]
    (tmp_path / "asterisk").mkdir()
    (tmp_path / "asterisk/sip.conf").write_text(f"[general]\nallowguest=no\n{OPEN}")
    declared = tmp_path / "group_vars/pbx/sip_trunks.yml"
    declared.parent.mkdir(parents=True)
    declared.write_text("sip_trunks: []\n")
    done = run(["sh", "-c", steps[0]], tmp_path, PYTHONPATH=str(ENGINE))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(says)
    assert name == "github" or "SIP011" in (tmp_path / "siptrunk.xml").read_text()


def test_the_hook_of_pre_commit(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for name in ("plugins/module_utils/siptrunk", "scripts/siptrunk", ".pre-commit-hooks.yaml"):
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, ours / name)
    theirs.mkdir()
    (theirs / "sip.conf").write_text(f"[general]\nallowguest=no\n{OPEN}")
    (theirs / "other.conf").write_text(OPEN)
    repository(ours), repository(theirs)
    checked = run(
        ["pre-commit", "try-repo", str(ours), "siptrunk-lint", "--all-files"],
        theirs,
        PRE_COMMIT_HOME=str(tmp_path / "home"),
    )
    assert checked.returncode == 1, checked.stderr
    assert "sip.conf:6:1: security SIP011" in checked.stdout
    assert "other.conf" not in checked.stdout
    config = run(["pre-commit", "validate-config", "docs/ci/pre-commit-config.yaml"], ROOT)
    assert config.returncode == 0, config.stdout

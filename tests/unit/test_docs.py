# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows works, and the pages of the rules say what the rules say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def shown() -> list[dict[str, Any]]:
    """The variables that the README shows, block by block; a reference to the vault is some word."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    contents = [yaml.safe_load(re.sub(r"{{.*?}}", "word", block)) for block in blocks]
    plays = [play for content in contents if isinstance(content, list) for play in content]
    return [content for content in contents if isinstance(content, dict)] + [
        play.get("vars", {}) for play in plays
    ]


def rendered(directory: Path, driver: str, trunks: list[Any], routes: list[Any]) -> str:
    """What the command says against them; empty when it takes them."""
    file = directory / "trunks.json"
    file.write_text(json.dumps({"sip_trunks": trunks, "trunk_routes": routes}))
    command = [sys.executable, "-m", "siptrunk", "render", "--driver", driver, "--dialplan", str(file)]
    done = run(command, ENGINE)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr


@pytest.mark.parametrize("driver", ["pjsip", "chan_sip"])
def test_the_trunks_of_the_readme_can_be_had(driver: str, tmp_path: Path) -> None:
    lists = [block["sip_trunks"] for block in shown() if "sip_trunks" in block]
    assert len(lists) >= 3
    for trunks in lists:
        assert rendered(tmp_path, driver, trunks, []) == ""


@pytest.mark.parametrize("driver", ["pjsip", "chan_sip"])
def test_the_routes_of_the_readme_can_be_had_as_it_says(driver: str, tmp_path: Path) -> None:
    (routes,) = (block["trunk_routes"] for block in shown() if "trunk_routes" in block)
    names = dict.fromkeys(name for route in routes for name in route["trunks"])

    def trunks(outbound: dict[str, str]) -> list[Any]:
        registration = {"user": "43212345", "secret": "word"}
        return [
            {
                "name": name,
                "provider": {"host": f"{name}.example.com"},
                "registration": registration,
                "outbound": outbound,
            }
            for name in names
        ]

    assert rendered(tmp_path, driver, trunks({"identity_header": "pai"}), routes) == ""
    assert "identity_header" in rendered(tmp_path, driver, trunks({}), routes)

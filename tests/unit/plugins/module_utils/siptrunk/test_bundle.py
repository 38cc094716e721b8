# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import __version__, bundle


@pytest.fixture(scope="module")
def siptrunk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "siptrunk"
    path.write_bytes(bundle.build())
    return path


def run(*argv: object) -> str:
    # Alone: neither the environment nor the current directory helps.
    done = subprocess.run(
        [sys.executable, "-I", *map(str, argv)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_runs_alone(siptrunk: Path) -> None:
    assert run(siptrunk, "--version") == f"siptrunk {__version__}\n"
    assert "--since" in run(siptrunk, "verify", "--help")


def test_the_same_sources_give_the_same_bytes(siptrunk: Path) -> None:
    assert bundle.build() == siptrunk.read_bytes()


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_neither_place_nor_time_nor_rights_nor_the_order_of_files_count(
    umask: int, siptrunk: Path, tmp_path: Path
) -> None:
    package = Path(bundle.__file__).parent
    names = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    copy = tmp_path / f"copy-{umask}" / "siptrunk"
    before = os.umask(umask)
    try:
        for age, name in enumerate(names if umask == 0o077 else reversed(names)):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((package / name).read_bytes())
            os.utime(copy / name, (age * 1e6, age * 1e6))
        (copy / "__pycache__").mkdir()
        (copy / "__pycache__/bundle.cpython-39.pyc").write_bytes(b"of another run")
    finally:
        os.umask(before)
    program = "import sys; sys.path.insert(0, sys.argv[1]); from siptrunk import bundle; print(bundle.build().hex())"
    assert bytes.fromhex(run("-c", program, copy.parent)) == siptrunk.read_bytes()


def test_builds_itself_when_it_runs_from_a_bundle(siptrunk: Path, tmp_path: Path) -> None:
    script = tmp_path / "again.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[1]); from siptrunk import bundle; print(bundle.build().hex())"
    )
    assert bytes.fromhex(run(script, siptrunk)) == siptrunk.read_bytes()


def test_holds_the_sources_and_nothing_else(siptrunk: Path) -> None:
    assert siptrunk.read_bytes().startswith(b"#!/usr/bin/python3 -IS\n")
    with zipfile.ZipFile(siptrunk) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        # Nothing of the moment of the build is in it.
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert names == ["__main__.py", *sorted(names[1:])]
    assert "siptrunk/asterisk/ami.py" in names
    assert all(name.endswith(".py") and "__pycache__" not in name for name in names)

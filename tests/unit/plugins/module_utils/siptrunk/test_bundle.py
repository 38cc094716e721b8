# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import __version__, bundle
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.commands import compile


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


def test_compiled_it_is_the_same_command_and_no_other_version_is_taken(
    siptrunk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "lib"
    monkeypatch.setattr(bundle, "COMPILED", str(place))
    own = tmp_path / "siptrunk"
    own.write_bytes(bundle.build())
    older = [place / name for name in ("oldest", "older")]
    for age, directory in enumerate(older):
        directory.mkdir(parents=True)
        os.utime(directory, (age, age))
    before = os.umask(0o077)
    try:
        assert compile.run(argparse.Namespace()) == 0
    finally:
        os.umask(before)
    home = Path(bundle.home())
    assert sorted(place.iterdir()) == sorted([older[1], home])
    assert {path.stat().st_mode & 0o777 for path in [home, *home.rglob("*")]} == {0o755, 0o644}
    # A Python that came later finds nothing of its own there.
    made = set(home.rglob("*.pyc"))
    for path in made:
        path.rename(path.with_suffix(".other"))
    assert compile.run(argparse.Namespace()) == 0
    assert set(home.rglob("*.pyc")) == made
    # Another word in the compiled one tells which one runs.
    assert run(own, "--version") == f"siptrunk {__version__}\n"
    (home / "siptrunk/__init__.py").write_text('__version__ = "compiled"\n')
    assert run(own, "--version") == "siptrunk compiled\n"
    shutil.rmtree(home)
    assert run(own, "--version") == f"siptrunk {__version__}\n"
    assert run(siptrunk, "--version") == f"siptrunk {__version__}\n"


def test_what_cannot_be_compiled_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "COMPILED", str(tmp_path))
    monkeypatch.setattr(bundle, "sources", lambda: [("a.py", b""), ("a.py/b.py", b"")])
    with pytest.raises(OSError):
        compile.run(argparse.Namespace())
    assert not list(tmp_path.iterdir())

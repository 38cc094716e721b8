# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import __main__, __version__

PACKAGE = __main__.__package__


def loaded(*arguments: str) -> set[str]:
    """The modules that Python has loaded when a command has ended."""
    program = (
        "import json, sys\n"
        f"from {PACKAGE}.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.stdout.write('\\n' + json.dumps(list(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    return {name.removeprefix(f"{PACKAGE}.") for name in json.loads(done.stdout.splitlines()[-1])}


def test_to_tell_the_version_hardly_anything_is_loaded() -> None:
    modules = loaded("--version")
    assert "console" in modules
    assert not {"argparse", "dataclasses", "typing", "errors", "commands"} & modules


def test_to_verify_what_a_manifest_expects_no_reader_of_trunks_is_loaded() -> None:
    modules = loaded("verify", "--expect", "/nonexistent")
    assert {"commands.verify", "asterisk.live"} <= modules
    assert not {"drivers", "trunk", "register_line", "commands.lint", "asterisk.configured"} & modules
    assert not {"subprocess", "tempfile", "difflib", "ssl", "shutil", "random"} & modules


def test_the_help_has_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        __main__.main(["--help"])
    help_ = capsys.readouterr().out
    assert all(f"    {command}" in help_ for command in __main__.COMMANDS)


@pytest.mark.parametrize("command", __main__.COMMANDS)
def test_each_command_has_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        __main__.main([command, "--help"])
    assert done.value.code == 0 and capsys.readouterr().out.startswith(f"usage: siptrunk {command}")


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["--no-such-option"]])
def test_bad_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        __main__.main(arguments)
    assert done.value.code == 2 and "usage: siptrunk" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--version"]) == 0
    assert capsys.readouterr().out == f"siptrunk {__version__}\n"
    with pytest.raises(SystemExit):
        __main__.main(["--version", "verify"])
    assert capsys.readouterr().out == f"siptrunk {__version__}\n"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a long output says why a gate failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from causes import of_log, of_suite, plain

SUITE = """
import pytest

def test_that_holds():
    assert True

{test}
"""
LOG = """\
TASK [Try what must fail] ******
fatal: [pbx -> localhost]: FAILED! => {
    "changed": false,
    "msg": "as it must"
}
...ignoring
TASK [telephony.asterisk.trunk : Wait for the registration] ***
fatal: [pbx]: FAILED! => {
    "changed": false,
    "invocation": {},
    "msg": "The trunk example: timed_out"
}
PLAY RECAP *****
pbx                        : ok=9    changed=1    unreachable=0    failed=1
"""


def cause(test: str, directory: Path) -> str:
    """Of a suite with this test, as a real pytest reports it."""
    (directory / "test_it.py").write_text(SUITE.format(test=test))
    report = directory / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        str(directory),
    ]
    subprocess.run(command, cwd=directory, check=False, capture_output=True)
    return of_suite(report)


def test_a_suite_tells_of_its_first_failure(tmp_path: Path) -> None:
    said = cause(
        "def test_that_fails():\n    assert 1 == 2, 'the lab did not come so far\\nlast words'", tmp_path
    )
    assert said.startswith("test_that_fails: AssertionError: the lab did not come so far last words")


def test_the_end_of_a_long_message_is_kept(tmp_path: Path) -> None:
    said = cause("def test_that_fails():\n    raise ValueError('first' + 5000 * '.' + 'last')", tmp_path)
    assert said.startswith("test_that_fails: ValueError: first") and said.endswith("last") and len(said) < 500


def test_a_skipped_test_is_a_failure(tmp_path: Path) -> None:
    assert cause("@pytest.mark.skip('not today')\ndef test_that_waits():\n    pass", tmp_path) == (
        "test_that_waits: not today"
    )


def test_a_suite_without_failure_or_report_has_no_cause(tmp_path: Path) -> None:
    assert cause("", tmp_path) == of_suite(tmp_path / "none.xml") == ""


def test_a_play_tells_its_last_fatal_task() -> None:
    assert (
        of_log(LOG)
        == "telephony.asterisk.trunk : Wait for the registration on pbx: The trunk example: timed_out"
    )


@pytest.mark.parametrize(
    "ended", ["failed=0    skipped=0    rescued=1", "failed=1    skipped=0    rescued=0"]
)
def test_the_first_host_that_failed_and_was_not_rescued_tells_why(ended: str) -> None:
    later = f"""\
TASK [telephony.asterisk.trunk : Fail with the cause] ***
fatal: [pbx22]: FAILED! => {{"msg": "as it must, or because pbx is not there"}}
PLAY RECAP *****
pbx22                      : ok=9    changed=1    unreachable=0    {ended}
"""
    said = of_log(LOG.replace("PLAY RECAP *****\n", later))
    assert said == "telephony.asterisk.trunk : Wait for the registration on pbx: The trunk example: timed_out"


def test_a_second_run_that_changes_something_tells_what() -> None:
    molecule = (
        "CRITICAL Idempotence test failed because of the following tasks:\n*  => a : Write it\n*  => Reload\n"
    )
    said = of_log(f"{LOG}{molecule}PLAY [Destroy the lab] ***\n")
    assert said == "Idempotence test failed because of the following tasks: * => a : Write it * => Reload"


def test_others_end_with_their_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("a\n\n\x1b[31merror:\x1b[0m in b\n\nc\nd\n")
    assert of_log(plain(log)) == "error: in b c d"

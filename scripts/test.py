# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the gates that the project must pass, one after the other, and count what passed.

A gate is a command. Its output goes to .cache/log/GATE.log and is shown when it fails. A skipped test is a failure.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOGS = CACHE / "log"
TREE = CACHE / "tree"
COLLECTION = TREE / "ansible_collections/telephony/asterisk"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Gate:
    """One command; *suite* gates run pytest and count their tests, others count as one."""

    name: str
    about: str
    command: str
    fast: bool = False
    suite: bool = False


GATES = (
    Gate("ruff", "style of the Python code", "ruff check . && ruff format --check .", fast=True),
    Gate("mypy", "types", "mypy --package ansible_collections.telephony.asterisk.plugins", fast=True),
    # This checkout's playbooks stand before those of a tarball that was installed earlier.
    Gate(
        "ansible-lint",
        "playbooks and roles, profile production",
        f"ANSIBLE_COLLECTIONS_PATH={TREE}:{CACHE}/collections ansible-lint --offline",
        fast=True,
    ),
    Gate("unit", "the engine, room by room", "pytest tests/unit", fast=True, suite=True),
    Gate("property", "the engine under generated input", "pytest tests/property", fast=True, suite=True),
    Gate("changelog", "fragments", "antsibull-changelog lint"),
    Gate("sanity", "ansible-test sanity", f"{ROOT}/scripts/sanity --python {PYTHON}"),
    Gate("galaxy", "the tarball, installed alone", f"{ROOT}/scripts/check-tarball"),
    Gate("oracle", "our reading against a real Asterisk's", "pytest tests/oracle", suite=True),
    Gate(
        "faults",
        "the verifier's verdicts, fault by fault",
        f"FAULTS_TABLE={CACHE}/faults pytest tests/faults",
        suite=True,
    ),
    # As talkative as Ansible can be about changes: the next gate looks for secrets in all that it says.
    Gate(
        "molecule",
        "real containers, end to end",
        f"ANSIBLE_VERBOSITY=3 ANSIBLE_DIFF_ALWAYS=1 {ROOT}/scripts/molecule test",
    ),
    Gate(
        "canary", "no secret in anything that was printed or left behind", f"python3 {ROOT}/scripts/canary.py"
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "gates", nargs="*", metavar="GATE", help="run only these; all: " + ", ".join(g.name for g in GATES)
    )
    parser.add_argument("--fast", action="store_true", help="only the gates of the inner loop")
    args = parser.parse_args()
    unknown = set(args.gates) - {gate.name for gate in GATES}
    if unknown:
        parser.error(f"no such gate: {', '.join(sorted(unknown))}")
    chosen = [
        gate for gate in GATES if (not args.gates or gate.name in args.gates) and (gate.fast or not args.fast)
    ]

    LOGS.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "scripts/tree"], check=True)
    passed = failed = 0
    started = time.monotonic()
    for number, gate in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {gate.name}: {gate.about} ... ", end="", flush=True)
        good, bad, seconds = run(gate)
        passed, failed = passed + good, failed + bad
        print(f"{'ok' if not bad else 'FAILED'} ({good} passed, {bad} failed, {seconds:.0f} s)", flush=True)
    print(f"\nTook {time.monotonic() - started:.0f} s; logs are in {LOGS.relative_to(ROOT)}.")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def run(gate: Gate) -> tuple[int, int, float]:
    """Run one gate; returns how many tests passed and failed, and the seconds it took."""
    log = LOGS / f"{gate.name}.log"
    report = LOGS / f"{gate.name}.xml"
    report.unlink(missing_ok=True)
    command = gate.command + (f" --junitxml={report}" if gate.suite else "")
    started = time.monotonic()
    with log.open("w") as output:
        code = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=COLLECTION,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    seconds = time.monotonic() - started
    good, bad = counts(report) if gate.suite else (int(code == 0), int(code != 0))
    if code and not bad:
        bad = 1
    if bad:
        print("\n" + tail(log), flush=True)
    return good, bad, seconds


def counts(report: Path) -> tuple[int, int]:
    if not report.exists():
        return 0, 1
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    total = bad = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        bad += sum(int(suite.get(kind, 0)) for kind in ("failures", "errors", "skipped"))
    return total - bad, bad if total else 1


def tail(log: Path, lines: int = 60) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(errors="replace"))
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


if __name__ == "__main__":
    sys.exit(main())

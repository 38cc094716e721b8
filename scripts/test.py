# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the gates that the project must pass, three at a time, and count what passed.

A gate is a command. Its output goes to .cache/log/GATE.log; the end of it is shown when it fails, and the cause once
more at the very end. A skipped test is a failure.
Most gates wait for containers more than they compute; each lane has a lab of its own.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import causes
from claims import table

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOGS = CACHE / "log"
CLAIMS = CACHE / "claims.md"
TREE = CACHE / "tree"
COLLECTION = TREE / "ansible_collections/telephony/asterisk"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


# What tells the labs apart (tests/lab/README.md).
LANES: tuple[Mapping[str, str], ...] = (
    {"LAB_NAME": "telephony-lab", "LAB_NET": "10.89.77", "LAB_DIR": f"{CACHE}/lab"},
    {"LAB_NAME": "telephony-lab-2", "LAB_NET": "10.89.78", "LAB_DIR": f"{CACHE}/lab-2"},
    {"LAB_NAME": "telephony-lab-3", "LAB_NET": "10.89.79", "LAB_DIR": f"{CACHE}/lab-3"},
)
# What makes a gate short, and long.
FAST = {"PROPERTY_EFFORT": "10", "FUZZ_N": "1000", "KILLS": "20", "LINTED": "roles playbooks"}
FULL = {"LAB_FULL": "1"}
# Scenarios that take longer than all others together.
LONG = ("source",)
# Those that take longest of the others.
SLOW = ("rollback", "scale", "running_call", "dns", "resilience")
SCENARIOS = {path.parent.name for path in ROOT.glob("molecule/*/molecule.yml")}
MOLECULE = "molecule-"


@dataclass(frozen=True)
class Gate:
    """One command; *suite* gates run pytest and count their tests, others count as one."""

    name: str
    about: str
    command: str
    fast: bool = False
    suite: bool = False
    full: bool = False

    @property
    def scenario(self) -> str:
        """The name of its Molecule scenario; empty when it has none."""
        return self.name.removeprefix(MOLECULE) if self.name.startswith(MOLECULE) else ""


def scenario(name: str) -> Gate:
    # As talkative as Ansible can be about changes: the last gate looks for secrets in all that it says.
    command = f"ANSIBLE_VERBOSITY=3 ANSIBLE_DIFF_ALWAYS=1 {ROOT}/scripts/molecule --as-built test -s {name}"
    return Gate(f"{MOLECULE}{name}", "real containers, end to end", command, full=name in LONG)


# Those that take long stand first, so that no lane waits for them at the end.
GATES = (
    Gate("oracle", "our reading against a real Asterisk's", "pytest tests/oracle", suite=True),
    *(scenario(name) for name in (*LONG, *SLOW)),
    Gate(
        "faults",
        "every fault, and what the verifier says of it",
        f"FAULTS_ARTEFACTS={CACHE}/faults pytest tests/faults",
        suite=True,
    ),
    Gate("unit", "the engine, room by room", "pytest --numprocesses=2 tests/unit", fast=True, suite=True),
    Gate("property", "the engine under generated input", "pytest tests/property", fast=True, suite=True),
    Gate("role", "tasks of the role, alone", "pytest tests/role", suite=True),
    Gate("lab", "the lab, after a run that was killed", "pytest tests/lab", suite=True),
    Gate("ruff", "style of the Python code", "ruff check . && ruff format --check .", fast=True),
    Gate(
        "mypy",
        "types",
        f"mypy --cache-dir {CACHE}/mypy --package ansible_collections.telephony.asterisk.plugins",
        fast=True,
    ),
    # This checkout's playbooks stand before those of a tarball that was installed earlier.
    Gate(
        "ansible-lint",
        "playbooks and roles, profile production",
        f"ANSIBLE_COLLECTIONS_PATH={TREE}:{CACHE}/collections ansible-lint --offline ${{LINTED:-}}",
        fast=True,
    ),
    Gate("changelog", "fragments", "antsibull-changelog lint"),
    Gate("sanity", "ansible-test sanity", f"{ROOT}/scripts/sanity --python {PYTHON}"),
    Gate("galaxy", "the tarball, installed alone", f"{ROOT}/scripts/check-tarball"),
    Gate(
        "oldest",
        "the demonstration, with the oldest ansible-core that is promised",
        f"{ROOT}/scripts/oldest {ROOT}/scripts/demo --as-built",
    ),
    *(scenario(name) for name in sorted(SCENARIOS - {*LONG, *SLOW})),
)
# What all others printed and left behind.
CANARY = Gate(
    "canary", "no secret in anything that was printed or left behind", f"python3 {ROOT}/scripts/canary.py"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [gate.name for gate in (*GATES, CANARY)]
    parser.add_argument("gates", nargs="*", metavar="GATE", help="run only these; all: " + ", ".join(names))
    parser.add_argument("--fast", action="store_true", help="only the gates of the inner loop")
    parser.add_argument("--full", action="store_true", help="the long ones, too, and the long form of others")
    args = parser.parse_args()
    unknown = set(args.gates) - set(names)
    if unknown:
        parser.error(f"no such gate: {', '.join(sorted(unknown))}")

    def is_chosen(gate: Gate) -> bool:
        if args.gates:
            return gate.name in args.gates
        return gate.fast if args.fast else args.full or not gate.full

    chosen = [gate for gate in GATES if is_chosen(gate)]
    last = [CANARY] if is_chosen(CANARY) else []
    total = len(chosen) + len(last)

    LOGS.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "scripts/build"], check=True)
    started = time.monotonic()
    lanes: queue.SimpleQueue[Mapping[str, str]] = queue.SimpleQueue()
    for lane in LANES:
        lanes.put(lane)

    def run_in_lane(gate: Gate) -> Result:
        lane = lanes.get()
        try:
            return run(gate, {**lane, **(FULL if args.full else FAST if args.fast else {})})
        finally:
            lanes.put(lane)

    results: list[Result] = []
    print(f"{total} gates, {len(LANES)} at a time", flush=True)
    with ThreadPoolExecutor(len(LANES)) as pool:
        try:
            for group in (chosen, last):
                for future in as_completed([pool.submit(run_in_lane, gate) for gate in group]):
                    results.append(future.result())
                    print(f"[{len(results)}/{total}] {results[-1]}", flush=True)
        except KeyboardInterrupt:
            # Those that run have been interrupted, too; the others do not begin.
            pool.shutdown(cancel_futures=True)
            print("interrupted; what is left of the labs goes when they are used again")
            return 130
    tried = [(one.gate.scenario, not one.failed, one.seconds) for one in results if one.gate.scenario]
    if tried:
        CLAIMS.write_text(table(tried, LOGS))
        print(f"\nWhich claims held, and on what: {CLAIMS.relative_to(ROOT)}")
    for one in results:
        if one.failed:
            print(f"\n{one.gate.name}: {one.failed} of {one.passed + one.failed} failed. {one.cause}")
    passed, failed = sum(one.passed for one in results), sum(one.failed for one in results)
    print(f"\nTook {time.monotonic() - started:.0f} s; logs are in {LOGS.relative_to(ROOT)}.")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


@dataclass(frozen=True)
class Result:
    gate: Gate
    passed: int
    failed: int
    seconds: float
    end_of_log: str = ""
    cause: str = ""

    def __str__(self) -> str:
        verdict = "FAILED" if self.failed else "ok"
        counted = f"{self.passed} passed, {self.failed} failed, {self.seconds:.0f} s"
        return f"{self.gate.name}: {self.gate.about} ... {verdict} ({counted})" + (
            f"\n{self.end_of_log}\n{self.gate.name}: FAILED, see above" if self.failed else ""
        )


def run(gate: Gate, environment: Mapping[str, str]) -> Result:
    """Run one gate with *environment* added to ours."""
    log = LOGS / f"{gate.name}.log"
    report = LOGS / f"{gate.name}.xml"
    report.unlink(missing_ok=True)
    command = gate.command + (f" --junitxml={report}" if gate.suite else "")
    started = time.monotonic()
    with log.open("w") as output:
        code = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=COLLECTION,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    seconds = time.monotonic() - started
    good, bad = counts(report) if gate.suite else (int(code == 0), int(code != 0))
    if code and not bad:
        bad = 1
    if not bad:
        return Result(gate, good, bad, seconds)
    said = causes.plain(log)
    cause = (causes.of_suite(report) if gate.suite else "") or causes.of_log(said)
    return Result(gate, good, bad, seconds, tail(said), cause)


def counts(report: Path) -> tuple[int, int]:
    if not report.exists():
        return 0, 1
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    total = bad = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        bad += sum(int(suite.get(kind, 0)) for kind in ("failures", "errors", "skipped"))
    return total - bad, bad if total else 1


def tail(text: str, lines: int = 60) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


if __name__ == "__main__":
    sys.exit(main())

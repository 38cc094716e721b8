# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the role costs that changes nothing, with 1 and with 500 trunks, all registered and verified.

Real hosts, those of the scenario ``scale``: Asterisk 16 with chan_sip, 22 with chan_pjsip, and their provider; each
alone, by one ``ansible-playbook`` that is timed from its start to its end. *tasks* is what Ansible counts as ok,
*skipped* what it passes over. *first* is the run that deploys the trunks and waits until they are registered, which
chan_sip does one after the other; *second* is the least of some runs that follow, since others may work on the machine.
*ratio* is that of 500 trunks to that of 1.

Ends with 1 when a limit is exceeded, or when a second run changes anything. PBXes as arguments choose among them;
``--as-built`` takes the collection that was built and installed before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / "tests/lab"
SCALE = ROOT / "molecule/scale"
PBXES = ("pbx", "pjsip22")
FEW, MANY = 1, 500
RUNS = 3
TASKS_LIMIT = 12
SECONDS_LIMIT = 6.0
RATIO_LIMIT = 2.0
HOME = {"LAB_NAME": "telephony-lab-bench", "LAB_NET": "10.89.79", "LAB_DIR": f"{ROOT}/.cache/lab-bench"}
# chan_sip has so many lines for the whole thousand only.
ENVIRONMENT = {
    **HOME,
    **os.environ,
    "LAB_PBX": "asterisk16",
    "LAB_FULL": "1",
    "ANSIBLE_COLLECTIONS_PATH": f"{ROOT}/.cache/collections",
}
INVENTORY = [f"--inventory={LAB}/inventory/", f"--inventory={SCALE}/inventory/"]
RECAP = re.compile(r"ok=(?P<ok>\d+) +changed=(?P<changed>\d+) .*skipped=(?P<skipped>\d+)")


class Run(NamedTuple):
    seconds: float
    tasks: int
    changed: int
    skipped: int


class Row(NamedTuple):
    """What so many trunks cost on a PBX."""

    pbx: str
    trunks: int
    first: Run
    second: Run


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pbxes", nargs="*", metavar="PBX", help="all: " + ", ".join(PBXES))
    parser.add_argument("--as-built", action="store_true")
    args = parser.parse_args()
    pbxes = args.pbxes or PBXES
    if not args.as_built:
        subprocess.run([ROOT / "scripts/build"], check=True)
    # The stranger has the name server.
    hosts = ",".join(("provider", "stranger", *pbxes))
    try:
        play(LAB / "create.yml", "--limit", hosts)
        play(SCALE / "prepare.yml", "--limit", hosts)
        pairs = [measured(pbx) for pbx in pbxes]
    finally:
        play(LAB / "destroy.yml")
    print(
        f"{'PBX':>8} {'trunks':>7} {'first, s':>9} {'second, s':>10} {'tasks':>6} {'skipped':>8} {'ratio':>6}"
    )
    faults = []
    for few, many in pairs:
        ratio = many.second.seconds / few.second.seconds
        for row in (few, many):
            print(
                f"{row.pbx:>8} {row.trunks:7} {row.first.seconds:9.1f} {row.second.seconds:10.1f} {row.second.tasks:6}"
                f" {row.second.skipped:8} {ratio if row is many else 1:6.2f}"
            )
        faults += [
            f"{few.pbx}: {what} {value:.1f}, more than {limit}"
            for what, value, limit in (
                ("tasks", max(few.second.tasks, many.second.tasks), TASKS_LIMIT),
                ("seconds", few.second.seconds, SECONDS_LIMIT),
                ("ratio", ratio, RATIO_LIMIT),
                ("changes of a second run", few.second.changed + many.second.changed, 0),
            )
            if value > limit
        ]
    print("\n".join(faults or ["ok"]))
    return int(bool(faults))


def measured(pbx: str) -> Tuple[Row, Row]:
    """With few trunks and with many."""
    kept = Path(ENVIRONMENT["LAB_DIR"]) / f"{pbx}.json"
    # As they stand in an inventory: to make them is none of the role's work.
    content = {"content": "{{ {'sip_trunks': lab_trunks} | to_json }}", "dest": str(kept), "mode": "0600"}
    local = json.dumps({"ansible_connection": "local", "ansible_python_interpreter": sys.executable})
    ansible(
        "ansible", pbx, "--module-name", "ansible.builtin.copy", "--args", json.dumps(content), "-e", local
    )
    trunks: List[Dict[str, object]] = json.loads(kept.read_text())["sip_trunks"]

    def cost(count: int) -> Row:
        kept.write_text(json.dumps({"sip_trunks": trunks[:count]}))
        first, *others = (deploy(pbx, kept) for _run in range(1 + RUNS))
        return Row(pbx, count, first, min(others))

    return cost(FEW), cost(MANY)


def deploy(pbx: str, trunks: Path) -> Run:
    began = time.monotonic()
    said = play(
        ROOT / "playbooks/provision.yml",
        *("--extra-vars", f"@{trunks}"),
        # Not the lab's own Python, which is quicker.
        *("--extra-vars", f"trunk_hosts={pbx} ansible_python_interpreter=/usr/bin/python3"),
    )
    seconds = time.monotonic() - began
    recap = RECAP.search(said)
    assert recap, said[-2000:]
    return Run(seconds, *(int(recap[name]) for name in ("ok", "changed", "skipped")))


def play(playbook: Path, *options: str) -> str:
    return ansible("ansible-playbook", str(playbook), *options)


def ansible(program: str, *arguments: str) -> str:
    command = [program, *INVENTORY, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT, env=ENVIRONMENT)
    assert done.returncode == 0, f"{program} failed: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

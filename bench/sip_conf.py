# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long our engine takes to read and lint a sip.conf, and how long a real Asterisk 16 takes to load the same file.

Ours: parse, effective view and all rules, of a text in memory. Asterisk's: ``module load chan_sip.so``, which comes
back when every peer and every registration is there, as is checked each time. That is what an operator waits for at
a restart, and more than reading: chan_sip also makes its objects, but lints nothing. ``sip reload`` only asks another
thread to begin, so that its end cannot be seen from outside. The container has no network; all hosts are addresses
of the network for benchmarks (RFC 2544): nothing is looked up, and no REGISTER goes anywhere.

Ends with 1 when the cost of a trunk grows with their number, or when we are much slower than Asterisk.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "plugins/module_utils"))

from siptrunk.drivers import chan_sip as driver
from siptrunk.lint.linting import lint
from siptrunk.lint.loading import from_texts
from siptrunk.trunk import load_trunks

IMAGE = os.environ.get("ORACLE_IMAGE", "localhost/telephony-lab-asterisk16")
TRUNKS = (1_000, 2_500, 5_000, 10_000)
RUNS = 5
# How many times the cost of one trunk in the smallest file it may be in any other: noise, and no more than that.
GROWTH_LIMIT = 2.0
# How many times Asterisk's time ours may be.
RATIO_LIMIT = 3.0
CONFIG = {
    "asterisk.conf": "[options]\n",
    "modules.conf": "[modules]\nautoload = no\nload = res_rtp_asterisk.so\n",
    "logger.conf": "[logfiles]\nmessages = error\n",
}
LOAD = """
before=$EPOCHREALTIME
asterisk -rx 'module load chan_sip.so' > /dev/null
after=$EPOCHREALTIME
echo "$before $after"
asterisk -rx 'sip show peers' | tail -1
asterisk -rx 'sip show registry' | tail -1
asterisk -rx 'module unload chan_sip.so' > /dev/null
"""
WAIT = "until asterisk -rx 'core waitfullybooted' | grep -q 'fully booted'; do sleep 0.1; done"


class Row(NamedTuple):
    """What was measured with one file: trunks, bytes, and the seconds of both sides."""

    trunks: int
    size: int
    ours: float
    theirs: float


def main() -> int:
    with asterisk() as load:
        rows = measured(load)
    smallest = rows[0]
    print(
        f"{'trunks':>7} {'MB':>6} {'ours, s':>8} {'us/trunk':>9} {'growth':>7} {'Asterisk, s':>12} {'ratio':>6}"
    )
    for row in rows:
        print(
            f"{row.trunks:7} {row.size / 1e6:6.2f} {row.ours:8.3f} {row.ours / row.trunks * 1e6:9.0f}"
            f" {growth(row, smallest):7.2f} {row.theirs:12.3f} {row.ours / row.theirs:6.2f}"
        )
    faults = [
        f"{row.trunks} trunks: {what} {value:.2f}, more than {limit}"
        for row in rows
        for what, value, limit in (
            ("growth", growth(row, smallest), GROWTH_LIMIT),
            ("ratio", row.ours / row.theirs, RATIO_LIMIT),
        )
        if value > limit
    ]
    print("\n".join(faults or [f"growth at most {GROWTH_LIMIT} and ratio at most {RATIO_LIMIT}: ok"]))
    return 1 if faults else 0


def measured(load: Callable[[str, int], float]) -> List[Row]:
    """The best of some rounds, each through all sizes and both sides: the machine is busy with other things, too."""
    texts = {number: sip_conf(number) for number in TRUNKS}
    rounds = [
        {number: (read_and_lint(text), load(text, number)) for number, text in texts.items()}
        for _round in range(RUNS)
    ]
    return [
        Row(number, len(text), *(min(times) for times in zip(*(one[number] for one in rounds))))
        for number, text in texts.items()
    ]


def growth(row: Row, smallest: Row) -> float:
    return (row.ours / row.trunks) / (smallest.ours / smallest.trunks)


def sip_conf(number: int) -> str:
    """What our own driver writes for so many trunks, with the section that it adds to."""
    trunks = load_trunks([trunk(index) for index in range(number)])
    return f"[general]\nbindaddr = 127.0.0.1\n{driver.render(trunks)}"


def trunk(index: int) -> Dict[str, object]:
    high, low = divmod(index, 250)
    return {
        "name": f"provider{index}",
        "provider": {"host": f"198.18.{high}.{low + 1}"},
        "registration": {"user": f"4321{index}", "secret": f"s3cr;t{index}", "contact": str(index)},
        "inbound": {"numbers": {str(1_000_000 + index): {"goto": "internal,100,1"}}},
    }


def read_and_lint(text: str) -> float:
    gc.collect()
    before = time.perf_counter()
    report = lint([from_texts({"sip.conf": text})])
    seconds = time.perf_counter() - before
    assert not report.findings, f"what our driver writes is clean, but {report.findings[0]}"
    return seconds


@contextmanager
def asterisk() -> Iterator[Callable[[str, int], float]]:
    """A daemon without chan_sip, and the way to have it load that with a sip.conf of so many trunks."""
    container = f"bench-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory)
        config.chmod(0o755)
        for name, text in CONFIG.items():
            (config / name).write_text(text)
        options = ["--detach", "--rm", "--network", "none", "--pull", "never", "--name", container]
        volume = ["--volume", f"{config}:/etc/asterisk"]
        podman("run", *options, *volume, "--entrypoint", "asterisk", IMAGE, "-f", "-n")

        def load(text: str, trunks: int) -> float:
            (config / "sip.conf").write_text(text)
            times, peers, registry = podman("exec", container, "bash", "-c", LOAD)[-3:]
            assert peers.startswith(f"{2 * trunks} sip peers"), f"not every peer was loaded: {peers}"
            assert registry.startswith(f"{trunks} SIP reg"), f"not every registration was loaded: {registry}"
            before, after = times.split()
            return float(after) - float(before)

        try:
            podman("exec", container, "timeout", "30", "bash", "-c", WAIT)
            yield load
        finally:
            podman("rm", "--force", "--time", "0", container)


def podman(*arguments: str) -> List[str]:
    done = subprocess.run(["podman", *arguments], capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"podman {arguments[0]} failed: {done.stderr}"
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main())

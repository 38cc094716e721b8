# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What linting costs as sip.conf grows to 100 MB: seconds and memory for each MB.

Two files: one with nothing wrong, as somebody might keep by hand, and one with something wrong in each section. Each
size has a process of its own, so that the memory is its own.

Ends with 1 when 1 MB takes more than a second, when a MB of a large file takes longer than one of a small file, or when
the memory is more than 20 times the file.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "plugins/module_utils"))

from siptrunk.lint.linting import lint
from siptrunk.lint.loading import from_texts

SIZES = (1, 10, 100)
SECONDS_LIMIT = 1.0
# Noise, and Python's search for cycles among more objects.
GROWTH_LIMIT = 2.0
MEMORY_LIMIT = 20.0
GENERAL = "[general]\nallowguest = no\n\n"
PEER = """\
; head office {number}
[provider-{number}]
type = peer
host = 198.18.{high}.{low}
remotesecret = example-{number}
context = from-provider
insecure = port,invite
qualify = yes
nat = force_rport,comedia ; they see our router
disallow = all
allow = alaw,ulaw

"""
KINDS = {"clean": PEER, "wrong": PEER.replace("insecure =", "insceure =")}


class Row(NamedTuple):
    kind: str
    size: float
    seconds: float
    memory: float
    findings: int

    @property
    def rate(self) -> float:
        return self.seconds / self.size


def main(arguments: Sequence[str]) -> int:
    if arguments:
        sys.stdout.write(" ".join(map(str, measure(arguments[0], int(arguments[1])))))
        return 0
    rows = []
    print(
        f"{'file':>6} {'MB':>6} {'findings':>8} {'s':>7} {'s/MB':>6} {'growth':>7} {'memory/file':>12}",
        flush=True,
    )
    for kind in KINDS:
        for size in SIZES:
            row = in_a_process(kind, size)
            rows.append(row)
            smallest = next(one for one in rows if one.kind == kind)
            print(
                f"{row.kind:>6} {row.size:6.1f} {row.findings:8} {row.seconds:7.2f} {row.rate:6.2f}"
                f" {row.rate / smallest.rate:7.2f} {row.memory:12.1f}",
                flush=True,
            )
    faults = list(too_much(rows))
    print("\n".join(faults or ["ok"]))
    return int(bool(faults))


def too_much(rows: Sequence[Row]) -> Sequence[str]:
    found = []
    for row in rows:
        smallest = next(one for one in rows if one.kind == row.kind)
        for what, value, limit in (
            ("seconds for the first MB", smallest.rate, SECONDS_LIMIT),
            ("growth", row.rate / smallest.rate, GROWTH_LIMIT),
            ("memory", row.memory, MEMORY_LIMIT),
        ):
            if value > limit:
                found.append(f"{row.kind}, {row.size:.0f} MB: {what} {value:.2f}, more than {limit}")
    return found


def in_a_process(kind: str, size: int) -> Row:
    command = [sys.executable, __file__, kind, str(size)]
    numbers = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    return Row(kind, *map(float, numbers[:3]), int(numbers[3]))


def measure(kind: str, size: int) -> tuple[float, float, float, int]:
    """MB, seconds, memory relative to the file, and findings."""
    peer = KINDS[kind]
    count = size * 1_000_000 // len(peer.format(number=100_000, high=100, low=100))
    text = GENERAL + "".join(
        peer.format(number=number, high=number // 250 % 250, low=number % 250 + 1) for number in range(count)
    )
    before, began = peak(), time.perf_counter()
    report = lint([from_texts({"sip.conf": text})])
    seconds = time.perf_counter() - began
    return len(text) / 1e6, seconds, (peak() - before) / len(text), len(report.findings)


def peak() -> int:
    """Bytes; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Healthy trunks are never called anything else: PYTHONPATH=tests python3 -m faults.soak [MINUTES]

Trunks that register anew every minute, of both drivers, are looked at again and again, at the worst moments, too.
Prints a line for each PBX, and ends with 1 when a verdict was not ok.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List, Tuple

from .lab import DOMAIN, Lab, started, started_pbx

PBXES = [("chan_sip", "16"), ("pjsip", "16"), ("pjsip", "22")]
ADDRESSES = [f"198.51.100.{number}" for number in range(10, 14)]


def declared(number: int, driver: str) -> Dict[str, Any]:
    at_once = {"options": {"registration": {"max_random_initial_delay": 0}}} if driver == "pjsip" else {}
    return {
        "name": f"t{number}",
        "provider": {"host": f"h{number}.{DOMAIN}"},
        "registration": {"user": f"u{number}", "secret": "right", "contact": "100", "expiry": 60},
        "nat": {"keepalive": 10},
        **at_once,
    }


def soak(pbx: Tuple[str, str], seconds: float) -> Tuple[int, List[str]]:
    """How often it was looked, and what was said that is not ok."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        lab = Lab(*pbx, Path(name))
        trunks = [declared(number, lab.driver) for number in range(len(ADDRESSES))]
        with started(lab, ADDRESSES):
            for number, address in enumerate(ADDRESSES):
                lab.account(f"u{number}", "right")
                lab.publish(**{f"h{number}": [address]})
            lab.configure(trunks, trunks)
            with started_pbx(lab):
                lab.verify("--wait", "30")
                until, looks, bad = time.monotonic() + seconds, 0, []
                while time.monotonic() < until:
                    # No wait: what is said at once must be right.
                    answer = lab.verify("--wait", "0")
                    looks += 1
                    bad += [one["summary"] for one in answer["trunks"] if one["status"] != "ok"]
                    time.sleep(1)
                return looks, bad


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda pbx: soak(pbx, minutes * 60), PBXES))
    for pbx, (looks, bad) in zip(PBXES, results):
        print(
            f"{' '.join(pbx)}: {looks} looks at {len(ADDRESSES)} trunks, {len(bad)} verdicts that were not ok"
        )
        for summary in bad[:10]:
            print(f"  {summary}")
    return 1 if any(bad for _looks, bad in results) else 0


if __name__ == "__main__":
    sys.exit(main())

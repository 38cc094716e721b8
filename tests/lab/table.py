# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show what tests/lab/demo.yml saw as a table: table.py FILE. Ends with 1 when anything of it did not work."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    seen = json.loads(Path(sys.argv[1]).read_text())
    claims = {claim["id"]: claim for claim in seen["claims"]}
    rows = [
        {
            "TRUNK": trunk["trunk"],
            "DRIVER": trunk["driver"],
            "STATE": trunk["state"],
            "EXPIRES IN": seconds(trunk["expires_in"]),
            "ASKED": seconds(trunk["asked_expiry"]),
            "GRANTED": seconds(trunk["granted_expiry"]),
            "INBOUND TRUSTED": yes(claims["inbound"]),
            "STRANGER REFUSED": yes(claims["stranger"]),
            "OUTBOUND CALL": yes(claims["outbound"]),
        }
        for trunk in seen["verdicts"]["trunks"]
    ]
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]}
    for row in [{name: name for name in widths}, *rows]:
        print("  ".join(row[name].ljust(width) for name, width in widths.items()).rstrip())
    print()
    for claim in seen["claims"]:
        print(f"{'ok    ' if claim['ok'] else 'FAILED'} {claim['claim']}\n       {claim['evidence'].strip()}")
    bad_trunks = [trunk for trunk in seen["verdicts"]["trunks"] if not trunk["ok"]]
    for trunk in bad_trunks:
        print(f"FAILED the verifier on the PBX says\n       {trunk['summary']}")
    if not bad_trunks:
        print(f"ok     The verifier on the PBX agrees\n       {seen['verdicts']['trunks'][0]['summary']}")
    return int(bool(bad_trunks) or not all(claim["ok"] for claim in seen["claims"]))


def seconds(value: int | None) -> str:
    return "-" if value is None else f"{value} s"


def yes(claim: dict[str, object]) -> str:
    return "yes" if claim["ok"] else "NO"


if __name__ == "__main__":
    sys.exit(main())

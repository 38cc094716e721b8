# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send with SIPp what a table says, row by row, and say in JSON which statuses each row got.

Standard input: {"hosts": [whom to ask, ...], "from": own address, "rows": [...]}, each row with method, number, from
(the header field), port (our own), transport, user and secret (for whoever asks for them).
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FINAL = re.compile(r"^SIP/2\.0 ([2-6]\d\d)", re.MULTILINE)
CALL = re.compile(r"^Call-ID: *row(\d+)-", re.MULTILINE | re.IGNORECASE)
CSEQ = re.compile(r"^CSeq: *\d+ (\w+)", re.MULTILINE | re.IGNORECASE)


def main() -> int:
    task = json.load(sys.stdin)
    rows = sorted(task["rows"], key=way)
    seen: dict[str, dict[int, list[int]]] = {host: {} for host in task["hosts"]}
    for host in task["hosts"]:
        for (method, port, transport), group in itertools.groupby(rows, way):
            seen[host] |= ask(host, task["from"], method, port, transport, list(group))
    print(json.dumps(seen))
    return 0


def way(row: dict[str, Any]) -> tuple[str, int, str]:
    """What one run of SIPp has in common."""
    return row["method"], row["port"], row["transport"]


def ask(
    host: str, own: str, method: str, port: int, transport: str, rows: list[dict[str, Any]]
) -> dict[int, list[int]]:
    template = HERE / ("invite.xml" if method == "INVITE" else "request.xml")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        # SIPp takes a method from nowhere else.
        (work / "scenario.xml").write_text(template.read_text().replace("METHOD", method))
        (work / "fields.csv").write_text("SEQUENTIAL\n" + "".join(fields(host, row) for row in rows))
        done = subprocess.run(
            [
                "sipp", "-sf", "scenario.xml", "-inf", "fields.csv", f"{host}:5060",
                "-i", own, "-p", str(port), "-t", {"udp": "u1", "tcp": "t1"}[transport], "-cid_str", "row%u-%p@%s",
                "-m", str(len(rows)), "-l", "1", "-r", "50", "-recv_timeout", "2000", "-timeout", "60", "-nostdin",
                "-trace_msg", "-message_file", "messages.log",
            ],
            cwd=work, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        log = work / "messages.log"
        if not log.exists():
            sys.exit(f"SIPp ended with code {done.returncode}: {done.stderr.strip()}")
        return statuses(log.read_text(errors="replace"), rows)


def fields(host: str, row: dict[str, Any]) -> str:
    sender = row["from"].replace("PBX", host)
    registers = row["method"] == "REGISTER"
    uri = f"sip:{host}" if registers else f"sip:{row['number']}@{host}"
    to = sender if registers else f"<{uri}>"
    credentials = f"[authentication username={row['user']} password={row['secret']}]"
    return ";".join([uri, sender, to, credentials]) + "\n"


def statuses(log: str, rows: list[dict[str, Any]]) -> dict[int, list[int]]:
    """The final answers to the row's request, without copies."""
    seen: dict[int, list[int]] = {row["number"]: [] for row in rows}
    for message in re.split(r"^-{20,}.*$", log, flags=re.MULTILINE):
        status, call, cseq = FINAL.search(message), CALL.search(message), CSEQ.search(message)
        if message.startswith("\nUnexpected") or not (status and call and cseq):
            continue
        row = rows[int(call[1]) - 1]
        if cseq[1] == row["method"]:
            seen[row["number"]].append(int(status[1]))
    return seen


if __name__ == "__main__":
    sys.exit(main())

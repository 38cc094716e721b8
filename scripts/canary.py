# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for the labs' secrets in everything that was printed (.cache/log) or left readable by others.

Ends with 1 when one is found, or when nothing could be looked for.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each lab has invented its own.
SECRETS = sorted(ROOT.glob(".cache/lab*/secrets.json"))
LOGS = ROOT / ".cache/log"


def main() -> int:
    kept = {path: [secret.encode() for secret in json.loads(path.read_text()).values()] for path in SECRETS}
    secrets = [secret for found in kept.values() for secret in found]
    if not secrets or not all(holds(path, secret) for path, found in kept.items() for secret in found):
        print("canary: cannot even find the secrets in .cache/lab*/secrets.json", file=sys.stderr)
        return 1
    looked = 0
    leaks = []
    for path in files():
        looked += 1
        if any(holds(path, secret) for secret in secrets):
            leaks.append(path)
    for path in leaks:
        print(f"canary: a secret of the lab stands in {path}", file=sys.stderr)
    print(f"canary: looked for {len(secrets)} secrets in {looked} files, found {len(leaks)}")
    return 1 if leaks or not looked else 0


def files() -> Iterator[Path]:
    """All logs, and whatever others may read: in the project, in temporary directories, in Ansible's own."""
    yield from LOGS.glob("*")
    for top in (ROOT, Path(tempfile.gettempdir()), Path.home() / ".ansible"):
        for directory, names, found in os.walk(top):
            names[:] = [name for name in names if name not in (".venv", ".git")]
            for name in found:
                path = Path(directory, name)
                if is_readable_by_others(path) and path.parent != LOGS:
                    yield path


def is_readable_by_others(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISREG(mode) and bool(mode & stat.S_IROTH)


def holds(path: Path, secret: bytes) -> bool:
    try:
        return secret in path.read_bytes()
    except (FileNotFoundError, PermissionError):
        return False


if __name__ == "__main__":
    sys.exit(main())

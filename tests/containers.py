# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the tests get into their containers."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from pathlib import Path
from typing import Tuple

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Its numbers, in the namespaces from this one to its own.
FIRST_OF_ITS_OWN = re.compile(r"^NSpid:(?:\t\d+)+\t1$", re.MULTILINE)


def entrance(name: str) -> Tuple[str, ...]:
    """What a command for a container begins with, to run there as root.

    By its namespaces where we are root: podman exec starts five processes each time.
    """
    if os.geteuid():
        return ("podman", "exec", "-i", name)
    pid = first_process(name)
    # Of one that is gone, the number may have come to any process of this machine.
    status = Path(f"/proc/{pid}/status")
    is_there = status.exists() and FIRST_OF_ITS_OWN.search(status.read_text())
    assert is_there, f"the container {name} does not run"
    return ("nsenter", f"--target={pid}", "--all", "env", "-i", f"PATH={PATH}", "HOME=/root")


@functools.cache
def first_process(name: str) -> int:
    inspect = ["podman", "inspect", "--format", "{{.State.Pid}}", name]
    return int(subprocess.run(inspect, capture_output=True, check=True, text=True).stdout)

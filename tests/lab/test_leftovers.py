# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that was killed has left behind is in no later one's way."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Where podman finds it on Debian.
NETAVARK = Path("/usr/lib/podman/netavark")


def test_the_lab_starts_after_its_podman_was_killed(tmp_path: Path) -> None:
    settings, namespace = podman_that_is_killed(tmp_path)
    assert play("destroy.yml").returncode == 0
    try:
        killed = play("create.yml", CONTAINERS_CONF=str(settings))
        assert "exited with code -9" in killed.stdout, killed.stdout
        # It did leave something: the address is no other container's now.
        blocked = play("create.yml")
        assert "is already allocated to container" in blocked.stdout, blocked.stdout

        for name in ("destroy.yml", "create.yml"):
            done = play(name)
            assert done.returncode == 0, done.stdout
    finally:
        play("destroy.yml")
        subprocess.run(["ip", "netns", "delete", Path(namespace.read_text().strip()).name], check=True)


def play(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Play a playbook of the lab for one container."""
    return subprocess.run(
        ["ansible-playbook", f"--inventory={HERE}/inventory", "--limit=stranger", HERE / name],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def podman_that_is_killed(directory: Path) -> tuple[Path, Path]:
    """A containers.conf with which podman is killed as a network is set up; the file that names its namespace then."""
    ours = os.environ.get("CONTAINERS_CONF")
    settings, instead, namespace = (
        directory / name for name in ("containers.conf", NETAVARK.name, "namespace")
    )
    instead.write_text(
        f'#!/bin/sh\n{NETAVARK} "$@"\nfor last; do :; done\necho "$last" > {namespace}\nkill -KILL $PPID\n'
    )
    instead.chmod(0o755)
    # The table that ours ends with (scripts/setup).
    engine = Path(ours).read_text() if ours else "[engine]\n"
    settings.write_text(
        f"{engine}helper_binaries_dir = {json.dumps([str(directory), str(NETAVARK.parent)])}\n"
    )
    return settings, namespace

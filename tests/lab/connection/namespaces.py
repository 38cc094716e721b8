# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Into a container of this machine by its namespaces, as root; podman exec starts five processes each time."""

from __future__ import annotations

DOCUMENTATION = """
name: namespaces
short_description: Run tasks in a container of this machine, through nsenter
description: Needs root here. Where there is none, C(containers.podman.podman) does the same.
author: The telephony.asterisk authors
options:
  remote_addr:
    description: The container's name.
    required: true
    vars:
      - name: ansible_host
  directory:
    description: Where podman wrote the number of each container's first process, to I(CONTAINER).pid.
    type: path
    required: true
    vars:
      - name: lab_dir
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Its numbers, in the namespaces from this one to its own.
FIRST_OF_ITS_OWN = re.compile(r"^NSpid:(?:\t\d+)+\t1$", re.MULTILINE)


class Connection(ConnectionBase):
    transport = "namespaces"
    has_pipelining = True

    def _connect(self) -> Connection:
        return self

    def close(self) -> None:
        pass

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        command = ["nsenter", f"--target={self._pid()}", "--all", "env", "-i", f"PATH={PATH}", "HOME=/root"]
        done = subprocess.run(
            [*command, *shlex.split(cmd)], input=in_data or b"", capture_output=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def put_file(self, in_path: str, out_path: str) -> None:
        super().put_file(in_path, out_path)
        shutil.copyfile(in_path, self._there(out_path))

    def fetch_file(self, in_path: str, out_path: str) -> None:
        super().fetch_file(in_path, out_path)
        shutil.copyfile(self._there(in_path), out_path)

    def _there(self, path: str) -> str:
        return f"/proc/{self._pid()}/root{path}"

    def _pid(self) -> int:
        file = Path(self.get_option("directory"), f"{self.get_option('remote_addr')}.pid")
        try:
            pid = int(file.read_text())
            status = Path(f"/proc/{pid}/status").read_text()
        except (OSError, ValueError) as error:
            raise AnsibleConnectionFailure(f"{file}: {error}; the container does not run") from None
        # Of one that is gone, the number may have come to any process of this machine.
        if FIRST_OF_ITS_OWN.search(status) is None:
            raise AnsibleConnectionFailure(f"{file}: {pid} is not the first process of a container")
        return pid

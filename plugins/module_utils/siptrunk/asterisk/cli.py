# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of a running Asterisk: ``asterisk -rx COMMAND``, and how to read what it prints.

Its exit code says only whether there was a connection, and its columns cut names: AMI is better.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
import time
from typing import Callable, List, Optional

from .snapshot import Peer, Registration, Unavailable

# regstate2str() in channels/chan_sip.c
STATES = (
    "Failed",
    "Unregistered",
    "Request Sent",
    "Auth. Sent",
    "Registered",
    "Rejected",
    "No Authentication",
    "Unknown",
)
VERSION = "core show version"
UPTIME = "core show uptime seconds"
_CONTROL_SOCKET = "/var/run/asterisk/asterisk.ctl"
_REGISTRATION = re.compile(
    r"(?P<registrar>\S.*?)\s+[YN]\s+(?P<account>\S.*?)\s+(?P<refresh>-?\d+)\s+"
    rf"(?P<state>{'|'.join(map(re.escape, STATES))})"
    r"(?:\s+(?P<time>\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d))?\s*"
)
_REGISTRATION_COUNT = re.compile(r"(\d+) SIP registrations?\.")
_FIELD = re.compile(r"\s*(Addr->IP|Status)\s*: (.*?)\s*")
_ADDRESS = re.compile(r"\[?(.+?)\]?:\d+")

# Returns what a command prints; raises Unavailable.
Ask = Callable[[str], str]


def program(name: str = "asterisk") -> str:
    """Path of the program; Unavailable when this host has none."""
    # Who is not root often has no sbin in his path.
    path = shutil.which(
        name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    )
    if path is None:
        raise Unavailable("not_installed", f"this host has no program {name}")
    return path


def connect(config_dir: str, *, timeout: float) -> Ask:
    """How to ask the Asterisk that uses *config_dir*; no connection is made yet."""

    def ask(command: str) -> str:
        argv = [program(), "-C", os.path.join(config_dir, "asterisk.conf"), "-rx", command]
        try:
            result = subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired:
            raise Unavailable("not_answering", f"no answer to '{command}' within {timeout:g} s") from None
        if result.returncode:
            raise _no_connection(result.stderr.decode("utf-8", "replace"))
        text = result.stdout.decode("utf-8", "surrogateescape")
        if "No such command" in text:
            # It answers before it has loaded its modules.
            cause = "starting" if command == VERSION else "driver_not_loaded"
            raise Unavailable(cause, f"Asterisk knows no command '{command}'")
        return text

    return ask


def _no_connection(stderr: str) -> Unavailable:
    """Tell an Asterisk that is down from one that we may not ask: its own message is the same."""
    named = re.search(r"does (\S+) exist", stderr)
    path = named[1] if named else _CONTROL_SOCKET
    with socket.socket(socket.AF_UNIX) as control:
        try:
            control.connect(path)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                return Unavailable("permission_denied", f"permission denied: {path}")
            return Unavailable("not_running", f"nobody listens on {path}")
    return Unavailable("not_answering", stderr.strip() or f"{path} gives no answer")


def read_version(text: str) -> Optional[str]:
    """The version from ``core show version`` or ``asterisk -V``."""
    found = re.search(r"^Asterisk (\S+)", text, re.MULTILINE)
    return found[1] if found else None


def read_uptime(text: str) -> int:
    """Seconds since the start, from ``core show uptime seconds``."""
    found = re.search(r"^System uptime: (\d+)", text, re.MULTILINE)
    if not found:
        raise Unavailable("unreadable", f"'{UPTIME}' has no time")
    return int(found[1])


def read_registrations(text: str, driver: str) -> List[Registration]:
    """The lines of ``sip show registry``; Unavailable unless there are as many as its last line says."""
    found = [match for match in map(_REGISTRATION.fullmatch, text.splitlines()) if match]
    count = _REGISTRATION_COUNT.search(text)
    if count is None or int(count[1]) != len(found):
        announced = count[1] if count else "an unknown number of"
        raise Unavailable(
            "unreadable", f"'sip show registry' has {announced} registrations, {len(found)} were read"
        )
    return [
        Registration(
            driver=driver,
            account=match["account"],
            registrar=match["registrar"],
            state=match["state"],
            refresh=int(match["refresh"]),
            registered_at=_epoch(match["time"]) if match["time"] else None,
            cut=True,
        )
        for match in found
    ]


def _epoch(local: str) -> int:
    return int(time.mktime(time.strptime(local, "%a, %d %b %Y %H:%M:%S")))


def read_peer(text: str) -> Optional[Peer]:
    """The peer of ``sip show peer NAME``; None when there is none of that name."""
    fields = {match[1]: match[2] for match in map(_FIELD.fullmatch, text.splitlines()) if match}
    if "Addr->IP" not in fields:
        return None
    address = _ADDRESS.fullmatch(fields["Addr->IP"])
    return Peer(address[1] if address else None, fields.get("Status", ""))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of a running Asterisk, over its control socket as ``asterisk -rx COMMAND`` uses it
(ast_remotecontrol() and netconsole() in main/asterisk.c), and how to read what it prints.

Columns cut names: AMI is better.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import time
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from ..config.effective import load
from ..errors import ConfigError
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
# No line of what is read here is longer: those of chan_sip have columns, names in chan_pjsip's end before this.
LINE_LIMIT = 500
# DEFAULT_SOCKET of main/asterisk.c, where packages and builds put it, and its name.
_RUN_DIRECTORY, _CONTROL = "/var/run/asterisk", "asterisk.ctl"
_PREFIX = b"cli quit after "
# Asterisk reads so much at once, and drops what it cuts.
_READ_AT_ONCE = 500
_OUTPUT_LIMIT = 64 << 20
_CHUNK = 65536
_BUSY = 0.01
_REGISTRATION = re.compile(
    r"(?P<registrar>\S.*?)\s+[YN]\s+(?P<account>\S.*?)\s+(?P<refresh>-?\d{1,10})\s+"
    rf"(?P<state>{'|'.join(map(re.escape, STATES))})"
    r"(?:\s+(?P<time>\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d))?\s*",
    re.ASCII,
)
_REGISTRATION_COUNT = re.compile(r"\b([0-9]{1,10}) SIP registrations?\.")
_PEER_NAME = re.compile(r"  \* Name +: (.*)")
_FIELD = re.compile(r"\s*(Addr->IP|Status)\s*: (.*?)\s*")
_ADDRESS = re.compile(r"\[?(.+?)\]?:[0-9]+")

# Returns what commands print, one after the other; raises Unavailable.
Ask = Callable[..., str]


def program(name: str = "asterisk") -> str:
    """Path of the program; Unavailable when this host has none."""
    # Nobody needs it who finds Asterisk running.
    import shutil

    # Who is not root often has no sbin in his path.
    path = shutil.which(
        name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    )
    if path is None:
        raise Unavailable("not_installed", f"this host has no program {name}")
    return path


def connect(config_dir: str, *, timeout: float) -> Ask:
    """How to ask the Asterisk that uses *config_dir*; no connection is made yet.

    timeout: seconds for each connection, of which many commands need several
    """

    def ask(*commands: str) -> str:
        path = control_socket(config_dir)
        text = "".join(_run(path, some, timeout) for some in _portions(commands))
        if "No such command" in text:
            # It answers before it has loaded its modules.
            cause = "starting" if VERSION in commands else "driver_not_loaded"
            raise Unavailable(cause, f"Asterisk knows no command '{commands[0]}'")
        return text

    return ask


def control_socket(config_dir: str) -> str:
    """Path of the socket, as asterisk.conf says (load_asterisk_conf() in main/options.c)."""
    try:
        settings = load(os.path.join(config_dir, "asterisk.conf"), config_dir=config_dir)
    except (ConfigError, OSError):
        return os.path.join(_RUN_DIRECTORY, _CONTROL)
    directories, files = settings.first("directories"), settings.first("files")
    directory = directories.last("astrundir") if directories else None
    name = files.last("astctl") if files else None
    return os.path.join(directory.value if directory else _RUN_DIRECTORY, name.value if name else _CONTROL)


def _portions(commands: Sequence[str]) -> Iterator[bytes]:
    """The commands, as many at once as Asterisk reads."""
    portion = b""
    for command in commands:
        # A NUL would end it, and begin another command.
        line = command.replace("\0", "").encode("utf-8", "surrogateescape") + b"\0"
        if portion and len(_PREFIX) + len(portion) + len(line) > _READ_AT_ONCE:
            yield portion
            portion = b""
        portion += line
    yield portion


def _run(path: str, commands: bytes, timeout: float) -> str:
    """What the commands print; Unavailable when nobody is there, we may not ask, or there is no end."""
    first = commands.partition(b"\0")[0].decode("utf-8", "replace")
    deadline = time.monotonic() + timeout
    output = bytearray()
    try:
        with socket.socket(socket.AF_UNIX) as control:
            _connect(control, path, deadline)
            control.sendall(_PREFIX + commands)
            while True:
                control.settimeout(_left(deadline))
                data = control.recv(_CHUNK)
                if not data:
                    break
                output += data
                if len(output) > _OUTPUT_LIMIT:
                    raise Unavailable("unreadable", f"'{first}' prints more than {_OUTPUT_LIMIT} octets")
    except socket.timeout:
        raise Unavailable("not_answering", f"no answer to '{first}' within {timeout:g} s") from None
    except OSError as error:
        raise _no_connection(path, error) from None
    # First comes HOST/PID/VERSION.
    return output.partition(b"\n")[2].decode("utf-8", "surrogateescape")


def _connect(control: socket.socket, path: str, deadline: float) -> None:
    while True:
        control.settimeout(_left(deadline))
        try:
            return control.connect(path)
        except BlockingIOError:
            # Others ask, too, and few may wait.
            time.sleep(_BUSY)


def _left(deadline: float) -> float:
    """Seconds; socket.timeout when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout
    return left


def _no_connection(path: str, error: OSError) -> Unavailable:
    """Tell an Asterisk that is down from one that we may not ask, and from one that is not there at all."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return Unavailable("permission_denied", f"permission denied: {path}")
    try:
        program()
    except Unavailable as missing:
        return missing
    if error.errno in (errno.EPIPE, errno.ECONNRESET):
        return Unavailable("not_answering", f"{path}: the connection broke off")
    return Unavailable("not_running", f"nobody listens on {path}")


def read_version(text: str) -> Optional[str]:
    """The version from ``core show version`` or ``asterisk -V``."""
    found = re.search(r"^Asterisk (\S+)", text, re.MULTILINE)
    return found[1] if found else None


def read_uptime(text: str) -> Tuple[Optional[int], Optional[int]]:
    """Seconds since the start and since the last reload, from ``core show uptime seconds``.

    None for what would be negative, since the clock was set back: Asterisk shows no such line then.
    """
    return _seconds("System uptime", text), _seconds("Last reload", text)


def _seconds(what: str, text: str) -> Optional[int]:
    found = re.search(f"^{what}: ([0-9]{{1,10}})\\b", text, re.MULTILINE)
    return int(found[1]) if found else None


def read_registrations(text: str, driver: str) -> List[Registration]:
    """The lines of ``sip show registry``; Unavailable unless there are as many as its last line says."""
    found = [match for match in map(_REGISTRATION.fullmatch, lines(text)) if match]
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
    try:
        return int(time.mktime(time.strptime(local, "%a, %d %b %Y %H:%M:%S")))
    except (ValueError, OverflowError):
        raise Unavailable("unreadable", f"'sip show registry' has the time '{local}'") from None


def read_peers(text: str) -> Dict[str, Peer]:
    """By name, the peers of one ``sip show peer NAME`` after the other; of a name that is unknown, there is none."""
    fields: Dict[str, Dict[str, str]] = {}
    name = ""
    for line in lines(text):
        begin, field = _PEER_NAME.fullmatch(line), _FIELD.fullmatch(line)
        if begin:
            name = begin[1]
        elif field and name:
            fields.setdefault(name, {})[field[1]] = field[2]
    return {name: _peer(told) for name, told in fields.items() if "Addr->IP" in told}


def _peer(told: Dict[str, str]) -> Peer:
    address = _ADDRESS.fullmatch(told["Addr->IP"])
    return Peer(address[1] if address else None, told.get("Status", ""))


def lines(text: str) -> Iterator[str]:
    """Those that can be of interest: no pattern has to see a longer one."""
    return (line for line in text.split("\n") if len(line) <= LINE_LIMIT)

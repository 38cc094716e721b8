# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Asterisk 16.28 of Debian 11, and a 22.10 of Debian testing, said; and stand-ins that say it again."""

from __future__ import annotations

import hashlib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
SECRET = "secret-of-the-ami-user"
CHALLENGE = "196537617"
# The actions in the order in which they were recorded.
_ACTIONS = ("Login", "CoreSettings", "SIPshowregistry", "SIPpeers", "PJSIPShowRegistrationsOutbound")


def text(name: str) -> str:
    return (FIXTURES / f"{name}.txt").read_text()


def wire(name: str) -> bytes:
    """A recorded conversation with the line ends that it had."""
    return text(name).replace("\n", "\r\n").encode()


@contextmanager
def ami_server(recording: str, secret: str = SECRET) -> Iterator[int]:
    """A manager interface that answers as recorded; gives its port."""
    answers: dict[str, str] = {}
    for message in text(recording).split("\n", 1)[1].split("\n\n"):
        for number, action in enumerate(_ACTIONS, 1):
            if f"ActionID: {number}\n" in f"{message}\n":
                answers[action] = answers.get(action, "") + f"{message.strip()}\n\n".replace(
                    f"ActionID: {number}\n", "ActionID: {id}\n"
                )
    answers["Challenge"] = "Response: Success\nActionID: {id}\nChallenge: " + CHALLENGE + "\n\n"
    key = hashlib.md5(f"{CHALLENGE}{secret}".encode()).hexdigest()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"Asterisk Call Manager/5.0.4\r\n")
            fields: dict[str, str] = {}
            for line in map(bytes.decode, self.rfile):
                name, _colon, value = line.strip().partition(": ")
                if name:
                    fields[name] = value
                    continue
                unknown = "Response: Error\nActionID: {id}\nMessage: Invalid/unknown command\n\n"
                answer = answers.get(fields["Action"], unknown)
                if fields["Action"] == "Login" and (fields["Username"], fields["Key"]) != ("siptrunk", key):
                    answer = "Response: Error\nActionID: {id}\nMessage: Authentication failed\n\n"
                self.wfile.write(answer.replace("{id}", fields["ActionID"]).replace("\n", "\r\n").encode())
                fields = {}

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def cli_server(config_dir: Path, **answers: str) -> Iterator[Path]:
    """A control socket that prints recordings, for the Asterisk of *config_dir*; gives the socket's path.

    answers: names of recordings by command, with _ for blanks, and __ for _
    """
    known = {command.replace("_", " ").replace("  ", "_"): text(name) for command, name in answers.items()}

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"pbx/1/16.28.0\n")
            prefix, _end, commands = self.request.recv(512).decode().partition("cli quit after ")
            assert not prefix
            for command in commands.split("\0")[:-1]:
                none = f"No such command '{command}' (type 'core show help {command}' for other possible commands)\n"
                self.wfile.write(known.get(command, none).encode())

    path = control_socket(config_dir)
    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield path
        finally:
            server.shutdown()
            thread.join()


def control_socket(config_dir: Path) -> Path:
    """Where asterisk.conf, written for that, has the control socket; nobody listens there."""
    config_dir.mkdir(exist_ok=True)
    (config_dir / "asterisk.conf").write_text(f"[directories]\nastrundir => {config_dir}\n")
    return config_dir / "asterisk.ctl"


def program(directory: Path) -> None:
    """Put a program ``asterisk`` into *directory*: it is installed."""
    directory.mkdir(exist_ok=True)
    (directory / "asterisk").write_text("#!/bin/sh\n")
    (directory / "asterisk").chmod(0o755)


def config_dir(directory: Path, port: int, secret: str = SECRET) -> Path:
    """A configuration directory with the verifier's AMI user."""
    control_socket(directory)
    (directory / "manager.conf").write_text(f"[general]\nenabled = yes\nport = {port}\nbindaddr = 0.0.0.0\n")
    (directory / "manager_trunks.conf").write_text(f"[siptrunk]\nsecret = {secret}\nwrite = reporting\n")
    return directory

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Asterisk in a container without network, asked over its manager interface (AMI)."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import time
import uuid
from pathlib import Path
from typing import Dict, Iterator, List, Sequence

import pytest
from containers import entrance

from .registrar import CONFIG as REGISTRAR_CONFIG
from .registrar import Registrar

IMAGE = os.environ.get("ORACLE_IMAGE", "localhost/telephony-lab-asterisk16")
REGISTRAR_IMAGE = os.environ.get("ORACLE_REGISTRAR_IMAGE", "localhost/telephony-lab-sip")
KAMAILIO = "exec kamailio -DD -E -f /registrar/registrar.cfg"
# A name for the loopback address in the containers.
HOST = "registrar.test"
SEED = int(os.environ.get("ORACLE_SEED", "0")) or random.randrange(1, 2**32)
# The registrar's ports are free: 5060 is the one that chan_sip takes where a line does not say.
ADDRESS = "127.0.0.1:5080"
GENERAL = f"[general]\nudpbindaddr = {ADDRESS}\ntcpenable = yes\ntcpbindaddr = {ADDRESS}\n"
CONFIG = {
    "asterisk.conf": "[options]\n",
    "modules.conf": "[modules]\nautoload = no\nload = chan_sip.so\n",
    "logger.conf": "[logfiles]\nmessages = notice,warning,error\n",
    "manager.conf": (
        "[general]\nenabled = yes\nbindaddr = 127.0.0.1\n\n"
        "[oracle]\nsecret = oracle\nread = all\nwrite = all\n"
    ),
    "sip.conf": GENERAL,
}

Message = List[str]


class Asterisk:
    """The running daemon; its configuration directory is *config* on our side."""

    def __init__(self, container: str, config: Path) -> None:
        self.config = config
        self.container = container
        # bash's /dev/tcp needs nothing in the image and no route to the container.
        relay = "exec 3<>/dev/tcp/127.0.0.1/5038; cat <&3 & cat >&3"
        self._ami = subprocess.Popen(
            [*entrance(container), "bash", "-c", relay],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._ami.stdout is not None
        assert self._ami.stdout.readline().startswith(b"Asterisk Call Manager")
        login = self.action({"Action": "Login", "Username": "oracle", "Secret": "oracle", "Events": "off"})
        assert login[0] == "Response: Success"

    def action(self, headers: Dict[str, str], until: str = "Response: ") -> Message:
        """Send an action and return the first message that begins with *until*."""
        return self.messages(headers, until)[-1]

    def messages(self, headers: Dict[str, str], until: str) -> List[Message]:
        """Send an action and return all messages up to the one that begins with *until*."""
        assert self._ami.stdin is not None
        self._ami.stdin.write("".join(f"{k}: {v}\r\n" for k, v in headers.items()).encode() + b"\r\n")
        self._ami.stdin.flush()
        return self.rest(until)

    def rest(self, until: str) -> List[Message]:
        """All further messages up to the one that begins with *until*."""
        messages = [self._message()]
        while not messages[-1][0].startswith(until):
            messages.append(self._message())
        return messages

    def write(self, name: str, text: str) -> None:
        (self.config / name).write_bytes(text.encode("utf-8", "surrogateescape"))

    def run(self, *command: str) -> str:
        """What a program in the container writes."""
        full = [*entrance(self.container), *command]
        return subprocess.run(full, capture_output=True, check=True).stdout.decode("utf-8", "replace")

    def close(self) -> None:
        # What runs in the container would outlive a kill of what leads there; it ends when both sides have closed.
        assert self._ami.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._ami.stdin.write(b"Action: Logoff\r\n\r\n")
        self._ami.communicate()

    def _message(self) -> Message:
        assert self._ami.stdout is not None
        lines: Message = []
        while True:
            line = b""
            while not line.endswith(b"\r\n"):
                part = self._ami.stdout.readline()
                assert part, "Asterisk has hung up"
                line += part
            if line == b"\r\n":
                return lines
            lines.append(line[:-2].decode("utf-8", "surrogateescape"))


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    """Fails when podman or the image is missing: an oracle that is not asked proves nothing."""
    assert shutil.which("podman"), "podman is not installed"
    config = tmp_path_factory.mktemp("etc-asterisk")
    config.chmod(0o755)
    for name, text in CONFIG.items():
        (config / name).write_text(text)
    options = ["--network", "none", "--add-host", f"{HOST}:127.0.0.1", "--volume", f"{config}:/etc/asterisk"]
    with container(IMAGE, options, "asterisk", "-f", "-n") as name:
        wait_until_booted(name)
        daemon = Asterisk(name, config)
        yield daemon
        daemon.close()


@pytest.fixture(scope="session")
def registrar(asterisk: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registrar]:
    """On the loopback of Asterisk's container."""
    network = ["--network", f"container:{asterisk.container}"]
    with started_registrar(tmp_path_factory.mktemp("registrar"), network) as registrar:
        yield registrar


@contextlib.contextmanager
def started_registrar(
    directory: Path, options: Sequence[str], command: str = KAMAILIO
) -> Iterator[Registrar]:
    """options: of its container; *directory* is /registrar in it"""
    shutil.copy(REGISTRAR_CONFIG, directory)
    options = [*options, "--volume", f"{directory}:/registrar"]
    with container(REGISTRAR_IMAGE, options, "bash", "-c", f"{command} 2> /registrar/log") as name:
        yield Registrar(name, directory)


@contextlib.contextmanager
def container(image: str, options: Sequence[str], entrypoint: str, *arguments: str) -> Iterator[str]:
    """A container of our own; gives its name."""
    name = f"oracle-{uuid.uuid4().hex[:12]}"
    command = ["podman", "run", "--detach", "--rm", "--name", name, "--pull", "never", *options]
    started = subprocess.run(
        [*command, "--entrypoint", entrypoint, image, *arguments],
        capture_output=True,
        check=False,
        text=True,
    )
    assert started.returncode == 0, f"the container with {image} does not start: {started.stderr}"
    try:
        yield name
    finally:
        subprocess.run(["podman", "rm", "--force", "--time", "0", name], capture_output=True, check=True)


def wait_until_booted(name: str) -> None:
    give_up = time.monotonic() + 30
    command = [*entrance(name), "asterisk", "-rx", "core waitfullybooted"]
    while True:
        answer = subprocess.run(command, capture_output=True, check=False, text=True)
        if "fully booted" in answer.stdout:
            return
        assert time.monotonic() < give_up, f"Asterisk does not start: {answer.stdout}{answer.stderr}"
        time.sleep(0.2)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers of this test; ORACLE_SEED repeats them."""
    print(f"ORACLE_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")

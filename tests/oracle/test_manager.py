# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verifier's user of the manager interface may do, and from where: asked of Asterisk itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Iterator

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import manager
from containers import entrance

from .conftest import IMAGE, container, wait_until_booted

IMAGES = {"16": IMAGE, "22": os.environ.get("ORACLE_IMAGE_22", "localhost/telephony-lab-asterisk22")}
SECRET = "of-the-verifier"
# An interface that is open to all networks, and somebody who may do everything beside ours.
OPEN = (
    "[general]\nenabled = yes\nbindaddr = 0.0.0.0\n\n[other]\nsecret = other\nread = all\nwrite = all\n\n"
    f"#tryinclude {manager.FILENAME}\n"
)
ASK = """
import json, socket, sys
source, user, secret, actions = json.load(sys.stdin)
answers = []
with socket.create_connection(("127.0.0.1", 5038), 5, (source, 0)) as ours, ours.makefile("rb") as said:
    said.readline()
    for action in [{"Action": "Login", "Username": user, "Secret": secret}, *actions]:
        ours.sendall("".join(f"{k}: {v}\\r\\n" for k, v in action.items()).encode() + b"\\r\\n")
        lines = [b""]
        while not (lines[0].startswith(b"Response:") and lines[-1] == b"\\r\\n"):
            lines = lines if lines[-1] != b"\\r\\n" and lines[0] else []
            lines.append(said.readline())
            if not lines[-1]:
                break
        answers.append(b"".join(lines).decode())
print(json.dumps(answers))
"""
CHANGING = [
    {"Action": "Command", "Command": "core show version"},
    {"Action": "Originate", "Channel": "Local/1@default", "Application": "Wait", "Data": "1"},
    {"Action": "Reload"},
    {"Action": "GetConfig", "Filename": "manager.conf"},
    {"Action": "UpdateConfig", "SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
    {"Action": "ModuleLoad", "LoadType": "unload", "Module": "pbx_config.so"},
    {"Action": "Hangup", "Channel": "Local/1@default"},
    {"Action": "DBPut", "Family": "f", "Key": "k", "Val": "v"},
    {"Action": "UserEvent", "UserEvent": "e"},
]
# Asterisk takes these for reports, or asks for no right at all: whoever may log in may do that, too.
AS_REPORTS = {"LoggerRotate", "PJSIPQualify", "PJSIPRegister", "PJSIPUnregister", "SIPqualifypeer"}
OF_EVERYBODY = {"BridgeDestroy", "BridgeKick", "BridgeTechnologySuspend", "BridgeTechnologyUnsuspend"}
REPORTS = re.compile(
    "(.*[Ss]how.*|.*List|.*Status|.*State|Core.*|Getvar|Events|Ping|Logoff|Login|Challenge|ListCommands|WaitEvent|"
    "SIPpeers|SIPpeerstatus|IAXpeers|IAXnetstats|IAXregistry|Parkinglots|ParkedCalls|MailboxCount|FAX.*|"
    "PRIDebugFileUnset|Queue.*|Meetme.*|Bridge(Info|TechnologyList)|SKINNY.*|Confbridge.*|DAHDI.*|Voicemail.*|.*Get|"
    "DBGetTree|IAXpeerlist|Filter)"
)


class Pbx:
    def __init__(self, name: str) -> None:
        self.name = name

    def ask(
        self,
        *actions: dict[str, str],
        source: str = "127.0.0.1",
        user: str = manager.USER,
        secret: str = SECRET,
    ) -> list[str]:
        """The answers, first that to the login."""
        done = subprocess.run(
            [*entrance(self.name), "python3", "-c", ASK],
            input=json.dumps([source, user, secret, actions]), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answers: list[str] = json.loads(done.stdout)
        return answers


@pytest.fixture(scope="module", params=IMAGES)
def pbx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """With all that the distribution loads."""
    directory: Path = tmp_path_factory.mktemp("manager")
    (directory / "manager.conf").write_text(OPEN)
    (directory / "manager_trunks.conf").write_text(str(manager.render(SECRET)))
    files = [f"--volume={path}:/etc/asterisk/{path.name}" for path in directory.iterdir()]
    with container(IMAGES[request.param], ["--network", "none", *files], "asterisk", "-f", "-n") as name:
        wait_until_booted(name)
        yield Pbx(name)


def test_it_comes_in_from_this_host_alone_and_with_its_secret(pbx: Pbx) -> None:
    assert "Response: Success" in pbx.ask()[0]
    assert "Response: Error" in pbx.ask(source="127.0.0.2")[0]
    assert "Response: Error" in pbx.ask(secret="another")[0]
    # The others are not shut out.
    assert "Response: Success" in pbx.ask(source="127.0.0.2", user="other", secret="other")[0]


def test_it_may_change_nothing(pbx: Pbx) -> None:
    login, *answers = pbx.ask(*CHANGING)
    assert "Response: Success" in login
    for action, answer in zip(CHANGING, answers):
        assert "Response: Error" in answer and "Permission denied" in answer, (action, answer)
    _login, *answers = pbx.ask(*CHANGING, user="other", secret="other")
    assert not any("Permission denied" in answer for answer in answers)


def test_all_that_it_may_do_is_known(pbx: Pbx) -> None:
    allowed = set(re.findall(r"^(\w+): ", pbx.ask({"Action": "ListCommands"})[1], re.MULTILINE)) - {
        "Response"
    }
    assert {"PJSIPShowRegistrationsOutbound", "CoreStatus"} <= allowed
    others = sorted({one for one in allowed if not REPORTS.fullmatch(one)} - AS_REPORTS - OF_EVERYBODY)
    assert not others, " ".join(others)

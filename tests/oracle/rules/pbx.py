# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running Asterisk that takes the examples of the rules, one after the other, and is called by anybody."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES
from containers import entrance

from ..conftest import Asterisk

CALLER = Path(__file__).with_name("caller.py")
PROVIDER = Path(__file__).with_name("provider.py")
LOG = "/var/log/asterisk/messages"
# Everybody's address is there, and is the container's own.
NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
ADDRESSES = "; ".join(
    ["ip link set lo up", *(f"ip route add local {network} dev lo" for network in NETWORKS)]
)
# Who is let into a context is answered there.
EXTENSIONS = "".join(
    f"[{context}]\nexten => _.,1,Answer()\n same => n,Wait(1)\n" for context in ("default", "from-provider")
)
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
)
# Prints the first request that comes, if one does; OPTIONS come when it is their time.
LISTENER = """
import socket, sys
plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
plug.bind((sys.argv[1], 5060))
plug.settimeout(5)
print("ready", flush=True)
request = "OPTIONS"
while request.startswith("OPTIONS"):
    request = plug.recv(65535).decode("utf-8", "replace")
print(request)
"""
# Once TCP was on and is off again, chan_sip says so at each reload.
NOISE = re.compile(r"TCP keep-alive on sip socket|Unable to set SIP (DSCP TOS|CoS)")
STRANGER = "203.0.113.99"
_NUMBERS = itertools.count(1)


def examples(rule: str) -> Iterator[Tuple[Mapping[str, str], bool]]:
    """The files of the bad example and True, then those of the good one and False: whether the effect is to be seen."""
    yield RULES[rule].bad, True
    yield RULES[rule].good, False


def with_new_users(rule: str) -> Iterator[Tuple[Mapping[str, str], bool, str]]:
    """The same with an account that no example had before, and its user.

    chan_pjsip goes on with a REGISTER that nobody has answered, also when its registration is gone.
    """
    for files, bad in examples(rule):
        user = f"43{next(_NUMBERS):06}"
        yield {name: text.replace("43212345", user) for name, text in files.items()}, bad, user


class Pbx:
    """main: the file of the examples; base: what it, or its [general], says besides; target: where it listens"""

    def __init__(
        self, asterisk: Asterisk, main: str, base: str, target: Tuple[str, int], version: str
    ) -> None:
        self.asterisk, self.main, self.base, self.target = asterisk, main, base, target
        self.version = version
        self._mark = 0
        self._extensions = EXTENSIONS

    def load(self, files: Mapping[str, str]) -> None:
        """Have these files and no others, beginning from none."""
        self._take({})
        self._mark = int(self.asterisk.run("sh", "-c", f"wc -c < {LOG}"))
        self._take(files)

    def complaints(self) -> List[str]:
        """Warnings, errors and notices of the log since the files were loaded."""
        text = self.asterisk.run("tail", "-c", f"+{self._mark + 1}", LOG)
        said = [line for line in text.splitlines() if re.match(r"\[[^]]*\] (WARNING|ERROR|NOTICE)", line)]
        return [line for line in said if not NOISE.search(line)]

    def cli(self, command: str) -> str:
        lines = self.asterisk.action({"Action": "Command", "Command": command})
        return "\n".join(line[len("Output: ") :] for line in lines if line.startswith("Output: "))

    def facts(self, command: str) -> Dict[str, str]:
        """What a command of the CLI shows as ``name : value``; none when there is no such thing."""
        lines = (line.partition(":") for line in self.cli(command).splitlines())
        return {name.strip(): value.strip() for name, colon, value in lines if colon}

    def heard(self, address: str, action: Dict[str, str]) -> str:
        """The first SIP request but OPTIONS that Asterisk sends to port 5060 of an address upon an action of AMI."""
        command = [*entrance(self.asterisk.container), "python3", "-c", LISTENER, address]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as listener:
            assert listener.stdout is not None
            assert listener.stdout.readline() == "ready\n"
            self.asterisk.action(action)
            return listener.stdout.read()

    def call(self, source: str = STRANGER, user: str = "stranger", number: str = "100", **more: Any) -> int:
        """The last answer to an INVITE; 0 for none. 200: let in; 401, 403, 404, 488, 500: not."""
        answers = self.send("INVITE", source, user, number, **{"body": OFFER, **more})
        return int(answers[-1].split(" ", 2)[1]) if answers else 0

    def send(
        self,
        method: str,
        source: str = STRANGER,
        user: str = "stranger",
        number: str = "100",
        **more: Any,
    ) -> List[str]:
        """All answers to one request, as text. *more* goes to caller.py."""
        wanted = {"method": method, "source": source, "user": user, "number": number, "target": self.target}
        command = [*entrance(self.asterisk.container), "python3", "-c", CALLER.read_text()]
        answer = subprocess.run(
            command, input=json.dumps({**wanted, **more}).encode(), capture_output=True, check=True
        )
        answers: List[str] = json.loads(answer.stdout)
        return answers

    def has(self, kind: str, name: str = "provider") -> bool:
        """Whether chan_pjsip has an object of that name: kind as in ``pjsip show KIND NAME``."""
        return not ABSENT.search(self.cli(f"pjsip show {kind} {name}"))

    @contextlib.contextmanager
    def provider(self, user: str, count: int, seconds: float = 2) -> Iterator[List[str]]:
        """Be the provider of the examples meanwhile, and ask for a password; gives, at last, the requests that came.

        It waits for *count* of them, or for *seconds* after all else is done. user: of From or To; others than his
        are of what was loaded before
        """
        wanted = {"address": ["192.0.2.1", 5060], "user": user, "count": count, "seconds": seconds}
        command = [*entrance(self.asterisk.container), "python3", "-c", PROVIDER.read_text()]
        requests: List[str] = []
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
            assert running.stdin is not None and running.stdout is not None
            running.stdin.write(json.dumps(wanted).encode() + b"\n")
            running.stdin.flush()
            assert running.stdout.readline() == b"ready\n"
            yield requests
            running.stdin.close()
            requests += json.loads(running.stdout.read())

    def originate(self, number: str, name: str = "provider") -> None:
        """Call out through an endpoint."""
        channel = f"PJSIP/{number}@{name}"
        call = {"Channel": channel, "Application": "Wait", "Data": "1", "Async": "true"}
        self.asterisk.action({"Action": "Originate", **call})

    def _take(self, files: Mapping[str, str]) -> None:
        marker = f"loaded-{next(_NUMBERS)}"
        plain = {"extensions.conf": EXTENSIONS, self.main: "", "pjsip_wizard.conf": "", **files}
        plain[self.main] = self._with_base(plain[self.main])
        for name, text in plain.items():
            self.asterisk.write(name, text)
        self.asterisk.write("marker.conf", f"[{marker}]\n" + MARKERS[self.main])
        if plain["extensions.conf"] != self._extensions:
            self._extensions = plain["extensions.conf"]
            self.cli("dialplan reload")
        self.cli("core reload" if self.main != "sip.conf" else "sip reload")
        give_up = time.monotonic() + 3
        # A file that is refused as a whole leaves no marker.
        while ABSENT.search(self.cli(SHOW[self.main].format(marker))) and time.monotonic() < give_up:
            time.sleep(0.05)

    def _with_base(self, text: str) -> str:
        """With a [general] of its own in sip.conf, the base goes into that; no line is in front of the example's."""
        ending = "\n#include marker.conf\n"
        if self.main != "sip.conf":
            return f"{text}\n{self.base}{ending}"
        header = re.search(r"(?m)^\[general\](?!\()[^\n]*\n", text)
        if header:
            return f"{text[: header.end()]}{self.base}{text[header.end() :]}{ending}"
        return f"[general]\n{self.base}{text}{ending}"


MARKERS = {"sip.conf": "type=peer\nhost=127.0.0.9\n", "pjsip.conf": "type=aor\n"}
SHOW = {"sip.conf": "sip show peer {}", "pjsip.conf": "pjsip show aor {}"}
ABSENT = re.compile(r"not found|Unable to find")


def at_once(files: Mapping[str, str], user: str) -> Dict[str, str]:
    """The same with another user for alice; and he registers as soon as he is loaded, not within ten seconds."""
    delay = "max_random_initial_delay=0\n"
    registration = ("type=registration\n", f"type=registration\n{delay}")
    wizard = ("type=wizard\n", f"type=wizard\nregistration/{delay}")
    return {
        name: text.replace("alice", user).replace(*registration).replace(*wizard)
        for name, text in files.items()
    }


def somebody() -> str:
    """A name that nobody had before."""
    return f"user{next(_NUMBERS)}"


def entries(asterisk: Asterisk, action: Dict[str, str], until: str) -> List[Dict[str, str]]:
    """The events that answer an action of AMI, each as its fields."""
    return [
        dict(line.split(": ", 1) for line in message if ": " in line)
        for message in asterisk.messages(action, until)
    ]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``siptrunk verify`` costs on a PBX with 1,000 registrations, beside the bare list that Asterisk prints of them.

Real daemons: Asterisk 16 with chan_sip, 16 and 22 with chan_pjsip, each with a Kamailio as registrar, in containers
without network. All 1,000 trunks are registered, and verified as ok, before anything is timed. What runs is the built
file, by the Python of the image: 3.9 and 3.14.

*list* is ``asterisk -rx 'sip show registry'`` or ``'pjsip show registrations'``: one question of the several that a
verdict needs. For chan_pjsip, only AMI has the accounts of all registrations, and takes several times as long for them
as the CLI for its list. *ratio* is *verify* / *list*, *version* is ``siptrunk --version`` / ``python3 -c pass``. All
four commands take turns in one run; the numbers are medians. *MB* is the greatest resident size of a verify.

Ends with 1 when a ratio or the memory exceeds its limit. The limit of *ratio* is far above twice, which is out of
reach: ``python3 -c pass`` alone takes most of the time of a list.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from types import ModuleType
from typing import Dict, Iterator, List, NamedTuple, Tuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "plugins/module_utils"))

from siptrunk import bundle, manager
from siptrunk.drivers import chan_sip, pjsip
from siptrunk.expectation import FILENAME, to_json
from siptrunk.trunk import load_trunks

TRUNKS = 1_000
RUNS = 15
RATIO_LIMIT = 40.0
VERSION_LIMIT = 3.0
MEMORY_LIMIT = 60.0
# chan_sip sends a REGISTER each 0.1 s; so many seconds may it take for all.
PATIENCE = 300
SIP_IMAGE = "localhost/telephony-lab-sip"
KAMAILIO = "exec kamailio -DD -E -f /registrar/registrar.cfg 2> /dev/null"
LISTS = {chan_sip.NAME: "sip show registry", pjsip.NAME: "pjsip show registrations"}
# Of the two drivers, one is loaded.
GENERAL = {
    chan_sip.NAME: ("[general]\nudpbindaddr = 127.0.0.1:5080\n", "noload = chan_pjsip.so\n"),
    pjsip.NAME: (
        "[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:5080\n\n",
        "noload = chan_sip.so\n",
    ),
}
# Runs in the container: command lines in, for each its median seconds and its greatest resident size out.
MEASURE = """
import json, os, statistics, sys, time
runs, commands = json.loads(sys.argv[1])
nothing = os.open("/dev/null", os.O_RDWR)
def once(command):
    began = time.perf_counter()
    child = os.fork()
    if not child:
        for stream in range(3):
            os.dup2(nothing, stream)
        os.execvp(command[0], command)
    _pid, status, usage = os.wait4(child, 0)
    return time.perf_counter() - began, usage.ru_maxrss, status
rounds = [[once(command) for command in commands] for _round in range(runs)]
columns = [list(zip(*column)) for column in zip(*rounds)]
print(json.dumps([[statistics.median(seconds), max(size), sum(status)] for seconds, size, status in columns]))
"""


class Subject(NamedTuple):
    """A PBX: its release, and the driver whose registrations it has."""

    release: str
    driver: ModuleType

    @property
    def image(self) -> str:
        return f"localhost/telephony-lab-asterisk{self.release}"


SUBJECTS = (Subject("16", chan_sip), Subject("16", pjsip), Subject("22", pjsip))


class Row(NamedTuple):
    """Seconds of each command, and MB of verify."""

    subject: Subject
    listing: float
    verify: float
    python: float
    version: float
    memory: float

    @property
    def ratio(self) -> float:
        return self.verify / self.listing

    @property
    def version_ratio(self) -> float:
        return self.version / self.python


def main() -> int:
    with contextlib.ExitStack() as stack:
        # Together: the registering takes long, and costs little.
        running = [(subject, stack.enter_context(pbx(subject))) for subject in SUBJECTS]
        for subject, name in running:
            wait_until_registered(subject, name)
        rows = [measured(subject, name) for subject, name in running]
    print(
        f"{'driver':>8} {'release':>7} {'list, ms':>9} {'verify, ms':>11} {'ratio':>6} {'MB':>5}"
        f" {'python, ms':>11} {'--version, ms':>14} {'version':>8}"
    )
    for row in rows:
        print(
            f"{row.subject.driver.NAME:>8} {row.subject.release:>7} {row.listing * 1e3:9.1f} {row.verify * 1e3:11.1f}"
            f" {row.ratio:6.1f} {row.memory:5.0f} {row.python * 1e3:11.1f} {row.version * 1e3:14.1f}"
            f" {row.version_ratio:8.2f}"
        )
    faults = [
        f"{row.subject.driver.NAME} {row.subject.release}: {what} {value:.1f}, more than {limit}"
        for row in rows
        for what, value, limit in (
            ("ratio", row.ratio, RATIO_LIMIT),
            ("MB", row.memory, MEMORY_LIMIT),
            ("version", row.version_ratio, VERSION_LIMIT),
        )
        if value > limit
    ]
    print("\n".join(faults or ["ok"]))
    return int(bool(faults))


def measured(subject: Subject, name: str) -> Row:
    commands = [
        ["asterisk", "-rx", LISTS[subject.driver.NAME]],
        ["/etc/asterisk/siptrunk", "verify", "--wait", "0"],
        ["python3", "-c", "pass"],
        ["/etc/asterisk/siptrunk", "--version"],
    ]
    output = podman("exec", name, "python3", "-c", MEASURE, json.dumps([RUNS, commands]))
    results: List[Tuple[float, int, int]] = json.loads(output)
    assert not any(status for _seconds, _size, status in results), f"a command failed: {results}"
    seconds = [median for median, _size, _status in results]
    return Row(subject, *seconds, results[1][1] / 1024)


def wait_until_registered(subject: Subject, name: str) -> None:
    """Verified as ok, by what is to be timed."""
    give_up = time.monotonic() + PATIENCE
    command = [
        "podman",
        "exec",
        name,
        "/etc/asterisk/siptrunk",
        "verify",
        "--wait",
        "0",
        "--format",
        "nagios",
    ]
    while True:
        told = subprocess.run(command, capture_output=True, check=False, text=True).stdout
        if f"{TRUNKS} of {TRUNKS} trunks in order" in told:
            return
        assert time.monotonic() < give_up, f"{subject.image}: not all are registered: {told[:300]}"
        time.sleep(2)


@contextlib.contextmanager
def pbx(subject: Subject) -> Iterator[str]:
    """A daemon with its registrar; gives the container's name. Another one is in it when it begins."""
    name = f"bench-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory)
        config.chmod(0o755)
        for filename, text in files(subject).items():
            (config / filename).write_text(text)
        (config / "siptrunk").write_bytes(bundle.build())
        (config / "siptrunk").chmod(0o755)
        shutil.copy(ROOT / "tests/oracle/registrar.cfg", config)
        run(
            name,
            ["--network", "none", "--volume", f"{config}:/etc/asterisk"],
            subject.image,
            "asterisk",
            "-f",
            "-n",
        )
        options = ["--network", f"container:{name}", "--volume", f"{config}:/registrar"]
        try:
            run(f"{name}-registrar", options, SIP_IMAGE, "bash", "-c", KAMAILIO)
            yield name
        finally:
            podman("rm", "--force", "--time", "0", "--depend", name)


def files(subject: Subject) -> Dict[str, str]:
    driver = subject.driver
    trunks = load_trunks([trunk(number) for number in range(TRUNKS)], driver=driver.NAME)
    general, without = GENERAL[driver.NAME]
    return {
        "asterisk.conf": "[options]\n",
        "modules.conf": f"[modules]\nautoload = yes\n{without}",
        "logger.conf": "[logfiles]\nmessages = error\n",
        "manager.conf": f"[general]\nenabled = yes\nbindaddr = 127.0.0.1\n#include {manager.FILENAME}\n",
        manager.FILENAME: str(manager.render()),
        driver.MAIN: f"{general}{driver.render(trunks)}",
        FILENAME: to_json([driver.expectation(one) for one in trunks]),
    }


def trunk(number: int) -> Dict[str, object]:
    """The registrar answers 200 to whoever is called so."""
    return {
        "name": f"provider{number}",
        "provider": {"host": "127.0.0.1"},
        "registration": {
            "user": f"always-200-{number}",
            "secret": f"secret-{number}",
            "contact": str(number),
        },
        # All have one address.
        "inbound": {"trust": []},
    }


def run(name: str, options: List[str], image: str, entrypoint: str, *arguments: str) -> None:
    command = ["run", "--detach", "--rm", "--pull", "never", "--name", name, *options]
    podman(*command, "--entrypoint", entrypoint, image, *arguments)


def podman(*arguments: str) -> str:
    done = subprocess.run(["podman", *arguments], capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"podman {arguments[0]} failed: {done.stderr}"
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

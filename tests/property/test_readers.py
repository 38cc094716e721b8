# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No answer of an Asterisk, or of what pretends to be one, makes the verifier stumble, or hang, or tell a password:
``FUZZ_N=1000000 FUZZ_SEED=1 pytest -s tests/property/test_readers.py``.

The answers begin as those that were recorded, and are then cut, mixed, repeated, and written over.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import (
    ami,
    cli,
    live,
    log,
    pjsip,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Heard,
    Snapshot,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import SipTrunkError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import json as json_report
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import nagios, text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import verify

COUNT = int(os.environ.get("FUZZ_N", "5000"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.randrange(1, 2**32)
# Seconds for each answer.
LIMIT = 1.0
PASSWORD = "masked-password"
MOVED = re.compile(rf"^(?!Password: ).*{PASSWORD}", re.MULTILINE)
FIXTURES = Path(__file__).parent.parent / "unit/plugins/module_utils/siptrunk/asterisk/fixtures"
RECORDED = {path.stem: path.read_text() for path in FIXTURES.glob("*.txt")}
OVER_AMI = [name for name in RECORDED if "ami" in name]
OVER_CLI = [name for name in RECORDED if "ami" not in name]
# The actions of the recordings, by their ActionID.
LISTS = (("3", live._REGISTRY), ("4", ("ObjectName", "IPaddress", "Status")), ("5", pjsip.FIELDS))
NUMBERS = ("0", "-1", "00", "1e9", "9" * 10, "9" * 11, "9" * 5000, "NaN", "٣", "1_0", "+1", " 1", "")
WORDS = (
    *cli.STATES,
    *pjsip.STATES,
    *NUMBERS,
    "No such command 'sip show registry' (type 'core show help sip show' for other possible commands)",
    "No objects found.",
    "Unable to find object x.",
    "Peer x not found.",
    "Objects found: ",
    " SIP registrations.",
    "(exp. 5s ago)",
    "(exp. 245s)",
    "Mon, 31 Feb 2026 25:61:61",
    "Sun, 01 Jan 0000 00:00:00",
    "Event: AuthDetail\n",
    "Response: Error\n",
    "EventList: Complete\n",
    "ActionID: 3\n",
    "\n\n",
    "\r",
    "\0",
    "\x1b[31m",
    "\u2028",
    "\udc80",
    "ÿ",
    " " * 300,
    "x N " * 8000,
    "/" * 300,
    "x" * 3000,
)
SECTIONS = ("smartvox", "several", "smartvox-in", "lost-in", "x" * 60, "", "a/b")
TRUNKS = [
    ExpectedTrunk(
        name or "none",
        driver,
        ExpectedRegistration("43219999", "sip.example.com", 5060, "udp", name="named"),
        (ExpectedPeer(name, "sip.example.com"),),
    )
    for driver in ("chan_sip", "pjsip")
    for name in SECTIONS
]


def test_nothing_makes_them_stumble() -> None:
    print(f"FUZZ_SEED={SEED}")
    ends: Counter[str] = Counter()
    slowest = 0.0
    for number in range(COUNT):
        rng = random.Random(f"{SEED} {number}")
        reader = rng.choice(READERS)
        began = time.process_time()
        try:
            ends[reader.__name__, reader(rng)] += 1
        except SipTrunkError as error:
            assert PASSWORD not in f"{error}{error!r}", f"input {number} of FUZZ_SEED={SEED}"
            ends[reader.__name__, "refused"] += 1
        except Exception as error:
            raise AssertionError(
                f"input {number} of FUZZ_SEED={SEED}, {reader.__name__}: {error!r}"
            ) from error
        took = time.process_time() - began
        assert took < LIMIT, f"input {number} of FUZZ_SEED={SEED}, {reader.__name__}, took {took:.1f} s"
        slowest = max(slowest, took)
    print(f"{COUNT} inputs, slowest {slowest:.3f} s: {dict(ends)}")
    # Some are still good, and some are not: it is not only the first check that was tried.
    assert {reader.__name__ for reader in READERS} == {name for name, end in ends if end == "read"}
    assert {name for name, end in ends if end == "refused"} >= {"manager_interface", "chan_sip_over_cli"}


def spoilt(rng: random.Random, name: str) -> str:
    """A recording, or more of one, or less."""
    whole = RECORDED[name]
    for _time in range(rng.choice((0, 0, 1, 1, 1, 2, 3, 8))):
        whole = rng.choice(SPOILERS)(rng, whole)
    # No Asterisk has a password in another field than that.
    return MOVED.sub("", whole)


def written_over(rng: random.Random, whole: str) -> str:
    start, length = rng.randrange(len(whole) + 1), rng.choice((0, 0, 1, 5, 30))
    return whole[:start] + rng.choice(WORDS) + whole[start + length :]


def cut(rng: random.Random, whole: str) -> str:
    start, end = sorted(rng.randrange(len(whole) + 1) for _side in range(2))
    return whole[:start] + whole[end:] if rng.random() < 0.5 else whole[:end]


def another_value(rng: random.Random, whole: str) -> str:
    """One number, or word, or value of a field, replaced."""
    places = list(re.finditer(rng.choice((r"\d+", r"\b[A-Z]\w+", r"(?<=: ).*")), whole))
    if not places:
        return whole
    place = rng.choice(places)
    return whole[: place.start()] + rng.choice(WORDS) + whole[place.end() :]


def other_lines(rng: random.Random, whole: str) -> str:
    """Lines lost, doubled, or in another order."""
    lines = whole.split("\n")
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.choice((1, 1, 3, 20))]
    rest = lines[:start] + lines[start + len(some) :]
    place = rng.randrange(len(rest) + 1)
    return "\n".join(rest[:place] + some * rng.choice((0, 1, 2)) + rest[place:])


def mixed(rng: random.Random, whole: str) -> str:
    return whole + rng.choice(list(RECORDED.values()))


SPOILERS: tuple[Callable[[random.Random, str], str], ...] = (
    written_over,
    cut,
    another_value,
    other_lines,
    mixed,
)


class Spoken:
    """A socket that says what was recorded, in pieces, and then hangs up."""

    def __init__(self, rng: random.Random, data: bytes) -> None:
        self._rng, self._data = rng, data

    def settimeout(self, _seconds: float) -> None:
        pass

    def sendall(self, _data: bytes) -> None:
        pass

    def recv(self, size: int) -> bytes:
        size = self._rng.choice((1, 7, 500, size)) if len(self._data) < 2000 else size
        data, self._data = self._data[:size], self._data[size:]
        return data


def wire(rng: random.Random) -> bytes:
    data = spoilt(rng, rng.choice(OVER_AMI)).replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    if rng.random() < 0.2:
        place = rng.randrange(len(data) + 1)
        data = data[:place] + rng.randbytes(rng.randrange(50)) + data[place:]
    return data


def session(rng: random.Random) -> ami.Session:
    """One that is connected to what was recorded, and asks for the list of one ActionID."""
    connected = ami.Session.__new__(ami.Session)
    connected._timeout = 5.0
    connected._framing = ami.Framing()
    connected._socket = Spoken(rng, wire(rng))
    return connected


def framing(rng: random.Random) -> str:
    """Whatever comes, what is held is bounded, and no password is in it."""
    data, frame = wire(rng), ami.Framing()
    position = 0
    while position < len(data):
        size = rng.choice((1, 100, 5000)) if len(data) < 5000 else rng.choice((500, 5000))
        messages = frame.feed(data[position : position + size], pjsip.FIELDS)
        held = b"".join(value for value in vars(frame).values() if isinstance(value, bytes))
        assert len(held) <= ami.MESSAGE_LIMIT and PASSWORD not in repr(messages)
        position += size
    return "read"


def manager_interface(rng: random.Random) -> str:
    action_id, fields = rng.choice(LISTS)
    connected = session(rng)
    connected._ids = iter([action_id])
    entries = connected.entries("Anything", *fields)
    if action_id == "3":
        judge(Snapshot("ami", "16", tuple(map(live._registration, entries))))
    elif action_id == "4":
        judge(Snapshot("ami", "16", peers={entry["ObjectName"]: live._peer(entry) for entry in entries}))
    else:
        judge(Snapshot("ami", "16", tuple(pjsip.registrations_of_ami(pjsip.accounts_of_ami(entries)))))
    return "read"


def printed(rng: random.Random) -> str:
    return spoilt(rng, rng.choice(OVER_CLI)).encode("utf-8", "replace").decode("utf-8", "surrogateescape")


def chan_sip_over_cli(rng: random.Random) -> str:
    read = cli.read_registrations(spoilt(rng, rng.choice(("cli_registry", "cli_registry_empty"))), "chan_sip")
    judge(Snapshot("cli", "16", tuple(read), cli.read_peers(printed(rng))))
    return "read"


def pjsip_over_cli(rng: random.Random) -> str:
    version = rng.choice(("pjsip16", "pjsip22"))
    answers = {
        pjsip.MODULE: RECORDED["pjsip_module"],
        pjsip.TRANSPORTS: spoilt(rng, "pjsip22_transports"),
        pjsip.REGISTRATIONS: spoilt(rng, f"{version}_registrations"),
        pjsip.ENDPOINTS: spoilt(rng, f"{version}_endpoints"),
    }

    def ask(*commands: str) -> str:
        return answers.get(commands[0]) or spoilt(rng, f"{version}_registration")

    seen = live._pjsip(ask, pjsip.accounts_of_cli(ask), SECTIONS)
    started_at, reloaded_at = cli.read_uptime(spoilt(rng, "pjsip22_uptime"))
    judge(
        Snapshot(
            "cli",
            "22",
            tuple(seen.registrations),
            endpoints=seen.endpoints,
            protocols=seen.protocols,
            started_at=started_at,
            reloaded_at=reloaded_at,
            heard=tuple(heard(rng)),
        )
    )
    return "read"


def heard(rng: random.Random) -> Iterator[Heard]:
    """What a log has that somebody else has written, too."""
    name = rng.choice(("log16_chan_sip", "log16_pjsip", "log22_pjsip"))
    return log.read(spoilt(rng, name), 1_800_000_000.0)


def any_reader(rng: random.Random) -> str:
    """Each reader may be given what belongs to another."""
    rng.choice(
        (
            lambda whole: cli.read_registrations(whole, "chan_sip"),
            cli.read_peers,
            cli.read_version,
            cli.read_uptime,
            pjsip.read_registrations,
            pjsip.read_accounts,
            pjsip.read_transports,
            lambda whole: list(log.read(whole, 1_800_000_000.0)),
            lambda whole: pjsip.read_endpoints(whole, SECTIONS),
        )
    )(printed(rng))
    return "read"


READERS = (framing, manager_interface, chan_sip_over_cli, pjsip_over_cli, any_reader)


def judge(snapshot: Snapshot) -> None:
    """What was read can be judged, and told."""
    report = verify(
        TRUNKS,
        snapshot,
        now=1_800_000_000.0,
        resolve=lambda _host, _port: Addresses(frozenset(), True),
        since=1.0,
    )
    json.loads(json_report.render(report))
    told = text.render(report) + nagios.render(report)
    assert PASSWORD not in told

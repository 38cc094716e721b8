# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chan_sip makes of register lines, and sends."""

from __future__ import annotations

import re
import subprocess
import time
from typing import Dict, List

from containers import entrance

from .pbx import Pbx, entries, examples

REGISTRAR = "192.0.2.1"
# Prints the first REGISTER that comes, of a user; nobody answers, so there is another one soon. Or challenges it, and
# prints the next one.
LISTENER = """
import socket, sys, time
plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
plug.bind((sys.argv[1], 5060))
until = time.monotonic() + 6
while time.monotonic() < until:
    plug.settimeout(max(0.01, until - time.monotonic()))
    try:
        packet, sender = plug.recvfrom(65535)
    except socket.timeout:
        break
    text = packet.decode("utf-8", "replace")
    if not text.startswith("REGISTER") or sys.argv[2] not in text:
        continue
    if len(sys.argv) == 3 or "Authorization:" in text:
        print(text)
        break
    kept = [line for line in text.split("\\r\\n") if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
    asks = 'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5'
    answer = ["SIP/2.0 401 Unauthorized", *kept, asks, "Content-Length: 0", "", ""]
    plug.sendto("\\r\\n".join(answer).encode(), sender)
"""


def registry(pbx: Pbx) -> List[Dict[str, str]]:
    """All registrations, once there are as many as a moment ago."""
    found = _registry(pbx)
    while True:
        time.sleep(0.2)
        again = _registry(pbx)
        if len(again) == len(found):
            return again
        found = again


def _registry(pbx: Pbx) -> List[Dict[str, str]]:
    events = entries(pbx.asterisk, {"Action": "SIPshowregistry"}, "Event: RegistrationsComplete")
    return [event for event in events if event.get("Event") == "RegistryEntry"]


def heard(pbx: Pbx, *how: str, user: str = "") -> str:
    command = [*entrance(pbx.asterisk.container), "python3", "-c", LISTENER, REGISTRAR, user, *how]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def differs(pbx: Pbx, rule: str, field: str, bad_value: str, good_value: str) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        (entry,) = registry(pbx)
        assert entry[field] == (bad_value if bad else good_value)


def count(pbx: Pbx, rule: str, in_bad: int, in_good: int = 1) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        assert len(registry(pbx)) == (in_bad if bad else in_good)


def test_REG001(chan_sip: Pbx) -> None:
    count(chan_sip, "REG001", 0)


def test_REG003(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG003", "Username", "house", "43212345")


def test_REG004(chan_sip: Pbx) -> None:
    count(chan_sip, "REG004", 0)


def test_REG005(chan_sip: Pbx) -> None:
    for files, bad in examples("REG005"):
        chan_sip.load(files)
        (user,) = re.findall('Digest username="([^"]*)"', heard(chan_sip, "challenge"))
        assert user == ("9" if bad else "43212345")


def test_REG007(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG007", "Username", "43212345(a:gRe3n", "43212345")


def test_REG011(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG011", "Host", "192.0", REGISTRAR)


def test_REG012(chan_sip: Pbx) -> None:
    for files, bad in examples("REG012"):
        chan_sip.load(files)
        (expires,) = re.findall(r"(?m)^Expires: (\d+)", heard(chan_sip))
        assert (expires == "0") is bad


def test_REG015(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG015", "Port", "5060", "5070")


def test_REG016(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG016", "Username", "sip", "43212345")


def test_REG017(chan_sip: Pbx) -> None:
    complains(chan_sip, "REG017", "not a valid transport")


def test_REG019(chan_sip: Pbx) -> None:
    complains(chan_sip, "REG019", "Purely numeric hostname")


def test_REG020(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG020", "Username", "", "43212345")


def test_REG033(chan_sip: Pbx) -> None:
    complains(chan_sip, "REG033", "not a valid transport")


def test_REG021(chan_sip: Pbx) -> None:
    for files, bad in examples("REG021"):
        chan_sip.load(files)
        registry(chan_sip)
        address = chan_sip.facts("sip show peer provider")["Addr->IP"]
        assert address.startswith("198.51.100.9" if bad else REGISTRAR)


def test_REG022(chan_sip: Pbx) -> None:
    for files, bad in examples("REG022"):
        chan_sip.load(files)
        assert ("@provder" in heard(chan_sip)) is bad


def test_REG024(chan_sip: Pbx) -> None:
    differs(chan_sip, "REG024", "Refresh", "120", "1800")


def test_REG025(chan_sip: Pbx) -> None:
    count(chan_sip, "REG025", 0)


def test_REG026(chan_sip: Pbx) -> None:
    count(chan_sip, "REG026", 2)


def test_REG029(chan_sip: Pbx) -> None:
    for files, bad in examples("REG029"):
        chan_sip.load(files)
        (contact,) = re.findall(r"Contact: <sip:(\w+)@", heard(chan_sip))
        assert contact == ("s" if bad else "1234")


def test_SIP048(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP048"):
        chan_sip.load(files)
        time.sleep(4)
        (entry,) = registry(chan_sip)
        assert (entry["State"] == "Failed") is bad


def test_CBX001(chan_sip: Pbx) -> None:
    for files, bad in examples("CBX001"):
        chan_sip.load(files)
        (entry,) = registry(chan_sip)
        assert entry["Port"] == ("5060" if bad else "5070")


def test_CBX002(chan_sip: Pbx) -> None:
    count(chan_sip, "CBX002", 0)


def test_CBX004(chan_sip: Pbx) -> None:
    count(chan_sip, "CBX004", 2)


def complains(pbx: Pbx, rule: str, what: str) -> None:
    for files, bad in examples(rule):
        pbx.load(files)
        time.sleep(1)
        assert any(what in line for line in pbx.complaints()) is bad

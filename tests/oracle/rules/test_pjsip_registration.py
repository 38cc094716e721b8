# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registration of pjsip.conf sends, and when it stops."""

from __future__ import annotations

import json
import subprocess

from containers import entrance

from .pbx import Pbx, examples, with_new_users
from .test_register import REGISTRAR, heard

# Answers every REGISTER by 403, and prints how many different ones came.
FORBIDDING = """
import json, re, socket, sys, time
plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
plug.bind((sys.argv[1], 5060))
until, seen = time.monotonic() + 9, set()
while time.monotonic() < until and len(seen) < 2:
    plug.settimeout(max(0.01, until - time.monotonic()))
    try:
        packet, sender = plug.recvfrom(65535)
    except socket.timeout:
        break
    text = packet.decode("utf-8", "replace")
    if text.startswith("REGISTER") and sys.argv[2] in text:
        seen.add(re.search("CSeq: *([0-9]+)", text)[1])
        kept = [line for line in text.split("\\r\\n") if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        answer = ["SIP/2.0 403 Forbidden", *kept, "Content-Length: 0", "", ""]
        plug.sendto("\\r\\n".join(answer).encode(), sender)
json.dump(len(seen), sys.stdout)
"""


def test_PJ022(pjsip: Pbx) -> None:
    for files, bad, user in with_new_users("PJ022"):
        pjsip.load(files)
        command = [*entrance(pjsip.asterisk.container), "python3", "-c", FORBIDDING, REGISTRAR, user]
        tries = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        assert tries == (1 if bad else 2)


def test_PJ023(pjsip: Pbx) -> None:
    for files, bad in examples("PJ023"):
        pjsip.load(files)
        assert ("Unable to find" in pjsip.cli("pjsip show registration provider")) is bad


def test_PJ036(pjsip: Pbx) -> None:
    for files, bad, user in with_new_users("PJ036"):
        pjsip.load(files)
        uri = heard(pjsip, user=user).split(" ")[1]
        assert (REGISTRAR in uri) is bad


def test_PJ083(pjsip: Pbx) -> None:
    for files, bad in examples("PJ083"):
        pjsip.load(files)
        assert pjsip.call("192.0.2.9" if bad else REGISTRAR) == (401 if bad else 200)


def test_PJ087(pjsip: Pbx) -> None:
    for files, bad, user in with_new_users("PJ087"):
        pjsip.load(files)
        assert ("\nContact: <sip:s@" in heard(pjsip, user=user)) is bad

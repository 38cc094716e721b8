# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a container: a provider that asks for a password by UDP, and tells which requests came.

The first line of standard input is JSON: ``address`` (and port), ``count`` of requests of ``user`` to wait for,
``seconds`` for which it waits for them when standard input ends. Prints a line as soon as it listens, and at last the
requests, a JSON list of texts. Whoever authenticates, be it rightly or not, is registered, or busy when called.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import time

wanted = json.loads(sys.stdin.buffer.readline())
plug = socket.socket(socket.AF_INET6 if ":" in wanted["address"][0] else socket.AF_INET, socket.SOCK_DGRAM)
plug.bind(tuple(wanted["address"]))
print("ready", flush=True)


def answer(request: str) -> str:
    method = request.split(" ", 1)[0]
    known = method == "OPTIONS" or "\r\nAuthorization:" in request
    status = ("486 Busy Here" if method == "INVITE" else "200 OK") if known else "401 Unauthorized"
    copied = re.findall(r"(?im)^(?:Via|From|Call-ID|CSeq|Contact): [^\r\n]*", request)
    to = re.findall(r"(?im)^To: [^\r\n]*", request)[0]
    lines = [f"SIP/2.0 {status}", *copied, to if ";tag=" in to else f"{to};tag=1", "Content-Length: 0"]
    if not known:
        lines.append('WWW-Authenticate: Digest realm="provider", nonce="1", algorithm=MD5')
    return "\r\n".join([*lines, "", ""])


requests = []
until = None
while len(requests) < wanted["count"] and (until is None or time.monotonic() < until):
    waiting = None if until is None else max(until - time.monotonic(), 0)
    readable = select.select([plug] if until else [plug, sys.stdin], [], [], waiting)[0]
    if sys.stdin in readable:
        until = time.monotonic() + wanted["seconds"]
    if plug in readable:
        datagram, source = plug.recvfrom(65535)
        request = datagram.decode("utf-8", "replace")
        if not request.startswith("ACK"):
            plug.sendto(answer(request).encode(), source)
        # OPTIONS are of qualify_frequency; who leaves was there before.
        leaves = "\r\nExpires: 0\r\n" in request
        if request.startswith(("INVITE", "REGISTER")) and not leaves and f":{wanted['user']}@" in request:
            requests.append(request)
json.dump(requests, sys.stdout)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a container: send one SIP request from an address of one's choice, and print the answers that come.

Standard input is JSON: ``method``, ``source``, ``target`` (address and port), ``user`` (of From), ``number`` (in the
Request-URI), ``headers`` (more lines), ``body``, ``source_port``, ``password`` for a challenge, ``seconds`` to wait,
``watch``. Prints the answers, as a JSON list of texts; with ``watch``, the calls that came meanwhile, which were told
that we are busy.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import sys
import time
import uuid

wanted = json.load(sys.stdin)
host, port = wanted["target"]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
plug = socket.socket(family, socket.SOCK_DGRAM)
plug.bind((wanted["source"], wanted.get("source_port", 5060)))
own = plug.getsockname()[1]
source, target = (f"[{host}]" if ":" in host else host for host in (wanted["source"], host))
call, tag, uri = uuid.uuid4().hex, uuid.uuid4().hex[:8], f"sip:{wanted['number']}@{target}:{port}"


def request(
    method: str, to: str, cseq: int = 1, body: str = "", branch: str = uuid.uuid4().hex, more: str = ""
) -> bytes:
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {source}:{own};branch=z9hG4bK{branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:{wanted['user']}@{source}>;tag={tag}",
        f"To: {to}",
        f"Call-ID: {call}",
        f"CSeq: {cseq} {method}",
        f"Contact: <sip:{wanted['user']}@{source}:{own}>",
        *(wanted.get("headers", []) if cseq == 1 and method != "ACK" else []),
        *([more] if more else []),
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def field(answer: str, name: str) -> str:
    return next(
        line.partition(":")[2].strip() for line in answer.split("\r\n") if line.startswith(f"{name}:")
    )


def credentials(challenge: str, password: str) -> str:
    """The answer to a challenge (RFC 2617, without qop)."""
    named = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    user, realm, nonce = wanted["user"], named["realm"], named["nonce"]
    ours, what = (
        hashlib.md5(text.encode()).hexdigest()
        for text in (f"{user}:{realm}:{password}", f"{wanted['method']}:{uri}")
    )
    response = hashlib.md5(f"{ours}:{nonce}:{what}".encode()).hexdigest()
    return (
        f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'response="{response}", algorithm=MD5'
    )


def busy(call: str) -> bytes:
    kept = [
        line for line in call.split("\r\n") if line.partition(":")[0] in ("Via", "From", "Call-ID", "CSeq")
    ]
    lines = ["SIP/2.0 486 Busy Here", *kept, f"To: {field(call, 'To')};tag={tag}", "Content-Length: 0"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


answers, calls, turn = [], [], 1
target_address = (host, port)
plug.sendto(request(wanted["method"], f"<{uri}>", body=wanted.get("body", "")), target_address)
until = time.monotonic() + wanted.get("seconds", 3)
while time.monotonic() < until:
    plug.settimeout(max(until - time.monotonic(), 0.01))
    try:
        packet, sender = plug.recvfrom(65535)
        answer = packet.decode("utf-8", "replace")
    except socket.timeout:
        break
    if answer.startswith("INVITE") and wanted.get("watch"):
        calls.append(answer)
        plug.sendto(busy(answer), sender)
    if not answer.startswith("SIP/2.0"):
        continue
    answers.append(answer)
    code = int(answer.split(" ", 2)[1])
    if code < 200:
        continue
    if wanted["method"] == "INVITE":
        branch = call if code < 300 else None
        ack = request("ACK", field(answer, "To"), turn, **({"branch": branch} if branch else {}))
        plug.sendto(ack, target_address)
        if code < 300:
            bye = request("BYE", field(answer, "To"), turn + 1, branch=uuid.uuid4().hex)
            plug.sendto(bye, target_address)
    if code != 401 or "password" not in wanted:
        break
    turn += 1
    login = credentials(field(answer, "WWW-Authenticate"), wanted.pop("password"))
    body = wanted.get("body", "")
    plug.sendto(request(wanted["method"], f"<{uri}>", turn, body, uuid.uuid4().hex, login), target_address)
json.dump(calls if wanted.get("watch") else answers, sys.stdout)

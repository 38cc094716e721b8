# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a host for OPTIONS, and say in JSON how it took that: answered, refused, or silence. knock.py HOST

udp, tcp: at port 5060; other: whether a port that nobody has refuses, which shows that packets get there
"""

from __future__ import annotations

import json
import socket
import sys
import uuid

PATIENCE = 1.0
SIP, NOBODYS = 5060, 10123
WAYS = {
    "udp": (socket.SOCK_DGRAM, SIP),
    "tcp": (socket.SOCK_STREAM, SIP),
    "other": (socket.SOCK_DGRAM, NOBODYS),
}


def knock(host: str, kind: socket.SocketKind, port: int) -> str:
    with socket.socket(socket.AF_INET, kind) as ours:
        ours.settimeout(PATIENCE)
        try:
            ours.connect((host, port))
            ours.sendall(options(host, *ours.getsockname(), kind is socket.SOCK_STREAM))
            return "answered" if ours.recv(4096).startswith(b"SIP/2.0 ") else "something else"
        except ConnectionRefusedError:
            return "refused"
        except socket.timeout:
            return "silence"


def options(host: str, own: str, port: int, stream: bool) -> bytes:
    word = uuid.uuid4().hex
    lines = [
        f"OPTIONS sip:{host} SIP/2.0",
        f"Via: SIP/2.0/{'TCP' if stream else 'UDP'} {own}:{port};rport;branch=z9hG4bK{word}",
        "Max-Forwards: 70",
        f"From: <sip:knock@{own}>;tag={word}",
        f"To: <sip:{host}>",
        f"Call-ID: {word}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


if __name__ == "__main__":
    print(json.dumps({way: knock(sys.argv[1], *how) for way, how in WAYS.items()}))

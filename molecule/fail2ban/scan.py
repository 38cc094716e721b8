# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try to register at a host under so many names, as those do who look for accounts. scan.py HOST COUNT

Prints how many were answered.
"""

from __future__ import annotations

import socket
import sys
import uuid

PATIENCE = 0.5


def register(host: str, user: int, own: str, port: int) -> bytes:
    word = uuid.uuid4().hex
    lines = [
        f"REGISTER sip:{host} SIP/2.0",
        f"Via: SIP/2.0/UDP {own}:{port};rport;branch=z9hG4bK{word}",
        "Max-Forwards: 70",
        f"From: <sip:{user}@{host}>;tag={word}",
        f"To: <sip:{user}@{host}>",
        f"Call-ID: {word}",
        "CSeq: 1 REGISTER",
        f"Contact: <sip:{user}@{own}:{port}>",
        "Expires: 60",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def main(host: str, count: int) -> int:
    answered = 0
    for user in range(100, 100 + count):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.settimeout(PATIENCE)
            ours.connect((host, 5060))
            ours.sendall(register(host, user, *ours.getsockname()))
            try:
                answered += ours.recv(4096).startswith(b"SIP/2.0 ")
            except (socket.timeout, ConnectionRefusedError):
                pass
    return answered


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))

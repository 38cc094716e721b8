# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch all that a host sends and gets, and keep in a file, as JSON, what a listener could understand of it.

sip_in_clear: packets that are SIP
sent, received: streams of RTP with A-law, of a second at least
plainest: the least number of different bytes in one of their packets. A tone has fifty; of 160 that are encrypted, 120
    differ, more or less, and hardly ever less than 100.

SIGHUP has it begin anew.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
import time
from collections import Counter
from typing import Any

EVERYTHING, IPV4, UDP, TCP = 3, 0x0800, 17, 6
OUTGOING = 4
A_LAW, FRAME, PER_SECOND = 8, 160, 50
FIRST_PORT_OF_MEDIA = 10000


class Heard:
    def __init__(self) -> None:
        self.begin()

    def begin(self, *_signal: Any) -> None:
        self.sip, self.plainest = 0, 256
        self.streams: Counter[tuple[bool, tuple[int, int]]] = Counter()

    def note(self, packet: bytes, outgoing: bool) -> None:
        header, transport = (packet[0] & 15) * 4, packet[9]
        if transport not in (UDP, TCP):
            return
        length = 8 if transport == UDP else (packet[header + 12] >> 4) * 4
        payload = packet[header + length :]
        ports = struct.unpack("!HH", packet[header : header + 4])
        if transport == UDP and min(ports) >= FIRST_PORT_OF_MEDIA:
            if len(payload) >= 12 + FRAME and payload[1] & 0x7F == A_LAW:
                self.streams[outgoing, ports] += 1
                self.plainest = min(self.plainest, len(set(payload[12 : 12 + FRAME])))
        elif b"SIP/2.0\r\n" in payload or payload.startswith(b"SIP/2.0 "):
            self.sip += 1

    def keep(self, path: str) -> None:
        long = [outgoing for (outgoing, _ports), count in self.streams.items() if count >= PER_SECOND]
        told = {"sip_in_clear": self.sip, "sent": sum(long), "received": len(long) - sum(long)}
        with open(f"{path}.new", "w") as file:
            json.dump({**told, "plainest": self.plainest}, file)
        os.rename(f"{path}.new", path)


def main(path: str) -> None:
    heard, kept = Heard(), 0.0
    signal.signal(signal.SIGHUP, heard.begin)
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERYTHING)) as wire:
        wire.settimeout(0.2)
        while True:
            try:
                packet, (interface, protocol, kind, *_rest) = wire.recvfrom(65535)
            except socket.timeout:
                pass
            else:
                if protocol == IPV4 and interface != "lo":
                    heard.note(packet, kind == OUTGOING)
            if time.monotonic() - kept > 0.2:
                heard.keep(path)
                kept = time.monotonic()


if __name__ == "__main__":
    main(sys.argv[1])

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Kamailio beside Asterisk: the registrar that checks digests, and the witness of what was on the wire."""

from __future__ import annotations

import hashlib
import re
import subprocess
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import REALM_LENGTH
from containers import entrance

# As long as the room that is kept for it.
REALM = "registrar.test".ljust(REALM_LENGTH, "-")
CONFIG = Path(__file__).with_name("registrar.cfg")


class Seen(NamedTuple):
    """A REGISTER as Kamailio took it apart, all as text.

    verdict: on the credentials: asked (there were none), right, or wrong
    transport, port, address: which it came in by
    """

    verdict: str
    transport: str
    port: str
    uri: str
    from_user: str
    from_domain: str
    to_user: str
    to_domain: str
    contact: str
    expires: str
    digest_user: str
    address: str = "127.0.0.1"
    route: str = ""


class Tried(NamedTuple):
    """A REGISTER that got *code*, at *at* seconds since 1970."""

    code: int
    cseq: int
    at: float


def ha1(user: str, secret: str) -> str:
    """What a registrar knows instead of the secret (RFC 2617, section 3.2.2.2)."""
    return _md5(f"{user}:{REALM}:{secret}")


class Registrar:
    """The running daemon; *directory* is shared with its container."""

    def __init__(self, container: str, directory: Path) -> None:
        self.container = container
        self._log = directory / "log"
        self._read = 0
        self._command(["core.version"])

    def expect(self, secrets: Dict[str, str], hashes: Optional[Dict[str, str]] = None) -> None:
        """From now on these, by digest user, are the accounts; what was seen so far is forgotten.

        hashes: HA1 of further ones, whose secret nobody knows
        """
        known = {**{user: ha1(user, secret) for user, secret in secrets.items()}, **(hashes or {})}
        accounts = (f"htable.sets ha1 s:{_md5(user)} s:{hashed}" for user, hashed in known.items())
        self._command(["htable.flush ha1", f"htable.sets setting realm s:{REALM}", *accounts])
        self._read = self._log.stat().st_size

    def seen(self) -> List[Seen]:
        """All since the last ``expect``, in order."""
        with self._log.open() as log:
            log.seek(self._read)
            return [_seen(line) for line in log if " SEEN " in line and line.endswith("\n")]

    def tried(self) -> List[Tried]:
        """The REGISTERs of the users always-CODE, all of them, in order."""
        with self._log.open() as log:
            lines = [line for line in log if " TRIED " in line and line.endswith("\n")]
        return [_tried(line) for line in lines]

    def _command(self, lines: List[str]) -> None:
        """Give kamcmd commands; Kamailio may still be starting."""
        give_up = time.monotonic() + 10
        while True:
            answer = subprocess.run(
                [*entrance(self.container), "kamcmd"],
                capture_output=True,
                check=False,
                input="".join(f"{line}\n" for line in lines),
                text=True,
            )
            if answer.returncode == 0 and "error" not in answer.stdout + answer.stderr:
                return
            assert time.monotonic() < give_up, answer.stdout + answer.stderr
            time.sleep(0.1)


def _seen(line: str) -> Seen:
    fields: Dict[str, str] = {}
    for field in line.partition(" SEEN ")[2].split():
        name, _equals, value = field.partition("=")
        fields[name] = bytes.fromhex(value).decode("utf-8", "surrogateescape")
    return Seen(**fields)


def _tried(line: str) -> Tried:
    code, cseq, at = re.findall(r"=([0-9.]+)", line.partition(" TRIED ")[2])
    return Tried(int(code), int(cseq), float(at))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape")).hexdigest()

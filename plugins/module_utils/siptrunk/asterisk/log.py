# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Asterisk's log has of the providers' answers: neither its CLI nor AMI tells them."""

from __future__ import annotations

import os
import re
from typing import Dict, Iterator, NamedTuple, Optional

from ..config.effective import load
from ..config.text import fold
from ..errors import ConfigError
from ..uris import bracketed, parse_uri, unescaped

DIRECTORY = "/var/log/asterisk"
# As logger.conf names them by default, and as most people do who write their own.
_NAMES = ("messages", "messages.log", "full", "full.log")
# Octets from the end of a file: hours of a busy PBX.
_TAIL = 256 * 1024
_LINE = re.compile(
    r"\[(?P<at>[^\]\n]{1,40})\] (?:NOTICE|WARNING|ERROR)\[[^ \n]* (?P<file>[a-z_]+\.c): (?P<said>.*)"
)
# res_pjsip_outbound_registration.c, and handle_response_register() and others in chan_sip.c.
_SAID = (
    re.compile(
        r"(?:Temporal|Fatal) response '(?P<code>[0-9]{3})' received from '(?P<server>[^']*)' "
        r"on registration attempt to '(?P<client>[^']*)'"
    ),
    re.compile(
        r"'?(?P<code>[0-9]{3})(?:'| Forbidden) fatal response received from '(?P<server>[^']*)' "
        r"on registration attempt to '(?P<client>[^']*)'"
    ),
    re.compile(
        r"(?P<code>No response) received from '(?P<server>[^']*)' on registration attempt to '(?P<client>[^']*)'"
    ),
    re.compile(
        r"(?P<code>Forbidden) - wrong password on authentication for REGISTER for '(?P<user>[^']*)' "
        r"to '(?P<host>[^']*)'"
    ),
    re.compile(
        r"Got (?P<code>404) Not found on SIP register to service (?P<user>[^ ]*)@(?P<host>[^ @]*), giving up"
    ),
    re.compile(r"(?P<code>Failed to authenticate) on REGISTER to '(?P<user>[^']*)@(?P<host>[^'@]*)'"),
    re.compile(r" *-- Registration for '(?P<user>[^']*)@(?P<host>[^'@]*)' (?P<code>timed out)"),
)
_MEANS = {
    "Forbidden": "403",
    "Failed to authenticate": "a challenge (401, 407) that has no answer, or none that is right",
    "timed out": "no answer",
    "No response": "no answer",
}
_FILES = frozenset({"chan_sip.c", "res_pjsip_outbound_registration.c"})


class Answer(NamedTuple):
    """at: as the log writes it; said: the code, or what it is instead; server: whose it is"""

    at: str
    said: str
    server: str

    def __str__(self) -> str:
        return f"{self.said} from {self.server}, in Asterisk's log of {self.at}"


def answers(config_dir: str) -> Dict[str, Answer]:
    """The last one to each account's REGISTER, by user@host; empty where the log cannot be read."""
    found: Dict[str, Answer] = {}
    for text in _tails(_directory(config_dir)):
        found.update(last(text))
    return found


def last(text: str) -> Dict[str, Answer]:
    """Those that a log has."""
    found: Dict[str, Answer] = {}
    for line in _LINE.finditer(text):
        if line["file"] in _FILES:
            for pattern in _SAID:
                said = pattern.match(line["said"])
                if said:
                    fields = said.groupdict()
                    account = key(fields.get("user", ""), fields.get("host", "")) or _account(
                        fields["client"]
                    )
                    server = fields.get("server") or fields.get("host") or ""
                    found[account] = Answer(line["at"], _MEANS.get(fields["code"], fields["code"]), server)
                    break
    return found


def key(user: str, host: str) -> str:
    return f"{user}@{fold(host)}" if user and host else ""


def _account(uri: str) -> str:
    parsed = parse_uri(uri)
    return key(unescaped(parsed[0].user or ""), bracketed(parsed[0].host)) if parsed else ""


def _directory(config_dir: str) -> str:
    try:
        directories = load(os.path.join(config_dir, "asterisk.conf"), config_dir=config_dir).first(
            "directories"
        )
    except ConfigError:
        return DIRECTORY
    entry = directories.last("astlogdir") if directories else None
    return entry.value if entry and entry.value else DIRECTORY


def _tails(directory: str) -> Iterator[str]:
    """The ends of the logs, that which was written to last as the last one."""
    paths = [os.path.join(directory, name) for name in _NAMES]
    for path in sorted(paths, key=lambda path: _written(path) or 0.0):
        try:
            with open(path, "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
                yield file.read(_TAIL).decode("utf-8", "replace")
        except OSError:
            continue


def _written(path: str) -> Optional[float]:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Asterisk's log tells of registrations: nothing else has the code of the provider's answer.

The texts are those of handle_response_register() in channels/chan_sip.c, of main/tcptls.c, and of
res/res_pjsip_outbound_registration.c, res/res_pjsip/pjsip_transport_events.c and res/res_sorcery_config.c, from
Asterisk 16 to 22.
"""

from __future__ import annotations

import os
import re
import time
from typing import Iterator, List, Optional

from ..config.effective import load
from ..errors import ConfigError
from .pjsip import account_of
from .snapshot import ANSWER, CERTIFICATE, CHALLENGE, REFUSED, SILENCE, Heard

# Debian's and Asterisk's own names for it, and FreePBX's.
NAMES = ("messages", "messages.log", "full")
# The end of it, in bytes: thousands of lines.
_TAIL = 1 << 18
_LINE = re.compile(r"\[(?P<time>[^\]]+)\] (?:NOTICE|WARNING|ERROR)\[\d+\](?:\[C-\w+\])? \S+:\s+(?P<text>.*)")
_SAID = (
    # chan_sip: after the third refusal; it gives up at once what is no challenge for MD5.
    (ANSWER, 401, r"Failed to authenticate on REGISTER to '(?P<about>.+)' \(Tries [23]\)"),
    (CHALLENGE, 401, r"Failed to authenticate on REGISTER to '(?P<about>.+)' \(Tries [01]\)"),
    (
        ANSWER,
        403,
        r"Forbidden - wrong password on authentication for REGISTER for '(?P<user>.+)' to '(?P<host>.+)'",
    ),
    (ANSWER, None, r"Got (?P<code>[0-9]{3}) .* on SIP register to service (?P<about>.+), giving up"),
    (SILENCE, None, r"-- Registration for '(?P<about>.+)' timed out, trying again .*"),
    (CERTIFICATE, None, r"Certificate from peer '(?P<about>.+)' did not verify: (?P<reason>.+)"),
    (CERTIFICATE, None, r"Certificate common name from peer '(?P<about>.+)' (?P<reason>did not match .+)"),
    # chan_pjsip
    (
        CHALLENGE,
        401,
        r"Failed to create authenticated REGISTER request to server '.*' from client '(?P<uri>.+)'",
    ),
    (
        SILENCE,
        None,
        r"No response received from '.*' on registration attempt to '(?P<uri>.+)', \D*(?P<retry>[0-9]{0,9}).*",
    ),
    (
        ANSWER,
        None,
        r"\D*(?P<code>[0-9]{3})\b.* received from '.*' on registration attempt to '(?P<uri>.+)', "
        r"\D*(?P<retry>[0-9]{0,9}).*",
    ),
    (
        REFUSED,
        None,
        r"Could not create an object of type '(?P<reason>.+)' with id '(?P<about>.+)' from configuration file '.*'",
    ),
    (CERTIFICATE, None, r"Transport '.*' to remote '(?P<about>.+?)' - (?:\S+:\d+ - )?(?P<reason>The .+)"),
)
_OF_OBJECTS = re.compile("^.*: Could not create an object of .*$", re.MULTILINE)
_PATTERNS = tuple((kind, code, re.compile(pattern)) for kind, code, pattern in _SAID)


def heard(config_dir: str, now: float, *, registrations: bool = True) -> List[Heard]:
    """What the end of the log tells, in order; nothing when there is no log, or none that we may read.

    registrations: what it tells of them is of interest, too
    """
    text = _end_of_log(config_dir)
    if not registrations:
        text = "\n".join(_OF_OBJECTS.findall(text))
    return list(read(text, now))


def read(text: str, now: float) -> Iterator[Heard]:
    """The lines of a log; *now*: epoch seconds, for the year that they do not have."""
    refused: Optional[Heard] = None
    for line in filter(None, map(_LINE.fullmatch, text.splitlines())):
        found = _heard(line["text"])
        at = _epoch(line["time"], now) if found else None
        if found is None or at is None:
            continue
        found = found._replace(at=at)
        if found.kind == CHALLENGE:
            refused = found
        elif refused and (found.code, found.about) == (refused.code, refused.about):
            # chan_pjsip tells both.
            found, refused = found._replace(kind=CHALLENGE), None
        yield found


def _heard(text: str) -> Optional[Heard]:
    """What one line says, whenever that was."""
    for kind, code, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            said = match.groupdict()
            about = said.get("about") or f"{said.get('user')}@{said.get('host')}"
            if said.get("uri"):
                about = account_of(said["uri"])
            return Heard(
                kind,
                about,
                0,
                _number(said.get("code"), code),
                _number(said.get("retry")),
                said.get("reason"),
            )
    return None


def _number(digits: Optional[str], otherwise: Optional[int] = None) -> Optional[int]:
    return int(digits) if digits else otherwise


def _epoch(written: str, now: float) -> Optional[int]:
    """The formats of logger.conf that people use: the default, which has no year, and ISO."""
    plain = written.partition(".")[0]
    for form in ("%Y-%m-%d %H:%M:%S", "%Y %b %d %H:%M:%S"):
        dated = plain if form.startswith("%Y-") else f"{time.localtime(now).tm_year} {plain}"
        try:
            at = int(time.mktime(time.strptime(dated, form)))
        except (ValueError, OverflowError):
            continue
        # In January, what was said in December is of the year before.
        return at if at <= now + 86400 * 180 else at - 365 * 86400
    return None


def _end_of_log(config_dir: str) -> str:
    try:
        directories = load(os.path.join(config_dir, "asterisk.conf"), config_dir=config_dir).first(
            "directories"
        )
        entry = directories.last("astlogdir") if directories else None
        place = entry.value if entry else "/var/log/asterisk"
        paths = [path for path in (os.path.join(place, name) for name in NAMES) if os.access(path, os.R_OK)]
        if not paths:
            return ""
        with open(max(paths, key=os.path.getmtime), "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return file.read().decode("utf-8", "replace")
    except (ConfigError, OSError):
        return ""

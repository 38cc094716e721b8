# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give chan_sip a sip.conf, and see the registrations that it makes of it (AMI SIPshowregistry)."""

from __future__ import annotations

import time
from collections import Counter
from typing import Counter as CounterOf
from typing import Iterator, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import RegisterLine

from .conftest import GENERAL, Asterisk

# Nobody is there, so they never disturb.
BEFORE = "before@192.0.2.98"
LAST = "last:registration@192.0.2.99"

Registration = Tuple[str, str, int, str, int, int]


def registration(line: RegisterLine) -> Registration:
    """What SIPshowregistry must show for it."""
    return (
        line.host,
        line.user,
        line.effective_port,
        line.domain or line.host,
        line.domain_port or 5060,
        line.effective_expiry(),
    )


def forget(asterisk: Asterisk) -> None:
    """Leave no registration but BEFORE."""
    _load(asterisk, f"{GENERAL}register => {BEFORE}\n")
    _wait_for(asterisk, BEFORE)


def take(asterisk: Asterisk, text: str) -> CounterOf[Registration]:
    """What chan_sip has, after ``forget``, of *text*, in whose [general] LAST stands last."""
    _load(asterisk, text)
    return _wait_for(asterisk, LAST)


def _load(asterisk: Asterisk, text: str) -> None:
    asterisk.write("sip.conf", text)
    asterisk.action({"Action": "Command", "Command": "sip reload"})


def _wait_for(asterisk: Asterisk, value: str) -> CounterOf[Registration]:
    user = value.partition("@")[0].partition(":")[0]
    give_up = time.monotonic() + 30
    while True:
        found = Counter(_show_registry(asterisk))
        # The list is empty for a moment, then grows.
        if any(entry[1] == user for entry in found) and found == Counter(_show_registry(asterisk)):
            return found
        assert time.monotonic() < give_up, f"no registration of {user}"
        time.sleep(0.05)


def _show_registry(asterisk: Asterisk) -> Iterator[Registration]:
    for message in asterisk.messages({"Action": "SIPshowregistry"}, "Event: RegistrationsComplete"):
        if message[0] == "Event: RegistryEntry":
            entry = dict(field.split(": ", 1) for field in message[1:])
            yield (
                entry["Host"],
                entry["Username"],
                int(entry["Port"]),
                entry["Domain"],
                int(entry["DomainPort"]),
                int(entry["Refresh"]),
            )

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running Asterisk shows of its trunks at one moment, no matter how it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

from ..errors import SipTrunkError

# The CLI cuts its columns (sip_show_registry() in channels/chan_sip.c).
ACCOUNT_WIDTH = 12
REGISTRAR_WIDTH = 39


class Unavailable(SipTrunkError):
    """The state of the trunks cannot be had; *cause* is one of those in ``verify.CAUSES``."""

    def __init__(self, cause: str, detail: str) -> None:
        self.cause, self.detail = cause, detail
        super().__init__(detail)


@dataclass(frozen=True)
class Registration:
    """One line of chan_sip's registry.

    account: over AMI ``user@domain`` (the host where no domain was given); over the CLI what the column shows
    registrar: ``host:port``
    state: in chan_sip's words (regstate2str() in channels/chan_sip.c)
    refresh: seconds from the registration to its next refresh
    registered_at: epoch seconds of the last success, in whole seconds; None when there was none
    cut: the CLI was asked, so account and registrar end at the width of their columns
    """

    driver: str
    account: str
    registrar: str
    state: str
    refresh: int
    registered_at: Optional[int]
    cut: bool = False


@dataclass(frozen=True)
class Peer:
    """One section of sip.conf as it runs.

    address: None when its host did not resolve as the section was loaded
    status: what qualify found, such as ``OK (12 ms)`` or ``UNREACHABLE``
    """

    address: Optional[str]
    status: str

    @property
    def answers(self) -> bool:
        """It answers OPTIONS, soon or late."""
        return self.status.startswith(("OK", "LAGGED"))


@dataclass(frozen=True)
class Snapshot:
    """source: ``ami``, ``cli``, or None when nobody answered; then *failure* says why."""

    source: Optional[str] = None
    asterisk: Optional[str] = None
    registrations: Tuple[Registration, ...] = ()
    peers: Mapping[str, Peer] = field(default_factory=dict)
    failure: Optional[Unavailable] = None
    notes: Tuple[str, ...] = ()

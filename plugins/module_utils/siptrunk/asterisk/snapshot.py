# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running Asterisk shows of its trunks at one moment, no matter how it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import FrozenSet, Mapping, NamedTuple, Optional, Tuple, Union

from ..errors import SipTrunkError

# The CLI cuts its columns (sip_show_registry() in channels/chan_sip.c).
ACCOUNT_WIDTH = 12
REGISTRAR_WIDTH = 39


class Unavailable(SipTrunkError):
    """The state of the trunks cannot be had; *cause* is one of those in ``causes.CAUSES``."""

    def __init__(self, cause: str, detail: str) -> None:
        self.cause, self.detail = cause, detail
        super().__init__(detail)


@dataclass(frozen=True)
class Registration:
    """One line of chan_sip's registry, or one registration object of chan_pjsip.

    account: ``user@domain``; over chan_sip's CLI what the column shows
    registrar: ``host:port``; without the port where chan_pjsip's server_uri has none and does not say the transport
    state: in Asterisk's words (regstate2str() in channels/chan_sip.c, sip_outbound_registration_status_str() in
        res/res_pjsip_outbound_registration.c)
    refresh: of chan_sip: seconds from the registration to its next refresh
    registered_at: of chan_sip: epoch seconds of the last success, in whole seconds; None when there was none
    cut: chan_sip's CLI was asked, so account and registrar end at the width of their columns
    name: of chan_pjsip's object
    next_at: of chan_pjsip: epoch seconds of the next REGISTER, or of the one that has no answer yet; None from
        releases that do not tell
    retry_interval: of chan_pjsip: seconds to the next try, unless the provider has refused the last one for good
    """

    driver: str
    account: str
    registrar: str
    state: str
    refresh: int = 0
    registered_at: Optional[int] = None
    cut: bool = False
    name: Optional[str] = None
    next_at: Optional[int] = None
    retry_interval: Optional[int] = None


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

    @property
    def addresses(self) -> Tuple[str, ...]:
        return (self.address,) if self.address else ()


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of pjsip.conf as it runs.

    addresses: what its identify objects match: addresses and networks
    contacts: what qualify found of the contacts that its aors have, such as ``Avail (12.345 ms)`` or ``Unavail``
    """

    addresses: Tuple[str, ...] = ()
    contacts: Tuple[str, ...] = ()

    @property
    def address(self) -> Optional[str]:
        return self.addresses[0] if self.addresses else None

    @property
    def status(self) -> str:
        return ", ".join(self.contacts)

    @property
    def answers(self) -> bool:
        """One of its contacts answers OPTIONS."""
        return any(status.startswith("Avail") for status in self.contacts)

    @property
    def silent(self) -> bool:
        """All of its contacts were asked, and none answers."""
        return bool(self.contacts) and all(status == "Unavail" for status in self.contacts)


Section = Union[Peer, Endpoint]

ANSWER, SILENCE, CHALLENGE, CERTIFICATE = "answer", "silence", "challenge", "certificate"
REFUSED = "refused"


class Heard(NamedTuple):
    """What came of one attempt to register, of one TLS connection, or of one object of chan_pjsip that was read.

    kind: answer, silence, challenge (one that Asterisk cannot answer), certificate (one that it does not accept),
        refused (an object that it could not make of its configuration; it goes on without, or as it was before)
    about: the account, ``user@host``; of a certificate the host, or ``address:port``; the name of an object
    at: epoch seconds
    code: of the answer (RFC 3261, section 21)
    retry: seconds from then to the next attempt of chan_pjsip
    reason: what is wrong with a certificate; the type of an object
    """

    kind: str
    about: str
    at: int
    code: Optional[int] = None
    retry: Optional[int] = None
    reason: Optional[str] = None


class Written(NamedTuple):
    """A file, and when it was last written (epoch seconds)."""

    name: str
    at: float


@dataclass(frozen=True)
class Snapshot:
    """What was seen, and what could not be.

    source: ``ami``, ``cli``, or None when nobody answered; then *failure* says why
    peers, endpoints: by name: of chan_sip, of chan_pjsip
    unavailable: why a driver did not answer, by its name
    unseen: why a driver's sections were not to be seen, though its registrations were, by its name
    started_at, reloaded_at: epoch seconds; None when it was not asked. chan_sip's own reload does not count
    set_back: the clock was set back, to before Asterisk was started
    protocols: of the transports that chan_pjsip has; None when it was not asked
    heard: what the log tells of registrations that fail, and of objects that were refused, in order
    written: the file that a driver's trunks are in, by the driver's name
    """

    source: Optional[str] = None
    asterisk: Optional[str] = None
    registrations: Tuple[Registration, ...] = ()
    peers: Mapping[str, Peer] = field(default_factory=dict)
    failure: Optional[Unavailable] = None
    notes: Tuple[str, ...] = ()
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    unavailable: Mapping[str, Unavailable] = field(default_factory=dict)
    unseen: Mapping[str, Unavailable] = field(default_factory=dict)
    started_at: Optional[int] = None
    reloaded_at: Optional[int] = None
    set_back: bool = False
    protocols: Optional[FrozenSet[str]] = None
    heard: Tuple[Heard, ...] = ()
    written: Mapping[str, Written] = field(default_factory=dict)

    def why_not(self, driver: str) -> Optional[Unavailable]:
        """Why nothing is known of a driver's trunks; None when it was asked."""
        return self.failure or self.unavailable.get(driver)

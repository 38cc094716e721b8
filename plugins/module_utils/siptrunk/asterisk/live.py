# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a running Asterisk about its trunks: over AMI, or over the CLI when AMI cannot be had."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .. import manager
from ..config.effective import EffectiveSection, load
from ..errors import ConfigError
from ..expectation import ExpectedTrunk
from ..files import read_text
from . import ami, cli, pjsip
from .ami import Message
from .snapshot import Endpoint, Peer, Registration, Snapshot, Unavailable

_CHAN_SIP = "chan_sip"
# Seconds.
_SLOW = 1.0
_ALL_INTERFACES = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def observe(expected: Sequence[ExpectedTrunk], *, config_dir: str, timeout: float = 5.0) -> Snapshot:
    """What Asterisk shows now; never raises for what is wrong with it, but says so in the snapshot.

    expected: whose sections are of interest; of a driver that none of them uses, nothing need be there
    timeout: seconds for each single answer
    """
    notes: List[str] = []
    ask = cli.connect(config_dir, timeout=timeout)
    try:
        try:
            access = _access(config_dir)
            with ami.Session(access.host, access.port, timeout=timeout) as session:
                session.login(manager.USER, access.secret)
                return _over_ami(session, ask, expected)
        except (ami.AmiError, ConfigError) as error:
            notes.append(f"asked over the CLI, not AMI: {error}")
        except OSError as error:
            notes.append(f"asked over the CLI, not AMI: {error.filename}: {error.strerror}")
        return _over_cli(ask, expected, tuple(notes))
    except Unavailable as failure:
        return Snapshot(failure=failure, notes=tuple(notes))


def tell(commands: Sequence[str], *, config_dir: str, timeout: float = 30.0) -> None:
    """Give commands to the CLI, one after the other. Those of a driver that is not loaded have nothing to do.

    timeout: seconds for each
    Raises Unavailable.
    """
    ask = cli.connect(config_dir, timeout=timeout)
    for command in commands:
        try:
            ask(command)
        except Unavailable as failure:
            if failure.cause != "driver_not_loaded":
                raise


class _Access(NamedTuple):
    host: str
    port: int
    secret: str


def _access(config_dir: str) -> _Access:
    """Where the manager interface listens, and the secret of our user there."""
    own = os.path.join(config_dir, manager.FILENAME)
    text = read_text(own)
    if text is None:
        raise ConfigError(own, "there is no such file, so there is no user for AMI")
    secret = manager.secret_of(text)
    if not secret:
        raise ConfigError(own, f"has no secret for the user {manager.USER}")
    general = load(os.path.join(config_dir, manager.MAIN), config_dir=config_dir).first("general")
    address = _setting(general, "bindaddr") or "127.0.0.1"
    port = _setting(general, "port") or ""
    return _Access(_ALL_INTERFACES.get(address, address), int(port) if port.isdigit() else ami.PORT, secret)


def _setting(section: Optional[EffectiveSection], key: str) -> Optional[str]:
    entry = section.last(key) if section else None
    return entry.value if entry else None


class _Seen(NamedTuple):
    """What one driver shows."""

    registrations: Sequence[Registration] = ()
    peers: Mapping[str, Peer] = {}
    endpoints: Mapping[str, Endpoint] = {}
    started_at: Optional[int] = None


def _over_ami(session: ami.Session, ask: cli.Ask, expected: Sequence[ExpectedTrunk]) -> Snapshot:
    settings = session.ask("CoreSettings").response
    looks = {
        _CHAN_SIP: lambda: _chan_sip_over_ami(session),
        pjsip.NAME: lambda: _pjsip(ask, _accounts(session), _sections(expected, pjsip.NAME)),
    }
    return _snapshot("ami", settings.get("AsteriskVersion"), looks)


def _over_cli(ask: cli.Ask, expected: Sequence[ExpectedTrunk], notes: Tuple[str, ...]) -> Snapshot:
    version = cli.read_version(ask(cli.VERSION))
    looks = {
        _CHAN_SIP: lambda: _chan_sip_over_cli(ask, _sections(expected, _CHAN_SIP)),
        pjsip.NAME: lambda: _pjsip(ask, pjsip.accounts_of_cli(ask), _sections(expected, pjsip.NAME)),
    }
    return _snapshot("cli", version, looks, notes)


def _snapshot(
    source: str,
    version: Optional[str],
    looks: Mapping[str, Callable[[], _Seen]],
    notes: Tuple[str, ...] = (),
) -> Snapshot:
    """Look at every driver: one that is not loaded keeps nobody from seeing the other."""
    seen: Dict[str, _Seen] = {}
    unavailable: Dict[str, Unavailable] = {}
    for driver, look in looks.items():
        try:
            seen[driver] = look()
        except Unavailable as failure:
            unavailable[driver] = failure
    of_chan_sip, of_pjsip = seen.get(_CHAN_SIP, _Seen()), seen.get(pjsip.NAME, _Seen())
    return Snapshot(
        source=source,
        asterisk=version,
        registrations=(*of_chan_sip.registrations, *of_pjsip.registrations),
        peers=of_chan_sip.peers,
        notes=notes,
        endpoints=of_pjsip.endpoints,
        unavailable=unavailable,
        started_at=of_pjsip.started_at,
    )


def _sections(expected: Sequence[ExpectedTrunk], driver: str) -> List[str]:
    return list(
        dict.fromkeys(peer.section for trunk in expected if trunk.driver == driver for peer in trunk.peers)
    )


def _chan_sip_over_ami(session: ami.Session) -> _Seen:
    try:
        registry = session.ask("SIPshowregistry").entries
        peers = session.ask("SIPpeers").entries
    except ami.UnknownAction:
        raise Unavailable("driver_not_loaded", "Asterisk knows no action SIPshowregistry") from None
    return _Seen(
        [_registration(entry) for entry in registry], {peer["ObjectName"]: _peer(peer) for peer in peers}
    )


def _registration(entry: Message) -> Registration:
    return Registration(
        driver=_CHAN_SIP,
        account=f"{entry['Username']}@{entry['Domain']}",
        registrar=f"{entry['Host']}:{entry['Port']}",
        state=entry["State"],
        refresh=int(entry["Refresh"]),
        registered_at=int(entry["RegistrationTime"]) or None,
    )


def _peer(entry: Message) -> Peer:
    address = entry["IPaddress"]
    return Peer(None if address == "-none-" else address, entry["Status"])


def _chan_sip_over_cli(ask: cli.Ask, sections: Sequence[str]) -> _Seen:
    registrations = cli.read_registrations(ask("sip show registry"), _CHAN_SIP)
    peers = {section: cli.read_peer(ask(f"sip show peer {section}")) for section in sections}
    return _Seen(registrations, {section: peer for section, peer in peers.items() if peer})


def _pjsip(ask: cli.Ask, accounts: pjsip.Accounts, sections: Sequence[str]) -> _Seen:
    started_at = int(time.time()) - cli.read_uptime(ask(cli.UPTIME))
    asked_at = time.time()
    registrations = tuple(pjsip.registrations(ask, accounts, int(asked_at)))
    if time.time() - asked_at > _SLOW:
        # The seconds that it tells are of a moment that nobody knows.
        registrations = tuple(replace(one, next_at=None) for one in registrations)
    endpoints = pjsip.read_endpoints(ask(pjsip.ENDPOINTS), sections)
    return _Seen(registrations, endpoints=endpoints, started_at=started_at)


def _accounts(session: ami.Session) -> pjsip.Accounts:
    def accounts(_names: Sequence[str]) -> Mapping[str, pjsip.Account]:
        return pjsip.accounts_of_ami(session.ask("PJSIPShowRegistrationsOutbound").entries)

    return accounts

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a running Asterisk about its trunks: over AMI, or over the CLI when AMI cannot be had."""

from __future__ import annotations

import os
from typing import Iterable, NamedTuple, Optional

from .. import manager
from ..config.effective import EffectiveSection, load
from ..errors import ConfigError
from ..files import read_text
from . import ami, cli
from .ami import Message
from .snapshot import Peer, Registration, Snapshot, Unavailable

_DRIVER = "chan_sip"
_ALL_INTERFACES = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def observe(sections: Iterable[str], *, config_dir: str, timeout: float = 5.0) -> Snapshot:
    """What Asterisk shows now; never raises for what is wrong with it, but says so in the snapshot.

    sections: the peers that are of interest; AMI shows all, the CLI is asked for each
    timeout: seconds for each single answer
    """
    notes = []
    try:
        try:
            return _over_ami(_access(config_dir), timeout)
        except (ami.AmiError, ConfigError) as error:
            notes.append(f"asked over the CLI, not AMI: {error}")
        except OSError as error:
            notes.append(f"asked over the CLI, not AMI: {error.filename}: {error.strerror}")
        return _over_cli(cli.connect(config_dir, timeout=timeout), sections, notes)
    except Unavailable as failure:
        return Snapshot(failure=failure, notes=tuple(notes))


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


def _over_ami(access: _Access, timeout: float) -> Snapshot:
    with ami.Session(access.host, access.port, timeout=timeout) as session:
        session.login(manager.USER, access.secret)
        settings = session.ask("CoreSettings").response
        try:
            registry = session.ask("SIPshowregistry").entries
            peers = session.ask("SIPpeers").entries
        except ami.UnknownAction:
            raise Unavailable("driver_not_loaded", "Asterisk knows no action SIPshowregistry") from None
    return Snapshot(
        source="ami",
        asterisk=settings.get("AsteriskVersion"),
        registrations=tuple(map(_registration, registry)),
        peers={peer["ObjectName"]: _peer(peer) for peer in peers},
    )


def _registration(entry: Message) -> Registration:
    return Registration(
        driver=_DRIVER,
        account=f"{entry['Username']}@{entry['Domain']}",
        registrar=f"{entry['Host']}:{entry['Port']}",
        state=entry["State"],
        refresh=int(entry["Refresh"]),
        registered_at=int(entry["RegistrationTime"]) or None,
    )


def _peer(entry: Message) -> Peer:
    address = entry["IPaddress"]
    return Peer(None if address == "-none-" else address, entry["Status"])


def _over_cli(ask: cli.Ask, sections: Iterable[str], notes: list[str]) -> Snapshot:
    version = cli.read_version(ask(cli.VERSION))
    registrations = cli.read_registrations(ask("sip show registry"), _DRIVER)
    peers = {section: cli.read_peer(ask(f"sip show peer {section}")) for section in sections}
    return Snapshot(
        source="cli",
        asterisk=version,
        registrations=tuple(registrations),
        peers={section: peer for section, peer in peers.items() if peer},
        notes=tuple(notes),
    )

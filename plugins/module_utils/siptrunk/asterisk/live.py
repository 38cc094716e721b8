# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a running Asterisk about its trunks: over AMI, or over the CLI when AMI cannot be had."""

from __future__ import annotations

import contextlib
import os
import re
import time
from dataclasses import replace
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .. import filenames, manager
from ..config.effective import EffectiveSection, load
from ..errors import ConfigError
from ..expectation import ExpectedTrunk
from ..files import read_text
from . import ami, cli, log, pjsip
from .ami import Message
from .snapshot import Endpoint, Peer, Registration, Snapshot, Unavailable, Written

_CHAN_SIP = "chan_sip"
_SIP_RELOAD = "sip reload"
# handle_modlist_reload() in main/cli.c.
_ANOTHER_RELOAD = "reload request is already in progress"
_PAUSE = 0.5
# Seconds.
_SLOW = 1.0
_ALL_INTERFACES = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_NUMBER = re.compile("-?[0-9]{1,10}")
_REGISTRY = ("Host", "Port", "Username", "Domain", "State", "Refresh", "RegistrationTime")
# For these, Asterisk's control socket is of no use, and AMI may still be.
_NO_CLI = ("permission_denied", "not_running", "not_installed", "not_answering")


def observe(
    expected: Sequence[ExpectedTrunk],
    *,
    config_dir: str,
    timeout: float = 5.0,
    access: Optional[ami.Access] = None,
) -> Snapshot:
    """What Asterisk shows now; never raises for what is wrong with it, but says so in the snapshot.

    expected: whose sections are of interest; of a driver that none of them uses, nothing need be there
    timeout: seconds for each single answer
    access: of the manager interface to ask, maybe of another host, and nothing else; by default the one that the files
        in *config_dir* have for us, and the CLI
    """
    if access:
        try:
            return _over_ami(access, _no_cli, expected, timeout)
        except ami.Denied as error:
            return Snapshot(failure=Unavailable("permission_denied", str(error)))
        except ami.AmiError as error:
            return Snapshot(failure=Unavailable("not_answering", str(error)))
    snapshot = _observe(expected, config_dir, timeout)
    if snapshot.failure:
        return snapshot
    failing = any(one.state != "Registered" for one in snapshot.registrations)
    return replace(
        snapshot,
        heard=tuple(log.heard(config_dir, time.time(), registrations=failing)),
        written=_written(config_dir),
    )


def _written(config_dir: str) -> Dict[str, Written]:
    """The file that each driver's trunks are in: one of their own, or the main file."""
    written: Dict[str, Written] = {}
    for driver, names in filenames.OF_TRUNKS.items():
        for name in names:
            with contextlib.suppress(OSError):
                written.setdefault(driver, Written(name, os.path.getmtime(os.path.join(config_dir, name))))
    return written


def _observe(expected: Sequence[ExpectedTrunk], config_dir: str, timeout: float) -> Snapshot:
    notes: List[str] = []
    ask = cli.connect(config_dir, timeout=timeout)
    try:
        try:
            return _over_ami(_access(config_dir), ask, expected, timeout)
        except (ami.AmiError, ConfigError) as error:
            notes.append(f"asked over the CLI, not AMI: {error}")
        except OSError as error:
            notes.append(f"asked over the CLI, not AMI: {error.filename}: {error.strerror}")
        return _over_cli(ask, expected, tuple(notes))
    except Unavailable as failure:
        return Snapshot(failure=failure, notes=tuple(notes))


def _no_cli(*_commands: str) -> str:
    raise Unavailable("permission_denied", "over AMI alone, what chan_pjsip lets in is not to be seen")


def tell(commands: Sequence[str], *, config_dir: str, timeout: float = 30.0) -> None:
    """Give commands to the CLI, one after the other. Those of a driver that is not loaded have nothing to do.

    timeout: seconds for each, and for another reload to end
    Raises Unavailable.
    """
    ask = cli.connect(config_dir, timeout=timeout)
    for command in commands:
        if command == _SIP_RELOAD:
            _seem_changed(config_dir)
        try:
            _insist(ask, command, timeout)
        except Unavailable as failure:
            if failure.cause != "driver_not_loaded":
                raise


def _insist(ask: cli.Ask, command: str, timeout: float) -> None:
    """Asterisk drops a reload that comes while another one runs, which slow name servers make long."""
    give_up = time.monotonic() + timeout
    while _ANOTHER_RELOAD in ask(command):
        if time.monotonic() >= give_up:
            raise Unavailable("not_answering", f"for {timeout:.0f} s, Asterisk has been at another reload")
        time.sleep(_PAUSE)


def _seem_changed(config_dir: str) -> None:
    """chan_sip looks no name up while its files, and users.conf, are what they were; a microsecond is enough.

    Whoever may not do that may still have a changed file loaded.
    """
    written = _written(config_dir).get(_CHAN_SIP)
    if written:
        path = os.path.join(config_dir, written.name)
        with contextlib.suppress(OSError):
            times = os.stat(path)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 1000))


def _access(config_dir: str) -> ami.Access:
    """Where the manager interface listens, and our user there."""
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
    return ami.Access(
        _ALL_INTERFACES.get(address, address),
        int(port) if _NUMBER.fullmatch(port) else ami.PORT,
        manager.USER,
        secret,
    )


def _setting(section: Optional[EffectiveSection], key: str) -> Optional[str]:
    entry = section.last(key) if section else None
    return entry.value if entry else None


class _Seen(NamedTuple):
    """What one driver shows; unseen: why there is nothing of its sections."""

    registrations: Sequence[Registration] = ()
    peers: Mapping[str, Peer] = {}
    endpoints: Mapping[str, Endpoint] = {}
    protocols: Optional[FrozenSet[str]] = None
    unseen: Optional[Unavailable] = None


def _over_ami(
    access: ami.Access, ask: cli.Ask, expected: Sequence[ExpectedTrunk], timeout: float
) -> Snapshot:
    with ami.Session(access, timeout=timeout) as session:
        session.login(access.user, access.secret)
        settings = session.ask("CoreSettings").response
        looks = {
            _CHAN_SIP: lambda: _chan_sip_over_ami(session),
            pjsip.NAME: lambda: _pjsip_over_ami(session, ask, _sections(expected, pjsip.NAME)),
        }
        return _snapshot("ami", settings.get("AsteriskVersion"), ask, looks)


def _over_cli(ask: cli.Ask, expected: Sequence[ExpectedTrunk], notes: Tuple[str, ...]) -> Snapshot:
    version = cli.read_version(ask(cli.VERSION))
    looks = {
        _CHAN_SIP: lambda: _chan_sip_over_cli(ask, _sections(expected, _CHAN_SIP)),
        pjsip.NAME: lambda: _pjsip(ask, pjsip.accounts_of_cli(ask), _sections(expected, pjsip.NAME)),
    }
    return _snapshot("cli", version, ask, looks, notes)


def _snapshot(
    source: str,
    version: Optional[str],
    ask: cli.Ask,
    looks: Mapping[str, Callable[[], _Seen]],
    notes: Tuple[str, ...] = (),
) -> Snapshot:
    """Look at every driver: one that is not loaded keeps nobody from seeing the other."""
    moments = _moments(ask)
    seen: Dict[str, _Seen] = {}
    unavailable: Dict[str, Unavailable] = {}
    for driver, look in looks.items():
        try:
            seen[driver] = look()
        except Unavailable as failure:
            unavailable[driver] = failure
        except ami.UnknownAction:
            unavailable[driver] = Unavailable(
                "driver_not_loaded", f"Asterisk has no actions of {driver} for AMI"
            )
        except ami.Denied as denied:
            unavailable[driver] = Unavailable("permission_denied", str(denied))
    of_chan_sip, of_pjsip = seen.get(_CHAN_SIP, _Seen()), seen.get(pjsip.NAME, _Seen())
    return Snapshot(
        source=source,
        asterisk=version,
        registrations=(*of_chan_sip.registrations, *of_pjsip.registrations),
        peers=of_chan_sip.peers,
        notes=notes,
        endpoints=of_pjsip.endpoints,
        unavailable=unavailable,
        unseen={driver: one.unseen for driver, one in seen.items() if one.unseen},
        **moments,
        protocols=of_pjsip.protocols,
    )


def _moments(ask: cli.Ask) -> Dict[str, Any]:
    """When Asterisk was started, and last reloaded; nothing for who may only use AMI."""
    now = int(time.time())
    try:
        uptime, since_reload = cli.read_uptime(ask(cli.UPTIME))
    except Unavailable:
        return {}
    return {
        "started_at": None if uptime is None else now - uptime,
        "reloaded_at": None if since_reload is None else now - since_reload,
        "set_back": uptime is None,
    }


def _sections(expected: Sequence[ExpectedTrunk], driver: str) -> List[str]:
    return list(
        dict.fromkeys(peer.section for trunk in expected if trunk.driver == driver for peer in trunk.peers)
    )


def _chan_sip_over_ami(session: ami.Session) -> _Seen:
    registry = session.entries("SIPshowregistry", *_REGISTRY)
    peers = session.entries("SIPpeers", "ObjectName", "IPaddress", "Status")
    return _Seen(
        [_registration(entry) for entry in registry], {peer["ObjectName"]: _peer(peer) for peer in peers}
    )


def _registration(entry: Message) -> Registration:
    return Registration(
        driver=_CHAN_SIP,
        account=f"{entry['Username']}@{entry['Domain']}",
        registrar=f"{entry['Host']}:{entry['Port']}",
        state=entry["State"],
        refresh=_number(entry, "Refresh"),
        registered_at=_number(entry, "RegistrationTime") or None,
    )


def _number(entry: Message, field: str) -> int:
    if not _NUMBER.fullmatch(entry[field]):
        raise Unavailable("unreadable", f"an entry has the {field} '{entry[field][:20]}'")
    return int(entry[field])


def _peer(entry: Message) -> Peer:
    address = entry["IPaddress"]
    return Peer(None if address == "-none-" else address, entry["Status"])


def _chan_sip_over_cli(ask: cli.Ask, sections: Sequence[str]) -> _Seen:
    registrations = cli.read_registrations(ask("sip show registry"), _CHAN_SIP)
    shown = ask(*(f"sip show peer {section}" for section in sections)) if sections else ""
    peers = cli.read_peers(shown)
    return _Seen(registrations, {section: peers[section] for section in sections if section in peers})


def _pjsip_over_ami(session: ami.Session, ask: cli.Ask, sections: Sequence[str]) -> _Seen:
    accounts = pjsip.accounts_of_ami(session.entries(pjsip.ACTION, *pjsip.FIELDS))
    try:
        return _pjsip(ask, lambda _names: accounts, sections)
    except Unavailable as failure:
        if failure.cause not in _NO_CLI:
            raise
        return _Seen(tuple(pjsip.registrations_of_ami(accounts)), unseen=failure)


def _pjsip(ask: cli.Ask, accounts: pjsip.Accounts, sections: Sequence[str]) -> _Seen:
    pjsip.check_loaded(ask(pjsip.MODULE))
    asked_at = time.time()
    registrations = tuple(pjsip.registrations(ask, accounts, int(asked_at)))
    if time.time() - asked_at > _SLOW:
        # The seconds that it tells are of a moment that nobody knows.
        registrations = tuple(replace(one, next_at=None) for one in registrations)
    endpoints = pjsip.read_endpoints(ask(pjsip.ENDPOINTS), sections)
    protocols = pjsip.read_transports(ask(pjsip.TRANSPORTS))
    return _Seen(registrations, endpoints=endpoints, protocols=protocols)

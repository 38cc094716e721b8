# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PBX without a manifest must show: read from its own sip.conf and pjsip.conf."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any, Dict, List, Optional, Tuple

from .. import register_line
from ..config.effective import Effective, EffectiveEntry, EffectiveSection, load
from ..config.text import fold
from ..drivers import chan_sip, pjsip
from ..drivers.shared import Origin
from ..errors import ConfigError
from ..expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from ..register_line import DEFAULT_EXPIRY, RegisterLine
from ..trunk import load_trunks

# What is seen of an account in the running Asterisk.
_SHOWN = ("user", "domain", "contact", "expiry")


def expected(config_dir: str) -> List[ExpectedTrunk]:
    """The trunks that the files of both drivers hold.

    Raises ConfigError when neither file is there, or when Asterisk refuses one.
    """
    trunks: List[ExpectedTrunk] = []
    files = {chan_sip.MAIN: _of_chan_sip, pjsip.MAIN: _of_pjsip}
    present = [name for name in files if os.path.exists(os.path.join(config_dir, name))]
    if not present:
        raise ConfigError(config_dir, f"has neither {' nor '.join(files)}")
    for name in present:
        path = os.path.join(config_dir, name)
        effective = load(path, config_dir=config_dir)
        if effective.error:
            raise ConfigError(path, f"Asterisk refuses the whole file: {effective.error}")
        trunks += files[name](effective)
    return trunks


def _of_chan_sip(effective: Effective) -> List[ExpectedTrunk]:
    """One trunk for each register line with the peers of its host, and one for each other host of peers."""
    general = effective.first("general")
    default_expiry = _number(general.last("defaultexpiry")) if general else None
    hosts = _peers_by_host(effective)
    trunks: List[ExpectedTrunk] = []
    for line in _register_lines(general):
        peers = hosts.get(fold(_bare(line.host)), ())
        name = _name(peers) if peers else None
        if name is None or name in [trunk.name for trunk in trunks]:
            name = f"{line.user}@{line.host}"
        registration = _registration(line, default_expiry or DEFAULT_EXPIRY)
        trunks.append(ExpectedTrunk(name, chan_sip.NAME, registration, peers))
    registrars = {fold(_bare(trunk.registration.host)) for trunk in trunks if trunk.registration}
    for host, peers in hosts.items():
        if host not in registrars:
            trunks.append(ExpectedTrunk(_name(peers), chan_sip.NAME, None, peers))
    return trunks


def _register_lines(general: Optional[EffectiveSection]) -> List[RegisterLine]:
    values = [entry.value for entry in general.values("register")] if general else []
    # What chan_sip drops cannot be expected to run; lint says so.
    return [parsed.line for parsed in map(register_line.parse, dict.fromkeys(values)) if parsed.line]


def _registration(line: RegisterLine, default_expiry: int) -> ExpectedRegistration:
    return ExpectedRegistration(
        user=line.user,
        host=line.host,
        port=line.effective_port,
        transport=line.transport,
        domain=line.domain,
        contact=line.extension,
        expiry=line.effective_expiry(default_expiry),
    )


def _peers_by_host(effective: Effective) -> Dict[str, Tuple[ExpectedPeer, ...]]:
    """The sections that are bound to the address of a host, in the order of the file."""
    hosts: Dict[str, Tuple[ExpectedPeer, ...]] = {}
    for section in effective.sections:
        kinds = {fold(entry.value) for entry in section.values("type")}
        host = section.last("host")
        if (
            section.template
            or not kinds & {"peer", "friend"}
            or host is None
            or fold(host.value) == "dynamic"
        ):
            continue
        denied = bool(section.values("deny")) and not section.values("permit")
        peer = ExpectedPeer(
            section.name, _bare(host.value), _number(section.last("port")), trusted=not denied
        )
        key = fold(peer.host)
        hosts[key] = (*hosts.get(key, ()), peer)
    return hosts


def _name(peers: Tuple[ExpectedPeer, ...]) -> str:
    """The trunk's name, if its sections are named as ours are; else that of the first section."""
    return re.sub(r"-(in[0-9]*|out)$", "", peers[0].section)


def _number(entry: Optional[EffectiveEntry]) -> Optional[int]:
    return int(entry.value) if entry and entry.value.isdigit() else None


def _bare(host: str) -> str:
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _of_pjsip(effective: Effective) -> List[ExpectedTrunk]:
    found = pjsip.read(effective)
    return [_expectation(trunk, origin) for trunk, origin in zip(found.trunks, found.origins)]


def _expectation(data: Dict[str, Any], origin: Origin) -> ExpectedTrunk:
    """What is expected of a trunk that was read, its objects named as they are in the file."""
    account = data.get("registration")
    needed = {
        "name": data["name"],
        "provider": {**data["provider"], "outbound_proxy": None},
        "registration": account and {**{key: account.get(key) for key in _SHOWN}, "secret": "is not needed"},
        "inbound": {"trust": data.get("inbound", {}).get("trust")},
        "sections": data.get("sections"),
    }
    (trunk,) = load_trunks([needed], driver=pjsip.NAME)
    wanted = pjsip.expectation(trunk)
    objects = {kind: section for section in origin.sections for kind in _kinds(section)}
    registration, calls = wanted.registration, "aor" in objects
    if registration:
        registration = replace(registration, name=objects["registration"].name)
    peers = tuple(
        replace(peer, calling=calls)
        for peer in wanted.peers
        if "endpoint" in objects and (peer.trusted or calls)
    )
    return replace(wanted, registration=registration, peers=peers)


def _kinds(section: EffectiveSection) -> List[str]:
    return [entry.value for entry in section.values("type")]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PBX without a manifest must show: read from its own sip.conf, pjsip.conf and pjsip_wizard.conf.

No registration is left out: one that is not expected, because nobody could read it, would never be missed.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any, Dict, List, Optional, Tuple

from .. import register_line
from ..config.effective import Effective, EffectiveEntry, EffectiveSection, load, load_text
from ..config.text import fold
from ..drivers import chan_sip, pjsip, pjsip_wizard
from ..drivers.pjsip_conf import EXPIRATION_DEFAULT
from ..drivers.shared import Origin
from ..errors import ConfigError
from ..expectation import ExpectedPeer, ExpectedRegistration, ExpectedTrunk
from ..register_line import DEFAULT_EXPIRY, RegisterLine
from ..trunk import load_trunks
from ..uris import DEFAULT_PORTS
from .pjsip import account_of, registrar_of

# What is seen of an account in the running Asterisk.
_SHOWN = ("user", "domain", "contact", "expiry")
_REGISTRAR = re.compile(r"(\[.*\]|[^:]*):?([0-9]*)")


def expected(config_dir: str) -> List[ExpectedTrunk]:
    """The trunks that the files of both drivers hold.

    Raises ConfigError when neither file is there, or when Asterisk refuses one.
    """
    trunks: List[ExpectedTrunk] = []
    files = {chan_sip.MAIN: _of_chan_sip, pjsip.MAIN: _of_pjsip, pjsip_wizard.MAIN: _of_wizards}
    present = [name for name in files if os.path.exists(os.path.join(config_dir, name))]
    if not present:
        raise ConfigError(config_dir, f"has none of {', '.join(files)}")
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
    named: Dict[str, Tuple[ExpectedPeer, ...]] = {
        peer.section: (peer,) for peers in hosts.values() for peer in peers
    }
    for line in _register_lines(effective):
        # Where a section has the name, chan_sip takes its host (create_addr()).
        peers = hosts.get(fold(_bare(line.host)), ()) or named.get(line.peer or line.host, ())
        name = _name(peers) if peers else None
        if name is None or name in [trunk.name for trunk in trunks]:
            name = f"{line.user}@{line.host}"
        registration = _registration(line, default_expiry or DEFAULT_EXPIRY)
        trunks.append(ExpectedTrunk(name, chan_sip.NAME, registration, peers))
    registering = {peer for trunk in trunks for peer in trunk.peers}
    for peers in hosts.values():
        if not registering.intersection(peers):
            trunks.append(ExpectedTrunk(_name(peers), chan_sip.NAME, None, peers))
    return trunks


def _register_lines(effective: Effective) -> List[RegisterLine]:
    general = effective.first("general")
    values = [entry.value for entry in general.values("register")] if general else []
    values += map(_of_callback, _sections(effective, "callbackextension"))
    # What chan_sip drops cannot be expected to run; lint says so.
    return [parsed.line for parsed in map(register_line.parse, dict.fromkeys(values)) if parsed.line]


def _of_callback(section: EffectiveSection) -> str:
    """The register line that chan_sip makes of a peer with callbackextension (build_peer()), without the secret."""
    user = _last(section, "defaultuser") or _last(section, "username")
    return f"{section.name}?{user}@{_last(section, 'host')}/{_last(section, 'callbackextension')}"


def _sections(effective: Effective, key: str) -> List[EffectiveSection]:
    """Those that count, and have the option."""
    return [section for section in effective.sections if not section.template and section.last(key)]


def _last(section: EffectiveSection, key: str) -> str:
    entry = section.last(key)
    return entry.value if entry else ""


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


def _of_wizards(effective: Effective) -> List[ExpectedTrunk]:
    return _of_pjsip(load_text(pjsip_wizard.as_pjsip_conf(effective)))


def _of_pjsip(effective: Effective) -> List[ExpectedTrunk]:
    found = pjsip.read(effective)
    trunks = [_expectation(trunk, origin) for trunk, origin in zip(found.trunks, found.origins)]
    known = {id(section) for origin in found.origins for section in origin.sections}
    rest = [section for section in _sections(effective, "type") if id(section) not in known]
    trunks += [_unread(section) for section in rest if "registration" in _kinds(section)]
    return trunks + [_trusting(section) for section in rest if _trusted_hosts(section)]


def _unread(section: EffectiveSection) -> ExpectedTrunk:
    """A registration that is no trunk of ours, as the running one will be shown."""
    user, _at, domain = account_of(_last(section, "client_uri")).rpartition("@")
    host, port = _REGISTRAR.findall(registrar_of(_last(section, "server_uri")))[0]
    registration = ExpectedRegistration(
        user=user,
        host=host,
        port=int(port or DEFAULT_PORTS["udp"]),
        transport="udp",
        domain=domain,
        expiry=_number(section.last("expiration")) or EXPIRATION_DEFAULT,
        name=section.name,
    )
    return ExpectedTrunk(section.name, pjsip.NAME, registration, ())


def _trusted_hosts(section: EffectiveSection) -> List[str]:
    """The hosts of an identify that lets calls in, and belongs to no trunk that calls; networks cannot be looked up."""
    if "identify" not in _kinds(section) or not section.last("endpoint"):
        return []
    matches = [match.strip() for entry in section.values("match") for match in entry.value.split(",")]
    return [match for match in matches if match and "/" not in match]


def _trusting(section: EffectiveSection) -> ExpectedTrunk:
    endpoint = _last(section, "endpoint")
    peers = (ExpectedPeer(endpoint, host, calling=False) for host in _trusted_hosts(section))
    return ExpectedTrunk(endpoint, pjsip.NAME, None, tuple(peers))


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

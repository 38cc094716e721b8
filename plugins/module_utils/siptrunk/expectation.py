# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running PBX must show for each trunk: the manifest that a deployment leaves for the verifier.

It holds no secrets. On a PBX it has the owner, group and mode of the files beside it, so that a user who shall run
the verifier needs to be root or in the group asterisk.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, List, Optional, Sequence, Tuple

from .errors import ConfigError

SCHEMA = "siptrunk.manifest/1"
FILENAME = "sip_trunks.json"


@dataclass(frozen=True)
class ExpectedRegistration:
    """One account that must be registered.

    host, port: as the driver shows them: an IPv6 address in brackets, the transport's default port filled in
    expiry: seconds that we ask for; the provider may grant less
    name: of chan_pjsip's object, where it is not the trunk's
    """

    user: str
    host: str
    port: int
    transport: str
    domain: Optional[str] = None
    contact: Optional[str] = None
    expiry: int = 1800
    name: Optional[str] = None


@dataclass(frozen=True)
class ExpectedPeer:
    """One section that must have the address of *host*: a peer of chan_sip, an endpoint of chan_pjsip.

    port: None when DNS decides
    trusted: calls from there are let in; False for a section through which calls only go out
    calling: calls go out through it
    """

    section: str
    host: str
    port: Optional[int] = None
    trusted: bool = True
    calling: bool = True


@dataclass(frozen=True)
class ExpectedTrunk:
    name: str
    driver: str
    registration: Optional[ExpectedRegistration]
    peers: Tuple[ExpectedPeer, ...]


def to_json(trunks: Sequence[ExpectedTrunk]) -> str:
    return json.dumps({"schema": SCHEMA, "trunks": [asdict(trunk) for trunk in trunks]}, indent=2) + "\n"


def from_json(text: str, path: str = FILENAME) -> List[ExpectedTrunk]:
    """Read a manifest back; *path* is for the message of the ConfigError that a malformed one raises."""
    try:
        manifest = json.loads(text)
        if manifest["schema"] != SCHEMA:
            raise ConfigError(path, f"is a {manifest['schema']}, not a {SCHEMA}")
        return [_trunk(trunk) for trunk in manifest["trunks"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(path, f"is not a manifest of trunks ({type(error).__name__}: {error})") from None


def _trunk(data: Any) -> ExpectedTrunk:
    registration = data["registration"]
    return ExpectedTrunk(
        name=_of(str, data["name"]),
        driver=_of(str, data["driver"]),
        registration=None if registration is None else ExpectedRegistration(**registration),
        peers=tuple(ExpectedPeer(**peer) for peer in data["peers"]),
    )


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value

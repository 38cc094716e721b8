# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP URIs and hosts as Asterisk's files have them (RFC 3261, section 19.1)."""

from __future__ import annotations

import re
from typing import Match, NamedTuple, Optional, Tuple

from .config.text import fold

# By transport.
DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


def bracketed(host: str) -> str:
    """The host as it stands in URIs and before a port: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def unbracketed(host: str) -> str:
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


# What stands for itself in the user part of a SIP URI (RFC 3261, section 25.1), and the escapes that were given.
_ITSELF = r"A-Za-z0-9+*._~!$&'=%-"


def escaped(user: str) -> str:
    """The user part as chan_pjsip takes it: of from_user it takes no other characters, and adds no escapes."""
    return re.sub(f"[^{_ITSELF}]", lambda match: f"%{ord(match[0]):02X}", user)


def unescaped(user: str) -> str:
    """The user part as it is meant: without the escapes that ``escaped`` adds."""

    def meant(escape: Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if "!" <= character <= "~" and escaped(character) == escape[0] else escape[0]

    return re.sub("%([0-9A-F]{2})", meant, user)


class Uri(NamedTuple):
    """A SIP URI; host: an IPv6 address without brackets; transport None: it does not say"""

    host: str
    port: Optional[int] = None
    transport: Optional[str] = None
    user: Optional[str] = None

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        transport = f";transport={self.transport}" if self.transport else ""
        return f"sip:{user}{bracketed(self.host)}{port}{transport}"


_URI = re.compile(
    r"sip:(?:(?P<user>[^@;?:]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<rest>(?:;[^?]*)?)"
)


def parse_uri(text: str) -> Optional[Tuple[Uri, str]]:
    """The URI, and its other parameters; None when a trunk cannot have it."""
    match = _URI.fullmatch(text)
    if not match:
        return None
    parameters = [parameter for parameter in match["rest"].split(";") if parameter]
    transport = next((fold(p[10:]) for p in parameters if fold(p).startswith("transport=")), None)
    others = ";".join(p for p in parameters if not fold(p).startswith("transport="))
    port = int(match["port"]) if match["port"] else None
    if (transport is not None and transport not in DEFAULT_PORTS) or not (port is None or 0 < port < 65536):
        return None
    return Uri(unbracketed(match["host"]), port, transport, match["user"]), others

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""chan_sip cannot unregister: the contact that it leaves at a provider is removed from here.

Only a contact that is certainly its own is removed: the account may be registered from elsewhere by now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Collection, List, Optional, Set, Tuple

from .config.effective import Effective
from .drivers import chan_sip
from .sip.exchange import ACCEPTED, REGISTER, Outcome, Wish
from .sip.grammar import Malformed
from .sip.values import Uri
from .trunk import Registration, Trunk
from .uris import DEFAULT_PORTS, bracketed

# Seconds for each question: a change does not wait for a provider that is silent.
PATIENCE = 10.0
# The user part of the contact of a register line that names none.
_NO_CONTACT = "s"
_EXTERNAL = ("externaddr", "externip")

# Does what is wished, at the place where the second URI leads; as probe.probe().
Ask = Callable[[Wish, Uri], Outcome]


def unregister(trunk: Trunk, account: Registration, running: Effective, ask: Ask) -> Tuple[str, ...]:
    """Remove the contacts that a chan_sip with this sip.conf has bound; gives what is to be told of it."""
    told = f"trunk {trunk.name}: "
    if account.secret is None:
        return (f"{told}{_stays(account, 'only a hash of its password is known here')}",)
    wish, via = _question(trunk, account)
    found = ask(wish, via)
    if found.outcome != ACCEPTED:
        return (f"{told}{_stays(account, found.detail)}",)
    own = [one.uri for one in found.contacts if _is_own(one.uri, _places(trunk, running, found), account)]
    lines: List[str] = []
    for contact in own:
        removed = ask(replace(wish, remove=contact), via)
        gone = removed.outcome == ACCEPTED and contact not in [one.uri for one in removed.contacts]
        lines.append(
            f"{told}unregistered, the provider has {contact} no more"
            if gone
            else f"{told}{_stays(account, removed.detail)}"
        )
    return tuple(lines) or (f"{told}the provider has no contact of this PBX",)


def _stays(account: Registration, why: str) -> str:
    return f"the provider keeps its contact until it expires, for up to {account.expiry} s: {why}"


def _question(trunk: Trunk, account: Registration) -> Tuple[Wish, Uri]:
    """Which contacts there are, and where that is asked."""
    provider = trunk.provider
    scheme = "sip"
    home = Uri(
        scheme,
        account.user,
        host=account.domain or bracketed(provider.host),
        port=None if account.domain else provider.port,
    )
    way = (
        provider.outbound_proxy or f"{bracketed(provider.host)}{f':{provider.port}' if provider.port else ''}"
    )
    wish = Wish(
        REGISTER,
        home,
        provider.transport,
        user=account.auth_user or account.user,
        secret=account.secret,
        timeout=PATIENCE,
    )
    return wish, Uri.parse(f"{scheme}:{way}")


def _places(trunk: Trunk, running: Effective, found: Outcome) -> Set[Tuple[str, int]]:
    """The hosts and ports that chan_sip names in its contacts."""
    kind = "udp" if trunk.provider.transport == "udp" else "tcp"
    ports = {port.number for port in chan_sip.listening(running) if port.protocol == kind}
    places = {(bracketed(found.own.address), port) for port in ports} if found.own else set()
    general = running.first("general")
    for key in _EXTERNAL if general else ():
        entry = general.last(key) if general else None
        if entry and entry.value:
            host, _colon, port = entry.value.partition(":")
            places |= {(host, int(port))} if port.isdigit() else {(host, number) for number in ports}
    return places


def _is_own(contact: str, places: Collection[Tuple[Optional[str], int]], account: Registration) -> bool:
    try:
        uri = Uri.parse(contact)
    except Malformed:
        return False
    return (
        uri.user == (account.contact or _NO_CONTACT)
        and (uri.host, uri.port or DEFAULT_PORTS["udp"]) in places
    )

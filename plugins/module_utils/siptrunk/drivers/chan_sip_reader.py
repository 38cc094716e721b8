# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sip.conf to trunks: our own file, or one by hand with register lines and peers that have the same host.

What a section does not say counts as chan_sip takes it: from [general], else from chan_sip's own defaults.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from .. import register_line
from ..config.effective import Effective, EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..fields import SECTION_NAME
from ..register_line import DEFAULT_EXPIRY, RegisterLine
from ..secrets import MASK, SECRET_FIELDS
from ..trunk import compact, unusual
from ..uris import unbracketed
from .chan_sip_peer import FATES, Found, Peer
from .shared import CHANGED, IGNORED, LOST, Leftover, Origin, ReadBack, as_name, distinct
from .sip_conf import ENABLING, GENERAL, INHERITED, RETRY_INTERVAL, TYPES, VERIFYING, shown

# Where port and transport come from the register line, and what a peer without them has.
WAY = {"provider.port": None, "provider.transport": "udp"}
# What a section for calls in says of calls out counts for nothing.
_CALLS_OUT = frozenset(
    f"outbound.{field}" for field in ("user", "secret", "secret_md5", "from_user", "from_domain")
)


def concerns(effective: Effective) -> bool:
    """True when the file looks like sip.conf or a part of it."""
    return any(
        section.values("register")
        or section.values("allowguest")
        or any(fold(entry.value) in TYPES for entry in section.values("type"))
        for section in effective.sections
    )


def read(effective: Effective) -> ReadBack:
    """The trunks of a file: our own, or one by hand with register lines and peers that have the same host."""
    reader = _FileReader(effective)
    groups = reader.groups()
    taken: Set[str] = set()
    trunks = []
    for group in groups:
        name = distinct(as_name(group.name), taken)
        taken.add(fold(name))
        trunks.append(compact(reader.trunk(name, group)))
    origins = [
        Origin([peer.section for peer in group.peers], group.line.entry if group.line else None)
        for group in groups
    ]
    return ReadBack(trunks, reader.leftovers, origins, reader.answering)


class _Line(NamedTuple):
    """A register line; expiry: the seconds that chan_sip asks for when the line does not say."""

    line: RegisterLine
    entry: EffectiveEntry
    expiry: int


@dataclass(eq=False)
class _Group:
    """The sections of one trunk, and its register line."""

    name: str
    peers: List[Peer] = field(default_factory=list)
    line: Optional[_Line] = None

    @property
    def caller(self) -> Optional[Peer]:
        """The section that calls go out through: one named so, else one that is named for no direction."""
        return next((peer for kind in ("out", "") for peer in self.peers if peer.direction == kind), None)

    @property
    def user(self) -> Any:
        return self._calling.value("outbound.user")

    def likeness(self, line: RegisterLine) -> Tuple[bool, bool, bool, bool]:
        """How well a register line fits that has the host or the name of one of the sections."""
        named = any(peer.section.is_named(line.peer or "") for peer in self.peers)
        port = self._calling.value("provider.port")
        return named, self.user == (line.auth_user or line.user), port == line.port, self.user is None

    @property
    def _calling(self) -> Peer:
        return self.caller or self.peers[0]


class _FileReader:
    def __init__(self, effective: Effective) -> None:
        self.leftovers: List[Leftover] = []
        self._effective = effective
        self._general = effective.first("general")
        entries = self._general.entries if self._general else ()
        self._inherited = [entry for entry in entries if fold(entry.key) in INHERITED]
        # Of each host, the section that its calls come to.
        self._answering: Dict[str, Peer] = {}
        for note in effective.notes:
            self.leftovers.append(Leftover(note.path, note.line, "", "", "", note.reason, IGNORED))

    @property
    def answering(self) -> Dict[str, str]:
        return {host: peer.section.name for host, peer in self._answering.items()}

    def groups(self) -> List[_Group]:
        lines = self._register_lines()
        peers = self._peers({fold(unbracketed(line.line.host)) for line in lines})
        lines += self._callbacks(peers)
        groups: Dict[str, _Group] = {}
        for peer in peers:
            # The order of trunks in our own file is that of their last sections.
            group = groups.pop(fold(peer.trunk), None) or _Group(peer.trunk)
            group.peers.append(peer)
            groups[fold(peer.trunk)] = group
        return _married(lines, list(groups.values()))

    def _register_lines(self) -> List[_Line]:
        lines: Dict[str, _Line] = {}
        default_expiry = DEFAULT_EXPIRY
        generals = [section for section in self._effective.sections if section.is_named("general")]
        for section in generals:
            for entry in section.entries:
                key = fold(entry.key)
                if section is not generals[0]:
                    self._leave(section, entry, "chan_sip reads the first [general] only", IGNORED)
                elif key == "register":
                    parsed = register_line.parse(entry.value)
                    if parsed.line is None:
                        self._leave(section, entry, "; ".join(map(str, parsed.notices)))
                    elif entry.value in lines:
                        self._leave(section, entry, "is there twice, and chan_sip takes it once", IGNORED)
                    else:
                        lines[entry.value] = _Line(parsed.line, entry, default_expiry)
                        if parsed.line.domain_port:
                            self._leave(section, entry, "the port of the domain has no field in a trunk")
                elif key in ("defaultexpiry", "defaultexpirey"):
                    # It counts for the lines behind it.
                    default_expiry = _seconds(entry.value) or DEFAULT_EXPIRY
                elif key not in INHERITED and key != RETRY_INTERVAL and not _is_ours(entry):
                    self._leave(section, entry, "is a setting for all, not for a trunk")
        return list(lines.values())

    def _peers(self, registrars: Set[str]) -> List[Peer]:
        peers = []
        for section in self._sections():
            peer = Peer(section, self._inherited)
            if not peer.is_trunk(registrars):
                self._leave_section(
                    section, "is no trunk: a trunk is a type=peer with the host of a provider", IGNORED
                )
            elif not SECTION_NAME.fullmatch(section.name):
                self._leave_section(section, "has a name that a section of a trunk cannot have")
            else:
                peers.append(peer)
                if not peer.denied:
                    # A call is matched to the first one of its address (check_peer_ok()).
                    self._answering.setdefault(fold(peer.host), peer)
        return peers

    def _sections(self) -> List[EffectiveSection]:
        """Those of peers; what stands in several sections of one name adds up to one peer."""
        named: Dict[str, EffectiveSection] = {}
        for section in self._effective.sections:
            if section.template or section.is_named("general"):
                continue
            first = named.setdefault(fold(section.name), section)
            if first is not section and section.last("type"):
                named[fold(section.name)] = replace(first, entries=[*first.entries, *section.entries])
            elif first is not section:
                self._leave_section(section, "has no type: chan_sip ignores it", IGNORED)
        return list(named.values())

    def _callbacks(self, peers: Sequence[Peer]) -> Iterator[_Line]:
        """The register lines that chan_sip makes of callbackextension; it quotes nothing (build_peer())."""
        for peer in peers:
            callback = peer.section.last("callbackextension")
            if callback and callback.value:
                name, host = peer.section.name, peer.section.last("host")
                user = peer.value("outbound.user") or ""
                account = peer.value("outbound.from_user") or user
                text = f"{name}?{account}:{peer.value('outbound.secret') or ''}:{user}@"
                parsed = register_line.parse(f"{text}{host.value if host else ''}/{callback.value}")
                if parsed.line:
                    yield _Line(parsed.line, callback, DEFAULT_EXPIRY)
                else:
                    self._leave(peer.section, callback, "; ".join(map(str, parsed.notices)))

    def trunk(self, name: str, group: _Group) -> Dict[str, Any]:
        trunk: Dict[str, Any] = {
            key: {} for key in ("provider", "inbound", "outbound", "media", "nat", "sections", "options")
        }
        trunk["name"] = name
        caller = group.caller or next(iter(group.peers), None)
        if group.line:
            line = group.line.line
            trunk["provider"] = {
                "host": unbracketed(line.host),
                "transport": line.transport,
                "port": line.port,
            }
            trunk["registration"] = self._registration(group.line, group.peers)
        elif caller:
            trunk["provider"]["host"] = caller.host
        if group.caller and fold(group.caller.host) != fold(trunk["provider"]["host"]):
            entry = group.caller.section.values("host")[-1]
            self._leave(group.caller.section, entry, "is not the host that the trunk registers at")
        trusting = [peer for peer in group.peers if self._answering.get(fold(peer.host)) is peer]
        trunk["inbound"]["trust"] = [peer.host for peer in trusting]
        if not trusting and caller:
            self._merge(trunk, caller, caller.inbound)
        for peer in trusting:
            self._merge(trunk, peer, peer.inbound)
            for reason in peer.distrust:
                self._leave(peer.section, peer.mentioned("insecure"), reason)
        for peer in group.peers:
            first = self._answering.get(fold(peer.host), peer)
            if first is not peer and peer is not group.caller:
                reason = f"gets no calls: [{first.section.name}] has the same host, and stands before it"
                self._leave_section(peer.section, reason, CHANGED)
        for peer in sorted(group.peers, key=lambda peer: peer is not caller):
            for entry, reason in peer.unread:
                self._leave(peer.section, entry, reason)
            if group.line:
                self._compare_way(trunk["provider"], peer)
            self._merge(trunk, peer, peer.fields)
            self._add_raw(trunk, peer, group)
        self._identify(trunk, group)
        self._name_sections(trunk, group, trusting)
        return trunk

    def _merge(self, trunk: Dict[str, Any], peer: Peer, fields: Mapping[str, Found]) -> None:
        """Add what a section says; where it contradicts an earlier one, that is left over."""
        for path, found in fields.items():
            group, _dot, key = path.rpartition(".")
            target = trunk[group] if group else trunk
            if path in WAY and "registration" in trunk:
                continue
            if target.get(key) is None:
                target[key] = found.value
            elif target[key] != found.value:
                reason = f"is not the same everywhere: the trunk has {_said(path, target)}"
                idle = path in _CALLS_OUT and peer.direction == "in"
                fate = CHANGED if idle or path.startswith("nat.keepalive") else LOST
                self._leave(peer.section, found.entry, reason, fate)

    def _compare_way(self, provider: Mapping[str, Any], peer: Peer) -> None:
        """Port and transport of the trunk are those of the register line."""
        for path, default in WAY.items():
            key = path.rpartition(".")[2]
            if (peer.value(path) or default) != provider[key]:
                reason = f"is not that of the register line: the trunk has {provider[key] or 'none'}"
                self._leave(peer.section, peer.mentioned(key), reason)

    def _add_raw(self, trunk: Dict[str, Any], peer: Peer, group: _Group) -> None:
        raw = trunk["options"].setdefault("peer", {})
        for key, entries in peer.raw.items():
            values = [entry.value for entry in entries]
            value = values[0] if len(values) == 1 else values
            if raw.setdefault(key, value) != value:
                self._leave(peer.section, entries[0], "is not the same in all sections of the trunk")
            elif not all(key in other.raw for other in group.peers):
                reason = "is an option of one section; of the trunk, all sections have it"
                self._leave(peer.section, entries[0], reason, CHANGED)

    def _registration(self, registered: _Line, peers: Sequence[Peer]) -> Dict[str, Any]:
        line, _entry, expiry = registered
        result = {
            "user": line.user,
            "secret": line.secret,
            "secret_md5": None,
            "domain": line.domain and unbracketed(line.domain),
            "auth_user": line.auth_user if line.auth_user != line.user else None,
            "contact": line.extension,
            "expiry": line.effective_expiry(expiry),
            "retry_interval": self._retry_interval(),
        }
        # transmit_register() looks the peer up by the name of the host, too.
        named = line.peer or line.host
        peer = next((peer for peer in peers if peer.section.is_named(named)), None)
        if peer:
            md5, remote, secret = (peer.secrets.get(key) for key in ("md5secret", "remotesecret", "secret"))
            if md5 or remote:
                result.update(secret=None if md5 else remote, secret_md5=md5)
            elif not line.secret:
                result["secret"] = secret
        return result

    def _retry_interval(self) -> Optional[int]:
        entry = self._general.last(RETRY_INTERVAL) if self._general else None
        return _seconds(entry.value) if entry else None

    def _identify(self, trunk: Dict[str, Any], group: _Group) -> None:
        """Tell how calls authenticate, from the secret of the peer and that of the register line."""
        outbound = trunk["outbound"]
        registration = trunk.get("registration")
        caller = group.caller or next(iter(group.peers), None)
        user, secret = outbound.pop("user", None), outbound.pop("secret", None)
        secret_md5 = outbound.pop("secret_md5", None)
        account = None
        if registration:
            if not (registration["secret"] or registration["secret_md5"]):
                registration["secret"] = secret
            account = registration["auth_user"] or registration["user"]
        given = (secret if not secret_md5 else None, secret_md5, user or account)
        if registration and given == (registration["secret"], registration["secret_md5"], account):
            outbound["auth"] = "same"
            user = registration["user"]
        elif secret or secret_md5:
            if not user and caller:
                user = outbound.get("from_user") or account
                reason = f"is not said, and a trunk has a user; calls authenticate as {user}"
                self._leave(caller.section, caller.mentioned("defaultuser"), reason, CHANGED)
            outbound.update(auth="own", user=user, secret=given[0], secret_md5=secret_md5)
        else:
            for peer in group.peers if user and user != account else ():
                if "outbound.user" in peer.fields:
                    entry = peer.fields["outbound.user"].entry
                    self._leave(peer.section, entry, "means nothing without a secret", IGNORED)
            if group.caller:
                outbound["auth"] = "none"
            user = registration["user"] if registration and not group.caller else None
        if group.caller and user and not outbound.get("from_user"):
            outbound["from_caller"] = True
        if outbound.get("from_user") == user:
            outbound["from_user"] = None

    @staticmethod
    def _name_sections(trunk: Dict[str, Any], group: _Group, trusting: Sequence[Peer]) -> None:
        name = trunk["name"]
        inbound = [peer.section.name for peer in trusting]
        calling = group.caller.section.name if group.caller else None
        names = unusual(name, inbound, calling)
        trunk["sections"] = {"inbound": list(names.inbound), "outbound": names.outbound}

    def _leave(self, section: EffectiveSection, entry: EffectiveEntry, reason: str, fate: str = LOST) -> None:
        value, fate = shown(fold(entry.key), entry.value), FATES.get(reason, fate)
        self.leftovers.append(Leftover(entry.path, entry.line, section.name, entry.key, value, reason, fate))

    def _leave_section(self, section: EffectiveSection, reason: str, fate: str = LOST) -> None:
        kind, host = section.last("type"), section.last("host")
        value = ", ".join(f"{entry.key}={entry.value}" for entry in (kind, host) if entry)
        self.leftovers.append(Leftover(section.path, section.line, section.name, "", value, reason, fate))


def _married(lines: Sequence[_Line], groups: List[_Group]) -> List[_Group]:
    """Give each register line to the group that it fits best; without any, it is a trunk of its own."""
    named: Dict[str, Set[int]] = defaultdict(set)
    at_host: Dict[str, Set[int]] = defaultdict(set)
    of_user: Dict[Any, Set[int]] = defaultdict(set)
    for place, group in enumerate(groups):
        of_user[group.user].add(place)
        for peer in group.peers:
            named[fold(peer.section.name)].add(place)
            at_host[fold(peer.host)].add(place)

    def near(line: RegisterLine) -> Set[int]:
        host, user = fold(unbracketed(line.host)), line.auth_user or line.user
        return named[fold(line.peer or "")] | (at_host[host] & of_user[user])

    def all_of(line: RegisterLine) -> Set[int]:
        return named[fold(line.peer or "")] | at_host[fold(unbracketed(line.host))]

    single = set(range(len(lines)))
    # Name and user count more than all else. With them first, a thousand accounts at one host are no million pairs.
    for candidates in (near, all_of):
        fits = [
            (groups[place].likeness(lines[number].line), -number, -place)
            for number in single
            for place in candidates(lines[number].line)
            if groups[place].line is None
        ]
        for _fitness, number, place in sorted(fits, reverse=True):
            if -number in single and groups[-place].line is None:
                groups[-place].line = lines[-number]
                single.remove(-number)
    alone = [_Group(unbracketed(lines[number].line.host), line=lines[number]) for number in sorted(single)]
    return groups + alone


def _is_ours(entry: EffectiveEntry) -> bool:
    ours = {**GENERAL, **VERIFYING, **dict.fromkeys(ENABLING.values(), "yes")}
    return ours.get(fold(entry.key)) == fold(entry.value)


def _seconds(value: str) -> Optional[int]:
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) and int(value) else None


def _said(path: str, target: Mapping[str, Any]) -> str:
    key = path.rpartition(".")[2]
    return MASK if key in SECRET_FIELDS else str(target[key])

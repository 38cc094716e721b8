# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sip.conf to trunks: our own file, or one by hand with register lines and peers that have the same host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from .. import register_line
from ..config.effective import Effective, EffectiveEntry, EffectiveSection, fold
from ..fields import CODECS
from ..register_line import DEFAULT_PORTS, RegisterLine
from ..secrets import MASK
from ..trunk import compact
from .sip_conf import DTMF_MODES, ENABLING, FIELD_OF, GENERAL, INSECURE, RAW, SECRETS, shown

# Seconds between the OPTIONS of a peer with qualify=yes (DEFAULT_QUALIFYFREQ).
QUALIFYFREQ_DEFAULT = 60


@dataclass(frozen=True)
class Leftover:
    """An option that no field of a trunk stands for; a secret in *value* is masked."""

    path: str
    line: Optional[int]
    section: str
    key: str
    value: str
    reason: str


@dataclass(frozen=True)
class ReadBack:
    """trunks: in the form of ``sip_trunks``, secrets included"""

    trunks: List[Dict[str, Any]] = field(repr=False)
    leftovers: List[Leftover]


def read(effective: Effective) -> ReadBack:
    """The trunks of a file: our own, or one by hand with register lines and peers that have the same host.

    What a file by hand does not say gets the default of the trunk's field, not that of chan_sip.
    """
    reader = _FileReader(effective)
    trunks = [compact(trunk) for trunk in reader.trunks()]
    return ReadBack(trunks, reader.leftovers)


class _Unfit(Exception):
    """A value that no field can hold."""


class _Found(NamedTuple):
    """The value that a field takes from an entry."""

    value: Any
    entry: EffectiveEntry


def _number(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not int(value):
        raise _Unfit
    return int(value)


def _chosen(values: Mapping[str, Any]) -> Callable[[str], Any]:
    def convert(value: str) -> Any:
        if fold(value) not in values:
            raise _Unfit
        return values[fold(value)]

    return convert


def _symmetric(value: str) -> bool:
    words = sorted(fold(value).split(","))
    if words in (["comedia", "force_rport"], ["yes"]):
        return True
    if words == ["no"]:
        return False
    raise _Unfit


# ast_true() and ast_false()
_TRUTH = {
    **dict.fromkeys(("yes", "true", "y", "t", "1", "on"), True),
    **dict.fromkeys(("no", "false", "n", "f", "0", "off"), False),
}
# Option, the field for it, and how its value becomes that of the field.
_READ: Dict[str, Tuple[str, Callable[[str], Any]]] = {
    "description": ("description", str),
    "port": ("provider.port", _number),
    "transport": ("provider.transport", _chosen({name: name for name in DEFAULT_PORTS})),
    "outboundproxy": ("provider.outbound_proxy", lambda value: re.sub(r"^[a-z]+://", "", value)),
    "context": ("inbound.context", str),
    "fromuser": ("outbound.from_user", str),
    "fromdomain": ("outbound.from_domain", str),
    "defaultuser": ("outbound.user", str),
    "username": ("outbound.user", str),
    "secret": ("outbound.secret", str),
    "remotesecret": ("outbound.secret", str),
    "nat": ("nat.symmetric", _symmetric),
    "directmedia": ("media.direct", _chosen(_TRUTH)),
    "canreinvite": ("media.direct", _chosen(_TRUTH)),
    "dtmfmode": ("media.dtmf", _chosen({mode: name for name, mode in DTMF_MODES.items()})),
}


class _Peer:
    """One section that stands for (a part of) a trunk."""

    def __init__(self, section: EffectiveSection) -> None:
        self.section = section
        parts = re.fullmatch(r"(.+)-(in([0-9]*)|out)", section.name)
        self.trunk = parts[1] if parts else section.name
        self.outbound = bool(parts) and section.name.endswith("-out")
        self.fields: Dict[str, _Found] = {}
        self.raw: Dict[str, List[EffectiveEntry]] = {}
        self.unread: List[Tuple[EffectiveEntry, str]] = []
        host = section.last("host")
        self.host = _unbracketed(host.value) if host else ""
        denied = {entry.value.replace("0.0.0.0/0.0.0.0", "0.0.0.0/0") for entry in section.values("deny")}
        self.denied = denied == {"0.0.0.0/0", "::/0"} and not section.values("permit")
        for entry in section.entries:
            self._take(entry)
        self._take_keepalive()
        self._take_codecs()

    def value(self, path: str) -> Any:
        found = self.fields.get(path)
        return found.value if found else None

    def _take(self, entry: EffectiveEntry) -> None:
        key = fold(entry.key)
        if key in _READ:
            self._take_field(key, entry)
        elif key == "type":
            if fold(entry.value) != "peer":
                self._leave(entry, "becomes type=peer: a friend lets in whoever writes its name into From")
        elif key == "insecure":
            if sorted(entry.value.split(",")) != sorted(INSECURE.split(",")):
                self._leave(
                    entry, f"becomes insecure={INSECURE}, so that the provider's calls are not challenged"
                )
        elif key in RAW:
            self.raw.setdefault(key, []).append(entry)
        elif key in ("deny", "permit"):
            if not self.denied:
                self._leave(entry, "a trunk trusts single hosts, each with a peer of its own")
        elif key not in ("host", "allow", "disallow"):
            known = key in FIELD_OF
            self._leave(
                entry, "has no field in a trunk" if known else "is no option of a peer: chan_sip ignores it"
            )

    def _take_field(self, key: str, entry: EffectiveEntry) -> None:
        path, convert = _READ[key]
        try:
            value = convert(entry.value)
        except _Unfit:
            if key in RAW:
                self.raw.setdefault(key, []).append(entry)
            else:
                self._leave(entry, "has a value that a trunk cannot have")
            return
        if path not in self.fields:
            self.fields[path] = _Found(value, entry)
        elif key in RAW:
            # Behind our own option there may be a raw one that overrides it.
            self.raw.setdefault(key, []).append(entry)
        elif key != "secret" or fold(self.fields[path].entry.key) != "remotesecret":
            # The last one counts, and of the two secrets the one for the far end.
            self.fields[path] = _Found(value, entry)

    def _take_keepalive(self) -> None:
        qualify = self.raw.get("qualify", [])
        frequency = self.raw.get("qualifyfreq", [])
        if not qualify:
            return
        if fold(qualify[0].value) == "no":
            self.fields["nat.keepalive"] = _Found(0, qualify.pop(0))
        elif fold(qualify[0].value) == "yes":
            entry, seconds = qualify.pop(0), QUALIFYFREQ_DEFAULT
            if frequency and re.fullmatch(r"[1-9][0-9]{0,3}", frequency[0].value):
                seconds = int(frequency.pop(0).value)
            self.fields["nat.keepalive"] = _Found(seconds, entry)

    def _take_codecs(self) -> None:
        entries = [entry for entry in self.section.entries if fold(entry.key) in ("allow", "disallow")]
        if not entries:
            return
        first, *others = entries
        codecs = [codec for entry in others for codec in fold(entry.value).split(",")]
        orderly = (fold(first.key), fold(first.value)) == ("disallow", "all")
        if (
            orderly
            and codecs
            and {fold(entry.key) for entry in others} == {"allow"}
            and set(codecs) <= set(CODECS)
        ):
            self.fields["media.codecs"] = _Found(list(dict.fromkeys(codecs)), first)
        else:
            for entry in entries:
                self._leave(
                    entry, "a trunk's codecs are disallow=all, then the list of those allowed, by known names"
                )

    def _leave(self, entry: EffectiveEntry, reason: str) -> None:
        self.unread.append((entry, reason))


class _Line(NamedTuple):
    line: RegisterLine
    entry: EffectiveEntry


@dataclass(eq=False)
class _Group:
    """The sections of one trunk, and its register line."""

    name: str
    peers: List[_Peer] = field(default_factory=list)
    line: Optional[_Line] = None

    @property
    def out(self) -> Optional[_Peer]:
        return next((peer for peer in self.peers if peer.outbound), None)

    @property
    def caller(self) -> Optional[_Peer]:
        """The section that calls go out through."""
        return self.out or next(iter(self.peers), None)

    def likeness(self, line: RegisterLine) -> Optional[Tuple[bool, bool, bool, bool]]:
        """How well a register line fits; None when it does not."""
        named = any(fold(peer.section.name) == fold(line.peer or "") for peer in self.peers)
        if not named and fold(_unbracketed(line.host)) not in [fold(peer.host) for peer in self.peers]:
            return None
        user = self.caller.value("outbound.user") if self.caller else None
        port = self.caller.value("provider.port") if self.caller else None
        return named, user == (line.auth_user or line.user), port == line.port, user is None


class _FileReader:
    def __init__(self, effective: Effective) -> None:
        self.leftovers: List[Leftover] = []
        self._effective = effective

    def trunks(self) -> List[Dict[str, Any]]:
        lines = self._register_lines()
        groups = self._groups({fold(_unbracketed(line.line.host)) for line in lines})
        self._marry(lines, groups)
        trunks = []
        names: List[str] = []
        for group in groups:
            name = _distinct(_as_name(group.name), names)
            names.append(name)
            trunks.append({"name": name, **self._trunk(group)})
        return trunks

    def _register_lines(self) -> List[_Line]:
        lines: List[_Line] = []
        generals = [section for section in self._effective.sections if section.is_named("general")]
        for section in generals:
            for entry in section.entries:
                if section is not generals[0]:
                    self._leave(section, entry, "chan_sip reads the first [general] only")
                elif fold(entry.key) == "register":
                    parsed = register_line.parse(entry.value)
                    if parsed.line is None:
                        self._leave(section, entry, "; ".join(map(str, parsed.notices)))
                    else:
                        lines.append(_Line(parsed.line, entry))
                        if parsed.line.domain_port:
                            self._leave(section, entry, "the port of the domain has no field in a trunk")
                elif not self._is_ours(entry):
                    self._leave(section, entry, "is a setting for all, not for a trunk")
        return lines

    @staticmethod
    def _is_ours(entry: EffectiveEntry) -> bool:
        ours = {**GENERAL, **dict.fromkeys(ENABLING.values(), "yes")}
        return ours.get(fold(entry.key)) == fold(entry.value)

    def _groups(self, registrars: Set[str]) -> List[_Group]:
        groups: Dict[str, _Group] = {}
        for section in self._effective.sections:
            if section.template or section.is_named("general"):
                continue
            types = {fold(entry.value) for entry in section.values("type")}
            peer = _Peer(section)
            usual = types == {"peer"} or ("friend" in types and fold(peer.host) in registrars)
            if not usual or not peer.host or fold(peer.host) == "dynamic":
                self._leave_section(section)
                continue
            # The order of trunks in our own file is that of their last sections.
            group = groups.pop(fold(peer.trunk), None) or _Group(peer.trunk)
            group.peers.append(peer)
            groups[fold(peer.trunk)] = group
        return list(groups.values())

    def _marry(self, lines: List[_Line], groups: List[_Group]) -> None:
        """Give each register line to the group that it fits best; without any, it is a trunk of its own."""
        fits = [
            (likeness, -number, -place)
            for number, line in enumerate(lines)
            for place, group in enumerate(groups)
            for likeness in [group.likeness(line.line)]
            if likeness is not None
        ]
        single = set(range(len(lines)))
        for _fitness, number, place in sorted(fits, reverse=True):
            if -number in single and groups[-place].line is None:
                groups[-place].line = lines[-number]
                single.remove(-number)
        for number in sorted(single):
            groups.append(_Group(_unbracketed(lines[number].line.host), line=lines[number]))

    def _trunk(self, group: _Group) -> Dict[str, Any]:
        trunk: Dict[str, Any] = {
            key: {} for key in ("provider", "inbound", "outbound", "media", "nat", "options")
        }
        peers = sorted(group.peers, key=lambda peer: not peer.outbound)
        if group.line:
            line = group.line.line
            trunk["provider"] = {
                "host": _unbracketed(line.host),
                "transport": line.transport,
                "port": line.port,
            }
            trunk["registration"] = _registration(line)
        elif group.caller:
            trunk["provider"]["host"] = group.caller.host
        if group.out and fold(group.out.host) != fold(trunk["provider"]["host"]):
            entry = group.out.section.values("host")[-1]
            self._leave(group.out.section, entry, "is not the host that the trunk registers at")
        for peer in peers:
            self._merge(trunk, peer)
        trusted = [peer.host for peer in group.peers if not peer.denied and not peer.outbound]
        trusted += [peer.host for peer in group.peers if not peer.denied and peer.outbound]
        distinct: Dict[str, str] = {}
        for host in trusted:
            distinct.setdefault(fold(host), host)
        trunk["inbound"]["trust"] = list(distinct.values())
        self._identify(trunk, group)
        return trunk

    def _merge(self, trunk: Dict[str, Any], peer: _Peer) -> None:
        """Add what a section says; where it contradicts an earlier one, that is left over."""
        for entry, reason in peer.unread:
            self._leave(peer.section, entry, reason)
        for path, found in peer.fields.items():
            group, _dot, key = path.rpartition(".")
            target = trunk[group] if group else trunk
            if target.get(key) is None:
                target[key] = found.value
            elif target[key] != found.value:
                self._leave(
                    peer.section,
                    found.entry,
                    f"is not the same everywhere: the trunk has {_said(path, target)}",
                )
        raw = trunk["options"].setdefault("peer", {})
        for key, entries in peer.raw.items():
            if entries:
                values = [entry.value for entry in entries]
                value = values[0] if len(values) == 1 else values
                if raw.setdefault(key, value) != value:
                    self._leave(peer.section, entries[0], "is not the same in all sections of the trunk")

    def _identify(self, trunk: Dict[str, Any], group: _Group) -> None:
        """Tell how calls authenticate, from the secret of the peer and that of the register line."""
        outbound = trunk["outbound"]
        registration = trunk.get("registration")
        user, secret = outbound.pop("user", None), outbound.pop("secret", None)
        account = None
        if registration:
            registration["secret"] = registration["secret"] or secret
            account = registration["auth_user"] or registration["user"]
        if secret and registration and (secret, user or account) == (registration["secret"], account):
            outbound["auth"] = "same"
            user = registration["user"]
        elif secret:
            user = user or outbound.get("from_user") or account
            outbound.update(auth="own", user=user, secret=secret)
        else:
            if user and user != account and group.caller:
                reason = "means nothing without a secret"
                self._leave(group.caller.section, group.caller.fields["outbound.user"].entry, reason)
            if group.out:
                outbound["auth"] = "none"
            user = registration["user"] if registration and not group.out else None
        if outbound.get("from_user") == user:
            outbound["from_user"] = None

    def _leave(self, section: EffectiveSection, entry: EffectiveEntry, reason: str) -> None:
        value = shown(fold(entry.key), entry.value)
        self.leftovers.append(Leftover(entry.path, entry.line, section.name, entry.key, value, reason))

    def _leave_section(self, section: EffectiveSection) -> None:
        kind, host = section.last("type"), section.last("host")
        value = ", ".join(f"{entry.key}={entry.value}" for entry in (kind, host) if entry)
        reason = "is no trunk: a trunk is a type=peer with the host of a provider"
        self.leftovers.append(Leftover(section.path, section.line, section.name, "", value, reason))


def _registration(line: RegisterLine) -> Dict[str, Any]:
    return {
        "user": line.user,
        "secret": line.secret,
        "domain": line.domain and _unbracketed(line.domain),
        "auth_user": line.auth_user,
        "contact": line.extension,
        "expiry": line.expiry,
    }


def _said(path: str, target: Mapping[str, Any]) -> str:
    key = path.rpartition(".")[2]
    return MASK if key in SECRETS else str(target[key])


def _unbracketed(host: str) -> str:
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _as_name(text: str) -> str:
    """The nearest name that a trunk may have."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", text)
    return f"trunk-{name}"[:60] if not name or name[0].isdigit() else name[:60]


def _distinct(name: str, taken: Sequence[str]) -> str:
    candidate, number = name, 1
    while fold(candidate) in map(fold, taken):
        number += 1
        candidate = f"{name[:50]}-{number}"
    return candidate

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One section of sip.conf as chan_sip takes it: what it says, what [general] says for it, and the defaults.

Source: build_peer(), set_peer_defaults() and handle_common_options() in channels/chan_sip.c of Asterisk 16.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..uris import DEFAULT_PORTS, unbracketed
from .shared import CHANGED, IGNORED, access_list, codecs
from .sip_conf import (
    CODECS_DEFAULT,
    CONTEXT_DEFAULT,
    FIELD_OF,
    INSECURE,
    PEER_OPTION,
    PEER_OPTIONS,
    QUALIFY_DEFAULT,
    QUALIFYFREQ_DEFAULT,
    RAW,
    SEVERAL,
    TRUNKNAME,
    UNWATCHED,
)

_UNKNOWN = "is no option of a peer: chan_sip ignores it"
_NO_FIELD = "has no field in a trunk"
_UNFIT = "has a value that a trunk cannot have"
FRIEND = "becomes type=peer: a friend lets in whoever writes its name into From"
CHALLENGED = f"becomes insecure={INSECURE}: the provider's calls are challenged now, and would no longer be"
ONE_PORT = (
    f"becomes insecure={INSECURE}: calls from other ports of the host are refused now, and would no longer be"
)
FORCE = "is carried without force: requests inside of a call follow the route of the call"
_ACL = "is not deny=all, then a list of permits: a trunk has no other access list"
SEVERAL_TRANSPORTS = "has several, and a trunk has one: calls to the provider leave by the first"
# What becomes of an option for these reasons; for all others, it is lost.
FATES = {
    _UNKNOWN: IGNORED,
    FRIEND: CHANGED,
    CHALLENGED: CHANGED,
    ONE_PORT: CHANGED,
    FORCE: CHANGED,
    SEVERAL_TRANSPORTS: CHANGED,
}


class Found(NamedTuple):
    """The value that a field takes from an entry."""

    value: Any
    entry: EffectiveEntry


class _Unfit(Exception):
    """A value that no field can hold."""


def _port(value: str) -> int:
    return _number(value, 1, 65535)


def _number(value: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
        raise _Unfit
    return int(value)


def _transport(value: str) -> str:
    if fold(value) not in DEFAULT_PORTS:
        raise _Unfit
    return fold(value)


def _domain(value: str) -> str:
    if ":" in value:
        raise _Unfit
    return value


# Option, the field for it, and how its value becomes that of the field.
_READ: Dict[str, Tuple[str, Callable[[str], Any]]] = {
    "description": ("description", str),
    "port": ("provider.port", _port),
    "transport": ("provider.transport", _transport),
    "fromuser": ("outbound.from_user", str),
    "fromdomain": ("outbound.from_domain", _domain),
    "defaultuser": ("outbound.user", str),
    "username": ("outbound.user", str),
}
_SECRETS = ("md5secret", "remotesecret", "secret")
_ELSEWHERE = frozenset(
    {"type", "host", "insecure", "context", "allow", "disallow", "permit", "deny", "qualify", "qualifyfreq"}
    | {"outboundproxy", "callbackextension", TRUNKNAME, *_SECRETS}
)


class Peer:
    """One section that may stand for (a part of) a trunk.

    trunk, direction: the parts of its name or label, such as ``smartvox`` and ``in``; "" without such an end
    fields: values of the fields of the trunk by their dotted paths; inbound: those that only the section that a call
    comes in through decides
    secrets: by the option that holds them
    raw: options that a trunk has as they are; unread: those that it cannot have, and why
    """

    def __init__(self, section: EffectiveSection, inherited: Sequence[EffectiveEntry]) -> None:
        """inherited: what [general] says for peers"""
        self.section = section
        self._inherited = inherited
        self._entries = [*inherited, *section.entries]
        # In their order, so that of two names of one option the last one counts.
        self._last: Dict[str, EffectiveEntry] = {}
        for entry in self._entries:
            self._last.pop(fold(entry.key), None)
            self._last[fold(entry.key)] = entry
        label = section.last(TRUNKNAME)
        name = label.value if label and label.value else section.name
        parts = re.fullmatch(r"(.+)-(?:(in)[0-9]*|(out))", name)
        self.trunk, self.direction = (parts[1], parts[2] or parts[3]) if parts else (name, "")
        self.fields: Dict[str, Found] = {}
        self.inbound: Dict[str, Found] = {}
        self.raw: Dict[str, List[EffectiveEntry]] = {}
        self.unread: List[Tuple[EffectiveEntry, str]] = []
        host = section.last("host")
        self.host = unbracketed(host.value) if host else ""
        self.kinds = {fold(entry.value) for entry in section.values("type")}
        self.secrets: Dict[str, str] = {}
        self.denied = False
        self._read_own()
        self._read_secrets()
        self._read_access_list()
        self._read_proxy()
        self._read_context()
        self._read_keepalive()
        self._read_codecs()
        self._read_table()

    def value(self, path: str) -> Any:
        found = self.fields.get(path)
        return found.value if found else None

    def mentioned(self, key: str) -> EffectiveEntry:
        """The entry of that key; without one, what stands for its absence."""
        return self.section.last(key) or EffectiveEntry(key, "", self.section.path, self.section.line)

    def is_trunk(self, registrars: Iterable[str]) -> bool:
        """Whether this counts as a provider: a peer with a fixed host, or a friend whose calls are not challenged.

        A device with a fixed host is taken for one, too: nothing in the file tells the two apart.
        """
        if not self.host or fold(self.host) == "dynamic" or not self.kinds & {"peer", "friend"}:
            return False
        return self.kinds == {"peer"} or fold(self.host) in registrars or not self._challenges

    @property
    def distrust(self) -> List[str]:
        """What would change for the provider's calls, were this the section of a trunk."""
        if self._challenges:
            return [CHALLENGED]
        return [] if "port" in self._insecure else [ONE_PORT]

    @property
    def _challenges(self) -> bool:
        secret = self.mentioned("secret").value or self.mentioned("md5secret").value
        return bool(secret) and "invite" not in self._insecure

    @property
    def _insecure(self) -> Set[str]:
        entry = self._last.get("insecure")
        return set(fold(entry.value).split(",")) if entry else set()

    def _read_own(self) -> None:
        for entry in self._entries:
            key = fold(entry.key)
            if not _is_text(entry.value) and key not in PEER_OPTION and key not in _ELSEWHERE:
                self.unread.append((entry, "is not valid Unicode"))
            elif key in _READ:
                self._read_field(key, entry)
            elif key == "type" and fold(entry.value) != "peer":
                self.unread.append((entry, FRIEND))
            elif UNWATCHED.get(key) == fold(entry.value):
                self.raw.pop(key, None)
            elif key in RAW and key not in PEER_OPTION:
                # Some change what others say: the last one of each decides where it stands.
                self.raw[key] = [*self.raw.pop(key, []), entry]
            elif key not in _ELSEWHERE and key not in PEER_OPTION:
                self.unread.append((entry, _NO_FIELD if key in FIELD_OF else _UNKNOWN))

    def _read_field(self, key: str, entry: EffectiveEntry) -> None:
        path, convert = _READ[key]
        value = entry.value
        if not value and convert in (str, _domain):
            # To chan_sip, the same as none at all.
            self.fields.pop(path, None)
            return
        if key == "transport" and "," in value:
            value = value.partition(",")[0]
            self.unread.append((entry, SEVERAL_TRANSPORTS))
        try:
            self.fields[path] = Found(convert(value), entry)
        except _Unfit:
            self.unread.append((entry, _UNFIT))

    def _read_secrets(self) -> None:
        entries = {key: self.section.last(key) for key in _SECRETS}
        given = {key: entry for key, entry in entries.items() if entry and entry.value}
        self.secrets = {key: entry.value for key, entry in given.items()}
        md5 = given.get("md5secret")
        if md5 and not re.fullmatch("[0-9a-f]{32}", md5.value):
            self.unread.append(
                (md5, "is no MD5 of user:realm:secret: chan_sip can authenticate with nothing")
            )
            del self.secrets["md5secret"]
        elif md5:
            self.fields["outbound.secret_md5"] = Found(md5.value, md5)
        # Of the others, the one for the far end counts.
        used = given.get("remotesecret") or given.get("secret")
        if used:
            self.fields["outbound.secret"] = Found(used.value, used)

    def _read_access_list(self) -> None:
        entries = [entry for entry in self.section.entries if fold(entry.key) in ("permit", "deny")]
        found = access_list(entries)
        if found and not found.permitted:
            self.denied = len(found.closed) == 2 or found.closed == {_version(self.host)}
        if found and found.permitted and all(ip_network(network).prefixlen for network in found.permitted):
            self.inbound["inbound.permit"] = Found(found.permitted, entries[-1])
        elif not self.denied:
            self.unread += [(entry, _ACL) for entry in entries]

    def _read_proxy(self) -> None:
        entry = self._last.get("outboundproxy")
        if entry is None or not entry.value:
            return
        parts = re.fullmatch(r"(?:([a-z]+)://)?([^,]+)(,force)?", entry.value, re.IGNORECASE)
        transport = self.value("provider.transport") or "udp"
        if not parts or fold(parts[1] or "udp") != transport:
            reason = f"is not by {transport}, and a trunk has one transport"
            self.unread.append((entry, reason if parts else _UNFIT))
            return
        self.fields["provider.outbound_proxy"] = Found(parts[2], entry)
        if parts[3]:
            self.unread.append((entry, FORCE))

    def _read_context(self) -> None:
        entry = self._last.get("context") or self._default("context", CONTEXT_DEFAULT)
        self.inbound["inbound.context"] = Found(entry.value, entry)

    def _read_keepalive(self) -> None:
        qualify = self._last.get("qualify") or self._default("qualify", "no")
        frequency = self._last.get("qualifyfreq") or self._default("qualifyfreq", str(QUALIFYFREQ_DEFAULT))
        if fold(qualify.value) == "no":
            self.fields["nat.keepalive"] = Found(0, qualify)
            return
        try:
            seconds = _number(frequency.value, 1, 3600)
        except _Unfit:
            self.unread.append((frequency, _UNFIT))
            seconds = QUALIFYFREQ_DEFAULT
        try:
            yes = fold(qualify.value) == "yes"
            timeout = QUALIFY_DEFAULT if yes else _number(qualify.value, 100, 60000)
        except _Unfit:
            self.unread.append((qualify, _UNFIT))
            seconds, timeout = 0, QUALIFY_DEFAULT
        self.fields["nat.keepalive"] = Found(seconds, frequency)
        self.fields["nat.keepalive_timeout"] = Found(timeout, qualify)

    def _read_codecs(self) -> None:
        entries = [entry for entry in self._entries if fold(entry.key) in ("allow", "disallow")]
        allowed, strange = codecs(entries, CODECS_DEFAULT)
        for entry, name in strange:
            self.unread.append((entry, f"has {name}, which a trunk cannot have in its list of codecs"))
        last = entries[-1] if entries else self._default("allow", ",".join(allowed))
        if allowed:
            self.fields["media.codecs"] = Found(allowed, last)
        else:
            self.unread.append((last, "leaves no codec, and a trunk has one at least"))

    def _read_table(self) -> None:
        spelled = {PEER_OPTION[key].key: entry for key, entry in self._last.items() if key in PEER_OPTION}
        for option in PEER_OPTIONS:
            entry = spelled.get(option.key) or self._default(option.key, option.default)
            if option.key in spelled:
                own, inherited = (
                    [fold(one.value) for one in entries if PEER_OPTION.get(fold(one.key)) is option]
                    for entries in (self.section.entries, self._inherited)
                )
                entry = entry._replace(value=option.add_up(own, inherited))
            if entry.value in option.spellings:
                self.fields[option.field] = Found(option.spellings[entry.value], entry)
            else:
                self.raw[option.key] = [entry._replace(value=value) for value in entry.value.split(SEVERAL)]

    def _default(self, key: str, value: str) -> EffectiveEntry:
        return EffectiveEntry(key, value, self.section.path, self.section.line)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _version(host: str) -> Optional[int]:
    try:
        return ip_address(host).version
    except ValueError:
        return None

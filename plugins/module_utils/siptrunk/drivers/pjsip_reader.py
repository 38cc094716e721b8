# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pjsip.conf to trunks: our own file, or one by hand whose objects refer to each other.

What an object does not say counts as chan_pjsip takes it by default. But how long a registration tries is never read:
a trunk does not give up.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple
from urllib.parse import unquote

from ..config.effective import Effective, EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..fields import is_address
from ..trunk import compact
from ..uris import DEFAULT_PORTS, Uri, bracketed, parse_uri, unescaped
from .pjsip_conf import (
    BY_WAY_OF,
    CHOICES,
    CONTEXT_DEFAULT,
    DEFAULTS,
    DESCRIPTION,
    EXPIRATION_DEFAULT,
    FIELD_OF,
    FINGERPRINT,
    KINDS,
    NEVER_GIVE_UP,
    PATIENCE,
    QUALIFY_TIMEOUT_DEFAULT,
    TRUNK,
    canonical,
    shown,
)
from .shared import YES, Leftover, Origin, ReadBack, access_list, as_name, codecs, distinct

_NO_FIELD = "has no field in a trunk"
_UNFIT = "has a value that a trunk cannot have"
_FOR_ALL = "is a setting for all, not for a trunk"
_NO_TRUNK = "is no trunk: a trunk has the host of a provider"
_UNUSED = "belongs to no trunk"
_NO_TYPE = "is no object: chan_pjsip ignores a section without a type that it knows"
_TWICE = "is there twice: chan_pjsip takes neither"
_TRUSTED_BY_NAME = "becomes identify_by=ip: whoever writes the name of the endpoint into From gets in now"
_CHALLENGED = "goes: the provider's calls are challenged now, and would no longer be"
_BY_TOKEN = (
    "goes: whoever knows the token gets in now, from anywhere; calls in are told apart by their number"
)
_TAKEN = "is matched for [{}], too: of two objects that match a host, chan_pjsip heeds one"
_BY_REQUEST = "goes: whoever writes that into a request gets in now, from anywhere"
_DYNAMIC = "goes: a trunk has the host of its provider, and never waits for registrations"
_ACL = "is not deny=all, then a list of permits: a trunk has no other access list"
_ROUTE = "becomes lr and hide: the proxy gets what the provider would, without a Route in it"
_PATIENT = "goes: a trunk never gives up"
NEVER_AGAIN = ("forbidden_retry_interval", "fatal_retry_interval")
_SETTINGS = ("global", "system", "acl", "domain_alias")
# What the trunk itself decides: the value that is no other than its own, and what becomes of the others.
_DECIDED = {
    ("endpoint", "auth"): ("", _CHALLENGED),
    ("aor", "max_contacts"): ("0", _DYNAMIC),
    ("identify", "match_header"): ("", _BY_REQUEST),
    ("identify", "match_request_uri"): ("", _BY_REQUEST),
    ("registration", "line"): ("no", _BY_TOKEN),
    ("registration", "endpoint"): ("", _BY_TOKEN),
    **{("registration", key): (value, _PATIENT) for key, value in NEVER_GIVE_UP.items()},
}


def concerns(effective: Effective) -> bool:
    """True when the file looks like pjsip.conf or a part of it."""
    kinds = {*KINDS, "transport", *_SETTINGS}
    return any(_value(section, "type") in kinds for section in effective.sections)


def read(effective: Effective) -> ReadBack:
    """The trunks of a file: endpoints of providers, and registrations without one."""
    reader = _FileReader(effective)
    groups = reader.groups()
    taken: Set[str] = set()
    trunks = []
    for group in groups:
        name = distinct(as_name(group.name), taken)
        taken.add(fold(name))
        trunks.append(compact(reader.trunk(name, group)))
    origins = [Origin(reader.in_order(group.sections)) for group in groups]
    return ReadBack(trunks, reader.leftovers, origins, reader.answering)


@dataclass(eq=False)
class _Group:
    """The objects of one trunk; it has an endpoint or a registration."""

    endpoint: Optional[EffectiveSection] = None
    aor: Optional[EffectiveSection] = None
    registration: Optional[EffectiveSection] = None
    identifies: List[EffectiveSection] = field(default_factory=list)
    auths: Dict[str, EffectiveSection] = field(default_factory=dict)

    @property
    def name(self) -> str:
        if self.endpoint:
            return _value(self.endpoint, TRUNK) or self.endpoint.name
        return self.registration.name if self.registration else ""

    @property
    def sections(self) -> List[EffectiveSection]:
        single = [self.registration, *self.auths.values(), self.aor, self.endpoint, *self.identifies]
        return [section for section in single if section]

    @property
    def keys(self) -> Set[Tuple[str, Optional[str]]]:
        """What a registration has one of that surely is this endpoint's."""
        if self.endpoint is None:
            return set()
        names = (self.name, self.endpoint.name)
        auth = _value(self.endpoint, "outbound_auth")
        return {("endpoint", self.endpoint.name), ("auth", auth), *(("name", fold(name)) for name in names)}

    def likeness(self, registration: EffectiveSection) -> Tuple[int, ...]:
        """How well a registration fits that is no other endpoint's."""
        endpoint, auth = self.endpoint, _value(registration, "outbound_auth")
        if endpoint is None:
            return ()
        return (
            _value(registration, "endpoint") == endpoint.name,
            fold(registration.name) in (fold(self.name), fold(endpoint.name)),
            bool(auth) and auth == _value(endpoint, "outbound_auth"),
            max(_named_after(registration.name, name) for name in (self.name, endpoint.name)),
            any(host in self._hosts for host in _servers(registration)),
        )

    @property
    def _hosts(self) -> List[Optional[str]]:
        contact = [_host(self.aor, "contact") if self.aor else None]
        return contact + [
            fold(item.value) for identify in self.identifies for item in items(identify, "match")
        ]


class _FileReader:
    def __init__(self, effective: Effective) -> None:
        self.leftovers: List[Leftover] = []
        # Of each host, the endpoint that its calls come to. Asterisk 22 heeds the order of names, not that of the file.
        self.answering: Dict[str, str] = {}
        for note in effective.notes:
            self.leftovers.append(Leftover(note.path, note.line, "", "", "", note.reason))
        self._order = {id(section): place for place, section in enumerate(effective.sections)}
        self._objects: Dict[str, Dict[str, EffectiveSection]] = {kind: {} for kind in (*KINDS, "transport")}
        written = [section for section in effective.sections if not section.template]
        count = Counter((_value(section, "type"), fold(section.name)) for section in written)
        for section in written:
            kind = _value(section, "type")
            if kind not in self._objects:
                self._leave_section(section, _FOR_ALL if kind in _SETTINGS else _NO_TYPE)
            elif count[kind, fold(section.name)] > 1:
                self._leave_section(section, _TWICE)
            else:
                self._objects[kind][section.name] = section
                if kind not in KINDS:
                    self._leave_section(section, _FOR_ALL)
        for identify in self._objects["identify"].values():
            for match in items(identify, "match"):
                host, endpoint = single_host(match.value), _value(identify, "endpoint")
                if host and endpoint in self._objects["endpoint"]:
                    self.answering.setdefault(fold(host), str(endpoint))

    def in_order(self, sections: Sequence[EffectiveSection]) -> List[EffectiveSection]:
        return sorted(sections, key=lambda section: self._order[id(section)])

    def groups(self) -> List[_Group]:
        groups = []
        identifies: Dict[Optional[str], List[EffectiveSection]] = defaultdict(list)
        for identify in self._objects["identify"].values():
            identifies[_value(identify, "endpoint")].append(identify)
        for endpoint in self._objects["endpoint"].values():
            aors = [item.value for item in items(endpoint, "aors")]
            group = _Group(endpoint, self._objects["aor"].get(aors[0]) if aors else None)
            group.identifies = identifies[endpoint.name]
            groups.append(group)
        alone = self._marry(groups)
        trunks = [group for group in groups if self._is_trunk(group)]
        trunks += [
            _Group(registration=registration) for registration in alone if self._can_register(registration)
        ]
        for group in trunks:
            for section in (group.registration, group.endpoint):
                names = [item.value for item in items(section, "outbound_auth")] if section else []
                if names and names[0] in self._objects["auth"]:
                    group.auths[names[0]] = self._objects["auth"][names[0]]
        used = {id(section) for group in trunks for section in group.sections}
        for kind in KINDS:
            for section in self._objects[kind].values():
                if id(section) not in used:
                    reason = _NO_TRUNK if kind in ("endpoint", "registration") else _UNUSED
                    self._leave_section(section, reason)
        return trunks

    def _marry(self, groups: Sequence[_Group]) -> List[EffectiveSection]:
        """Give each registration to the endpoint that it fits best; returns those that fit none."""
        registrations = list(self._objects["registration"].values())
        named: Dict[Tuple[str, Optional[str]], Set[int]] = defaultdict(set)
        for place, group in enumerate(groups):
            for key in group.keys:
                named[key].add(place)

        def near(registration: EffectiveSection) -> Set[int]:
            return {place for key in _keys(registration) for place in named[key]}

        def all_of(_registration: EffectiveSection) -> Sequence[int]:
            return range(len(groups))

        single = set(range(len(registrations)))
        # Those that name each other fit best. With them first, a thousand registrations are no million pairs.
        for candidates in (near, all_of):
            fits = [
                (groups[place].likeness(registrations[number]), -number, -place)
                for number in single
                for place in candidates(registrations[number])
                if groups[place].registration is None
            ]
            for likeness, number, place in sorted(fits, reverse=True):
                if any(likeness) and -number in single and groups[-place].registration is None:
                    groups[-place].registration = registrations[-number]
                    single.remove(-number)
        return [registrations[number] for number in sorted(single)]

    @staticmethod
    def _can_register(registration: EffectiveSection) -> bool:
        client = parse_uri(_value(registration, "client_uri") or "")
        return bool(_host(registration, "server_uri") and client and client[0].user)

    def _is_trunk(self, group: _Group) -> bool:
        if group.registration:
            return self._can_register(group.registration)
        return bool(group.aor and _host(group.aor, "contact"))

    def trunk(self, name: str, group: _Group) -> Dict[str, Any]:
        return _TrunkReader(name, group, self._objects["transport"], self.answering, self.leftovers).trunk

    def _leave_section(self, section: EffectiveSection, reason: str) -> None:
        kind = _value(section, "type")
        said = f"type={kind}" if kind else ""
        self.leftovers.append(Leftover(section.path, section.line, section.name, "", said, reason))


class _TrunkReader:
    """Reads the objects of one trunk; what it cannot have goes to *leftovers*."""

    def __init__(
        self,
        name: str,
        group: _Group,
        transports: Dict[str, EffectiveSection],
        answering: Dict[str, str],
        leftovers: List[Leftover],
    ) -> None:
        self._group = group
        self._transports = transports
        self._answering = answering
        self._leftovers = leftovers
        self.trunk: Dict[str, Any] = {
            key: {} for key in ("provider", "inbound", "outbound", "media", "nat", "sections", "options")
        }
        self.trunk["name"] = name
        registration, aor, endpoint = group.registration, group.aor, group.endpoint
        self._provider_in = _where_the_provider_is(group)
        if aor and self._provider_in == "contact":
            self._read_aor(aor)
        if registration:
            self._read_registration(registration)
        if aor and self._provider_in != "contact":
            self._read_aor(aor)
        if self._provider_in != "outbound_proxy":
            self._read_proxy([section for section in (registration, aor, endpoint) if section])
        self._read_trust()
        if endpoint:
            self._read_endpoint(endpoint)
        self._read_calls(endpoint)
        for section in group.sections:
            self._read_rest(section)

    def _read_aor(self, aor: EffectiveSection) -> None:
        nat = self.trunk["nat"]
        contacts = items(aor, "contact")
        for contact in contacts[1:]:
            self._leave(aor, contact, "is a further one, and a trunk has one provider")
        if contacts:
            self._read_provider(aor, contacts[0], self._group.endpoint)
        frequency = _said(aor, "qualify_frequency", "0")
        nat["keepalive"] = self._number(aor, frequency, 0, 3600) or 0
        timeout = _said(aor, "qualify_timeout", QUALIFY_TIMEOUT_DEFAULT)
        if nat["keepalive"]:
            exact = re.fullmatch(r"[0-9]{1,2}(?:\.[0-9]{1,3}0*)?", timeout.value)
            milliseconds = round(float(timeout.value) * 1000) if exact else 0
            if 100 <= milliseconds <= 60000:
                nat["keepalive_timeout"] = milliseconds
            else:
                self._leave(aor, timeout, _UNFIT)

    def _read_provider(
        self, section: EffectiveSection, entry: EffectiveEntry, carrier: Optional[EffectiveSection]
    ) -> None:
        """carrier: the object whose transport counts when the URI does not say"""
        parsed = parse_uri(entry.value)
        if parsed is None:
            self._leave(section, entry, _UNFIT)
            return
        uri, others = parsed
        if fold(entry.key) == "outbound_proxy":
            self._check_way(section, entry, others)
        elif others:
            self._leave(section, entry, "has parameters, and a trunk has none")
        if uri.user and fold(entry.key) == "contact":
            self._leave(section, entry, "has a user, and calls go to numbers")
        found = {
            "host": uri.host,
            "port": uri.port,
            "transport": uri.transport or self._transport(carrier),
        }
        provider = self.trunk["provider"]
        if provider and any(fold(str(provider[key])) != fold(str(found[key])) for key in found):
            self._leave(section, entry, "is not that of the registration, and a trunk has one provider")
        self.trunk["provider"] = provider or found

    def _transport(self, carrier: Optional[EffectiveSection]) -> str:
        name = carrier and _value(carrier, "transport")
        protocol = self._transports[name].last("protocol") if name and name in self._transports else None
        return fold(protocol.value) if protocol and fold(protocol.value) in DEFAULT_PORTS else "udp"

    def _read_proxy(self, sections: Sequence[EffectiveSection]) -> None:
        """sections: all objects whose requests can take a way of their own"""
        provider = self.trunk["provider"]
        given = [(section, section.last("outbound_proxy")) for section in sections]
        for section, entry in given:
            if entry is None or not entry.value:
                continue
            parsed = parse_uri(entry.value)
            if not parsed or parsed[0].user:
                self._leave(section, entry, _UNFIT)
                continue
            uri = parsed[0]
            self._check_way(section, entry, parsed[1])
            if (uri.transport or "udp") != provider.get("transport", "udp"):
                self._leave(section, entry, "has another transport than the provider, and a trunk has one")
            proxy = bracketed(uri.host) + (f":{uri.port}" if uri.port else "")
            same = all(other and other.value == entry.value for _section, other in given)
            if provider.setdefault("outbound_proxy", proxy) != proxy or not same:
                self._leave(
                    section, entry, "is not in every object of the trunk, whose requests all take one way"
                )

    def _check_way(self, section: EffectiveSection, entry: EffectiveEntry, parameters: str) -> None:
        if set(fold(parameters).split(";")) != set(BY_WAY_OF):
            self._leave(section, entry, _ROUTE)

    def _read_registration(self, registration: EffectiveSection) -> None:
        server = _said(registration, "server_uri", "")
        if self._provider_in != "contact":
            self._read_provider(registration, _said(registration, self._provider_in, ""), registration)
        if self._provider_in != "server_uri":
            self._check_domain(registration, server)
        client = _said(registration, "client_uri", "")
        uri, others = parse_uri(client.value) or (Uri(""), "")
        if others or uri.port not in (None, self.trunk["provider"]["port"]):
            self._leave(registration, client, "has a port or parameters, and the account of a trunk has none")
        expiry = self._number(
            registration, _said(registration, "expiration", str(EXPIRATION_DEFAULT)), 20, 86400
        )
        interval = registration.last("retry_interval")
        contact = _value(registration, "contact_user")
        same = fold(uri.host) == fold(self.trunk["provider"]["host"])
        self.trunk["registration"] = account = {
            "user": unescaped(uri.user or ""),
            "domain": None if same else uri.host,
            "contact": unquote(contact) if contact else None,
            "expiry": expiry,
            "retry_interval": interval and self._number(registration, interval, 1, 3600),
        }
        self._read_account(registration, account, "auth_user")
        if account.get("auth_user") == account["user"]:
            del account["auth_user"]

    def _check_domain(self, registration: EffectiveSection, server: EffectiveEntry) -> None:
        """server: it holds the domain of the account"""
        parsed = parse_uri(server.value)
        transport = self.trunk["provider"].get("transport")
        if parsed and (parsed[1] or parsed[0].port or parsed[0].transport not in (None, transport)):
            self._leave(
                registration, server, "has a port or parameters, and the domain of an account has none"
            )

    def _read_account(self, section: EffectiveSection, account: Dict[str, Any], user: str) -> None:
        """Add what an object authenticates with; *user* is the field for the name."""
        names = items(section, "outbound_auth")
        for further in names[1:]:
            self._leave(section, further, "is a further one, and a trunk has one account")
        auth = self._group.auths.get(names[0].value) if names else None
        if auth is None:
            for name in names[:1]:
                self._leave(section, name, "is no auth of this file")
            return
        kind = _said(auth, "auth_type", "userpass")
        hashed = fold(kind.value) == "md5"
        if fold(kind.value) not in ("userpass", "md5"):
            self._leave(auth, kind, _UNFIT)
        account[user] = _value(auth, "username")
        account["secret_md5" if hashed else "secret"] = _value(auth, "md5_cred" if hashed else "password")

    def _read_trust(self) -> None:
        trust: List[str] = []
        for identify in self._group.identifies:
            lookups = _said(identify, "srv_lookups", "yes")
            for match in items(identify, "match"):
                host, endpoint = single_host(match.value), _value(identify, "endpoint")
                answering = self._answering.get(fold(host or ""), endpoint)
                if host is None:
                    self._leave(identify, match, "is no single host, and a trunk trusts single hosts")
                elif answering != endpoint:
                    self._leave(identify, match, _TAKEN.format(answering))
                elif fold(host) not in map(fold, trust):
                    trust.append(host)
                usual = "no" if self.trunk["provider"].get("port") else "yes"
                if host and not is_address(host) and (fold(lookups.value) in YES) != (usual == "yes"):
                    self._leave(identify, lookups, f"becomes {usual}: a provider with a port has no SRV")
        self.trunk["inbound"]["trust"] = trust

    def _read_endpoint(self, endpoint: EffectiveSection) -> None:
        trunk = self.trunk
        inbound, outbound = trunk["inbound"], trunk["outbound"]
        trunk["description"] = _value(endpoint, DESCRIPTION)
        inbound["context"] = _value(endpoint, "context") or CONTEXT_DEFAULT
        if endpoint.name != trunk["name"]:
            trunk["sections"]["outbound"] = endpoint.name
        user = _value(endpoint, "from_user")
        outbound["from_user"] = unescaped(user) if user else None
        domain = _value(endpoint, "from_domain")
        outbound["from_domain"] = domain.strip("[]") if domain else None
        by = _said(endpoint, "identify_by", "username,ip")
        if by.value != "ip":
            self._leave(endpoint, by, _TRUSTED_BY_NAME)
        for further in items(endpoint, "aors")[1:]:
            self._leave(endpoint, further, "is a further one, and a trunk has one provider")
        self._read_access_list(endpoint)
        self._read_codecs(endpoint)
        raw = trunk["options"].setdefault("endpoint", {})
        for choice in CHOICES:
            said = {key: canonical(key, _value(endpoint, key) or DEFAULTS[key]) for key in choice.keys}
            group, _dot, key = choice.field.partition(".")
            trunk[group][key], rest = choice.nearest(said)
            raw.update(rest)

    def _read_access_list(self, endpoint: EffectiveSection) -> None:
        rules = [entry for entry in endpoint.entries if fold(entry.key) in ("permit", "deny")]
        found = access_list(rules) if rules and self.trunk["inbound"]["trust"] else None
        if found and found.permitted and all(ip_network(network).prefixlen for network in found.permitted):
            self.trunk["inbound"]["permit"] = found.permitted
            rules = []
        for entry in (*rules, *endpoint.values("acl")):
            self._leave(endpoint, entry, _ACL)

    def _read_codecs(self, endpoint: EffectiveSection) -> None:
        entries = [entry for entry in endpoint.entries if fold(entry.key) in ("allow", "disallow")]
        allowed, strange = codecs(entries, ())
        for entry, name in strange:
            self._leave(endpoint, entry, f"has {name}, which a trunk cannot have in its list of codecs")
        if allowed:
            self.trunk["media"]["codecs"] = allowed
        else:
            self._leave(
                endpoint, _said(endpoint, "allow", ""), "leaves no codec, and a trunk has one at least"
            )

    def _read_calls(self, endpoint: Optional[EffectiveSection]) -> None:
        """Tell how calls authenticate, from the account of the endpoint and that of the registration."""
        outbound, account = self.trunk["outbound"], self.trunk.get("registration")
        own: Dict[str, Any] = {}
        if endpoint:
            self._read_account(endpoint, own, "user")
        digest = account and (account.get("auth_user") or account["user"])
        if account and (not endpoint or own == {**_secrets(account), "user": digest}):
            outbound["auth"], user = "same", account["user"]
        elif own.get("secret") or own.get("secret_md5"):
            outbound.update(auth="own", **own)
            user = own["user"]
        else:
            outbound["auth"], user = "none", None
        if endpoint and user and not outbound["from_user"]:
            outbound["from_caller"] = True
        if outbound.get("from_user") == user:
            outbound["from_user"] = None

    def _read_rest(self, section: EffectiveSection) -> None:
        """What no field stands for: options that a trunk has as they are, and those that it decides itself."""
        kind = _value(section, "type") or ""
        raw = self.trunk["options"].setdefault(kind, {})
        found: Dict[str, List[EffectiveEntry]] = {}
        for entry in section.entries:
            found.setdefault(fold(entry.key), []).append(entry)
        for key, entries in found.items():
            values = [entry.value for entry in entries]
            own, reason = _DECIDED.get((kind, key), ("", ""))
            if reason:
                if values[-1] != own and not (own == "no" and fold(values[-1]) not in YES):
                    self._leave(section, entries[-1], reason)
            elif key in NEVER_AGAIN and values[-1] == "0":
                self._leave(section, entries[-1], _PATIENT)
            elif key.startswith("@") and key not in (TRUNK, DESCRIPTION, FINGERPRINT):
                self._leave(section, entries[-1], _NO_FIELD)
            elif not key.startswith("@") and key not in FIELD_OF[kind] and PATIENCE.get(key) != values[-1]:
                value = values[0] if len(values) == 1 else values
                if raw.setdefault(key, value) != value:
                    self._leave(section, entries[-1], f"is not the same in every {kind} of the trunk")

    def _number(self, section: EffectiveSection, entry: EffectiveEntry, low: int, high: int) -> Optional[int]:
        if re.fullmatch(r"[0-9]{1,9}", entry.value) and low <= int(entry.value) <= high:
            return int(entry.value)
        self._leave(section, entry, _UNFIT)
        return None

    def _leave(self, section: EffectiveSection, entry: EffectiveEntry, reason: str) -> None:
        value = shown(_value(section, "type") or "", entry.key, entry.value)
        self._leftovers.append(Leftover(entry.path, entry.line, section.name, entry.key, value, reason))


def _where_the_provider_is(group: _Group) -> str:
    """The option whose URI it is: server_uri, unless that holds the domain of the account (_server() in pjsip.py)."""
    registration, aor = group.registration, group.aor
    if registration is None:
        return "contact"
    domain, host = _host(registration, "server_uri"), aor and _host(aor, "contact")
    way = parse_uri(_value(registration, "outbound_proxy") or "")
    if not host or not way or way[0].user or domain in (None, host):
        return "server_uri"
    if domain != _host(registration, "client_uri"):
        return "server_uri"
    others = (section and _value(section, "outbound_proxy") for section in (aor, group.endpoint))
    return "contact" if any(others) else "outbound_proxy"


def _secrets(account: Dict[str, Any]) -> Dict[str, Any]:
    return {key: account[key] for key in ("secret", "secret_md5") if key in account}


def _value(section: EffectiveSection, key: str) -> Optional[str]:
    entry = section.last(key)
    return entry.value or None if entry else None


def _said(section: EffectiveSection, key: str, default: str) -> EffectiveEntry:
    """The entry that counts; without one, what stands for its absence."""
    return section.last(key) or EffectiveEntry(key, default, section.path, section.line)


def items(section: EffectiveSection, key: str) -> List[EffectiveEntry]:
    """The items of a list, which may stand in several entries."""
    return list(_split(section, key))


def _split(section: EffectiveSection, key: str) -> Iterator[EffectiveEntry]:
    for entry in section.values(key):
        for item in filter(None, map(str.strip, entry.value.split(","))):
            yield entry._replace(value=item)


def _host(section: EffectiveSection, key: str) -> Optional[str]:
    """The host of a URI, which may be the first of several contacts."""
    value = _value(section, key) or ""
    parsed = parse_uri(items(section, key)[0].value if value and key == "contact" else value)
    return fold(parsed[0].host) if parsed else None


def _servers(registration: EffectiveSection) -> Iterator[str]:
    """Where it registers: its server, and the way there, which is the provider when the server is only a domain."""
    return filter(None, (_host(registration, key) for key in ("server_uri", "outbound_proxy")))


def _keys(registration: EffectiveSection) -> Iterator[Tuple[str, Optional[str]]]:
    """Of those that a group has."""
    yield "name", fold(registration.name)
    for kind, option in (("endpoint", "endpoint"), ("auth", "outbound_auth")):
        if _value(registration, option):
            yield kind, _value(registration, option)


def _named_after(name: str, other: str) -> int:
    """How much of a name such as ``reg-PROVIDER`` or ``PROVIDER_registration`` is the other one: its length, or 0."""
    words, wanted = (f"-{re.sub('[_.]', '-', fold(text))}-" for text in (name, other))
    return len(other) if wanted in words else 0


def single_host(text: str) -> Optional[str]:
    """The one host of a match; None for several, and for one with a port."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return text if re.fullmatch(r"[A-Za-z0-9_.-]+", text) and not re.fullmatch("[0-9.]+", text) else None
    return str(network.network_address) if network.num_addresses == 1 else None

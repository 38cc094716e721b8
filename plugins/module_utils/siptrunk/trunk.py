# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model: one trunk is one account at one provider, whatever driver renders it.

``load_trunks`` is the only way in. It takes the form in which ``sip_trunks`` is written (dicts, None for what
is not given), checks everything, fills in the defaults, and reports all problems at once.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    Type,
    Union,
)

from .errors import InvalidTrunks, Problem
from .fields import (
    DEFAULT_KEEPALIVE_TIMEOUT,
    FIELDS,
    NEEDED_FOR,
    REQUIRED,
    SECRETS,
    Unfit,
    closest,
    defaults_for,
)
from .secrets import MASK, SECRET_FIELDS, mask


@dataclass(frozen=True)
class Provider:
    """Where the provider is.

    port: None leaves it to DNS SRV, then to 5060 (5061 for tls); RFC 3263
    transport: udp, tcp or tls
    outbound_proxy: ``host`` or ``host:port`` that all requests to the provider go through
    """

    host: str
    transport: str
    port: Optional[int] = None
    outbound_proxy: Optional[str] = None


@dataclass(frozen=True)
class Registration:
    """The account that registers at the provider (RFC 3261, section 10).

    secret, secret_md5: one of the two; the latter is the MD5 of ``user:realm:secret`` (RFC 2617, HA1)
    domain: of the address of record, when it is not the provider's host
    auth_user: of the digest authentication, when it is not the user
    contact: user part of our Contact, which the provider calls; None is Asterisk's ``s``
    expiry: seconds that we ask for
    retry_interval: seconds between two tries; None leaves it to Asterisk
    """

    user: str
    expiry: int
    secret: Optional[str] = field(default=None, repr=False)
    secret_md5: Optional[str] = field(default=None, repr=False)
    domain: Optional[str] = None
    auth_user: Optional[str] = None
    contact: Optional[str] = None
    retry_interval: Optional[int] = None


@dataclass(frozen=True)
class Inbound:
    """Calls from the provider.

    trust: hosts whose calls are accepted without a challenge; empty for none
    permit: networks that calls must come from, whatever the names of the hosts resolve to; empty for all
    numbers: called number, or dialplan pattern, and its target ``context,extension,priority``
    trust_identity: believe the caller's number in Remote-Party-ID and P-Asserted-Identity (RFC 3325)
    """

    trust: Tuple[str, ...]
    permit: Tuple[str, ...]
    context: str
    numbers: Mapping[str, str]
    trust_identity: bool


@dataclass(frozen=True)
class Outbound:
    """Calls to the provider.

    auth: same (as the registration), own (*user* with *secret* or *secret_md5*) or none
    from_user, from_domain: what our From says; from_user None is the user of the account
    from_caller: From has the caller's number instead
    max_channels: calls at once; None is no limit
    caller_id: number that our calls show; None is the one of whoever calls
    identity_header: where they show it: in Remote-Party-ID (rpid), P-Asserted-Identity (pai) or From alone (none)
    user_phone: mark numbers in URIs with ``;user=phone`` (RFC 3261, section 19.1.1)
    """

    auth: str
    context: str
    from_caller: bool
    identity_header: str
    user_phone: bool
    user: Optional[str] = None
    secret: Optional[str] = field(default=None, repr=False)
    secret_md5: Optional[str] = field(default=None, repr=False)
    from_user: Optional[str] = None
    from_domain: Optional[str] = None
    max_channels: Optional[int] = None
    caller_id: Optional[str] = None


@dataclass(frozen=True)
class Media:
    """What calls carry.

    codecs: in order of preference, by Asterisk's names
    dtmf: rfc4733, inband, info or auto
    direct: media may flow past the PBX
    srtp: none, or sdes for encryption with keys in the SDP (RFC 4568)
    t38: none, or fax over UDPTL: without correction (udptl), with fec or with redundancy
    """

    codecs: Tuple[str, ...]
    dtmf: str
    direct: bool
    srtp: str
    t38: str


@dataclass(frozen=True)
class Nat:
    """Address translation between the PBX and the provider.

    keepalive: seconds between the requests that keep a mapping open, 0 for none
    keepalive_timeout: milliseconds without an answer after which the provider counts as unreachable
    symmetric: answer to the address and port that a packet came from (RFC 3581)
    """

    keepalive: int
    keepalive_timeout: int
    symmetric: bool


@dataclass(frozen=True)
class Sections:
    """Names of the trunk's sections, where they are not ``NAME-in``, ``NAME-in2``, ... and ``NAME-out``.

    inbound: in the order of ``inbound.trust``, as far as they differ; chan_sip only
    outbound: where calls go out; it may be one of those that calls come in through. With chan_pjsip the endpoint,
        and ``NAME`` where it is not given
    """

    inbound: Tuple[str, ...] = ()
    outbound: Optional[str] = None


def inbound_name(trunk: str, index: int) -> str:
    """The usual name of the section that trusts the host of that index."""
    return f"{trunk}-in{index + 1 if index else ''}"


def outbound_name(trunk: str) -> str:
    """The usual name of the section that calls go out through."""
    return f"{trunk}-out"


def unusual(trunk: str, inbound: Sequence[str], outbound: Optional[str]) -> Sections:
    """The names of sections without those that go without saying."""
    names = list(inbound)
    while names and names[-1] == inbound_name(trunk, len(names) - 1):
        names.pop()
    return Sections(tuple(names), None if outbound == outbound_name(trunk) else outbound)


# A tuple for an option that is given several times.
RawOptions = Mapping[str, Union[str, Tuple[str, ...]]]


@dataclass(frozen=True)
class Options:
    """Options without a field of their own, for one driver each: what the other one has counts for nothing.

    peer: of chan_sip's peers
    registration, endpoint, aor, auth, identify: of chan_pjsip's objects
    """

    peer: RawOptions
    registration: RawOptions
    endpoint: RawOptions
    aor: RawOptions
    auth: RawOptions
    identify: RawOptions


class Credentials(NamedTuple):
    """Of the digest authentication: the user, and the secret or its MD5."""

    user: str
    secret: Optional[str]
    secret_md5: Optional[str]


@dataclass(frozen=True)
class Trunk:
    """Names and fields are those of ``sip_trunks``; what was not given has its default."""

    name: str
    provider: Provider
    inbound: Inbound
    outbound: Outbound
    media: Media
    nat: Nat
    sections: Sections
    options: Options
    registration: Optional[Registration] = None
    description: Optional[str] = None
    enabled: bool = True

    @property
    def credentials(self) -> Optional[Credentials]:
        """What our calls authenticate with; None when they do not."""
        own = self.outbound
        if own.auth == "own" and own.user:
            return Credentials(own.user, own.secret, own.secret_md5)
        account = self.registration
        if self.outbound.auth == "same" and account:
            return Credentials(account.auth_user or account.user, account.secret, account.secret_md5)
        return None

    @property
    def from_user(self) -> Optional[str]:
        """User part of our From; None for the number of whoever calls."""
        return self.outbound.from_user or (None if self.outbound.from_caller else self.account)

    @property
    def account(self) -> Optional[str]:
        """User of the account that our calls are made with."""
        if self.outbound.auth == "same" and self.registration:
            return self.registration.user
        return self.outbound.user if self.outbound.auth == "own" else None

    @property
    def trusting(self) -> Tuple[Tuple[str, str], ...]:
        """The sections that let calls in, each with the one host that it trusts."""
        named = self.sections.inbound
        return tuple(
            (named[index] if index < len(named) else inbound_name(self.name, index), host)
            for index, host in enumerate(self.inbound.trust)
        )

    @property
    def calling(self) -> str:
        """The section that calls go out through."""
        return self.sections.outbound or outbound_name(self.name)

    def to_dict(self) -> Dict[str, Any]:
        """The trunk in the form of ``sip_trunks``, secrets included, defaults left out."""
        data = asdict(self)
        data["inbound"]["numbers"] = {number: {"goto": goto} for number, goto in self.inbound.numbers.items()}
        return compact(data)


def secrets_of(trunk: Trunk) -> Set[str]:
    """All secrets of a trunk, for masking."""
    accounts = (trunk.registration, trunk.outbound)
    given = (getattr(account, key, None) for account in accounts for key in SECRET_FIELDS)
    return {secret for secret in given if secret}


def load_trunks(data: Sequence[Mapping[str, Any]], *, driver: str = "chan_sip") -> Tuple[Trunk, ...]:
    """The trunks that *data*, a list in the form of ``sip_trunks``, declares.

    driver: the channel driver that must be able to express them
    Raises InvalidTrunks with every problem of every trunk.
    """
    # The drivers are built on this module.
    from .drivers import DRIVERS

    if isinstance(data, (str, bytes, Mapping)) or not isinstance(data, Sequence):
        raise InvalidTrunks([Problem("#1", "sip_trunks", None, "is not a list", "write a list of trunks")])
    problems: List[Problem] = []
    trunks: List[Trunk] = []
    sound: List[Trunk] = []
    for number, given in enumerate(data, 1):
        reader = _Reader(number, given)
        trunk = reader.trunk()
        found = list(reader.problems)
        if trunk is not None:
            trunks.append(trunk)
            found += DRIVERS[driver].check(trunk)
            if not found:
                sound.append(trunk)
        problems += [_masked(problem, reader.secrets) for problem in found]
    problems += _same_name(trunks)
    enabled = [trunk for trunk in sound if trunk.enabled]
    for check in (_same_trust, _same_account, _same_context, DRIVERS[driver].check_together):
        problems += check(enabled)
    if problems:
        raise InvalidTrunks(problems)
    return tuple(trunks)


def compact(data: Mapping[str, Any]) -> Dict[str, Any]:
    """A trunk in the form of ``sip_trunks`` without what is not given or equals its default."""
    host = (data.get("provider") or {}).get("host")
    defaults = defaults_for(data.get("name"), host, bool(data.get("registration")))
    result: Dict[str, Any] = {}
    for key in (*FIELDS[""], *GROUPS):
        value = _plain(data.get(key))
        if key in GROUPS and value is not None:
            kept = {k: v for k, v in value.items() if v is not None and v != defaults[key].get(k)}
            if kept:
                result[key] = kept
        elif value is not None and value != defaults[""].get(key):
            result[key] = value
    return result


GROUPS: Dict[str, Type[Any]] = {
    "provider": Provider,
    "registration": Registration,
    "inbound": Inbound,
    "outbound": Outbound,
    "media": Media,
    "nat": Nat,
    "sections": Sections,
    "options": Options,
}


class _Reader:
    """Reads one trunk; what is wrong with it goes to *problems*."""

    def __init__(self, number: int, given: Any) -> None:
        self._given = given
        self.problems: List[Problem] = []
        self.secrets = set(_secrets_in(given))
        name = given.get("name") if isinstance(given, Mapping) else None
        self._label = name if isinstance(name, str) and name and name.isprintable() else f"#{number}"

    def trunk(self) -> Optional[Trunk]:
        """The trunk, with defaults in place of unfit values; None when a value without a default is unfit."""
        if not isinstance(self._given, Mapping):
            self._report("", None, "is not a mapping of fields", "write name, provider and so on")
            return None
        top = self._group("", self._given)
        groups = {
            name: self._group(name, self._given.get(name))
            for name in GROUPS
            if self._given.get(name) is not None
        }
        provider, registration = groups.get("provider"), groups.get("registration")
        if top is None or provider is None or (registration is None and "registration" in groups):
            return None
        defaults = defaults_for(top["name"], provider["host"], registration is not None)
        built: Dict[str, Any] = {}
        for name, cls in GROUPS.items():
            if name != "registration" or registration is not None:
                built[name] = cls(**_frozen({**defaults[name], **(groups.get(name) or {})}))
        return self._consistent(Trunk(**{**defaults[""], **top}, **built))

    def _group(self, group: str, given: Any) -> Optional[Dict[str, Any]]:
        """The checked values of a group; None when a required one is missing or unfit."""
        if not isinstance(given, Mapping):
            self._report(group, None, "is not a mapping of fields", "write " + ", ".join(FIELDS[group]))
            return None
        known = [*FIELDS[group], *(GROUPS if not group else ())]
        for key in given:
            if key not in known:
                fix = (closest(str(key), known) or "remove it; ") + "known are " + ", ".join(known)
                self._report(_dotted(group, str(key)), None, "is not known", fix)
        values: Dict[str, Any] = {}
        for key, check in FIELDS[group].items():
            if given.get(key) is not None:
                try:
                    values[key] = check(given[key])
                except Unfit as unfit:
                    self._report(_dotted(group, key), given[key], unfit.reason, unfit.fix)
        for key in REQUIRED.get(group, ()):
            if given.get(key) is None:
                path = _dotted(group, key)
                self._report(path, None, "is missing: " + NEEDED_FOR.get(path, "a trunk needs it"), "add it")
        required = [key for key in REQUIRED.get(group, ()) if key in FIELDS[group]]
        return values if all(key in values for key in required) else None

    def _consistent(self, trunk: Trunk) -> Trunk:
        """Check what depends on several fields; returns the trunk without what only repeats another field."""
        outbound = trunk.outbound
        if outbound.auth == "same" and trunk.registration is None:
            fix = "write auth: own with user and secret, or auth: none"
            self._report("outbound.auth", "same", "needs a registration, and the trunk has none", fix)
        if trunk.registration:
            self._check_secret("registration", "the provider refuses the registration")
        if outbound.auth == "own":
            self._check_secret("outbound", "auth: own does not know what to answer a challenge with")
            if outbound.user is None:
                self._report(
                    "outbound.user", None, "is missing: auth: own needs it", "add it, or choose another auth"
                )
        else:
            for key in ("user", "secret", "secret_md5"):
                value = getattr(outbound, key)
                if value is not None:
                    reason = f"has no effect with auth: {outbound.auth}"
                    self._report(f"outbound.{key}", value, reason, "write auth: own, or remove it")
        if outbound.caller_id and outbound.identity_header == "none" and trunk.from_user:
            reason = "is never seen: From has the user of the account"
            fix = "show it in a header with identity_header: pai (or rpid), or in From with from_caller: true"
            self._report("outbound.caller_id", outbound.caller_id, reason, fix)
        if trunk.inbound.permit and not trunk.inbound.trust:
            reason = "has no effect with trust: []: nobody is let in"
            self._report("inbound.permit", ", ".join(trunk.inbound.permit), reason, "remove it")
        self._check_sections(trunk)
        if _fold(trunk.inbound.context) == _fold(outbound.context):
            fix = "give calls out a context of their own"
            reason = "is also the inbound context: callers from outside could call out at your expense"
            self._report("outbound.context", outbound.context, reason, fix)
        if outbound.from_caller and outbound.from_user:
            reason = "says something else than from_user"
            self._report("outbound.from_caller", True, reason, "keep one of the two")
        if outbound.from_user == trunk.account:
            trunk = _replaced(trunk, "outbound", from_user=None)
        if not trunk.nat.keepalive:
            trunk = _replaced(trunk, "nat", keepalive_timeout=DEFAULT_KEEPALIVE_TIMEOUT)
        if trunk.account is None:
            trunk = _replaced(trunk, "outbound", from_caller=False)
        if trunk.registration and trunk.registration.auth_user == trunk.registration.user:
            trunk = _replaced(trunk, "registration", auth_user=None)
        return replace(trunk, sections=unusual(trunk.name, trunk.sections.inbound, trunk.sections.outbound))

    def _check_secret(self, group: str, without: str) -> None:
        """Of secret and secret_md5, one must be given."""
        given = self._given.get(group) or {}
        count = sum(given.get(key) is not None for key in ("secret", "secret_md5"))
        if not count:
            self._report(
                f"{group}.secret", None, f"is missing: without it {without}", "add it, or secret_md5"
            )
        elif count > 1:
            reason = "says a second time what secret says"
            self._report(f"{group}.secret_md5", given["secret_md5"], reason, "keep one of the two")

    def _check_sections(self, trunk: Trunk) -> None:
        inbound, trust = trunk.sections.inbound, trunk.inbound.trust
        if len(inbound) > len(trust):
            fix = "write at most as many names as there are hosts"
            self._report(
                "sections.inbound", ", ".join(inbound), "has more names than inbound.trust has hosts", fix
            )
        for name, host in zip(inbound, trust):
            if name == trunk.sections.outbound and _fold(host) != _fold(trunk.provider.host):
                reason = f"is also the section in which calls from {host} come in, and a section has one host"
                self._report(
                    "sections.outbound", name, reason, "choose the section of provider.host, or a new name"
                )

    def _report(self, option: str, value: Any, reason: str, fix: str) -> None:
        self.problems.append(Problem(self._label, option or "trunk", _shown(option, value), reason, fix))


def _shown(option: str, value: Any) -> Optional[str]:
    """The value for people. Mappings and raw options are left out: anything may stand in them."""
    if value is None or isinstance(value, Mapping):
        return None
    if option in SECRETS:
        return MASK
    # Somebody may have put a whole user:secret@host here.
    return _on_one_line(re.sub(r"^.*:.*@", f"{MASK}@", str(value), flags=re.DOTALL))


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else repr(text)


def _secrets_in(given: Any) -> Iterator[str]:
    if isinstance(given, Mapping):
        for group in ("registration", "outbound"):
            fields = given.get(group)
            for key in SECRET_FIELDS:
                if isinstance(fields, Mapping) and isinstance(fields.get(key), (str, int)):
                    yield str(fields[key])


def _masked(problem: Problem, secrets: Set[str]) -> Problem:
    value = None if problem.value is None else mask(problem.value, secrets)
    return Problem(problem.trunk, problem.option, value, problem.reason, problem.fix)


def _dotted(group: str, key: str) -> str:
    return f"{group}.{_on_one_line(key)}" if group else _on_one_line(key)


def _fold(name: str) -> str:
    return name.lower()


def _plain(value: Any) -> Any:
    """Tuples as lists, all the way down: what JSON and YAML know."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _frozen(values: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _replaced(trunk: Trunk, group: str, **changes: Any) -> Trunk:
    return replace(trunk, **{group: replace(getattr(trunk, group), **changes)})


# What two trunks must not share.


def _clashes(
    trunks: Sequence[Trunk], option: str, keys: Callable[[Trunk], Iterable[str]], reason: str, fix: str
) -> Iterator[Problem]:
    owners: Dict[str, Trunk] = {}
    for trunk in trunks:
        for key in keys(trunk):
            owner = owners.setdefault(_fold(key), trunk)
            if owner is not trunk:
                yield Problem(trunk.name, option, key, reason.format(owner=owner.name), fix)


def _same_name(trunks: Sequence[Trunk]) -> Iterator[Problem]:
    reason = "is the name of an earlier trunk, {owner}; Asterisk compares section names without case"
    return _clashes(trunks, "name", lambda trunk: [trunk.name], reason, "give every trunk its own name")


def _same_trust(trunks: Sequence[Trunk]) -> Iterator[Problem]:
    return _clashes(
        trunks,
        "inbound.trust",
        lambda trunk: trunk.inbound.trust,
        "is also trusted by the trunk {owner}, which would get all of its calls",
        "let one of the two trust it and answer the numbers of both; write trust: [] in the other",
    )


def _same_account(trunks: Sequence[Trunk]) -> Iterator[Problem]:
    def accounts(trunk: Trunk) -> Iterator[str]:
        if trunk.registration:
            host = trunk.registration.domain or trunk.provider.host
            yield f"{trunk.registration.user}@{host}:{trunk.provider.port}"

    reason = "is also registered by the trunk {owner}; the two would take turns in unseating each other"
    return _clashes(trunks, "registration.user", accounts, reason, "declare the account once")


def _same_context(trunks: Sequence[Trunk]) -> Iterator[Problem]:
    fix = "leave the context out, so that each trunk has its own"
    shared = "is also a context of the trunk {owner}"
    toll = "is the outbound context of the trunk {owner}: callers from outside could call out at your expense"
    # One that no numbers are written to is the user's own, and may be shared.
    written = {_fold(trunk.inbound.context) for trunk in trunks if trunk.inbound.numbers}
    arriving = [trunk for trunk in trunks if _fold(trunk.inbound.context) in written]
    yield from _clashes(arriving, "inbound.context", lambda trunk: [trunk.inbound.context], shared, fix)
    yield from _clashes(trunks, "outbound.context", lambda trunk: [trunk.outbound.context], shared, fix)
    owners = {_fold(trunk.outbound.context): trunk.name for trunk in trunks}
    for trunk in trunks:
        owner = owners.get(_fold(trunk.inbound.context), trunk.name)
        if owner != trunk.name:
            yield Problem(trunk.name, "inbound.context", trunk.inbound.context, toll.format(owner=owner), fix)

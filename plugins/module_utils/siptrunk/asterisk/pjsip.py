# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running chan_pjsip shows: of its registrations over the CLI and AMI, of its endpoints over the CLI.

Only the CLI tells when the next REGISTER is due (NextReg of AMI is always 0), and which addresses are let in: of AMI,
only users who may also restart Asterisk may ask for them. Only AMI gives the accounts of all registrations at once, and
whole, where the lists of the CLI cut URIs; the CLI has them one by one. So both are asked, or one where the other
cannot be had.
"""

from __future__ import annotations

import re
from typing import (
    Callable,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from ..secrets import MASK
from ..uris import DEFAULT_PORTS, bracketed, parse_uri, unescaped
from .ami import Message
from .cli import Ask, lines
from .snapshot import Endpoint, Registration, Unavailable

NAME = "pjsip"
# sip_outbound_registration_status_str() in res/res_pjsip_outbound_registration.c
STATES = ("Unregistered", "Registered", "Rejected")
REGISTRATIONS = "pjsip show registrations"
ENDPOINTS = "pjsip show endpoints"
TRANSPORTS = "pjsip show transports"
# Without it, registrations and endpoints are still shown, and no call gets through.
MODULE = "module show like chan_pjsip.so"
# The name is never cut; the URI behind it is, down to nothing.
_REGISTRATION = re.compile(
    r" (?P<name>\S.*?)/(?:sips?:\S*|s|si|sip|sips|)\s+(?:\S+\s+)?"
    rf"(?P<state>{'|'.join(STATES)})(?:\s+\(exp\. (?P<seconds>[0-9]{{1,10}})s(?P<ago> ago)?\))?\s*"
)
# ast_sip_cli_print_endpoint_body(): the name, maybe a slash and the caller's number, and the state of the device.
_ENDPOINT = re.compile(
    r" Endpoint:  (?P<label>\S.*?)\s+(?:Not in use|In use|Busy|Unavailable|Invalid|Ringing|Ring\+Inuse|On Hold|Unknown)"
    r"\s+\d+ of (?:\d+|inf)\s*"
)
_LABEL_WIDTH = 51
_CONTACT = re.compile(r"\s+Contact:  \S.*\s\S+\s+(?P<status>[A-Z]\w*)\s+(?P<milliseconds>\S+)\s*")
_TRANSPORT = re.compile(r"Transport:  (?!<)\S+\s+(?P<protocol>\w+)\s+\d+\s+\d+\s+\S+\s*")
_MATCH = re.compile(r"\s+Match: (?P<match>\S+)\s*")
_SINGLE = re.compile(r"(.*\..*/32|.*:.*/128)")
_PARAMETER = re.compile(r" (?P<key>client_uri|server_uri|retry_interval) +: (?P<value>.*?)\s*")
_SECONDS = re.compile("[0-9]{1,10}")
_COUNT = re.compile(r"Objects found: ([0-9]{1,10})\b")
_NOTHING = "No objects found."
# Has a registration begin anew; siptrunk/registering.py tells how.
REGISTER = "pjsip send register {}"


class Shown(NamedTuple):
    """A line of ``pjsip show registrations``; due: seconds to the next REGISTER, negative when it was sent."""

    name: str
    state: str
    due: Optional[int]


class Account(NamedTuple):
    """What else is known of a registration; state: as AMI shows it, None from the CLI"""

    client_uri: str
    server_uri: str
    retry_interval: int
    state: Optional[str] = None


# The accounts of the registrations of these names.
Accounts = Callable[[Sequence[str]], Mapping[str, Account]]
# The action of AMI that lists them, and what is needed of its entries.
ACTION = "PJSIPShowRegistrationsOutbound"
FIELDS = ("ObjectName", "ClientUri", "ServerUri", "RetryInterval", "Status")


def registrations(ask: Ask, accounts: Accounts, now: int) -> Iterator[Registration]:
    """All registrations; *now*: epoch seconds."""
    shown = read_registrations(ask(REGISTRATIONS))
    known = accounts([one.name for one in shown])
    for one in shown:
        # Without an account, it came or went in between.
        if one.name in known:
            next_at = None if one.due is None else now + one.due
            yield _registration(one.name, known[one.name], one.state, next_at)


def registrations_of_ami(accounts: Mapping[str, Account]) -> Iterator[Registration]:
    """The same where the CLI cannot be had; Unavailable for a state that is none."""
    for name, account in accounts.items():
        if account.state not in STATES:
            raise Unavailable("unreadable", f"{ACTION} has the state '{account.state}'")
        yield _registration(name, account, account.state, None)


def _registration(name: str, account: Account, state: str, next_at: Optional[int]) -> Registration:
    return Registration(
        driver=NAME,
        account=account_of(account.client_uri),
        registrar=registrar_of(account.server_uri),
        state=state,
        name=name,
        next_at=next_at,
        retry_interval=account.retry_interval,
    )


def read_registrations(text: str) -> List[Shown]:
    """The lines of ``pjsip show registrations``; Unavailable unless there are as many as its last line says."""
    found = [match for match in map(_REGISTRATION.fullmatch, _body(text)) if match]
    _check_count(text, len(found), REGISTRATIONS)
    return [
        Shown(
            match["name"],
            match["state"],
            int(match["seconds"]) * (-1 if match["ago"] else 1) if match["seconds"] else None,
        )
        for match in found
    ]


def accounts_of_ami(entries: Iterable[Message]) -> Dict[str, Account]:
    """By name; Unavailable when a number is none."""
    return {
        entry["ObjectName"]: Account(
            entry["ClientUri"], entry["ServerUri"], _seconds(entry["RetryInterval"]), entry["Status"]
        )
        for entry in entries
    }


def accounts_of_cli(ask: Ask) -> Accounts:
    def accounts(names: Sequence[str]) -> Mapping[str, Account]:
        return read_accounts(ask(*(f"pjsip show registration {name}" for name in names))) if names else {}

    return accounts


def read_accounts(text: str) -> Dict[str, Account]:
    """By name, what one ``pjsip show registration NAME`` after the other shows; Unavailable unless it is whole."""
    told: Dict[str, Dict[str, str]] = {}
    name = ""
    for line in lines(text):
        row, parameter = _REGISTRATION.fullmatch(line), _PARAMETER.fullmatch(line)
        if row:
            name = row["name"]
        elif parameter and name:
            told.setdefault(name, {})[parameter["key"]] = parameter["value"]
    try:
        return {
            name: Account(one["client_uri"], one["server_uri"], _seconds(one["retry_interval"]))
            for name, one in told.items()
        }
    except KeyError as missing:
        raise Unavailable("unreadable", f"'pjsip show registration' shows no {missing}") from None


def _seconds(text: str) -> int:
    if not _SECONDS.fullmatch(text):
        raise Unavailable("unreadable", f"a retry_interval of '{text[:20]}'")
    return int(text)


def read_endpoints(text: str, sections: Iterable[str]) -> Dict[str, Endpoint]:
    """Those of the *sections* that ``pjsip show endpoints`` has; Unavailable unless it is whole."""
    shown: List[Tuple[str, List[str], List[str]]] = []
    for line in _body(text):
        endpoint, contact, match = (pattern.fullmatch(line) for pattern in (_ENDPOINT, _CONTACT, _MATCH))
        if endpoint:
            shown.append((endpoint["label"], [], []))
        elif contact and shown:
            shown[-1][1].append(_qualified(contact["status"], contact["milliseconds"]))
        elif match and shown:
            shown[-1][2].append(_address(match["match"]))
    _check_count(text, len(shown), ENDPOINTS)
    found: Dict[str, Endpoint] = {}
    for label, contacts, matches in shown:
        runs = Endpoint(tuple(dict.fromkeys(matches)), tuple(contacts))
        found.update((name, runs) for name in _names(label))
    wanted = ((section, found.get(section[:_LABEL_WIDTH])) for section in sections)
    return {section: runs for section, runs in wanted if runs}


def _names(label: str) -> Iterator[str]:
    """What the endpoint may be called: behind any slash, the caller's number may begin."""
    yield label
    for slash in re.finditer("/", label):
        yield label[: slash.start()]


def read_transports(text: str) -> FrozenSet[str]:
    """The protocols of the transports that ``pjsip show transports`` has: udp, tcp, tls, ws, wss, flow."""
    return frozenset(match["protocol"] for match in map(_TRANSPORT.fullmatch, text.splitlines()) if match)


def check_loaded(text: str) -> None:
    """Unavailable unless ``module show like chan_pjsip.so`` shows that it runs."""
    if not re.search(r"^chan_pjsip\.so .* Running ", text, re.MULTILINE):
        raise Unavailable("driver_not_loaded", "the module chan_pjsip.so does not run")


def _qualified(status: str, milliseconds: str) -> str:
    return f"{status} ({milliseconds} ms)" if status == "Avail" and "nan" not in milliseconds else status


def _address(match: str) -> str:
    """An address without the length of its prefix; a network with it."""
    return match.rpartition("/")[0] if _SINGLE.fullmatch(match) else match


def _body(text: str) -> Iterator[str]:
    """The lines below the heading."""
    _heading, _line, body = text.partition("\n====")
    return lines(body)


def _check_count(text: str, read: int, command: str) -> None:
    count = _COUNT.search(text)
    announced = int(count[1]) if count else 0 if _NOTHING in text else None
    if announced != read:
        said = "an unknown number of" if announced is None else announced
        raise Unavailable("unreadable", f"'{command}' has {said} objects, {read} were read")


def account_of(uri: str) -> str:
    """``user@domain``; a mask for a client_uri that cannot be read."""
    parsed = parse_uri(uri)
    # What cannot be read may hold a password.
    return f"{unescaped(parsed[0].user or '')}@{bracketed(parsed[0].host)}" if parsed else MASK


def registrar_of(uri: str) -> str:
    """``host:port``, or the host alone; a mask for a server_uri that cannot be read."""
    parsed = parse_uri(uri)
    if not parsed:
        return MASK
    port = parsed[0].port or DEFAULT_PORTS.get(parsed[0].transport or "")
    return f"{bracketed(parsed[0].host)}:{port}" if port else bracketed(parsed[0].host)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running chan_pjsip shows: of its registrations over the CLI and AMI, of its endpoints over the CLI.

Only the CLI tells when the next REGISTER is due (NextReg of AMI is always 0), and which addresses a user of AMI may
not ask for who may only read reports. Only AMI gives the accounts of all registrations at once.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..drivers.pjsip_conf import parse_uri, unescaped
from ..fields import bracketed
from ..register_line import DEFAULT_PORTS
from ..secrets import MASK
from .ami import Message
from .cli import Ask
from .snapshot import Endpoint, Registration, Unavailable

NAME = "pjsip"
# sip_outbound_registration_status_str() in res/res_pjsip_outbound_registration.c
STATES = ("Unregistered", "Registered", "Rejected")
REGISTRATIONS = "pjsip show registrations"
ENDPOINTS = "pjsip show endpoints"
# The name is never cut; the URI behind it is, down to nothing.
_REGISTRATION = re.compile(
    r" (?P<name>\S.*?)/(?:sips?:\S*|s|si|sip|sips|)\s+(?:\S+\s+)?"
    rf"(?P<state>{'|'.join(STATES)})(?:\s+\(exp\. (?P<seconds>\d+)s(?P<ago> ago)?\))?\s*"
)
# ast_sip_cli_print_endpoint_body(): the name, maybe a slash and the caller's number, and the state of the device.
_ENDPOINT = re.compile(
    r" Endpoint:  (?P<label>\S.*?)\s+(?:Not in use|In use|Busy|Unavailable|Invalid|Ringing|Ring\+Inuse|On Hold|Unknown)"
    r"\s+\d+ of (?:\d+|inf)\s*"
)
_LABEL_WIDTH = 51
_CONTACT = re.compile(r"\s+Contact:  \S.*\s\S+\s+(?P<status>[A-Z]\w*)\s+(?P<milliseconds>\S+)\s*")
_MATCH = re.compile(r"\s+Match: (?P<match>\S+)\s*")
_SINGLE = re.compile(r"(.*\..*/32|.*:.*/128)")
_PARAMETER = re.compile(r" (?P<key>\w+) +: (?P<value>.*?)\s*")
_COUNT = re.compile(r"Objects found: (\d+)")
_NOTHING = "No objects found."


class Shown(NamedTuple):
    """A line of ``pjsip show registrations``; due: seconds to the next REGISTER, negative when it was sent."""

    name: str
    state: str
    due: Optional[int]


class Account(NamedTuple):
    """What else is known of a registration."""

    client_uri: str
    server_uri: str
    retry_interval: int


# The accounts of the registrations of these names.
Accounts = Callable[[Sequence[str]], Mapping[str, Account]]


def registrations(ask: Ask, accounts: Accounts, now: int) -> Iterator[Registration]:
    """All registrations; *now*: epoch seconds."""
    shown = read_registrations(ask(REGISTRATIONS))
    known = accounts([one.name for one in shown])
    for one in shown:
        # Without an account, it went away in between.
        if one.name in known:
            account = known[one.name]
            yield Registration(
                driver=NAME,
                account=_account(account.client_uri),
                registrar=_registrar(account.server_uri),
                state=one.state,
                name=one.name,
                next_at=None if one.due is None else now + one.due,
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
    return {
        entry["ObjectName"]: Account(entry["ClientUri"], entry["ServerUri"], int(entry["RetryInterval"]))
        for entry in entries
    }


def accounts_of_cli(ask: Ask) -> Accounts:
    def accounts(names: Sequence[str]) -> Mapping[str, Account]:
        found = {name: read_account(ask(f"pjsip show registration {name}")) for name in names}
        return {name: account for name, account in found.items() if account}

    return accounts


def read_account(text: str) -> Optional[Account]:
    """The registration of ``pjsip show registration NAME``; None when there is none of that name."""
    fields = {match["key"]: match["value"] for match in map(_PARAMETER.fullmatch, text.splitlines()) if match}
    if "client_uri" not in fields:
        return None
    return Account(fields["client_uri"], fields["server_uri"], int(fields["retry_interval"]))


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
    found = {}
    for section in sections:
        for label, contacts, matches in shown:
            if _is_label_of(section, label):
                found[section] = Endpoint(tuple(dict.fromkeys(matches)), tuple(contacts))
    return found


def _is_label_of(section: str, label: str) -> bool:
    if len(label) >= _LABEL_WIDTH and len(section) > _LABEL_WIDTH:
        return section.startswith(label)
    return label == section or label.startswith(f"{section}/")


def _qualified(status: str, milliseconds: str) -> str:
    return f"{status} ({milliseconds} ms)" if status == "Avail" and "nan" not in milliseconds else status


def _address(match: str) -> str:
    """An address without the length of its prefix; a network with it."""
    return match.rpartition("/")[0] if _SINGLE.fullmatch(match) else match


def _body(text: str) -> Iterator[str]:
    """The lines below the heading."""
    _heading, _line, body = text.partition("\n====")
    return iter(body.splitlines())


def _check_count(text: str, read: int, command: str) -> None:
    count = _COUNT.search(text)
    announced = int(count[1]) if count else 0 if _NOTHING in text else None
    if announced != read:
        said = "an unknown number of" if announced is None else announced
        raise Unavailable("unreadable", f"'{command}' has {said} objects, {read} were read")


def _account(uri: str) -> str:
    parsed = parse_uri(uri)
    # What cannot be read may hold a password.
    return f"{unescaped(parsed[0].user or '')}@{bracketed(parsed[0].host)}" if parsed else MASK


def _registrar(uri: str) -> str:
    parsed = parse_uri(uri)
    if not parsed:
        return MASK
    port = parsed[0].port or DEFAULT_PORTS.get(parsed[0].transport or "")
    return f"{bracketed(parsed[0].host)}:{port}" if port else bracketed(parsed[0].host)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Endpoint,
    Registration,
    Unavailable,
)

from . import recorded

LONG = "a-very-long-name-of-a-trunk-as-nobody-would-ever-write-it-45"
both = pytest.mark.parametrize("version", ["16", "22"])


@both
def test_reads_state_and_due_time_of_each_registration(version: str) -> None:
    found = {
        one.name: one for one in pjsip.read_registrations(recorded.text(f"pjsip{version}_registrations"))
    }
    assert {name: one.state for name, one in found.items()} == {
        "smartvox": "Registered",
        "wrong": "Rejected",
        "again": "Rejected",
        "notfound": "Rejected",
        "busy": "Rejected",
        "silent": "Unregistered",
        "refused": "Unregistered",
        "lost": "Rejected",
        LONG: "Registered",
        "several": "Registered",
        "named": "Registered",
    }
    # After 403 and 404 in five minutes, after 401 and 503 in one; silence is waited for.
    due = {name: one.due or 0 for name, one in found.items()}
    assert 60 < due["wrong"] <= 300 and 60 < due["notfound"] <= 300
    assert 0 < due["again"] <= 60 and 0 < due["busy"] <= 60
    assert due["silent"] < 0 and due["refused"] < 0
    assert 90 < due["smartvox"] <= 110


def row(name: str, uri: str, status: str) -> str:
    # As cli_print_body() of res_pjsip_outbound_registration.c does it
    width = 53 - len(name) - 1
    cut = uri[:width] if width >= 0 else uri
    return f" {name}/{cut:<{max(width, 0)}}  {name:<26.26}  {status}\n"


def listing(*rows: str) -> str:
    return f"\n <Registration/ServerURI>\n=====\n\n{''.join(rows)}\nObjects found: {len(rows)}\n\n"


@pytest.mark.parametrize("length", range(44, 60))
def test_a_name_is_read_whole_whatever_is_left_of_the_uri(length: int) -> None:
    name = "n" * length
    text = listing(row(name, "sip:sip.example.com;transport=udp", "Registered        (exp. 5s)"))
    assert pjsip.read_registrations(text) == [(name, "Registered", 5)]


def test_releases_that_do_not_tell_when_are_read() -> None:
    text = listing(row("a", "sip:sip.example.com", "Registered       "), row("b", "sips:h", "Unregistered"))
    assert pjsip.read_registrations(text) == [("a", "Registered", None), ("b", "Unregistered", None)]


def test_no_objects_are_no_error() -> None:
    assert pjsip.read_registrations(recorded.text("pjsip_none")) == []
    assert pjsip.read_endpoints(recorded.text("pjsip_none"), ["smartvox"]) == {}


@pytest.mark.parametrize("broken", [("Rejected", "Enjoying"), ("Objects found: 11", "")])
def test_a_list_that_cannot_be_read_whole_is_not_believed(broken: tuple[str, str]) -> None:
    with pytest.raises(Unavailable, match="11 were read|11 objects") as unreadable:
        pjsip.read_registrations(recorded.text("pjsip22_registrations").replace(*broken))
    assert unreadable.value.cause == "unreadable"
    with pytest.raises(Unavailable):
        pjsip.read_endpoints(recorded.text("pjsip22_endpoints").replace("Not in use", "Enjoying"), [])


@both
def test_reads_endpoints_with_what_they_trust_and_whom_they_reach(version: str) -> None:
    wanted = ["smartvox", "wrong", "silent", "byip", LONG, "several", "named-ep", "named", "lost"]
    found = pjsip.read_endpoints(recorded.text(f"pjsip{version}_endpoints"), wanted)
    assert {name: one.addresses for name, one in found.items()} == {
        "smartvox": ("127.0.0.2",),
        "wrong": (),
        "silent": (),
        "byip": ("127.0.0.7",),
        LONG: ("127.0.0.2",),
        "several": ("127.0.0.3", "127.0.0.4", "2001:db8::7", "127.0.0.5"),
        "named-ep": (),
        "lost": (),
    }
    assert found["smartvox"].answers and not found["smartvox"].silent
    assert found["smartvox"].status.startswith("Avail (") and "nan" not in found["silent"].status
    assert found["silent"].silent and not found["silent"].answers


def test_reads_endpoints_by_hand() -> None:
    """With a caller's number, without a contact, with a port, a header; the name of one may begin another's."""
    text = recorded.text("pjsip_by_hand_endpoints")
    found = pjsip.read_endpoints(text, ["ported", "net/x", "hdr", "loose", "port", "net"])
    assert found == {
        "ported": Endpoint(("127.0.0.11:5080", "127.0.0.12"), ("NonQual",)),
        "net/x": Endpoint(),
        "hdr": Endpoint(),
        "loose": Endpoint(),
        # Of a slash, nobody can tell whether a caller's number follows.
        "net": Endpoint(),
    }


@both
def test_ami_and_cli_tell_the_same_of_an_account(version: str) -> None:
    told = recorded.text("pjsip_registration_unknown") + recorded.text(f"pjsip{version}_registration")
    account = pjsip.Account("sip:43219999@sip.example.com", "sip:sip.example.com;transport=udp", 60)
    assert pjsip.read_accounts(told) == {"named": account}
    entry = {"ObjectName": "named", "ClientUri": account.client_uri, "ServerUri": account.server_uri}
    of_ami = pjsip.accounts_of_ami([{**entry, "RetryInterval": "60", "Status": "Registered"}])
    assert of_ami == {"named": account._replace(state="Registered")}


@pytest.mark.parametrize(
    ("client_uri", "server_uri", "account", "registrar"),
    [
        ("sip:u@h.example", "sip:h.example;transport=udp", "u@h.example", "h.example:5060"),
        ("sip:u@h.example", "sip:h.example;transport=tls", "u@h.example", "h.example:5061"),
        ("sip:u@h.example:5099", "sip:h.example:5099", "u@h.example", "h.example:5099"),
        # The transport object may say TLS.
        ("sip:4%2371@h.example", "sip:h.example", "4#71@h.example", "h.example"),
        ("sip:u@[2001:db8::5]", "sip:[2001:db8::5]:5060", "u@[2001:db8::5]", "[2001:db8::5]:5060"),
        # What has a place for a password is not shown.
        ("sip:u:pass@h.example", "sip:u:pass@h.example", "********", "********"),
    ],
)
def test_accounts_are_named_as_those_of_chan_sip(
    client_uri: str, server_uri: str, account: str, registrar: str
) -> None:
    text = listing(row("a", server_uri, "Rejected          (exp. 7s ago)"))
    (found,) = pjsip.registrations(
        lambda _command: text, lambda _names: {"a": pjsip.Account(client_uri, server_uri, 60)}, 1000
    )
    assert found == Registration(
        "pjsip", account, registrar, "Rejected", name="a", next_at=993, retry_interval=60
    )

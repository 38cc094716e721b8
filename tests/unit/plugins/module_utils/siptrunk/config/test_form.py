# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.form import read_form
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip

PEER = """\
host=mysipsp.com
username=43212345
secret=PASS=WORD
type=peer
insecure=port,invite
disallow=all
allow=ulaw&alaw
qualify=yes
nat=yes
directmedia=no
context=from-trunk
"""


def test_the_box_of_the_peer_and_the_register_string() -> None:
    effective = read_form(PEER + "43212345:PASS=WORD@mysipsp.com/1234\n", "form.txt")
    assert effective is not None
    found = chan_sip.read(effective)
    assert found.leftovers == []
    assert found.trunks == [
        {
            "name": "trunk",
            "provider": {"host": "mysipsp.com"},
            "registration": {"user": "43212345", "secret": "PASS=WORD", "contact": "1234", "expiry": 120},
            "outbound": {"from_caller": True},
            "media": {"codecs": ["ulaw", "alaw"]},
            "nat": {"keepalive": 60},
            "sections": {"inbound": ["trunk"], "outbound": "trunk"},
        }
    ]


def test_the_box_of_the_user_is_for_calls_in() -> None:
    effective = read_form(PEER + "\nUSER Details:\ntype=peer\nhost=192.0.2.1\ncontext=in\n", "form.txt")
    assert effective is not None
    assert [section.name for section in effective.sections] == ["general", "trunk-out", "trunk-in"]
    assert [note.line for note in effective.notes] == [13]


def test_places_are_those_of_the_text() -> None:
    effective = read_form("\n\nregister => u:s@h.example ; mine\ntype=peer\n", "form.txt")
    assert effective is not None
    general, peer = effective.sections
    assert [(entry.value, entry.line) for entry in general.entries] == [("u:s@h.example", 3)]
    assert [(entry.key, entry.path, entry.line) for entry in peer.entries] == [("type", "form.txt", 4)]


@pytest.mark.parametrize(
    ("line", "entries"),
    [
        ("type=peer&host=h.example&secret=a&b", None),
        (
            "type=peer&host=h.example&qualify=yes",
            [("type", "peer"), ("host", "h.example"), ("qualify", "yes")],
        ),
        ("permit=192.0.2.1&192.0.2.2", [("permit", "192.0.2.1"), ("permit", "192.0.2.2")]),
        ("secret=a&b", [("secret", "a&b")]),
        ("allow=alaw&ulaw", [("allow", "alaw"), ("allow", "ulaw")]),
    ],
)
def test_what_ampersands_join(line: str, entries: list[tuple[str, str]] | None) -> None:
    effective = read_form(line, "form.txt")
    assert effective is not None
    found = [(entry.key, entry.value) for entry in effective.sections[1].entries]
    # An ampersand that joins no options is a part of the value.
    assert found == (entries or [("type", "peer&host=h.example&secret=a&b")])


@pytest.mark.parametrize(
    "text", ["", "; nothing\n", "[general]\nregister => u:s@h.example\n", "a=b\n[general]\n"]
)
def test_what_is_no_form(text: str) -> None:
    assert read_form(text, "sip.conf") is None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.source import Source
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules import pjsip_uris

from .found import all_in, found

BOOKS = (pjsip_uris.book,)


def rules(option: str, kind: str = "aor") -> Tuple[str, ...]:
    return tuple(one[0] for one in found(f"[t]\ntype={kind}\n{option}\n", name="pjsip.conf", books=BOOKS))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("192.0.2.1", ("PJ017",)),
        ("example.com:5060", ("PJ017",)),
        ("tel:123", ("PJ017",)),
        ("SIP:192.0.2.1", ()),
        ("<sip:a@192.0.2.1>", ()),
        ("sips:a@example.com\\;user=phone", ()),
        ("sip:192.0.2.1,sip:192.0.2.2", ()),
        ("sip:192.0.2.1,192.0.2.2", ("PJ017",)),
        ("", ()),
        ("sip:a b@192.0.2.1", ("PJ019",)),
        ("sip:a@b@192.0.2.1", ("PJ019",)),
        ("sip:@192.0.2.1", ("PJ019",)),
        ("sip:", ("PJ019",)),
        ("sip://192.0.2.1", ("PJ019",)),
        ("sip:2001:db8::1", ("PJ019",)),
        ("sip:[2001:db8::1]:5060", ()),
        ("sip:192.0.2.1:65536", ("PJ019",)),
        ("sip:192.0.2.1:" + "9" * 5000, ("PJ019",)),
        ("sip:b\u00fccher.example", ("PJ019",)),
        ("sip:a#%40b;isub=1@192.0.2.1".replace(";", "\\;"), ()),
        ("sip:192.0.2.1\\;maddr=a@b", ()),
        ("sip:exa_mple.com?x=y@z", ()),
    ],
)
def test_uris(uri: str, expected: Tuple[str, ...]) -> None:
    assert rules(f"contact={uri}") == expected


@pytest.mark.parametrize(
    ("option", "cut"),
    [
        ("contact=sip:192.0.2.1;transport=tls", True),
        ("outbound_proxy=sip:192.0.2.1\\;transport=tls;hide", True),
        ("contact=sip:192.0.2.1\\;transport=tls", False),
        ("contact=sip:192.0.2.1 ;transport=tls", False),
        ("contact=sip:192.0.2.1;the second one", False),
        ("contact=sip:192.0.2.1 ; old: sip:192.0.2.2;transport=tls", False),
        ("mailboxes=1@a;transport=tls", False),
    ],
)
def test_cut_off(option: str, cut: bool) -> None:
    assert ("PJ018" in rules(option)) == cut


def test_what_was_meant() -> None:
    text = "[t]\ntype=aor\ncontact=sip:192.0.2.1;transport=tls\\;lr ; comment\n"
    (one,) = all_in(text, name="pjsip.conf", books=BOOKS)
    assert one.edit and (one.edit.value, one.edit.safe) == ("sip:192.0.2.1;transport=tls;lr", False)
    located = Source(from_texts({"pjsip.conf": text}).texts).located(one)
    assert (located.column, located.end_column) == (22, 32)
    (one,) = all_in("[t]\ntype=aor\ncontact=192.0.2.1:5060\n", name="pjsip.conf", books=BOOKS)
    assert one.edit and one.edit.value == "sip:192.0.2.1:5060"


def test_only_where_a_uri_stands() -> None:
    assert "PJ017" not in rules("contact=x", "endpoint")
    assert rules("allow=alaw\nidentify_by=ip\noutbound_proxy=192.0.2.1", "endpoint") == ("PJ017",)

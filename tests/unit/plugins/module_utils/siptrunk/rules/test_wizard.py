# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Mapping, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules import wizard, wizard_trunks

from .found import all_in, found

BOOKS = (wizard.book, wizard_trunks.book)

TRUNK = (
    "[t]\ntype=wizard\nsends_auth=yes\nsends_registrations=yes\nremote_hosts=192.0.2.1\noutbound_auth/username=a\n"
    "outbound_auth/password=b\nendpoint/identify_by=ip\nendpoint/allow=alaw\n"
)
PHONE = (
    "[p]\ntype=wizard\naccepts_auth=yes\naccepts_registrations=yes\ninbound_auth/username=a\n"
    "inbound_auth/password=b\nendpoint/allow=alaw\naor/max_contacts=1\n"
)


def rules(text: str, others: Optional[Mapping[str, str]] = None, **more: bool) -> Tuple[str, ...]:
    files = {"pjsip_wizard.conf": text, **(others or {})}
    return tuple(one[0] for one in found(files, books=BOOKS, whole=more.get("whole", False)))


def without(line: str, text: str = TRUNK) -> str:
    assert line in text
    return text.replace(line, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRUNK, ()),
        (PHONE, ()),
        (f"{TRUNK}[u](t)\nremote_hosts=192.0.2.2\n", ()),
        (f"{TRUNK}force_rport=yes\n", ("WIZ001",)),
        (f"{TRUNK}Endpoint/force_rport=yes\n", ("WIZ001",)),
        (f"{TRUNK}auth/username=a\n", ("WIZ001",)),
        (f"{TRUNK}Transport=udp\n@note=x\n", ()),
        (f"{TRUNK}endpoint/=x\n", ("WIZ001",)),
        (f"{TRUNK}endpoint/foo=x\n", ("WIZ002",)),
        (f"{TRUNK}endpoint/Force_Rport=yes\n", ()),
        (f"{TRUNK}registration/qualify_frequency=30\n", ("WIZ002",)),
        (f"{TRUNK}phoneprov/ANYTHING=x\n", ()),
        ("[t]\nremote_hosts=192.0.2.1\n", ("WIZ003",)),
        ("[t]\ntype=trunk\ntype=wizard\n" + TRUNK.partition("wizard\n")[2], ()),
        ("[t]\n", ()),
        (without("remote_hosts=192.0.2.1\n"), ("WIZ004",)),
        (without("sends_auth=yes\n"), ("WIZ005",)),
        (f"{without('sends_auth=yes')}registration/outbound_auth=own\n", ()),
        (without("sends_auth=yes\nsends_registrations=yes\n"), ()),
        (f"{TRUNK}accepts_auth=yes\ninbound_auth/username=a\ninbound_auth/password=b\n", ("WIZ006",)),
        (without("endpoint/identify_by=ip\n"), ("WIZ007",)),
        (TRUNK.replace("identify_by=ip", "identify_by=ip,username"), ("WIZ007",)),
        (TRUNK.replace("identify_by=ip", "identify_by=IP, auth_username"), ()),
        (without("endpoint/allow=alaw\n"), ("WIZ008",)),
        (without("accepts_auth=yes\n", PHONE), ("WIZ009",)),
        (f"{TRUNK}sends_line_with_registrations=ja\n", ("WIZ010",)),
        (f"{TRUNK}endpoint/direct_media=nonat\n", ("WIZ010",)),
        (f"{TRUNK}endpoint/dtmf_mode=rfc2833\n", ("WIZ012",)),
        (f"{TRUNK}aor/qualify_frequency=30s\n", ("WIZ012",)),
        (f"{TRUNK}contact_pattern=sip:${{REMOTE_HOST}};transport=tls\n", ("WIZ013",)),
        (f"{TRUNK}contact_pattern=sip:${{REMOTE_HOST}} ; transport=tls\n", ()),
        (f"{TRUNK}outbound_proxy=sip:192.0.2.9\\;lr\n", ()),
        (without("outbound_auth/username=a\n"), ("WIZ014",)),
        (without("outbound_auth/password=b\n"), ("WIZ014",)),
        (without("inbound_auth/password=b\n", PHONE), ("WIZ014",)),
        (TRUNK + TRUNK, ("WIZ015",)),
        (TRUNK.replace("192.0.2.1", "sip:192.0.2.1"), ("WIZ017",)),
        (TRUNK.replace("192.0.2.1", "192.0.2.1:5060, [2001:db8::1]:5060,example.com"), ()),
        (TRUNK.replace("192.0.2.1", "192.0.2.1 192.0.2.2"), ("WIZ017",)),
    ],
)
def test_wizards(text: str, expected: Tuple[str, ...]) -> None:
    assert rules(text) == expected


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("sends_registration=yes", "sends_registrations"),
        ("force_rport=yes", "endpoint/force_rport"),
        ("Endpoint/force_rport=yes", "endpoint/force_rport"),
        ("endpont/force_rport=yes", "endpoint/force_rport"),
        ("endpoint/force_rprot=yes", "endpoint/force_rport"),
        ("nothing_like_it=yes", None),
    ],
)
def test_what_may_be_meant(option: str, meant: Optional[str]) -> None:
    (one,) = all_in(f"{TRUNK}{option}\n", name="pjsip_wizard.conf", books=BOOKS)
    assert (one.edit.key if one.edit else None) == meant


def test_beside_pjsip_conf() -> None:
    taken = {"pjsip.conf": "[t]\ntype=aor\n[udp]\ntype=transport\nbind=192.0.2.9\n"}
    assert rules(TRUNK, taken) == ("WIZ011",)
    assert rules(TRUNK.replace("[t]", "[u]") + "transport=udp\n", taken, whole=True) == ()
    assert rules(TRUNK.replace("[t]", "[u]") + "transport=tls\n", taken, whole=True) == ("WIZ016",)
    # Another file may have it.
    assert rules(TRUNK.replace("[t]", "[u]") + "transport=tls\n", taken) == ()
    assert rules(f"{TRUNK}transport=tls\n") == ()

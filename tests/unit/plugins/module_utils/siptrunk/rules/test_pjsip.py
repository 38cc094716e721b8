# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.pjsip_vocabulary import (
    AOR,
    ENDPOINT,
    IDENTIFY,
)

from .found import Found, found

ALL = ENDPOINT + AOR + IDENTIFY
PATIENT = "auth_rejection_permanent=no\nfatal_retry_interval=300\nmax_retries=100000\n"
ACCOUNT = "[r]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:u@192.0.2.1\noutbound_auth=a\n"
AUTH = "[a]\ntype=auth\nusername=u\npassword=gRe3n\n"
PHONE = (
    "[201]\ntype=endpoint\naors=201\nauth=201\nallow=alaw\ncontext=inside\n[201]\ntype=aor\nmax_contacts=1\n"
)
PASSWORD = "[201]\ntype=auth\nusername=201\npassword=gRe3n\n"


def of(rule: str, text: str, *, whole: bool = False, asterisk: str = "") -> Found:
    """Of several rules that may find something, one."""
    return [one for one in found(text, name="pjsip.conf", whole=whole, asterisk=asterisk) if one[0] == rule]


def test_what_is_sound() -> None:
    text = (
        ENDPOINT
        + "outbound_auth=a\n"
        + AOR
        + IDENTIFY
        + ACCOUNT
        + "contact_user=1234\n"
        + PATIENT
        + AUTH
        + PHONE
        + PASSWORD
    )
    assert found(text, name="pjsip.conf", whole=True) == []


def test_the_asterisk_counts() -> None:
    text = AOR + "qualify_2xx_only=yes\n"
    assert of("PJ002", text, asterisk="16") == [("PJ002", 5, "qualify_2xx_only")]
    assert of("PJ002", text, asterisk="22") == []


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("PJ004", ENDPOINT.replace("=ip", "=username,ip") + AOR + IDENTIFY, [("PJ004", 1, None)]),
        ("PJ004", ENDPOINT.replace("identify_by=ip\n", "") + AOR, [("PJ004", 1, None)]),
        ("PJ004", PHONE + PASSWORD, []),
        ("PJ008", IDENTIFY.replace("192.0.2.1", "::/0"), [("PJ008", 4, "match")]),
        ("PJ008", IDENTIFY.replace("192.0.2.1", "192.0.2.0/24,2001:db8::/32"), []),
        (
            "PJ011",
            ALL + IDENTIFY.replace("[provider]", "[x]").replace("=provider", "=x"),
            [("PJ011", 18, "match")],
        ),
        ("PJ011", ALL + IDENTIFY.replace("[provider]", "[x]"), []),
        ("PJ012", PHONE.replace("auth=201\n", ""), [("PJ012", 1, None)]),
        ("PJ012", PHONE, []),
        ("PJ012", ALL + "max_contacts=1\n", []),
        ("PJ013", "[anonymous]\ntype=endpoint\nallow=alaw\n", [("PJ013", 1, None)]),
        ("PJ015", ENDPOINT + "auth=a\n" + AOR + IDENTIFY + AUTH, [("PJ015", 7, "auth")]),
        ("PJ015", ENDPOINT + "outbound_auth=a\n" + AOR + IDENTIFY + AUTH, []),
        ("PJ031", ENDPOINT + "permit=192.0.2.1\n", [("PJ031", 7, "permit")]),
        ("PJ031", ENDPOINT + "deny=0.0.0.0/0\npermit=192.0.2.1\n", []),
        ("PJ066", ENDPOINT + AOR, [("PJ066", 1, None)]),
        ("PJ066", ALL, []),
        ("PJ085", ALL.replace("context=from-provider\n", ""), [("PJ085", 1, None)]),
        ("PJ085", PHONE + PASSWORD, []),
        ("PJ085", PHONE.replace("context=inside\n", "") + PASSWORD, [("PJ085", 1, None)]),
        ("PJ092", PHONE + PASSWORD.replace("gRe3n", "201"), [("PJ092", 13, "password")]),
        # The provider has given it.
        ("PJ092", ACCOUNT + AUTH.replace("gRe3n", "u"), []),
    ],
)
def test_trust(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text, whole=True) == expected


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("PJ022", ACCOUNT, [("PJ022", 1, None)]),
        ("PJ022", ACCOUNT + PATIENT, []),
        ("PJ022", ACCOUNT + PATIENT.replace("=no", "=yes"), [("PJ022", 6, "auth_rejection_permanent")]),
        ("PJ022", ACCOUNT + PATIENT.replace("=300", "=0"), [("PJ022", 7, "fatal_retry_interval")]),
        ("PJ022", ACCOUNT + PATIENT.replace("=100000", "=10"), [("PJ022", 8, "max_retries")]),
        ("PJ023", ACCOUNT + "line=yes\n", [("PJ023", 6, "line")]),
        ("PJ023", ACCOUNT + "line=yes\nendpoint=provider\n", []),
        ("PJ023", ACCOUNT + "endpoint=provider\n", [("PJ023", 6, "endpoint")]),
        ("PJ036", ACCOUNT + "outbound_proxy=sip:p\n", [("PJ036", 6, "outbound_proxy")]),
        ("PJ036", ACCOUNT + "outbound_proxy=sip:p\\;lr\\;hide\n", []),
        ("PJ039", AOR.replace("qualify_frequency=30\n", ""), [("PJ039", 1, None)]),
        ("PJ039", PHONE, []),
        ("PJ082", ACCOUNT + "retry_interval=4\n", [("PJ082", 6, "retry_interval")]),
        ("PJ082", ACCOUNT + "retry_interval=0\n", []),
        ("PJ083", ACCOUNT.replace("sip:192.0.2.1", "sip:192.0.2.2") + ALL, [("PJ083", 3, "server_uri")]),
        ("PJ083", ACCOUNT.replace("sip:192.0.2.1", "sip:sip.example.com") + ALL, []),
        ("PJ083", ACCOUNT + ALL.replace("match=192.0.2.1", "match=192.0.2.0/24"), []),
        ("PJ083", ACCOUNT, [("PJ083", 3, "server_uri")]),
        ("PJ086", ACCOUNT + "expiration=30\n", [("PJ086", 6, "expiration")]),
        ("PJ086", ACCOUNT + "expiration=60\n", []),
        ("PJ087", ACCOUNT, [("PJ087", 1, None)]),
        ("PJ087", ACCOUNT + "contact_user=1234\n", []),
    ],
)
def test_registrations(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text, whole=True) == expected

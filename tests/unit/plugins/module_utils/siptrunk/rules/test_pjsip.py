# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.pjsip_vocabulary import (
    AOR,
    ENDPOINT,
    IDENTIFY,
)

from .found import Found, all_in, found

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
    text = ALL + ACCOUNT + PATIENT + AUTH + PHONE + PASSWORD
    assert found(text, name="pjsip.conf", whole=True) == []


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("PJ001", AOR + AOR, [("PJ001", 5, None)]),
        ("PJ001", AOR + "[x](!)\ntype=aor\n[provider](+)\nmax_contacts=0\n", []),
        ("PJ002", AOR + "qualify=yes\n", [("PJ002", 5, "qualify")]),
        ("PJ002", AOR + "Qualify_Timeout=1.0\n@anything=1\n", []),
        ("PJ002", "[x](!)\nnonsense=1\n[y](x)\ntype=aor\n", [("PJ002", 2, "nonsense")]),
        ("PJ003", "[x]\ntype=Aor\n", [("PJ003", 2, "type")]),
        ("PJ003", "[x]\ntype=peer\nhost=192.0.2.1\n", [("PJ003", 2, "type")]),
        ("PJ003", "[x]\ncontact=sip:h\n", [("PJ003", 1, None)]),
        ("PJ003", "[x](!)\ncontact=sip:h\n[y]\n", []),
        ("PJ017", AOR.replace("sip:", "sips:"), []),
        ("PJ017", "[a]\ntype=aor\ncontact=sip:a,192.0.2.1\n", [("PJ017", 3, "contact")]),
        ("PJ017", "[a]\ntype=aor\ncontact=\noutbound_proxy=\n", []),
        ("PJ025", ENDPOINT + "allow=!all,alaw\nallow=speex16\n", []),
        ("PJ025", ENDPOINT + "allow=alaw:20,opos\n", [("PJ025", 8, "allow")]),
        ("PJ059", ENDPOINT.replace("aors=provider\n", ""), [("PJ059", 1, None)]),
        ("PJ059", "[anonymous]\ntype=endpoint\nallow=alaw\n", []),
        ("PJ026", "[e]\ntype=endpoint\ndisallow=all\n", [("PJ026", 1, None)]),
        ("PJ026", "[e]\ntype=endpoint\nallow=!all\n", []),
        ("PJ027", ENDPOINT + "media_encryption=yes\n", [("PJ027", 8, "media_encryption")]),
        ("PJ027", ENDPOINT + "timers=yes\n100rel=no\ndtmf_mode=auto\n", []),
        ("PJ027", ENDPOINT.replace("=ip", "=ip,usrname"), [("PJ027", 4, "identify_by")]),
        ("PJ028", ENDPOINT + "direct_media=nonat\n", [("PJ028", 8, "direct_media")]),
        ("PJ028", ENDPOINT + "direct_media=False\n", []),
        ("PJ051", ENDPOINT + "preferred_codec_only=yes\n", [("PJ051", 8, "preferred_codec_only")]),
        ("PJ052", AOR + "max_contacts=one\n", [("PJ052", 5, "max_contacts")]),
        ("PJ014", ENDPOINT + "auth=x\n" + AUTH, [("PJ014", 8, "auth")]),
        # A part of a file that has none at all.
        ("PJ014", ENDPOINT + "auth=x\n", []),
        ("PJ016", ENDPOINT.replace("aors=provider", "aors=provider,x") + AOR, [("PJ016", 3, "aors")]),
        ("PJ053", ENDPOINT + "outbound_auth=x\n" + AUTH, [("PJ053", 8, "outbound_auth")]),
        ("PJ054", ENDPOINT + "transport=x\n[t]\ntype=transport\n", [("PJ054", 8, "transport")]),
        ("PJ055", ENDPOINT + IDENTIFY.replace("=provider", "=x"), [("PJ055", 10, "endpoint")]),
    ],
)
def test_vocabulary(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text) == expected


def test_the_asterisk_counts() -> None:
    text = AOR + "qualify_2xx_only=yes\n"
    assert of("PJ002", text, asterisk="16") == [("PJ002", 5, "qualify_2xx_only")]
    assert of("PJ002", text, asterisk="22") == []


def test_what_is_meant() -> None:
    (one,) = all_in(ENDPOINT + "dtmfmode=auto\n" + AOR + IDENTIFY, name="pjsip.conf")
    assert one.edit and (one.edit.key, one.edit.safe) == ("dtmf_mode", False)
    assert "did you mean dtmf_mode?" in one.why


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
            [("PJ011", 19, "match")],
        ),
        ("PJ011", ALL + IDENTIFY.replace("[provider]", "[x]"), []),
        ("PJ012", PHONE.replace("auth=201\n", ""), [("PJ012", 1, None)]),
        ("PJ012", PHONE, []),
        ("PJ012", ALL + "max_contacts=1\n", []),
        ("PJ013", "[anonymous]\ntype=endpoint\nallow=alaw\n", [("PJ013", 1, None)]),
        ("PJ015", ENDPOINT + "auth=a\n" + AOR + IDENTIFY + AUTH, [("PJ015", 8, "auth")]),
        ("PJ015", ENDPOINT + "outbound_auth=a\n" + AOR + IDENTIFY + AUTH, []),
        ("PJ031", ENDPOINT + "permit=192.0.2.1\n", [("PJ031", 8, "permit")]),
        ("PJ031", ENDPOINT + "deny=0.0.0.0/0\npermit=192.0.2.1\n", []),
        ("PJ056", ENDPOINT + AOR, [("PJ056", 1, None)]),
        ("PJ056", ALL, []),
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
        ("PJ057", ACCOUNT.replace("server_uri=sip:192.0.2.1\n", "") + ALL, [("PJ057", 1, None)]),
        ("PJ023", ACCOUNT + "line=yes\n", [("PJ023", 6, "line")]),
        ("PJ023", ACCOUNT + "line=yes\nendpoint=provider\n", []),
        ("PJ023", ACCOUNT + "endpoint=provider\n", [("PJ023", 6, "endpoint")]),
        ("PJ036", ACCOUNT + "outbound_proxy=sip:p\n", [("PJ036", 6, "outbound_proxy")]),
        ("PJ036", ACCOUNT + "outbound_proxy=sip:p\\;lr\\;hide\n", []),
        ("PJ039", AOR.replace("qualify_frequency=30\n", ""), [("PJ039", 1, None)]),
        ("PJ039", PHONE, []),
        ("PJ081", ACCOUNT.replace("outbound_auth=a\n", ""), [("PJ081", 1, None)]),
        ("PJ082", ACCOUNT + "retry_interval=4\n", [("PJ082", 6, "retry_interval")]),
        ("PJ082", ACCOUNT + "retry_interval=0\n", []),
        ("PJ083", ACCOUNT.replace("sip:192.0.2.1", "sip:192.0.2.2") + ALL, [("PJ083", 3, "server_uri")]),
        ("PJ083", ACCOUNT.replace("sip:192.0.2.1", "sip:sip.example.com") + ALL, []),
        ("PJ083", ACCOUNT + ALL.replace("match=192.0.2.1", "match=192.0.2.0/24"), []),
        ("PJ083", ACCOUNT, [("PJ083", 3, "server_uri")]),
        ("PJ086", ACCOUNT + "expiration=30\n", [("PJ086", 6, "expiration")]),
        ("PJ086", ACCOUNT + "expiration=60\n", []),
    ],
)
def test_registrations(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text, whole=True) == expected

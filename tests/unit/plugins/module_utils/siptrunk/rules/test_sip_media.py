# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Edit
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_vocabulary import PEER

from .found import Found, all_in, found

Edits = List[Tuple[str, Optional[Edit]]]


def unsafe(value: str) -> Edit:
    return Edit(value=value, safe=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PEER + "disallow=all\nallow=alaw\n", []),
        (PEER + "allow=!all,alaw\n", []),
        (PEER + "allow=alaw\n", []),
        (PEER + "disallow=ulaw\n", []),
        (PEER + "disallow=!alaw\n", []),
        (PEER + "allow=alaw\ndisallow=all\n", [("SIP030", 7, "disallow")]),
        (PEER + "allow=alaw\nallow=!all\n", [("SIP030", 7, "allow")]),
        (PEER + "disallow=all\n", [("SIP030", 6, "disallow")]),
        ("[t](!)\nallow=alaw\n[a](t)\ntype=peer\nhost=192.0.2.1\ndisallow=all\nallow=g722\n", []),
        ("[t](!)\ndisallow=all\n[a](t)\ntype=peer\nhost=192.0.2.1\nallow=g722\n", []),
        # Each peer may allow its own.
        ("[general]\ndisallow=all\n", []),
        ("[general]\nallow=alaw\ndisallow=all\n", [("SIP030", 3, "disallow")]),
        # What is allowed may be said where the section stands.
        ("[a](+)\ndisallow=all\n", []),
    ],
)
def test_no_codec(text: str, expected: Found) -> None:
    assert [one for one in found(text) if one[0] == "SIP030"] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("allow=alaw,ulaw:20,!g722", []),
        ("allow=ALAW|ulaw , g729", []),
        ("allow=all", []),
        ("allow=", []),
        ("allow=alow", [("SIP069", unsafe("alaw"))]),
        ("allow=ulaw,alow", [("SIP069", unsafe("ulaw,alaw"))]),
        ("allow=pcma", [("SIP069", unsafe("alaw"))]),
        ("allow=g723.1", [("SIP069", unsafe("g723"))]),
        ("allow=alaw&ulaw", [("SIP069", unsafe("alaw,ulaw"))]),
        ("allow=alaw ulaw", [("SIP069", unsafe("alaw,ulaw"))]),
        ("allow=g711", [("SIP069", None)]),
        ("allow=g728", [("SIP069", None)]),
        ("disallow=al", [("SIP069", None)]),
        ("nat=no", []),
        ("nat=force_rport,comedia", []),
        ("nat=auto_force_rport,auto_comedia", []),
        ("nat=never", []),
        ("nat=no,whatever", []),
        ("nat=yes", [("SIP073", Edit(value="force_rport,comedia"))]),
        ("nat=force_rport\nnat=yes", [("SIP073", None)]),
        ("nat=force_rport, comedia", [("SIP033", unsafe("force_rport,comedia"))]),
        ("nat=true", [("SIP033", unsafe("force_rport,comedia"))]),
        ("nat=force-rport", [("SIP033", unsafe("force_rport"))]),
        ("nat=route", [("SIP033", None)]),
        ("dtmfmode=RFC2833", []),
        ("dtmfmode=shortinfo", []),
        ("dtmfmode=rfc4733", [("SIP034", Edit(value="rfc2833"))]),
        ("dtmfmode=rfc-2833", [("SIP034", Edit(value="rfc2833"))]),
        ("dtmfmode=sip_info", [("SIP034", unsafe("info"))]),
        ("dtmfmode=imband", [("SIP034", unsafe("inband"))]),
        ("dtmfmode=none", [("SIP034", None)]),
        ("directmedia=update,nonat", []),
        ("directmedia=never", []),
        ("directmedia=no,update", [("SIP035", None)]),
        ("directmedia=nonat, update", [("SIP035", unsafe("nonat,update"))]),
        ("directmedia=nonet", [("SIP035", unsafe("nonat"))]),
        ("fromdomain=example.com", []),
        ("fromdomain=example.com:5070", []),
        ("fromdomain=example.com:70000", [("SIP043", None)]),
        ("fromdomain=2001:db8::1", [("SIP043", None)]),
        ("fromdomain=[2001:db8::1]", [("SIP043", None)]),
        ("fromdomain=sip:example.com", [("SIP043", unsafe("example.com"))]),
        ("fromdomain=alice@example.com", [("SIP043", None)]),
        ("fromdomain=", []),
        ("fromuser=+4930123456", []),
        ("fromuser=alice@example.com", [("SIP045", None)]),
        ("fromuser=sip:alice", [("SIP045", None)]),
    ],
)
def test_of_peers(line: str, expected: Edits) -> None:
    assert [(one.rule, one.edit) for one in all_in(f"{PEER}{line}\n")] == expected


NAT = "[general]\nexternaddr=203.0.113.7\n"
REGISTER = "register => alice:hush@192.0.2.1/100\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NAT + REGISTER + PEER, 1),
        (NAT + PEER + "callbackextension=100\ndefaultuser=alice\n", 1),
        (NAT + REGISTER + PEER + "qualify=yes\n", 0),
        (NAT + REGISTER + PEER + "keepalive=yes\n", 0),
        (NAT + "qualify=yes\n" + REGISTER + PEER, 0),
        # Who says no may have reasons.
        (NAT + REGISTER + PEER + "qualify=no\n", 0),
        ("[general]\n" + REGISTER + PEER, 0),
        (NAT + PEER, 0),
        (NAT + REGISTER + "[phone]\ntype=friend\nhost=dynamic\nsecret=hush\n", 0),
    ],
)
def test_kept_open(text: str, expected: int) -> None:
    assert [rule for rule, _line, _option in found(text)].count("SIP071") == expected

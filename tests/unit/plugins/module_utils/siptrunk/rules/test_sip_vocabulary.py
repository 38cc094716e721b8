# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.general_options import (
    KNOWN,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.sip_conf import (
    FIELD_OF,
    RAW,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Edit
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_vocabulary import PEER
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_words import (
    IN_GENERAL,
    IN_PEERS,
    REMOVED,
    near,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

from .found import Found, all_in, found

# The line behind PEER.
NEXT = 6


def one_edit(text: str) -> Tuple[str, Optional[Edit]]:
    (finding,) = all_in(text)
    return finding.rule, finding.edit


def test_the_words_are_those_that_the_drivers_know() -> None:
    assert RAW | FIELD_OF.keys() == IN_PEERS
    assert KNOWN <= IN_GENERAL
    assert not REMOVED.keys() & (IN_PEERS | IN_GENERAL)


@pytest.mark.parametrize("key", sorted(IN_PEERS - {"type", "host", "insecure", "username", "canreinvite"}))
def test_known_in_peers(key: str) -> None:
    assert not {"SIP001", "SIP060", "SIP061", "SIP062", "SIP063"} & {
        one.rule for one in all_in(f"{PEER}{key}=yes\n")
    }


@pytest.mark.parametrize("key", sorted(IN_GENERAL))
def test_known_in_general(key: str) -> None:
    assert not {"SIP001", "SIP060", "SIP061", "SIP062", "SIP063"} & {
        one.rule for one in all_in(f"[general]\n{key}=yes\n")
    }


@pytest.mark.parametrize(
    ("line", "edit"),
    [
        ("secrte=hush\n", Edit(key="secret", safe=False)),
        ("call_limit=2\n", Edit(key="call-limit", safe=False)),
        ("Qulaify=yes\n", Edit(key="qualify", safe=False)),
        ("session_timers=refuse\n", Edit(key="session-timers", safe=False)),
        ("frobnicate=yes\n", None),
        # Two are as near.
        ("tex=x\n", None),
        ("\udcff=1\n", None),
        ("x" * 5000 + "=1\n", None),
    ],
)
def test_unknown(line: str, edit: Optional[Edit]) -> None:
    assert one_edit(PEER + line) == ("SIP001", edit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[general]\nalowguest=no\n", [("SIP001", 2, "alowguest")]),
        ("[authentication]\nauht=u:p@r\n", [("SIP001", 2, "auht")]),
        ("[authentication]\nauth=u:p@r\nsecret=x\n", [("SIP061", 3, "secret")]),
        # One finding for a template, however many inherit it.
        ("[t](!)\nfrob=1\n[a](t)\ntype=peer\nhost=192.0.2.1\n[b](t)\ntype=peer\nhost=192.0.2.2\n", 2),
        # Sections that are not loaded have one finding only.
        ("[x]\ntype=endpoint\naors=x\nfrob=1\n", [("SIP002", 2, "type")]),
        ("[x]\nfrob=1\n", [("SIP002", 1, None)]),
        # Nobody reads a second [general].
        ("[general]\n[general]\nfrob=1\n", []),
        # FreePBX has it for itself.
        (PEER + "dial=SIP/100\n", []),
    ],
)
def test_where(text: str, expected: object) -> None:
    if isinstance(expected, int):
        expected = [("SIP001", expected, "frob")]
    mine = ("SIP001", "SIP002", "SIP061")
    assert [one for one in found(text) if one[0] in mine] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PEER, []),
        ("[t](!)\nhost=192.0.2.1\n", []),
        ("[trunk]\nhost=192.0.2.1\n", [("SIP002", 1, None)]),
        ("[trunk]\ntype=Peer\nhost=192.0.2.1\n", []),
        ("[trunk]\ntype=freind\n", [("SIP002", 2, "type")]),
        ("[trunk]\ntype=\n", [("SIP002", 2, "type")]),
        ("[trunk]\ntype=peer\ntype=freind\n", [("SIP002", 3, "type")]),
        ("[trunk]\ntype=freind\ntype=peer\n", [("SIP002", 2, "type")]),
        ("[authentication]\nauth=u:p@r\n", []),
        # It adds to a section of another file.
        ("[trunk](+)\nqualify=yes\n", []),
    ],
)
def test_type(text: str, expected: Found) -> None:
    assert [one for one in found(text) if one[0] == "SIP002"] == expected


def test_type_is_mended() -> None:
    assert one_edit(PEER.replace("peer", "freind", 1)) == ("SIP002", Edit(value="friend", safe=False))
    assert one_edit(PEER.replace("peer", "registration", 1)) == ("SIP002", None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (PEER + "username=alice\n", "defaultuser"),
        (PEER + "CanReInvite=no\n", "directmedia"),
        ("[general]\ncanreinvite=no\n", "directmedia"),
        ("[general]\nmaxexpirey=3600\n", "maxexpiry"),
        ("[general]\nmatchexterniplocally=yes\n", "matchexternaddrlocally"),
    ],
)
def test_older_name(text: str, key: str) -> None:
    assert one_edit(text) == ("SIP055", Edit(key=key, safe=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PEER + "srvlookup=no\n", [("SIP060", NEXT, "srvlookup")]),
        (PEER + "externip=203.0.113.7\n", [("SIP060", NEXT, "externip")]),
        (PEER + "bindport=5060\n", [("SIP060", NEXT, "bindport")]),
        ("[general]\nencryption=yes\n", [("SIP061", 2, "encryption")]),
        ("[general]\nport=5060\n", [("SIP061", 2, "port")]),
        ("[general]\nusername=alice\n", [("SIP061", 2, "username")]),
        ("[general]\nDeny=0.0.0.0/0\n", [("SIP064", 2, "Deny")]),
        ("[general]\nacl=provider\n", [("SIP064", 2, "acl")]),
        ("[general]\ncontactdeny=0.0.0.0/0\ncontactpermit=192.0.2.0/24\n", []),
    ],
)
def test_wrong_place(text: str, expected: Found) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("line", "edit"),
    [
        ("dtmf_mode=info\n", Edit(key="dtmfmode", safe=False)),
        ("from_user=alice\n", Edit(key="fromuser", safe=False)),
        ("rtp_timeout_hold=60\n", Edit(key="rtpholdtimeout", safe=False)),
        ("aors=x\n", Edit(key="host", safe=False)),
        ("qualify_frequency=60\n", None),
        ("max_contacts=1\n", None),
        ("identify_by=ip\n", None),
    ],
)
def test_pjsip(line: str, edit: Optional[Edit]) -> None:
    assert one_edit(PEER + line) == ("SIP062", edit)


@pytest.mark.parametrize("key", sorted(REMOVED))
def test_removed(key: str) -> None:
    assert found(f"{PEER}{key}=1\n") == [("SIP063", NEXT, key)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (PEER + "dtmfmode=info\ndtmfmode=inband\n", [NEXT]),
        (PEER + "dtmfmode=info\ndtmfmode=Info\n", []),
        (PEER + "canreinvite=no\ndirectmedia=yes\n", [NEXT]),
        # Each of them counts.
        (PEER + "setvar=A=1\nsetvar=B=2\nallow=alaw\nallow=ulaw\nnat=comedia\nnat=force_rport\n", []),
        # Of a template, and in an addition, it is meant.
        ("[t](!)\ndtmfmode=info\n[a](t)\ntype=peer\nhost=192.0.2.1\ndtmfmode=inband\n", []),
        (PEER + "dtmfmode=info\n[provider](+)\ndtmfmode=inband\n", []),
        ("[general]\nqualify=yes\nlocalnet=10.0.0.0/8\nqualify=no\nlocalnet=192.168.0.0/16\n", [2]),
        (PEER + "frob=1\nfrob=2\n", []),
    ],
)
def test_twice(text: str, lines: List[int]) -> None:
    assert [line for rule, line, _option in found(text) if rule == "SIP065"] == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("insecure=invite\ninsecure=port\n", [3]),
        ("insecure=port\ninsecure=port\n", []),
        ("insecure=port,invite\n", []),
    ],
)
def test_insecure_twice(text: str, lines: List[int]) -> None:
    text = "[a]\ntype=peer\n" + text + "host=192.0.2.1\ncontext=from-provider\n"
    assert [line for rule, line, _option in found(text) if rule == "SIP023"] == lines


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("secert", "secret"),
        ("scret", "secret"),
        ("secrett", "secret"),
        ("sacret", "secret"),
        ("sacrat", ""),
        ("se-cret", "secret"),
        ("", ""),
        ("x", ""),
    ],
)
def test_near(word: str, expected: str) -> None:
    assert near(word, ("secret", "port", "host")) == expected


def test_what_we_write_ourselves() -> None:
    trunks = [
        {"name": "a", "provider": {"host": "192.0.2.1"}, "registration": {"user": "alice", "secret": "hush"}},
        {
            "name": "b",
            "provider": {"host": "sip.example.com", "port": 5070, "outbound_proxy": "192.0.2.9:5070"},
            "registration": {"user": "alice", "secret": "hush", "contact": "100"},
            "nat": {"keepalive": 0, "symmetric": False},
            "media": {"codecs": ["g722", "opus"], "srtp": "sdes", "dtmf": "info", "t38": "redundancy"},
            "outbound": {"identity_header": "rpid", "from_user": "alice"},
            "inbound": {"trust": ["192.0.2.3", "192.0.2.4"], "permit": ["192.0.2.0/24"]},
        },
        {"name": "c", "provider": {"host": "2001:db8::1", "transport": "tls"}},
    ]
    text = str(chan_sip.render(load_trunks(trunks)))
    assert [one for one in found(text) if one[0].startswith("SIP0")] == []

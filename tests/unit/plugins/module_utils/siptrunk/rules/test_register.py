# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from .found import Found, found

GENERAL = "[general]\nallowguest=no\n"
REST = "insecure=port,invite\ncontext=x\nqualify=yes\n"
PEER = f"[p]\ntype=peer\nhost=h.example\n{REST}"


def of(rule: str, text: str, *, whole: bool = False) -> Found:
    """Of several rules that may find something, one."""
    return [one for one in found(text, whole=whole) if one[0] == rule]


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("u:p@h/1", []),
        ('u:"p:q?r"@h/1', []),
        ('?u:"p:q?r/s"@h/1', []),
        ("u", ["REG001"]),
        ("", ["REG001"]),
        ("u:p?q@h/1", ["REG003"]),
        ("a@b:p?q@h/1", ["REG003"]),
        ("u:p/q@h/1", ["REG004"]),
        ("u:a:b:c@h/1", ["REG005"]),
        ("u(x:p@h/1", ["REG007"]),
        ("u:" + "p" * 260 + "@h/1", ["REG001", "REG011"]),
        ("u:p@h/1~0", ["REG012"]),
        ("u:p@h/1~60s", ["REG012"]),
        ("u:p@h:/1", ["REG015"]),
        ("sip:u:p@h/1", ["REG016"]),
        ("wss://u:p@h/1", ["REG017"]),
        ("u:p@1234/1", ["REG019"]),
        (":p@h/1", ["REG020"]),
        ("//u:p@h/1", ["REG033"]),
    ],
)
def test_a_line(value: str, rules: list[str]) -> None:
    assert sorted(rule for rule, _line, _option in found(f"{GENERAL}register => {value}\n")) == rules


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("REG025", PEER + "register=u:p@h\n", [("REG025", 7, "register")]),
        ("REG025", "[general]\n[general]\nregister=u:p@h\n", [("REG025", 3, "register")]),
        ("REG025", "[general]\n[general](+)\nregister=u:p@h\n", []),
        ("REG026", GENERAL + "register=u:p@h/1\nregister=u:p@H/2\n", [("REG026", 4, "register")]),
        ("REG026", GENERAL + "register=u:p@h/1\nregister=u:p@h/1\n", []),
        ("REG026", GENERAL + "register=u:p@h/1\nregister=v:p@h/1\nregister=u:p@h:5070/1\n", []),
        ("REG026", GENERAL + "register=u@d:p@h/1\nregister=u@e:p@h/1\n", []),
        ("REG021", GENERAL + "register=p?u:p@other.example/1\n" + PEER, [("REG021", 3, "register")]),
        ("REG021", GENERAL + "register=P?u:p@H.example/1\n" + PEER, []),
        ("REG021", GENERAL + "register=p?u:p@x/1\n" + PEER.replace("h.example", "dynamic"), []),
        ("REG024", GENERAL + "register=u:p@h/1\ndefaultexpiry=600\n", [("REG024", 4, "defaultexpiry")]),
        ("REG024", GENERAL + "defaultexpiry=600\nregister=u:p@h/1\ndefaultexpiry=600\n", []),
        ("REG024", GENERAL + "register=u:p@h/1~60\ndefaultexpiry=600\n", []),
        ("REG029", GENERAL + "register=u:p@h\n", [("REG029", 3, "register")]),
        ("REG029", GENERAL + "register=u:p@h/1\n", []),
        ("REG035", GENERAL + "register=u:p@h/1~59\n", [("REG035", 3, "register")]),
        ("REG035", GENERAL + "register=u:p@h/1~60\n", []),
        ("SIP048", GENERAL + "registerattempts=10\n", [("SIP048", 3, "registerattempts")]),
        ("SIP048", GENERAL + "registerattempts=0\n", []),
        ("CBX001", PEER + "callbackextension=1\nport=5070\n", [("CBX001", 8, "port")]),
        ("CBX001", PEER + "callbackextension=1\ntransport=tcp\n", [("CBX001", 8, "transport")]),
        ("CBX001", PEER + "callbackextension=1\nport=5060\ntransport=udp\n", []),
        ("CBX001", PEER + "port=5070\n", []),
        ("CBX002", PEER + "callbackextension=1\nsecret=a:b\n", [("CBX002", 8, "secret")]),
        ("CBX002", PEER + "callbackextension=1\nsecret=a:b\nremotesecret=ab\n", []),
        (
            "CBX004",
            GENERAL + "register=u:p@h.example/1\n" + PEER + "defaultuser=u\ncallbackextension=1\n",
            [("CBX004", 11, "callbackextension")],
        ),
        (
            "CBX004",
            GENERAL + "register=v:p@h.example/1\n" + PEER + "defaultuser=u\ncallbackextension=1\n",
            [],
        ),
    ],
)
def test_beside_others(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text) == expected


def test_a_peer_that_may_stand_elsewhere() -> None:
    text = GENERAL + "register=nobody?u:p@h/1\n"
    assert of("REG022", text, whole=True) == [("REG022", 3, "register")]
    assert of("REG022", text) == []
    assert of("REG022", text.replace("nobody", "p") + PEER, whole=True) == []

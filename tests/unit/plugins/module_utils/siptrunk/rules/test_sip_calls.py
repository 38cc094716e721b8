# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_vocabulary import PEER

from .found import all_in, found

Edits = List[Tuple[str, Optional[str]]]
HUGE = "9" * 5000


def edits(text: str) -> Edits:
    """Rule and proposed value; none of them is safe."""
    mentioned = all_in(text)
    assert not any(one.edit and one.edit.safe for one in mentioned)
    return [(one.rule, one.edit.value if one.edit else None) for one in mentioned]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.1", []),
        ("sip.example.com", []),
        ("sip_1.example.com", []),
        ("2001:db8::1", []),
        ("[2001:db8::1]", []),
        ("localhost", []),
        ("", [("SIP016", None)]),
        ("192.0.2.1:5070", [("SIP016", None)]),
        ("[2001:db8::1]:5070", [("SIP016", None)]),
        ("sip:192.0.2.1", [("SIP016", "192.0.2.1")]),
        ("tls://sip.example.com", [("SIP016", "sip.example.com")]),
        ("192.0.2.0/24", [("SIP016", None)]),
        ("192.0.2.1,192.0.2.2", [("SIP016", None)]),
        ("192.0.2.1 192.0.2.2", [("SIP016", None)]),
        ("alice@192.0.2.1", [("SIP016", None)]),
        ("192.0.2.300", [("SIP016", None)]),
        ("5060", [("SIP016", None)]),
    ],
)
def test_host(host: str, expected: Edits) -> None:
    assert [one for one in edits(PEER.replace("192.0.2.1", host)) if one[0] == "SIP016"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]\ntype=peer\n", [("SIP076", 1, None)]),
        ("[a]\ntype=peer\ndefaultip=192.0.2.1\n", []),
        ("[a]\ntype=user\n", []),
        ("[a]\ntype=friend\n", []),
        ("[t](!)\nhost=192.0.2.1\n[a](t)\ntype=peer\n", []),
        ("[t](!)\ntype=friend\n[a](t)\ntype=peer\n", []),
    ],
)
def test_without_host(text: str, expected: object) -> None:
    assert [one for one in found(text, whole=True) if one[0] == "SIP076"] == expected
    assert not [one for one in found(text) if one[0] == "SIP076"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("defaultip=192.0.2.1", []),
        ("defaultip=phone.example.com", []),
        ("defaultip=192.0.2.1:5060", [("SIP072", None)]),
        ("insecure=Invite,PORT", []),
        ("insecure=no", []),
        ("insecure=none", []),
        ("insecure=very", [("SIP022", "port,invite")]),
        ("insecure=yes", [("SIP022", "port,invite")]),
        ("insecure=port, invite", [("SIP022", "port,invite")]),
        ("insecure=port|invite", [("SIP022", "port,invite")]),
        ("insecure=port,invte", [("SIP022", "port,invite")]),
        ("insecure=port,register", [("SIP022", None)]),
        ("qualify=yes", []),
        ("qualify=no", []),
        ("qualify=off", []),
        ("qualify=2000", []),
        ("qualify=0", []),
        ("qualify=true", [("SIP032", "yes")]),
        ("qualify=enabled", [("SIP032", "yes")]),
        ("qualify=on", [("SIP032", "yes")]),
        ("qualify=soon", [("SIP032", None)]),
        ("qualify=1", [("SIP032", "yes")]),
        ("qualify=1s", [("SIP032", "yes")]),
        ("qualify=-1", [("SIP032", None)]),
        (f"qualify={HUGE}", []),
        ("keepalive=30", []),
        ("keepalive=1", []),
        ("keepalive=true", [("SIP032", "yes")]),
        ("qualifyfreq=60", []),
        ("qualifyfreq=60000", [("SIP070", None)]),
        ("qualifyfreq=0", [("SIP070", None)]),
        ("qualifyfreq=often", [("SIP070", None)]),
        (f"qualifyfreq={HUGE}", [("SIP070", None)]),
        ("port=5070", []),
        ("port=0", [("SIP046", None)]),
        ("port=65536", [("SIP046", None)]),
        ("port=5070x", [("SIP046", None)]),
        ("port=5070,5080", [("SIP046", None)]),
        ("port=", []),
        (f"port={HUGE}", [("SIP046", None)]),
        ("transport=udp", []),
        ("transport=UDP, ws", []),
        # Other systems list all that there may be.
        ("transport=udp,tcp,tls", []),
        ("transport=udp|tcp", [("SIP041", "udp,tcp")]),
        ("transport=sctp", [("SIP041", None)]),
        ("transport=", []),
        ("outboundproxy=proxy.example.com", []),
        ("outboundproxy=proxy.example.com:5070,force", []),
        ("outboundproxy=tcp://192.0.2.9, force", []),
        ("outboundproxy=2001:db8::1", []),
        ("outboundproxy=[2001:db8::1]:5061", []),
        ("outboundproxy=", []),
        ("outboundproxy=sip:192.0.2.9", [("SIP042", "192.0.2.9")]),
        ("outboundproxy=sip:192.0.2.9:5070", [("SIP042", "192.0.2.9:5070")]),
        ("outboundproxy=192.0.2.9\\;lr", [("SIP042", None)]),
        ("outboundproxy=192.0.2.9,192.0.2.10", [("SIP042", None)]),
        ("outboundproxy=192.0.2.9:70000", [("SIP042", None)]),
        ("outboundproxy=192.0.2.9/24", [("SIP042", None)]),
        ("outboundproxy=<sip:192.0.2.9>", [("SIP042", None)]),
    ],
)
def test_of_peers(line: str, expected: Edits) -> None:
    peer = PEER.replace("insecure=port,invite\n", "") if line.startswith("insecure") else PEER
    mine = ("SIP016", "SIP022", "SIP032", "SIP041", "SIP042", "SIP046", "SIP070", "SIP072")
    assert [one for one in edits(f"[general]\ntcpenable=no\n{peer}{line}\n") if one[0] in mine] == expected


@pytest.mark.parametrize(
    ("general", "transport", "expected"),
    [
        ("tcpenable=no\n", "tcp", 1),
        ("tcpenable=no\n", "tcp,udp", 1),
        ("tcpenable=yes\n", "tcp", 0),
        # Every other word enables it.
        ("tcpenable=maybe\n", "tcp", 0),
        ("tlsenable=maybe\n", "tls", 1),
        ("tlsenable=yes\n", "tls", 0),
    ],
)
def test_transport(general: str, transport: str, expected: int) -> None:
    for text in (
        f"[general]\n{general}{PEER}transport={transport}\n",
        f"[general]\n{general}transport={transport}\n",
    ):
        assert [rule for rule, _line, _option in found(text)].count("SIP041") == expected


def test_what_enables_a_transport_may_be_elsewhere() -> None:
    text = PEER + "transport=tcp\n"
    assert "SIP041" in [rule for rule, _line, _option in found(text, whole=True)]
    assert found(text) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bindport=5060", []),
        ("bindport=70000", ["SIP075"]),
        ("externtcpport=0", ["SIP075"]),
        ("udpbindaddr=0.0.0.0", []),
        ("udpbindaddr=0.0.0.0:5060", []),
        ("udpbindaddr=::", []),
        ("udpbindaddr=[::]:5060", []),
        ("bindaddr=127.1", []),
        ("udpbindaddr=eth0", ["SIP051"]),
        ("udpbindaddr=0.0.0.0:5060x", ["SIP051"]),
        ("externaddr=203.0.113.7:5061", []),
        ("externaddr=pbx.example.com", ["SIP051"]),
        ("externhost=pbx.example.com", []),
        ("media_address=pbx.example.com", ["SIP051"]),
        ("tlsbindaddr=fe80::1%eth0", []),
    ],
)
def test_own_addresses(line: str, expected: List[str]) -> None:
    assert [rule for rule, _line, _option in found(f"[general]\n{line}\n")] == expected

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_values import leading
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.sip_vocabulary import PEER

from .found import all_in

HUGE = "9" * 5000


def rules(text: str) -> List[str]:
    return [one.rule for one in all_in(text)]


def edits(text: str) -> List[Tuple[str, Optional[str]]]:
    """Rule and proposed value; none of them is safe."""
    found = all_in(text)
    assert not any(one.edit and one.edit.safe for one in found)
    return [(one.rule, one.edit.value if one.edit else None) for one in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("trustrpid=enabled", [("SIP036", "yes")]),
        ("trustrpid=yess", [("SIP036", "yes")]),
        ("usereqphone=2", [("SIP036", None)]),
        ("AllowTransfer=ja", [("SIP036", "yes")]),
        ("trustrpid=On", []),
        ("trustrpid=F", []),
        # It comes out as it is meant.
        ("trustrpid=never", []),
        ("trustrpid=nd", []),
        ("trustrpid=of", []),
        ("trustrpid=ys", [("SIP036", "yes")]),
        ("trustrpid=ture", [("SIP036", "yes")]),
        ("trustrpid=", []),
        # What is not read here has another rule.
        ("srvlookup=maybe", [("SIP060", None)]),
        ("encryption=sdes", [("SIP037", "yes")]),
        ("encryption=none", []),
        ("encryption=", []),
        ("sendrpid=rpid,pai", [("SIP038", None)]),
        ("sendrpid=pia", [("SIP038", "pai")]),
        ("sendrpid=no", []),
        ("t38pt_udptl=yes,redundancy,maxdatagram=400", []),
        ("t38pt_udptl=none", []),
        ("t38pt_udptl=yes, redundancy", [("SIP068", None)]),
        ("t38pt_udptl=redundency", [("SIP068", "redundancy")]),
        ("faxdetect=t38,cng", []),
        ("faxdetect=both", [("SIP068", None)]),
        ("videosupport=always", []),
        ("callingpres=32", []),
        ("callingpres=prohib", []),
        ("callingpres=prohibited", [("SIP068", None)]),
        ("amaflags=3", [("SIP068", None)]),
        ("session-timers=no", [("SIP068", None)]),
        ("session-timers=refused", [("SIP068", "refuse")]),
        ("session-refresher=local", [("SIP068", None)]),
        ("session-refresher=UAC", []),
        ("encryption_taglen=128", [("SIP068", None)]),
        ("progressinband=never", []),
        ("maxforwards=300", [("SIP066", None)]),
        ("maxforwards=255", []),
        ("maxforwards=0", [("SIP066", None)]),
        (f"maxforwards={HUGE}", [("SIP066", None)]),
        (f"rtptimeout=-{HUGE}", [("SIP066", None)]),
        ("rtptimeout=60s", []),
        ("rtptimeout=1m", [("SIP066", None)]),
        ("rtptimeout=", []),
        ("session-minse=60", [("SIP066", None)]),
        ("maxcallbitrate=2M", [("SIP066", None)]),
        ("call-limit=two", [("SIP039", None)]),
        ("call-limit=-1", [("SIP039", None)]),
        (f"call-limit={HUGE}", []),
        ("call-limit=0", []),
        ("setvar=A", [("SIP057", None)]),
        ("setvar==1", [("SIP057", None)]),
        ("setvar=A = 1", [("SIP057", None)]),
        ("setvar=A=", []),
        ("md5secret=hush", [("SIP025", None)]),
        ("md5secret=" + "0123456789ABCDEF" * 2, [("SIP025", None)]),
        ("md5secret=" + "0123456789abcdef" * 2, []),
    ],
)
def test_of_peers(line: str, expected: List[Tuple[str, Optional[str]]]) -> None:
    assert edits(f"{PEER}{line}\n") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("srvlookup=enabled", [("SIP036", "yes")]),
        ("pedantic=maybe", [("SIP036", None)]),
        ("tcpenable=disabled", [("SIP074", None)]),
        ("tcpenable=no", []),
        ("tcpenable=enabled", []),
        ("notifycid=ignore-context", []),
        ("notifyringing=maybe", [("SIP068", None)]),
        ("jbimpl=adaptiv", [("SIP068", "adaptive")]),
        ("jbresyncthreshold=-1", []),
        ("rtautoclear=60", []),
        ("tcpauthlimit=0", [("SIP066", None)]),
        ("shrinkcallerid=maybe", [("SIP068", None)]),
    ],
)
def test_of_general(line: str, expected: List[Tuple[str, Optional[str]]]) -> None:
    assert edits(f"[general]\n{line}\n") == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("call-limit=2\nbusylevel=5\n", ["SIP040"]),
        ("call-limit=2\nbusylevel=2\n", []),
        ("busylevel=5\n", []),
        ("call-limit=0\nbusylevel=5\n", []),
        (f"call-limit=2\nbusylevel={HUGE}\n", ["SIP040", "SIP066"]),
    ],
)
def test_busy_level(options: str, expected: List[str]) -> None:
    assert sorted(rules(PEER + options)) == expected


def test_secrets_are_not_told() -> None:
    for line in ("md5secret=hush", "setvar=hush", "fromuser=hush@x"):
        (finding,) = all_in(f"{PEER}{line}\n")
        assert "hush" not in repr(finding) and "hush" not in finding.part


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("60", (60, "")),
        (" -1", (-1, "")),
        ("60 s", (60, "s")),
        ("5070,5080", (5070, ",5080")),
        ("007", (7, "")),
        ("", None),
        ("x1", None),
        ("\0", None),
        ("9" * 10000, (10**12, "")),
    ],
)
def test_leading(value: str, expected: Optional[Tuple[int, str]]) -> None:
    assert leading(value) == expected

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.log import answers, last

FROM = "received from 'sip:sip.example.com;transport=udp' on registration attempt to"
PJSIP = "WARNING[38] res_pjsip_outbound_registration.c:"
SIP = "NOTICE[45] chan_sip.c:"


@pytest.mark.parametrize(
    ("line", "account", "said"),
    [
        (
            f"{PJSIP} Temporal response '401' {FROM} 'sip:u@h.example.com', retrying in '60'",
            "u@h.example.com",
            "401",
        ),
        (
            f"{PJSIP} Fatal response '403' {FROM} 'sip:a%23b@H.example.com:5070', stopping outbound registration",
            "a#b@h.example.com",
            "403",
        ),
        (
            f"{PJSIP} No response {FROM} 'sip:u@[2001:db8::1]', retrying in '60'",
            "u@[2001:db8::1]",
            "no answer",
        ),
        (
            "WARNING[45] chan_sip.c: Forbidden - wrong password on authentication for REGISTER for 'u' to 'h.example'",
            "u@h.example",
            "403",
        ),
        (
            f"{SIP} Failed to authenticate on REGISTER to 'u@d.example.com@h.example.com' (Tries 3)",
            "u@d.example.com@h.example.com",
            "a challenge (401, 407) that has no answer, or none that is right",
        ),
        (
            "WARNING[45] chan_sip.c: Got 404 Not found on SIP register to service u@h.example.com, giving up",
            "u@h.example.com",
            "404",
        ),
        (
            f"{SIP}    -- Registration for 'u@h.example.com' timed out, trying again (Attempt #2)",
            "u@h.example.com",
            "no answer",
        ),
    ],
)
def test_the_answer_is_found(line: str, account: str, said: str) -> None:
    found = last(f"[Nov 23 18:44:48] VERBOSE[1] x.c: y\n[Nov 23 18:44:49] {line}\n")
    assert {key: (one.at, one.said) for key, one in found.items()} == {account: ("Nov 23 18:44:49", said)}


@pytest.mark.parametrize(
    "text",
    ["", "[Nov", f"[x] {PJSIP} Temporal response '4", "[x] WARNING[1] app_dial.c: Temporal response '401'"],
)
def test_what_is_no_answer_is_none(text: str) -> None:
    assert last(text) == {}


def test_the_last_one_counts(tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text(f"[directories]\nastlogdir => {tmp_path}\n")
    for number, name in enumerate(("full", "messages")):
        lines = [
            f"[at {code}] {PJSIP} Temporal response '{code}' {FROM} 'sip:u@h', x\n"
            for code in (401, 500 + number)
        ]
        (tmp_path / name).write_text("".join(lines))
        os.utime(tmp_path / name, (number, number))
    answer = answers(str(tmp_path))["u@h"]
    assert str(answer) == "501 from sip:sip.example.com;transport=udp, in Asterisk's log of at 501"


def test_a_log_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text(f"[directories]\nastlogdir => {tmp_path}/none\n")
    assert answers(str(tmp_path)) == {}

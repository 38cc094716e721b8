# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.chan_sip import (
    RULES,
    concerns,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.finding import (
    SEVERITIES,
    findings,
)

CLOSED = "[general]\nallowguest=no\n"
TRUNK = "[trunk]\ntype=peer\nhost=192.0.2.1\n"


def found(text: str, included: bool = False) -> List[Tuple[str, Optional[int], Optional[str]]]:
    effective = load_text(text, included=included)
    assert effective.loads
    return [(finding.rule, finding.line, finding.option) for finding in findings(RULES, effective)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[general]\nallowguest=no\n", []),
        ("[general]\nallowguest=nein\n", []),
        ("[general]\nallowguest=yes\n", [("SIP007", 2, "allowguest")]),
        ("[general]\nallowguest=no\nallowguest=On\n", [("SIP007", 3, "allowguest")]),
        ("[general]\ncontext=x\n", [("SIP007", 1, None)]),
        ("[authentication]\n", [("SIP007", None, None)]),
        # A second [general] is never read.
        ("[general]\n[general]\nallowguest=no\n", [("SIP007", 1, None)]),
        ("[general]\n[general](+)\nallowguest=no\n", []),
    ],
)
def test_guests(text: str, expected: List[Tuple[str, Optional[int], Optional[str]]]) -> None:
    assert found(text) == expected


def test_a_part_of_a_file_need_not_close_out_guests() -> None:
    assert found("[general](+)\nregister => u:p@h\n", included=True) == []
    assert found("[general](+)\nallowguest=yes\n", included=True) == [("SIP007", 2, "allowguest")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRUNK, []),
        ("[t](!)\nhost=192.0.2.1\n", []),
        ("[trunk]\nhost=192.0.2.1\n", [("SIP002", 3, None)]),
        ("[trunk]\ntype=Peer\n", []),
        ("[trunk]\ntype=freind\n", [("SIP002", 4, "type")]),
        ("[authentication]\nauth=u:p@r\n", []),
    ],
)
def test_type(text: str, expected: List[Tuple[str, Optional[int], Optional[str]]]) -> None:
    assert found(CLOSED + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[trunk]\ntype=friend\nhost=192.0.2.1\n", [("SIP003", 4, "type")]),
        ("[t](!)\ntype=friend\n[trunk](t)\ntype=peer\nhost=192.0.2.1\n", [("SIP003", 4, "type")]),
        ("[trunk]\ntype=user\n", [("SIP003", 4, "type")]),
        ("[trunk]\ntype=user\nsecret=hush\ninsecure=port,invite\n", [("SIP003", 4, "type")]),
        # Telephones.
        ("[101]\ntype=friend\nhost=dynamic\nsecret=hush\n", []),
        ("[101]\ntype=user\nsecret=hush\n", []),
    ],
)
def test_matching_by_name(text: str, expected: List[Tuple[str, Optional[int], Optional[str]]]) -> None:
    assert found(CLOSED + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[trunk]\ntype=peer\nhost=dynamic\n", [("SIP005", 5, "host")]),
        ("[trunk]\ntype=peer\nhost=Dynamic\nsecret=\n", [("SIP005", 5, "host")]),
        ("[trunk]\ntype=friend\nhost=dynamic\nremotesecret=hush\n", [("SIP005", 5, "host")]),
        ("[trunk]\ntype=peer\nhost=dynamic\nmd5secret=0123\n", []),
        ("[trunk]\ntype=peer\nhost=dynamic\nhost=192.0.2.1\n", []),
        ("[trunk]\ntype=peer\nhost=dynamic\ndeny=0.0.0.0/0\npermit=192.0.2.1\n", []),
    ],
)
def test_open_registration(text: str, expected: List[Tuple[str, Optional[int], Optional[str]]]) -> None:
    assert found(CLOSED + text) == expected


def test_permit_without_deny() -> None:
    assert found(CLOSED + TRUNK + "permit=192.0.2.1\n") == [("SIP011", 6, "permit")]
    assert found(CLOSED + TRUNK + "permit=192.0.2.1\ndeny=0.0.0.0/0\n") == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("secret=hush\n", [("SIP021", 6, "secret")]),
        ("md5secret=0123\n", [("SIP021", 6, "md5secret")]),
        ("secret=hush\ninsecure=port\n", [("SIP021", 6, "secret")]),
        ("secret=hush\ninsecure=very\n", [("SIP021", 6, "secret")]),
        ("secret=hush\ninsecure=port, invite\n", [("SIP021", 6, "secret")]),
        ("secret=hush\ninsecure=invite\ninsecure=port\n", [("SIP021", 6, "secret")]),
        ("secret=hush\ninsecure=port,invite\n", []),
        ("secret=hush\ninsecure=Invite\n", []),
        ("remotesecret=hush\n", []),
    ],
)
def test_challenged_provider(options: str, expected: List[Tuple[str, Optional[int], Optional[str]]]) -> None:
    assert found(CLOSED + TRUNK + options) == expected


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("u:p@h/1234", []),
        ("u:hush", ["REG001"]),
        ("u:a/b@h", ["REG004"]),
        ("u:p@h:70000", ["REG015"]),
        ("u:p@12345~0", ["REG012", "REG019"]),
    ],
)
def test_register_lines(value: str, rules: List[str]) -> None:
    assert found(f"{CLOSED}register => {value}\n") == [(rule, 3, "register") for rule in rules]


def test_register_counts_in_the_first_general_only() -> None:
    text = CLOSED + "register => u:p@h\n" + TRUNK + "register => u:p@h\n[general]\nregister => u:p@h\n"
    assert found(text) == [("REG025", 7, "register"), ("REG025", 9, "register")]


def test_findings_hold_no_secret() -> None:
    text = "[general]\nregister => u:hush@h:70000\nregister => hush\n[t]\ntype=peer\nhost=h\nsecret=hush\n"
    for finding in findings(RULES, load_text(text)):
        assert "hush" not in repr(finding)
        assert "hush" not in str(finding)


def test_every_rule_has_its_words() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.severity in SEVERITIES
        assert rule.why
        assert rule.fix


def test_which_files_it_concerns() -> None:
    assert concerns(load_text(TRUNK))
    assert concerns(load_text("[general]\nregister => u@h\n"))
    assert concerns(load_text("[general]\nallowguest=no\n"))
    assert not concerns(load_text("[general]\nstatic=yes\n[from-trunk]\nexten => 1,1,Answer\n"))
    assert not concerns(load_text("[trunk]\ntype=endpoint\n"))

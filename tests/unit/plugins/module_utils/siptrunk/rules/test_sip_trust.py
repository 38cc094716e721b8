# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from .found import Found, found

CLOSED = "[general]\nallowguest=no\n"
REST = "insecure=port,invite\ncontext=from-t\n"
# Six lines.
TRUNK = f"[trunk]\ntype=peer\nhost=192.0.2.1\n{REST}"


def of(rule: str, text: str, *, whole: bool = True) -> Found:
    """Of several rules that may find something, one."""
    return [one for one in found(text, whole=whole) if one[0] == rule]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[general]\nallowguest=no\n", []),
        ("[general]\nallowguest=yes\n", [("SIP007", 2, "allowguest")]),
        ("[general]\nallowguest=no\nallowguest=On\n", [("SIP007", 3, "allowguest")]),
        ("[general]\ncontext=x\n", [("SIP007", 1, None)]),
        ("[authentication]\n", []),
        # A second [general] is never read.
        ("[general]\n[general]\nallowguest=no\n", [("SIP007", 1, None)]),
        ("[general]\n[general](+)\nallowguest=no\n", []),
    ],
)
def test_guests(text: str, expected: Found) -> None:
    assert of("SIP007", text) == expected


def test_a_part_of_a_file_need_not_close_out_guests() -> None:
    assert of("SIP007", "[general](+)\nlanguage=de\n", whole=False) == []
    assert of("SIP007", "[general](+)\nallowguest=yes\n", whole=False) == [("SIP007", 2, "allowguest")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[trunk]\ntype=friend\nhost=192.0.2.1\n", [("SIP003", 4, "type")]),
        ("[t](!)\ntype=friend\n[trunk](t)\ntype=peer\nhost=192.0.2.1\n", [("SIP003", 4, "type")]),
        ("[trunk]\ntype=user\n", [("SIP003", 4, "type")]),
        ("[trunk]\ntype=user\nsecret=hush\ninsecure=port,invite\n", [("SIP003", 4, "type")]),
        (TRUNK, []),
        # Telephones.
        ("[101]\ntype=friend\nhost=dynamic\nsecret=hush\n", []),
        ("[101]\ntype=user\nsecret=hush\n", []),
    ],
)
def test_matching_by_name(text: str, expected: Found) -> None:
    assert of("SIP003", CLOSED + text) == expected


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
def test_open_registration(text: str, expected: Found) -> None:
    assert of("SIP005", CLOSED + text) == expected


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("SIP008", "[general]\nallowguest=no\nalwaysauthreject=off\n", [("SIP008", 3, "alwaysauthreject")]),
        ("SIP008", "[general]\nallowguest=no\nalwaysauthreject=yes\n", []),
        ("SIP009", "[general]\nallowguest=no\nautocreatepeer=persist\n", [("SIP009", 3, "autocreatepeer")]),
        ("SIP009", "[general]\nallowguest=no\nautocreatepeer=no\n", []),
        (
            "SIP053",
            "[1]\ntype=friend\nhost=dynamic\nsecret=x\ninsecure=port,invite\n",
            [("SIP053", 5, "insecure")],
        ),
        ("SIP053", "[1]\ntype=friend\nhost=dynamic\nsecret=x\ninsecure=port\n", []),
        ("SIP053", "[1]\ntype=friend\nhost=dynamic\nsecret=x\ninsecure=invite\ndeny=0.0.0.0/0\n", []),
        (
            "SIP053",
            "[general]\nallowguest=no\ninsecure=invite\n[1]\ntype=friend\nhost=dynamic\nsecret=x\n",
            [("SIP053", 3, "insecure")],
        ),
        (
            "SIP053",
            "[general]\nallowguest=no\ninsecure=invite\n[1]\ntype=friend\nhost=dynamic\nsecret=x\ninsecure=no\n",
            [],
        ),
        ("SIP053", TRUNK + "secret=x\n", []),
        ("SIP092", "[phone]\ntype=friend\nhost=dynamic\nsecret=PHONE\n", [("SIP092", 4, "secret")]),
        ("SIP092", "[phone]\ntype=friend\nhost=dynamic\nsecret=1234\n", [("SIP092", 4, "secret")]),
        ("SIP092", "[phone]\ntype=friend\nhost=dynamic\nsecret=1234-but-longer\n", []),
        # What the provider has given cannot be changed here.
        ("SIP092", TRUNK + "secret=1234\n", []),
    ],
)
def test_settings(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("permit=192.0.2.1\n", [("SIP011", 6, "permit")]),
        ("permit=192.0.2.1\npermit=192.0.2.2\n", [("SIP011", 6, "permit")]),
        ("deny=0.0.0.0/0\npermit=192.0.2.1\n", []),
        ("permit=192.0.2.1\ndeny=0.0.0.0/0.0.0.0\n", [("SIP012", 7, "deny")]),
        ("permit=192.0.2.1\ndeny=0.0.0.0/0\npermit=192.0.2.2\n", []),
        ("permit=192.0.2.0/24\ndeny=192.0.2.9\n", []),
    ],
)
def test_access_lists(options: str, expected: Found) -> None:
    assert found(TRUNK + options) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("register => u:p@192.0.2.2\n" + TRUNK, [("SIP090", 3, "register")]),
        ("register => u:p@192.0.2.1\n" + TRUNK, []),
        ("register => u:p@sip.example.com\n" + TRUNK, []),
        ("register => u:p@SIP.example.com\n" + TRUNK.replace("192.0.2.1", "sip.EXAMPLE.com"), []),
        (
            "register => u:p@sip.example.com\n" + TRUNK.replace("192.0.2.1", "sip.example.net"),
            [("SIP090", 3, "register")],
        ),
        ("register => u:p@sip.example.com\n", [("SIP090", 3, "register")]),
        ("register => u:p@\n" + TRUNK, []),
    ],
)
def test_registered_and_deaf(text: str, expected: Found) -> None:
    assert of("SIP090", CLOSED + text) == expected
    assert of("SIP090", "[general](+)\n" + text, whole=False) == []

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from .found import Found, found

# Five lines.
TRUNK = "[trunk]\ntype=peer\nhost=192.0.2.1\ncontext=from-t\nqualify=yes\n"
PORT = "insecure=port,invite\n"


def of(rule: str, text: str, *, whole: bool = False) -> Found:
    """Of several rules that may find something, one."""
    return [one for one in found(text, whole=whole) if one[0] == rule]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("secret=hush\n", [("SIP021", 6, "secret")]),
        ("md5secret=0123\n", [("SIP021", 6, "md5secret")]),
        ("secret=hush\ninsecure=port\n", [("SIP021", 6, "secret")]),
        ("secret=hush\ninsecure=very\n", [("SIP021", 6, "secret")]),
        ("secret=hush\ninsecure=port,invite\n", []),
        ("secret=hush\ninsecure=Invite\n", []),
        ("remotesecret=hush\n", []),
    ],
)
def test_challenged_provider(options: str, expected: Found) -> None:
    assert of("SIP021", TRUNK + options) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", [("SIP020", 3, "host")]),
        ("insecure=invite\n", [("SIP020", 6, "insecure")]),
        (PORT, []),
        # By TCP the port is another one each time.
        ("transport=tcp\n", []),
        ("deny=0.0.0.0/0\n", []),
    ],
)
def test_another_port(options: str, expected: Found) -> None:
    assert of("SIP020", TRUNK + options) == expected


def test_insecure_may_stand_in_general() -> None:
    assert of("SIP020", f"[general]\nallowguest=no\n{PORT}{TRUNK}") == []


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("SIP024", "[1]\ntype=friend\nhost=dynamic\nsecret=a\nmd5secret=b\n", [("SIP024", 5, "md5secret")]),
        ("SIP024", "[1]\ntype=friend\nhost=dynamic\nmd5secret=b\n", []),
        ("SIP026", TRUNK + PORT + TRUNK.replace("trunk", "b") + PORT, []),
        (
            "SIP026",
            TRUNK + PORT + TRUNK.replace("[trunk]", "[b]").replace("from-t", "x"),
            [("SIP026", 9, "host")],
        ),
        ("SIP026", TRUNK + PORT + TRUNK.replace("[trunk]", "[b]").replace("from-t", "x") + "port=5070\n", []),
        ("SIP026", TRUNK + "deny=0.0.0.0/0\n" + TRUNK.replace("[trunk]", "[b]").replace("from-t", "x"), []),
        ("SIP013", TRUNK + "permit=sip.example.com\n", [("SIP013", 6, "permit")]),
        ("SIP013", TRUNK + "deny=0.0.0.0/0\ndeny=::/0\npermit=192.0.2.0/255.255.255.0\n", []),
        ("SIP013", TRUNK + "deny=!192.0.2.1,192.0.2.0/24\n", []),
        ("SIP013", TRUNK + "deny=0.0.0.0/0.255.0.255\n", []),
        ("SIP013", TRUNK + "contactdeny=192.0.2.0/33\n", [("SIP013", 6, "contactdeny")]),
        ("SIP014", "[general]\ncontactpermit=all\n", [("SIP014", 2, "contactpermit")]),
        ("SIP014", "[general]\ncontactpermit=192.0.2.1\n", []),
        (
            "SIP054",
            "[general]\nallowexternaldomains=no\ndomain=x.example\n",
            [("SIP054", 2, "allowexternaldomains")],
        ),
        ("SIP054", "[general]\nallowexternaldomains=no\ndomain=x.example\nautodomain=yes\n", []),
        ("SIP054", "[general]\nallowexternaldomains=no\ndomain=192.0.2.1,default\n", []),
        ("SIP054", "[general]\nallowexternaldomains=no\n", []),
    ],
)
def test_the_rest(rule: str, text: str, expected: Found) -> None:
    assert of(rule, text) == expected


def test_a_context() -> None:
    without = TRUNK.replace("context=from-t\n", "") + PORT
    assert of("SIP029", without) == []
    assert of("SIP029", without, whole=True) == [("SIP029", 1, None)]
    assert of("SIP029", "[general]\ncontext=x\n" + without, whole=True) == []
    assert of("SIP029", without + "deny=0.0.0.0/0\n", whole=True) == []

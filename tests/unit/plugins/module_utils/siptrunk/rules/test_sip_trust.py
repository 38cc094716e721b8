# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from .found import Found, found

PEER = "[trunk]\ntype=peer\nhost=192.0.2.1\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("permit=192.0.2.1\n", [("SIP011", 4, "permit")]),
        ("permit=192.0.2.1\npermit=192.0.2.2\n", [("SIP011", 4, "permit")]),
        ("permit=192.0.2.1\ndeny=0.0.0.0/0\n", []),
    ],
)
def test_permit_without_deny(options: str, expected: Found) -> None:
    assert found(PEER + options) == expected

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""More of them is in lint/test_declared.py."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES

from .found import all_in


@pytest.mark.parametrize(
    ("rule", "line", "option", "column"),
    [
        ("VAR001", 6, "registration.secret", 15),
        ("VAR002", 5, "registration.user", 13),
        ("VAR003", 3, "provider.prot", 45),
        ("VAR004", 8, "outbound.from_domain", 20),
        ("VAR005", 8, "enabled", 5),
        ("VAR006", 7, None, 1),
    ],
)
def test_places(rule: str, line: int, option: str, column: int) -> None:
    (finding,) = all_in(RULES[rule].bad)
    assert (finding.path, finding.line, finding.option, finding.column) == (
        "trunks.yml",
        line,
        option,
        column,
    )

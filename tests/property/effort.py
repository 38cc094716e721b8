# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples a property is tried with: PROPERTY_EFFORT percent of what it deserves, all without."""

from __future__ import annotations

import os

PERCENT = int(os.environ.get("PROPERTY_EFFORT", "100"))


def examples(count: int) -> int:
    return max(1, count * PERCENT // 100)

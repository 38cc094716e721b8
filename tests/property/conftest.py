# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties that do not say how often they are tried, are tried a hundred times."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from .effort import examples

# How long an example took says on a busy machine nothing of the code; what must take linear time has tests of its own.
settings.register_profile(
    "effort",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.load_profile("effort")

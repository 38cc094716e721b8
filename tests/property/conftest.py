# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties that do not say how often they are tried, are tried a hundred times."""

from __future__ import annotations

from hypothesis import settings

from .effort import examples

settings.register_profile("effort", max_examples=examples(100))
settings.load_profile("effort")

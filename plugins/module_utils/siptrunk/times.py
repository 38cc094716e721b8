# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments in words."""

from __future__ import annotations

import time


def local_time(epoch: float) -> str:
    """Epoch seconds as people on this host write them."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(epoch))

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the running Asterisk knows of itself."""

from __future__ import annotations

import time
from typing import Optional

from . import cli
from .snapshot import Unavailable

_TIMEOUT = 5.0


def started_at(config_dir: str = "/etc/asterisk") -> Optional[float]:
    """When it was started (epoch seconds); None when none runs, none that we may ask, or none that knows."""
    ask = cli.connect(config_dir, timeout=_TIMEOUT)
    try:
        uptime, _since_reload = cli.read_uptime(ask(cli.UPTIME))
    except Unavailable:
        return None
    return None if uptime is None else time.time() - uptime

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The channel drivers of Asterisk that trunks can be rendered for.

A driver is a module with NAME, FILENAME (our file), MAIN (the file that includes it), RELOAD (the CLI command
that makes a change take effect), ``check``, ``check_together``, ``render``, ``sections``, ``read``, ``expectation`` and
``dial_string``.
"""

from __future__ import annotations

from types import ModuleType
from typing import Dict

from . import chan_sip

DRIVERS: Dict[str, ModuleType] = {chan_sip.NAME: chan_sip}

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The channel drivers of Asterisk that trunks can be rendered for.

A driver is a module with NAME, MODULES (that Asterisk must load), FILENAME (our file), MAIN (what includes it), RELOAD
(the CLI command that makes a change take effect), UNREGISTER and REGISTER (those that end one registration and begin it
again, None where nothing does), ``check``, ``check_together``, ``render``, ``sections``, ``read``, ``calling``,
``default_calling``, ``dial_string``, ``registers_anew`` and ``expectation``.
"""

from __future__ import annotations

from types import ModuleType
from typing import Dict

from ..config.effective import Effective
from . import chan_sip, pjsip

# The preferred one first: chan_sip is gone since Asterisk 21.
DRIVERS: Dict[str, ModuleType] = {driver.NAME: driver for driver in (pjsip, chan_sip)}


def of_file(effective: Effective) -> ModuleType:
    """The driver whose file it seems to be; chan_sip's when nothing tells."""
    return pjsip if pjsip.concerns(effective) else chan_sip

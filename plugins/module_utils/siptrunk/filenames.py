# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that trunks are in, known without loading what reads and writes them."""

from __future__ import annotations

from typing import Dict, Tuple

# By driver: a file of our own, and the one that Asterisk begins with.
OF_TRUNKS: Dict[str, Tuple[str, str]] = {
    "chan_sip": ("sip_trunks.conf", "sip.conf"),
    "pjsip": ("pjsip_trunks.conf", "pjsip.conf"),
}

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP trunks on Asterisk: model, configuration files, and the proof that they work."""

from __future__ import annotations

__version__ = "0.10.0"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by sip.conf."""

from __future__ import annotations

from .pbx import Pbx, examples

PROVIDER = "192.0.2.1"


def test_SIP011(chan_sip: Pbx) -> None:
    for files, bad in examples("SIP011"):
        chan_sip.load(files)
        assert chan_sip.call(PROVIDER) == (200 if bad else 403)

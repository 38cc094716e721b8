# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by pjsip.conf."""

from __future__ import annotations

from .pbx import Pbx, examples


def test_PJ004(pjsip: Pbx) -> None:
    for files, bad in examples("PJ004"):
        pjsip.load(files)
        assert pjsip.call("192.0.2.1") == 200
        assert pjsip.call(user="provider") == (200 if bad else 401)

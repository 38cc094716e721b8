# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be said of one trunk: chan_sip and chan_pjsip show different things, and mean different things by them.

A judge is a module with ``carrying`` (the registrations that run for a trunk), ``lease``, ``registration``,
``trust``, ``compared`` (what that rests on), ``loading`` and ``reach``.
"""

from __future__ import annotations

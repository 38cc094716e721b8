# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From sip.conf to pjsip.conf, with an account of every option: carried, changed, not representable, or left alone."""

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP (RFC 3261) without input or output: messages, their values, digest authentication, transactions."""

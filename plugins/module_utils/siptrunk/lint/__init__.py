# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Around the rules: which files they look at, where exactly they found something, what was accepted, and how it is mended."""

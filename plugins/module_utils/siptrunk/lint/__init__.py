# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Around the rules: which files they look at, where they found something, what was accepted, how it is mended."""

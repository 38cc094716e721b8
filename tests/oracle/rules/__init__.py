# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence: of each rule that claims what Asterisk does, a test of its id in which Asterisk does it.

The bad example shows the effect, the good one does not, on every Asterisk that has the driver.
"""

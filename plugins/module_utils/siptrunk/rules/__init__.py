# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a configuration: a rule is a small function, in a table with its id and its words."""

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong: a rule is a small function, registered in a book with its words and its examples."""

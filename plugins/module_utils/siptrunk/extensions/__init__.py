# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""extensions.conf, and how far a call gets in it. AEL and Lua are not read."""

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to ask an Asterisk: the running one (AMI first, CLI as the fallback), and the one on the disk."""

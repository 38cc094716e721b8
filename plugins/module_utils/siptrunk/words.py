# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of others: names out of files, and whatever an Asterisk, a provider or a stranger has sent."""

from __future__ import annotations


def printable(text: str, allowed: str = "") -> str:
    """A question mark for each character that a terminal would obey, that ends a line, or that is none of UTF-8.

    allowed: characters that stay as they are
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in allowed else "?" for one in text)

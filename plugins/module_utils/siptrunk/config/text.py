# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as Asterisk sees it, which knows bytes only: their number, their case, and which of them are blank.

Text is UTF-8 decoded with ``surrogateescape``.
"""

from __future__ import annotations

# Bytes that ast_strip() takes away at both ends.
BLANKS = "".join(map(chr, range(33)))
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def size(text: str) -> int:
    """Bytes that *text* takes in a file."""
    # Each surrogate stands for one undecodable byte, and "replace" makes it one byte, too.
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int) -> str:
    """The first *limit* bytes of *text*, as a buffer of C would keep them."""
    if size(text) <= limit:
        return text
    return text.encode("utf-8", "surrogateescape")[:limit].decode("utf-8", "surrogateescape")


def fold(name: str) -> str:
    """For comparing as strcasecmp() does in the C locale: only A-Z have a lower case."""
    return name.lower() if name.isascii() else name.translate(_LOWER)

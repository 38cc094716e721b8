# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that stand where Asterisk wants a yes: ast_true() in main/utils.c takes whatever it does not know for no."""

from __future__ import annotations

from typing import Optional

from ..config.text import fold
from ..drivers.shared import NO, YES
from .rule import Edit
from .sip_words import near

# Not to Asterisk; but where every word that is not yes is no, they come out as they are meant.
MEANS_NO = frozenset({"disable", "disabled", "never", "nein", "non", "none"})
_MEANS_YES = frozenset({"enable", "enabled", "always", "ja", "oui", "si", "ye", "ys", "es"})


def truth_meant(value: str) -> Optional[str]:
    """None for a word that comes out as it is meant; "yes" for one that does not; "" where that is not clear."""
    word = fold(value)
    if word in YES or word in NO or word in MEANS_NO:
        return None
    if word in _MEANS_YES or near(word, ("yes", "true", "on")):
        return "yes"
    # What looks like a no is taken as it is meant.
    slip = near(word, ("no", "false", "off")) or (len(word) < 3 and word.isalpha())
    return None if slip else ""


def truth_edit(meant: str) -> Optional[Edit]:
    return Edit(value=meant, safe=False) if meant else None

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of the dialplan that all calls to providers have in common."""

from __future__ import annotations

# Q.850: no circuit or channel available.
CONGESTION = 34
CALLER = "Set(CALLERID(num)={})"
# One group for each trunk, whichever context its calls come from.
GROUP = "Set(GROUP(siptrunk)={})"
FULL = "$[${{GROUP_COUNT({name}@siptrunk)}} > {limit}]"
LIMIT = f"ExecIf({FULL}?Hangup({CONGESTION}))"


def dialled(strip: int = 0) -> str:
    """The number that was dialled, without its first digits.

    Whoever dials must not smuggle a second destination (&) or options into Dial().
    """
    return f"${{FILTER(0-9+*#,${{EXTEN{f':{strip}' if strip else ''}}})}}"

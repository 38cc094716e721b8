# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masking of secrets in everything that people or logs may see."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, Set

MASK = "********"
# The last part of the paths of those fields of a trunk that hold secrets.
SECRET_FIELDS = frozenset({"secret", "secret_md5"})
_MAY_HOLD_ONE = re.compile("secret|pass|pwd|cred|token|^set_?var$|^header$|^auth$", re.IGNORECASE)


def mask(text: str, secrets: Iterable[str]) -> str:
    """Replace every occurrence of the given secrets in *text* by the mask, longest first."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def may_hold_one(option: str) -> bool:
    """Whether the value of a raw option may be a secret, by its name."""
    return bool(_MAY_HOLD_ONE.search(option))


def masked(data: Any) -> Any:
    """Trunks in the form of ``sip_trunks``, or any part of them, with each secret masked."""
    if isinstance(data, dict):
        return {
            key: _masked_options(value)
            if key == "options" and isinstance(value, dict)
            else MASK
            if key in SECRET_FIELDS and value
            else masked(value)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [masked(item) for item in data]
    return data


def _masked_options(options: Dict[str, Any]) -> Dict[str, Any]:
    """Raw options: a password does not belong there, but may stand there by a slip of the pen."""
    return {
        kind: {key: MASK if kind == "auth" or may_hold_one(key) else value for key, value in given.items()}
        if isinstance(given, dict)
        else given
        for kind, given in options.items()
    }


def secrets_in(data: Any) -> Set[str]:
    """All secrets of trunks in the form of ``sip_trunks``, or of any part of them."""
    if isinstance(data, dict):
        own = {str(value) for key, value in data.items() if key in SECRET_FIELDS and value}
        return own.union(*map(secrets_in, data.values()))
    if isinstance(data, list):
        return set().union(*map(secrets_in, data))
    return set()

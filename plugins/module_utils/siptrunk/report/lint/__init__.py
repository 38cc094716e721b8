# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the linter found, in the form that people, editors and CI systems want it."""

from __future__ import annotations

from typing import Callable, Mapping

from ...lint.linting import Report
from . import github, json, junit, sarif, text

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": text.render,
    "json": json.render,
    "sarif": sarif.render,
    "github": github.render,
    "junit": junit.render,
}

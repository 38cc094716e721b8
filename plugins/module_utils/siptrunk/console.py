# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the command line writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys

from .words import printable

# What lines are made of.
_OF_TEXT = "\n\t"


def show(text: object = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def complain(text: object) -> None:
    """Lines about the result, or about why there is none."""
    sys.stderr.write(f"{printable(str(text), _OF_TEXT)}\n")

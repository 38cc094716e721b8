# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one family of errors that the engine raises.

None of them ever carries a secret: values of secret options are masked by whoever builds the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Optional


class SipTrunkError(Exception):
    """Base of every error that the engine raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one trunk, or one route, and the way out.

    trunk: name of it ("#3" for the third of the list when it has no usable name)
    option: dotted path inside the trunk, such as ``registration.secret``
    value: what was given, as text; masked when it is a secret; None when nothing was given
    reason: why it cannot be accepted
    fix: what to write instead
    kind: trunk or route
    """

    trunk: str
    option: str
    value: Optional[str]
    reason: str
    fix: str
    kind: str = "trunk"

    def __str__(self) -> str:
        given = "" if self.value is None else f" = {self.value}"
        return f"{self.kind} {self.trunk}: {self.option}{given}: {self.reason}; {self.fix}"


class InvalidTrunks(SipTrunkError):
    """The declared trunks cannot be accepted; every problem found is in ``problems``."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(SipTrunkError):
    """A file cannot be read, or Asterisk would reject it whole."""

    def __init__(self, path: str, reason: str, line: Optional[int] = None) -> None:
        self.path, self.reason, self.line = path, reason, line
        place = path if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {reason}")


class NotRepresentable(SipTrunkError):
    """Asterisk's configuration has no spelling that would be read back as the given value."""

    def __init__(self, reason: str, alternatives: str = "") -> None:
        self.reason, self.alternatives = reason, alternatives
        super().__init__(f"{reason}; {alternatives}" if alternatives else reason)

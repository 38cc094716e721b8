# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's answers to the challenges of one exchange (RFC 3261, section 22; RFC 7616, section 3.6)."""

from __future__ import annotations

from typing import Callable, Dict, List, Set, Tuple

from ..errors import SipTrunkError
from .digest import Challenge, Unanswerable, answer, challenges
from .message import Response


class NotAccepted(SipTrunkError):
    """The same is asked again: user or secret is wrong."""


class Credentials:
    """Remembers who asked for what, so that every further request has the answer.

    draw: text that nobody can guess
    """

    def __init__(self, user: str, secret: str, draw: Callable[[], str]) -> None:
        self._user, self._secret, self._draw = user, secret, draw
        # By header field and realm: a proxy and a registrar may both ask.
        self._asked: Dict[Tuple[str, str], List[Challenge]] = {}
        # Who has got an answer to the present request.
        self._answered: Set[Tuple[str, str]] = set()
        self._uses: Dict[str, int] = {}

    def __repr__(self) -> str:
        return "Credentials()"

    def begin(self) -> None:
        """Another request: a nonce that was good for the last one may be used up, which is no refusal."""
        self._answered.clear()

    def learn(self, response: Response) -> None:
        """Take the challenges of a 401 or 407. Raises NotAccepted, Unanswerable and Malformed."""
        groups: Dict[Tuple[str, str], List[Challenge]] = {}
        for challenge in challenges(response):
            groups.setdefault((challenge.header, challenge.realm), []).append(challenge)
        fresh = {
            where: group
            for where, group in groups.items()
            if where not in self._answered or any(challenge.stale for challenge in group)
        }
        if groups and not fresh:
            raise NotAccepted("it asks again for what it has got: user or secret is not accepted")
        answerable = {where: group for where, group in fresh.items() if self._can_answer(group)}
        if not answerable:
            # Tells why.
            answer(list(sum(fresh.values(), [])), self._user, self._secret, "OPTIONS", "sip:", "", 1)
        self._asked.update(answerable)
        self._answered.update(answerable)

    def fields(self, method: str, uri: str) -> List[Tuple[str, str]]:
        """The header fields for a request."""
        return [self._answer(group, method, uri) for group in self._asked.values()]

    def _can_answer(self, group: List[Challenge]) -> bool:
        try:
            answer(group, self._user, self._secret, "OPTIONS", "sip:", "", 1)
        except Unanswerable:
            return False
        return True

    def _answer(self, group: List[Challenge], method: str, uri: str) -> Tuple[str, str]:
        nonce = group[0].nonce
        self._uses[nonce] = self._uses.get(nonce, 0) + 1
        return answer(group, self._user, self._secret, method, uri, self._draw(), self._uses[nonce])

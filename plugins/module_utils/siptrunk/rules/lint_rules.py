# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepting findings: lint/acceptance.py finds these."""

from __future__ import annotations

from .rule import ERROR, WARNING, Rulebook

book = Rulebook("sip.conf")
_GUESTS = (
    "[general]\nallowguest=yes ; siptrunk: accept SIP007: the session border controller refuses strangers\n"
)
_CLOSED = "[general]\nallowguest=no\n"

NOT_UNDERSTOOD = book.rule(
    id="LINT001",
    severity=ERROR,
    title="an acceptance that says nothing",
    why="nothing is accepted by this comment: it does not name a rule that there is",
    fix="write siptrunk: accept RULE: reason",
    bad=_CLOSED.replace("no\n", "no ; siptrunk: ignore guests\n"),
    good=_GUESTS,
)
WITHOUT_A_REASON = book.rule(
    id="LINT002",
    severity=ERROR,
    title="an acceptance without a reason",
    why="nothing is accepted without a reason, which the next reader needs",
    fix="write it behind the rule: siptrunk: accept RULE: reason",
    bad=_CLOSED.replace("no\n", "no ; siptrunk: accept SIP007\n"),
    good=_GUESTS,
)
UNUSED = book.rule(
    id="LINT003",
    severity=WARNING,
    title="an acceptance that is not needed",
    why="the rule finds nothing here, and would be silent about the next mistake",
    fix="remove it",
    bad=_CLOSED.replace("no\n", "no ; siptrunk: accept SIP007: an old story\n"),
    good=_GUESTS,
)

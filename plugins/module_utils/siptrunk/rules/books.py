# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All rules, and what they find."""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping, Optional, Tuple

from . import (
    declared,
    dialplan,
    language,
    lint_rules,
    modules,
    pjsip_references,
    pjsip_registration,
    pjsip_trust,
    pjsip_uris,
    pjsip_values,
    pjsip_vocabulary,
    register,
    register_accounts,
    sip_authentication,
    sip_calls,
    sip_media,
    sip_trust,
    sip_values,
    sip_vocabulary,
    spelling,
    wizard,
    wizard_trunks,
)
from .rule import SEVERITIES, Finding, Rule, Rulebook
from .views import Pbx

LANGUAGE = Rulebook("", language.book, spelling.book, dialplan.book, modules.book)
SIP = Rulebook(
    "",
    spelling.sip_book,
    register.book,
    register_accounts.book,
    sip_vocabulary.book,
    sip_values.book,
    sip_trust.book,
    sip_authentication.book,
    sip_calls.book,
    sip_media.book,
)
PJSIP = Rulebook(
    "",
    pjsip_vocabulary.book,
    pjsip_values.book,
    pjsip_uris.book,
    pjsip_references.book,
    pjsip_trust.book,
    pjsip_registration.book,
)
WIZARD = Rulebook("", wizard.book, wizard_trunks.book)

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for book in (lint_rules.book, LANGUAGE, SIP, PJSIP, WIZARD, declared.book)
    for rule in book.rules
}


def findings(pbx: Pbx) -> List[Finding]:
    """All that is wrong, in the order of files and lines; a template's option once, whoever inherits it."""
    found: Dict[Tuple[str, str, Optional[int], Optional[str], str], Finding] = {}
    for one in _all(pbx):
        found.setdefault((one.rule, one.path, one.line, one.option, one.part), one)
    return sorted(
        found.values(), key=lambda one: (one.path, one.line or 0, -SEVERITIES.index(one.severity), one.rule)
    )


def _all(pbx: Pbx) -> Iterator[Finding]:
    yield from LANGUAGE.findings(pbx)
    for book, view in ((SIP, pbx.sip), (PJSIP, pbx.pjsip), (WIZARD, pbx.wizard)):
        if view is not None:
            yield from book.findings(view)

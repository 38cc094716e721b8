# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules find in a few lines."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Tuple, Union

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.declared import (
    concerns,
    declared,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Finding, Rulebook

Found = List[Tuple[str, Optional[int], Optional[str]]]


def all_in(
    files: Union[str, Mapping[str, str]],
    *,
    name: str = "sip.conf",
    whole: bool = False,
    asterisk: str = "",
    books: Sequence[Rulebook] = (),
) -> List[Finding]:
    """name: of the file when *files* is its text; whole: no part of it stands elsewhere; books: of these rules only"""
    texts = {name: files} if isinstance(files, str) else files
    pbx = from_texts(texts, of_release(asterisk) if asterisk else None, parts=not whole)
    of_trunks = [one for path in filter(concerns, texts) for one in declared(path, texts[path]).findings]
    wanted = {rule.id for book in books for rule in book.rules} or RULES
    return [one for one in (*of_trunks, *lint([pbx]).findings) if one.rule in wanted]


def found(files: Union[str, Mapping[str, str]], **more: Any) -> Found:
    """Rule, line and option of each finding."""
    return [(one.rule, one.line, one.option) for one in all_in(files, **more)]

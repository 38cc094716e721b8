# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules find in a few lines."""

from __future__ import annotations

from typing import List, Mapping, Optional, Tuple, Union

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.declared import (
    concerns,
    declared,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Finding

Found = List[Tuple[str, Optional[int], Optional[str]]]


def all_in(
    files: Union[str, Mapping[str, str]], *, name: str = "sip.conf", whole: bool = False, asterisk: str = ""
) -> List[Finding]:
    """name: of the file when *files* is its text; whole: no part of it stands elsewhere"""
    texts = {name: files} if isinstance(files, str) else files
    pbx = from_texts(texts, of_release(asterisk) if asterisk else None, parts=not whole)
    of_trunks = [one for path in filter(concerns, texts) for one in declared(path, texts[path]).findings]
    return [*of_trunks, *lint([pbx]).findings]


def found(
    files: Union[str, Mapping[str, str]], *, name: str = "sip.conf", whole: bool = False, asterisk: str = ""
) -> Found:
    """Rule, line and option of each finding."""
    return [
        (one.rule, one.line, one.option) for one in all_in(files, name=name, whole=whole, asterisk=asterisk)
    ]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.source import Source
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Finding


def finding(option: Optional[str], part: str = "", section: Optional[str] = "t") -> Finding:
    return Finding("SIP011", "error", "sip.conf", 1, section, option, "why", "fix", part=part)


@pytest.mark.parametrize(
    ("line", "option", "part", "columns"),
    [
        ("permit=192.0.2.1", "permit", "", (1, 7)),
        ("  permit = 192.0.2.1", "permit", "", (3, 9)),
        ("insecure = port, vite", "insecure", "vite", (18, 22)),
        # The word of the value, not that of the name.
        ("allow=allow", "allow", "allow", (7, 12)),
        ("Permit=192.0.2.1", "permit", "", (1, 7)),
        ("[t](base)", None, "", (1, 4)),
        ("type=peer&host=a", "host", "", (11, 15)),
        ("  something else", "permit", "", (3, 17)),
    ],
)
def test_where_it_is(line: str, option: Optional[str], part: str, columns: tuple[int, int]) -> None:
    found = Source({"sip.conf": line + "\n"}).located(finding(option, part))
    assert (found.column, found.end_column) == columns


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("host=192.0.2.1 ; hush", "host=192.0.2.1"),
        ("secret = hush ; hush", "secret = ********"),
        # A misspelt one, too.
        ("secrte=hush", "secrte=********"),
        ("password=hush", "password=********"),
        ("register => u:hush@h/1", "register => u:********@h/1"),
        ("[t](base) ; hush", "[t](base)"),
        ("hush", "********"),
        ("server_uri=sip:h\\;transport=tcp", "server_uri=sip:h\\;transport=tcp"),
    ],
)
def test_what_is_shown(line: str, shown: str) -> None:
    assert Source({"sip.conf": line}).excerpt(finding(None)) == shown


def test_there_is_no_such_line() -> None:
    source = Source({"sip.conf": "a=b\n"})
    assert source.line("other.conf", 1) is None
    assert source.line("sip.conf", 9) is None
    assert source.line("sip.conf", None) is None

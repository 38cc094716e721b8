# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Optional

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.fixing import mend
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import Edit, Finding

TEXT = "; kept\n[t]\nsecret=hush\n\tcanreinvite = no ; why\nqualify=yes\n"


def finding(line: Optional[int], edit: Optional[Edit]) -> Finding:
    return Finding("SIP060", "hint", "sip.conf", line, "t", "x", "why", "fix", edit=edit)


def mended(*findings: Finding, unsafe: bool = False) -> str:
    return next((file.after for file in mend(findings, {"sip.conf": TEXT}, unsafe=unsafe)), TEXT)


def test_a_name() -> None:
    found = finding(4, Edit(key="directmedia"))
    assert mended(found) == TEXT.replace("canreinvite", "directmedia")


def test_a_value_and_a_name() -> None:
    found = finding(4, Edit(key="directmedia", value="yes"))
    assert mended(found) == TEXT.replace("canreinvite = no", "directmedia = yes")


def test_a_line() -> None:
    assert mended(finding(5, Edit())) == TEXT.replace("qualify=yes\n", "")


def test_several_of_one_file() -> None:
    found = [finding(4, Edit(key="directmedia")), finding(5, Edit(value="no")), finding(5, Edit())]
    assert mended(*found) == TEXT.replace("canreinvite", "directmedia").replace("qualify=yes", "qualify=no")


def test_what_would_change_the_meaning_is_asked_for() -> None:
    found = finding(5, Edit(value="no", safe=False))
    assert mended(found) == TEXT
    assert mended(found, unsafe=True) == TEXT.replace("qualify=yes", "qualify=no")


def test_what_cannot_be_written_stays() -> None:
    assert mended(finding(5, Edit(value="a\nb")), finding(4, Edit(key="a]=b")), finding(99, Edit())) == TEXT
    assert mended(finding(None, Edit()), finding(4, None)) == TEXT


def test_the_difference_hides_secrets() -> None:
    (file,) = mend([finding(4, Edit(key="directmedia"))], {"sip.conf": TEXT})
    assert "-\tcanreinvite = no ; why" in file.diff() and "+\tdirectmedia = no ; why" in file.diff()
    assert "hush" not in file.diff()

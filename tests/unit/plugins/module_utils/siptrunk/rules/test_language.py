# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.finding import findings
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.language import RULES


def test_a_file_that_does_not_load() -> None:
    (finding,) = findings(RULES, load_text("[a]\n[b](nosuch)\n", "x.conf"))
    assert (finding.rule, finding.severity, finding.path, finding.line) == ("CONF001", "error", "x.conf", 2)
    assert "inherits from [nosuch]" in finding.why


def test_lines_that_are_ignored() -> None:
    found = findings(RULES, load_text("[a]\nk\nl = 1 --;\nm = 2\n", "x.conf"))
    assert [(finding.rule, finding.severity, finding.line) for finding in found] == [
        ("CONF002", "warning", None),
        ("CONF002", "warning", 2),
    ]


def test_a_sound_file() -> None:
    assert not findings(RULES, load_text("[t](!)\nk = 1\n[a](t) ; comment\n"))

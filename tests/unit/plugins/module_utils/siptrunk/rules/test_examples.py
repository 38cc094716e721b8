# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of each rule: the bad example has that finding and no other, the good one has none, and there is evidence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import SEVERITIES, Rule

from .found import all_in

TESTS = Path(__file__).parents[5]
EVIDENCE = TESTS / "oracle" / "rules"
HERE = Path(__file__).parent

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


@each_rule
def test_bad_and_good(rule: Rule) -> None:
    assert {one.rule for one in all_in(rule.bad, whole=rule.whole)} == {rule.id}
    assert all_in(rule.good, whole=rule.whole) == []


@each_rule
def test_words(rule: Rule) -> None:
    assert rule.severity in SEVERITIES
    for words in (rule.title, rule.why, rule.fix, rule.effect):
        assert words == words.strip() and not words.endswith(".")
    assert rule.title and rule.why and rule.fix and len(rule.title) <= 60
    for text in (*rule.bad.values(), *rule.good.values()):
        assert text.endswith("\n")


def test_every_rule_has_unit_tests() -> None:
    named = {
        name
        for path in (*HERE.glob("test_*.py"), *HERE.with_name("lint").glob("test_*.py"))
        for name in re.findall(r'"([A-Z]+[0-9]{3})"', path.read_text())
    }
    assert sorted(RULES.keys() - named) == []


def test_every_claim_has_evidence() -> None:
    proven = {
        name
        for path in EVIDENCE.glob("test_*.py")
        for name in re.findall(r"^def test_([A-Z]+[0-9]{3})\b", path.read_text(), re.MULTILINE)
    }
    assert proven == {rule.id for rule in RULES.values() if rule.effect}

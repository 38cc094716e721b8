# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each form is what its readers take, whatever stands in the files."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import Report, lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report.lint import FORMATS, text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

TRUNK = (
    "type=peer\nhost=192.0.2.1\ncontext=from-t\ndisallow=all\nallow=alaw\ninsecure=port,invite\nqualify=yes\n"
)
OPEN = f"[t]\n{TRUNK}permit=192.0.2.1\n"
NASTY = f'[a,b:c%\x1b[31m\udcff<&>"]\n{TRUNK}permit=192.0.2.1\n'
ACCEPTED = OPEN.replace("permit", '; siptrunk: accept SIP011: it is "so"\npermit')
EVERYTHING = {rule.id: rule for rule in RULES.values()}


def report(content: str) -> Report:
    return lint([from_texts({"sip.conf": content}, parts=True)])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content", [OPEN, NASTY, ACCEPTED, ""])
def test_whatever_is_there(name: str, content: str) -> None:
    shown = FORMATS[name](report(content))
    shown.encode()
    assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.parametrize("content", [OPEN, NASTY, ACCEPTED, ""])
def test_sarif_is_valid(content: str) -> None:
    shown = FORMATS["sarif"](report(content))
    Sarif.model_validate_json(shown)


def test_sarif_of_every_rule() -> None:
    pbxes = [from_texts(rule.bad, parts=not rule.whole) for rule in RULES.values()]
    Sarif.model_validate_json(FORMATS["sarif"](lint(pbxes)))


def test_sarif() -> None:
    (run,) = json.loads(FORMATS["sarif"](report(OPEN)))["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("SIP011", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "SIP011"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "sip.conf"},
        "region": {"startLine": 9, "startColumn": 1, "endColumn": 7},
    }
    assert "suppressions" not in result


def test_sarif_tells_what_is_accepted() -> None:
    (run,) = json.loads(FORMATS["sarif"](report(ACCEPTED)))["runs"]
    assert [one["suppressions"] for one in run["results"]] == [
        [{"kind": "inSource", "justification": 'it is "so"'}]
    ]


def test_github() -> None:
    (command,) = FORMATS["github"](report(OPEN)).splitlines()
    assert command.startswith(
        "::error file=sip.conf,line=9,col=1,endColumn=7,title=security SIP011::[t] permit: permit without"
    )
    (command,) = FORMATS["github"](report(NASTY)).splitlines()
    assert "a,b:c%25" in command


def test_junit() -> None:
    root = ElementTree.fromstring(FORMATS["junit"](report(OPEN)))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "1", "1")
    (case,) = root.iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("sip.conf", "SIP011:9")
    assert "permit without deny" in (next(iter(case)).get("message") or "")
    root = ElementTree.fromstring(FORMATS["junit"](report("")))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_a_long_line_is_cut_around_the_word() -> None:
    long = OPEN.replace("permit", "x" * 300 + "=1\npermit")
    shown = text.render(report(long))
    assert all(len(line) < 200 for line in shown.splitlines())

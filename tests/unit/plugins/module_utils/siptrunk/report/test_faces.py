# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One verdict, the same in all faces."""

from __future__ import annotations

import json as standard_json
import re
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, Callable
from xml.etree.ElementTree import fromstring

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import Snapshot
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.causes import (
    CAUSES,
    EXIT_CODES,
    Evidence,
    finding,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import (
    html,
    json,
    junit,
    nagios,
    prometheus,
    text,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Report, Verdict

from ..scenes import NOW, REGISTERED, TRUNK, judged, running

HOSTILE = '<b>it\'s | "odd"</b>\n\\x'
# What clears a screen, colours it, ends a line, writes from right to left, and is no UTF-8.
OBEYED = "\033[2J\x9b31m\x7f\r\n\x85\u2028\u202e\udcff"
SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (?P<value>\S+)')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def report(cause: str, name: str = "smartvox") -> Report:
    """Of a trunk with that cause."""
    facts: dict[str, Any] = defaultdict(lambda: "x", driver="chan_sip", name=name)
    words = dict.fromkeys(re.findall(r"{(\w+)", str(CAUSES[cause])), "x")
    one = finding(cause, **{**words, **facts})
    trunk = replace(TRUNK, name=name)
    return Report((Verdict(trunk, (one,)),), (), Snapshot("ami", "16.28.0"), NOW)


def samples(text_: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
    for line in text_.splitlines():
        if not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            labels = dict(LABEL.findall(match["labels"] or ""))
            found[match["name"]].append((labels, float(match["value"])))
    return found


def of_prometheus(said: str) -> str:
    (status,) = (labels["status"] for labels, value in samples(said)["siptrunk_status"] if value == 1)
    assert {"ok": 1, "warning": 1}.get(status, 0) == samples(said)["siptrunk_up"][0][1]
    assert EXIT_CODES[status] == samples(said)["siptrunk_exit_code"][0][1]
    return status


def of_junit(said: str) -> str:
    (case,) = fromstring(said).iter("testcase")
    if case.find("error") is not None:
        return "unknown"
    return "ok" if case.find("failure") is None else "failure"


FACES: dict[str, tuple[Callable[[Report], str], Callable[[str], str]]] = {
    "text": (text.render, lambda said: (re.findall(r": ([A-Z]+)$", said, re.M) or ["ok"])[0].lower()),
    "json": (json.render, lambda said: str(standard_json.loads(said)["status"])),
    "nagios": (nagios.render, lambda said: said.split()[2].lower()),
    "prometheus": (prometheus.render, of_prometheus),
    "junit": (junit.render, of_junit),
    "html": (html.render, lambda said: re.findall(r'<h1><span class="(\w+)">', said)[0]),
}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("cause", CAUSES)
def test_one_verdict(cause: str, face: str) -> None:
    render, status_of = FACES[face]
    # JUnit has no word for a warning.
    failed = {"warning": "failure", "critical": "failure"} if face == "junit" else {}
    status = CAUSES[cause].status
    assert status_of(render(report(cause))) == failed.get(status, status)


@pytest.mark.parametrize("face", FACES)
def test_a_hostile_name_breaks_nothing(face: str) -> None:
    render, status_of = FACES[face]
    said = render(report("not_running", HOSTILE))
    if face != "text":
        assert status_of(said) in ("critical", "failure")
    if face == "prometheus":
        (labels, _value) = samples(said)["siptrunk_up"][0]
        assert labels["trunk"] == HOSTILE.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "?")
    if face == "html":
        assert "<b>" not in said


@pytest.mark.parametrize("face", FACES)
def test_nothing_is_told_that_a_terminal_obeys(face: str) -> None:
    render, _status_of = FACES[face]

    def told(odd: str) -> str:
        found = report("not_running", f"smart{odd}vox")
        stray = replace(REGISTERED, account=f"9{odd}9@example.net", state=f"Odd{odd}")
        evidence = Evidence(403, NOW, f"a{odd}b", f"c{odd}d")
        findings = tuple(replace(one, evidence=evidence) for one in found.verdicts[0].findings)
        verdicts = (replace(found.verdicts[0], findings=findings),)
        return render(
            replace(found, verdicts=verdicts, unexpected=(stray,), snapshot=Snapshot(notes=(f"n{odd}n",)))
        )

    said = told(OBEYED)
    assert all(line.isprintable() for line in said.split("\n")), repr(said)
    assert len(said.splitlines()) == len(told("-").splitlines())


def test_one_sample_for_trunks_with_the_same_labels_that_of_the_worst() -> None:
    good, bad, other = (
        report(cause, name).verdicts[0]
        for cause, name in (("registered", "twin"), ("deaf", "twin"), ("registered", "other"))
    )
    for verdicts in ((good, bad, other), (bad, good, other)):
        found = samples(prometheus.render(Report(verdicts, (), Snapshot("ami", "16.28.0"), NOW)))
        assert [(labels["trunk"], value) for labels, value in found["siptrunk_up"]] == [
            ("twin", 0),
            ("other", 1),
        ]
        for name, series in found.items():
            shown = [str(labels) for labels, _value in series]
            assert len(shown) == len(set(shown)), name
        assert found["siptrunk_trunks"] == [({}, 3)]


class Page(HTMLParser):
    """Fails where an element is closed that is not open, and knows what is wanted from elsewhere."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wanted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.wanted += [str(value) for key, value in attrs if key in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    "said",
    [
        html.render(judged(running(REGISTERED, replace(REGISTERED, account="999@example.net")))),
        html.render(report("deaf", HOSTILE)),
        html.render(judged(running(), allow_none=True)),
        html.unknown("<no manifest>", NOW),
    ],
)
def test_the_page_stands_alone(said: str) -> None:
    page = Page()
    page.feed(said)
    assert page.open == [] and page.wanted == []
    assert "<script" not in said and "@import" not in said and "url(" not in said


def test_metrics_of_a_registered_trunk() -> None:
    found = samples(prometheus.render(judged(running(REGISTERED))))
    values = {name: value for name, [(_labels, value), *_more] in found.items()}
    assert values["siptrunk_registration_expires_seconds"] == 99
    assert (
        values["siptrunk_registration_asked_seconds"]
        == values["siptrunk_registration_granted_seconds"]
        == 120
    )
    assert values["siptrunk_registered_timestamp_seconds"] == int(NOW) - 20
    assert values["siptrunk_trusted_addresses"] == values["siptrunk_trunks"] == 1
    assert values["siptrunk_checked_timestamp_seconds"] == NOW
    # chan_sip does not tell.
    assert "siptrunk_registration_retry_seconds" not in values
    assert found["siptrunk_up"][0][0] == {
        "trunk": "smartvox",
        "driver": "chan_sip",
        "account": "43212345@sip.example.com",
        "registrar": "sip.example.com:5060",
    }


def test_each_metric_has_its_head_once_and_before_it() -> None:
    lines = prometheus.render(report("deaf")).splitlines()
    heads = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(heads) == len(set(heads))
    named = list(dict.fromkeys(line.split("{")[0].split()[0] for line in lines if not line.startswith("#")))
    assert named == heads

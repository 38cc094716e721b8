# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there for Prometheus and Grafana, read by Prometheus itself."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.asterisk.snapshot import (
    Registration,
    Snapshot,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import prometheus
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.resolver import Addresses
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.verify import Report, verify

DOCS = Path(__file__).parents[2] / "docs"
FILES = DOCS / "monitoring"
METRICS = {metric.name for metric in prometheus.OF_TRUNKS} | prometheus.OF_ALL.keys()
NOW = 1_800_000_000.5
TRUNK = ExpectedTrunk("t", "chan_sip", ExpectedRegistration("1", "example.com", 5060, "udp"), ())
RUNNING = Registration("chan_sip", "1@example.com", "example.com:5060", "Registered", 1785, int(NOW) - 5)


def promtool(*arguments: str, text: str = "") -> None:
    done = subprocess.run(
        ["promtool", *arguments], input=text, cwd=FILES, capture_output=True, text=True, check=False
    )
    # It tells what is no style of Prometheus, too, and ends with 0 all the same.
    assert done.returncode == 0 and not re.search("error|FAILED|should", done.stderr), (
        done.stdout + done.stderr
    )


def named(text: str) -> set[str]:
    return set(re.findall(r"\bsiptrunk_[a-z_]+\b", text))


def test_the_alerts_come_when_they_must() -> None:
    promtool("check", "rules", "alerts.yml")
    promtool("test", "rules", "alerts_test.yml")
    alerts = re.findall(r"alert: (\w+)", (FILES / "alerts.yml").read_text())
    tested = re.findall(r"alertname: (\w+)", (FILES / "alerts_test.yml").read_text())
    assert set(alerts) == set(tested)


@pytest.mark.parametrize(
    "report",
    [
        Report((), (), Snapshot(), NOW),
        *(
            verify(
                [TRUNK, TRUNK, replace(TRUNK, name='odd "\\\n\033\udcff name')],
                Snapshot("ami", "16.28.0", registrations),
                now=NOW,
                resolve=lambda host, port: Addresses(frozenset(), True),
            )
            for registrations in ((), (RUNNING,))
        ),
    ],
)
def test_the_metrics_are_read(report: Report) -> None:
    promtool("check", "metrics", text=prometheus.render(report) + "\n")


def test_metrics_without_a_verdict_are_read() -> None:
    promtool("check", "metrics", text=prometheus.unknown("no manifest", NOW) + "\n")


def test_each_metric_is_there_and_explained() -> None:
    dashboard = (FILES / "grafana.json").read_text()
    json.loads(dashboard)
    assert named(dashboard) <= METRICS
    assert named((FILES / "alerts.yml").read_text()) <= METRICS
    assert named((DOCS / "monitoring.md").read_text()) == METRICS


def test_the_expressions_of_the_dashboard_are_understood(tmp_path: Path) -> None:
    panels = json.loads((FILES / "grafana.json").read_text())["panels"]
    rules = [
        {
            "record": f"panel:number:{number}",
            "expr": target["expr"].replace("$instance", ".*").replace("$trunk", ".*"),
        }
        for number, target in enumerate(target for panel in panels for target in panel["targets"])
    ]
    file = tmp_path / "rules.json"
    # JSON is YAML.
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", str(file))

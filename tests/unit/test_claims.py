# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario says what it claims, who witnesses it and how it was seen to fail; the table of claims has it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from claims import README, claims, table, tried_on

LOG = """\
TASK [Start the container] ***
changed: [pbx -> localhost] => {
    "invocation": {"module_args": {
            "image": "localhost/telephony-lab-pbx",
changed: [pjsip22 -> localhost] => {
            "image": "localhost/telephony-lab-asterisk22",
changed: [inner -> localhost] => {
            "image": "localhost/telephony-lab-asterisk18",
changed: [built -> localhost] => {
            "image": "localhost/telephony-lab-pbx12",
changed: [provider -> localhost] => {
            "image": "localhost/telephony-lab-sip",
            "driver": "bridge"
TASK [Write the trunks] ***
--- before: /etc/asterisk/siptrunk.json
+++ after: /etc/asterisk/siptrunk.json
+      "driver": "chan_sip",
changed: [pbx] => {
    "driver": "chan_sip",
--- before: /etc/asterisk/siptrunk.json
+++ after: /etc/asterisk/siptrunk.json
       "driver": "pjsip",
ok: [pjsip22] => {
    "driver": "pjsip",
            "driver": "auto",
changed: [pbx -> localhost] => {
    "stdout": "PLAY\\nok: [inner] => {\\n    \\"driver\\": \\"pjsip\\"\\n+    \\"driver\\": \\"chan_sip\\"\\n"
ok: [built] => {
    "stdout": "{\\"asterisk\\": \\"20.9.2\\", \\"trunks\\": [{\\"driver\\": \\"pjsip\\"}]}"
"""


def test_every_scenario_has_a_row() -> None:
    scenarios = {path.parent.name for path in ROOT.glob("molecule/*/molecule.yml")}
    said = claims(README.read_text())
    assert scenarios == set(said)
    assert [name for name, row in said.items() if not all(row)] == []


def test_a_row_without_a_way_to_fail_is_none() -> None:
    assert not all(claims("| `x` | it works | the log | |")["x"])


def test_what_it_was_tried_on() -> None:
    assert tried_on(LOG) == [
        "chan_sip, Asterisk 16",
        "pjsip, Asterisk 18",
        "pjsip, Asterisk 20",
        "pjsip, Asterisk 22",
    ]


def test_the_table(tmp_path: Path) -> None:
    (tmp_path / "molecule-default.log").write_text(LOG)
    (tmp_path / "molecule-pjsip.log").write_text("")
    rows = table([("default", True, 61.4), ("pjsip", False, 3)], tmp_path).splitlines()[2:]
    assert len(rows) == 5
    claim = claims(README.read_text())["default"].claim
    assert rows[0] == f"| `default` | {claim} | chan_sip, Asterisk 16 | held | 61 |"
    assert rows[-1].endswith(" | - | FAILED | 3 |")

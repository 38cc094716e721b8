# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of the mistakes that change what Asterisk does, the linter finds nearly all; of those that do not, nearly none.

What Asterisk does with a file is all that it shows of the peers, objects, registrations and settings that it made, and
what it complains of.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from pathlib import Path
from typing import List, Set, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts

from ..test_pjsip import IMAGES
from .conftest import started_pjsip
from .mutations import DIALPLAN, PJSIP_CONF, SIP_CONF, mutations
from .pbx import Pbx

COUNT = int(os.environ.get("MUTATIONS_N", "70"))
DETECTED, FALSE = 0.95, 0.02
# In what is shown of one thing, a line is a name and a value; these come and go.
SHOWN = re.compile(
    r"(?m)^ *(?:\* )?(?!Status|Expire|Reg\. Contact|Last|Useragent|Def\. Username)[\w./ -]+?\s*: .*$"
)
NAMES = ("provider", "provider-auth", "provider-in", "provider-out", "201")
KINDS = ("endpoint", "aor", "identify", "auth", "registration")
SIP_COMMANDS = (
    "sip show settings",
    *(f"sip show {kind} {name}" for kind in ("peer", "user") for name in NAMES),
)
PJSIP_COMMANDS = tuple(f"pjsip show {kind} {name}" for kind in KINDS for name in NAMES)
# Where, when and who says it.
CIRCUMSTANCES = re.compile(r"^\[[^]]*\]|\[[0-9]+\]|:[0-9]+|line [0-9]+|0x[0-9a-f]+")
# What depends on whether somebody answered in time.
PASSING = "No response|Registration .* timed out|Retrying|is now|Reachable|UNREACHABLE"


def test_mutations(
    chan_sip: Pbx, rng: random.Random, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who says that guests are refused, is the file itself.
    monkeypatch.setattr(chan_sip, "base", chan_sip.base.replace("allowguest=no\n", ""))
    judged = [judge(chan_sip, rng, SIP_CONF, SIP_COMMANDS)]
    for version in IMAGES:
        (tmp_path / version).mkdir()
        with started_pjsip(version, tmp_path / version) as pbx:
            judged.append(judge(pbx, rng, PJSIP_CONF, PJSIP_COMMANDS))
    seen, changed, missed, false = map(sum, zip(*judged))
    print(
        f"{seen} mutations, {changed} change what Asterisk does, {missed} of them missed; {false} found in vain"
    )
    assert missed <= (1 - DETECTED) * changed
    assert false <= FALSE * seen


def judge(pbx: Pbx, rng: random.Random, good: str, commands: Tuple[str, ...]) -> Tuple[int, int, int, int]:
    """Mutations, how many change what Asterisk does, how many of those are missed; how much is found in vain."""
    usual = done(pbx, good, commands)
    assert done(pbx, good, commands) == usual
    assert found(pbx, good) == set()
    count: Counter[Tuple[str, bool, bool]] = Counter()
    missed: List[str] = []
    false: List[str] = []
    for mutation in mutations(rng, good, COUNT):
        changed = done(pbx, mutation.text, commands) != usual
        rules = found(pbx, mutation.text)
        count[mutation.kind, changed, bool(rules)] += 1
        if changed and not rules:
            missed.append(f"{mutation.kind}: {mutation.change}")
        if rules and not changed:
            false.append(f"{mutation.kind}: {mutation.change}: {', '.join(sorted(rules))}")
    for (kind, changed, detected), number in sorted(count.items()):
        effect, outcome = "changed" if changed else "unchanged", "found" if detected else "not found"
        print(f"{pbx.main} {pbx.version}: {kind}: {number} {effect}, {outcome}")
    print("missed:", *missed, "found without a change:", *false, sep="\n  ")
    changed = sum(number for (_kind, is_changed, _found), number in count.items() if is_changed)
    return sum(count.values()), changed, len(missed), len(false)


def done(pbx: Pbx, text: str, commands: Tuple[str, ...]) -> List[str]:
    pbx.load({pbx.main: text, "extensions.conf": DIALPLAN})
    shown = [line for command in commands for line in SHOWN.findall(pbx.cli(command))]
    registry = re.findall(r"(?m)^\S+ +[NY] +\S+", pbx.cli("sip show registry"))
    complaints = {CIRCUMSTANCES.sub("", line) for line in pbx.complaints()}
    return [*shown, *registry, *sorted(line for line in complaints if not re.search(PASSING, line))]


def found(pbx: Pbx, text: str) -> Set[str]:
    files = {pbx.main: text, "extensions.conf": DIALPLAN}
    return {one.rule for one in lint([from_texts(files)]).findings}

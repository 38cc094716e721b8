# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules in words: a page for each, and lists of them."""

from __future__ import annotations

import os
from typing import Dict, Iterable, Iterator

from ..lint.fixing import mend
from ..lint.linting import lint
from ..lint.loading import from_texts
from ..rules.rule import Files, Rule

_LANGUAGES = {".conf": "ini", ".yml": "yaml", ".json": "json"}
_FIXES = {
    "safe": "`siptrunk lint --fix` does it.",
    "unsafe": "`siptrunk lint --fix --unsafe` does it; Asterisk will then do something else than before.",
}


def listing(rules: Iterable[Rule]) -> str:
    """A line for each."""
    return "\n".join(f"{rule.id}  {rule.severity:<8}  {rule.title}" for rule in rules)


def fix_of(rule: Rule) -> str:
    """safe or unsafe, for a rule that mends its bad example; otherwise empty."""
    report = lint([from_texts(rule.bad, parts=not rule.whole)])
    own = [finding for finding in report.findings if finding.rule == rule.id]
    if list(mend(own, rule.bad)):
        return "safe"
    return "unsafe" if list(mend(own, rule.bad, unsafe=True)) else ""


def page(rule: Rule) -> str:
    """All about one rule, in Markdown."""
    parts = [f"# {rule.id}: {rule.title}", f"Severity: **{rule.severity}**", f"{_sentence(rule.why)}"]
    if rule.effect:
        parts.append(f"With the bad example, seen on a real Asterisk: {rule.effect}.")
    parts += ["## Bad", *_shown(rule.bad), "## Good", *_shown(rule.good)]
    parts += ["## What to do", f"{_sentence(rule.fix)}"]
    parts += [_FIXES[kind] for kind in [fix_of(rule)] if kind]
    parts += [
        "Or accept it, with the reason:",
        f"```ini\n; siptrunk: accept {rule.id}: why this is as it should be here\n```",
    ]
    return "\n\n".join(parts) + "\n"


def index(rules: Iterable[Rule], evidence: Dict[str, str]) -> str:
    """The table of all rules, in Markdown.

    evidence: by the id of the rule, where its effect is seen on a real Asterisk
    """
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {rule.title} | {fix_of(rule)} | {evidence.get(rule.id, '')} |"
        for rule in rules
    ]
    return "\n".join(
        ["| rule | severity | what is wrong | fix | seen on Asterisk by |", "|---|---|---|---|---|", *rows]
    )


def _shown(files: Files) -> Iterator[str]:
    for name, text in files.items():
        language = _LANGUAGES.get(os.path.splitext(name)[1], "")
        label = [] if len(files) == 1 else [f"`{name}`:"]
        yield from (*label, f"```{language}\n{text}```")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."

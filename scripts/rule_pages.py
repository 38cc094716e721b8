# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/rules: a page for each rule of the linter, and the table of them with the evidence of each.

    python3 scripts/rule_pages.py [--check]

With --check, nothing is written; the exit code is 1 when a page is not what its rule says.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Dict

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/rules"
EVIDENCE = ROOT / "tests/oracle/rules"
sys.path.insert(0, str(ROOT / "plugins/module_utils"))

from siptrunk.report import rules as words  # noqa: E402
from siptrunk.rules.books import RULES  # noqa: E402

ABOUT = """\
# The rules of the linter

`siptrunk lint` and the module `telephony.asterisk.sip_lint` look for these in `sip.conf`, `pjsip.conf`,
`pjsip_wizard.conf`, `extensions.conf`, `modules.conf` and in declared `sip_trunks`; the module
`telephony.asterisk.sip_trunks` refuses trunks in which one of the severities `error` and `security` finds something.
[How to use it](../lint.md).

What a rule claims of Asterisk is seen on a real one in each test run: 16 for `sip.conf`, 16 and 22 for `pjsip.conf`.
There the bad example of the rule has the effect, and the good one does not. A rule without such a test claims nothing
of Asterisk.

| severity | meaning |
|---|---|
| `security` | somebody gets in, calls at your cost, or learns a secret |
| `error` | it does not do what anybody can have meant by it |
| `warning` | it probably does not, or will fail on some day |
| `hint` | it works, and could be said better |

"""


def pages() -> Dict[str, str]:
    """All files of docs/rules by their names."""
    index = ABOUT + words.index(RULES.values(), evidence()) + "\n"
    return {"README.md": index, **{f"{rule.id}.md": words.page(rule) for rule in RULES.values()}}


def evidence() -> Dict[str, str]:
    """The test that sees the effect of a rule, by the rule's id."""
    found = {}
    for path in sorted(EVIDENCE.glob("test_*.py")):
        for name in re.findall(r"^def test_([A-Z]+[0-9]{3})\b", path.read_text(), re.MULTILINE):
            found[name] = f"`{path.name}`"
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/rules.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 for what differs")
    check = parser.parse_args().check
    wanted = pages()
    there = {path.name: path.read_text() for path in PAGES.glob("*.md")}
    if check:
        different = sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))
        sys.stderr.writelines(
            f"docs/rules/{name} is not what scripts/rule_pages.py writes\n" for name in different
        )
        return int(bool(different))
    PAGES.mkdir(exist_ok=True)
    for name in there.keys() - wanted.keys():
        (PAGES / name).unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

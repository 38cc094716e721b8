# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's quick start as JSON: the commands before the playbook, the playbook, and the commands after it."""

from __future__ import annotations

import json
import re
import sys


def main() -> None:
    (section,) = re.findall(r"^## Quick start\n(.*?)^## ", sys.stdin.read(), re.DOTALL | re.MULTILINE)
    before, playbook, after = re.findall(
        r"^```(?:console|yaml)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE
    )
    print(json.dumps({"before": before, "playbook": playbook, "after": after}))


if __name__ == "__main__":
    main()

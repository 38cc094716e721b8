# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Debian ships with Asterisk 16 and 22: nothing is found but what is true of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_paths

from ..test_pjsip import IMAGES

# allowguest is commented out there, and its default is yes.
TRUE = {"16": [("SIP007", "sip.conf")], "22": []}


@pytest.mark.parametrize("version", IMAGES)
def test_what_debian_ships(version: str, tmp_path: Path) -> None:
    command = ["podman", "run", "--rm", "--network", "none", "--pull", "never", "--entrypoint", "tar"]
    packed = subprocess.run(
        [*command, IMAGES[version], "-C", "/etc/asterisk", "-c", "."], capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-C", tmp_path, "-x"], input=packed, check=True)
    report = lint(from_paths([str(tmp_path)], of_release(version)))
    assert [(one.rule, Path(one.path).name) for one in report.findings] == TRUE[version]
    assert len(report.paths) > 3

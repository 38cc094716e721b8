# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our own renderer writes is clean: RULES_N=10000 RULES_SEED=1 pytest -s tests/property/test_rules.py."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import dialplan
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import DRIVERS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.rule import WARNING
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from hypothesis import event, given, settings

from .effort import examples
from .test_chan_sip import trunk

COUNT = int(os.environ.get("RULES_N") or examples(300))
# What is true of trunks that were declared so, and no fault of the renderer.
DECLARED = {
    "REG035": "an expiry of less than 60 s",
    "PJ086": "an expiry of less than 60 s",
    "PJ082": "a retry_interval of less than 5 s",
    "CONF023": "a password with quotes at both ends",
}


@pytest.mark.parametrize("driver", DRIVERS)
@settings(max_examples=COUNT)
@given(declared=trunk)
def test_what_is_rendered_is_clean(driver: str, declared: dict[str, Any]) -> None:
    declared = {**declared, "options": {}}
    module = DRIVERS[driver]
    try:
        trunks = load_trunks([declared], driver=driver)
    except InvalidTrunks:
        event("refused")
        return
    event("rendered")
    files = {
        module.MAIN: str(module.render(trunks)),
        dialplan.MAIN: str(dialplan.render(trunks, module)),
    }
    report = lint([from_texts(files, parts=True)])
    count = Counter(one.rule for one in report.findings if one.at_least(WARNING))
    assert not count.keys() - DECLARED.keys(), [one for one in report.findings if one.rule in count]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.asterisk.plugins.filter.jmespath import FilterModule

select = FilterModule().filters()["jmespath"]
VERDICTS = {"trunks": [{"trunk": "one", "ok": True}, {"trunk": "two", "ok": False}]}


def test_selects() -> None:
    assert select(VERDICTS, "trunks[?!ok].trunk") == ["two"]


def test_nothing_selected_is_none() -> None:
    assert select(VERDICTS, "peers") is None


def test_a_bad_expression_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match=r"trunks\[\?"):
        select(VERDICTS, "trunks[?")

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.masking import masked_value


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("secret", "hush", "********"),
        ("Secret", "hush", "********"),
        ("remotesecret", "hush", "********"),
        ("md5secret", "hush", "********"),
        ("password", "hush", "********"),
        ("auth", "alice:hush@realm", "********"),
        ("register", "alice:hush@h/1234", "alice:********@h/1234"),
        ("secret", "", ""),
        ("host", "192.0.2.1", "192.0.2.1"),
        ("alwaysauthreject", "yes", "yes"),
    ],
)
def test_secrets_are_masked(key: str, value: str, shown: str) -> None:
    assert masked_value(key, value) == shown

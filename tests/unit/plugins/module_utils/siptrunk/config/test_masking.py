# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.masking import (
    changed_lines,
    masked_text,
    masked_value,
    options_only,
)


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


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("secret = hush", "secret = ********"),
        ("  secret=hush ; once", "  secret = ********"),
        (";secret = hush", ";secret = ********"),
        (";; register => alice:hush@h", ";; register => alice:********@h"),
        ('register => alice:"hu\\;sh"@h/1', "register => alice:********@h/1"),
        ("host = hush.example.com", "host = hush.example.com"),
    ],
)
def test_a_file_is_shown_without_secrets_and_otherwise_as_it_is(line: str, shown: str) -> None:
    assert masked_text(f"[a]\r\n{line}\r\n\r\nb=c") == f"[a]\r\n{shown}\r\n\r\nb=c"


def test_a_secret_that_was_not_there_before_is_marked() -> None:
    before = "secret = one\nremotesecret = two\n"
    after = "secret = three\nremotesecret = two\n"
    assert masked_text(after, before=before) == "secret = ******** ; new\nremotesecret = ********\n"


def test_a_line_with_the_same_secret_is_not_marked() -> None:
    before = "register => alice:one@h/1~1800\n"
    assert (
        masked_text("register => alice:one@h/1~60\n", before=before) == "register => alice:********@h/1~60\n"
    )


def test_in_a_new_file_nothing_needs_a_mark() -> None:
    assert masked_text("secret = one\n", before="") == "secret = ********\n"


def test_of_files_by_hand_only_options_are_shown() -> None:
    before = "[a](base) ; old pw x\nkey = v ; and why\n; password is x\nport : x\n\nsame\n"
    after = "#include <b.conf> ; x\nsame\nkey = w\n"
    gone, came = changed_lines(before, after)
    assert options_only(gone, lambda key, value: f"<{value}>") == (
        "[a](base)\nkey = <v>\n; ...\n; ********\n\n"
    )
    assert options_only(came, lambda key, value: value) == "#include b.conf\nkey = w\n"

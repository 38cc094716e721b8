# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import manager


def test_the_user_may_read_reports_from_this_host_only() -> None:
    lines = str(manager.render("s3cret")).splitlines()
    assert "[siptrunk]" in lines
    assert {"deny = 0.0.0.0/0.0.0.0", "permit = 127.0.0.1/255.255.255.255", "write = reporting"} <= set(lines)
    assert [line for line in lines if line.startswith("read")] == ["read = "]


def test_a_secret_is_drawn_and_found_again() -> None:
    drawn = {manager.secret_of(str(manager.render())) for _number in range(3)}
    assert len(drawn) == 3 and all(secret and len(secret) >= 32 for secret in drawn)


def test_no_file_has_no_secret() -> None:
    assert manager.secret_of("") is None

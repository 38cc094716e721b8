# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types and names of options in pjsip.conf."""

from __future__ import annotations

import pytest

from .pbx import Pbx, examples

PROVIDER = "192.0.2.1"


# Of an object that Asterisk has made nothing of, the calls are those of a stranger.
def is_called(pjsip: Pbx, rule: str) -> None:
    for files, bad in examples(rule):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (401 if bad else 200)


def test_PJ001(pjsip: Pbx) -> None:
    for files, bad in examples("PJ001"):
        pjsip.load(files)
        assert pjsip.has("aor") == (not bad)
        assert any("duplicate object" in line for line in pjsip.complaints()) == bad


def test_PJ002(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ002")


def test_PJ003(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ003")
    assert not any("pjsip.conf" in line for line in pjsip.complaints())


def test_PJ050(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ050")


def test_PJ051(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ051")


def test_PJ052(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ052")


def test_PJ053(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ053")


def test_PJ054(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ054")


def test_PJ057(pjsip: Pbx) -> None:
    for files, bad in examples("PJ057"):
        pjsip.load(files)
        assert pjsip.call(user="trunk") == (200 if bad else 401)


def test_PJ058(pjsip: Pbx) -> None:
    for files, bad in examples("PJ058"):
        pjsip.load(files)
        # There is no other context.
        assert pjsip.call(PROVIDER) == (404 if bad else 200)


@pytest.mark.parametrize("key", ["auth", "aors", "mailboxes", "outbound_auth"])
def test_even_of_a_list_the_last_line_counts(pjsip: Pbx, key: str) -> None:
    pjsip.load({"pjsip.conf": f"[provider]\ntype=endpoint\n{key}=one\n{key}=two\n"})
    assert f"{key:34} : two" in pjsip.cli("pjsip show endpoint provider")

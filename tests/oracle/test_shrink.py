# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shrinks the oracle's findings; needs no daemon."""

from __future__ import annotations

import io
from typing import List, Sequence

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import RegisterLine

from .shrink import check, shrink, simpler_line, simpler_text


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed here is no finding."""
    monkeypatch.setattr("sys.stdout", io.StringIO())


def test_one_of_many_is_found_and_made_short() -> None:
    cases = [f"alice:s3cret{number}@h" for number in range(300)] + ["alice:p?(ss@h/1234~60"]
    asked: List[int] = []

    def fails(some: Sequence[str]) -> bool:
        asked.append(len(some))
        return any("?" in text and "@" in text for text in some)

    assert shrink(cases, fails, simpler_text) == ["?@"]
    assert len(asked) <= 100


def test_it_gives_up_asking() -> None:
    cases = [str(number) for number in range(300)]
    assert len(shrink(cases, lambda some: len(some) == 300, simpler_text, attempts=10)) == 300
    assert len(shrink(cases, lambda some: True, simpler_text, attempts=2)) == 75


def test_the_failure_shows_what_to_keep() -> None:
    with pytest.raises(AssertionError) as error:
        check(["a", "b?"], lambda some: [f"{text} differs" for text in some if "?" in text], simpler_text)
    assert "1 differences in 2 cases" in str(error.value)
    assert "'?'," in str(error.value)


def test_a_line_is_shown_with_its_secret() -> None:
    line = RegisterLine("alice", "h", secret="hush?", port=5070, expiry=60)
    with pytest.raises(AssertionError) as error:
        check([line], lambda some: ["differs" for one in some if "?" in (one.secret or "")], simpler_line)
    assert "RegisterLine(user='alice', host='h', secret='?')," in str(error.value)

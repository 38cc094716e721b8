# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import (
    ConfigError,
    NotRepresentable,
)
from hypothesis import given
from hypothesis import strategies as st

parts = st.sampled_from(
    [
        "[a]",
        "[b](!)",
        "[a](+)",
        "[c](a,b)",
        "(",
        "]",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\0",
        "k",
        " = ",
        "=>",
        "+=",
        "\\",
        ";",
        ";--",
        "--;",
        ";---",
        "#include",
        "#tryinclude nosuch",
        "#exec x",
        '"',
        "<",
        ">",
        " ",
        "\t",
        "é",
        "\udcff",
        "\ufeff",
        "x" * 4000,
    ]  # fmt: skip
)
texts = st.lists(parts, max_size=40).map("".join) | st.binary().map(
    lambda o: o.decode("utf-8", "surrogateescape")
)


def read_nothing(path: str) -> None:
    return None


@given(texts | st.text())
def test_every_text_is_given_back(text: str) -> None:
    assert str(Document.parse(text)) == text


@given(texts)
def test_every_text_has_an_effective_view(text: str) -> None:
    effective = load_text(text, read=read_nothing)
    assert effective.loads or not effective.sections


@given(texts, st.sampled_from(["a", "general"]), st.text(max_size=20), st.text(max_size=20))
def test_what_is_added_is_read_back_and_the_rest_stays(text: str, name: str, key: str, value: str) -> None:
    document = Document.parse(text)
    before = [(s.name, s.options, [(e.key, e.tail) for e in s.entries]) for s in document.sections]
    try:
        document.add_section(name).add(key, value, comment=";-- --; comment")
    except NotRepresentable:
        return
    after = Document.parse(str(document))
    assert str(document).startswith(text)
    assert [(s.name, s.options, [(e.key, e.tail.strip()) for e in s.entries]) for s in after.sections] == [
        *((n, o, [(k, v.strip()) for k, v in entries]) for n, o, entries in before),
        (name, (), [(key, value.strip())]),
    ]


@given(texts)
def test_ensure_tryinclude_changes_only_the_end(text: str) -> None:
    document = Document.parse(text)
    try:
        changed = document.ensure_tryinclude("sip_trunks.conf")
    except ConfigError:
        return
    assert str(document).startswith(text)
    assert changed == (str(document) != text)
    assert Document.parse(str(document)).directives[-1].argument == "sip_trunks.conf"
    assert not document.ensure_tryinclude("sip_trunks.conf")


@pytest.mark.parametrize(
    "lines",
    [
        ["[a]\n", "k = v\n"],
        ["[a]\n[a](+)\nk=v\n"],
        ["[a]\n", ";-- x --; k=v ;\n"],
        ["[a]\nk=", "x"],
        ["[a]\nk=", ";--"],
        ["[a]\nk=", "\\;"],
        ["[a]\nk=1\0", "é"],
        ["", "\n"],
    ],
)
def test_reading_takes_linear_time(lines: List[str]) -> None:
    text = "".join(lines[:-1]) + lines[-1] * (3_000_000 // max(50, len(lines[-1]) * 10))
    started = time.perf_counter()
    load_text(text, read=read_nothing)
    assert time.perf_counter() - started < 10

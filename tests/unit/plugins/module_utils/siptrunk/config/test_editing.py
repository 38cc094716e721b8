# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Callable, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import (
    ConfigError,
    NotRepresentable,
)


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        # Nothing is touched that says it already.
        ("\tK  =>  1 ; c\n", ["1"], "\tK  =>  1 ; c\n"),
        # Of a line, only the value is.
        ("\tK  =>  1 ; c\r\n", ["2"], "\tK  =>  2 ; c\r\n"),
        ("k=1;c\n", ["a;b"], "k=a\\;b;c\n"),
        ("k=a\\;b ;c\n", ["1"], "k=1 ;c\n"),
        ("k = 1 ;-- c --;\n", ["2"], "k = 2 ;-- c --;\n"),
        ("k=1", ["2"], "k=2"),
        ("k =\n", ["1"], "k =1\n"),
        ("k = 1 ; c\n", [""], "k =  ; c\n"),
        ("k=1\0 rest\n", ["2"], "k=2\0 rest\n"),
        ("\\[k = 1\nk = 1\n", ["2"], "\\[k = 1\nk = 2\n"),
        # Blanks where they are needed.
        ("k=1\n", [">1"], "k= >1\n"),
        ("k=1;c\n", ["a\\"], "k=a\\ ;c\n"),
        # The whole line where there is no other way.
        (";-- c --; k = 1\n", ["2"], "k = 2\n"),
        ("k = 1 ;-- c --; 1\n", ["2"], "k = 2\n"),
        ("k = 1\nk += 2 ; c\n", ["1", "3"], "k = 1\nk = 3\n"),
        ("k = 1\nk += 2\n", ["1"], "k = 1\n"),
        # Order, and as few lines as possible.
        ("k=1\nl=0\nk=2 ; two\nk=3\n", ["1", "3"], "k=1\nl=0\nk=3\n"),
        ("k=1\nk=2 ; two\n", ["0", "1", "2"], "k=0\nk=1\nk=2 ; two\n"),
        ("k=1\n  k  =2 ; two\nl=0\n", ["1", "2", "3", "4"], "k=1\n  k  =2 ; two\n  k  =3\n  k  =4\nl=0\n"),
        ("k=1\nk=2\n", [], ""),
        # A new option stands behind the last one and looks like it.
        ("  other\t=>\tx ; c\n\n; of the next\n", ["1"], "  other\t=>\tx ; c\n  k\t=\t1\n\n; of the next\n"),
        ("other=x", ["1", "2"], "other=x\nk=1\nk=2\n"),
        ("; c\n", ["1"], "k = 1\n; c\n"),
        ("#include x.conf\n; c\n", ["1"], "#include x.conf\nk = 1\n; c\n"),
    ],
)
def test_set(before: str, values: List[str], after: str) -> None:
    document = Document.parse(f"[s]\n{before}")
    document.sections[0].set("k", values)
    assert str(document) == f"[s]\n{after}"


def test_set_writes_new_entries_with_the_operator() -> None:
    document = Document.parse("[general]\r\ncontext = x\r\n")
    document.sections[0].set("register", ["a@h", "b@h"], operator="=>")
    assert str(document) == "[general]\r\ncontext = x\r\nregister => a@h\r\nregister => b@h\r\n"


def test_set_leaves_other_sections_and_inherited_values_alone() -> None:
    document = Document.parse("[t](!)\nk=1\n[a](t)\n[a](+)\nk=2\n")
    document.sections[1].set("k", ["3"])
    assert str(document) == "[t](!)\nk=1\n[a](t)\nk = 3\n[a](+)\nk=2\n"


@pytest.mark.parametrize(
    "text",
    [
        # A comment begins on the line, and goes on.
        "k = 1 ;-- c\nl = 2\n--;\nm = 3\n",
        # A comment ends on the line.
        ";-- c\n--; k = 1\n",
        # All that follows is hidden from Asterisk.
        "k = 1 --;\nl = 2\n",
        # The first line of a file may have a byte order mark; any other one would have it in its name.
        "k = 1\n\ufeffl = 2\n",
    ],
)
def test_nothing_changes_when_other_lines_would_be_read_otherwise(text: str) -> None:
    document = Document.parse(text)
    (entry,) = [entry for entry in document.head.entries if entry.key == "k"]
    with pytest.raises(NotRepresentable):
        document.head.set("k", [])
    with pytest.raises(NotRepresentable):
        document.head.remove(entry)
    assert str(document) == text


def test_nothing_changes_when_one_of_several_values_cannot_be_written() -> None:
    document = Document.parse("[s]\nk=1\nk=2\n")
    for values in (["3", " 4"], ["3", "4\n"], ["3", "2", "x" * 8190], ["3", "x" * 8190]):
        with pytest.raises(NotRepresentable):
            document.sections[0].set("k", values)
    assert str(document) == "[s]\nk=1\nk=2\n"


def test_a_value_without_room_beside_its_comment_costs_the_comment() -> None:
    document = Document.parse("[s]\nk=1 ; " + "c" * 8100 + "\n")
    document.sections[0].set("k", ["x" * 100])
    assert str(document) == "[s]\nk = " + "x" * 100 + "\n"


def test_a_line_that_is_too_long_already_is_no_entry() -> None:
    text = "[s]\nk=" + "x" * 9000 + "\n"
    document = Document.parse(text)
    document.sections[0].set("k", ["1"])
    assert str(document) == text + "k = 1\n"


def test_one_of_several_entries_is_replaced_or_removed() -> None:
    document = Document.parse(
        "[general]\nregister => a@h ; first\nregister => b@h\nregister => b@h ; again\n"
    )
    (general,) = document.sections
    first, _second, third = general.entries
    assert general.replace(first, "a:s;s@h").value == "a:s;s@h"
    general.remove(third)
    assert str(document) == "[general]\nregister => a:s\\;s@h ; first\nregister => b@h\n"
    for gone in (first, third):
        with pytest.raises(ValueError, match="no such entry"):
            general.remove(gone)


def test_a_replaced_entry_keeps_its_operator_and_its_line() -> None:
    document = Document.parse("[s]\nk = 1\nk += 2 ; c\n")
    entry = document.sections[0].replace(document.sections[0].entries[1], "3")
    assert str(document) == "[s]\nk = 1\nk += 3 ; c\n"
    assert (entry.operator, entry.line) == ("+=", 3)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "register => u@h\n"),
        ("; mine\n", "; mine\nregister => u@h\n"),
        ("; mine", "; mine\nregister => u@h\n"),
        ("\ufeff; mine\r\n", "\ufeff; mine\r\nregister => u@h\r\n"),
        ("register=a@h\n\n; end\n", "register=a@h\nregister => u@h\n\n; end\n"),
        ("#include x.conf\n", "#include x.conf\nregister => u@h\n"),
        ("[a]\nk=v\n", "register => u@h\n[a]\nk=v\n"),
        ("; of a\n[a]\nk=v\n", "; of a\nregister => u@h\n[a]\nk=v\n"),
    ],
)
def test_the_head_can_be_added_to(before: str, after: str) -> None:
    document = Document.parse(before)
    document.head.add("register", "u@h", operator="=>")
    assert str(document) == after
    assert [entry.value for entry in Document.parse(after).head.entries][-1] == "u@h"


def test_the_head_of_a_file_can_be_set() -> None:
    document = Document.parse("; FreePBX\nregister=a@h\nregister=b@h ; b\n")
    document.head.set("register", ["b@h", "c@h"])
    assert str(document) == "; FreePBX\nregister=b@h ; b\nregister=c@h\n"
    assert document.sections == ()


def test_nothing_goes_before_a_byte_order_mark() -> None:
    document = Document.parse("\ufeff[a]\n")
    with pytest.raises(NotRepresentable):
        document.head.add("k", "v")
    assert str(document) == "\ufeff[a]\n"


def test_a_section_is_removed_without_the_comments_around_it() -> None:
    document = Document.parse("; of a\n[a]\nk=v\n; in a\nl=w\n\n; of b\n[b]\nk=v\n; end")
    a, b = document.sections
    document.remove_section(a)
    assert str(document) == "; of a\n\n; of b\n[b]\nk=v\n; end"
    document.remove_section(b)
    assert str(document) == "; of a\n\n; of b\n; end"
    document.add_section("c")
    assert str(document) == "; of a\n\n; of b\n; end\n\n[c]\n"


@pytest.mark.parametrize(
    "text",
    [
        "[a]\nk=v ;-- c\n[b]\n--;\n",
        "[a]\nk=v ;-- c\n; of b --;\n[b]\n",
        "[a]\nk=v --;\n[b]\n",
        ";-- c\n--; [a]\nk=v\n",
    ],
)
def test_a_section_stays_when_others_would_be_read_otherwise(text: str) -> None:
    document = Document.parse(text)
    with pytest.raises(NotRepresentable):
        document.remove_section(document.sections[0])
    assert str(document) == text
    assert document.sections


def test_a_comment_within_a_section_goes_with_it() -> None:
    document = Document.parse("[a]\nk=v ;-- c\n--;\nl=w\n;-- of b\n--;\n[b]\n")
    document.remove_section(document.sections[0])
    assert str(document) == ";-- of b\n--;\n[b]\n"


def test_a_last_line_that_has_no_room_for_a_line_end_is_not_lost() -> None:
    text = "[a]\nk=" + "x" * 8188
    document = Document.parse(text)
    edits: List[Callable[[], object]] = [
        lambda: document.sections[0].add("l", "w"),
        lambda: document.sections[0].set("l", ["w"]),
        lambda: document.add_section("b"),
    ]
    for edit in edits:
        with pytest.raises(NotRepresentable):
            edit()
    with pytest.raises(ConfigError):
        document.ensure_tryinclude("x.conf")
    assert str(document) == text

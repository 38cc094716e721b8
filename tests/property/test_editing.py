# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of generated files: each does exactly what it says, or nothing at all."""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import (
    Document,
    Entry,
    Section,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.text import fold
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import NotRepresentable
from hypothesis import assume, given
from hypothesis import strategies as st

KEYS = ("k", "K", "l", "k k", "[k", "\\", "é", "+", "")
keys = st.sampled_from(KEYS)
values = st.sampled_from(
    [
        "",
        "1",
        "2",
        "3",
        ">1",
        "a;b",
        ";--",
        "--;",
        "\\",
        "a\\",
        "[x]",
        "é\udcff",
        "x" * 8000,
        " x",
        "x\n",
        "\0",
    ]
)
lines = st.sampled_from(
    [
        "[a]",
        "[b](!)",
        "[c](a) ; x",
        "[a](+)",
        "k=1",
        "k = 1",
        "  K\t=>\t2 ; of k",
        "k =",
        "k=1;2",
        "k = a\\;b;",
        "k += 2",
        "k=1 ;-- x --;",
        ";-- x --; k = 1",
        "k = 1 ;-- x --; 2",
        "k = 1 ;--",
        "--; k = 2",
        "--;",
        "k = 1 --;",
        ";--",
        "; k = 3",
        ";",
        "",
        "\\[k = 1",
        "l = 1",
        "l => 2 ;",
        "k=1\0 = 2",
        "k=1\r",
        "k = \x012",
        "#include x.conf",
        "#tryinclude",
        "no option",
        "[open",
        "k = " + "x" * 8186,
        "k = " + "x" * 8187,
        "k = 1 ; " + "x" * 8100,
        "k=1\0" + "x" * 8187 + "l=2",
    ]  # fmt: skip
)
line_ends = st.sampled_from(["\n", "\n", "\n", "\r\n", " \n", "\n\n"])
texts = st.builds(
    lambda mark, body, end: mark + "".join(body) + end,
    st.sampled_from(["", "", "\ufeff"]),
    st.lists(st.builds(str.__add__, lines, line_ends), max_size=12),
    st.just("") | lines,
)


class Said(NamedTuple):
    """All that a file says to Asterisk, one statement after the other, and with which text."""

    statements: List[Tuple[Any, ...]]
    raws: List[str]


def said(section: Section) -> Said:
    statements: List[Tuple[Any, ...]] = []
    raws = []
    for line in section._lines:
        raws.append(line.raw)
        statement = line.statement
        if isinstance(statement, Entry):
            statements.append((statement.key, statement.operator, statement.value))
        elif isinstance(statement, Section):
            statements.append((statement.name, statement.options))
        elif statement:
            statements.append(tuple(value for key, value in vars(statement).items() if key != "line"))
    return Said(statements, raws)


def everything(document: Document) -> List[Said]:
    return [said(block) for block in (document.head, *document.sections)]


def is_read_back(document: Document) -> bool:
    again = Document.parse(str(document))
    return [s.statements for s in everything(document)] == [s.statements for s in everything(again)]


def attempt(document: Document, edit: Callable[[], object]) -> bool:
    """Returns whether the edit was possible; if it was not, it must have left everything alone."""
    before = everything(document)
    try:
        edit()
    except NotRepresentable:
        assert everything(document) == before
        return False
    assert is_read_back(document)
    return True


def is_part_of(part: List[str], whole: List[str]) -> bool:
    """In the same order; the last line of a file may have got a line end."""
    rest = iter(whole)
    return all(any(other in (line, f"{line}\n", f"{line}\r\n") for other in rest) for line in part)


def chosen(document: Document, data: st.DataObject) -> Section:
    return data.draw(st.sampled_from([document.head, *document.sections]), "section")


@given(texts, st.data(), keys, st.lists(values, max_size=4))
def test_set(text: str, data: st.DataObject, key: str, wanted: List[str]) -> None:
    document = Document.parse(text)
    section = chosen(document, data)

    def others() -> Tuple[List[Said], List[Tuple[Any, ...]]]:
        return (
            [said(s) for s in (document.head, *document.sections) if s is not section],
            [s for s in said(section).statements if len(s) != 3 or fold(str(s[0])) != fold(key)],
        )

    mine = {id(e): e.value for e in section.entries if fold(e.key) == fold(key) and e.operator != "+="}
    kept = [line.raw for line in section._lines if not isinstance(line.statement, Entry)]
    before = others()
    if not attempt(document, lambda: section.set(key, wanted)):
        return
    assert others() == before
    found = [e for e in section.entries if fold(e.key) == fold(key)]
    assert [e.value for e in found] == wanted
    assert is_part_of(kept, said(section).raws)
    # Of the values that could stay, some did.
    assert not set(wanted) & set(mine.values()) or any(id(e) in mine for e in found)
    assert all(e.value == mine[id(e)] for e in found if id(e) in mine)
    once = str(document)
    section.set(key, wanted)
    assert str(document) == once


@given(texts, st.data(), values)
def test_replace(text: str, data: st.DataObject, value: str) -> None:
    document = Document.parse(text)
    section = chosen(document, data)
    assume(section.entries)
    number = data.draw(st.integers(0, len(section.entries) - 1), "number")
    entry = section.entries[number]
    before = everything(document)
    if not attempt(document, lambda: section.replace(entry, value)):
        return
    now = section.entries[number]
    assert (now.key, now.operator, now.value, now.line) == (entry.key, entry.operator, value, entry.line)
    after = everything(document)
    assert sum(a != b for x, y in zip(before, after) for a, b in zip(x.raws, y.raws)) <= 1
    assert [len(x.raws) for x in before] == [len(y.raws) for y in after]


@given(texts, st.data())
def test_remove(text: str, data: st.DataObject) -> None:
    document = Document.parse(text)
    section = chosen(document, data)
    assume(section.entries)
    entry = data.draw(st.sampled_from(section.entries), "entry")
    place = [line.statement is entry for line in section._lines].index(True)
    before = everything(document)
    if not attempt(document, lambda: section.remove(entry)):
        return
    number = [document.head, *document.sections].index(section)
    del before[number].raws[place]
    assert [s.raws for s in everything(document)] == [s.raws for s in before]


@given(texts, keys, values)
def test_add_to_the_head(text: str, key: str, value: str) -> None:
    document = Document.parse(text)
    before = everything(document)
    if not attempt(document, lambda: document.head.add(key, value, operator="=>", comment="c")):
        return
    after = everything(document)
    assert after[1:] == before[1:]
    assert after[0].statements == [*before[0].statements, (key, "=>", value)]
    assert is_part_of(before[0].raws, after[0].raws)


@given(texts, st.data())
def test_remove_section(text: str, data: st.DataObject) -> None:
    document = Document.parse(text)
    assume(document.sections)
    section = data.draw(st.sampled_from(document.sections), "section")
    number = document.sections.index(section)
    before = everything(document)
    if not attempt(document, lambda: document.remove_section(section)):
        return
    gone = before.pop(number + 1)
    after = everything(document)
    assert [s.statements for s in after] == [s.statements for s in before]
    # What stays of it are comments and blank lines.
    assert after[number].raws[: len(before[number].raws)] == before[number].raws
    stays = after[number].raws[len(before[number].raws) :]
    assert gone.raws[len(gone.raws) - len(stays) :] == stays
    assert not Document.parse("".join(stays)).statements or document.depth


blanks = st.text(" \t", max_size=3)
ordinary_values = (
    st.text("ab1.;[#=\\é ", max_size=6).map(str.strip).filter(lambda v: not v.startswith((">", "=")))
)
ordinary_lines = st.builds(
    lambda indent, key, gap, operator, blank, value, comment, end: (
        f"{indent}{key}{gap}{operator}{blank}{value.replace(';', chr(92) + ';')}{comment}{end}"
    ),
    blanks,
    st.sampled_from(["k", "K", "l", "\\[k", "k k"]),
    blanks,
    st.sampled_from(["=", "=>"]),
    blanks,
    ordinary_values,
    st.sampled_from(["", "", "  ", " ; c", "\t;", " ;-- c --;"]),
    st.sampled_from(["\n", "\n", "\r\n"]),
)


@given(st.lists(ordinary_lines, min_size=1, max_size=8), st.data())
def test_an_edit_can_be_undone(body: List[str], data: st.DataObject) -> None:
    text = "[s] ; x\n" + "".join(body) + "\n; end\n"
    document = Document.parse(text)
    (section,) = document.sections
    key = data.draw(st.sampled_from(section.entries), "key").key
    old = [entry.value for entry in section.entries if fold(entry.key) == fold(key)]
    # Values that were there before would take their lines with them, and an empty one does not tell which blanks
    # were before it and which behind it.
    new = [f"n{data.draw(ordinary_values, 'new')}n" for _value in old]
    section.set(key, new)
    section.set(key, old)
    assert str(document) == text
    section.set("new", ["1", "2"])
    section.set("new", [])
    assert str(document) == text

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import (
    Directive,
    Document,
    Entry,
    Flaw,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import (
    ConfigError,
    NotRepresentable,
)


def entries(text: str) -> List[Tuple[str, str]]:
    (section,) = Document.parse(f"[s]\n{text}").sections
    return [(entry.key, entry.value) for entry in section.entries]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "; only a comment",
        "[a]\r\nk = v ; c\r\n\r\n",
        "\ufeff[a]\nk=v",
        "garbage\0\n[a\n;-- x\n",
        "[a]\nk=\udcff\udcfe\n",
        "[a]\nk=" + "x" * 9000 + "\nl=1\n",
        "[a]\nk=1\0" + "é" * 9000 + "\nl=1\n",
        "[a]\n" + ";--" * 200 + "\n",
    ],
)
def test_every_text_is_given_back(text: str) -> None:
    assert str(Document.parse(text)) == text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("k=v", [("k", "v")]),
        (" k x => v w ", [("k x", "v w")]),
        ("k==v", [("k", "=v")]),
        ("k= >v", [("k", ">v")]),
        ("k=>>v", [("k", ">v")]),
        ("k=", [("k", "")]),
        ("k", []),
        ("=v", []),
        ("k=v;w", [("k", "v")]),
        ("k=v\\;w", [("k", "v;w")]),
        ("k=v\\\\;w", [("k", "v\\;w")]),
        ("k=\\;\\;;c", [("k", ";;")]),
        ('k="v;w"', [("k", '"v')]),
        ("k=v ;-- c --; w", [("k", "v  w")]),
        ("k=v;--- c\nl=w", [("k", "v"), ("l", "w")]),
        (";-- k=v\nl=w\n--;m=x", [("m", "x")]),
        (";-- ;-- --; k=v --; l=w", [("l", "w")]),
        # ;-- is seen before --; so that this opens a second comment.
        (";--\n--;--;\nk=v\n--; --;\nl=w", [("l", "w")]),
        # Outside of a block comment --; is kept, and everything up to ;-- vanishes.
        ("k=v --; w ; x\nl=w\nm=x ;--\nn=y", [("k", "v --; w ; x"), ("n", "y")]),
        ("k=v\0w", [("k", "v")]),
        ("k=v\rw\r", [("k", "v\rw")]),
        ("\\[k=v", [("[k", "v")]),
        ("\\#k=v", [("#k", "v")]),
        ("\\=k=v", [("=k", "v")]),
        ("\\k=v", [("k", "v")]),
        ("k\\=v", [("k\\", "v")]),
        ("\ufeffk=v", [("\ufeffk", "v")]),
        ("k=" + "x" * 8188 + "\nl=w", [("k", "x" * 8188), ("l", "w")]),
        ("k=" + "x" * 8189 + "\nl=w", [("l", "w")]),
        ("k=" + "x" * 20000 + "\nl=w", [("l", "w")]),
        ("k=" + "é" * 4094 + "\nl=w", [("k", "é" * 4094), ("l", "w")]),
        ("k=" + "é" * 4095 + "\nl=w", [("l", "w")]),
        # A NUL hides from Asterisk that the line goes on.
        ("k=v\0" + "x" * 8187 + "l=w\nm=x", [("k", "v"), ("l", "w"), ("m", "x")]),
    ],
)
def test_lines_are_read_as_asterisk_reads_them(line: str, expected: List[Tuple[str, str]]) -> None:
    assert entries(line) == expected


@pytest.mark.parametrize(
    ("line", "operator", "value"),
    [("k=v", "=", "v"), ("k=>v", "=>", "v"), ("k += v", "+=", "v"), ("k+=>v", "+=", ">v")],
)
def test_operators(line: str, operator: str, value: str) -> None:
    (section,) = Document.parse(f"[s]\n{line}").sections
    (entry,) = section.entries
    assert (entry.key, entry.operator, entry.value, entry.line) == ("k", operator, value, 2)


@pytest.mark.parametrize(
    ("header", "name", "options"),
    [
        ("[a]", "a", ()),
        (" [ a ] ", " a ", ()),
        ("[a](!)", "a", ("!",)),
        ("[a](!,b,+) text", "a", ("!", "b", "+")),
        ("[a] (!)", "a", ()),
        ("[a]( b)", "a", (" b",)),
        ("[a]()", "a", ("",)),
        ("[a](+TEMPLATES=include)", "a", ("+TEMPLATES=include",)),
        ("[a\\;b]", "a;b", ()),
    ],
)
def test_headers(header: str, name: str, options: Tuple[str, ...]) -> None:
    (section,) = Document.parse(header).sections
    assert (section.name, section.options) == (name, options)


def test_options_of_a_header() -> None:
    (section,) = Document.parse("[a](b,!,+x=y,c)").sections
    assert section.template
    assert section.append
    assert section.bases == ("b", "c")


@pytest.mark.parametrize(
    ("line", "kind", "argument"),
    [
        ("#include a.conf", "include", "a.conf"),
        ('  #TryInclude "a b.conf" ', "tryinclude", "a b.conf"),
        ("#include <a.conf>", "include", "a.conf"),
        ('#include "a.conf', "include", '"a.conf'),
        ("#exec /bin/x -y", "exec", "/bin/x -y"),
    ],
)
def test_directives(line: str, kind: str, argument: str) -> None:
    assert Document.parse(line).directives == (Directive(kind, argument, 1),)


@pytest.mark.parametrize(
    ("line", "fatal"),
    [
        ("[a", True),
        ("[a](b", True),
        ("\\ k=v", True),
        ("\\ék=v", True),
        ("[a;b]", True),
        ("#other x", False),
        ("k", False),
    ],
)
def test_flaws(line: str, fatal: bool) -> None:
    (flaw,) = Document.parse(line).statements
    assert isinstance(flaw, Flaw)
    assert flaw.fatal is fatal


def test_asterisk_hangs_at_the_129th_block_comment() -> None:
    assert not Document.parse(";-- " * 128).statements
    (flaw,) = Document.parse(";-- " * 129).statements
    assert isinstance(flaw, Flaw)
    assert flaw.endless


def test_what_is_added_is_read_back() -> None:
    document = Document.new()
    general = document.add_section("general", append=True, comment="managed\nelsewhere")
    general.add("register", "u:a;b\\@h", operator="=>")
    general.add("allowguest", "no", comment="closed")
    document.add_section("t-in").add("host", "")
    text = str(document)
    assert text == (
        "; managed\n; elsewhere\n[general](+)\nregister => u:a\\;b\\@h\n; closed\nallowguest = no\n"
        "\n[t-in]\nhost = \n"
    )
    again = Document.parse(text)
    assert [(s.name, s.append, [(e.key, e.value) for e in s.entries]) for s in again.sections] == [
        ("general", True, [("register", "u:a;b\\@h"), ("allowguest", "no")]),
        ("t-in", False, [("host", "")]),
    ]


@pytest.mark.parametrize(
    "value", ["a;b", ";--a", "--;a", "a\\;b", "\\", ">a", "[a]", "#a", "=a", 'a"', "\udcff"]
)
def test_nasty_values_can_be_added(value: str) -> None:
    document = Document.new()
    document.add_section("s").add("k", value)
    assert entries(str(document).split("\n", 1)[1]) == [("k", value)]


@pytest.mark.parametrize("value", ["hush\n", "hush\rhush", "hush\0", " hush", "hush\t", "hush" * 2048])
def test_values_that_would_change_are_refused(value: str) -> None:
    section = Document.new().add_section("s")
    with pytest.raises(NotRepresentable) as error:
        section.add("secret", value)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("key", ["", "k=", "[k", "#k", ";k", " k", "k;--", "k\n"])
def test_keys_that_would_change_are_refused(key: str) -> None:
    with pytest.raises(NotRepresentable):
        Document.new().add_section("s").add(key, "v")


@pytest.mark.parametrize("name", ["", "a]b", "a;b", "x" * 80, "a\nb", "a\0b"])
def test_section_names_that_would_change_are_refused(name: str) -> None:
    with pytest.raises(NotRepresentable):
        Document.new().add_section(name)


def test_an_entry_goes_behind_the_last_one_of_its_section() -> None:
    document = Document.parse("[a]\r\nk=v\r\n\r\n; of b\r\n[b]\r\n")
    document.sections[0].add("l", "w")
    assert str(document) == "[a]\r\nk=v\r\nl = w\r\n\r\n; of b\r\n[b]\r\n"


def test_an_entry_behind_a_file_without_line_end() -> None:
    document = Document.parse("[a]\nk=v")
    document.sections[0].add("l", "w")
    assert str(document) == "[a]\nk=v\nl = w\n"


def test_nothing_is_added_into_an_open_comment() -> None:
    document = Document.parse("[a]\nk=v --;\n")
    with pytest.raises(NotRepresentable):
        document.sections[0].add("l", "w")
    with pytest.raises(NotRepresentable):
        document.add_section("b")
    with pytest.raises(ConfigError):
        document.ensure_tryinclude("x.conf")
    assert str(document) == "[a]\nk=v --;\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '#tryinclude "x.conf"\n'),
        ("[general]\nk=v\n", '[general]\nk=v\n#tryinclude "x.conf"\n'),
        ("[general]\r\nk=v", '[general]\r\nk=v\r\n#tryinclude "x.conf"\r\n'),
        ("#include y.conf\n", '#include y.conf\n#tryinclude "x.conf"\n'),
        ("#exec x.conf\n", '#exec x.conf\n#tryinclude "x.conf"\n'),
        (";#include x.conf\n", ';#include x.conf\n#tryinclude "x.conf"\n'),
    ],
)
def test_ensure_tryinclude_adds_one_line(before: str, after: str) -> None:
    document = Document.parse(before, "/etc/asterisk/sip.conf")
    assert document.ensure_tryinclude("x.conf")
    assert str(document) == after
    assert not document.ensure_tryinclude("x.conf")
    assert str(document) == after
    assert not Document.parse(after, "/etc/asterisk/sip.conf").ensure_tryinclude("x.conf")


@pytest.mark.parametrize(
    "argument", ["x.conf", '"x.conf"', "<x.conf>", "/etc/asterisk/x.conf", "x*.conf", "./x.conf"]
)
@pytest.mark.parametrize("kind", ["#include", "#tryinclude", "#INCLUDE"])
def test_ensure_tryinclude_sees_what_is_there(kind: str, argument: str) -> None:
    document = Document.parse(f"[a]\n{kind} {argument}\n[b]\n", "/etc/asterisk/sip.conf")
    assert not document.ensure_tryinclude("x.conf")


def test_ensure_tryinclude_is_not_misled_by_other_directories() -> None:
    document = Document.parse("#include other/x.conf\n#include other/*\n", "/etc/asterisk/sip.conf")
    assert document.ensure_tryinclude("x.conf")


def test_added_entries_have_no_line_number() -> None:
    section = Document.new().add_section("s")
    assert section.add("k", "v") == Entry("k", "=", " v", None)

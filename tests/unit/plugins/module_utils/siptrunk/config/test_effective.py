# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import (
    Effective,
    load,
    load_text,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.text import fold
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError

Shape = List[Tuple[str, List[str]]]


def shape(effective: Effective) -> Shape:
    return [
        (
            section.name + ("!" if section.template else ""),
            [f"{entry.key}={entry.value}" for entry in section.entries],
        )
        for section in effective.sections
    ]


def load_files(tmp_path: Path, files: Dict[str, str]) -> Effective:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return load(str(tmp_path / "x.conf"))


# All of these were seen on Asterisk 16 (AMI GetConfig).
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("[a]\nk=1\n[a]\nk=2\n", [("a", ["k=1"]), ("a", ["k=2"])]),
        ("[t](!)\nk=1\n[a](t)\nk=2\n", [("t!", ["k=1"]), ("a", ["k=1", "k=2"])]),
        ("[b]\nk=1\n[a](b,b)\n", [("b", ["k=1"]), ("a", ["k=1", "k=1"])]),
        ("[T](!)\nk=1\n[a](t)\n", [("T!", ["k=1"]), ("a", ["k=1"])]),
        ("[t](!)\nk=1\n[a](t)\n[t](+TEMPLATES=include)\nl=2\n", [("t!", ["k=1", "l=2"]), ("a", ["k=1"])]),
        ("[a]\nk=1\n[b]\n[A](+)\nl=2\n", [("a", ["k=1", "l=2"]), ("b", [])]),
        ("[t](!)\nk=1\n[a]\n[a](t,+)\n", [("t!", ["k=1"]), ("a", ["k=1"])]),
        ("[a]\n[a](+,!)\n", [("a!", [])]),
        ("[a]\nk=1\n[b]\nk=2\n[b](+k=2)\nl=3\n", [("a", ["k=1"]), ("b", ["k=2", "l=3"])]),
        ("[t](!)\n[a](+TEMPLATES=restrict)\n", None),
        # An empty name is any section.
        ("[a]\nk=1\n[](+)\nl=2\n[x]()\n", [("a", ["k=1", "l=2"]), ("x", ["k=1", "l=2"])]),
        ("[a]\nk=1\nK=1\nk += 2\nm+=3\n k +=> 4\n", [("a", ["k=1 2> 4", "K=1", "m=3"])]),
        ("[a]\nk=1\nK=2\nk+=\nk+=x\n", [("a", ["k=1x", "K=2"])]),
        ("[a]\nk=\nk=1\nk+=2\n", [("a", ["k=", "k=12"])]),
        ("[" + "x" * 80 + "]\nk=1\n[b](" + "x" * 79 + ")\n", [("x" * 79, ["k=1"]), ("b", ["k=1"])]),
        ("[" + "x" * 80 + "]\nk=1\n[b](" + "x" * 80 + ")\n", None),
        ("[a] (!)\n", [("a", [])]),
        ("[a]\nk\n#other\n", [("a", [])]),
        ("#other\n", []),
        ("k=1\n", None),
        ("k\n", None),
        ("[a\n", None),
        ("[a](b\n[b]\n", None),
        ("[a](b)\n[b]\n", None),
        ("[a](!)\n[a](+)\n", None),
        ("[t](!)\n[a]( t)\n", None),
        ("[a]\n[a](+,nosuch)\n", None),
        ("[a]\n\\ k=1\n", None),
        ("[a]\n\\ék=1\n", None),
        ("[a]\n[a](+,a)\n", [("a", [])]),
        ("[a]\nk=1\n[a](+,a)\n", None),
        ("[a]\n#exec /bin/true\n", [("a", [])]),
        ("[a]\nk=1\n#tryinclude nosuch\n", [("a", ["k=1"])]),
        ("[a]\n#include nosuch\n", None),
        ("[a]\n#include /etc\n", None),
        ('[a]\n#include "\n', None),
    ],
)
def test_sections(text: str, expected: Optional[Shape]) -> None:
    effective = load_text(text)
    assert effective.loads == (expected is not None)
    assert shape(effective) == (expected or [])


# These, too.
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"x.conf": "[a]\n[b]\n[a](+)\n#include y.conf\n", "y.conf": "k=1\n"},
            [("a", ["k=1"]), ("b", [])],
        ),
        # An included file begins in the section that was begun last; then the includer goes on in its own.
        (
            {
                "x.conf": "[a]\n#include y.conf\n#include z.conf\nk=1\n",
                "y.conf": "[b]\nk=2\n",
                "z.conf": "k=3\n",
            },
            [("a", ["k=1"]), ("b", ["k=2", "k=3"])],
        ),
        (
            {
                "x.conf": "[a]\n#include y*.conf\nk=1\n",
                "y10.conf": "k=10\n",
                "y9.conf": "k=9\n",
                "yA.conf": "k=A\n",
            },
            [("a", ["k=10", "k=9", "k=A", "k=1"])],
        ),
        (
            {
                "x.conf": "[a]\n#include {z,y}?.conf\n",
                "y1.conf": "k=y1\n",
                "z1.conf": "k=z1\n",
                "z2.conf": "k=z2\n",
            },
            [("a", ["k=z1", "k=z2", "k=y1"])],
        ),
        # Block comments and the section reach from one file of a pattern into the next.
        (
            {"x.conf": "[a]\n#include y*.conf\n", "y1.conf": "[b]\nk=1 ;-- c\n", "y2.conf": "k=2\n--;k=3\n"},
            [("a", []), ("b", ["k=1", "k=3"])],
        ),
        (
            {"x.conf": "\ufeff[a]\n#include y*.conf\n", "y1.conf": "\ufeffk=1\n", "y2.conf": "\ufeffk=2\n"},
            [("a", ["k=1", "\ufeffk=2"])],
        ),
        # Of an invalid included file stays what came before.
        (
            {"x.conf": "[a]\n#include y.conf\nk=1\n", "y.conf": "[b]\nk=2\n[c\nk=3\n"},
            [("a", ["k=1"]), ("b", ["k=2"])],
        ),
        (
            {"x.conf": "[a]\n#include y.conf\nk=1\n", "y.conf": "[b]\nk=2\n#include nosuch\nk=3\n"},
            [("a", ["k=1"]), ("b", ["k=2"])],
        ),
        ({"x.conf": "#include y.conf\n", "y.conf": "k=1\n"}, []),
        ({"x.conf": "#include y.conf\nk=1\n", "y.conf": "[b]\n"}, None),
        ({"x.conf": "[a]\n#include .\n"}, None),
        ({"x.conf": "[a]\n#include y.conf\n", "y.conf": ";-- " * 129}, None),
    ],
)
def test_includes(tmp_path: Path, files: Dict[str, str], expected: Optional[Shape]) -> None:
    effective = load_files(tmp_path, files)
    assert effective.loads == (expected is not None)
    assert shape(effective) == (expected or [])


def test_includes_are_ten_levels_deep(tmp_path: Path) -> None:
    chain = {f"y{level}.conf": f"k={level}\n#tryinclude y{level + 1}.conf\n" for level in range(1, 13)}
    effective = load_files(tmp_path, {"x.conf": "[a]\n#include y1.conf\n", **chain})
    assert shape(effective) == [("a", [f"k={level}" for level in range(1, 11)])]


def test_a_file_that_includes_itself_comes_to_an_end(tmp_path: Path) -> None:
    effective = load_files(tmp_path, {"x.conf": "[a]\nk=1\n#include x.conf\n"})
    assert effective.loads
    assert len(effective.sections) == 11


def test_hidden_files_match_no_pattern(tmp_path: Path) -> None:
    effective = load_files(tmp_path, {"x.conf": "[a]\n#include *y.conf\n", ".y.conf": "k=1\n"})
    assert not effective.loads


def test_entries_say_where_they_come_from(tmp_path: Path) -> None:
    effective = load_files(tmp_path, {"x.conf": "[a]\nk=1\n#include y.conf\n", "y.conf": "\nl=2\n"})
    places = [(Path(entry.path).name, entry.line) for entry in effective.sections[0].entries]
    assert places == [("x.conf", 2), ("y.conf", 2)]


def test_includes_are_relative_to_the_configuration_directory(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.conf").write_text("[a]\n#include y.conf\n")
    (tmp_path / "y.conf").write_text("k=1\n")
    path = str(tmp_path / "sub" / "x.conf")
    assert not load(path).loads
    assert shape(load(path, config_dir=str(tmp_path))) == [("a", ["k=1"])]


def test_files_may_come_from_elsewhere() -> None:
    files = {"/etc/asterisk/sip.conf": "[a]\n#include b.conf\n", "/etc/asterisk/b.conf": "k=1\n"}
    assert shape(load("/etc/asterisk/sip.conf", read=files.get)) == [("a", ["k=1"])]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load(str(tmp_path / "nosuch.conf"))


def test_an_included_file_adds_to_sections_of_another() -> None:
    text = "[general](+)\nk=1\n[general](+)\nl=2\n"
    assert not load_text(text).loads
    assert shape(load_text(text, included=True)) == [("general", ["k=1", "l=2"])]


def test_the_error_says_where(tmp_path: Path) -> None:
    effective = load_files(tmp_path, {"x.conf": "[a]\n\n#include nosuch\n"})
    assert str(effective.error) == f"{tmp_path}/x.conf:3: #include of nosuch, which is not there"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[a]\nk\n", 2),
        ("[a]\n#exec x\n", 2),
        ("[a]\nk=" + "x" * 9000 + "\n", 2),
        ("[a]\n;-- k=1\n", None),
        ("[a]\nk=1 --;\nl=2\n", None),
    ],
)
def test_what_is_ignored_is_noted(text: str, line: Optional[int]) -> None:
    (note,) = load_text(text).notes
    assert note.line == line


def test_lookup() -> None:
    effective = load_text("[general](!)\n[General]\nk=1\nK=2\n[general]\n")
    general = effective.first("GENERAL")
    assert general is effective.sections[1]
    assert [entry.value for entry in general.values("k")] == ["1", "2"]
    last = general.last("k")
    assert last is not None
    assert last.value == "2"
    assert general.last("l") is None
    assert effective.first("nosuch") is None


def test_only_ascii_folds() -> None:
    assert fold("ABCÄİ") == "abcÄİ"


def test_a_file_that_includes_itself_more_than_once_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "sip.conf"
    path.write_text("[a]\n" + "#tryinclude sip.conf\n" * 5)
    effective = load(str(path))
    assert effective.error and "includes itself" in effective.error.reason


def test_one_file_may_be_included_many_times(tmp_path: Path) -> None:
    path = tmp_path / "sip.conf"
    path.write_text("".join(f"[a{number}]\n#include common.conf\n" for number in range(500)))
    (tmp_path / "common.conf").write_text("type=peer\n")
    effective = load(str(path))
    assert effective.loads and all(section.last("type") for section in effective.sections)

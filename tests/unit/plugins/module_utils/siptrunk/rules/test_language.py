# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from .found import Found, found

GENERAL = "[general]\nallowguest=no\n"


def of(rule: str, text: str, *, whole: bool = False) -> Found:
    """Of several rules that may find something, one."""
    return [one for one in found(text, whole=whole) if one[0] == rule]


@pytest.mark.parametrize(
    ("rule", "text", "line"),
    [
        ("CONF001", "[a]\n\\ = 1\n", 2),
        ("CONF002", "[a]\n#include\n", 2),
        ("CONF002", "[a]\n= 1\n", 2),
        ("CONF003", "[a]\n[b\n", 2),
        ("CONF003", "[a]\n[b](c\n", 2),
        ("CONF004", "x=1\n[a]\n", 1),
        ("CONF005", "[a](t)\n[t](!)\n", 1),
        ("CONF005", "[t](!)\n[a](t)\n", None),
        ("CONF006", "[a]\n[b](+)\n", 2),
        ("CONF006", "[a]\n[a](+)\n", None),
        ("CONF007", "[a]\n#include nosuch.conf\n", 2),
        ("CONF007", "[a]\n#tryinclude nosuch.conf\n", None),
        ("CONF008", "[a]\n# a comment\n", 2),
        ("CONF009", "[a]\n-- a comment\n", 2),
        ("CONF009", "[a]\n// a comment\n", 2),
        ("CONF010", "[a]\nx=" + "y" * 9000 + "\n", 2),
        ("CONF012", "[a]\nx=1 ; ---\n", None),
        ("CONF013", "[a]\n#exec x\n", 2),
        ("CONF020", "[a]\n[b] (!)\n", 2),
        ("CONF020", "[a]\n[b](!)\n; [c] (!)\n", None),
        ("CONF021", "[a]\n[b] type=peer\n", 2),
        ("CONF021", "[a]\n[b](a) type=peer\n", 2),
        ("CONF021", "[a]\n[b] ; type=peer\n[c](a) ;x\n", None),
        ("CONF022", "[a]\nsecret=abc;def\n", 2),
        ("CONF022", "[a]\nsecret=abc\\;def\nb=c ;d\ne=f; g\nh=i;\n;j=k;l\n", None),
        ("CONF023", '[a]\ntype=peer\ncontext = "x" ; why\n', 3),
        ("CONF023", '[a]\ntype=peer\ncallerid="x" <1>\nregister="u":p@h\ncontext=x"y"\n', None),
        ("CONF025", GENERAL + "[general]\nuseragent=x\n", 3),
        ("CONF025", GENERAL + "[general](+)\nuseragent=x\n[general](!)\n", None),
        ("CONF026", "[a]\ntype=peer\n[A]\ntype=peer\n", 3),
        ("CONF026", "[a]\ntype=peer\n[a](+)\nhost=x\n", None),
        ("CONF027", "[a]\ntype=peer\ncontext=from\u00a0x\n", 3),
        ("CONF027", "[a]\ntype=peer\ndescription=from\u2013x\n; \u201c\n", None),
    ],
)
def test_lines(rule: str, text: str, line: int | None) -> None:
    assert [number for _rule, number, _option in of(rule, text, whole=True)] == ([line] if line else [])


@pytest.mark.parametrize(("rule", "text"), [("CONF011", ";-- x\n"), ("CONF012", "a=1 --;\n")])
def test_what_is_wrong_with_the_whole_file(rule: str, text: str) -> None:
    assert of(rule, f"[a]\n{text}") == [(rule, None, None)]

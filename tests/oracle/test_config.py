# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effective view of generated configuration files against the one of a real Asterisk (AMI GetConfig)."""

from __future__ import annotations

import os
import random
import re
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load

from .cases import CONFIGS
from .conftest import Asterisk, Message
from .shrink import check, simpler_file

COUNT = int(os.environ.get("ORACLE_N", "300")) // 2
# Each file may include the ones behind it, so that nothing goes round in circles.
FILES = ("x.conf", "x1.conf", "x2.conf", "y.conf")
NAMES = ("a", "A", "b", "t", "t t", " b", "general", "c" * 79, "c" * 80, "é", "a;b", "a\\;b", "")
KEYS = ("k", "K", "k k", "\\[k", "\\=k", "\\#k", "\\\\k", "k\\", "", "k+", "é", "\\é", "\\ k")
VALUES = (
    "v", "V", "v w", "", " ", '"v"', "v\\;w", "v;w", "v\\\\;w", "v;--w", "v--;w", "v ;-- w --; x", ";---v",
    ";-", "--;", ";--", "v=w", ">v", "[v]", "é", "\udcff", "v\0w", "v\rw", "v\t", "\\", "\\;\\;;", ";--;--",
    "--;--;", "a" * 8187, "a" * 8188, "a" * 8189,
)  # fmt: skip
OPERATORS = ("=", "=", "=>", "= ", " => ", "+=", " += ", "+=>", "", "= >")
OPTIONS = (
    "", "", "", "(!)", "(+)", "(t)", "(a,b)", "(!,t)", "(+,b)", "(b,+)", "( t)", "()", "(a", " (!)",
    "(+)(!)x", "(+TEMPLATES=include)", "(+TEMPLATES=restrict)", "(+k=v)", "(++)", "(nosuch)",
)  # fmt: skip
NOISE = '[]();--;--;=+>\\# \t"<>akt\0\ré\udcff\ufeff'
LINE_ENDS = ("\n", "\n", "\n", "\n", "\r\n", "\n\n", " \n", "\r")

Section = Tuple[str, bool, List[str]]
Files = Dict[str, str]


def test_effective_view_is_the_one_of_asterisk(asterisk: Asterisk, rng: random.Random) -> None:
    cases = [*CONFIGS, *(generate(rng) for _number in range(COUNT))]
    check(cases, lambda some: differences(asterisk, some), simpler)


def differences(asterisk: Asterisk, cases: Sequence[Files]) -> List[str]:
    """Between what we and what Asterisk make of each of the sets of files, whose first one is read."""
    found, loaded = [], 0
    for files in cases:
        for name in FILES:
            (asterisk.config / name).unlink(missing_ok=True)
        for name, text in files.items():
            asterisk.write(name, text)
        effective = load(str(asterisk.config / FILES[0]))
        if effective.error and "hangs" in effective.error.reason:
            continue
        ours: Optional[List[Section]] = None
        if effective.loads:
            loaded += 1
            ours = [
                (s.name, s.template, [f"{e.key}={e.value}" for e in s.entries]) for s in effective.sections
            ]
        theirs = sections(
            asterisk.action({"Action": "GetConfig", "Filename": FILES[0], "Filter": "TEMPLATES=include"})
        )
        if ours != theirs:
            found.append(shorten(f"ours {ours} ({effective.error}), theirs {theirs}"))
    print(f"{len(cases)} sets of files, {loaded} of them load")
    return found


def simpler(files: Files) -> Iterator[Files]:
    """Without one of the files, or with fewer lines in one."""
    for name in files:
        if name != FILES[0]:
            yield {other: text for other, text in files.items() if other != name}
        for text in simpler_file(files[name]):
            yield {**files, name: text}


def shorten(text: str) -> str:
    return re.sub(r"(.)\1{99,}", lambda run: f"<{run[1]} x {len(run[0])}>", text)


def generate(rng: random.Random) -> Files:
    files = {}
    for index, name in enumerate(FILES):
        if index and rng.random() < 0.5:
            continue
        begin = "".join(
            f"[{rng.choice(NAMES[:4])}]{rng.choice(OPTIONS[:4])}\n" for _number in range(rng.randint(0, 2))
        )
        mark = "\ufeff" if rng.random() < 0.1 else ""
        files[name] = mark + begin + "".join(line(rng, index) for _number in range(rng.randint(0, 8)))
    return files


def line(rng: random.Random, index: int) -> str:
    kind = rng.random()
    if kind < 0.2:
        text = f"[{rng.choice(NAMES)}]{rng.choice(OPTIONS)}"
    elif kind < 0.3:
        others = (
            (*FILES[index + 1 :], "nosuch.conf", "x[12].conf", "{y,x2}.conf")
            if index == 0
            else FILES[index + 1 :]
        )
        directive = rng.choice(
            ("#include", "#tryinclude", "#tryinclude", "#INCLUDE", "  #include", "#exec", "#other")
        )
        argument = rng.choice(('"{}"', "<{}>", "{}", "{} ", '"{}')).format(rng.choice((*others, "")))
        text = f"{directive} {argument}"
    elif kind < 0.4:
        text = "".join(rng.choice(NOISE) for _number in range(rng.randint(0, 12)))
    else:
        key = rng.choice(KEYS) if rng.random() < 0.5 else "k"
        text = f"{key}{rng.choice(OPERATORS)}{rng.choice(VALUES)}"
    if "+=" in text:
        # AMI GetConfig, not the channel driver, crashes now and then when a file ends with += and a comment.
        return text.replace(";", "\\;") + "\nafter = it\n"
    return text + rng.choice(LINE_ENDS)


def sections(answer: Message) -> Optional[List[Section]]:
    """GetConfig's answer; None when Asterisk does not take the file."""
    if answer[0] != "Response: Success":
        assert answer[1] == "Message: Config file has invalid format"
        return None
    found: List[Section] = []
    for text in answer[1:]:
        header = re.match(r"(Category|Line|IsTemplate|Templates)-[0-9-]+: ", text)
        assert header, text
        value = text[header.end() :]
        if header[1] == "Category":
            found.append((value, False, []))
        elif header[1] == "IsTemplate":
            found[-1] = (found[-1][0], True, found[-1][2])
        elif header[1] == "Line":
            found[-1][2].append(value)
    return found

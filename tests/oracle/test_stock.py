# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration that Debian ships with Asterisk 16: kept to the byte, edited by line, read as Asterisk does."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from typing import Dict, List, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.text import fold
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import findings

from .conftest import IMAGE, Asterisk
from .test_config import sections

# A value with what has a meaning elsewhere on a line.
NEW = "a;b = [c] => \\d"


@pytest.fixture(scope="module")
def stock() -> Dict[str, str]:
    """The text of every stock file by its name."""
    command = ["podman", "run", "--rm", "--network", "none", "--pull", "never", "--entrypoint", "tar", IMAGE]
    packed = subprocess.run(
        [*command, "-C", "/etc/asterisk", "-c", "."], capture_output=True, check=True
    ).stdout
    texts = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and member.name.endswith(".conf"):
                texts[member.name[2:].replace("/", "_")] = content.read().decode("utf-8", "surrogateescape")
    assert len(texts) > 80 and len(texts["sip.conf"]) > 50_000
    return texts


def test_every_file_is_given_back(stock: Dict[str, str]) -> None:
    assert {name: str(Document.parse(text)) for name, text in stock.items()} == stock


# An option or a section that is commented out, to show how it is written.
SHOWN = re.compile(r"^; ?(?=(\[[a-z0-9_-]+\](\(.*\))?[ \t]*(;.*)?$|[a-z0-9_-]+ ?=>? ?[^ \n]))", re.I | re.M)


def test_no_option_that_is_documented_is_unknown(stock: Dict[str, str]) -> None:
    text = SHOWN.sub("", stock["sip.conf"])
    assert len(re.findall("(?m)^[a-z0-9_-]+ ?=", text)) > 250
    pbx = from_texts({"sip.conf": text})
    assert pbx.sip
    assert not {"SIP001", "SIP002", "SIP060", "SIP062", "SIP063"} & {one.rule for one in findings(pbx)}


def test_every_entry_can_be_replaced_and_put_back(stock: Dict[str, str]) -> None:
    edits = 0
    for name, text in stock.items():
        document = Document.parse(text)
        for section in (document.head, *document.sections):
            for number, entry in enumerate(section.entries):
                section.replace(entry, NEW)
                assert section.entries[number].value == NEW
                assert changed_lines(text, str(document)) == [entry.line], (name, entry.line)
                section.replace(section.entries[number], entry.value)
                assert str(document) == text, (name, entry.line)
                edits += 1
    print(f"{edits} edits")
    assert edits > 500


def test_every_option_can_be_set_and_set_back(stock: Dict[str, str]) -> None:
    for name, text in stock.items():
        document = Document.parse(text)
        for section in (document.head, *document.sections):
            for key in dict.fromkeys(fold(entry.key) for entry in section.entries):
                entries = [entry for entry in section.entries if fold(entry.key) == key]
                section.set(key, [f"{NEW}{number}" for number in range(len(entries))])
                assert changed_lines(text, str(document)) == [entry.line for entry in entries], (name, key)
                section.set(key, [entry.value for entry in entries])
                assert str(document) == text, (name, key)


def test_a_new_option_can_be_set_and_removed(stock: Dict[str, str]) -> None:
    for name, text in stock.items():
        # An added line needs a line end before it, and that stays.
        text += "" if text.endswith("\n") else "\n"
        document = Document.parse(text)
        for section in document.sections:
            section.set("new", ["1", "2"])
            assert str(document).count("\n") == text.count("\n") + 2
            section.set("new", [])
            assert str(document) == text, (name, section.name)


def test_effective_view_is_the_one_of_asterisk(stock: Dict[str, str], asterisk: Asterisk) -> None:
    (asterisk.config / "stock").mkdir()
    for name, text in stock.items():
        asterisk.write(f"stock/{name}", text)
    differences: List[Tuple[str, object, object]] = []
    loaded = 0
    for name in stock:
        effective = load(str(asterisk.config / "stock" / name), config_dir=str(asterisk.config))
        ours = None
        if effective.loads:
            ours = [
                (s.name, s.template, [f"{e.key}={e.value}" for e in s.entries]) for s in effective.sections
            ]
            loaded += 1
        request = {"Action": "GetConfig", "Filename": f"stock/{name}", "Filter": "TEMPLATES=include"}
        theirs = sections(asterisk.action(request))
        if ours != theirs:
            differences.append((name, ours, theirs))
    print(f"{loaded} of {len(stock)} files load")
    assert not differences
    assert loaded > 80


def changed_lines(before: str, after: str) -> List[int]:
    """The numbers of the lines that differ, where their number is the same."""
    pairs = list(zip(before.split("\n"), after.split("\n")))
    assert before.count("\n") == after.count("\n")
    return [number for number, (old, new) in enumerate(pairs, 1) if old != new]

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.acceptance import (
    in_file,
    in_text,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.linting import lint
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.lint.loading import from_texts

TRUNK = "[t]\ntype=peer\nhost=192.0.2.1\ncontext=from-t\ndisallow=all\nallow=alaw\ninsecure=port,invite\nqualify=yes\n"
PERMIT = "permit=192.0.2.1\n"
ACCEPT = "; siptrunk: accept SIP011: a test\n"


def left(text: str, configured: str = "") -> list[tuple[str, int | None]]:
    accepting = in_file("lint.ini", configured)
    report = lint([from_texts({"sip.conf": TRUNK + text}, parts=True)], accepting)
    return [(one.rule, one.line) for one in report.findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PERMIT, [("SIP011", 9)]),
        (PERMIT.replace("\n", " " + ACCEPT), []),
        (ACCEPT + PERMIT, []),
        (ACCEPT + "\n; the provider's\n" + PERMIT, []),
        ("; siptrunk: accept SIP011, SIP011: a test\n" + PERMIT, []),
        # For the next line only.
        (ACCEPT + "language=de\n" + PERMIT, [("LINT003", 9), ("SIP011", 11)]),
        (PERMIT + ACCEPT, [("SIP011", 9), ("LINT003", 10)]),
        ("; siptrunk: accept SIP011\n" + PERMIT, [("LINT002", 9), ("SIP011", 10)]),
        ("; siptrunk: accept SIP011:\n" + PERMIT, [("LINT002", 9), ("SIP011", 10)]),
        ("; siptrunk: ignore it\n" + PERMIT, [("LINT001", 9), ("SIP011", 10)]),
        ("; siptrunk: accept SIP999: a test\n" + PERMIT, [("LINT001", 9), ("SIP011", 10)]),
        ("; siptrunk: accept SIP021: a test\n" + PERMIT, [("LINT003", 9), ("SIP011", 10)]),
    ],
)
def test_comments(text: str, expected: list[tuple[str, int | None]]) -> None:
    assert left(text) == expected


@pytest.mark.parametrize(("parts", "expected"), [(True, []), (False, [("LINT003", 9)])])
def test_what_only_the_whole_can_tell(parts: bool, expected: list[tuple[str, int | None]]) -> None:
    """A rule for whole configurations finds nothing in a part; that its acceptance is in vain is not known."""
    text = TRUNK + "; siptrunk: accept SIP090: a test\n" + PERMIT.replace("permit", "language")
    report = lint([from_texts({"sip.conf": text}, parts=parts)])
    assert [(one.rule, one.line) for one in report.findings if one.rule.startswith("LINT")] == expected


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ("[accept SIP011]\nreason = a test\n", []),
        ("[accept SIP011]\nreason = a test\nfiles = pbx/*.conf, sip.*\n", []),
        ("[accept SIP011]\nreason = a test\nfiles = pbx/*.conf\n", [("LINT003", None), ("SIP011", 9)]),
        ("[accept SIP011]\nreason =\n", [("LINT002", None), ("SIP011", 9)]),
        ("[accept SIP011]\n", [("LINT002", None), ("SIP011", 9)]),
    ],
)
def test_a_file(configured: str, expected: list[tuple[str, int | None]]) -> None:
    assert left(PERMIT, configured) == expected


@pytest.mark.parametrize(
    "text", ["reason = x\n", "[ignore SIP011]\n", "[accept SIP011]\npath = x\n", "[accept]\n", "[[\n"]
)
def test_a_file_that_is_not_understood(text: str) -> None:
    with pytest.raises(ConfigError, match=r"lint\.ini"):
        in_file("lint.ini", text)


def test_the_comment_of_a_yaml_file() -> None:
    (one,) = in_text("trunks.yml", "secret: x  # siptrunk: accept VAR001: a test\n")
    assert (one.rules, one.reason, one.covers) == (("VAR001",), "a test", 1)

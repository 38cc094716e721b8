# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.calls import (
    apply,
    references,
)

ENDPOINTS = {"provider-out": "provider", "gw": "gw"}


@pytest.mark.parametrize(
    ("value", "old", "new"),
    [
        ("1,1,Dial(SIP/provider-out/123,60)", "SIP/provider-out/123", "PJSIP/123@provider"),
        ("1,1,Dial(SIP/${EXTEN}@gw)", "SIP/${EXTEN}@gw", "PJSIP/${EXTEN}@gw"),
        ("1,1,Dial(sip/GW/${EXTEN:1},,b(x^1))", "sip/GW/${EXTEN:1}", "PJSIP/${EXTEN:1}@gw"),
        ("1,1,Dial(SIP/gw/${FILTER(0-9,${EXTEN})})", "SIP/gw/${FILTER(0-9,${EXTEN})}",
         "PJSIP/${FILTER(0-9,${EXTEN})}@gw"),
        ("1,1,Dial(SIP/gw/0${EXTEN}&SIP/201)", "SIP/gw/0${EXTEN}", "PJSIP/0${EXTEN}@gw"),
        ("1,1,ExecIf($[1=1]?Dial(SIP/gw))", "SIP/gw", "PJSIP/gw"),
        ("1,hint,SIP/gw", "SIP/gw", "PJSIP/gw"),
        ("1,1,Set(x=${DEVICE_STATE(SIP/gw)})", "SIP/gw", "PJSIP/gw"),
        ("1,1,Set(OUT=SIP/gw)", "SIP/gw", None),
        ("1,1,Dial(SIP/gw/1!2@example.com)", "SIP/gw/1!2@example.com", None),
        ("1,1,Dial(SIP/u:p@gw)", "SIP/u:p@gw", None),
        ("1,1,Dial(SIP/gw/1/192.0.2.1)", "SIP/gw/1/192.0.2.1", None),
    ],
)  # fmt: skip
def test_calls_are_found_and_rewritten(value: str, old: str, new: Optional[str]) -> None:
    text = f"[out] ; mine\nexten => {value} ; why\n"
    (found,) = references(load_text(text, "extensions.conf"), ENDPOINTS)
    assert (found.path, found.line, found.section) == ("extensions.conf", 2, "out")
    assert (found.old, found.new) == (old, new)
    assert bool(found.instead) == (new is None)
    document = Document.parse(text)
    assert apply(document, ENDPOINTS) == (new is not None)
    assert str(document) == (text.replace(old, new) if new else text)
    assert new is None or apply(document, ENDPOINTS) == 0


@pytest.mark.parametrize(
    "value",
    ["1,1,Dial(PJSIP/1@gw)", "1,1,Dial(SIP/201)", "1,1,Dial(SIP/${EXTEN})", "1,1,Dial(SIP/1@gw.example.com)",
     "1,1,Dial(SIP/1@gw:5070)", "1,1,Dial(IAX2/gw/1)", "1,1,NoOp(gw)"],
)  # fmt: skip
def test_other_calls_stay(value: str) -> None:
    text = f"[out]\nexten => {value}\n"
    assert references(load_text(text), ENDPOINTS) == []
    document = Document.parse(text)
    assert apply(document, ENDPOINTS) == 0
    assert str(document) == text


def test_several_calls_of_one_line_and_of_several_files() -> None:
    files = {"/e/extensions.conf": "[out]\nexten => 1,1,Dial(SIP/1@gw&SIP/2@gw)\n#include more.conf\n"}
    files["/e/more.conf"] = "same => n,Dial(SIP/provider-out/${EXTEN},30)\r\n"
    found = references(
        load_text(files["/e/extensions.conf"], "/e/extensions.conf", read=files.get), ENDPOINTS
    )
    assert [(one.path, one.line, one.new) for one in found] == [
        ("/e/extensions.conf", 2, "PJSIP/1@gw"),
        ("/e/extensions.conf", 2, "PJSIP/2@gw"),
        ("/e/more.conf", 1, "PJSIP/${EXTEN}@provider"),
    ]
    included = Document.parse(files["/e/more.conf"])
    assert apply(included, ENDPOINTS) == 1
    assert str(included) == "same => n,Dial(PJSIP/${EXTEN}@provider,30)\r\n"


def test_a_variable_is_told_and_left_alone() -> None:
    text = "[globals]\nTRUNK = SIP/gw\nWHOLE = SIP/1@gw\n"
    told, whole = references(load_text(text), ENDPOINTS)
    assert told.new is None and "PJSIP/NUMBER@gw" in told.instead
    assert whole.new == "PJSIP/1@gw"

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import List, Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules import pjsip_vocabulary

from .found import Found, all_in, found

BOOKS = (pjsip_vocabulary.book,)

HINTED = "[t]\ntype=endpoint\nallow=alaw\nidentify_by=ip\n"
Edits = List[Tuple[str, Optional[str], Optional[str], bool]]


def pjsip(text: str, **more: str) -> Found:
    return found(text, name="pjsip.conf", books=BOOKS, asterisk=more.get("asterisk", ""))


def edits(text: str) -> Edits:
    return [
        (one.rule, one.edit.key, one.edit.value, one.edit.safe)
        for one in all_in(text, name="pjsip.conf", books=BOOKS)
        if one.edit
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[t]\ntype=aor\n[t]\ntype=aor\n[t]\ntype=aor\n", [("PJ001", 3, None), ("PJ001", 5, None)]),
        ("[t]\ntype=aor\n" + HINTED, []),
        ("[t]\ntype=aor\n[T]\ntype=aor\n", []),
        ("[t](!)\ntype=aor\n[t]\ntype=aor\n", []),
        ("[t]\ntype=aor\n[t](+)\nmax_contacts=1\n", []),
        # The types of templates count.
        ("[a](!)\ntype=aor\n[t](a)\nmax_contacts=1\n[t](a)\nmax_contacts=1\n", [("PJ001", 5, None)]),
    ],
)
def test_two_of_one_name(text: str, expected: Found) -> None:
    assert pjsip(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[t]\ncontact=sip:192.0.2.1\n", [("PJ003", 1, None)]),
        ("[t]\ntype=\nmax_contacts=1\n", [("PJ003", 1, None)]),
        ("[t]\n", []),
        ("[t](!)\nmax_contacts=1\n", []),
        # Another file has the section.
        ("[t](+)\nmax_contacts=1\n", []),
        ("[t]\nTYPE=aor\n", []),
        ("[t]\ntype=AOR\n", [("PJ053", 2, "type")]),
        ("[t]\ntype=endpiont\n", [("PJ053", 2, "type")]),
        ("[t]\ntype=wizard\n", [("PJ053", 2, "type")]),
        ("[t]\ntype=phoneprov\nANYTHING=x\n", []),
        ("[t]\ntype=friend\nhost=dynamic\n", [("PJ052", 2, "type")]),
        ("[a](!)\ntype=peer\n[t](a)\n[u](a)\n", [("PJ052", 2, "type")]),
        ("[t]\ntype=aor\ntype=endpoint\n", [("PJ054", 3, "type")]),
        ("[t]\ntype=aor\ntype=aor\n", []),
    ],
)
def test_types(text: str, expected: Found) -> None:
    assert pjsip(text) == expected


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("fromm_user=a", "PJ002"),
        ("no_such_option=a", "PJ002"),
        ("From_User=a", None),
        ("@fromm_user=a", None),
        ("qualify_frequency=30", "PJ050"),
        ("username=a", "PJ050"),
        ("dtmfmode=rfc2833", "PJ051"),
        ("insecure=port,invite", "PJ051"),
        ("session-timers=originate", "PJ051"),
    ],
)
def test_names_of_options(option: str, expected: Optional[str]) -> None:
    key = option.partition("=")[0]
    assert pjsip(f"{HINTED}{option}\n") == ([(expected, 5, key)] if expected else [])


@pytest.mark.parametrize(("release", "expected"), [("16.28.0", [("PJ002", 5, "tenantid")]), ("22.10.1", [])])
def test_options_of_another_release(release: str, expected: Found) -> None:
    assert pjsip(f"{HINTED}tenantid=a\n", asterisk=release) == expected


def test_what_may_be_meant() -> None:
    assert edits(f"{HINTED}fromm_user=a\n") == [("PJ002", "from_user", None, False)]
    assert edits(f"{HINTED}dtmfmode=info\n") == [("PJ051", "dtmf_mode", None, False)]
    assert edits(f"{HINTED}secret=a\n") == []
    assert edits("[t]\ntype=Aor\n") == [("PJ053", None, "aor", False)]
    (told,) = all_in(f"{HINTED}qualify=yes\n", name="pjsip.conf", books=BOOKS)
    assert told.fix == "write qualify_frequency in an aor instead"


def test_an_option_of_a_template_is_told_once() -> None:
    text = "[a](!)\ntype=aor\nfoo=1\n[t](a)\n[u](a)\n"
    assert pjsip(text) == [("PJ002", 3, "foo")]


def test_any_names_that_begin_well() -> None:
    assert pjsip("[t]\ntype=inbound-publication\nevent_presence=x\n") == []


@pytest.mark.parametrize(
    ("release", "expected"), [("16.28.0", []), ("22.10.1", [("PJ055", 5, "preferred_codec_only")])]
)
def test_deprecated(release: str, expected: Found) -> None:
    assert pjsip(f"{HINTED}preferred_codec_only=yes\n", asterisk=release) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[t]\ntype=aor\nmax_contacts=1\nMax_Contacts=2\n", [("PJ058", 3, "max_contacts")]),
        ("[t]\ntype=aor\nmax_contacts=1\nmax_contacts=1\n", []),
        ("[t]\ntype=aor\ncontact=sip:192.0.2.1\ncontact=sip:192.0.2.2\n", []),
        ("[a](!)\ntype=aor\nmax_contacts=1\n[t](a)\nmax_contacts=2\n", []),
        ("[t]\ntype=aor\nmax_contacts=1\n[t](+)\nmax_contacts=2\n", []),
        ("[t]\ntype=aor\n@note=1\n@note=2\n", []),
    ],
)
def test_options_that_stand_twice(text: str, expected: Found) -> None:
    assert pjsip(text) == expected


BARE = "[base]\ntype=endpoint\nallow=alaw\n"
HEIR = "[t](base)\naors=t\nidentify_by=ip\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BARE + HEIR, [("PJ057", 1, None)]),
        (BARE, []),
        (BARE + HEIR.replace("(base)", "\ntype=endpoint\nallow=alaw"), []),
        (BARE.replace("[base]", "[base](!)") + HEIR, []),
        # Who has one of these is somebody.
        (BARE + "aors=base\n" + HEIR, []),
        (BARE + "auth=base\n" + HEIR, []),
        (BARE + "identify_by=ip\n" + HEIR, []),
    ],
)
def test_a_template_that_is_none(text: str, expected: Found) -> None:
    assert [one for one in pjsip(text) if one[0] == "PJ057"] == expected

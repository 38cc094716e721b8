# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Optional, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules import (
    pjsip_uris,
    pjsip_values,
    pjsip_vocabulary,
)

from .found import Found, all_in, found

BOOKS = (pjsip_values.book, pjsip_uris.book, pjsip_vocabulary.book)

ENDPOINT = "[t]\ntype=endpoint\nallow=alaw\nidentify_by=ip\n"
MD5 = "0123456789abcdef0123456789ABCDEF"


def rules(text: str, asterisk: str = "") -> Tuple[str, ...]:
    return tuple(one[0] for one in found(text, name="pjsip.conf", books=BOOKS, asterisk=asterisk))


def edit(text: str) -> Optional[Tuple[Optional[str], bool]]:
    (one,) = all_in(text, name="pjsip.conf", books=BOOKS)
    return (one.edit.value, one.edit.safe) if one.edit else None


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("dtmf_mode=rfc2833", True),
        ("dtmf_mode=RFC4733", False),
        ("dtmf_mode=", True),
        ("media_encryption=yes", True),
        ("timers=originate", True),
        ("timers=true", False),
        ("100rel=off", False),
        ("dtls_verify=true", True),
        ("dtls_setup=anything", False),
        ("t38_udptl_ec=FEC", True),
        ("callerid_privacy=1", False),
        ("identify_by=ip, header", False),
        ("identify_by=src", True),
        ("dtmf_mode=${MODE}", True),
    ],
)
def test_choices(option: str, wrong: bool) -> None:
    text = "".join(line for line in ENDPOINT.splitlines(True) if not line.startswith("identify_by"))
    assert ("PJ027" in rules(f"{text}{option}\n")) == wrong


def test_a_choice_of_another_release() -> None:
    text = "[t]\ntype=auth\nusername=a\npassword=b\nauth_type=digest\n"
    assert rules(text, "16.28.0") == ("PJ027",)
    assert rules(text, "22.10.1") == ()


def test_what_may_be_meant() -> None:
    assert edit(f"{ENDPOINT}dtmf_mode=rfc2833\n") == ("rfc4733", False)
    assert edit(f"{ENDPOINT}media_encryption=sdse\n") == ("sdes", False)
    assert edit(f"{ENDPOINT}media_encryption=zrtp\n") is None
    assert edit(f"{ENDPOINT}direct_media=yess\n") == ("yes", False)
    assert edit(f"{ENDPOINT}direct_media=2\n") is None


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("direct_media=nonat", True),
        ("direct_media=", True),
        ("direct_media=ON", False),
        # It comes out as it is meant.
        ("direct_media=none", False),
        ("direct_media=nd", False),
        ("direct_media=ys", True),
        ("direct_media=f", False),
        ("rtp_symmetric=comedia", True),
        ("media_address=maybe", False),
        ("callerid=maybe", False),
    ],
)
def test_truths(option: str, wrong: bool) -> None:
    assert rules(f"{ENDPOINT}{option}\n") == (("PJ028",) if wrong else ())


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ("qualify_frequency=30s", True),
        ("qualify_frequency=-1", True),
        ("qualify_frequency=4294967296", True),
        ("qualify_frequency=4294967295", False),
        ("qualify_frequency=0x10", False),
        ("qualify_frequency=" + "9" * 5000, True),
        ("qualify_frequency=", True),
        ("qualify_frequency=\u0663", True),
        ("qualify_timeout=2.5", False),
        ("qualify_timeout=2,5", True),
    ],
)
def test_numbers(options: str, wrong: bool) -> None:
    assert rules(f"[t]\ntype=aor\n{options}\n") == (("PJ020",) if wrong else ())


def test_the_least_that_is_taken() -> None:
    registration = "[t]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri=sip:a@192.0.2.1\n"
    assert "PJ020" in rules(f"{registration}expiration=0\n")
    assert "PJ020" not in rules(f"{registration}expiration=1\n")
    assert rules(f"{ENDPOINT}timers_min_se=60\n") == ("PJ020",)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ("timers_sess_expires=120\ntimers_min_se=300\n", True),
        ("timers_sess_expires=90\n", False),
        ("timers_min_se=1801\n", True),
        ("timers_min_se=1800\n", False),
        ("timers_sess_expires=soon\ntimers_min_se=300\n", False),
    ],
)
def test_session_timers(options: str, wrong: bool) -> None:
    assert ("PJ056" in rules(ENDPOINT + options)) == wrong


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("disallow=all\nallow=alaw,ulaw", ()),
        ("allow=!all,ALAW|ulaw, g722", ()),
        ("allow=all", ()),
        ("allow=alaw:20", ()),
        ("allow=alaw:long", ("PJ025",)),
        ("allow=pcma", ("PJ025",)),
        ("allow=alaw ulaw", ("PJ025",)),
        ("allow=alaw\ndisallow=foo", ("PJ025",)),
        ("allow=!foo,alaw", ("PJ025",)),
        ("allow=", ("PJ025",)),
        # codecs.conf makes such.
        ("allow=opus16,my-opus", ()),
        ("disallow=all", ("PJ026",)),
        ("allow=alaw\ndisallow=all", ("PJ026",)),
        ("allow=alaw\ndisallow=alaw:20", ("PJ026",)),
        ("allow=alaw,!alaw", ("PJ026",)),
        ("allow=alaw,!all,ulaw", ()),
        ("", ("PJ026",)),
    ],
)
def test_codecs(options: str, expected: Tuple[str, ...]) -> None:
    assert rules(f"[t]\ntype=endpoint\nidentify_by=ip\n{options}\n") == expected


def test_the_codec_that_is_meant() -> None:
    (one,) = all_in("[t]\ntype=endpoint\nallow=ulaw,g711a\nidentify_by=ip\n", name="pjsip.conf", books=BOOKS)
    assert (one.part, one.fix) == ("g711a", "did you mean alaw?")


def test_messages_need_no_codec() -> None:
    text = "[{}]\ntype=endpoint\naors=t\nidentify_by=ip\n"
    assert rules(text.format("default_outbound_endpoint")) == ()
    assert rules("[g]\ntype=global\ndefault_outbound_endpoint=out\n" + text.format("out")) == ()


@pytest.mark.parametrize(
    ("options", "in_16", "in_22"),
    [
        ("password=b", False, False),
        ("", True, True),
        ("password=", True, True),
        (f"md5_cred={MD5}", True, False),
        (f"auth_type=md5\nmd5_cred={MD5}", False, False),
        ("auth_type=md5\nmd5_cred=secret", True, True),
        ("auth_type=md5\npassword=b", True, False),
        ("password=b\nmd5_cred=secret", False, True),
    ],
)
def test_credentials(options: str, in_16: bool, in_22: bool) -> None:
    for release, wrong in (("16.28.0", in_16), ("22.10.1", in_22)):
        text = f"[t]\ntype=auth\nusername=a\n{options}\n"
        assert rules(text, release) == (("PJ029",) if wrong else ())


def test_other_credentials_of_22() -> None:
    assert rules(f"[t]\ntype=auth\nusername=a\npassword_digest=MD5:{MD5}\n") == ()
    assert rules("[t]\ntype=auth\nusername=a\nauth_type=google_oauth\nrefresh_token=b\n") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[t]\ntype=auth\npassword=b\n", [("PJ065", 1, None)]),
        ("[t]\ntype=identify\nendpoint=t\n", [("PJ065", 1, None)]),
        ("[t]\ntype=identify\nendpoint=t\nmatch_header=A: b\n", []),
        ("[t]\ntype=transport\nprotocol=tcp\n", [("PJ065", 1, None)]),
        ("[t]\ntype=transport\nprotocol=flow\n", []),
    ],
)
def test_what_must_be_there(text: str, expected: Found) -> None:
    assert found(text, name="pjsip.conf", books=BOOKS) == expected

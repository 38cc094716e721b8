# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of pjsip.conf take, URIs among them."""

from __future__ import annotations

import re
from typing import List, Tuple

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules import vocabulary
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.pjsip_uris import (
    without_scheme,
    wrong_uri,
)

from .pbx import Pbx, at_once, examples, somebody
from .test_pjsip_vocabulary import PROVIDER, is_called

RELEASE = {"16": "16.28.0", "22": "22.10.1"}
WORDS = ("no_such_word", "yes", "0", "-1", "5.5", "99999999999", "YES", "12abc", "0x10", "maybe", "+5", "1")
# What else they must have.
BARE = {
    "auth": "username=alice\npassword=secret\n",
    "registration": "server_uri=sip:192.0.2.1\nclient_uri=sip:alice@192.0.2.1\n",
}
# Refused for another reason than the word.
OTHER_REASONS = {"rtp_port_start", "rtp_port_end", "auth_type", "line", "timers_sess_expires", "stir_shaken"}


def test_PJ027(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ027")


def test_PJ028(pjsip: Pbx) -> None:
    for files, bad in examples("PJ028"):
        pjsip.load(files)
        assert f"direct_media                       : {str(not bad).lower()}" in pjsip.cli(
            "pjsip show endpoint provider"
        )


def test_PJ020(pjsip: Pbx) -> None:
    for files, bad in examples("PJ020"):
        pjsip.load(files)
        assert pjsip.has("aor") == (not bad)


def test_PJ056(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ056")


def test_PJ025(pjsip: Pbx) -> None:
    is_called(pjsip, "PJ025")


def test_PJ026(pjsip: Pbx) -> None:
    for files, bad in examples("PJ026"):
        pjsip.load(files)
        assert pjsip.call(PROVIDER) == (488 if bad else 200)


def test_PJ029(pjsip: Pbx) -> None:
    for files, bad in examples("PJ029"):
        pjsip.load(files)
        assert pjsip.has("auth") == (not bad)


def test_PJ065(pjsip: Pbx) -> None:
    is_registration(pjsip, "PJ065")


def is_registration(pjsip: Pbx, rule: str) -> None:
    for files, bad in examples(rule):
        pjsip.load(files)
        assert pjsip.has("registration") == (not bad)


def test_PJ017(pjsip: Pbx) -> None:
    is_registration(pjsip, "PJ017")


def test_PJ018(pjsip: Pbx) -> None:
    for files, bad in examples("PJ018"):
        user = somebody()
        with pjsip.provider(user, 2) as requests:
            pjsip.load(at_once(files, user))
        assert bool(requests) == bad


def test_PJ019(pjsip: Pbx) -> None:
    is_registration(pjsip, "PJ019")


# What the rules say of any word, Asterisk does.


@pytest.mark.parametrize("kind", ["aor", "auth", "endpoint", "registration"])
def test_words_and_numbers(pjsip: Pbx, kind: str) -> None:
    words = vocabulary.Vocabulary(of_release(RELEASE[pjsip.version]))
    objects: List[Tuple[str, str, str]] = []
    for key in sorted(words.names(kind) - OTHER_REASONS):
        option = words.option(kind, key)
        assert option is not None
        if vocabulary.is_choice(option) or vocabulary.is_number(option):
            values = (*WORDS, "", *option.values, *map(str.upper, option.values))
            objects += [(f"{kind}{key}{number}", key, value) for number, value in enumerate(values)]
    # The last of several counts.
    sections = [f"[{name}]\ntype={kind}\n{BARE.get(kind, '')}{key}={value}\n" for name, key, value in objects]
    pjsip.load({"pjsip.conf": "".join(sections)})
    refused = set(re.findall(r"Could not create an object of type '\w+' with id '(\w+)'", complaints(pjsip)))
    said = {
        name
        for name, key, value in objects
        if words.wrong_choice(kind, key, value) or words.wrong_number(kind, key, value)
    }
    assert {(key, value) for name, key, value in objects if (name in refused) != (name in said)} == set()
    assert objects and refused


def test_truths(pjsip: Pbx) -> None:
    words = vocabulary.Vocabulary(of_release(RELEASE[pjsip.version]))
    options = {key: words.option("endpoint", key) for key in words.names("endpoint")}
    truths = sorted(key for key, option in options.items() if option and vocabulary.is_truth(option))
    for value, meant in (("maybe", "false"), ("yes", "true"), ("ON", "true"), ("nonat", "false")):
        # These three put others out of their way, and take_nothing else into account.
        others = set(truths) - {"webrtc", "media_encryption_optimistic", "dtls_auto_generate_cert"}
        text = "".join(f"{key}={value}\n" for key in sorted(others))
        pjsip.load({"pjsip.conf": f"[provider]\ntype=endpoint\nallow=alaw\n{text}"})
        shown = dict(re.findall(r"(?m)^ (\w+) +: (\w+)$", pjsip.cli("pjsip show endpoint provider")))
        spelled = {"yes": "true", "no": "false"}
        assert {key for key in others if spelled.get(shown[key], shown[key]) != meant} == set()


URIS = (
    "192.0.2.1", "example.com", "tel:123", "sip:192.0.2.1", "SIPS:192.0.2.1", "sip:a b@192.0.2.1", "sip:a@b@192.0.2.1",
    "sip:2001:db8::1", "sip:192.0.2.1:70000", "sip:192.0.2.1:abc", "sip:ä@192.0.2.1", "sip:<a>@192.0.2.1",
    "<sip:192.0.2.1>", "sip:", "sip:192.0.2.1:", "sip://192.0.2.1", "sip:a#b@192.0.2.1", "sip:%41@192.0.2.1",
    "sip:a:b@192.0.2.1", "sip: 192.0.2.1", "sip:exa_mple.com", "sip:example.com.", "sip:192.0.2.1,sip:192.0.2.2",
    "sip:example.com?x=y", "sip:a/b@192.0.2.1", "sip:+49@192.0.2.1", "sip:[a@192.0.2.1", "sip:a|b@192.0.2.1",
    "sip:a^@192.0.2.1", "sip:a\\b@192.0.2.1", "sip:a`b@192.0.2.1", "sip:a{b@192.0.2.1", 'sip:a"b@192.0.2.1',
    "sip:b\u00fccher.example", "sip:192.0.2.1;lr", "sip:$a@192.0.2.1", "sip:a@", "sip:@192.0.2.1",
)  # fmt: skip


def uri_in_file(uri: str) -> str:
    return uri.replace(";", "\\;")


def test_uris(pjsip: Pbx) -> None:
    sections = [
        f"[r{number}]\ntype=registration\nserver_uri=sip:192.0.2.1\nclient_uri={uri_in_file(uri)}\n"
        for number, uri in enumerate(URIS)
    ]
    pjsip.load({"pjsip.conf": "".join(sections)})
    there = set(re.findall(r"(?m)^ (r\d+)/", pjsip.cli("pjsip show registrations")))
    wrong = [uri for uri in URIS if without_scheme(uri) or wrong_uri(uri)[0]]
    assert [uri for number, uri in enumerate(URIS) if f"r{number}" not in there] == wrong


def complaints(pjsip: Pbx) -> str:
    return "\n".join(pjsip.complaints())

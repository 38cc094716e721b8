# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import probe as probing
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import ConfigError
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.dns import NoAnswer
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.exchange import Outcome
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.locate import Target, locate
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.name_servers import (
    Configuration,
    NameServers,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import Uri
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.wire import Place

ACCEPTED = Outcome("accepted", None, "200 OK", status=200)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"uri": "example.com"}, "the URI cannot be read"),
        ({"uri": "sip:a b@example.com"}, "the URI cannot be read"),
        ({"uri": "sip:a:s3cret@example.com"}, "the URI has a password"),
        ({"uri": "tel:+15550100"}, "is none of SIP"),
        ({"uri": "sip:a@example.com?Subject=x"}, "header fields"),
        ({"uri": "sip:example.com;transport=sctp"}, "has the transport sctp"),
        ({"sender": "sip:a:s3cret@example.com"}, "the URI of the sender has a password"),
        ({"user": "a"}, "user and secret go together"),
        ({"secret": "s3cret"}, "user and secret go together"),
        ({"bind": True}, "only the method register"),
        ({"method": "invite"}, "nobody would be called"),
        ({"method": "register"}, "nobody knows whose bindings"),
        ({"timeout": 0.0}, "the timeout 0"),
        ({"timeout": float("nan")}, "the timeout nan"),
        ({"timeout": float("inf")}, "the timeout inf"),
        ({"timeout": 301.0}, "the timeout 301"),
    ],
)
def test_what_cannot_be_asked(given: dict[str, Any], says: str) -> None:
    with pytest.raises(probing.Unaskable, match=says) as raised:
        probing.wish(**{"method": "options", "uri": "sip:example.com", **given})
    assert "s3cret" not in str(raised.value)


def test_who_has_an_account_needs_no_user_in_the_uri() -> None:
    wished = probing.wish("register", "sip:example.com", user="100", secret="s3cret")
    assert wished.harmless
    assert "s3cret" not in repr(wished)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.1", Place("192.0.2.1", 0)),
        ("192.0.2.1:5060", Place("192.0.2.1", 5060)),
        ("2001:db8::1", Place("2001:db8::1", 0)),
        ("[2001:DB8::1]", Place("2001:db8::1", 0)),
        ("[2001:db8::1]:5060", Place("2001:db8::1", 5060)),
    ],
)
def test_a_source(text: str, place: Place) -> None:
    assert probing.source(text) == place


@pytest.mark.parametrize(
    "text", ["", "eth0", "192.0.2.1:x", "192.0.2.1:65536", "192.0.2.256", "[192.0.2.1", ":5060"]
)
def test_what_is_no_source(text: str) -> None:
    with pytest.raises(probing.Unaskable, match="is no address"):
        probing.source(text)


@pytest.mark.parametrize(
    ("outcome", "expected", "code"),
    [
        (ACCEPTED, None, 0),
        (ACCEPTED, "accepted", 0),
        (ACCEPTED, "refused", 1),
        (replace(ACCEPTED, outcome="silent"), "silent", 0),
        (replace(ACCEPTED, outcome="silent"), None, 1),
        (replace(ACCEPTED, outcome="untrusted"), None, 1),
        (replace(ACCEPTED, outcome="unreachable"), "silent", 3),
        (replace(ACCEPTED, left_behind="a call"), None, 1),
    ],
)
def test_exit_codes(outcome: Outcome, expected: str | None, code: int) -> None:
    assert probing.exit_code(outcome, expected) == code


def test_a_file_that_is_no_ca(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match=r"\.pem: "):
            probing.probe(probing.wish("options", "sip:127.0.0.1"), ca=str(path))


def dead(_server: str, _question: bytes, _seconds: float) -> bytes:
    raise OSError


def test_the_file_of_hosts_needs_no_name_server() -> None:
    names = probing.Names(
        NameServers(Configuration(), ask=dead), "192.0.2.1 pbx\n2001:db8::1 pbx\n192.0.2 pbx\n"
    )
    assert locate(Uri.parse("sip:pbx"), None, names.lookup) == [
        Target("udp", "192.0.2.1", 5060, "pbx", 0),
        Target("udp", "2001:db8::1", 5060, "pbx", 0),
    ]
    with pytest.raises(NoAnswer):
        locate(Uri.parse("sip:example.com"), None, names.lookup)

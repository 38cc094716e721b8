# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any, Dict, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import register_line
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import NotRepresentable
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.register_line import (
    RegisterLine,
    masked,
    parse,
    render,
)

NAME: Dict[str, Any] = {"user": "name", "host": "domain"}
FULL: Dict[str, Any] = {**NAME, "domain": "namedomain", "secret": "pass", "auth_user": "authuser"}


def rules_of(value: str) -> List[str]:
    return [notice.rule for notice in parse(value).notices]


# The cases of Asterisk's own unit test, sip_parse_register_line_test in channels/sip/config_parser.c.
@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("name@domain", NAME),
        ("name:pass@domain", {**NAME, "secret": "pass"}),
        ("name@namedomain:pass:authuser@domain", FULL),
        ("name@namedomain:pass:authuser@domain/extension", {**FULL, "extension": "extension"}),
        (
            "tcp://name@namedomain:pass:authuser@domain/extension",
            {**FULL, "extension": "extension", "transport": "tcp"},
        ),
        (
            "tls://name@namedomain:pass:authuser@domain/extension~111",
            {**FULL, "extension": "extension", "transport": "tls", "expiry": 111},
        ),
        (
            "peer?tcp://name@namedomain:pass:authuser@domain:1234/extension~111",
            {
                **FULL,
                "peer": "peer",
                "extension": "extension",
                "transport": "tcp",
                "port": 1234,
                "expiry": 111,
            },
        ),
        (
            "peer?name@namedomain:pass:authuser@domain:1234/extension~111",
            {**FULL, "peer": "peer", "extension": "extension", "port": 1234, "expiry": 111},
        ),
        ("name@namedomain:4321:pass:authuser@domain", {**FULL, "domain_port": 4321}),
        ("name@namedomain:4321::@domain", {**NAME, "domain": "namedomain", "domain_port": 4321}),
    ],
)
def test_parse_takes_what_asterisk_tests(value: str, fields: Dict[str, Any]) -> None:
    parsed = parse(value)
    assert parsed.line == RegisterLine(**fields)
    assert parsed.notices == ()


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("peer?name:pass:authuser:1234/extension~111", "REG001"),
        ("@domin:1234", "REG001"),
        ("name@", "REG001"),
        ("", "REG001"),
        ("name:a/b@domain", "REG004"),
    ],
)
def test_parse_drops_what_chan_sip_drops(value: str, rule: str) -> None:
    parsed = parse(value)
    assert parsed.line is None
    assert rules_of(value) == [rule]


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        # The last @ counts, and nothing protects it.
        ("alice:p@ss@h", {"user": "alice", "secret": "p@ss"}),
        ('alice:"p@ss"@h', {"user": "alice", "secret": "p@ss"}),
        ("alice:p~#=,!*&%${}<>'^@h", {"user": "alice", "secret": "p~#=,!*&%${}<>'^"}),
        # Separators in a secret shift the fields; quotes, ?, and a transport protect them.
        ("alice:a:b@h", {"user": "alice", "secret": "a", "auth_user": "b"}),
        ("alice:a:b:c@h", {"user": "alice", "secret": "b", "auth_user": "c"}),
        ('alice:"a:b"@h', {"user": "alice", "secret": "a:b"}),
        ("alice:p?ss@h", {"user": "ss", "peer": "alice:p"}),
        ("?alice:p?ss@h", {"user": "alice", "secret": "p?ss"}),
        ("peer?alice:p?ss@h", {"user": "alice", "peer": "peer", "secret": "p?ss"}),
        ("alice:p//ss@h", {"user": "ss"}),
        ("alice:pw/@h", {"user": "alice", "secret": "pw"}),
        ("udp://alice:p/ss/@h", {"user": "alice", "secret": "p/ss/"}),
        # A quote, a bracket or a backslash hides the separator behind it.
        ('alice:p"w:bob@h', {"user": "alice", "secret": 'p"w:bob'}),
        ('alice:p"w@h', {"user": "alice", "secret": 'p"w'}),
        ("alice:p(w:bob@h", {"user": "alice", "secret": "p(w:bob"}),
        ('alice:"p[w":bob@h', {"user": "alice", "secret": '"p[w":bob'}),
        ("alice:pw)]:bob@h", {"user": "alice", "secret": "pw)]", "auth_user": "bob"}),
        ("alice:pw\\:bob@h", {"user": "alice", "secret": "pw\\:bob"}),
        # At the end of the account, the backslash hides the end itself.
        ("alice:pw\\@h:5070", {"user": "alice", "secret": "pw\\", "auth_user": "5070", "host": "h"}),
        # Blanks and one pair of quotes are taken from both ends.
        (" alice : pw @ h ", {"user": "alice", "secret": "pw"}),
        ('alice:" pw "@h', {"user": "alice", "secret": " pw "}),
        ('alice:""pw""@h', {"user": "alice", "secret": '"pw"'}),
        ('alice:"@h', {"user": "alice"}),
        # What follows the host.
        ("alice@h/a/b:c?d", {"user": "alice", "extension": "a/b:c?d"}),
        ("alice@h/", {"user": "alice"}),
        ('alice@h/""', {"user": "alice", "extension": ""}),
        ("alice@h~60/1", {"user": "alice", "expiry": 60}),
        ("alice@h~", {"user": "alice", "expiry": 0}),
        ("alice@h~0x3c", {"user": "alice", "expiry": 0}),
        ("alice@h~-1", {"user": "alice", "expiry": -1}),
        ("alice@h~4294967297", {"user": "alice", "expiry": 1}),
        ("alice@h:0", {"user": "alice"}),
        ("alice@h:65536", {"user": "alice"}),
        ("alice@h:5070abc", {"user": "alice", "port": 5070}),
        ("alice@h: +5070", {"user": "alice", "port": 5070}),
        ("alice@h:4294972366", {"user": "alice", "port": 5070}),
        ("alice@h:" + "0" * 30 + "5070", {"user": "alice"}),
        ("alice@[2001:db8::1]:5070", {"user": "alice", "host": "[2001:db8::1]", "port": 5070}),
        ("alice@2001:db8::1", {"user": "alice", "host": "2001"}),
        # Transports: the last character before // is dropped, three letters count.
        ("TLSv1://alice@h", {"user": "alice", "transport": "tls"}),
        ("tcp//alice@h", {"user": "alice"}),
        ("wss://alice@h", {"user": "alice"}),
        ("//alice@h", {"user": "alice"}),
        ("peer?//alice@h", {"user": "alice", "peer": "peer"}),
        ("?@h", {"user": ""}),
        ("sip:alice:pw@h", {"user": "sip", "secret": "alice", "auth_user": "pw"}),
        ("a@\udcff", {"user": "a", "host": "\udcff"}),
        ("a@h\0:99", {"user": "a"}),
    ],
)
def test_parse_misreads_as_chan_sip_does(value: str, fields: Dict[str, Any]) -> None:
    assert parse(value).line == RegisterLine(**{"host": "h", **fields})


def test_parse_cuts_after_255_bytes() -> None:
    value = "alice:" + "x" * 240 + "@h.example.com"
    assert parse(value).line == RegisterLine("alice", "h.exampl", secret="x" * 240)
    assert rules_of(value) == ["REG011"]
    # Bytes count, not characters: é has two.
    assert rules_of("alice:" + "é" * 123 + "@hh") == []
    assert rules_of("alice:" + "é" * 123 + "@hhh") == ["REG011"]


def test_a_backslash_as_last_byte_of_the_buffer_ends_the_scan() -> None:
    value = "alice@" + "h" * 248 + "\\"
    assert len(value) == 255
    assert parse(value).line == RegisterLine("alice", "h" * 248 + "\\")


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("alice:a?b:c@h", ["REG003"]),
        ("alice:p//ss@h", ["REG017"]),
        ("a(lice:pw@h", ["REG007"]),
        ("alice@h~0", ["REG012"]),
        ("alice@h~60s", ["REG012"]),
        ("alice@h:", ["REG015"]),
        ("alice@2001:db8::1", ["REG015", "REG019"]),
        ("alice@h:5070x", ["REG015"]),
        ("alice:a:b:c@h", ["REG005"]),
        ("sip:alice@h", ["REG016"]),
        ("ws://alice@h", ["REG017"]),
        ("alice@12345", ["REG019"]),
        (":pw@h", ["REG020"]),
        ("alice@/1234", ["REG020"]),
        ("//alice@h", ["REG033"]),
    ],
)
def test_notices_name_what_cannot_be_meant(value: str, rules: List[str]) -> None:
    assert rules_of(value) == rules


def test_defaults() -> None:
    line = RegisterLine("alice", "h")
    assert (line.effective_port, line.effective_extension, line.effective_expiry()) == (5060, "s", 120)
    assert RegisterLine("alice", "h", transport="tls").effective_port == 5061
    assert line.effective_expiry(300) == 300
    given = RegisterLine("alice", "h", transport="tls", port=5060, extension="1", expiry=0)
    assert (given.effective_port, given.effective_extension, given.effective_expiry()) == (5060, "1", 0)


def test_repr_does_not_show_the_secret() -> None:
    assert "hush" not in repr(RegisterLine("alice", "h", secret="hush"))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (
            RegisterLine("432", "mysipsp.com", secret="s3cr3t", extension="1234"),
            "432:s3cr3t@mysipsp.com/1234",
        ),
        (
            RegisterLine(
                "u", "h", peer="p", transport="tls", secret="s", auth_user="a", port=5070, expiry=60
            ),
            "p?tls://u:s:a@h:5070~60",
        ),
        (RegisterLine("u", "h", domain="d", domain_port=5080, secret="s"), "u@d:5080:s:@h"),
        (RegisterLine("u", "h", auth_user="a"), "u::a@h"),
        (RegisterLine("u", "h", secret=""), "u@h"),
        (RegisterLine("u", "h", secret="a:b"), 'u:"a:b"@h'),
        (RegisterLine("u", "h", secret="a?b"), "?u:a?b@h"),
        (RegisterLine("u", "h", secret="a/b"), 'u:"a/b"@h'),
        (RegisterLine("u", "h", secret="a/b", transport="tcp"), "tcp://u:a/b@h"),
        (RegisterLine("u", "h", secret="a;b"), "u:a;b@h"),
        (RegisterLine("u", "h", secret=" a "), 'u:" a "@h'),
        (RegisterLine("u", "h", secret="a\\"), "u:a\\@h"),
        (RegisterLine("u", "h", secret="a\\", port=5070), 'u:"a\\"@h:5070'),
        (RegisterLine("u", "h", extension="1~2"), 'u@h/"1~2"'),
        (RegisterLine("u", "h", auth_user="a b", extension=" 1"), 'u::a b@h/" 1"'),
        (RegisterLine("é", "h", peer="p", secret="s?"), "p?é:s?@h"),
    ],
)
def test_render_takes_the_plainest_spelling(line: RegisterLine, value: str) -> None:
    assert render(line) == value


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (RegisterLine("u", "h", secret=':":'), "secret"),
        (RegisterLine("u", "h", secret="a\nb"), "secret"),
        (RegisterLine("u", "h", secret="a\0b"), "secret"),
        (RegisterLine("u", "h", secret='a"b', auth_user="a"), "secret"),
        (RegisterLine("u", "h", extension="1@2"), "extension"),
        (RegisterLine("u", "h", extension="1" * 255), "255 bytes"),
        (RegisterLine("u", "h@h"), "host"),
        (RegisterLine("u", ""), "host"),
        (RegisterLine("", "h"), "user"),
        (RegisterLine("u", "h", port=70000), "port"),
    ],
)
def test_render_refuses_what_would_be_misread(line: RegisterLine, what: str) -> None:
    with pytest.raises(NotRepresentable) as error:
        render(line)
    assert what in str(error.value)
    assert error.value.alternatives
    assert line.secret is None or line.secret not in str(error.value)


def test_render_can_write_all_secrets_that_can_be_written() -> None:
    """All of one or two nasty characters; of those with three, a few cannot be written."""
    secrets = [
        "".join(pair) for size in (1, 2) for pair in itertools.product('a:/?@~"\\()[];# ', repeat=size)
    ]
    for secret in secrets:
        line = RegisterLine("alice", "h", secret=secret, port=5060, extension="ext", expiry=60)
        assert parse(render(line)).line == line
    for secret in (':":', '":"', '": ', ' ":'):
        with pytest.raises(NotRepresentable):
            render(RegisterLine("alice", "h", secret=secret))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("43212345:hush@mysipsp.com/1234", "43212345:********@mysipsp.com/1234"),
        ("p?tls://u@d:5080:hush:a@h:5070/1~60", "p?tls://u@d:********@h:5070/1~60"),
        ('udp://u:"hush"@[2001:db8::1]:5060', "udp://u:********@[2001:db8::1]:5060"),
        ("u@h", "u@h"),
        ("alice:hush?hush@h", "alice:********@h"),
        ("alice:hush/hush@h", "alice:********@h"),
        ("alice/hush@h", ":********@h"),
        ("alice:hush", "alice:********"),
        ("alice@h:5060:hush", "alice@h********"),
        ("alice@hush:hush@h", "alice@hush:********@h"),
    ],
)
def test_masked_shows_who_and_where(value: str, shown: str) -> None:
    assert masked(value) == shown


def test_length_limit_is_the_one_of_chan_sip() -> None:
    extension = "1" * (register_line.LENGTH_LIMIT - len("u@h/"))
    assert len(render(RegisterLine("u", "h", extension=extension))) == 255
    with pytest.raises(NotRepresentable, match="holds 255 bytes"):
        render(RegisterLine("uu", "h", extension=extension))


# A registrar got something else of chan_sip, or nothing, or could not take the message apart.
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        *(({"user": f"x{nasty}z"}, "^user ") for nasty in ' \t"<>\\@:[]'),
        *(({"domain": f"x{nasty}z"}, "^domain ") for nasty in ' \t"<>\\@:[]'),
        ({"domain": "2001:db8::1"}, "^domain "),
        ({"host": "2001:db8::1"}, "^domain or host "),
        ({"auth_user": 'a"u'}, "^auth_user "),
        ({"auth_user": "a\\u"}, "^auth_user "),
    ],
)
def test_render_refuses_what_a_registrar_cannot_read(fields: Dict[str, Any], reason: str) -> None:
    with pytest.raises(NotRepresentable, match=reason) as error:
        render(RegisterLine(**{"user": "u", "host": "h", "secret": "s", **fields}))
    assert error.value.alternatives


@pytest.mark.parametrize(
    "fields",
    [
        *({"user": f"x{odd}z"} for odd in "%#;?/{}|^é"),
        *({"auth_user": f"x{odd}z"} for odd in "@:;<>é "),
        *({"extension": f"x{odd}z"} for odd in '"\\<> %é'),
        *({"secret": f"x{odd}z"} for odd in '"\\<> %é\x01'),
        {"domain": "[2001:db8::1]"},
    ],
)
def test_render_takes_what_a_registrar_has_read(fields: Dict[str, Any]) -> None:
    line = RegisterLine(**{"user": "u", "host": "h", **fields})
    assert parse(render(line)).line == line


@pytest.mark.parametrize(
    ("longest", "longer", "reason"),
    [
        # user:realm:secret, of which the realm may have 64 bytes.
        ({"secret": "s" * 188}, {"secret": "s" * 189}, "cut the secret"),
        ({"secret": "é" * 94}, {"secret": "é" * 94 + "s"}, "cut the secret"),
        (
            {"auth_user": "a" * 5, "secret": "s" * 184},
            {"auth_user": "a" * 6, "secret": "s" * 184},
            "cut the secret",
        ),
        # sip:domain, or sip:host:port
        ({"domain": "d" * 75}, {"domain": "d" * 76}, "Request-URI"),
        ({"host": "h" * 75}, {"host": "h" * 76}, "Request-URI"),
        ({"host": "h" * 70, "port": 5061}, {"host": "h" * 71, "port": 5061}, "Request-URI"),
        ({"domain": "d" * 75, "port": 5061}, {"domain": "d" * 73, "domain_port": 80}, "Request-URI"),
        # <sip:user@domain>;tag=...
        ({"user": "u" * 222, "host": "h" * 11}, {"user": "u" * 222, "host": "h" * 12}, "cut the From"),
        # The Contact, percent-encoded.
        ({"extension": "^" * 170}, {"extension": "^" * 171}, "cut the extension"),
        ({"extension": "é" * 85}, {"extension": "é" * 85 + "^"}, "cut the extension"),
    ],
)
def test_render_refuses_what_chan_sip_would_cut(
    longest: Dict[str, Any], longer: Dict[str, Any], reason: str
) -> None:
    common: Dict[str, Any] = {"user": "u", "host": "h", "auth_user": "a"}
    assert render(RegisterLine(**{**common, **longest}))
    with pytest.raises(NotRepresentable, match=reason) as error:
        render(RegisterLine(**{**common, **longer}))
    assert error.value.alternatives


@pytest.mark.parametrize("secret", [':":', "s" * 200])
def test_the_ways_out_of_a_secret_that_cannot_be_carried(secret: str) -> None:
    with pytest.raises(NotRepresentable) as error:
        render(RegisterLine("u", "h", secret=secret))
    for way_out in ("secret", "peer?user@host/extension", "chan_pjsip"):
        assert way_out in error.value.alternatives


def test_a_digest_has_room_for_the_longer_of_domain_and_usual_realm() -> None:
    assert register_line.fits_digest("user", "s" * 185, "h")
    assert not register_line.fits_digest("user", "s" * 186, "h")
    assert not register_line.fits_digest("user", "s" * 185, "h" * 65)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import List, Optional

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.grammar import Malformed, Params
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    BODY_LIMIT,
    FIELDS_LIMIT,
    HEAD_LIMIT,
    Headers,
    Request,
    Response,
    Stream,
    parse,
    to_bytes,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import (
    CSeq,
    NameAddr,
    Uri,
    Via,
)

HEADERS = Headers(
    (
        ("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport"),
        ("From", "<sip:a@example.com>;tag=1"),
        ("To", "<sip:b@example.com>"),
        ("Call-ID", "c1@192.0.2.1"),
        ("CSeq", "1 OPTIONS"),
    )
)
OPTIONS = Request("OPTIONS", "sip:b@example.com", HEADERS)
OK = Response(200, "OK", HEADERS)


def octets(*lines: str, body: bytes = b"") -> bytes:
    """OPTIONS with the given lines more."""
    given = (f"{name}: {value}" for name, value in HEADERS)
    return "\r\n".join(("OPTIONS sip:b@example.com SIP/2.0", *given, *lines, "", "")).encode() + body


class TestHeaders:
    def test_case_and_compact_forms_are_the_same(self) -> None:
        headers = Headers((("m", "<sip:a@example.com>"), ("CONTACT", "<sip:b@example.com>")))
        assert headers.get("Contact") == "<sip:a@example.com>"
        assert headers.all("M") == ["<sip:a@example.com>", "<sip:b@example.com>"]

    def test_absent_is_none_and_empty_is_empty(self) -> None:
        headers = Headers((("Supported", ""), ("Subject", "")))
        assert headers.get("Allow") is None and headers.all("Allow") == []
        assert headers.get("k") == "" and headers.all("Supported") == []
        assert headers.all("Subject") == [""]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("Allow", "INVITE, ACK ,BYE", ["INVITE", "ACK", "BYE"]),
            ("Contact", '"a, \\"b" <sip:c,d@example.com>, *', ['"a, \\"b" <sip:c,d@example.com>', "*"]),
            ("Via", "SIP/2.0/UDP a;b=c,SIP/2.0/TCP d", ["SIP/2.0/UDP a;b=c", "SIP/2.0/TCP d"]),
            ("Route", "<sip:a,b>\t,\t<sip:c>", ["<sip:a,b>", "<sip:c>"]),
            ("Allow", "a,,b,", ["a", "", "b", ""]),
            ("Contact", '"never, closed', ['"never, closed']),
            ("Contact", '"\\', ['"\\']),
            ("Contact", "<sip:never, closed", ["<sip:never, closed"]),
            ("Date", "Sat, 13 Nov 2010 23:29:00 GMT", ["Sat, 13 Nov 2010 23:29:00 GMT"]),
            ("WWW-Authenticate", 'Digest realm="a", nonce="b"', ['Digest realm="a", nonce="b"']),
            ("Proxy-Authenticate", "Digest a=b, c=d", ["Digest a=b, c=d"]),
            ("Authorization", "Digest a=b, c=d", ["Digest a=b, c=d"]),
            ("Subject", "a, b", ["a, b"]),
        ],
    )
    def test_only_lists_are_split(self, name: str, value: str, expected: List[str]) -> None:
        assert Headers(((name, value),)).all(name) == expected

    def test_one_more(self) -> None:
        assert Headers().with_("A", " 1\t").with_("B", "2").fields == (("A", "1"), ("B", "2"))

    def test_replaced_where_the_first_stood(self) -> None:
        headers = Headers((("a-x", "1"), ("l", "2"), ("b-x", "3"), ("Content-Length", "4")))
        assert headers.replaced("content-length", "5").fields == (("a-x", "1"), ("l", "5"), ("b-x", "3"))
        assert headers.replaced("C-X", "6").fields[-1] == ("C-X", "6")
        assert headers.without("L").fields == (("a-x", "1"), ("b-x", "3"))

    def test_nothing_can_be_smuggled_in(self) -> None:
        for value in ("a\r\nRoute: <sip:evil.example.com>", "a\nb", "a\rb"):
            with pytest.raises(Malformed) as raised:
                HEADERS.with_("Authorization", value)
            assert raised.value.reason == "Authorization: a line ends within the value"
        with pytest.raises(Malformed):
            HEADERS.with_("a b", "c")

    def test_values_are_not_shown(self) -> None:
        shown = repr(
            replace(OPTIONS, uri="sip:u:s3cret@example.com", headers=HEADERS.with_("Subject", "s3cret"))
        )
        assert "s3cret" not in shown and "Subject" in shown and "OPTIONS" in shown


class TestParse:
    def test_request(self) -> None:
        parsed = parse(octets("Content-Length: 3", body=b"abcd"))
        assert isinstance(parsed, Request)
        assert (parsed.method, parsed.uri, parsed.body) == ("OPTIONS", "sip:b@example.com", b"abc")
        assert parsed.via == Via("UDP", "192.0.2.1", 5060, Params((("branch", "z9hG4bKa"), ("rport", None))))
        assert (parsed.from_.tag, parsed.to.tag, parsed.call_id) == ("1", None, "c1@192.0.2.1")
        assert parsed.cseq == CSeq(1, "OPTIONS")

    def test_the_version_in_any_case(self) -> None:
        assert parse(octets().replace(b"SIP/2.0\r", b"Sip/2.0\r")) == parse(octets())

    def test_without_content_length_all_is_body(self) -> None:
        assert parse(octets(body=b"\0\r\n\r\n")).body == b"\0\r\n\r\n"

    def test_a_folded_line_is_one_with_a_blank(self) -> None:
        assert parse(octets("Subject: a \t\r\n \tb\r\n\tc")).headers.get("Subject") == "a b c"

    def test_line_ends_before_the_start_line(self) -> None:
        assert parse(b"\r\n\r\n" + octets()) == parse(octets())

    def test_octets_that_are_no_utf_8_survive(self) -> None:
        raw = octets("Subject: X").replace(b"X", b"\xff\x00\xc3\xa4")
        assert parse(raw).headers.get("Subject") == "\udcff\0ä"
        assert b"\xff\x00\xc3\xa4" in to_bytes(parse(raw))

    @pytest.mark.parametrize(
        "status_line", ["SIP/2.0 200 OK", "SIP/2.0 200 ", "SIP/2.0 200", "sip/2.0 200 a  b"]
    )
    def test_status_lines(self, status_line: str) -> None:
        parsed = parse(octets().replace(b"OPTIONS sip:b@example.com SIP/2.0", status_line.encode()))
        assert isinstance(parsed, Response) and parsed.status == 200
        assert parsed.reason == status_line[12:]

    def test_in_responses_only_what_finds_the_request_is_looked_into(self) -> None:
        broken = ("Contact: Bell, A. <", "Route: x", "Record-Route: x", "Max-Forwards: 300")
        request = octets(*broken)
        response = request.replace(b"OPTIONS sip:b@example.com SIP/2.0", b"SIP/2.0 200 OK")
        assert isinstance(parse(response), Response)
        for line in broken:
            with pytest.raises(Malformed):
                parse(octets(line))
        for name in ("From", "To"):
            headers = HEADERS.replaced(name, "Bell, A. <sip:a@example.com>")
            assert parse(to_bytes(replace(OK, headers=headers))).headers.get(name)
            with pytest.raises(Malformed, match="^display name"):
                parse(to_bytes(replace(OPTIONS, headers=headers)))
        for name in ("Via", "CSeq"):
            with pytest.raises(Malformed):
                parse(to_bytes(replace(OK, headers=HEADERS.replaced(name, "x"))))

    @pytest.mark.parametrize("contact", ["*", "<sip:a@example.com>;expires=0, sip:b@example.com"])
    def test_contacts(self, contact: str) -> None:
        assert parse(octets(f"Contact: {contact}"))

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"", "no empty line"),
            (b"\r\n\r\n", "no empty line"),
            (octets()[:-2], "no empty line"),
            (octets().replace(b"\r\n", b"\n"), "no empty line"),
            (octets().replace(b"OPTIONS sip", b"OPT(ONS sip"), "the method"),
            (octets().replace(b" SIP/2.0\r", b"\tSIP/2.0\r"), "the start line"),
            (octets().replace(b"sip:b@example.com SIP", b"sip:b\0@example.com SIP"), "the Request-URI"),
            (octets().replace(b"b@example.com SIP", b"b@example.com\rX SIP"), "the Request-URI"),
            (octets().replace(b"\r\nVia", b"\r\n Via"), "behind the start line"),
            (octets().replace(b"From: ", b"From "), "no token"),
            (octets("no colon"), "no colon"),
            (octets("a b: c"), "no token"),
            (octets(": c"), "no token"),
            (octets("Subject: a\rb"), "Subject: a line ends"),
            (octets("Subject: a\nb"), "Subject: a line ends"),
            (octets("Content-Length: 1 2"), "Content-Length: is no number"),
            (octets("Content-Length:"), "Content-Length: is no number"),
            (octets("Content-Length: ٣"), "Content-Length: is no number"),
            (octets("Content-Length: 4", "l: 4", body=b"abcd"), "Content-Length: is there more than once"),
            (octets("Content-Length: 4", body=b"abc"), "Content-Length: is more"),
            (octets(f"Content-Length: {BODY_LIMIT + 1}"), "Content-Length: is no number"),
            (octets("Content-Length: " + "9" * 5000), "Content-Length: is no number"),
            (octets("t: <sip:c@example.com>"), "To: is there more than once"),
            (octets("Max-Forwards: 70", "Max-Forwards: 70"), "Max-Forwards: is there more than once"),
            (octets("Expires: 1", "Expires: 1"), "Expires: is there more than once"),
            (octets("c: a/b", "Content-Type: a/b"), "Content-Type: is there more than once"),
            (octets("Max-Forwards: 256"), "Max-Forwards: is no number"),
            (octets(*["a: b"] * FIELDS_LIMIT), "header fields"),
            (octets("Subject: " + "x" * HEAD_LIMIT), "header fields"),
        ],
    )
    def test_malformed(self, raw: bytes, reason: str) -> None:
        with pytest.raises(Malformed) as raised:
            parse(raw)
        assert reason in str(raised.value)

    @pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
    def test_what_every_message_needs(self, name: str) -> None:
        for headers in (HEADERS.without(name), HEADERS.replaced(name, "")):
            for message in (replace(OPTIONS, headers=headers), replace(OK, headers=headers)):
                with pytest.raises(Malformed, match=f"^{name}: is missing"):
                    parse(to_bytes(message))

    def test_a_property_of_what_is_missing_is_malformed(self) -> None:
        with pytest.raises(Malformed, match="^Via: is missing"):
            replace(OK, headers=Headers()).via  # noqa: B018
        with pytest.raises(Malformed, match="^Call-ID: is missing"):
            replace(OK, headers=HEADERS.replaced("Call-ID", "")).call_id  # noqa: B018

    def test_zeros_before_numbers(self) -> None:
        assert parse(octets("Content-Length: 0000000000003", body=b"abc")).body == b"abc"

    def test_reasons_quote_nothing(self) -> None:
        for name in (
            "From",
            "To",
            "Via",
            "CSeq",
            "Call-ID",
            "Contact",
            "Content-Length",
            "Max-Forwards",
            "Route",
        ):
            with pytest.raises(Malformed) as raised:
                parse(b"\r\n".join((to_bytes(OPTIONS)[:-4], f'{name}: "s3cret'.encode(), b"", b"")))
            assert "s3cret" not in str(raised.value)

    @pytest.mark.parametrize("name", ["Via", "From", "CSeq", "Call-ID", "Contact", "Route", "Max-Forwards"])
    @pytest.mark.parametrize("start", ["", "<sip:a@example.com>", "SIP/2.0/UDP a", "sip:a", '"', "1"])
    def test_linear_time(self, name: str, start: str) -> None:
        """Of every scan; a quadratic one takes a minute for that much."""
        for piece in (
            '"',
            '"\\',
            '\\"',
            "<",
            ",",
            ";",
            " ",
            ";a",
            ";a=",
            '"a"',
            "a ",
            "\t",
            "@",
            ":",
            "=",
            " /",
            "0",
        ):
            value = start + piece * ((HEAD_LIMIT - 1000) // len(piece))
            raw = to_bytes(replace(OPTIONS, headers=HEADERS.replaced(name, value)))
            began = time.process_time()
            with suppress(Malformed):
                parse(raw)
            assert time.process_time() - began < 1.0, piece


class TestToBytes:
    def test_request(self) -> None:
        assert to_bytes(replace(OPTIONS, headers=Headers((("To", "x"),)), body=b"ab")) == (
            b"OPTIONS sip:b@example.com SIP/2.0\r\nTo: x\r\nContent-Length: 2\r\n\r\nab"
        )

    def test_response(self) -> None:
        assert to_bytes(Response(404, "Not Found", Headers((("l", "9"), ("To", "x"))))) == (
            b"SIP/2.0 404 Not Found\r\nl: 0\r\nTo: x\r\n\r\n"
        )

    @pytest.mark.parametrize("uri", ["", "sip:a b", "sip:a\r\nVia: x", "sip:a\0"])
    def test_a_uri_that_would_break_the_start_line(self, uri: str) -> None:
        with pytest.raises(Malformed):
            Request("OPTIONS", uri, HEADERS)

    def test_a_start_line_that_would_break(self) -> None:
        for build in (
            lambda: Request("A B", "sip:a", HEADERS),
            lambda: Response(99, "", HEADERS),
            lambda: Response(700, "", HEADERS),
            lambda: Response(200, "OK\r\nVia: x", HEADERS),
        ):
            with pytest.raises(Malformed):
                build()


class TestStream:
    ONE = to_bytes(replace(OPTIONS, body=b"a\r\n\r\nb"))
    TWO = to_bytes(OK)

    def test_octet_by_octet(self) -> None:
        stream, taken = Stream(), []
        for octet in b"\r\n\r\n" + self.ONE + b"\r\n" + self.TWO + b"\r\n\r\n":
            assert stream.take() is None
            stream.feed(bytes([octet]))
            taken.append(stream.take())
        assert [message for message in taken if message] == [self.ONE, self.TWO]

    def test_at_once(self) -> None:
        stream = Stream()
        stream.feed(self.ONE + self.TWO + b"\r\n" + self.ONE[:-1])
        assert [stream.take() for _time in range(3)] == [self.ONE, self.TWO, None]
        stream.feed(self.ONE[-1:])
        assert (stream.take(), stream.take()) == (self.ONE, None)

    @pytest.mark.parametrize(
        "octets",
        [
            octets(),
            octets("Content-Length: x"),
            octets("Content-Length: 1", "Content-Length: 1"),
            octets(f"Content-Length: {BODY_LIMIT + 1}"),
            octets(*["a: b"] * FIELDS_LIMIT, "Content-Length: 0"),
            b"x" * (HEAD_LIMIT + 4),
        ],
    )
    def test_where_nobody_knows_the_end(self, octets: bytes) -> None:
        stream = Stream()
        stream.feed(octets)
        for _time in range(2):
            with pytest.raises(Malformed):
                stream.take()
            stream.feed(self.ONE)

    def test_a_broken_message_does_not_break_the_next(self) -> None:
        stream = Stream()
        stream.feed(octets("To: again", "Content-Length: 0") + self.TWO)
        with pytest.raises(Malformed):
            parse(stream.take() or b"")
        assert stream.take() == self.TWO

    def test_keep_alives_are_not_kept(self) -> None:
        stream = Stream()
        for _time in range(1000):
            stream.feed(b"\r\n\r\n")
            assert stream.take() is None
        assert not stream._buffer

    @pytest.mark.parametrize("size", [1, 65536])
    def test_linear_time(self, size: int) -> None:
        """A head of one octet at a time, and many messages at once."""
        stream, count = Stream(), 0
        octets = b"A: b\r\n" * 10900 if size == 1 else self.TWO * 5000
        began = time.process_time()
        for start in range(0, len(octets), size):
            stream.feed(octets[start : start + size])
            while stream.take():
                count += 1
        assert time.process_time() - began < 1.0
        assert count == (0 if size == 1 else 5000)


class TestUri:
    @pytest.mark.parametrize(
        ("text", "uri"),
        [
            ("sip:example.com", Uri("sip", host="example.com")),
            ("SIPS:a@example.com:5061", Uri("sips", "a", host="example.com", port=5061)),
            ("sip:+49#1;x=y@192.0.2.1", Uri("sip", "+49#1;x=y", host="192.0.2.1")),
            ("sip:[2001:db8::1]:5060", Uri("sip", host="[2001:db8::1]", port=5060)),
            (
                "sip:a@b.example.com;lr;transport=tcp?Subject=x&Route=",
                Uri(
                    "sip",
                    "a",
                    host="b.example.com",
                    params=Params((("lr", None), ("transport", "tcp"))),
                    headers=(("Subject", "x"), ("Route", "")),
                ),
            ),
            ("sip:example.com;x=", Uri("sip", host="example.com", params=Params((("x", ""),)))),
            ("tel:+1-201-555-0123;phone-context=x", Uri("tel", opaque="+1-201-555-0123;phone-context=x")),
        ],
    )
    def test_read_and_written(self, text: str, uri: Uri) -> None:
        assert Uri.parse(text) == uri
        assert Uri.parse(str(uri)) == uri

    def test_a_password_is_not_shown(self) -> None:
        uri = Uri.parse("sip:a:s3cret@example.com")
        assert uri.password == "s3cret"
        assert "s3cret" not in repr(uri) and str(uri) == "sip:a@example.com"
        assert "s3cret" not in repr(NameAddr(uri)) + str(NameAddr(uri))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "example.com",
            "sip:",
            ":a",
            "1sip:a",
            "sip:a b",
            "sip:a@",
            "sip:@example.com",
            "sip::s3cret@example.com",
            "sip:a@b@s3cret.example.com",
            "sip:a@example.com:",
            "sip:a@example.com:65536",
            "sip:a@example.com:-1",
            "sip:a@exa!mple.com",
            "sip:a@2001:db8::1",
            "sip:a@[2001:db8::1",
            "sip:a@[]",
            "sip:a@example.com;",
            "sip:a@example.com;=b",
            "sip:a@example.com?b",
            "sip:a@example.com?=b",
            'sip:"a"@example.com',
            "sip:a\x7f@example.com",
        ],
    )
    def test_malformed(self, text: str) -> None:
        with pytest.raises(Malformed) as raised:
            Uri.parse(text)
        assert "s3cret" not in str(raised.value)


class TestNameAddr:
    @pytest.mark.parametrize(
        ("text", "display", "user", "tag"),
        [
            ("<sip:a@example.com>", "", "a", None),
            (' "A \\"B\\", C" <sip:a@example.com> ; tag = x ', 'A "B", C', "a", "x"),
            ("A B\tC <sip:a@example.com>", "A B\tC", "a", None),
            ("sip:a@example.com;tag=x", "", "a", "x"),
            ("sip:a@example.com ;tag=x", "", "a", "x"),
            ('"" <sip:a@example.com>;TAG="x \\\\"', "", "a", "x \\"),
            ("<sip:a;tag=y@example.com;tag=z>;tag=x;tag=w", "", "a;tag=y", "x"),
        ],
    )
    def test_read_and_written(self, text: str, display: str, user: str, tag: Optional[str]) -> None:
        read = NameAddr.parse(text)
        assert (read.display, read.uri.user, read.tag) == (display, user, tag)
        assert NameAddr.parse(str(read)) == read

    def test_values_that_need_quotes(self) -> None:
        read = NameAddr.parse('<sip:a@example.com>;+sip.instance="<urn:uuid:0>";ob;x=[2001:db8::1];y=')
        assert read.params == (
            ("+sip.instance", "<urn:uuid:0>"),
            ("ob", None),
            ("x", "[2001:db8::1]"),
            ("y", ""),
        )
        assert read.params.has("OB") and not read.params.has("z") and read.params.get("ob") is None
        assert str(read.params) == ';+sip.instance="<urn:uuid:0>";ob;x=[2001:db8::1];y='

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "*",
            "<>",
            "<sip:a@example.com",
            '"A <sip:a@example.com>',
            '"A\\" <sip:a@example.com>',
            '"',
            '"A" sip:a@example.com',
            "A, B <sip:a@example.com>",
            "A\u00a0B <sip:a@example.com>",
            "A\u2003 <sip:a@example.com>",
            "sip:a@example.com, sip:b@example.com",
            "sip:a@example.com?b=c",
            "sip:a;b@example.com",
            "sip:a;b=c@example.com",
            "sip:a,b@example.com",
            "<sip:a@example.com>;",
            "<sip:a@example.com>;;tag=x",
            "<sip:a@example.com> tag=x",
            '<sip:a@example.com>;tag="x',
            '<sip:a@example.com>;tag="',
            '<sip:a@example.com>;tag="x\\"',
            '<sip:a@example.com>;tag="x\\',
            '<sip:a@example.com>;tag="x"y',
            "<sip:a@example.com>;tag=x y",
        ],
    )
    def test_malformed(self, text: str) -> None:
        with pytest.raises(Malformed):
            NameAddr.parse(text)


class TestVia:
    @pytest.mark.parametrize(
        ("text", "via"),
        [
            ("SIP/2.0/UDP a.example.com", Via("UDP", "a.example.com")),
            ("sip / 2.0 / tls\t[2001:db8::1] : 5061", Via("TLS", "[2001:db8::1]", 5061)),
            ("SIP/2.0/UDP an_odd_host;x", Via("UDP", "an_odd_host", params=Params((("x", None),)))),
        ],
    )
    def test_read_and_written(self, text: str, via: Via) -> None:
        assert Via.parse(text) == via
        assert Via.parse(str(via)) == via

    def test_what_a_server_fills_in(self) -> None:
        via = Via.parse("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;received=2001:db8::9;rport=1024")
        assert (via.branch, via.received, via.rport) == ("z9hG4bKa", "2001:db8::9", 1024)
        assert Via.parse("SIP/2.0/UDP 192.0.2.1;rport=").rport is None
        with pytest.raises(Malformed):
            Via.parse("SIP/2.0/UDP 192.0.2.1;rport=65536").rport  # noqa: B018

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "SIP/2.0 a",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP ;branch=x",
            "SIP/2.0/UDP a:b",
            "SIP/2.0/UDP a:65536",
            "SIP/2.0/UDP a b",
            "SIP/2.0/UDP 2001:db8::1",
        ],
    )
    def test_malformed(self, text: str) -> None:
        with pytest.raises(Malformed):
            Via.parse(text)


class TestCSeq:
    def test_read_and_written(self) -> None:
        assert CSeq.parse(" 0000000000000042 \t INVITE ") == CSeq(42, "INVITE")
        assert str(CSeq(2**31 - 1, "ACK")) == "2147483647 ACK"

    @pytest.mark.parametrize(
        "text", ["", "1", "INVITE", "1INVITE", "-1 INVITE", "2147483648 INVITE", "1 IN VITE"]
    )
    def test_malformed(self, text: str) -> None:
        with pytest.raises(Malformed):
            CSeq.parse(text)

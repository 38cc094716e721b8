# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of RFC 4475, sections 3.1 to 3.4, by its names, each with the difficulty that it is there for.

Where the RFC leaves a receiver the choice to reject a message or to guess, it is Malformed here.
"""

from __future__ import annotations

from typing import Dict, List, Tuple, Union

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.grammar import Malformed
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    Message,
    Request,
    Response,
    Stream,
    parse,
    to_bytes,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.values import NameAddr, Uri, Via

SDP = (
    "v=0\r\no=user 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n"
    "m=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n"
)
VIA = "Via: SIP/2.0/UDP host.example.net;branch=z9hG4bKkdjuw"
DIALOG = (
    "To: <sip:user@example.com>",
    "From: <sip:caller@example.net>;tag=93942",
    "Call-ID: torture.192.0.2.1",
)
SDP_TYPE = "Content-Type: application/sdp"


def message(*lines: str, body: Union[str, bytes] = "") -> bytes:
    """A message of those lines; %LENGTH% stands for what the body has."""
    octets = body if isinstance(body, bytes) else body.encode()
    head = "\r\n".join(lines).replace("%LENGTH%", str(len(octets)))
    return head.encode() + b"\r\n\r\n" + octets


def invite(*lines: str, uri: str = "sip:user@example.com", dialog: bool = True) -> bytes:
    """An INVITE that has nothing special but the given lines."""
    rest = ("CSeq: 8 INVITE", *DIALOG, VIA, "Max-Forwards: 70") if dialog else ()
    return message(f"INVITE {uri} SIP/2.0", *rest, *lines, SDP_TYPE, "Content-Length: %LENGTH%", body=SDP)


def without_body(method: str, uri: str, *lines: str) -> bytes:
    return message(f"{method} {uri} SIP/2.0", *lines, "Content-Length: 0")


ODD_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
ODD_PASSWORD = "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
ODD_METHOD = "!interesting-Method0123456789_*+`.%indeed'~"
LONG = "long" * 40
PARTS = (
    b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\nHello\r\n"
    b"--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    b"\x30\x82\x01\x52\x06\x00\r\n\r\n\xff\xfe\x00\r\n--7a9cbec02ceef655--\r\n"
)
UNICODE_REASON = "= 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e \u043f\u0440\u043e\u0441\u0442\u043e\u0435"

ACCEPTED: Dict[str, bytes] = {
    # 3.1.1: valid messages
    "wsinv": message(
        "INVITE sip:vivekg@chair.example.com;unknownparam SIP/2.0",
        "TO :",
        " sip:vivekg@chair.example.com ;   tag    = 1918181833n",
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        "  ;",
        "  tag = 98asjd8",
        "MaX-fOrWaRdS: 0068",
        "Call-ID: wsinv.ndaksdj@192.0.2.1",
        "Content-Length   : %LENGTH%",
        "cseq: 0009",
        "  INVITE",
        "Via  : SIP  /   2.0",
        " /UDP",
        "    192.0.2.2;branch=390skdjuw",
        "s :",
        "NewFangledHeader:   newfangled value",
        " continued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;",
        SDP_TYPE,
        "Route:",
        " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
        "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
        "  branch  =   z9hG4bK9ikj8  ,",
        " SIP  /    2.0   / UDP  198.51.100.111   ; branch=",
        " z9hG4bK30239",
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        "      newvalue ;",
        "  secondparam ; q = 0.33",
        body=SDP,
    ),
    "intmeth": message(
        f"{ODD_METHOD} sip:{ODD_USER}:{ODD_PASSWORD}@example.com SIP/2.0",
        "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\u0431"
        "\u043e\u0442\u0430\";tag=_token~1'+`*%!-.",
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
        f"CSeq: 139122385 {ODD_METHOD}",
        "Max-Forwards: 255",
        "extensionHeader-!.%*+_`'~:\ufeff\u5927\u505c\u96fb\"",
        "Content-Length: 0",
    ),
    "esc01": invite(
        "Contact: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>",
        uri="sip:sips%3Auser%40example.com@example.net",
    ),
    "escnull": without_body(
        "REGISTER",
        "sip:example.com",
        "To: sip:null-%00-null@example.com",
        "From: sip:null-%00-null@example.com;tag=839923423",
        "Max-Forwards: 70",
        "Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd",
        "CSeq: 14398234 REGISTER",
        "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw",
        "Contact: <sip:%00@host5.example.com>",
        "Contact: <sip:%00%00@host5.example.com>",
        "L:0",
    ).replace(b"\r\nContent-Length: 0", b""),
    "esc02": without_body(
        "RE%47IST%45R",
        "sip:registrar.example.com",
        'To: "%Z%45" <sip:resource@example.com>',
        'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
        "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
        "Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234",
        "CSeq: 29344 RE%47IST%45R",
        "Max-Forwards: 70",
        "Contact: <sip:alias1@host1.example.com>",
        "C%6Fntact: <sip:alias2@host2.example.com>",
        "Contact: <sip:alias3@host3.example.com>",
    ),
    "lwsdisp": without_body(
        "OPTIONS",
        "sip:user@example.com",
        "To: sip:user@example.com",
        "From: caller<sip:caller@example.com>;tag=323",
        "Max-Forwards: 70",
        "Call-ID: lwsdisp.1234abcd@funky.example.com",
        "CSeq: 60 OPTIONS",
        "Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw",
    ),
    "longreq": message(
        "INVITE sip:user@example.com SIP/2.0",
        f'To: "I have a user name of {"extreme" * 20} proportion"'
        f"<sip:user@example.com:6000;unknownparam1={LONG};{LONG}paramname=short;{LONG}Param={LONG}value>",
        f"F: sip:amazinglylongcallername{LONG}@example.net;tag=12{'982424' * 9};unknown{LONG}={LONG};unknown-no-value",
        f"Call-ID: longreq.one{'really' * 20}longcallid",
        "CSeq: 3882340 INVITE",
        f"Unknown-{LONG}-Name: unknown-{LONG}-value; unknown-{LONG}-parameter-name=unknown-{LONG}",
        "Via: SIP/2.0/TCP sip33.example.com",
        *(f"v: SIP/2.0/TCP sip{hop}.example.com" for hop in range(32, 1, -1)),
        f"V: SIP/2.0/UDP host.example.com;received=192.0.2.5;branch=very{LONG}branchvalue",
        "Max-Forwards: 70",
        f"Contact: <sip:amazinglylongcallername{LONG}@host5.example.net>",
        SDP_TYPE,
        "l: %LENGTH%",
        body=SDP,
    ),
    "dblreq": without_body(
        "REGISTER",
        "sip:example.com",
        "To: sip:j.user@example.com",
        "From: sip:j.user@example.com;tag=43251j3j324",
        "Max-Forwards: 8",
        "I: dblreq.0ha0isndaksdj99sdfafnl3lk233412",
        "Contact: sip:j.user@host.example.com",
        "CSeq: 8 REGISTER",
        "Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492",
    )
    + invite(),
    "semiuri": without_body(
        "OPTIONS",
        "sip:user;par=u%40example.net@example.com",
        "To: sip:j_user@example.com",
        "From: sip:caller@example.org;tag=33242",
        "Max-Forwards: 3",
        "Call-ID: semiuri.0ha0isndaksdj",
        "CSeq: 8 OPTIONS",
        "Accept: application/sdp, application/pkcs7-mime,",
        "  multipart/mixed, multipart/signed,",
        "  message/sip, message/sipfrag",
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw",
    ),
    "transports": without_body(
        "OPTIONS",
        "sip:user@example.com",
        "To: sip:user@example.com",
        "From: <sip:caller@example.com>;tag=323",
        "Max-Forwards: 70",
        "Call-ID: transports.kijh4akdnaqjkwendsasfdj",
        "Accept: application/sdp",
        "CSeq: 60 OPTIONS",
        "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw",
        "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf",
        "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj",
        "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en",
        "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee",
    ),
    "mpart01": message(
        "MESSAGE sip:kumiko@example.org SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.77:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport",
        "Max-Forwards: 70",
        "Route: <sip:192.0.2.77:5080>",
        "To: <sip:kumiko@example.org>",
        "From: <sip:fluffy@example.com>;tag=2fb0dcc9",
        "Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..",
        "CSeq: 1 MESSAGE",
        "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
        "Content-Length: %LENGTH%",
        body=PARTS,
    ),
    "unreason": message(
        f"SIP/2.0 200 {UNICODE_REASON}", VIA, *DIALOG, "CSeq: 35 INVITE", "Content-Length: %LENGTH%", body=SDP
    ),
    "noreason": message("SIP/2.0 100 ", VIA, *DIALOG, "CSeq: 35 INVITE", "Content-Length: 0"),
    # 3.1.2.12: "ignore" is one of the ways that the RFC names, and nothing here reads it
    "baddate": invite("Date: Fri, 01 Jan 2010 16:00:00 EST"),
    # 3.2
    "badbranch": without_body(
        "OPTIONS",
        "sip:user@example.com",
        *DIALOG,
        "CSeq: 8 OPTIONS",
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK",
    ),
    # 3.3: what an application may object to
    "unkscm": without_body(
        "OPTIONS", "nobodyKnowsThisScheme:totallyopaquecontent", VIA, *DIALOG, "CSeq: 3 OPTIONS"
    ),
    "novelsc": without_body("OPTIONS", "soap.beep://192.0.2.103:3002", VIA, *DIALOG, "CSeq: 3 OPTIONS"),
    "unksm2": without_body(
        "REGISTER",
        "sip:example.com",
        "To: isbn:2983792873",
        "From: <http://www.example.com>;tag=3234233",
        "Call-ID: unksm2.daksdj@hyphenated-host.example.com",
        "CSeq: 234902 REGISTER",
        "Max-Forwards: 70",
        "Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw",
        "Contact: <name:John_Smith>",
        "l: 0",
    ).replace(b"\r\nContent-Length: 0", b""),
    "bext01": without_body(
        "OPTIONS",
        "sip:j_user@example.com",
        VIA,
        *DIALOG,
        "CSeq: 8 OPTIONS",
        "Require: nothingSupportsThis, nothingSupportsThisEither",
        "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
    ),
    "invut": message(
        "INVITE sip:user@example.com SIP/2.0",
        VIA,
        *DIALOG,
        "CSeq: 8 INVITE",
        "Content-Type: application/unknownformat",
        "Content-Length: %LENGTH%",
        body='<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n',
    ),
    "regaut01": without_body(
        "REGISTER",
        "sip:example.com",
        VIA,
        *DIALOG,
        "CSeq: 9338 REGISTER",
        "Authorization: NoOneKnowsThisScheme opaque-data=here",
    ),
    "bcast": message(
        "SIP/2.0 200 OK",
        "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
        "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23",
        *DIALOG,
        "CSeq: 35 INVITE",
        SDP_TYPE,
        "Content-Length: %LENGTH%",
        "Contact: <sip:user@host28.example.com>",
        body=SDP,
    ),
    "zeromf": without_body(
        "OPTIONS", "sip:user@example.com", VIA, *DIALOG, "CSeq: 39234321 OPTIONS", "Max-Forwards: 0"
    ),
    "cparam01": without_body(
        "REGISTER",
        "sip:example.com",
        VIA,
        *DIALOG,
        "CSeq: 9338 REGISTER",
        "Contact: sip:+19725550122@gw1.example.net;unknownparam",
    ),
    "cparam02": without_body(
        "REGISTER",
        "sip:example.com",
        VIA,
        *DIALOG,
        "CSeq: 9338 REGISTER",
        "Contact: <sip:+19725550122@gw1.example.net;unknownparam>",
    ),
    "regescrt": without_body(
        "REGISTER",
        "sip:example.com",
        VIA,
        *DIALOG,
        "CSeq: 14398234 REGISTER",
        "M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
    ),
    "sdp01": invite("Contact: <sip:caller@host.example.net>", "Accept: text/nobodyKnowsThis"),
    # 3.4: a client of RFC 2543 has no Max-Forwards, no tag, and no branch
    "inv2543": message(
        "INVITE sip:UserB@example.com SIP/2.0",
        "Via: SIP/2.0/UDP iftgw.example.com",
        "From: <sip:+13035550111@ift.client.example.net;user=phone>",
        "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>",
        "To: sip:+16505550102@ss1.example.net;user=phone",
        "Call-ID: inv2543.1717@ift.client.example.com",
        "CSeq: 56 INVITE",
        SDP_TYPE,
        body=SDP,
    ),
}

MALFORMED: Dict[str, Tuple[bytes, str]] = {
    # 3.1.2: invalid messages
    "badinv01": (
        message(
            "INVITE sip:user@example.com SIP/2.0",
            *DIALOG,
            "CSeq: 8 INVITE",
            "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
            'Contact: "Joe" <sip:joe@example.org>;;;;',
            "Content-Length: 0",
        ),
        "Via: what stands behind the value is no parameter",
    ),
    "clerr": (
        message(
            "INVITE sip:user@example.com SIP/2.0",
            VIA,
            *DIALOG,
            "CSeq: 8 INVITE",
            "Content-Length: 9999",
            body=SDP,
        ),
        "Content-Length: is more than has come",
    ),
    "ncl": (
        message(
            "INVITE sip:user@example.com SIP/2.0",
            VIA,
            *DIALOG,
            "CSeq: 8 INVITE",
            "Content-Length: -999",
            body=SDP,
        ),
        "Content-Length: is no number",
    ),
    "scalar02": (
        without_body(
            "REGISTER",
            "sip:example.com",
            "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3",
            *DIALOG,
            "CSeq: 36893488147419103232 REGISTER",
            "Max-Forwards: 300",
            "Expires: 10000000000000000000000000000000000000000",
            "Contact: <sip:user@host129.example.com>;expires=280297596632815",
        ),
        "CSeq: is no number from 0 to 2147483647",
    ),
    "scalarlg": (
        message(
            "SIP/2.0 503 Service Unavailable",
            "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129",
            *DIALOG,
            "CSeq: 9292394834772304023312 OPTIONS",
            "Retry-After: 949302838503028349304023988",
            'Warning: 1812 overture "In Progress"',
            "Content-Length: 0",
        ),
        "CSeq: is no number from 0 to 2147483647",
    ),
    "quotbal": (
        message(
            "INVITE sip:user@example.com SIP/2.0",
            'To: "Mr. J. User <sip:j.user@example.com>',
            "From: sip:caller@example.net;tag=93334",
            "Call-ID: quotbal.aksdj",
            "CSeq: 8 INVITE",
            VIA,
            "Content-Length: 0",
        ),
        "display name: a quoted string has no end",
    ),
    "ltgtruri": (invite(uri="<sip:user@example.com>"), "URI: has no scheme"),
    "lwsruri": (invite(uri="sip:user@example.com; lr"), "the start line is not"),
    "lwsstart": (invite(uri=" sip:user@example.com "), "the start line is not"),
    "trws": (
        message(
            "OPTIONS sip:remote-target@example.com SIP/2.0  ",
            VIA,
            *DIALOG,
            "CSeq: 8 OPTIONS",
            "Content-Length: 0",
        ),
        "the start line is not",
    ),
    "escruri": (
        invite(uri="sip:user@example.com?Route=%3Csip:example.com%3E"),
        "the Request-URI has header fields",
    ),
    "regbadct": (
        without_body(
            "REGISTER",
            "sip:example.com",
            VIA,
            *DIALOG,
            "CSeq: 8 REGISTER",
            "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E",
        ),
        "a URI with ? or , must stand in <>",
    ),
    "badaspec": (
        without_body(
            "OPTIONS",
            "sip:user@example.org",
            VIA,
            "From: <sip:caller@example.com>;tag=323",
            'To: "Watson, Thomas" < sip:t.watson@example.org >',
            "Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3",
            "CSeq: 3923239 OPTIONS",
        ),
        "URI: has no scheme",
    ),
    "baddn": (
        without_body(
            "OPTIONS",
            "sip:user@example.org",
            VIA,
            "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43",
            "To: Watson, Thomas <sip:t.watson@example.org>",
            "Call-ID: baddn.31415@c.example.com",
            "CSeq: 3923239 OPTIONS",
        ),
        "display name: has characters that only a quoted string may have",
    ),
    "badvers": (
        message(
            "OPTIONS sip:t.watson@example.org SIP/7.0", VIA, *DIALOG, "CSeq: 1 OPTIONS", "Content-Length: 0"
        ),
        "another version than SIP/2.0",
    ),
    "mismatch01": (
        without_body("OPTIONS", "sip:user@example.com", VIA, *DIALOG, "CSeq: 8 INVITE"),
        "CSeq: has another method",
    ),
    "mismatch02": (
        without_body("NEWMETHOD", "sip:user@example.com", VIA, *DIALOG, "CSeq: 8 INVITE"),
        "CSeq: has another method",
    ),
    "bigcode": (
        message(
            "SIP/2.0 4294967301 better not break the receiver",
            VIA,
            *DIALOG,
            "CSeq: 8 INVITE",
            "Content-Length: 0",
        ),
        "the start line",
    ),
    # 3.3
    "insuf": (
        without_body("INVITE", "sip:user@example.com", VIA, "CSeq: 193942 INVITE", "Max-Forwards: 95"),
        "From: is missing",
    ),
    "multi01": (
        invite(
            "CSeq: 59 INVITE",
            "Call-ID: multi01.98asdh@192.0.2.2",
            "From: sip:other@example.org;tag=3413415",
            "To: sip:other@example.com",
            "Max-Forwards: 5",
        ),
        "From: is there more than once",
    ),
    "mcl01": (
        message(
            "OPTIONS sip:user@example.com SIP/2.0",
            VIA,
            *DIALOG,
            "CSeq: 8 OPTIONS",
            "Content-Length: 13",
            "Content-Length: 5",
            body="There's no way to know how many octets are supposed to be here.",
        ),
        "Content-Length: is there more than once",
    ),
}


def request(name: str) -> Request:
    parsed = parse(ACCEPTED[name])
    assert isinstance(parsed, Request)
    return parsed


def response(name: str) -> Response:
    parsed = parse(ACCEPTED[name])
    assert isinstance(parsed, Response)
    return parsed


def contacts(parsed: Message) -> List[NameAddr]:
    return [NameAddr.parse(value) for value in parsed.headers.all("Contact")]


def test_all_of_them_are_here() -> None:
    assert len(ACCEPTED) + len(MALFORMED) == 49 and not set(ACCEPTED) & set(MALFORMED)


@pytest.mark.parametrize("name", MALFORMED)
def test_what_a_receiver_may_reject_is_malformed(name: str) -> None:
    octets, reason = MALFORMED[name]
    with pytest.raises(Malformed) as raised:
        parse(octets)
    assert reason in raised.value.reason


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_was_accepted_survives_being_written(name: str) -> None:
    parsed = parse(ACCEPTED[name])
    assert parse(to_bytes(parsed)) in (parsed, _with_length(parsed))


def _with_length(parsed: Message) -> Message:
    headers = parsed.headers.with_("Content-Length", str(len(parsed.body)))
    if isinstance(parsed, Request):
        return Request(parsed.method, parsed.uri, headers, parsed.body)
    return Response(parsed.status, parsed.reason, headers, parsed.body)


def test_wsinv() -> None:
    parsed = request("wsinv")
    assert (parsed.method, parsed.uri) == ("INVITE", "sip:vivekg@chair.example.com;unknownparam")
    assert Uri.parse(parsed.uri).params == (("unknownparam", None),)
    assert parsed.to == NameAddr(Uri("sip", "vivekg", host="chair.example.com"), "", parsed.to.params)
    assert parsed.to.tag == "1918181833n"
    assert (parsed.from_.display, parsed.from_.tag) == ('J Rosenberg \\"', "98asjd8")
    assert (parsed.cseq.number, parsed.cseq.method) == (9, "INVITE")
    assert parsed.headers.get("Subject") == ""
    assert parsed.headers.get("newfangledheader") == "newfangled value continued newfangled value"
    assert parsed.headers.all("UnknownHeaderWithUnusualValue") == [";;,,;;,;"]
    vias = [Via.parse(value) for value in parsed.headers.all("Via")]
    assert [(via.protocol, via.transport, via.host, via.branch) for via in vias] == [
        ("SIP/2.0", "UDP", "192.0.2.2", "390skdjuw"),
        ("SIP/2.0", "TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("SIP/2.0", "UDP", "198.51.100.111", "z9hG4bK30239"),
    ]
    [contact] = contacts(parsed)
    assert contact.display == 'Quoted string ""'
    assert contact.params == (("newparam", "newvalue"), ("secondparam", None), ("q", "0.33"))
    [route] = [NameAddr.parse(value) for value in parsed.headers.all("Route")]
    assert route.uri.params == (("lr", None), ("unknownwith", "value"), ("unknown-no-value", None))
    assert parsed.body == SDP.encode()


def test_intmeth() -> None:
    parsed = request("intmeth")
    assert parsed.method == parsed.cseq.method == ODD_METHOD
    uri = Uri.parse(parsed.uri)
    assert (uri.user, uri.password, uri.host) == (ODD_USER, ODD_PASSWORD, "example.com")
    assert parsed.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f" and parsed.to.uri.user == ODD_USER
    assert parsed.from_.display == "token1~` token2'+_ token3*%!.-"
    assert parsed.from_.params == (
        ("fromParam''~+*_!.-%", "\u0440\u0430\u0431\u043e\u0442\u0430"),
        ("tag", "_token~1'+`*%!-."),
    )
    assert parsed.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert parsed.headers.get("extensionHeader-!.%*+_`'~") == '\ufeff\u5927\u505c\u96fb"'
    assert parsed.via.branch == "z9hG4bK-.!%66*_+`'~"


def test_esc01() -> None:
    parsed = request("esc01")
    uri = Uri.parse(parsed.uri)
    assert (uri.scheme, uri.user, uri.host) == ("sip", "sips%3Auser%40example.com", "example.net")
    [contact] = contacts(parsed)
    assert contact.uri.params == (("%6C%72", None), ("n%61me", "v%61lue%25%34%31"))


def test_escnull() -> None:
    parsed = request("escnull")
    assert parsed.to.uri.user == "null-%00-null"
    assert [contact.uri.user for contact in contacts(parsed)] == ["%00", "%00%00"]


def test_esc02() -> None:
    """Escapes mean nothing in methods, names of header fields, and display names."""
    parsed = request("esc02")
    assert parsed.method == "RE%47IST%45R" and parsed.to.display == "%Z%45"
    assert [contact.uri.user for contact in contacts(parsed)] == ["alias1", "alias3"]


def test_lwsdisp() -> None:
    assert request("lwsdisp").from_.display == "caller"


def test_longreq() -> None:
    parsed = request("longreq")
    assert len(parsed.headers.all("Via")) == 33 and parsed.via.host == "sip33.example.com"
    assert parsed.to.uri.port == 6000 and parsed.to.uri.params.get(f"{LONG}paramname") == "short"
    assert parsed.from_.params.get(f"unknown{LONG}") == LONG


def test_dblreq() -> None:
    """What follows in the same datagram is no part of it."""
    assert request("dblreq").method == "REGISTER" and request("dblreq").body == b""
    stream = Stream()
    stream.feed(ACCEPTED["dblreq"])
    assert [parse(stream.take() or b"").cseq.method for _message in range(2)] == ["REGISTER", "INVITE"]
    assert stream.take() is None


def test_semiuri() -> None:
    parsed = request("semiuri")
    uri = Uri.parse(parsed.uri)
    assert (uri.user, uri.host, uri.params) == ("user;par=u%40example.net", "example.com", ())
    assert parsed.headers.all("Accept")[-1] == "message/sipfrag" and len(parsed.headers.all("Accept")) == 6


def test_transports() -> None:
    transports = [Via.parse(value).transport for value in request("transports").headers.all("Via")]
    assert transports == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_mpart01() -> None:
    assert request("mpart01").body == PARTS
    assert request("mpart01").via.params.has("rport") and request("mpart01").via.rport is None


def test_unreason_and_noreason() -> None:
    assert (response("unreason").status, response("unreason").reason) == (200, UNICODE_REASON)
    assert (response("noreason").status, response("noreason").reason) == (100, "")


def test_baddate() -> None:
    assert request("baddate").headers.all("Date") == ["Fri, 01 Jan 2010 16:00:00 EST"]


def test_badbranch() -> None:
    """The magic cookie alone is no branch of RFC 3261; whoever matches transactions sees that."""
    assert request("badbranch").via.branch == "z9hG4bK"


def test_unkscm_and_novelsc() -> None:
    assert Uri.parse(request("unkscm").uri) == Uri("nobodyknowsthisscheme", opaque="totallyopaquecontent")
    assert Uri.parse(request("novelsc").uri) == Uri("soap.beep", opaque="//192.0.2.103:3002")


def test_unksm2() -> None:
    parsed = request("unksm2")
    assert (parsed.to.uri.scheme, parsed.from_.uri.scheme, parsed.from_.tag) == ("isbn", "http", "3234233")
    assert [str(contact.uri) for contact in contacts(parsed)] == ["name:John_Smith"]


def test_bext01() -> None:
    headers = request("bext01").headers
    assert headers.all("Require") == ["nothingSupportsThis", "nothingSupportsThisEither"]
    assert headers.all("Proxy-Require") == ["noProxiesSupportThis", "norDoAnyProxiesSupportThis"]


def test_invut_and_sdp01() -> None:
    assert request("invut").headers.get("c") == "application/unknownformat"
    assert request("sdp01").headers.all("Accept") == ["text/nobodyKnowsThis"]


def test_regaut01() -> None:
    assert request("regaut01").headers.all("Authorization") == ["NoOneKnowsThisScheme opaque-data=here"]


def test_bcast() -> None:
    assert [Via.parse(value).host for value in response("bcast").headers.all("v")] == [
        "192.0.2.198",
        "255.255.255.255",
    ]


def test_zeromf() -> None:
    assert request("zeromf").headers.get("Max-Forwards") == "0"


def test_cparam01_and_cparam02() -> None:
    """Without <> a parameter is the header field's, within it is the URI's."""
    [outside], [inside] = contacts(request("cparam01")), contacts(request("cparam02"))
    assert outside.params == inside.uri.params == (("unknownparam", None),)
    assert outside.uri.params == inside.params == ()


def test_regescrt() -> None:
    [contact] = contacts(request("regescrt"))
    assert contact.uri.headers == (("Route", "%3Csip:sip.example.com%3E"),)


def test_inv2543() -> None:
    parsed = request("inv2543")
    assert (parsed.via.branch, parsed.from_.tag, parsed.headers.get("Max-Forwards")) == (None, None, None)
    assert parsed.to.params == (("user", "phone"),) and parsed.body == SDP.encode()

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import re
import time
from contextlib import suppress
from typing import Any, Dict, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.digest import (
    Challenge,
    OnlyAuthInt,
    Unanswerable,
    answer,
    challenges,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.grammar import Malformed
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.sip.message import (
    HEAD_LIMIT,
    Headers,
    Response,
)

NONCE = "dcd98b7102dd2f0e8b11d0f600bfb0c093"


def asked(*lines: str, header: str = "WWW-Authenticate") -> List[Challenge]:
    return challenges(Response(401, "Unauthorized", Headers(tuple((header, line) for line in lines))))


def parameters(value: str) -> Dict[str, str]:
    """Of an answer, in their spelling."""
    assert value.startswith("Digest ")
    return dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|[^,]+)(?:, |$)', value[len("Digest ") :]))


def answered(
    *lines: str,
    user: str = "bob",
    secret: str = "zanzibar",
    method: str = "INVITE",
    uri: str = "sip:bob@biloxi.com",
    cnonce: str = "0a4f113b",
    nc: int = 1,
) -> Dict[str, str]:
    _name, value = answer(asked(*lines), user, secret, method, uri, cnonce, nc)
    return parameters(value)


def digest(algorithm: str, text: str) -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


class TestVectors:
    def test_rfc_2617(self) -> None:
        """Section 3.5."""
        name, value = answer(
            asked(
                f'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="{NONCE}", '
                'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
            ),
            "Mufasa",
            "Circle Of Life",
            "GET",
            "/dir/index.html",
            "0a4f113b",
            1,
        )
        assert name == "Authorization"
        assert parameters(value) == {
            "username": '"Mufasa"',
            "realm": '"testrealm@host.com"',
            "nonce": f'"{NONCE}"',
            "uri": '"/dir/index.html"',
            "qop": "auth",
            "nc": "00000001",
            "cnonce": '"0a4f113b"',
            "response": '"6629fae49393a05397450978507c4ef1"',
            "opaque": '"5ccc069c403ebaf9f0171e9517f40e41"',
        }

    @pytest.mark.parametrize(
        ("algorithm", "response"),
        [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ],
    )
    def test_rfc_7616_of_two_algorithms(self, algorithm: str, response: str) -> None:
        """Section 3.9.1."""
        given = answered(
            f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
            'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
            'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
            user="Mufasa",
            secret="Circle of Life",
            method="GET",
            uri="/dir/index.html",
            cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        )
        assert (given["response"], given["algorithm"]) == (f'"{response}"', algorithm)

    def test_rfc_7616_beyond_ascii(self) -> None:
        """Section 3.9.2, as its erratum 4897 has it."""
        given = answered(
            'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, userhash=true, '
            'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
            'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"',
            user="Jäsøn Doe",
            secret="Secret, or not?",
            method="GET",
            uri="/doe.json",
            cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        )
        assert given["response"] == '"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"'

    @pytest.mark.parametrize(
        ("more", "response"),
        [
            ("", "bf57e4e0d0bffc0fbaedce64d59add5e"),
            (', qop="auth,auth-int"', "89eb0059246c02b2f6ee02c7961d5ea3"),
            (', qop="auth,auth-int", algorithm=MD5-sess', "e4e4ea61d186d07a92c9e1f6919902e9"),
        ],
    )
    def test_sip_authentication_examples(self, more: str, response: str) -> None:
        """draft-smith-sipping-auth-examples-01, sections 3.1, 3.3 and 3.4."""
        given = answered(f'Digest realm="biloxi.com", nonce="{NONCE}"{more}')
        assert given["response"] == f'"{response}"'
        assert ("qop" in given, "nc" in given, "cnonce" in given) == (bool(more),) * 3


class TestAnswer:
    @pytest.mark.parametrize(
        ("algorithm", "own"), [("MD5", "md5"), ("SHA-256", "sha256"), ("SHA-512-256", "sha512_256")]
    )
    @pytest.mark.parametrize("session", [False, True])
    @pytest.mark.parametrize("qop", [False, True])
    def test_each_algorithm(self, algorithm: str, own: str, session: bool, qop: bool) -> None:
        suffix, offer = "-sess" if session else "", ', qop="auth"' if qop else ""
        given = answered(f'Digest realm="r", nonce="n", algorithm={algorithm}{suffix}{offer}', nc=255)
        first = digest(own, "bob:r:zanzibar")
        if session:
            first = digest(own, f"{first}:n:0a4f113b")
        middle = "n:000000ff:0a4f113b:auth" if qop else "n"
        response = digest(own, f"{first}:{middle}:{digest(own, 'INVITE:sip:bob@biloxi.com')}")
        assert given["response"] == f'"{response}"' and given["algorithm"] == algorithm + suffix
        assert ("cnonce" in given, "nc" in given) == (qop or session, qop)

    def test_the_strongest_whatever_the_order(self) -> None:
        """RFC 8760: one line for each algorithm."""
        lines = [
            f'Digest realm="r", nonce="{a}", algorithm={a}' for a in ("MD5", "SHA-512-256", "SHA-256", "X")
        ]
        assert answered(*lines)["nonce"] == '"SHA-512-256"'
        assert answered(*lines[:1], *lines[2:])["nonce"] == '"SHA-256"'
        assert answered(lines[0], lines[3])["nonce"] == '"MD5"'
        assert answered(lines[3], 'Digest realm="r", nonce="n"')["nonce"] == '"n"'

    def test_of_equal_ones_the_first(self) -> None:
        lines = [f'Digest realm="r", nonce="{a}", algorithm={a}' for a in ("SHA-256-sess", "SHA-256")]
        assert answered(*lines)["nonce"] == '"SHA-256-sess"'

    def test_a_weaker_one_that_can_be_answered(self) -> None:
        strong = 'Digest realm="r", nonce="a", algorithm=SHA-256, qop="auth-int"'
        assert answered(strong, 'Digest realm="r", nonce="b"')["nonce"] == '"b"'

    def test_a_build_without_sha_512_256(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = hashlib.new

        def without(name: str, *given: Any, **named: Any) -> Any:
            if name == "sha512_256":
                raise ValueError("unsupported hash type sha512_256")
            return real(name, *given, **named)

        monkeypatch.setattr(hashlib, "new", without)
        lines = [f'Digest realm="r", nonce="{a}", algorithm={a}' for a in ("SHA-512-256", "MD5")]
        assert answered(*lines)["nonce"] == '"MD5"'
        with pytest.raises(Unanswerable) as raised:
            answered(lines[0])
        assert str(raised.value).endswith(
            "wants the algorithm SHA-512-256; known here, also with -sess: SHA-256, MD5"
        )

    def test_proxies(self) -> None:
        name, value = answer(
            asked('Digest realm="r", nonce="n"', header="Proxy-Authenticate"),
            "u",
            "s",
            "BYE",
            "sip:a",
            "c",
            1,
        )
        assert name == "Proxy-Authorization" and parameters(value)["realm"] == '"r"'

    def test_escapes_go_back_as_they_came(self) -> None:
        """RFC 7616 takes away the quotes only, and so do servers."""
        given = answered(r'Digest realm="a \"b\"", nonce="\n", opaque="\\"', user='x"y\\', secret=":")
        assert (given["realm"], given["nonce"], given["opaque"]) == (r'"a \"b\""', r'"\n"', r'"\\"')
        assert given["username"] == r'"x\"y\\"'
        own = digest("md5", 'x"y\\:a \\"b\\"::')
        response = digest("md5", rf"{own}:\n:{digest('md5', 'INVITE:sip:bob@biloxi.com')}")
        assert given["response"] == f'"{response}"'

    def test_an_empty_opaque_goes_back_and_an_absent_does_not(self) -> None:
        assert answered('Digest realm="r", nonce="n", opaque=""')["opaque"] == '""'
        assert "opaque" not in answered('Digest realm="r", nonce="n"')

    def test_an_octet_that_is_no_utf_8(self) -> None:
        assert answered('Digest realm="\udcff", nonce="n"')["realm"] == '"\udcff"'

    def test_only_auth_int(self) -> None:
        with pytest.raises(OnlyAuthInt, match="qop=auth-int only"):
            answered('Digest realm="r", nonce="n", qop="auth-int"')

    @pytest.mark.parametrize(
        ("lines", "reason"),
        [
            (['Digest realm="r", nonce="n", qop="x"'], "offers no qop"),
            (
                [
                    'Digest realm="r", nonce="n", algorithm=SHA-1',
                    'Digest realm="r", nonce="n", algorithm="AKAv1-MD5"',
                ],
                "wants the algorithm AKAV1-MD5, SHA-1; known here, also with -sess: SHA-512-256, SHA-256, MD5",
            ),
            (['Digest realm="r", nonce="n", algorithm=-sess'], "wants the algorithm -SESS"),
            (['Basic realm="r"', "Bearer"], "wants BASIC, BEARER; known here: DIGEST with SHA-512-256"),
            ([], "wants nothing"),
        ],
    )
    def test_unanswerable(self, lines: List[str], reason: str) -> None:
        with pytest.raises(Unanswerable) as raised:
            answered(*lines)
        assert reason in str(raised.value) and not isinstance(raised.value, OnlyAuthInt)
        assert "zanzibar" not in str(raised.value)


class TestChallenges:
    def test_all_of_both_headers(self) -> None:
        response = Response(
            407,
            "Proxy Authentication Required",
            Headers(
                (
                    ("Proxy-Authenticate", 'Digest realm="p", nonce="1"'),
                    (
                        "www-authenticate",
                        'digest Realm="w" , NONCE = "2",qop="auth, auth-int",stale=TRUE,algorithm="md5"',
                    ),
                    (
                        "Proxy-Authenticate",
                        'Digest realm="q", nonce="3", opaque="o", stale=false, domain="sip:x"',
                    ),
                )
            ),
        )
        assert challenges(response) == [
            Challenge("WWW-Authenticate", "DIGEST", "w", "2", "MD5", ("auth", "auth-int"), None, True),
            Challenge("Proxy-Authenticate", "DIGEST", "p", "1"),
            Challenge("Proxy-Authenticate", "DIGEST", "q", "3", opaque="o"),
        ]

    def test_several_in_one_line(self) -> None:
        found = asked(
            'Digest realm="a, Digest realm=b", nonce="1", qop=auth, , Digest nonce="2", realm="b", '
            'Basic realm="c", Negotiate, NTLM TlRMTVNTUAAC==, Digest realm="d",nonce="3"'
        )
        assert [(one.scheme, one.realm, one.nonce) for one in found] == [
            ("DIGEST", "a, Digest realm=b", "1"),
            ("DIGEST", "b", "2"),
            ("BASIC", "c", ""),
            ("NEGOTIATE", "", ""),
            ("NTLM", "", ""),
            ("DIGEST", "d", "3"),
        ]

    def test_of_doubles_the_first(self) -> None:
        assert asked('Digest realm="a", realm="b", nonce="1"')[0].realm == "a"

    @pytest.mark.parametrize("start", ["", 'Digest realm="r", nonce="n", x=', 'Digest realm="', "Digest "])
    def test_linear_time(self, start: str) -> None:
        for piece in (",", '"', '\\"', "a", "a ", "a=", "a=b,", " ", "=", "Digest ", 'a="b" ', "<", "x,"):
            began = time.process_time()
            with suppress(Malformed):
                asked(start + piece * (HEAD_LIMIT // len(piece)))
            assert time.process_time() - began < 1.0, piece

    def test_an_empty_qop_is_none(self) -> None:
        assert asked('Digest realm="a", nonce="1", qop=""')[0].qop == ()

    def test_none(self) -> None:
        assert asked() == asked("") == []

    @pytest.mark.parametrize(
        "line",
        [
            'Digest realm="r"',
            'Digest nonce="n"',
            "Digest",
            'realm="r", nonce="n"',
            "Digest realm",
            'Negotiate"x"',
            'Digest realm="r", nonce="n", algorithm="\x1b[2J"',
            'Digest realm="r, nonce="n"',
            'Digest realm="r", nonce="n',
            'Digest realm="r", "nonce"="n"',
            'Digest realm="r"; nonce="n"',
            'Digest realm=r\\, nonce="n"',
            '"',
            "=",
        ],
    )
    def test_malformed(self, line: str) -> None:
        with pytest.raises(Malformed):
            asked(line)

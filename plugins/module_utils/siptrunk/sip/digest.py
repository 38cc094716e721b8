# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest authentication (RFC 3261, section 22; RFC 7616; RFC 8760): what was asked, and the answer to it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from ..errors import SipTrunkError
from .grammar import BLANKS, TOKEN, Malformed, elements, is_token, quote
from .message import Response

# The header field of a challenge, and that of its answer.
_ANSWERS = {"WWW-Authenticate": "Authorization", "Proxy-Authenticate": "Proxy-Authorization"}
# Algorithms and their names in hashlib, the strongest first. RFC 8760, section 2.4 would have the server's order, and
# leaves the choice to local policy: whoever can break the order must not get the weaker hash.
_HASHES = {"SHA-512-256": "sha512_256", "SHA-256": "sha256", "MD5": "md5"}
_SESSION = "-SESS"
# [SCHEME] NAME=VALUE, or the beginning of a challenge that is not made of them.
_PARAMETER = re.compile(
    rf'(?:({TOKEN.pattern})[ \t]+)?({TOKEN.pattern})[ \t]*=[ \t]*("[^"\\]*(?:\\.[^"\\]*)*"|[^ \t"\\]+)',
    re.DOTALL,
)
_SCHEME = re.compile(rf"({TOKEN.pattern})(?![^ \t])")


class Unanswerable(SipTrunkError):
    """No challenge is of a kind that we have an answer to."""


class OnlyAuthInt(Unanswerable):
    """The server wants the body protected, too (qop=auth-int), which hardly anybody implements."""


@dataclass(frozen=True)
class Challenge:
    """One challenge of a response. Texts are as they stand between the quotes, for they go back so.

    header: WWW-Authenticate or Proxy-Authenticate
    scheme, algorithm: in upper case; algorithm is None where MD5 is meant without a word
    qop: in lower case; empty with a server that knows RFC 2069 only
    stale: user and secret may be right, but the nonce is too old: answer again with this one
    """

    header: str
    scheme: str
    realm: str = ""
    nonce: str = ""
    algorithm: Optional[str] = None
    qop: Tuple[str, ...] = ()
    opaque: Optional[str] = None
    stale: bool = False


def challenges(response: Response) -> List[Challenge]:
    """All that a 401 or 407 asks for, of any scheme, in its order; raises Malformed."""
    return [
        _challenge(header, scheme, parameters)
        for header in _ANSWERS
        for line in response.headers.all(header)
        for scheme, parameters in _split(line)
    ]


def answer(
    asked: Sequence[Challenge], user: str, secret: str, method: str, uri: str, cnonce: str, nc: int
) -> Tuple[str, str]:
    """Name and value of the header field that answers the strongest of the challenges.

    uri: the Request-URI as it is sent
    cnonce: drawn at random by the caller, anew for each nonce
    nc: how many requests have been sent with this nonce, this one included

    Raises Unanswerable.
    """
    chosen = _strongest(asked)
    algorithm = _algorithm(chosen)
    qop = "auth" if chosen.qop else None
    secret_hash = _hash(algorithm, f"{user}:{chosen.realm}:{secret}")
    if algorithm.endswith(_SESSION):
        secret_hash = _hash(algorithm, f"{secret_hash}:{chosen.nonce}:{cnonce}")
    request_hash = _hash(algorithm, f"{method}:{uri}")
    count = f"{nc:08x}"
    protected = f"{chosen.nonce}:{count}:{cnonce}:{qop}" if qop else chosen.nonce
    parts = [
        f"username={quote(user)}",
        f'realm="{chosen.realm}"',
        f'nonce="{chosen.nonce}"',
        f'uri="{uri}"',
        f'response="{_hash(algorithm, f"{secret_hash}:{protected}:{request_hash}")}"',
    ]
    if chosen.algorithm:
        parts.append(f"algorithm={_spelling(chosen.algorithm)}")
    if qop or algorithm.endswith(_SESSION):
        parts.append(f"cnonce={quote(cnonce)}")
    if qop:
        parts += [f"qop={qop}", f"nc={count}"]
    if chosen.opaque is not None:
        parts.append(f'opaque="{chosen.opaque}"')
    return _ANSWERS[chosen.header], "Digest " + ", ".join(parts)


def _split(line: str) -> Iterator[Tuple[str, Dict[str, str]]]:
    """The challenges of one line, each its scheme and parameters: commas separate both."""
    scheme: Optional[str] = None
    parameters: Dict[str, str] = {}
    for element in filter(None, elements(line)):
        parameter = _PARAMETER.fullmatch(element)
        begun = parameter[1] if parameter else _scheme(element)
        if begun:
            if scheme:
                yield scheme, parameters
            scheme, parameters = begun.upper(), {}
        if not scheme:
            raise Malformed("challenge: has no scheme")
        if parameter:
            value = parameter[3]
            parameters.setdefault(parameter[2].lower(), value[1:-1] if value[0] == '"' else value)
        elif not begun:
            raise Malformed("challenge: has something that is not name=value")
    if scheme:
        yield scheme, parameters


def _scheme(element: str) -> Optional[str]:
    found = _SCHEME.match(element)
    return found[1] if found else None


def _challenge(header: str, scheme: str, parameters: Dict[str, str]) -> Challenge:
    if scheme == "DIGEST":
        for needed in ("realm", "nonce"):
            if needed not in parameters:
                raise Malformed(f"challenge: has no {needed}")
    algorithm = parameters.get("algorithm")
    if algorithm and not is_token(algorithm):
        raise Malformed("challenge: its algorithm is no token")
    return Challenge(
        header,
        scheme,
        parameters.get("realm", ""),
        parameters.get("nonce", ""),
        algorithm.upper() if algorithm else None,
        tuple(filter(None, (qop.strip(BLANKS).lower() for qop in parameters.get("qop", "").split(",")))),
        parameters.get("opaque"),
        parameters.get("stale", "").lower() == "true",
    )


def _strongest(asked: Sequence[Challenge]) -> Challenge:
    digests = [challenge for challenge in asked if challenge.scheme == "DIGEST"]
    known = [challenge for challenge in digests if _available(_algorithm(challenge))]
    usable = [challenge for challenge in known if not challenge.qop or "auth" in challenge.qop]
    if usable:
        return min(usable, key=lambda challenge: list(_HASHES).index(_base(_algorithm(challenge))))
    if any("auth-int" in challenge.qop for challenge in known):
        raise OnlyAuthInt("the server wants qop=auth-int only; let it offer qop=auth, too")
    if known:
        raise Unanswerable("the server offers no qop that RFC 7616 has; let it offer qop=auth")
    ours = ", ".join(name for name in _HASHES if _available(name))
    if digests:
        theirs = ", ".join(sorted(set(map(_algorithm, digests))))
        raise Unanswerable(f"the server wants the algorithm {theirs}; known here, also with -sess: {ours}")
    theirs = ", ".join(sorted({challenge.scheme for challenge in asked})) or "nothing"
    raise Unanswerable(f"the server wants {theirs}; known here: DIGEST with {ours}")


def _algorithm(challenge: Challenge) -> str:
    return challenge.algorithm or "MD5"


def _base(algorithm: str) -> str:
    return algorithm[: -len(_SESSION)] if algorithm.endswith(_SESSION) else algorithm


def _available(algorithm: str) -> bool:
    """Some builds of OpenSSL have no SHA-512/256."""
    if _base(algorithm) not in _HASHES:
        return False
    try:
        _hash(algorithm, "")
    except ValueError:
        return False
    return True


def _hash(algorithm: str, text: str) -> str:
    # MD5 is the protocol's choice, not ours: builds for FIPS would refuse it otherwise.
    name = _HASHES[_base(algorithm)]
    return hashlib.new(name, text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _spelling(algorithm: str) -> str:
    """With -sess in lower case, as in the RFC: some servers compare octets."""
    return algorithm.replace(_SESSION, "-sess")

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of ``register =>`` in sip.conf: read exactly as chan_sip does, and written accordingly.

``[peer?][transport://]user[@domain[:domain_port]][:secret[:auth_user]]@host[:port][/extension][~expiry]``

Source: sip_parse_register_line() in channels/sip/config_parser.c, __ast_app_separate_args() in main/app.c,
ast_strip_quoted() in main/utils.c of Asterisk 16; 18 and 20 have the same. What becomes of the fields on the wire:
transmit_register() and build_reply_digest() in channels/chan_sip.c.
"""

from __future__ import annotations

import itertools
import re
import urllib.parse
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from .errors import NotRepresentable
from .secrets import MASK
from .uris import DEFAULT_PORTS

# chan_sip copies the value into a buffer of 256 bytes, of which one ends the string.
LENGTH_LIMIT = 255
# user:realm:secret, of which the digest is made, goes through such a buffer, too. The realm is the provider's, and
# usually its domain: room is kept for that name, and at least for one of this size.
DIGEST_LIMIT = 255
REALM_LENGTH = 64
# What remains of other buffers: of 80 bytes for sip:HOST:PORT, of 256 for <sip:USER@HOST>;tag=as01234567, of 512 for
# the percent-encoded user of the Contact.
URI_LIMIT = 75
FROM_LIMIT = 233
CONTACT_LIMIT = 511
DEFAULT_EXPIRY = 120
DEFAULT_EXTENSION = "s"
ELSEWHERE = (
    "or set the secret as remotesecret of a peer, which register => peer?user@host/extension names; "
    "or use chan_pjsip"
)
SIMPLE = "use letters, digits and -._"
OPTIONAL_TEXTS = ("secret", "auth_user", "domain", "peer", "extension")


@dataclass(frozen=True)
class RegisterLine:
    """The fields of a register line; None where the line does not say.

    peer: section of sip.conf whose settings apply
    domain, domain_port: of the address of record, where it is not the host's
    auth_user: user of the digest authentication, where it is not the user
    extension: user part of our Contact, which the provider calls
    expiry: seconds
    """

    user: str
    host: str
    peer: Optional[str] = None
    transport: str = "udp"
    domain: Optional[str] = None
    domain_port: Optional[int] = None
    secret: Optional[str] = field(default=None, repr=False)
    auth_user: Optional[str] = None
    port: Optional[int] = None
    extension: Optional[str] = None
    expiry: Optional[int] = None

    @property
    def effective_port(self) -> int:
        return DEFAULT_PORTS[self.transport] if self.port is None else self.port

    @property
    def effective_extension(self) -> str:
        return DEFAULT_EXTENSION if self.extension is None else self.extension

    def effective_expiry(self, default: int = DEFAULT_EXPIRY) -> int:
        """Seconds; *default* is ``defaultexpiry`` as it was set above the line."""
        return default if self.expiry is None else self.expiry


@dataclass(frozen=True)
class Notice:
    """Something that chan_sip reads in another way than its author can have meant.

    rule: id of the lint rule; reason and fix never hold any part of the line, for it may be the secret
    """

    rule: str
    reason: str
    fix: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Parsed:
    """line: None when chan_sip drops the line (and says so in one WARNING only)."""

    line: Optional[RegisterLine]
    notices: Tuple[Notice, ...]


NO_ACCOUNT_AT_HOST = Notice(
    "REG001",
    "chan_sip drops this line: it needs a user before and a host behind the last @",
    "write user:secret@host[:port][/extension]",
)
SLASH = Notice(
    "REG004",
    "chan_sip drops this line: a / in user or secret ends the transport",
    "put a transport before the user: udp://user:secret@host",
)
PEER = Notice(
    "REG003",
    "everything before the first ? is the name of a peer, and the rest of the secret is sent as the user",
    "put a ? before the user: ?user:secret@host",
)
SWALLOWED = Notice(
    "REG007",
    "a quote, a bracket or a backslash hides the : that should end the user",
    "remove it, or put the user in double quotes",
)
TOO_LONG = Notice(
    "REG011",
    f"chan_sip cuts the line after {LENGTH_LIMIT} bytes without a word",
    "shorten it, or set the secret elsewhere",
)
BAD_PORT = Notice(
    "REG015",
    "the port is no number from 1 to 65535, so the default counts",
    "write host:port, or [address]:port for IPv6",
)
PORT_WITH_REST = Notice(
    "REG015", "only the digits at the beginning of the port count", "write the number alone"
)
BAD_DOMAIN_PORT = Notice(
    "REG005",
    "with three colons the first field is the domain's port, and this one is no number from 1 to 65535",
    'put a secret that has colons in double quotes: user:"secret"@host',
)
BAD_TRANSPORT = Notice(
    "REG017", "the transport is none of udp, tcp, tls; UDP is used", "write udp://, tcp:// or tls://"
)
NO_USER = Notice("REG020", "the user is empty", "write user@host")
NO_HOST = Notice("REG020", "the host is empty", "write user@host")
NUMERIC_HOST = Notice(
    "REG019",
    "the host is a mere number: chan_sip never sends this registration",
    "write a name or an address with dots",
)
BAD_EXPIRY = Notice(
    "REG012",
    "the expiry is not positive, which un-registers, yet is shown as Registered",
    "write seconds: ~1800",
)
EXPIRY_WITH_REST = Notice(
    "REG012", "only the digits at the beginning of the expiry count", "write seconds alone: ~1800"
)
SCHEME = Notice(
    "REG016", "a URI scheme is taken for the user or the host", "remove sip: and sips:; write tls:// for TLS"
)
UNDERRUN = Notice(
    "REG033", "// at the beginning makes chan_sip write outside of its memory", "write udp:// or no transport"
)


def parse(value: str) -> Parsed:
    """Read a value as chan_sip does: comment and outer blanks already removed, nothing escaped."""
    octets = value.encode("utf-8", "surrogateescape").partition(b"\0")[0]
    notices: List[Notice] = []
    if len(octets) > LENGTH_LIMIT:
        notices.append(TOO_LONG)
    buffer = _Buffer(octets[:LENGTH_LIMIT])
    line = _parse(buffer, notices)
    return Parsed(line, tuple(notices))


def render(line: RegisterLine) -> str:
    """The plainest spelling that chan_sip reads back as *line*; still to be escaped for the file (``;``).

    Raises NotRepresentable when there is none, or when chan_sip would send something else than *line* says.
    """
    wanted = _without_empty(line)
    for loss in _LOSSES:
        if loss.happens(wanted):
            raise NotRepresentable(loss.reason, loss.way_out)
    for value in _spellings(wanted):
        if _reads_back(value, wanted):
            return value
    raise _not_representable(wanted)


def fits_digest(user: str, secret: str, host: str) -> bool:
    """Whether chan_sip can authenticate at *host*, or its domain, without cutting the secret."""
    realm = max(REALM_LENGTH, _size(host))
    return _size(user) + _size(secret) + realm + len("::") <= DIGEST_LIMIT


def masked(value: str) -> str:
    """The value for people: whatever may be part of a secret is masked, in lines that are misread, too."""
    left, at, right = value.rpartition("@")
    if not at:
        left, right = value, ""
    account = _ACCOUNT.match(left)
    shown = account[0] if account else ""
    if shown != left:
        shown += f":{MASK}"
    where = _WHERE.match(right)
    destination = where[0] if where else ""
    if destination != right:
        destination += MASK
    return shown + at + destination


# What stands before the secret, and what behind the last @, in a line that is what it looks like.
_ACCOUNT = re.compile(r"""(?:[\w.+-]*\?)?(?:[A-Za-z]+://)?[^:/?"'\\~;()\[\]]*(?![^:])""")
_WHERE = re.compile(r"""(?:\[[0-9A-Fa-f:.]*\]|[^:/~"\\]*)(?::[0-9]+(?![^/~]))?(?:/[^~]*)?(?:~[0-9]+$)?""")


# What a scan for each separator stops at.
_MARKS = {separator: re.compile(rb'[\0()\[\]"\\%b]' % separator.encode()) for separator in "?/:~@"}


class _Buffer:
    """A C string that is taken apart in place: separators become NUL, and a scan may run over one.

    Positions are indexes; None is the null pointer.
    """

    def __init__(self, octets: bytes) -> None:
        # A backslash at the very end makes the scan step over the last NUL.
        self._octets = bytearray(octets + b"\0\0")

    def text(self, start: Optional[int]) -> str:
        return "" if start is None else self._bytes(start).decode("utf-8", "surrogateescape")

    def is_empty(self, start: Optional[int]) -> bool:
        return start is None or not self._octets[start]

    def split_last(self, separator: str) -> Optional[int]:
        """strrchr() and cut: the position behind the last separator."""
        at = self._bytes(0).rfind(separator.encode())
        if at < 0:
            return None
        self._octets[at] = 0
        return at + 1

    def separate(self, start: Optional[int], separator: str, limit: int) -> List[Optional[int]]:
        """__ast_app_separate_args() without removal of quotes: at most *limit* pieces, missing ones None."""
        pieces: List[Optional[int]] = []
        if start is not None:
            octets, find, wanted = self._octets, _MARKS[separator].search, separator.encode()
            scan, cut = start, start - 2
            while octets[scan] and len(pieces) < limit - 1:
                pieces.append(scan)
                round_brackets = square_brackets = 0
                quoted = False
                while True:
                    mark = find(octets, scan)
                    if mark is None:
                        # Never: a NUL ends every string.
                        break
                    scan = mark.end()
                    octet = mark[0]
                    if octet == b"\0":
                        scan -= 1
                        break
                    if octet == wanted:
                        if not (round_brackets or square_brackets or quoted):
                            cut = scan - 1
                            octets[cut] = 0
                            break
                    elif octet == b"(":
                        round_brackets += 1
                    elif octet == b")":
                        round_brackets = max(0, round_brackets - 1)
                    elif octet == b"[":
                        square_brackets += 1
                    elif octet == b"]":
                        square_brackets = max(0, square_brackets - 1)
                    elif octet == b'"':
                        quoted = not quoted
                    elif octet == b"\\":
                        scan += 1
            if octets[scan] or scan - 1 == cut:
                pieces.append(scan)
        return pieces + [None] * (limit - len(pieces))

    def drop_last(self, start: int) -> bool:
        """Take the last byte of a string away; of an empty one, the one before. False when outside."""
        last = start + len(self._bytes(start)) - 1
        if last < 0:
            return False
        self._octets[last] = 0
        return True

    def stripped(self, start: Optional[int]) -> str:
        """ast_strip_quoted(): without outer blanks, and without one pair of double quotes around."""
        if start is None:
            return ""
        octets = self._octets
        while 0 < octets[start] < 33:
            start += 1
        end = octets.index(0, start)
        while end > start and octets[end - 1] < 33:
            end -= 1
            octets[end] = 0
        if end > start and octets[start] == octets[end - 1] == ord('"'):
            end -= 1
            octets[end] = 0
            start += 1
        return octets[start : max(start, end)].decode("utf-8", "surrogateescape")

    def _bytes(self, start: int) -> bytes:
        return bytes(self._octets[start : self._octets.index(0, start)])


def _parse(buffer: _Buffer, notices: List[Notice]) -> Optional[RegisterLine]:
    # The steps stand in chan_sip's order; it matters, for a scan may run from one part into the next.
    host_part = buffer.split_last("@")
    if buffer.is_empty(0) or buffer.is_empty(host_part):
        notices.append(NO_ACCOUNT_AT_HOST)
        return None
    peer, user_part = buffer.separate(0, "?", 2)
    if buffer.is_empty(user_part):
        peer, user_part = None, peer
    transport, blank, account = buffer.separate(user_part, "/", 3)
    if buffer.is_empty(account) or transport is None:
        transport, account = None, transport
    elif not buffer.drop_last(transport):
        notices.append(UNDERRUN)
    if not buffer.is_empty(blank):
        notices.append(SLASH)
        return None
    user_at_domain, secret, rest = buffer.separate(account, ":", 3)
    host_port_extension, expiry = buffer.separate(host_part, "~", 2)
    host_port, extension = buffer.separate(host_port_extension, "/", 2)
    host, port = buffer.separate(host_port, ":", 2)
    user, domain = buffer.separate(user_at_domain, "@", 2)
    auth_user, domain_port = buffer.separate(rest, ":", 2)
    if domain_port is not None:
        domain_port, secret, auth_user = secret, auth_user, domain_port

    port_number = _port(buffer, port, notices, BAD_PORT, PORT_WITH_REST)
    domain_port_number = _port(buffer, domain_port, notices, BAD_DOMAIN_PORT, BAD_DOMAIN_PORT)
    protocol = "udp" if transport is None else buffer.text(transport)[:3].lower()
    if protocol not in DEFAULT_PORTS:
        protocol = "udp"
        if UNDERRUN not in notices:
            notices.append(BAD_TRANSPORT)
    # Stripping works in place, too.
    contact = None if buffer.is_empty(extension) else buffer.stripped(extension)
    line = RegisterLine(
        user=buffer.stripped(user),
        host=buffer.stripped(host),
        auth_user=buffer.stripped(auth_user) or None,
        secret=buffer.stripped(secret) or None,
        peer=buffer.stripped(peer) or None,
        domain=buffer.stripped(domain) or None,
        transport=protocol,
        port=port_number,
        domain_port=domain_port_number,
        extension=contact,
        expiry=None if expiry is None else _expiry(buffer.stripped(expiry), notices),
    )
    notices.extend(_suspicions(line))
    return line


def _suspicions(line: RegisterLine) -> Iterator[Notice]:
    if not line.user:
        yield NO_USER
    if not line.host:
        yield NO_HOST
    if line.host.isdigit():
        yield NUMERIC_HOST
    if line.peer and re.search(r"[:@/]", line.peer):
        yield PEER
    if ":" in line.user and re.search(r'[\\(\["].*:', line.user):
        yield SWALLOWED
    if line.user.lower() in ("sip", "sips") or line.host.lower() in ("sip", "sips"):
        yield SCHEME


def _port(
    buffer: _Buffer, start: Optional[int], notices: List[Notice], bad: Notice, with_rest: Notice
) -> Optional[int]:
    """port_str2int(): sscanf("%30d"), from 1 to 65535, else None for the default."""
    if start is None:
        return None
    text = buffer.text(start)
    number = _integer(text, 30)
    if number is None or not 1 <= number <= 65535:
        notices.append(bad)
        return None
    if not text.isdigit():
        notices.append(with_rest)
    return number


def _expiry(text: str, notices: List[Notice]) -> int:
    """atoi(); nothing bounds it."""
    number = _integer(text) or 0
    if number <= 0:
        notices.append(BAD_EXPIRY)
    elif not text.isdigit():
        notices.append(EXPIRY_WITH_REST)
    return number


def _integer(text: str, width: int = LENGTH_LIMIT) -> Optional[int]:
    """A leading decimal number of at most *width* bytes, as strtol() gives it to an int of 32 bits."""
    digits = re.match(r"[+-]?[0-9]+", text.lstrip("\t\n\v\f\r ")[:width])
    if not digits:
        return None
    clamped = max(-(2**63), min(int(digits[0]), 2**63 - 1))
    return (clamped + 2**31) % 2**32 - 2**31


def _spellings(line: RegisterLine) -> Iterator[str]:
    """Spellings from the plainest to the best protected one.

    A leading ``?`` protects the next one, a transport protects slashes, double quotes protect separators and
    blanks.
    """
    texts = (line.user, line.domain, line.secret, line.auth_user, line.host, line.extension)
    account = "".join(filter(None, (line.peer, *texts[:4])))
    useful = (
        "?" in account and not line.peer,
        "/" in account and line.transport == "udp",
        *(text is not None and not _PLAIN.fullmatch(text) for text in texts),
    )
    for question_mark, transport, *quoted in _protections(useful):
        user, domain, secret, auth_user, host, extension = (
            f'"{text}"' if quote else text for text, quote in zip(texts, quoted)
        )
        value = f"{line.peer}?" if line.peer else "?" if question_mark else ""
        if transport or line.transport != "udp":
            value += f"{line.transport}://"
        value += f"{user}" if domain is None else f"{user}@{domain}"
        if line.domain_port is not None:
            value += f":{line.domain_port}:{secret or ''}:{auth_user or ''}"
        elif auth_user is not None:
            value += f":{secret or ''}:{auth_user}"
        elif secret is not None:
            value += f":{secret}"
        port = "" if line.port is None else f":{line.port}"
        contact = "" if extension is None else f"/{extension}"
        expiry = "" if line.expiry is None else f"~{line.expiry}"
        yield f"{value}@{host}{port}{contact}{expiry}"


# Quotes around such a text change nothing.
_PLAIN = re.compile(r"[A-Za-z0-9._+-]+")
# How much longer each protection makes the line: ?, udp://, and the quotes of six texts.
_COSTS = (1, 6, 2, 2, 2, 2, 2, 2)


@cache
def _protections(useful: Tuple[bool, ...]) -> List[Tuple[bool, ...]]:
    """All choices among the useful protections, the shortest first."""
    choices = itertools.product(*((False, True) if use else (False,) for use in useful))
    return sorted(choices, key=lambda choice: sum(itertools.compress(_COSTS, choice)))


_OUTER_BLANK_OR_LINE_END = re.compile(r"\A[\0- ]|[\0- ]\Z|[\r\n\0]")


def _reads_back(value: str, line: RegisterLine) -> bool:
    if _OUTER_BLANK_OR_LINE_END.search(value):
        return False
    parsed = parse(value)
    return parsed.line == line and not {TOO_LONG, UNDERRUN} & set(parsed.notices)


def _representable(line: RegisterLine) -> bool:
    return any(_reads_back(value, line) for value in _spellings(line))


def _without_empty(line: RegisterLine) -> RegisterLine:
    empty: Dict[str, Any] = {name: None for name in OPTIONAL_TEXTS if getattr(line, name) == ""}
    return replace(line, **empty) if empty else line


def _without(line: RegisterLine, name: str) -> RegisterLine:
    absent: Dict[str, Any] = {name: None}
    return replace(line, **absent)


def _not_representable(line: RegisterLine) -> NotRepresentable:
    if _size(min(_spellings(line), key=len)) > LENGTH_LIMIT:
        way_out = f"shorten its fields; {ELSEWHERE}" if line.secret else "shorten its fields"
        return NotRepresentable(
            f"a register line holds {LENGTH_LIMIT} bytes and this one would be cut", way_out
        )
    culprits = [
        name
        for name in OPTIONAL_TEXTS
        if getattr(line, name) is not None and _representable(_without(line, name))
    ]
    if "secret" in culprits:
        way_out = "without auth_user more characters are possible; " if line.auth_user else ""
        return NotRepresentable(
            "the secret has characters that a register line cannot carry",
            f"{way_out}take a secret of letters, digits and -._; {ELSEWHERE}",
        )
    what = " or ".join(culprits) or "user, host, port or expiry"
    return NotRepresentable(f"{what} has characters that a register line cannot carry", SIMPLE)


class _Loss(NamedTuple):
    """Fields that a register line can hold, and that chan_sip sends in another form."""

    happens: Callable[[RegisterLine], bool]
    reason: str
    way_out: str


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _domain(line: RegisterLine) -> str:
    return line.domain or line.host


def _request_uri(line: RegisterLine) -> str:
    port = line.domain_port if line.domain else line.port
    return f"{_domain(line)}:{port}" if port else _domain(line)


# chan_sip writes them as they are, so they must not end the part of a SIP address, or the quotes, that they stand in.
_USER = re.compile(r'[^\0- \x7f"<>\\@:\[\]]+')
_HOST = re.compile(rf"\[[0-9A-Fa-f:.]+\]|{_USER.pattern}")
_QUOTED = re.compile(r'[^"\\]*')
# What ast_uri_encode() leaves as it is (ast_uri_sip_user).
_UNENCODED = "-_.!~*'()&=+$,;?/"

_LOSSES = (
    _Loss(
        lambda line: not _USER.fullmatch(line.user),
        "user is empty, or has characters that chan_sip would send as they are, and that end the user of a SIP address",
        SIMPLE,
    ),
    _Loss(
        lambda line: not _HOST.fullmatch(_domain(line)),
        "domain or host is empty, or has characters that chan_sip would send as they are, and that end a SIP address",
        "write a name or an address, one of IPv6 in brackets",
    ),
    _Loss(
        lambda line: not _QUOTED.fullmatch(line.auth_user or ""),
        'auth_user has a " or a \\, and chan_sip would send it unescaped',
        "let the provider set another, or use chan_pjsip",
    ),
    _Loss(
        lambda line: _size(_request_uri(line)) > URI_LIMIT,
        f"chan_sip would cut domain or host, and port, in the Request-URI: they have room for {URI_LIMIT} bytes",
        "use a shorter name, or chan_pjsip",
    ),
    _Loss(
        lambda line: _size(line.user + _domain(line)) > FROM_LIMIT,
        f"chan_sip would cut the From, and take no answer: user and domain have room for {FROM_LIMIT} bytes",
        "use shorter names, or chan_pjsip",
    ),
    _Loss(
        lambda line: (
            len(urllib.parse.quote(line.effective_extension, _UNENCODED, "utf-8", "surrogateescape"))
            > CONTACT_LIMIT
        ),
        f"chan_sip would cut the extension, which has room for {CONTACT_LIMIT} bytes, percent-encoded",
        "use a shorter one",
    ),
    _Loss(
        lambda line: not fits_digest(line.auth_user or line.user, line.secret or "", _domain(line)),
        f"chan_sip would cut the secret, and authenticate with the rest: user:realm:secret have {DIGEST_LIMIT} bytes, "
        f"of which the provider's realm may take {REALM_LENGTH}, or as many as the domain",
        "take a shorter secret; or set the MD5 of user:realm:secret as md5secret of a peer, which "
        "register => peer?user@host/extension names; or use chan_pjsip",
    ),
)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of ``register =>`` in sip.conf: read exactly as chan_sip does, and written accordingly.

``[peer?][transport://]user[@domain[:domain_port]][:secret[:auth_user]]@host[:port][/extension][~expiry]``

Source: sip_parse_register_line() in channels/sip/config_parser.c, __ast_app_separate_args() in main/app.c,
ast_strip_quoted() in main/utils.c of Asterisk 16; 18 and 20 have the same.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .errors import NotRepresentable
from .secrets import MASK

# chan_sip copies the value into a buffer of 256 bytes, of which one ends the string.
LENGTH_LIMIT = 255
DEFAULT_EXPIRY = 120
DEFAULT_EXTENSION = "s"
DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
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

    Raises NotRepresentable when there is none.
    """
    wanted = _without_empty(line)
    for value in _spellings(wanted):
        if _reads_back(value, wanted):
            return value
    raise _not_representable(wanted)


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


class _Buffer:
    """A C string that is taken apart in place: separators become NUL, and a scan may run over one.

    Positions are indexes; None is the null pointer.
    """

    def __init__(self, octets: bytes) -> None:
        # Two spare bytes: a backslash at the very end makes the scan step over the last NUL.
        self._octets = bytearray(octets) + bytearray(LENGTH_LIMIT + 3 - len(octets))

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
            octets, mark = self._octets, ord(separator)
            scan, cut = start, start - 2
            while octets[scan] and len(pieces) < limit - 1:
                pieces.append(scan)
                round_brackets = square_brackets = 0
                quoted = False
                while octets[scan]:
                    octet = octets[scan]
                    scan += 1
                    if octet == ord("("):
                        round_brackets += 1
                    elif octet == ord(")"):
                        round_brackets = max(0, round_brackets - 1)
                    elif octet == ord("["):
                        square_brackets += 1
                    elif octet == ord("]"):
                        square_brackets = max(0, square_brackets - 1)
                    elif octet == ord('"'):
                        quoted = not quoted
                    elif octet == ord("\\"):
                        scan += 1
                    elif octet == mark and not (round_brackets or square_brackets or quoted):
                        cut = scan - 1
                        octets[cut] = 0
                        break
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
        while 0 < self._octets[start] < 33:
            start += 1
        end = start + len(self._bytes(start))
        while end > start and self._octets[end - 1] < 33:
            end -= 1
            self._octets[end] = 0
        if end > start and self._octets[start] == self._octets[end - 1] == ord('"'):
            self._octets[end - 1] = 0
            start += 1
        return self.text(start)

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
    if re.search(r"[:@/]", line.peer or ""):
        yield PEER
    if re.search(r'[\\(\["].*:', line.user):
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
    transports = ["", "udp://"] if line.transport == "udp" else [f"{line.transport}://"]
    protections = itertools.product(
        [f"{line.peer}?"] if line.peer else ["", "?"],
        transports,
        *(((text,) if text is None else (text, f'"{text}"')) for text in texts),
    )
    plain = len(line.peer or "") + sum(len(text or "") for text in texts)
    candidates = [(sum(map(len, filter(None, parts))) - plain, parts) for parts in protections]
    for _rank, (peer, transport, user, domain, secret, auth_user, host, extension) in sorted(
        candidates, key=lambda candidate: candidate[0]
    ):
        account = f"{user}" if domain is None else f"{user}@{domain}"
        if line.domain_port is not None:
            account += f":{line.domain_port}:{secret or ''}:{auth_user or ''}"
        elif auth_user is not None:
            account += f":{secret or ''}:{auth_user}"
        elif secret is not None:
            account += f":{secret}"
        port = "" if line.port is None else f":{line.port}"
        contact = "" if extension is None else f"/{extension}"
        expiry = "" if line.expiry is None else f"~{line.expiry}"
        yield f"{peer}{transport}{account}@{host}{port}{contact}{expiry}"


def _reads_back(value: str, line: RegisterLine) -> bool:
    if value != value.strip("".join(map(chr, range(33)))) or any(
        character in value for character in "\r\n\0"
    ):
        return False
    parsed = parse(value)
    return parsed.line == line and not {TOO_LONG, UNDERRUN} & set(parsed.notices)


def _representable(line: RegisterLine) -> bool:
    return any(_reads_back(value, line) for value in _spellings(line))


def _without_empty(line: RegisterLine) -> RegisterLine:
    optional: Dict[str, Any] = {name: getattr(line, name) or None for name in OPTIONAL_TEXTS}
    return replace(line, **optional)


def _without(line: RegisterLine, name: str) -> RegisterLine:
    absent: Dict[str, Any] = {name: None}
    return replace(line, **absent)


def _not_representable(line: RegisterLine) -> NotRepresentable:
    if len(min(_spellings(line), key=len).encode("utf-8", "surrogateescape")) > LENGTH_LIMIT:
        return NotRepresentable(
            f"a register line holds {LENGTH_LIMIT} bytes and this one would be cut", "shorten its fields"
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
            f"{way_out}take a secret of letters, digits and -._ or let the provider set another",
        )
    what = " or ".join(culprits) or "user, host, port or expiry"
    return NotRepresentable(
        f"{what} has characters that a register line cannot carry", "use letters, digits and -._"
    )

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field that ``sip_trunks`` has: what it takes, what it needs, what it is when it is not given.

A check takes a value as it was given and returns it as the model holds it, or raises ``Unfit``.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Tuple, Union

from .secrets import SECRET_FIELDS
from .uris import bracketed


class Unfit(Exception):
    """A value that a field does not take: the reason, and the way out."""

    def __init__(self, reason: str, fix: str) -> None:
        self.reason, self.fix = reason, fix


def closest(given: str, known: Iterable[str]) -> str:
    """A question to put before the advice when something known looks like *given*; else empty."""
    close = difflib.get_close_matches(given.lower(), list(known), 1)
    return f"did you mean {close[0]}? " if close else ""


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise Unfit("is a number, and YAML may have changed its digits", "write it in quotes")
    if not isinstance(value, str):
        raise Unfit("is not text", "write text")
    if not value:
        raise Unfit("is empty", "leave it out or give it a value")
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise Unfit("holds a control character, such as a line break", "write it on one line")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unfit("is not valid Unicode", "write it in UTF-8") from None
    return value


def _phrase(value: Any) -> str:
    if _text(value) != value.strip() or len(value) > 200:
        raise Unfit("has blanks at its ends, or more than 200 characters", "write a short line")
    return str(value)


def _matching(pattern: str, reason: str, fix: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        if not compiled.fullmatch(_text(value)):
            raise Unfit(reason, fix)
        return str(value)

    return check


_name = _matching(
    r"(?![0-9])[A-Za-z0-9._-]{1,60}",
    "cannot begin the names of sections",
    "use up to 60 of A-Z a-z 0-9 . _ - with no digit in front",
)
_user = _matching(
    r"[A-Za-z0-9+*#._~!$&'=%-]+",
    "is not the user part of a SIP address",
    "use letters, digits and + * # . _ ~ ! $ & ' = % - only; the domain has a field of its own",
)
SECTION_NAME = re.compile(r"(?!(?i:general|authentication)\Z)[A-Za-z0-9._+-]{1,79}")
_section = _matching(
    SECTION_NAME.pattern,
    "is no name of a section for a trunk",
    "use up to 79 of A-Z a-z 0-9 . _ + -, other than general and authentication",
)
_ha1 = _matching(
    r"[0-9a-f]{32}",
    "is not the MD5 of user:realm:secret",
    "write its 32 lower-case hexadecimal digits (RFC 2617, section 3.2.2.2: HA1)",
)
_caller = _matching(
    r"\+?[0-9*#]{1,40}|[A-Za-z0-9._-]{1,40}",
    "is not a number that a caller can have",
    "write up to 40 digits, a + in front if the provider wants it; or a name without blanks",
)
_digest_user = _matching(
    r"[!#-\[\]-~]+",
    "is not a user name that Asterisk can send",
    'use printable ASCII characters other than blanks, " and \\',
)
_word = _matching(
    r"[A-Za-z0-9_.-]{1,79}", "is not the name of a dialplan context", "use up to 79 of A-Z a-z 0-9 _ . -"
)


def _context(value: Any) -> str:
    if _word(value).lower() in ("general", "globals"):
        raise Unfit("is a section of extensions.conf with a meaning of its own", "choose another name")
    return str(value)


def _whole(low: int, high: int, what: str) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("is not a whole number", f"write {what} from {low} to {high}, without quotes")
        if not low <= value <= high:
            raise Unfit("is out of range", f"write {what} from {low} to {high}")
        return value

    return check


_port = _whole(1, 65535, "a port")


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("is neither true nor false", "write true or false, without quotes")
    return value


def _choice(*choices: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if _text(value) not in choices:
            raise Unfit("is not known", closest(value, choices) + "choose one of " + ", ".join(choices))
        return str(value)

    return check


def _list(check: Callable[[Any], str]) -> Callable[[Any], Tuple[str, ...]]:
    def check_all(value: Any) -> Tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            raise Unfit("is not a list", "write a list")
        checked = tuple(check(item) for item in value)
        if len({item.lower() for item in checked}) < len(checked):
            raise Unfit("names one thing twice", "name it once")
        return checked

    return check_all


_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


def _host(value: Any) -> str:
    """A host name or an address; IPv6 without brackets and in its short form (RFC 5952)."""
    text = _text(value)
    if text.lower() == "dynamic":
        raise Unfit(
            "lets whoever registers first, from anywhere, be the provider",
            "write the provider's host name or address; a trunk never waits for registrations",
        )
    address = _address(text)
    if address is not None:
        if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
            raise Unfit("is not the address of one host", "write the provider's host name or address")
        return str(address)
    if "@" in text or "//" in text or text.lower().startswith(("sip:", "sips:")):
        raise Unfit("is a URI", "write the host alone; user, port and transport have their own fields")
    if "/" in text:
        raise Unfit(
            "is a network, and a trunk trusts single hosts",
            "list its host names or addresses one by one",
        )
    if ":" in text:
        raise Unfit(
            "has a port, or is no IPv6 address", "write the host alone; the port has a field of its own"
        )
    if re.fullmatch(r"[0-9.]+", text):
        raise Unfit(
            "is neither an IPv4 address nor a host name", "write four numbers from 0 to 255, or a name"
        )
    if not _HOST_NAME.fullmatch(text):
        raise Unfit(
            "is neither a host name nor an address", "write it as mysipsp.com, 192.0.2.1 or 2001:db8::1"
        )
    return text


def _address(text: str) -> Optional[Union[ipaddress.IPv4Address, ipaddress.IPv6Address]]:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return None if "%" in bare or (bare != text and address.version == 4) else address


def _network(value: Any) -> str:
    """An address or a network in prefix notation (RFC 4632), in its short form."""
    text = _text(value)
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        fix = "write it as 192.0.2.0/24, 192.0.2.1 or 2001:db8::/32"
        raise Unfit(f"is neither an address nor a network ({error})", fix) from None
    if not network.prefixlen:
        raise Unfit("is the whole world", "leave it out: without it nothing is restricted")
    return str(network)


def _proxy(value: Any) -> str:
    """``host`` or ``host:port``; an IPv6 address in brackets."""
    text = _text(value)
    parts = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]+))?", text)
    if not parts:
        raise Unfit(
            "is neither host nor host:port", "write it as proxy.mysipsp.com:5060 or [2001:db8::1]:5060"
        )
    host = bracketed(_host(parts[1]))
    return host if parts[2] is None else f"{host}:{_port(int(parts[2]))}"


def is_address(host: str) -> bool:
    """Whether a host is an address, not a name."""
    return _address(host) is not None


# Names of Asterisk (main/codec_builtin.c and the format modules), and what else people call them.
CODECS = (
    "alaw", "ulaw", "g722", "g729", "g723", "g726", "g726aal2", "gsm", "ilbc", "opus",
    "speex", "speex16", "speex32", "adpcm", "lpc10", "siren7", "siren14", "g719",
    "slin", "slin16", "silk8", "silk12", "silk16", "silk24",
    "h261", "h263", "h263p", "h264", "h265", "mpeg4", "vp8", "vp9",
)  # fmt: skip
_ALSO_CALLED = {"pcma": "alaw", "g711a": "alaw", "pcmu": "ulaw", "g711u": "ulaw", "g711": "alaw or ulaw"}


def _codec(value: Any) -> str:
    codec = _text(value)
    if codec not in CODECS:
        called = _ALSO_CALLED.get(codec.lower())
        hint = f"write {called}" if called else closest(codec, CODECS) + "use a name of `core show codecs`"
        raise Unfit("holds a codec that Asterisk does not know by this name", hint)
    return codec


def _codecs(value: Any) -> Tuple[str, ...]:
    codecs = _list(_codec)(value)
    if not codecs:
        raise Unfit("leaves no codec, so every call would be refused with 488", "list one at least")
    return codecs


# A pattern has classes and ranges, and a wildcard at most at its end (main/pbx.c). A lone wildcard would
# match the special extensions, too.
_EXTENSION = re.compile(r"(?!_)[0-9A-Za-z+*#._]+|_(?:[0-9A-Za-z+*#]|\[[0-9+*#-]+\])+[.!]?")
_SPECIAL = frozenset("ihtTeao")
# Stands for every number that is not listed.
DEFAULT_NUMBER = "default"
_TARGET = re.compile(
    r"[A-Za-z0-9_.-]{1,79},[0-9A-Za-z+*#._-]{1,79},(?:[1-9][0-9]{0,8}|[A-Za-z_][A-Za-z0-9_]*)"
)


def _numbers(value: Any) -> Dict[str, str]:
    if not isinstance(value, Mapping):
        raise Unfit("does not map numbers to targets", """write {"1234": {goto: "internal,100,1"}}""")
    return {_number(number): _target(number, given) for number, given in value.items()}


def _number(number: Any) -> str:
    if not isinstance(number, str):
        raise Unfit(
            f"has the number {number!r} without quotes: YAML may have changed its digits", "put it in quotes"
        )
    if number in _SPECIAL:
        raise Unfit(
            f"has {number}, which Asterisk uses for events, not for calls", "write a number or a pattern"
        )
    if not _EXTENSION.fullmatch(number) or len(number) > 79:
        raise Unfit(
            f"has {number!r}, which is neither a number nor a dialplan pattern",
            "write digits, letters and + * #, or a pattern such as _4930123XX",
        )
    return number


def _target(number: str, given: Any) -> str:
    if not isinstance(given, Mapping) or set(given) != {"goto"}:
        raise Unfit(
            f"does not say where {number} goes",
            """write {goto: "context,extension,priority"}, nothing else""",
        )
    if not _TARGET.fullmatch(_text(given["goto"])):
        raise Unfit(
            f"sends {number} to {given['goto']!r}, which is not context,extension,priority",
            "write all three, without blanks and variables, such as internal,100,1",
        )
    return str(given["goto"])


def _raw_options(value: Any) -> Dict[str, Union[str, Tuple[str, ...]]]:
    if not isinstance(value, Mapping):
        raise Unfit("does not map options to values", "write {option: value}")
    options: Dict[str, Union[str, Tuple[str, ...]]] = {}
    for name, given in value.items():
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise Unfit(
                f"has {name!r}, which is no name of an option", "write it as Asterisk has it, in quotes"
            )
        if name.lower() in options:
            raise Unfit(f"has {name} twice", "give a list of values")
        values = tuple(
            _raw_value(name, item) for item in (given if isinstance(given, (list, tuple)) else [given])
        )
        if not values:
            raise Unfit(f"has no value for {name}", "give it one, or leave it out")
        options[name.lower()] = values[0] if len(values) == 1 else values
    return options


def _raw_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    try:
        return _text(value)
    except Unfit as unfit:
        raise Unfit(f"has {name}, whose value {unfit.reason}", unfit.fix) from None


FIELDS: Dict[str, Dict[str, Callable[[Any], Any]]] = {
    "": {"name": _name, "description": _phrase, "enabled": _truth},
    "provider": {
        "host": _host,
        "port": _port,
        "transport": _choice("udp", "tcp", "tls"),
        "outbound_proxy": _proxy,
    },
    "registration": {
        "user": _user,
        "secret": _text,
        "secret_md5": _ha1,
        "domain": _host,
        "auth_user": _digest_user,
        "contact": _user,
        "expiry": _whole(20, 86400, "seconds"),
        "retry_interval": _whole(1, 3600, "seconds"),
    },
    "inbound": {
        "trust": _list(_host),
        "permit": _list(_network),
        "context": _context,
        "numbers": _numbers,
        "trust_identity": _truth,
    },
    "outbound": {
        "auth": _choice("same", "none", "own"),
        "user": _digest_user,
        "secret": _text,
        "secret_md5": _ha1,
        "from_user": _user,
        "from_caller": _truth,
        "from_domain": _host,
        "context": _context,
        "max_channels": _whole(1, 100000, "a number"),
        "caller_id": _caller,
        "identity_header": _choice("none", "rpid", "pai"),
        "user_phone": _truth,
    },
    "media": {
        "codecs": _codecs,
        "dtmf": _choice("rfc4733", "inband", "info", "auto"),
        "direct": _truth,
        "srtp": _choice("none", "sdes"),
        "t38": _choice("none", "udptl", "fec", "redundancy"),
    },
    "nat": {
        "keepalive": _whole(0, 3600, "seconds"),
        "keepalive_timeout": _whole(100, 60000, "milliseconds"),
        "symmetric": _truth,
    },
    "sections": {"inbound": _list(_section), "outbound": _section},
    "options": dict.fromkeys(("peer", "registration", "endpoint", "aor", "auth", "identify"), _raw_options),
}
# What can be dialled: never a name, of which nothing would be left for Dial().
_DIALLED = re.compile(r"[0-9+*#]+|_(?:[0-9XxZzNn+*#]|\[[0-9+*#-]+\])+[.!]?")


def _dialled(value: Any) -> str:
    if not _DIALLED.fullmatch(_text(value)) or len(value) > 79:
        raise Unfit(
            f"has {value!r}, which is neither a number nor a dialplan pattern",
            "write digits and + * #, or a pattern such as _0X.",
        )
    return str(value)


# Those of ``trunk_routes``.
ROUTE_FIELDS: Dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "patterns": _list(_dialled),
    "trunks": _list(_name),
    "strip": _whole(0, 20, "a number of digits"),
    "prepend": _matching(
        r"[0-9+*#]{1,20}", "is not the beginning of a number", "write up to 20 digits or + * #"
    ),
    "caller_id": _caller,
    "emergency": _truth,
}
# Seconds: from 30 to 60 minutes is usual.
EXPIRY = 1800
# Milliseconds, as chan_sip's (DEFAULT_MAXMS).
DEFAULT_KEEPALIVE_TIMEOUT = 2000
REQUIRED = {"": ("name", "provider"), "provider": ("host",), "registration": ("user",)}
NEEDED_FOR = {
    "provider": "without it nobody can be called, and nobody trusted",
    "provider.host": "without it nobody can be called, and nobody trusted",
}
# Fields whose value nobody may see.
SECRETS = frozenset({f"{group}.{key}" for group in ("registration", "outbound") for key in SECRET_FIELDS})


def defaults_for(name: Any, host: Any, registers: bool) -> Dict[str, Dict[str, Any]]:
    """The default of every field that has one, by groups; of the others it is None."""
    return {
        "": {"enabled": True},
        "provider": {"transport": "udp"},
        "registration": {"expiry": EXPIRY},
        "inbound": {
            "trust": [host],
            "permit": [],
            "context": f"from-{name}",
            "numbers": {},
            "trust_identity": False,
        },
        "outbound": {
            "auth": "same" if registers else "none",
            "context": f"to-{name}",
            "from_caller": False,
            "identity_header": "none",
            "user_phone": False,
        },
        "media": {
            "codecs": ["alaw", "ulaw"],
            "dtmf": "rfc4733",
            "direct": False,
            "srtp": "none",
            "t38": "none",
        },
        "nat": {"keepalive": 30, "keepalive_timeout": DEFAULT_KEEPALIVE_TIMEOUT, "symmetric": True},
        "sections": {"inbound": []},
        "options": {kind: {} for kind in FIELDS["options"]},
    }

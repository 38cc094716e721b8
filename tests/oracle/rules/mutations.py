# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mistakes that people make: good files, each with one slip of the pen."""

from __future__ import annotations

import difflib
import random
import re
from dataclasses import dataclass
from typing import Callable, Dict, Iterator, List, Mapping, Sequence, Tuple

# In both files the values of these are free: a slip in a host or a password makes another host or password.
FREE = frozenset(
    [
        "host",
        "register",
        "secret",
        "remotesecret",
        "md5secret",
        "fromuser",
        "fromdomain",
        "defaultuser",
        "callerid",
        "permit",
        "deny",
        "call-limit",
        "qualifyfreq",
        "registertimeout",
        "rtptimeout",
        "useragent",
        "realm",
        "bind",
        "password",
        "username",
        "contact",
        "match",
        "server_uri",
        "client_uri",
        "contact_user",
        "from_user",
        "from_domain",
        "description",
        "user_agent",
        "qualify_frequency",
        "expiration",
        "retry_interval",
        "forbidden_retry_interval",
        "fatal_retry_interval",
        "max_retries",
        "max_contacts",
    ]
)
# Without one of these, it is no trunk any more. The others are wishes: without a nat or a dtmfmode the file is another
# good one, and only its author knows that it is not the one that was meant.
NEEDED = frozenset(
    (
        *("type", "host", "context", "insecure", "register", "allow", "allowguest"),
        *("server_uri", "client_uri", "outbound_auth", "aors", "contact", "identify_by", "endpoint", "match"),
        *("fatal_retry_interval", "max_retries", "auth_rejection_permanent"),
    )
)
# What [general] of sip.conf may say for all accounts: only its author knows that it is not what was meant.
FOR_ALL = frozenset(
    (
        *("nat", "directmedia", "dtmfmode", "qualify", "trustrpid", "sendrpid", "fromdomain", "callerid"),
        *("disallow", "allow", "context", "useragent", "videosupport"),
    )
)
SIP_CONF = """\
[general]
allowguest = no
useragent = PBX
registertimeout = 30
videosupport = yes
register => 43212345:gRe3n-h0use@192.0.2.1/1234

[provider-in]
type = peer
host = 192.0.2.1
context = from-provider
insecure = port,invite
qualify = yes
nat = force_rport,comedia
directmedia = no
dtmfmode = info
disallow = all
allow = alaw,g722
trustrpid = yes
encryption = yes

[provider-out]
type = peer
host = 192.0.2.2
defaultuser = 43212345
remotesecret = gRe3n-h0use
fromuser = 43212345
context = from-provider
insecure = port,invite
qualify = yes
sendrpid = pai
call-limit = 10
disallow = all
allow = alaw

[201]
type = friend
host = dynamic
secret = c0uld-be-better-9
context = internal
disallow = all
allow = alaw
"""
PJSIP_CONF = """\
[provider]
type = registration
server_uri = sip:192.0.2.1
client_uri = sip:43212345@192.0.2.1
contact_user = 1234
outbound_auth = provider-auth
expiration = 1800
retry_interval = 30
forbidden_retry_interval = 300
fatal_retry_interval = 300
max_retries = 4294967295
auth_rejection_permanent = no

[provider-auth]
type = auth
auth_type = userpass
username = 43212345
password = gRe3n-h0use

[provider]
type = aor
contact = sip:192.0.2.1
qualify_frequency = 30

[provider]
type = endpoint
context = from-provider
aors = provider
outbound_auth = provider-auth
identify_by = ip
disallow = all
allow = alaw,g722
direct_media = no
rtp_symmetric = yes
rewrite_contact = yes
dtmf_mode = info
send_pai = yes
from_user = 43212345

[provider]
type = identify
endpoint = provider
match = 192.0.2.1

[201]
type = endpoint
context = internal
aors = 201
auth = 201
disallow = all
allow = alaw

[201]
type = auth
username = 201
password = c0uld-be-better-9

[201]
type = aor
max_contacts = 1
"""
DIALPLAN = """\
[from-provider]
exten => 1234,1,Answer()

[internal]
exten => 201,1,Answer()
"""
_ENTRY = re.compile(r"^(?P<key>[\w-]+)(?P<operator> =>? )(?P<value>.+)$")
Make = Callable[[random.Random, List[str]], List[str]]


@dataclass(frozen=True)
class Mutation:
    """kind: of mistake; line: what was changed, before and after"""

    kind: str
    change: str
    text: str


def mutations(rng: random.Random, text: str, count: int) -> Iterator[Mutation]:
    """*count* of them, no two alike, and each kind as often as it is likely."""
    seen = {text}
    kinds, weights = list(_KINDS), [weight for _make, weight in _KINDS.values()]
    while len(seen) <= count:
        (kind,) = rng.choices(kinds, weights)
        lines = text.splitlines()
        changed = _KINDS[kind][0](rng, list(lines))
        mutated = "\n".join(changed) + "\n"
        if mutated not in seen:
            seen.add(mutated)
            difference = difflib.unified_diff(lines, changed, n=0, lineterm="")
            yield Mutation(kind, " ".join(list(difference)[2:]), mutated)


def _entries(lines: Sequence[str]) -> List[Tuple[int, Mapping[str, str]]]:
    return [
        (number, match.groupdict())
        for number, line in enumerate(lines)
        for match in [_ENTRY.match(line)]
        if match
    ]


def _misspelt(rng: random.Random, word: str) -> str:
    """One letter left out, twice, exchanged with the next one, or another one."""
    at = rng.randrange(len(word))
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return (
        rng.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
                word[:at] + letter + word[at + 1 :],
            ]
        )
        or word
    )


def _misspelt_option(rng: random.Random, lines: List[str]) -> List[str]:
    number, entry = rng.choice(_entries(lines))
    lines[number] = _misspelt(rng, entry["key"]) + entry["operator"] + entry["value"]
    return lines


def _misspelt_value(rng: random.Random, lines: List[str]) -> List[str]:
    number, entry = rng.choice([one for one in _entries(lines) if one[1]["key"] not in FREE])
    words = entry["value"].split(",")
    place = rng.randrange(len(words))
    words[place] = _misspelt(rng, words[place])
    lines[number] = entry["key"] + entry["operator"] + ",".join(words)
    return lines


def _deleted(rng: random.Random, lines: List[str]) -> List[str]:
    number, _entry = rng.choice([one for one in _entries(lines) if one[1]["key"] in NEEDED])
    return lines[:number] + lines[number + 1 :]


def _swapped(rng: random.Random, lines: List[str]) -> List[str]:
    """The values of two options of one section; of two free ones, they would be two other good ones."""
    entries = _entries(lines)
    number, entry = rng.choice([one for one in entries if one[1]["key"] not in FREE])
    near = [
        one
        for one in entries
        if one[0] != number and "" not in lines[min(one[0], number) : max(one[0], number)]
    ]
    if near:
        other, another = rng.choice(near)
        lines[number] = entry["key"] + entry["operator"] + another["value"]
        lines[other] = another["key"] + another["operator"] + entry["value"]
    return lines


def _moved(rng: random.Random, lines: List[str]) -> List[str]:
    """To a section of another kind; what [general] may say for all accounts, is as good there."""
    entries = [(number, one["key"], _kind(lines, number)) for number, one in _entries(lines)]
    movable = [one for one in entries if one[1] != "type" and not (one[1] in FOR_ALL and one[2] == "account")]
    number, _key, home = rng.choice(movable)
    headers = [
        place for place, line in enumerate(lines) if line.startswith("[") and _kind(lines, place) != home
    ]
    place = rng.choice(headers)
    line = lines.pop(number)
    place -= place > number
    # Behind the type, which stands first.
    return [*lines[: place + 2], line, *lines[place + 2 :]]


def _kind(lines: Sequence[str], number: int) -> str:
    """Of the section of a line: general or account in sip.conf, the type of the object in pjsip.conf."""
    header = max(place for place, line in enumerate(lines[: number + 1]) if line.startswith("["))
    if lines[header] == "[general]":
        return "general"
    kind = lines[header + 1].partition(" = ")[2]
    return "account" if kind in ("peer", "friend") else kind


_KINDS: Dict[str, Tuple[Make, int]] = {
    "misspelt option": (_misspelt_option, 8),
    "misspelt value": (_misspelt_value, 5),
    "wrong section": (_moved, 3),
    "swapped values": (_swapped, 2),
    "deleted line": (_deleted, 2),
}

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that look like Asterisk's, with every kind of mistake in them: whatever they say, the linter must take it."""

from __future__ import annotations

import random
from typing import Callable, Dict, List

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import TABLE
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.sip_conf import (
    FIELD_OF,
    RAW,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.rules.books import RULES

NAMES = [
    "t",
    "provider-in",
    "general",
    "authentication",
    "global",
    "from-t",
    "default",
    "201",
    "T",
    "",
    "x" * 90,
]
KEYS = sorted(
    {
        *RAW,
        *FIELD_OF,
        *(name for kind in TABLE.values() for name in kind),
        "register",
        "type",
        "exten",
        "same",
    }
)
KEYS += ["include", "load", "noload", "autoload", "allowguest", "bindport", "externip", "localnet", "realm"]
HOSTS = [
    "192.0.2.1",
    "192.0.2.0/24",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::1",
    "[2001:db8::1]:5060",
    "sip.example.com",
]
HOSTS += [
    "dynamic",
    "sip:u@192.0.2.1",
    "sip:192.0.2.1\\;transport=tls",
    "sips:x",
    "192.0.2.1:99999",
    "1" * 30,
]
WORDS = [
    "yes",
    "no",
    "all",
    "alaw",
    "ulaw,alaw",
    "alow",
    "port,invite",
    "port, invite",
    "very",
    "peer",
    "friend",
    "user",
]
WORDS += [
    "endpoint",
    "aor",
    "auth",
    "identify",
    "registration",
    "transport",
    "wizard",
    "ip",
    "username,ip",
    "udp,tls",
]
WORDS += [
    "force_rport,comedia",
    "rfc2833",
    "rfc4733",
    "0",
    "-1",
    "60",
    "1" * 5000,
    "4294967296",
    "1e9",
    "٣",
    "²",
    "0x10",
]
LINES = [
    "u:p@h/1",
    "peer?u:p:a@h:5060/1~60",
    'tls://u:"p:q"@h',
    "//u@h",
    "u:p@h~0",
    "a@b@c",
    "?u:p@h",
    ":@",
    "u@[::1]",
]
CALLS = [
    "_X.,1,Dial(SIP/${EXTEN}@t)",
    "100,1,Answer()",
    "_[1-,1,Goto(x,${EXTEN},1)",
    "s,n,Dial(PJSIP/${EXTEN}@t,30)",
]
CALLS += [
    "_X.,1,GotoIf($[${X}]?a,b,c:d)",
    "_!,1,Gosub(default,s,1(${EXTEN}))",
    "h,1,",
    ",,",
    "_.,hint,SIP/1",
    "n,Macro(x)",
]
NASTY = list("\0\r\n;[]()#=>,&|\"'\\{}$@:/?~%\t\x85\xa0\ufeff\udc80é") + [
    ";--",
    "--;",
    "\\;",
    "${",
    "[[",
    "))",
]
SEPARATORS = ["=", " = ", "=>", " => ", "+=", " ", ":", "&", "=\t"]
OPTIONS = ["", "", "", "(!)", "(t)", "(+)", "(!,t)", " (!)", "(", "(+x=y)"]
FILES = ("sip.conf", "pjsip.conf", "pjsip_wizard.conf", "extensions.conf", "modules.conf")
COMMENTS = [
    "",
    "",
    "",
    "; why",
    " ;-- x",
    "# x",
    "; siptrunk: accept SIP007: so",
    "; siptrunk: accept",
    "; siptrunk: x",
]


def generate(rng: random.Random) -> Dict[str, str]:
    """The files of one PBX, by their names."""
    return {name: _content(rng) for name in rng.sample(FILES, rng.randint(1, 3))}


def _content(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.3:
        # One that a rule is about, and mutations of it.
        rule = rng.choice(list(RULES.values()))
        text = rng.choice(list((rng.choice([rule.bad, rule.good])).values()))
    else:
        text = "".join(_line(rng) for _number in range(rng.randint(0, 30)))
    return text if rng.random() < 0.4 else _mutated(rng, text)


def _line(rng: random.Random) -> str:
    makers: List[Callable[[], str]] = [
        lambda: f"[{rng.choice(NAMES)}]{rng.choice(OPTIONS)}",
        lambda: rng.choice(KEYS) + rng.choice(SEPARATORS) + rng.choice(HOSTS + WORDS + NAMES),
        lambda: "register" + rng.choice(SEPARATORS) + rng.choice(LINES),
        lambda: rng.choice(["exten", "same", "include"]) + rng.choice(SEPARATORS) + rng.choice(CALLS + NAMES),
        lambda: (
            rng.choice(["#include", "#tryinclude", "#exec", "#"])
            + " "
            + rng.choice(["x.conf", "sip.conf", '"', ""])
        ),
        lambda: rng.choice(COMMENTS),
    ]
    (maker,) = rng.choices(makers, [3, 9, 2, 2, 1, 1])
    return maker() + rng.choice(COMMENTS) + rng.choice(["\n", "\n", "\n", "\r\n", "\n\n", "\r"])


def _mutated(rng: random.Random, text: str) -> str:
    characters = list(text)
    for _number in range(rng.randint(1, 8)):
        at = rng.randrange(len(characters) + 1)
        what = rng.randrange(4)
        if what == 0:
            characters[at:at] = rng.choice(NASTY)
        elif what == 1:
            del characters[at : at + rng.randint(1, 10)]
        elif what == 2:
            piece = characters[at : at + rng.randint(1, 40)]
            characters[at:at] = piece * rng.randint(1, 3)
        else:
            other = rng.randrange(len(characters) + 1)
            characters[at : at + 3], characters[other : other + 3] = (
                characters[other : other + 3],
                characters[at : at + 3],
            )
    return "".join(characters)

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared, and the steps that change it at random: the same seed makes the same steps."""

from __future__ import annotations

import copy
import random
import string
from dataclasses import dataclass, field
from typing import Any, Callable

Trunk = dict[str, Any]
# The trunk that the calls go through stays, whatever becomes of it otherwise.
MAIN = "main"
NAMES = (MAIN, "second", "third", "fourth")


@dataclass
class Declared:
    """The trunks, as sip_trunks has them, by name; and what their provider knows.

    addresses: of the providers, one for each name
    secrets: of the accounts at the provider, by user; used: all that there ever were
    """

    addresses: dict[str, str]
    trunks: dict[str, Trunk] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)

    def new_secret(self, rng: random.Random) -> str:
        secret = "".join(rng.choices(string.ascii_letters + string.digits, k=20))
        self.used.append(secret)
        return secret

    def new_trunk(self, name: str, rng: random.Random) -> Trunk:
        user = user_of(name)
        self.secrets[user] = self.new_secret(rng)
        return {
            "name": name,
            "provider": {"host": self.addresses[name]},
            "registration": {
                "user": user,
                "secret": self.secrets[user],
                "contact": f"1{user}",
                "expiry": 60,
            },
            "inbound": {"numbers": {f"1{user}": {"goto": "lab-internal,100,1"}}},
        }


def user_of(name: str) -> str:
    return f"4321{NAMES.index(name)}"


@dataclass(frozen=True)
class Step:
    """What is done in one run of the role.

    changes: in words
    trunks: that are declared for it
    fails: a word of the error that must come; the trunks before it stay
    fault: what the provider does to each REGISTER meanwhile
    interrupted: seconds after which the run is killed; then it is repeated
    edit: whether somebody has changed the file of the trunks by hand before
    """

    changes: tuple[str, ...]
    trunks: dict[str, Trunk]
    fails: str | None = None
    fault: str | None = None
    interrupted: float | None = None
    edit: bool = False

    def __str__(self) -> str:
        interrupted = f", interrupted after {self.interrupted:.1f} s" if self.interrupted else ""
        return ", ".join(self.changes) + interrupted


Change = Callable[[Trunk, Declared, random.Random], str]


def _secret(trunk: Trunk, declared: Declared, rng: random.Random) -> str:
    user = trunk["registration"]["user"]
    trunk["registration"]["secret"] = declared.secrets[user] = declared.new_secret(rng)
    return "secret"


def _field(*path: str, values: tuple[Any, ...]) -> Change:
    def change(trunk: Trunk, declared: Declared, rng: random.Random) -> str:
        inner = trunk
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = rng.choice([value for value in values if value != inner.get(path[-1])])
        return ".".join(path)

    return change


def _number(trunk: Trunk, declared: Declared, rng: random.Random) -> str:
    numbers = trunk["inbound"]["numbers"]
    extra = f"49301{rng.randrange(10)}"
    if extra in numbers:
        del numbers[extra]
    else:
        numbers[extra] = {"goto": "lab-internal,100,1"}
    return "inbound.numbers"


# Both drivers register anew for it.
_EXPIRY = _field("registration", "expiry", values=(60, 90, 120))
CHANGES: tuple[Change, ...] = (
    _number,
    _EXPIRY,
    _field("description", values=("head office", "branch", "spare")),
    _field("media", "codecs", values=(["alaw"], ["ulaw", "alaw"], ["alaw", "ulaw"])),
    _field("media", "dtmf", values=("rfc4733", "info", "inband")),
    _field("nat", "keepalive", values=(20, 30, 45)),
    _field("outbound", "max_channels", values=(2, 5, 20)),
    _field("outbound", "identity_header", values=("none", "pai", "rpid")),
    _field("inbound", "trust_identity", values=(True, False)),
)


def _wrong_secret(trunk: Trunk, declared: Declared, rng: random.Random) -> str:
    trunk["registration"]["secret"] = declared.new_secret(rng)
    return "password"


def _broken(*path: str, value: Any, says: str) -> Change:
    change = _field(*path, values=(value,))

    def breaks(trunk: Trunk, declared: Declared, rng: random.Random) -> str:
        change(trunk, declared, rng)
        return says

    return breaks


BREAKS: tuple[Change, ...] = (
    _wrong_secret,
    _broken("provider", "host", value="nowhere.example.com", says="resolve"),
    _broken("media", "codecs", value=["no-such-codec"], says="no-such-codec"),
    _broken("inbound", "context", value="no such context", says="context"),
)


# How often each comes, relative to the others.
STEPS = {"work": 12, "break": 4, "fault": 1, "same": 1, "edit": 1}
CHANGED = {"add": 4, "remove": 2, "change": 8}
MOST_AT_ONCE = 3


def next_step(declared: Declared, rng: random.Random) -> Step:
    """One more; its trunks are declared once it was seen done."""
    trunks = copy.deepcopy(declared.trunks)
    kind = _choice(STEPS, rng)
    if kind in ("same", "edit"):
        return Step(
            ("the same again" if kind == "same" else "the same, edited by hand",), trunks, edit=kind == "edit"
        )
    many = range(rng.randint(1, MOST_AT_ONCE))
    if kind == "work":
        done = tuple(_change(trunks, declared, rng) for _number in many)
        return Step(done, trunks, interrupted=rng.uniform(1, 10) if rng.random() < 0.15 else None)
    # Of what comes back, the provider must not have changed anything.
    done = tuple(_edit(trunks, declared, rng, CHANGES) for _number in many)
    name = rng.choice(list(trunks))
    if kind == "break":
        says = rng.choice(BREAKS)(trunks[name], declared, rng)
        return Step((*done, f"break {name} ({says})"), trunks, fails=says)
    fault = rng.choice(("s:503", "drop"))
    # It must be another than before, whatever was done to it above.
    trunks[name]["registration"]["expiry"] = declared.trunks[name]["registration"]["expiry"]
    _EXPIRY(trunks[name], declared, rng)
    return Step((*done, f"change {name} while the provider does {fault}"), trunks, fails=name, fault=fault)


def _choice(weights: dict[str, int], rng: random.Random) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _change(trunks: dict[str, Trunk], declared: Declared, rng: random.Random) -> str:
    """One change of *trunks*, in words."""
    kind = _choice(CHANGED, rng)
    absent = [name for name in NAMES if name not in trunks]
    others = [name for name in trunks if name != MAIN]
    if kind == "add" and absent:
        name = rng.choice(absent)
        trunks[name] = declared.new_trunk(name, rng)
        return f"add {name}"
    if kind == "remove" and others:
        name = rng.choice(others)
        del trunks[name]
        return f"remove {name}"
    return _edit(trunks, declared, rng, (_secret, *CHANGES))


def _edit(
    trunks: dict[str, Trunk], declared: Declared, rng: random.Random, changes: tuple[Change, ...]
) -> str:
    name = rng.choice(list(trunks))
    return f"{name}: {rng.choice(changes)(trunks[name], declared, rng)}"

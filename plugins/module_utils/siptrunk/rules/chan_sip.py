# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for sip.conf, as channels/chan_sip.c of Asterisk 16 reads it."""

from __future__ import annotations

from typing import FrozenSet, Iterator, Optional

from .. import register_line
from ..config.effective import Effective, EffectiveSection
from ..config.text import fold
from .finding import ERROR, SECURITY, Rule, Spot

# ast_true(): every other word is false to most options.
TRUE_WORDS = ("yes", "true", "y", "t", "1", "on")
TYPES = ("peer", "user", "friend")


def guests_allowed(effective: Effective) -> Iterator[Spot]:
    general = effective.first("general")
    if general is None:
        if effective.loads and not effective.included:
            yield Spot(effective.path)
        return
    allowguest = general.last("allowguest")
    if allowguest is None:
        if not effective.included:
            yield Spot.of_section(general)
    elif fold(allowguest.value) in TRUE_WORDS:
        yield Spot.of_entry(general, allowguest)


def type_missing(effective: Effective) -> Iterator[Spot]:
    for section in _accounts(effective):
        first = next(iter(section.values("type")), None)
        if first is None:
            yield Spot.of_section(section)
        elif fold(first.value) not in TYPES:
            yield Spot.of_entry(section, first)


def matched_by_name(effective: Effective) -> Iterator[Spot]:
    for section in _accounts(effective):
        for entry in section.values("type"):
            kind = fold(entry.value)
            # A telephone is a friend that registers, or a user with a password.
            if (kind == "friend" and not _is_dynamic(section)) or (
                kind == "user" and not _is_challenged(section)
            ):
                yield Spot.of_entry(section, entry)
                break


def anyone_may_register(effective: Effective) -> Iterator[Spot]:
    for section in _accounts(effective):
        host = section.last("host")
        if (
            host is not None
            and _is_dynamic(section)
            and _types(section) & {"peer", "friend"}
            and not _has_secret(section)
            and not section.values("deny")
        ):
            yield Spot.of_entry(section, host)


def permit_without_deny(effective: Effective) -> Iterator[Spot]:
    for section in _accounts(effective):
        permits = section.values("permit")
        if permits and not section.values("deny"):
            yield Spot.of_entry(section, permits[0])


def provider_challenged(effective: Effective) -> Iterator[Spot]:
    for section in _accounts(effective):
        if "peer" in _types(section) and not _is_dynamic(section) and _is_challenged(section):
            secret = section.last("secret") or section.last("md5secret")
            if secret is not None:
                yield Spot.of_entry(section, secret)


def register_misread(effective: Effective) -> Iterator[Spot]:
    general = effective.first("general")
    for entry in general.values("register") if general else ():
        for notice in register_line.parse(entry.value).notices:
            yield Spot(entry.path, entry.line, "general", entry.key, notice.rule, notice.reason, notice.fix)


def register_elsewhere(effective: Effective) -> Iterator[Spot]:
    general = effective.first("general")
    for section in effective.sections:
        if section is not general and not section.template:
            for entry in section.values("register"):
                yield Spot.of_entry(section, entry)


def _accounts(effective: Effective) -> Iterator[EffectiveSection]:
    """The sections that chan_sip takes for peers and users."""
    for section in effective.sections:
        if not section.template and fold(section.name) not in ("general", "authentication"):
            yield section


def _types(section: EffectiveSection) -> FrozenSet[str]:
    # They add up: a friend in the template makes a peer a friend.
    types = {fold(entry.value) for entry in section.values("type")}
    return frozenset(types | {"peer", "user"} if "friend" in types else types)


def _value(section: EffectiveSection, key: str) -> str:
    last = section.last(key)
    return "" if last is None else last.value


def _is_dynamic(section: EffectiveSection) -> bool:
    return fold(_value(section, "host")) == "dynamic"


def _has_secret(section: EffectiveSection) -> bool:
    return bool(_value(section, "secret") or _value(section, "md5secret"))


def _is_challenged(section: EffectiveSection) -> bool:
    """True when calls that match the section must authenticate."""
    return _has_secret(section) and "invite" not in fold(_value(section, "insecure")).split(",")


RULES = (
    Rule(
        "SIP007",
        SECURITY,
        "calls from anywhere, of whoever is no peer, are let into the dialplan; that is the default, too",
        "set allowguest=no in [general]",
        guests_allowed,
    ),
    Rule(
        "SIP002",
        ERROR,
        "without type=peer, user or friend chan_sip skips the section",
        "set type=peer",
        type_missing,
    ),
    Rule(
        "SIP003",
        SECURITY,
        "a caller who writes the section's name into From is taken for it, whatever his address",
        "set type=peer, which is recognised by its address",
        matched_by_name,
    ),
    Rule(
        "SIP005",
        SECURITY,
        "host=dynamic without a secret: anyone may register, and then gets the calls and may call",
        "set the provider's host; a telephone needs a secret",
        anyone_may_register,
    ),
    Rule(
        "SIP011",
        SECURITY,
        "permit without deny restricts nothing: the list begins with everything allowed",
        "put deny=0.0.0.0/0.0.0.0 and deny=::/0 before it",
        permit_without_deny,
    ),
    Rule(
        "SIP021",
        ERROR,
        "calls from the provider are challenged for this secret, and it cannot answer",
        "set insecure=port,invite, or remotesecret instead of secret",
        provider_challenged,
    ),
    Rule(
        "REG001", ERROR, "chan_sip misreads this line", "see the grammar of register lines", register_misread
    ),
    Rule(
        "REG025",
        ERROR,
        "register counts in the first [general] only; here nothing is registered, and nothing is said",
        "move it there, or into [general](+)",
        register_elsewhere,
    ),
)


def concerns(effective: Effective) -> bool:
    """True when the file looks like sip.conf or a part of it."""
    return any(map(_is_of_chan_sip, effective.sections))


def _is_of_chan_sip(section: EffectiveSection) -> bool:
    kind: Optional[str] = next((fold(entry.value) for entry in section.values("type")), None)
    return kind in TYPES or bool(section.values("register") or section.values("allowguest"))

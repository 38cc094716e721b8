# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the calls from trunks get in extensions.conf. These rules are shown the whole Pbx."""

from __future__ import annotations

import os
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..config.text import fold
from ..extensions.contexts import NOTHING_BEFORE, TAKEN, UNKNOWN_WORD, Context, Plan
from ..extensions.number import Number, is_free, of_text, split, text_of
from ..extensions.walk import Call, Reach
from .ends import Trunk, host_of, is_outside
from .rule import ERROR, SECURITY, WARNING, Rulebook, Spot, Spots
from .views import Pbx, said

book = Rulebook("extensions.conf")

_SIP = (
    "[general]\nallowguest=no\n"
    "[provider]\ntype=peer\nhost=192.0.2.1\ninsecure=port,invite\ncontext=from-provider\nqualify=yes\n"
    "disallow=all\nallow=alaw\n"
)
_IN = "[from-provider]\nexten => 100,1,Answer()\n"
_REGISTERS = _SIP.replace("=no\n", "=no\nregister => user:geheim@192.0.2.1/{}\n", 1)
_OUT = "[outbound]\nexten => _0X.,1,Dial(SIP/${EXTEN}@provider)\n"
# What may be missing, as Asterisk makes it itself.
_MADE_BY_MODULES = frozenset({"parkedcalls"})


def _files(extensions: str, sip: str = _SIP) -> Dict[str, str]:
    return {"sip.conf": sip, "extensions.conf": extensions}


class _Way(NamedTuple):
    """What callers into a context can do. who: the trunk, or None for guests"""

    context: str
    who: Optional[Trunk]
    reach: Reach


@book.whole(
    id="DIAL001",
    severity=SECURITY,
    title="callers from outside can call out",
    why="whoever calls in can make calls at your expense",
    fix="give calls from outside a context that leads to your own numbers only",
    bad=_files(_IN + "include => outbound\n" + _OUT),
    good=_files(_IN + _OUT),
    effect="a call from the provider comes out at a trunk again, with the number that the caller chose",
)
def toll_fraud(pbx: Pbx) -> Spots:
    for way in _ways(pbx):
        for call in way.reach.calls:
            if _calls_out(call, way.who, pbx):
                yield Spot(call.hop.entry, part=call.hop.word, section=way.context, why=_how(call, way.who))


def _how(call: Call, who: Optional[Trunk]) -> str:
    callers = f"whoever calls through [{who.section.name}]" if who else "whoever calls, without an account,"
    line = f"{os.path.basename(call.entry.path)}:{call.entry.line}"
    where = "" if call.entry == call.hop.entry else f" in [{call.context}], {line},"
    return f"{callers} can make calls at your expense: Dial(){where} takes the number that the caller chose"


def _calls_out(call: Call, who: Optional[Trunk], pbx: Pbx) -> bool:
    """Whether a caller can have it reach any number of the world."""
    tech, name, number = _taken_apart(call.target)
    if not is_free(number):
        return False
    if tech not in ("sip", "pjsip"):
        # It may lead to telephones as well as to the world: to the world, where our own people call that way.
        return any(call.entry == other.entry for way in _inside(pbx) for other in way.calls)
    trunk = pbx.ends.trunk(tech.upper(), name)
    if trunk is None:
        return is_outside(name)
    if not trunk.is_provider:
        return False
    # A gateway that only passes calls on, from one carrier to another, has neither account nor telephones.
    return bool(
        who is None
        or who.account
        or trunk.account
        or pbx.ends.telephones
        or set(who.hosts).intersection(trunk.hosts)
    )


def _taken_apart(target: Number) -> Tuple[str, str, Number]:
    """Technology, the name of what is called there or its host, and the number; "" for what is not known."""
    first, *rest = split(target, "/")
    tech = fold(_known(first))
    if not rest:
        return "", "", ()
    if tech not in ("sip", "pjsip"):
        return tech, "", rest[-1]
    if tech == "pjsip" and len(rest) > 1:
        # PJSIP/ENDPOINT/sip:NUMBER@HOST
        return tech, _known(rest[0]), split(split(rest[-1], "@")[0], ":")[-1]
    before = split(rest[0], "@")
    if len(before) > 1:
        return tech, _known(split(split(before[-1], "!")[0], ":")[0]), before[-2]
    return tech, _known(rest[0]), rest[-1] if len(rest) > 1 else ()


def _known(number: Number) -> str:
    return text_of(number) or ""


@book.whole(
    id="DIAL002",
    severity=WARNING,
    title="a context that is not there",
    why="every call gets 404: extensions.conf has no such context",
    fix="write it, or name the one that you mean; upper and lower case count",
    bad=_files("[from-providers]\nexten => 100,1,Answer()\n"),
    good=_files(_IN),
    effect="a call from the provider gets 404",
    whole=True,
)
def missing_context(pbx: Pbx) -> Spots:
    plan = _whole_plan(pbx)
    if plan is None:
        return
    said = [(trunk.context, trunk.said_context, trunk.section.name) for trunk in pbx.ends.admitted]
    said += [(context, phone.last("context"), phone.name) for context, phone in pbx.ends.telephones.items()]
    for context, entry, name in said:
        if entry and context not in plan and not _is_elsewhere(context, pbx):
            yield Spot(entry, part=entry.value, section=name)


@book.whole(
    id="DIAL003",
    severity=WARNING,
    title="a number that nobody answers",
    why="calls to the number that is registered get 404: its context has no such extension",
    fix="write an extension for it",
    bad=_files(_IN, _REGISTERS.format(200)),
    good=_files(_IN, _REGISTERS.format(100)),
    effect="a call from the provider to that number gets 404",
    whole=True,
)
def unanswered_number(pbx: Pbx) -> Spots:
    plan = _whole_plan(pbx)
    if plan is None:
        return
    for number, contexts, spot in _registered(pbx):
        known = [context for context in contexts if context in plan]
        if known and known == contexts and not any(plan.answers(one, of_text(number)) for one in known):
            yield spot


def _registered(pbx: Pbx) -> Iterator[Tuple[str, List[str], Spot]]:
    """Numbers that providers are told to call, the contexts that these calls come into, and where that is said."""
    trunks = pbx.ends.admitted
    for register in pbx.sip.registers if pbx.sip else ():
        line = register.parsed.line
        if line and line.extension:
            host = fold(line.host.strip("[]"))
            contexts = [one.context for one in trunks if one.tech == "SIP" and host in one.hosts]
            yield line.extension, contexts, Spot(register.entry, section="general")
    for trunk in trunks:
        callback = trunk.section.last("callbackextension") if trunk.tech == "SIP" else None
        if callback and callback.value:
            yield callback.value, [trunk.context], Spot(callback, section=trunk.section.name)
    for registration in pbx.pjsip.of_kind("registration").values() if pbx.pjsip else ():
        contact = registration.last("contact_user")
        if contact and contact.value:
            endpoint, host = said(registration, "endpoint"), fold(host_of(said(registration, "server_uri")))
            contexts = [
                one.context
                for one in trunks
                if one.tech == "PJSIP" and (one.section.name == endpoint or host in one.hosts)
            ]
            yield contact.value, contexts, Spot(contact, section=registration.name)


@book.whole(
    id="DIAL004",
    severity=WARNING,
    title="an include of a context that is not there",
    why="calls do not find what should be in it",
    fix="write the context, or remove the include; upper and lower case count",
    bad=_files(_IN + "include => numbers\n[Numbers]\nexten => 101,1,Answer()\n"),
    good=_files(_IN + "include => numbers\n[numbers]\nexten => 101,1,Answer()\n"),
    effect="a call from the provider to a number of the included context gets 404",
    whole=True,
)
def missing_include(pbx: Pbx) -> Spots:
    plan = _whole_plan(pbx)
    for context in _answering(pbx) if plan else ():
        for include in context.includes:
            name = include.name
            if plan and name not in plan and name not in _MADE_BY_MODULES and not _is_elsewhere(name, pbx):
                yield Spot(include.entry, part=name, section=context.name)


@book.whole(
    id="DIAL005",
    severity=WARNING,
    title="a jump to a context that is not there",
    why="the call ends here, with an error in the log",
    fix="write the context, or name the one that you mean; upper and lower case count",
    bad=_files("[from-provider]\nexten => 100,1,Goto(numbers,100,1)\n[Numbers]\nexten => 100,1,Answer()\n"),
    good=_files("[from-provider]\nexten => 100,1,Goto(numbers,100,1)\n[numbers]\nexten => 100,1,Answer()\n"),
    effect="a call from the provider is not answered",
    whole=True,
)
def missing_target(pbx: Pbx) -> Spots:
    if _whole_plan(pbx) is None:
        return
    for way in _ways(pbx):
        for missing in way.reach.missing:
            if not _is_elsewhere(missing.word, pbx):
                yield Spot(missing.entry, part=missing.word, section=missing.context)


@book.whole(
    id="DIAL006",
    severity=WARNING,
    title="a pattern that matches the special extensions, too",
    why="it runs again when the call ends, as h, and for i and t, which are no numbers",
    fix="write _X. or _[0-9+]., or an extension h beside it",
    bad=_files("[from-provider]\nexten => _.,1,Dial(SIP/100)\n"),
    good=_files("[from-provider]\nexten => _X.,1,Dial(SIP/100)\n"),
    effect="Asterisk finds the pattern for h, which a call comes to when it ends",
)
def matches_everything(pbx: Pbx) -> Spots:
    for context in _answering(pbx):
        for (name, _caller), extension in context.extensions.items():
            if name in ("_.", "_!") and ("h", "") not in context.extensions:
                first = min(extension.steps.values())
                yield Spot(first.entry, part=name, section=context.name)


@book.whole(
    id="DIAL007",
    severity=ERROR,
    title="an extension without a priority 1",
    why="calls to it get 404: an extension begins with its priority 1",
    fix="begin it with priority 1",
    bad=_files("[from-provider]\nexten => 100,1,Answer()\nexten => 200,n,Answer()\n"),
    good=_files("[from-provider]\nexten => 100,1,Answer()\nexten => 200,1,Answer()\n"),
    effect="a call from the provider to the extension gets 404",
)
def without_beginning(pbx: Pbx) -> Spots:
    for context in _answering(pbx):
        plan = pbx.dialplan.plan if pbx.dialplan else Plan(())
        for (name, _caller), extension in context.extensions.items():
            steps = [step for priority, step in extension.steps.items() if priority > 0]
            # What begins with a label is there to be jumped to.
            if not steps or 1 in extension.steps or min(steps).label:
                continue
            if not any(True for _match in plan.matches(context.name, extension.number)):
                yield Spot(min(steps).entry, part=name, section=context.name)


@book.whole(
    id="DIAL008",
    severity=WARNING,
    title="a priority that is there already",
    why="Asterisk keeps the first one, and goes on without this line",
    fix="remove one of the two, or write n for the priority",
    bad=_files("[from-provider]\nexten => 100,1,Answer()\nexten => 100,1,Hangup()\n"),
    good=_files("[from-provider]\nexten => 100,1,Answer()\nexten => 100,n,Hangup()\n"),
    effect="Asterisk complains, and the second line is not in its dialplan",
)
def taken_priority(pbx: Pbx) -> Spots:
    yield from _flaws(pbx, TAKEN)


@book.whole(
    id="DIAL009",
    severity=ERROR,
    title="a word that the dialplan does not know",
    why="Asterisk goes on without this line",
    fix="write exten, same, include, switch or ignorepat",
    bad=_files("[from-provider]\nextn => 100,1,Answer()\nexten => 101,1,Answer()\n"),
    good=_files(_IN + "exten => 101,1,Answer()\n"),
    effect="a call from the provider to that number gets 404",
)
def unknown_word(pbx: Pbx) -> Spots:
    yield from _flaws(pbx, UNKNOWN_WORD)


@book.whole(
    id="DIAL010",
    severity=ERROR,
    title="a next priority without one before it",
    why="Asterisk goes on without this line: there is no priority before it in this section",
    fix="begin with priority 1",
    bad=_files("[from-provider]\nexten => 100,n,Answer()\nexten => 101,1,Answer()\n"),
    good=_files(_IN + "exten => 101,1,Answer()\n"),
    effect="a call from the provider to that number gets 404",
)
def nothing_before(pbx: Pbx) -> Spots:
    yield from _flaws(pbx, NOTHING_BEFORE)


def _flaws(pbx: Pbx, kind: str) -> Spots:
    """In the contexts that calls from trunks come to."""
    for context in _answering(pbx):
        for flaw in context.flaws:
            # What a file says before another one is there to override it.
            if flaw.kind == kind and (flaw.before is None or flaw.before.path == flaw.entry.path):
                yield Spot(flaw.entry, section=context.name)


# How far calls get.


def _whole_plan(pbx: Pbx) -> Optional[Plan]:
    """None where more of it may stand in a file that is not here."""
    return pbx.dialplan.plan if pbx.dialplan and not pbx.dialplan.is_part else None


def _is_elsewhere(name: str, pbx: Pbx) -> bool:
    return any(name in text for text in pbx.elsewhere)


def _ways(pbx: Pbx) -> Iterator[_Way]:
    """Of providers and guests."""
    providers = {name: trunk for name, trunk in pbx.ends.contexts.items() if trunk.is_provider}
    callers: Dict[str, Optional[Trunk]] = {**dict.fromkeys(pbx.ends.guests), **providers}
    for context, who in callers.items():
        found = _reach(pbx, context)
        if found:
            yield _Way(context, who, found)


def _inside(pbx: Pbx) -> Iterator[Reach]:
    """Of telephones."""
    for context in pbx.ends.telephones:
        found = _reach(pbx, context)
        if found:
            yield found


def _reach(pbx: Pbx, context: str) -> Optional[Reach]:
    dialplan = pbx.dialplan
    return dialplan.reach(context) if dialplan and context in dialplan.plan else None


def _answering(pbx: Pbx) -> Iterator[Context]:
    """The contexts whose extensions calls from trunks may run."""
    names = {name: None for way in _ways(pbx) for name in way.reach.contexts}
    for name in names:
        if pbx.dialplan:
            yield pbx.dialplan.plan.context(name)

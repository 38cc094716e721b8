# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a call gets in the dialplan: every way that it may take, step by step."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Callable, Deque, Dict, FrozenSet, Iterable, List, NamedTuple, Optional, Set, Tuple

from ..config.effective import EffectiveEntry
from ..config.text import fold
from .contexts import Extension, Plan
from .number import ANYTHING, Number, is_chosen, split, text_of
from .values import Variables, parts, value

# Steps from one context: far more than a dialplan by hand has. What is beyond is not found.
_BUDGET = 10000


class Hop(NamedTuple):
    """The line by which a call leaves the context that it came into, or calls from there. word: what of it does."""

    entry: EffectiveEntry
    word: str


class Call(NamedTuple):
    """An outgoing call with a number that the caller chose. target: one destination of Dial()"""

    entry: EffectiveEntry
    context: str
    target: Number
    hop: Hop


class Missing(NamedTuple):
    """A context that is not there. word: its name as it is written there"""

    entry: EffectiveEntry
    word: str
    context: str


@dataclass
class Reach:
    """contexts: whose extensions a call may run"""

    calls: List[Call] = field(default_factory=list)
    contexts: Dict[str, None] = field(default_factory=dict)
    missing: List[Missing] = field(default_factory=list)


class _State(NamedTuple):
    """A call before a step. context: where extensions are looked for; owner: the context that has this one

    asked: variables that the caller was asked for
    """

    context: str
    owner: str
    extension: Extension
    priority: int
    variables: Tuple[Tuple[str, Number], ...]
    asked: FrozenSet[str]
    hop: Optional[Hop]

    def key(self) -> Tuple[object, ...]:
        return (self.context, id(self.extension), self.priority, self.variables, self.asked)


def reach(plan: Plan, context: str, number: Number = ANYTHING) -> Reach:
    """All that a call into a context may do."""
    walk = _Walk(plan)
    walk.enter(context, number)
    walk.run()
    return walk.reach


class _Walk:
    def __init__(self, plan: Plan) -> None:
        self.reach = Reach()
        self._plan = plan
        self._globals = {name: tuple(text) for name, text in plan.globals.items()}
        self._waiting: Deque[_State] = deque()
        self._seen: Set[Tuple[object, ...]] = set()

    def enter(
        self,
        context: str,
        number: Number,
        priority: str = "1",
        variables: Tuple[Tuple[str, Number], ...] = (),
        asked: FrozenSet[str] = frozenset(),
        hop: Optional[Hop] = None,
    ) -> None:
        searched = self._plan.searched(context)
        self.reach.contexts.update(dict.fromkeys(one.name for one, _via in searched))
        for match in self._plan.matches(context, number, priority):
            at = match.extension.priority(priority)
            via = Hop(match.via, match.via.value.partition(",")[0].strip()) if match.via else None
            self.put(
                _State(
                    context,
                    match.owner,
                    match.extension,
                    at or 0,
                    _with(variables, "EXTEN", match.number),
                    asked,
                    hop or via,
                )
            )

    def run(self) -> None:
        left = _BUDGET
        while self._waiting and left:
            left -= 1
            _Step(self, self._plan, self._waiting.popleft()).take()

    def put(self, state: _State) -> None:
        if state.key() not in self._seen:
            self._seen.add(state.key())
            if any(is_chosen(number) for _name, number in state.variables):
                # The interesting ones first.
                self._waiting.appendleft(state)
            else:
                self._waiting.append(state)

    def go_on(self, state: _State) -> None:
        """To the next priority of the same extension."""
        if state.priority + 1 in state.extension.steps:
            self.put(state._replace(priority=state.priority + 1))

    def variables(self, state: _State) -> Variables:
        return {**self._globals, **dict(state.variables)}


class _Step:
    """What one step does with a call."""

    def __init__(self, walk: _Walk, plan: Plan, state: _State) -> None:
        self._walk, self._plan, self._state = walk, plan, state
        self._variables = walk.variables(state)
        self._step = state.extension.steps[state.priority]

    def take(self) -> None:
        if self._do(self._step.app, self._step.args):
            self._walk.go_on(self._state)

    def _do(self, app: str, args: str) -> bool:
        """Whether the call goes on behind it."""
        name = fold(app.strip())
        if name in _ENDS:
            return False
        action = _ACTIONS.get(name)
        return action(self, args) if action else True

    def _hop(self) -> Hop:
        return self._state.hop or Hop(self._step.entry, self._step.app)

    def _jump(self, context: str, number: Number, priority: str = "1", more: Iterable[Number] = ()) -> None:
        state = self._state
        if context not in self._plan:
            self._walk.reach.missing.append(Missing(self._step.entry, context, state.owner))
            return
        variables = state.variables
        for place, argument in enumerate(more, 1):
            variables = _with(variables, f"ARG{place}", argument)
        self._walk.enter(context, number, priority, variables, state.asked, self._hop())

    def _value(self, text: str) -> Number:
        return value(text.strip(), self._variables)

    def _target(self, text: str, more: Iterable[Number] = ()) -> None:
        """``[[context,]extension,]priority``"""
        given = [self._value(part) for part in parts(text)[:3]]
        priority = text_of(given[-1])
        context = text_of(given[0]) if len(given) == 3 else self._state.context
        if not priority or not context:
            return
        if len(given) > 1:
            self._jump(context, given[-2], priority, more)
        else:
            at = self._state.extension.priority(priority)
            if at is not None:
                self._walk.put(self._state._replace(priority=at))

    # What each application does.

    def goto(self, args: str) -> bool:
        self._target(args)
        return False

    def goto_if(self, args: str) -> bool:
        condition, branches = self._branches(args)
        if self._is_answer(condition):
            return False
        for branch in filter(None, branches):
            self._target(branch)
        return len(branches) < 2 or not all(branches)

    def gosub(self, args: str) -> bool:
        self._call(args)
        return True

    def gosub_if(self, args: str) -> bool:
        condition, branches = self._branches(args)
        if self._is_answer(condition):
            return False
        for branch in filter(None, branches):
            self._call(branch)
        return True

    def macro(self, args: str) -> bool:
        name, *more = [self._value(part) for part in parts(args)]
        known = text_of(name)
        if known:
            self._jump(f"macro-{known}", ("s",), "1", more)
        return True

    def exec_if(self, args: str) -> bool:
        condition, branches = self._branches(args)
        if self._is_answer(condition):
            return False
        on = [self._run(branch) for branch in branches if branch]
        return len(on) < 2 or any(on)

    def exec(self, args: str) -> bool:
        self._run(args)
        return True

    def set(self, args: str) -> bool:
        name, equals, text = args.partition("=")
        name = name.strip().lstrip("_")
        if name.startswith("LOCAL(") and name.endswith(")"):
            name = name[6:-1]
        if equals and re.fullmatch(r"[A-Za-z0-9_]+", name) and name != "EXTEN":
            found = self._value(text)
            if is_chosen(found) or text_of(found) is not None:
                self._state = self._state._replace(variables=_with(self._state.variables, name, found))
            else:
                kept = tuple(pair for pair in self._state.variables if pair[0] != name)
                self._state = self._state._replace(variables=kept)
        return True

    def read(self, args: str) -> bool:
        name = args.partition(",")[0].strip()
        self._state = self._state._replace(
            variables=_with(self._state.variables, name, ANYTHING), asked=self._state.asked | {name}
        )
        return True

    def any_digits(self, args: str) -> bool:
        self._jump(self._state.context, ANYTHING)
        return True

    def disa(self, args: str) -> bool:
        password, _comma, rest = args.partition(",")
        if fold(password.strip()) == "no-password":
            self._jump(rest.partition(",")[0].strip() or "disa", ANYTHING)
        return False

    def dial(self, args: str) -> bool:
        for target in split(self._value((parts(args, limit=1) or [""])[0]), "&"):
            beginning = fold("".join(item for item in target[:6] if isinstance(item, str)))
            if beginning == "local/":
                self._local(target[6:])
            elif is_chosen(target):
                state = self._state
                self._walk.reach.calls.append(Call(self._step.entry, state.owner, target, self._hop()))
        return True

    def retry_dial(self, args: str) -> bool:
        return self.dial(",".join(parts(args, limit=3)[3:]))

    def _local(self, target: Number) -> None:
        """``EXTENSION@CONTEXT/OPTIONS``"""
        number, *rest = split(target, "@")
        context = text_of(split(rest[-1], "/")[0]) if rest else "default"
        if context is not None:
            self._jump(context, number)

    def _call(self, text: str) -> None:
        """``[[context,]extension,]priority(arguments)``"""
        target, arguments = text, ""
        *before, last = parts(text.strip())
        if last.endswith(")"):
            last, _bracket, arguments = last[:-1].partition("(")
            target = ",".join([*before, last])
        self._target(target, [self._value(part) for part in parts(arguments)] if arguments else ())

    def _run(self, text: str) -> bool:
        app, _bracket, args = text.strip().partition("(")
        return self._do(app, args.rpartition(")")[0] or args)

    def _branches(self, args: str) -> Tuple[str, List[str]]:
        condition, *rest = parts(args, "?", limit=1)
        return condition, [part.strip() for part in parts(rest[0], ":", limit=1)] if rest else []

    def _is_answer(self, condition: str) -> bool:
        """Whether it depends on what the caller was asked for, as a password is."""
        return any(re.search(rf"\b{re.escape(name)}\b", condition) for name in self._state.asked)


def _with(
    variables: Tuple[Tuple[str, Number], ...], name: str, number: Number
) -> Tuple[Tuple[str, Number], ...]:
    return tuple(
        sorted([*(pair for pair in variables if pair[0] != name), (name, number)], key=lambda pair: pair[0])
    )


# Behind these nothing follows, or only for whom somebody trusts.
_ENDS = frozenset(
    {"hangup", "congestion", "busy", "return", "macroexit", "authenticate", "vmauthenticate", "dundilookup"}
)
_ACTIONS: Dict[str, Callable[[_Step, str], bool]] = {
    "goto": _Step.goto,
    "gotoif": _Step.goto_if,
    "gotoiftime": _Step.goto_if,
    "gosub": _Step.gosub,
    "gosubif": _Step.gosub_if,
    "macro": _Step.macro,
    "execif": _Step.exec_if,
    "execiftime": _Step.exec_if,
    "exec": _Step.exec,
    "tryexec": _Step.exec,
    "set": _Step.set,
    "read": _Step.read,
    "readexten": _Step.read,
    "waitexten": _Step.any_digits,
    "background": _Step.any_digits,
    "disa": _Step.disa,
    "dial": _Step.dial,
    "retrydial": _Step.retry_dial,
}

# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks in files of Ansible: where they are, and what is known of them."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, NamedTuple, Optional, Sequence, Set, Tuple

from ..fields import FIELDS, SECRETS
from ..secrets import MASK, may_hold_one
from .yaml_tree import Node, UnknownKey, walk

_KEY = "sip_trunks"
_MODULES = frozenset({"sip_trunks", "telephony.asterisk.sip_trunks"})
# What state says where the trunks say all.
_COMPLETE = frozenset({"overridden", "replaced"})
# What Ansible makes of the values before our checks see them (the argument_spec of the module).
_INTS = frozenset(
    {
        *("provider.port", "registration.expiry", "registration.retry_interval"),
        *("outbound.max_channels", "nat.keepalive", "nat.keepalive_timeout"),
    }
)
_TRUTHS = frozenset(
    {
        *("enabled", "inbound.trust_identity", "outbound.from_caller", "outbound.user_phone"),
        *("media.direct", "nat.symmetric"),
    }
)
_LISTS = frozenset({"inbound.trust", "inbound.permit", "media.codecs", "sections.inbound"})
_UNCONVERTED = frozenset(
    {
        *("registration.user", "registration.auth_user", "registration.contact"),
        *("outbound.user", "outbound.from_user", "outbound.caller_id"),
        *SECRETS,
    }
)
_TRUE = frozenset({"y", "yes", "on", "1", "true", "t", "1.0"})
_FALSE = frozenset({"n", "no", "off", "0", "false", "f", "0.0"})
# In the place of secrets that nobody knows, and of what a trunk cannot be without.
_SECRET = "placeholder"
_MD5 = "0123456789abcdef" * 2


NOTHING = Node([], None, "mapping")


class Trunks(NamedTuple):
    """complete: they need nothing that may be on the PBX already"""

    node: Node
    complete: bool = True


def lists_in(document: Node) -> Iterator[Trunks]:
    """The values of sip_trunks, wherever, the trunks of our module, or a document that is nothing but trunks."""
    if document.kind == "list" and any(item.pair("provider") for item in document.items):
        yield Trunks(document)
        return
    for node in walk(document):
        for pair in node.pairs:
            trunks = pair.node.get("trunks") if pair.key in _MODULES else None
            if trunks and trunks.kind == "list":
                yield Trunks(trunks, _is_complete(pair.node.get("state")))
            elif pair.key == _KEY and _may_be_trunks(pair.node):
                yield Trunks(pair.node, _is_complete(node.get("trunk_state")))


def _is_complete(state: Optional[Node]) -> bool:
    return state is None or state.value in _COMPLETE


def _may_be_trunks(node: Node) -> bool:
    """A mapping may be the specification of an argument; one of trunks is wrong, but is about trunks."""
    if node.kind == "mapping":
        return any(pair.node.pair("provider") for pair in node.pairs)
    return not node.hidden and node.value is not None


def secrets_of(trunks: Node) -> Iterator[Tuple[str, Node]]:
    """Every secret of the trunks, and what else may be one, with its option."""
    for trunk in trunks.items:
        for group in ("registration", "outbound"):
            for pair in (trunk.get(group) or NOTHING).pairs:
                option = f"{group}.{pair.key}"
                if option in SECRETS:
                    yield option, pair.node
        for kind in (trunk.get("options") or NOTHING).pairs:
            for pair in kind.node.pairs:
                if kind.key == "auth" or (isinstance(pair.key, str) and may_hold_one(pair.key)):
                    yield "", pair.node


def masked(text: str, lists: Sequence[Node]) -> str:
    """The text for people: without secrets, in the same lines."""
    spans: Set[Tuple[int, int]] = set()
    for trunks in lists:
        for _option, secret in secrets_of(trunks):
            # A template shows no secret.
            spans |= {
                (node.place.start, node.place.end)
                for node in walk(secret)
                if node.place and node.kind == "scalar" and not node.hidden
            }
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + MASK + "\n" * text[start:end].count("\n") + text[end:]
    return text


class Known(NamedTuple):
    """A trunk as far as it is known. certain: all of it is, but for secrets; hidden: options that are not"""

    node: Node
    data: Dict[str, Any]
    certain: bool
    hidden: Set[str]


def known_of(node: Node, number: int) -> Known:
    """number: of the trunk among all, so that what is put in is not there twice"""
    hidden: Set[str] = set()
    data = _plain(node, "", hidden)
    if not isinstance(data, dict):
        return Known(node, data, True, hidden)
    open_secrets = {option for option in hidden if option in SECRETS}
    for option in open_secrets:
        _put(data, option, _MD5 if option.endswith("_md5") else _SECRET)
    certain = not hidden - open_secrets
    if not certain:
        _fill(data, number, hidden)
    return Known(node, data, certain, hidden)


def _fill(data: Dict[str, Any], number: int, hidden: Set[str]) -> None:
    """Put something in the place of what is there, nobody knows what, and cannot be left out."""
    instead: Dict[str, Any] = {
        "name": f"placeholder{number}",
        "provider": {"host": f"placeholder{number}.example.com"},
        "provider.host": f"placeholder{number}.example.com",
        "registration": {"user": "placeholder", "secret": _SECRET},
        "registration.user": "placeholder",
    }
    for option, value in instead.items():
        if option in hidden:
            _put(data, option, value)


def _put(data: Dict[str, Any], option: str, value: Any) -> None:
    group, _dot, key = option.rpartition(".")
    fields = data.get(group) if group else data
    if isinstance(fields, dict):
        fields[key] = value


def _plain(node: Node, option: str, hidden: Set[str]) -> Any:
    """The value as our checks get it from Ansible. What is hidden is left out, and named."""
    if node.kind == "mapping":
        found = {}
        for pair in node.pairs:
            inner = f"{option}.{pair.key}" if option else str(pair.key)
            unknown = isinstance(pair.key, UnknownKey)
            if pair.node.hidden or unknown:
                hidden.add(option if unknown else inner)
            else:
                found[pair.key] = _plain(pair.node, inner, hidden)
        return found
    if node.kind == "list":
        if any(item.hidden for item in node.items):
            hidden.add(option)
        # A text in place of a list is one with commas, and one in a list is not.
        return [_plain(item, f"{option}[]", hidden) for item in node.items if not item.hidden] or (
            None if option in hidden else []
        )
    return _converted(node.value, option)


def _converted(value: Any, option: str) -> Any:
    if option in _INTS and isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,10}\s*", value):
        return int(value)
    if option in _TRUTHS and isinstance(value, (str, int)) and not isinstance(value, bool):
        word = str(value).strip().lower()
        return True if word in _TRUE else False if word in _FALSE else value
    if option in _LISTS and isinstance(value, str):
        return value.split(",")
    converts = option in FIELDS[""] or option.count(".") == 1
    kept = (
        option in _UNCONVERTED
        or option in _INTS
        or option in _TRUTHS
        or option.startswith(("inbound.numbers", "options"))
    )
    if converts and not kept and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value

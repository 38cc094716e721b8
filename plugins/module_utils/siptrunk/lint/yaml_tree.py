# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML and JSON with the places of everything, and without what only Ansible knows: vaults and templates."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import ConfigError

# More cannot be meant: aliases can make much of little.
_LIMIT = 200_000
_DEPTH = 60
_BITS = 1000
_TEMPLATE = ("{{", "{%", "{#")
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN_TAGS = "tag:yaml.org,2002:"


class Place(NamedTuple):
    """Line and columns, from 1; the last one behind the end. start, end: offsets in the text"""

    line: int
    column: int
    end_column: int
    start: int
    end: int


class Pair(NamedTuple):
    key: Any
    place: Optional[Place]
    node: Node


class UnknownKey:
    """Of a pair: it is not text, or only Ansible knows it."""


@dataclass(frozen=True)
class Node:
    """value: a list of Nodes, a list of Pairs, or what a scalar means; None where *hidden*

    hidden: nobody knows it but Ansible, as it is encrypted or a template
    """

    value: Any
    place: Optional[Place]
    kind: str = "scalar"
    hidden: bool = False
    twice: Tuple[Pair, ...] = field(default=())

    @property
    def pairs(self) -> List[Pair]:
        return self.value if self.kind == "mapping" else []

    @property
    def items(self) -> List[Node]:
        return self.value if self.kind == "list" else []

    def pair(self, key: Any) -> Optional[Pair]:
        return next((pair for pair in self.pairs if pair.key == key and type(pair.key) is type(key)), None)

    def get(self, key: str) -> Optional[Node]:
        pair = self.pair(key)
        return pair.node if pair else None


class Unreadable(Exception):
    """What is wrong with the text, and where; line and column from 1, if known."""

    def __init__(self, reason: str, line: Optional[int] = None, column: Optional[int] = None) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def read(path: str, text: str) -> List[Node]:
    """The documents of a file.

    Raises Unreadable for a text that is neither, and ConfigError where one cannot tell.
    """
    if text.startswith("$ANSIBLE_VAULT"):
        raise ConfigError(
            path, "is encrypted as a whole; check it where it is decrypted, or encrypt single values"
        )
    try:
        import yaml
    except ImportError:
        return [_read_json(path, text)]
    try:
        return _read_yaml(yaml, text)
    except Unreadable:
        # Not every JSON is YAML: it may be indented by tabs.
        try:
            return [_of_json(json.loads(text), 0)]
        except (ValueError, RecursionError, Unreadable):
            pass
        raise


def _read_json(path: str, text: str) -> Node:
    try:
        return _of_json(json.loads(text), 0)
    except json.JSONDecodeError as error:
        if path.endswith(".json"):
            raise Unreadable(f"it is no JSON: {error.msg}", error.lineno, error.colno) from None
    except (ValueError, RecursionError):
        raise Unreadable("it is nested too deeply, or has a number that is too long") from None
    raise ConfigError(
        path, "is no JSON, and YAML cannot be read here: install PyYAML, which comes with Ansible"
    )


def _of_json(data: Any, depth: int) -> Node:
    if depth > _DEPTH:
        raise Unreadable("it is nested too deeply")
    if isinstance(data, dict):
        return _mapping([Pair(key, None, _of_json(value, depth + 1)) for key, value in data.items()], None)
    if isinstance(data, list):
        return Node([_of_json(value, depth + 1) for value in data], None, "list")
    return Node(data, None, hidden=_is_template(data))


def _mapping(pairs: List[Pair], place: Optional[Place], twice: Sequence[Pair] = ()) -> Node:
    """One of a single key may be what Ansible makes of a vault, or of an unsafe text, in JSON."""
    node = Node(pairs, place, "mapping", twice=tuple(twice))
    if len(pairs) == 1 and pairs[0].key in ("__ansible_vault", "__ansible_unsafe"):
        hidden = pairs[0].key == "__ansible_vault"
        return Node(None if hidden else pairs[0].node.value, place, hidden=hidden)
    return node


def _is_template(value: Any) -> bool:
    return isinstance(value, str) and any(mark in value for mark in _TEMPLATE)


def _read_yaml(yaml: Any, text: str) -> List[Node]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        _check_depth(yaml, text, loader)
        documents = list(yaml.compose_all(text, Loader=loader))
        converter = _Converter(yaml)
        return [converter.node(document, 0) for document in documents if document is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # Its other words quote the text, which may be a secret.
        reason = getattr(error, "problem", None) or "it is no YAML"
        raise Unreadable(str(reason), mark and mark.line + 1, mark and mark.column + 1) from None
    except (RecursionError, ValueError, UnicodeError):
        raise Unreadable("it is nested too deeply, or has a value that YAML does not take") from None


def _check_depth(yaml: Any, text: str, loader: Any) -> None:
    """libyaml itself goes into whatever depth, until the process dies of it."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise Unreadable(
                "it is nested too deeply", event.start_mark.line + 1, event.start_mark.column + 1
            )


class _Converter:
    """From the nodes of PyYAML to ours."""

    def __init__(self, yaml: Any) -> None:
        self._yaml, self._left = yaml, _LIMIT
        self._scalars = yaml.constructor.SafeConstructor()

    def node(self, node: Any, depth: int) -> Node:
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            raise Unreadable("it is nested too deeply, or too large")
        place = _place(node)
        known = node.tag.startswith(_PLAIN_TAGS)
        if isinstance(node, self._yaml.MappingNode):
            pairs, twice = self._pairs(node, depth)
            return _mapping(pairs, place, twice)
        if isinstance(node, self._yaml.SequenceNode):
            return Node([self.node(item, depth + 1) for item in node.value], place, "list")
        if node.tag == "!unsafe":
            return Node(node.value, place)
        value = self._scalars.construct_object(node) if known else None
        if isinstance(value, int) and value.bit_length() > _BITS:
            raise Unreadable("it has a number that is too long", place.line, place.column)
        return Node(value, place, hidden=not known or _is_template(value))

    def _pairs(self, node: Any, depth: int) -> Tuple[List[Pair], List[Pair]]:
        """Those that count, and those that another one of the same key replaces."""
        found: Dict[Tuple[type, object], Pair] = {}
        merged: Dict[Tuple[type, object], Pair] = {}
        twice: List[Pair] = []
        for key, value in node.value:
            if key.tag == _MERGE:
                other = self.node(value, depth + 1)
                for mapping in [other, *other.items]:
                    for pair in mapping.pairs:
                        merged.setdefault((type(pair.key), pair.key), pair)
                continue
            name = self.node(key, depth + 1)
            pair = Pair(_hashable(name), name.place, self.node(value, depth + 1))
            if found.pop((type(pair.key), pair.key), None):
                twice.append(pair)
            found[type(pair.key), pair.key] = pair
        return list({**merged, **found}.values()), twice


def _hashable(node: Node) -> Union[str, int, float, None, object]:
    """A key; one that is a template or a mapping is like no other."""
    return UnknownKey() if node.hidden or node.kind != "scalar" else node.value


def _place(node: Any) -> Place:
    start, end = node.start_mark, node.end_mark
    same = start.line == end.line
    return Place(
        start.line + 1, start.column + 1, (end.column if same else start.column) + 1, start.index, end.index
    )


def walk(node: Node) -> Iterator[Node]:
    """A node, and all in it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += [pair.node for pair in current.pairs] + list(current.items)

"""YAML builder: turns composed YAML (aliases, merge keys, tags, duplicate keys) into nodes, and collects problems."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from config.errors import ConfigError, Problem, secret_in, shown
from config.yaml.nodes import Node, Scalar

MAX_NODES: Final = 300_000
MAX_DEPTH: Final = 20

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset({"str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge"})
_VARIABLE: Final = re.compile(r"\$\{\w+[^}]*\}|\$\([^)]*\)")
_JOINERS: Final = "\u200c\u200d"  # part of emoji and of some scripts
_AnyNode = MappingNode | SequenceNode | ScalarNode


class EmptyValue(NamedTuple):
    """A key or list entry without a value: the path of its parent, and its name there ("" in a list)."""

    parent: str
    name: str
    node: Node


class Builder:
    """Turns one composed YAML document into a tree of `Node`, and collects its problems.

    Aliases are expanded, so the number of nodes and the depth are bounded: otherwise a file of a few lines may
    expand to billions of values. A key without a value (`defaults:`) is left out and listed in `empty_values`.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.empty_values: list[EmptyValue] = []
        self._count = 0

    def build(self, root: MappingNode) -> Node:
        """Return the tree.

        Raises:
            ConfigError: the document is too deep, too large, or contains itself.
        """
        return self._node(root, "", _start(root), 0)

    def _node(self, node: _AnyNode, path: str, key: tuple[int, int], depth: int) -> Node:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_NODES:
            problem = "holds itself or is nested too deeply" if depth > MAX_DEPTH else "expands to too many values"
            raise ConfigError(
                [Problem(self.file, *_start(node), path, None, f"{problem}: look at its aliases (*name)")]
            )
        self._check_tag(node, path)
        return Node(self._value(node, path, depth), path, *_start(node), key)

    def _value(self, node: _AnyNode, path: str, depth: int) -> Scalar | dict[str, Node] | list[Node]:
        if isinstance(node, MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return self._list(node, path, depth)
        return self._scalar(node, path)

    def _list(self, node: SequenceNode, path: str, depth: int) -> list[Node]:
        entries = [self._node(child, f"{path}[{i}]", _start(child), depth + 1) for i, child in enumerate(node.value)]
        blank = [_is_empty(child) for child in node.value]
        self.empty_values += [EmptyValue(path, "", entry) for entry, empty in zip(entries, blank, strict=True) if empty]
        return [entry for entry, empty in zip(entries, blank, strict=True) if not empty]

    def _mapping(self, node: MappingNode, path: str, depth: int) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                merged = self._merge_key(value, path, depth) | merged
                continue
            name = self._key(key, path)
            if name is None:
                continue
            child = self._node(value, f"{path}.{name}" if path else name, _start(key), depth + 1)
            if name in own:
                first = own[name].key[0]
                self._add(key, child.path, None, f"is written twice, first in line {first}: remove one of them")
            own[name] = child
            if _is_empty(value):
                self.empty_values.append(EmptyValue(path, name, own.pop(name)))
        return merged | own

    def _merge_key(self, value: _AnyNode, path: str, depth: int) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        for source in value.value if isinstance(value, SequenceNode) else [value]:
            if isinstance(source, MappingNode):
                fields = self._node(source, path, _start(source), depth + 1).fields | fields
            else:
                self._add(source, path, None, "<<: takes a mapping or a list of mappings, written *name")
        return fields

    def _key(self, key: _AnyNode, path: str) -> str | None:
        """Return the key; None, after recording the problem, for one that is no word or holds a credential."""
        if not isinstance(key, ScalarNode):
            self._add(key, path, None, "a key must be a word, not a list or a mapping")
            return None
        self._check_text(key, str(key.value), path, is_key=True)
        return None if secret_in(key.value) else str(key.value)

    def _scalar(self, node: ScalarNode, path: str) -> Scalar:
        kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
        try:
            if kind == "int":
                return _integer(text)
            if kind == "float":
                return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            self._add(node, path, text, "is not a number")
        if kind == "bool":
            return text.lower() in {"true", "yes", "on"}
        if kind == "null":
            return None
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")  # JSON's pairs
        self._check_text(node, text, path, is_key=False)
        return text.encode(errors="replace").decode()

    def _check_text(self, node: ScalarNode, text: str, path: str, *, is_key: bool) -> None:
        if secret_in(text):
            rule = "holds a credential: remove it, and set TOCSIN_SLACK_TOKEN in the environment instead"
            self._add(node, path, None, f"{rule}; if this file was shared, revoke the credential")
        elif _VARIABLE.search(text):
            rule = "environment variables are not read in this file: write the value itself"
            self._add(node, path, None if is_key else text, rule)
        elif hidden := next((c for c in text if not c.isprintable() and c not in _JOINERS), None):
            self._add(node, path, text, f"holds the invisible character U+{ord(hidden):04X}: remove it")

    def _check_tag(self, node: _AnyNode, path: str) -> None:
        tag = str(node.tag)
        if tag.removeprefix(_TAG) not in _PLAIN_TAGS:
            self._add(
                node, path, None, f"the tag {shown(tag.replace(_TAG, '!!'))} is not allowed: write the plain value"
            )

    def _add(self, node: _AnyNode, path: str, value: str | None, rule: str) -> None:
        text = None if value is None else shown(value)
        self.problems.append(Problem(self.file, *_start(node), path, text, rule))


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if digits.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"} else int(digits)


def _is_empty(node: _AnyNode) -> bool:
    return isinstance(node, ScalarNode) and node.value == "" and node.tag == f"{_TAG}null"


def _start(node: _AnyNode) -> tuple[int, int]:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)

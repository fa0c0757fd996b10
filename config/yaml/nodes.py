"""YAML values with their line and column, so that every error can name its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place in the file: `line` and `column` of the value, `key` those of the key before it."""

    value: Scalar | dict[str, Node] | list[Node]
    path: str
    line: int
    column: int
    key: tuple[int, int]

    @property
    def fields(self) -> dict[str, Node]:
        """Return the entries of a mapping, nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """Return the entries of a list, nothing for any other value."""
        return self.value if isinstance(self.value, list) else []


def plain_value(node: Node) -> object:
    """Return the plain value without places."""
    if isinstance(node.value, dict):
        return {key: plain_value(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain_value(child) for child in node.value]
    return node.value


def merge(base: Node, over: Node) -> Node:
    """Return `base` overridden by `over`: mappings merge key by key, everything else (lists too) is replaced.

    Every value keeps the place where it was written; a merged mapping has the place of `over`.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, child in over.value.items():
        merged[key] = merge(merged[key], child) if key in merged else child
    return replace(over, value=merged)


def find(node: Node, loc: Sequence[str | int]) -> Node:
    """Return the deepest node that exists on the path `loc`.

    Parts of `loc` that name no child are skipped: pydantic mixes the names of union members into its places.
    """
    for step in loc:
        node = _child(node, step) or node
    return node


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, str):
        return node.fields.get(step)
    return node.items[step] if step < len(node.items) else None


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, in the order of the file."""
    yield node
    for child in [*node.fields.values(), *node.items]:
        yield from walk(child)

"""What would applying a configuration change?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from config.wire import encode_brand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.brand import Brand

Kind = Literal["added", "changed", "removed"]
_SIGNS: Final[dict[Kind, str]] = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One setting that changes; None where it is not set on that side."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """Return `detect.volume.least: 10 -> 20`."""
        return f"{self.path}: {_spell(self.before)} -> {_spell(self.after)}"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one brand; `edits` say how, when it is changed."""

    kind: Kind
    brand: str
    edits: tuple[Edit, ...] = ()

    def lines(self) -> list[str]:
        """Return the change as text: a line with its sign, then one for each edit."""
        return [f"{_SIGNS[self.kind]} {self.brand}", *(f"    {edit}" for edit in self.edits)]

    def record(self) -> dict[str, Any]:
        """Return the change as JSON data."""
        edits = [{"path": edit.path, "before": edit.before, "after": edit.after} for edit in self.edits]
        return {"change": self.kind, "brand": self.brand, "edits": edits}


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, by brand, and the records that make them."""

    changes: tuple[Change, ...]
    unchanged: int
    records: dict[str, bytes | None]

    def count(self, kind: Kind) -> int:
        """Return how many brands are added, changed or removed."""
        return sum(change.kind == kind for change in self.changes)

    def summary(self) -> str:
        """Return the plan in one line."""
        counts = f"{self.count('added')} to add, {self.count('changed')} to change, {self.count('removed')} to remove"
        return f"{counts}, {self.unchanged} unchanged"


def plan(applied: Mapping[str, bytes], wanted: Mapping[str, Brand]) -> Plan:
    """Return what turns the records in force into the wanted brands; equal records are not written again."""
    changes: list[Change] = []
    records: dict[str, bytes | None] = {}
    for name in sorted(applied.keys() | wanted.keys()):
        record = encode_brand(wanted[name]) if name in wanted else None
        change = _compare(name, applied.get(name), record)
        if change is not None:
            changes.append(change)
            records[name] = record
    return Plan(tuple(changes), len(wanted) - sum(record is not None for record in records.values()), records)


def _compare(name: str, before: bytes | None, after: bytes | None) -> Change | None:
    if before is None:
        return Change("added", name)
    if after is None:
        return Change("removed", name)
    edits = tuple(_edits("", _read(before), json.loads(after)))
    return Change("changed", name, edits) if edits else None


def _edits(path: str, before: Any, after: Any) -> Iterator[Edit]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _edits(f"{path}.{key}".lstrip("."), before.get(key), after.get(key))
    elif before != after:
        yield Edit(path or "record", before, after)


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return "unreadable"


def _spell(value: Any) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)

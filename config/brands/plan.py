"""Plan of an apply: the brands that are added, changed or removed, and the records that do it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from config.brands.overrides import ActiveOverride, active
from config.brands.wire import OVERRIDES, decode_with_overrides, encode_brand
from config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.brands.model import Brand
    from config.brands.overrides import Override

Kind = Literal["added", "changed", "removed"]
KEPT_AFTER_END: Final = 24 * 3_600_000
"""How long (ms) after its end an override is kept, so that a lagging worker applies it like any other."""

_LISTED: Final = 12
"""Entries, before and after, up to which lists are written out."""

_NAMED: Final = 3
_SIGNS: Final[dict[Kind, str]] = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One changed setting; None where it is not set on that side."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """Return `detect.volume_spike.min_mentions: 10 -> 20`; for a long list, the removed and added entries."""
        if isinstance(self.before, list) and isinstance(self.after, list) and len(self.before + self.after) > _LISTED:
            return f"{self.path}: {_differ(self.before, self.after)}"
        return f"{self.path}: {_spell(self.before)} -> {_spell(self.after)}"


@dataclass(frozen=True, slots=True)
class Change:
    """Change of one brand, with its edits if it is changed."""

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
    """All changes, by brand, and the records that make them; `overrides` are those that stay in force."""

    changes: tuple[Change, ...]
    unchanged: int
    records: dict[str, bytes | None]
    overrides: tuple[ActiveOverride, ...] = ()

    def count(self, kind: Kind) -> int:
        """Return how many brands are added, changed or removed."""
        return sum(change.kind == kind for change in self.changes)

    def summary(self) -> str:
        """Return the plan in one line."""
        counts = f"{self.count('added')} to add, {self.count('changed')} to change, {self.count('removed')} to remove"
        return f"{counts}, {self.unchanged} unchanged"


def plan(applied: Mapping[str, bytes], wanted: Mapping[str, Brand], now: int = 0) -> Plan:
    """Return what turns the records in force into the wanted brands; equal records are not written again.

    A brand keeps its overrides until they end; those that ended long before `now` (ms) are dropped.
    """
    changes: list[Change] = []
    records: dict[str, bytes | None] = {}
    kept: list[ActiveOverride] = []
    for name in sorted(applied.keys() | wanted.keys()):
        overrides = active(_overrides(applied.get(name)), now - KEPT_AFTER_END) if name in wanted else ()
        record = encode_brand(wanted[name], overrides) if name in wanted else None
        kept += [ActiveOverride(wanted[name], one) for one in active(overrides, now)]
        change = _compare(name, applied.get(name), record)
        if change is not None:
            changes.append(change)
            records[name] = record
    unchanged = len(wanted) - sum(record is not None for record in records.values())
    return Plan(tuple(changes), unchanged, records, tuple(kept))


def plan_brand(applied: Mapping[str, bytes], wanted: Brand, now: int = 0) -> Plan:
    """Return what turns one brand's record in force into the wanted brand; the other brands stay.

    Shifts that were resolved from the brand's calendar stay, too.

    Raises:
        ConfigError: it has another calendar now, which has to be fetched first.
    """
    raw = applied.get(wanted.name)
    if raw is None:
        return plan({}, {wanted.name: wanted}, now)
    before, schedule = decode_with_overrides(raw).brand.on_call_schedule, wanted.on_call_schedule
    if schedule.ical is not None and schedule.ical != before.ical:
        rule = "names another calendar, which has to be fetched: use `tocsin config apply`"
        raise ConfigError([Problem(wanted.name, 0, 0, "on_call_schedule.ical", None, rule)])
    if schedule.ical is not None:
        kept = schedule.model_copy(update={"shifts": before.shifts})
        wanted = wanted.model_copy(update={"on_call_schedule": kept})
    return plan({wanted.name: raw}, {wanted.name: wanted}, now)


def _overrides(raw: bytes | None) -> tuple[Override, ...]:
    try:
        return decode_with_overrides(raw).overrides if raw else ()
    except ConfigError:
        return ()


def _compare(name: str, before: bytes | None, after: bytes | None) -> Change | None:
    if before is None:
        return Change("added", name)
    if after is None:
        return Change("removed", name)
    edits = tuple(_edits("", _configured(_read(before)), _configured(json.loads(after))))
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


def _configured(record: Any) -> Any:
    """Return a record without its overrides."""
    return {key: value for key, value in record.items() if key != OVERRIDES} if isinstance(record, dict) else record


def _differ(before: list[Any], after: list[Any]) -> str:
    gone, new = _some(before, after), _some(after, before)
    parts = [f"{sign} {some}" for sign, some in (("-", gone), ("+", new)) if some]
    return "; ".join([f"{len(before)} -> {len(after)} entries", *(parts or ["in another order"])])


def _some(entries: list[Any], others: list[Any]) -> str:
    """Return what is not among the others, the first few written out."""
    found = [entry for entry in entries if entry not in others]
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(map(_spell, found[:_NAMED])) + more


def _spell(value: Any) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)

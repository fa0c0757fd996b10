"""Moderation queue: all items, folded from their records, and who gets which next. Pure; time is an argument."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from moderation.lifecycle import apply
from moderation.policies.model import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Collection

    from moderation.model import AnyRecord, Item

WAITING: Final = ("open", "claimed", "escalated", "appealed")


class Filter(NamedTuple):
    """Which items somebody looks at; an empty part lets everything through."""

    brands: Collection[str] = ()
    policies: Collection[str] = ()
    languages: Collection[str] = ()
    channels: Collection[str] = ()

    def lets_through(self, item: Item) -> bool:
        """Return whether an item is looked at."""
        return (
            (not self.brands or item.brand in self.brands)
            and (not self.policies or item.policy in self.policies)
            and (not self.languages or item.language in self.languages)
            and (not self.channels or any(post.channel in self.channels for post in item.posts))
        )


class Queue:
    """Items by id, and the answer to each record."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def __len__(self) -> int:
        return len(self._items)

    def get(self, item: str) -> Item | None:
        """Return an item."""
        return self._items.get(item)

    def items(self) -> Collection[Item]:
        """Return all items, decided ones included."""
        return self._items.values()

    def brands(self) -> set[str]:
        """Return the brands that items are about."""
        return {item.brand for item in self._items.values()}

    def apply(self, record: AnyRecord) -> str:
        """Apply a record; return why it changed nothing, or ""."""
        applied = apply(self._items.get(record.item), record)
        if applied.item is not None:
            self._items[record.item] = applied.item
        return applied.refusal

    def forget_before(self, instant: int) -> None:
        """Forget items that were decided or withdrawn before an instant: their records are about to go, too."""
        over = [
            item.id
            for item in self._items.values()
            if item.state in ("decided", "withdrawn") and max(item.decided_at, item.created_at) < instant
        ]
        for name in over:
            del self._items[name]

    def waiting(self, now: int, wanted: Filter = Filter()) -> list[Item]:  # noqa: B008  a constant
        """Return what is to be decided, overdue items first, then the most severe, then the oldest."""
        found = [item for item in self._items.values() if item.state in WAITING and wanted.lets_through(item)]
        return sorted(
            found, key=lambda item: (item.due_at > now, -SEVERITIES.index(item.severity), item.created_at, item.id)
        )

    def next_for(self, moderator: str, now: int, wanted: Filter = Filter()) -> Item | None:  # noqa: B008  a constant
        """Return the next item for a person: nobody else has it, and it was not skipped while others are left."""
        free = [
            item
            for item in self.waiting(now, wanted)
            if item.state != "appealed" and item.holder(now) in ("", moderator) and item.escalated_by != moderator
        ]
        fresh = [item for item in free if moderator not in item.skipped_by]
        return next(iter([*fresh, *free]), None)

    def counts(self, now: int, wanted: Filter = Filter()) -> Counter[str]:  # noqa: B008  a constant
        """Return how many items wait: by severity, and how many of them are `overdue` or `claimed`."""
        found: Counter[str] = Counter()
        for item in self.waiting(now, wanted):
            found[item.severity] += 1
            found["overdue"] += item.due_at <= now
            found["claimed"] += bool(item.holder(now))
        return found

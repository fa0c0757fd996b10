"""What was seen: the items that a source brought lately, so that each is told once, and an edit is told as one.

Of those that were sent it is known about which brands, so that a deletion, or an edit that names a brand no longer,
reaches them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sources.item import DELETED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sources.item import Item

CAPACITY: Final = 2_000
"""Items of a source that are remembered, the latest: feeds and APIs show a few hundred at a time."""


class SeenItems:
    """Ids with the digest of what they said, oldest first; bounded."""

    def __init__(
        self,
        known: Iterable[tuple[str, int]] = (),
        capacity: int = CAPACITY,
        about: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._capacity = capacity
        self._revisions: dict[str, int] = dict(known)
        self._about = {name: list(brands) for name, brands in (about or {}).items() if name in self._revisions}

    def fresh(self, items: Iterable[Item], *, fold_copies: bool = False) -> list[tuple[Item, bool]]:
        """Return the items that are new or say something new, each with whether it is an edit; remembers nothing.

        Args:
            items: what a source brought, in any order, some of them twice.
            fold_copies: whether the same text under another id is the same item, as in feeds whose ids change.
        """
        found: list[tuple[Item, bool]] = []
        texts = set(self._revisions.values()) if fold_copies else set()
        for item in {item.id: item for item in items}.values():  # the last word of each
            known = self._revisions.get(item.id)
            if known in (item.revision, DELETED) or (known is None and (item.deleted or item.revision in texts)):
                continue
            found.append((item, known is not None))
            if fold_copies:
                texts.add(item.revision)
        return found

    def remember(self, items: Sequence[Item]) -> None:
        """Remember all that a source shows now; the oldest of the others are forgotten."""
        for item in items:
            known = self._revisions.pop(item.id, None)
            self._revisions[item.id] = DELETED if known == DELETED else item.revision
        kept = max(self._capacity, len(items))
        for name in list(self._revisions)[: max(0, len(self._revisions) - kept)]:
            del self._revisions[name]
            self._about.pop(name, None)

    def note(self, item: Item, brands: Sequence[str]) -> None:
        """Remember about which brands an item was sent."""
        self.remember([item])
        self._about[item.id] = list(brands)

    def brands_of(self, item: Item) -> list[str]:
        """Return about which brands an item was sent."""
        return self._about.get(item.id, [])

    def about(self) -> dict[str, list[str]]:
        """Return about which brands the items were sent, by id."""
        return {name: list(brands) for name, brands in self._about.items() if brands}

    def entries(self) -> list[tuple[str, int]]:
        """Return what is remembered, oldest first."""
        return list(self._revisions.items())

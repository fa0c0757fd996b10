"""Which items get a card now, and how many wait without one: at most so many an hour for each brand. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from moderation.model import CARD_MS
from moderation.queue import Filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.model import Item
    from moderation.queue import Queue

HOUR: Final = 3_600_000
KEPT_FOR_HIGH: Final = 5
"""One in so many cards of an hour is kept for items of high severity."""


class Backlog(NamedTuple):
    """The items of a brand that get a card now, and those that wait without one."""

    due: Sequence[Item]
    held_back: Sequence[Item]


def plan(queue: Queue, brand: str, per_hour: int, now: int) -> Backlog:
    """Return what to post for a brand at an instant (ms): the most urgent items, as many as the hour has room for.

    An item that somebody has claimed already, on a page or in a terminal, needs no card.
    """
    wanted = Filter(brands=(brand,))
    recent = sum(item.card is not None and item.card.at > now - HOUR for item in queue.items() if item.brand == brand)
    room, kept = per_hour - recent, per_hour // KEPT_FOR_HIGH
    due: list[Item] = []
    held_back: list[Item] = []
    for item in queue.waiting(now, wanted):
        if not _needs_card(item, now):
            continue
        spare = 0 if item.severity == "high" else kept
        (due if room - len(due) > spare else held_back).append(item)
    return Backlog(due, held_back)


def _needs_card(item: Item, now: int) -> bool:
    if item.state not in ("open", "escalated") or item.holder(now):
        return False
    return item.card is None or (not item.card.ts and item.card.at + CARD_MS <= now)

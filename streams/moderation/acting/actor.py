"""Actor: something that carries decisions out elsewhere, and when an item's decision is due for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from moderation.model import ACT_MS

if TYPE_CHECKING:
    from moderation.model import Item

GRACE: Final = 60_000
"""How long after a decision it is carried out [ms]: until then, to undo it costs nothing."""

GIVEN_UP: Final = 24 * 3_600_000
"""How long after a decision it is tried [ms]."""


class Actor(Protocol):
    """Carries decisions out; doing it twice is as doing it once."""

    @property
    def name(self) -> str:
        """Return what the history calls it."""
        ...

    def takes(self, item: Item) -> bool:
        """Return whether the decision on an item is one that it can carry out."""
        ...

    async def act(self, item: Item) -> str:
        """Carry the decision out; return what was done, where that needs words.

        Raises:
            DeliveryError: it was not done, or may not have been.
        """
        ...


def is_due(item: Item, actor: Actor, now: int) -> bool:
    """Return whether an actor is to carry out the decision on an item at an instant (ms).

    A decision that was appealed waits for the ruling, and one that was overturned is left to people.
    """
    if item.state != "decided" or item.ruling == "overturned" or not actor.takes(item):
        return False
    if not item.decided_at + GRACE <= now < item.decided_at + GIVEN_UP:
        return False
    known = next((act for act in item.acts if act.target == actor.name and act.decided_at == item.decided_at), None)
    return known is None or (known.result == "started" and now >= known.at + ACT_MS)

"""Record factory: the record behind each action of a person, from a page or a terminal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moderation.model import (
    CLAIM_MS,
    OUTCOMES,
    Appealed,
    Claimed,
    Decided,
    Escalated,
    Released,
    Ruled,
    Skipped,
    Undone,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.model import AnyRecord

    Build = Callable[[str, str, int, str, str], AnyRecord]

_ACTIONS: Final[dict[str, Build]] = {
    "claim": lambda key, item, at, by, _: Claimed(id=key, item=item, at=at, by=by, until=at + CLAIM_MS),
    "release": lambda key, item, at, by, _: Released(id=key, item=item, at=at, by=by),
    "skip": lambda key, item, at, by, _: Skipped(id=key, item=item, at=at, by=by),
    "escalate": lambda key, item, at, by, note: Escalated(id=key, item=item, at=at, by=by, note=note),
    "undo": lambda key, item, at, by, _: Undone(id=key, item=item, at=at, by=by),
    "appeal": lambda key, item, at, by, note: Appealed(id=key, item=item, at=at, by=by, note=note),
    "uphold": lambda key, item, at, by, note: Ruled(id=key, item=item, at=at, by=by, upheld=True, note=note),
    "overturn": lambda key, item, at, by, note: Ruled(id=key, item=item, at=at, by=by, upheld=False, note=note),
}


def build_record(action: str, key: str, item: str, by: str, at: int, note: str = "") -> AnyRecord:
    """Return the record of an action, or of a decision by its outcome.

    Args:
        action: such as `claim`, or an outcome.
        key: the record's id.
        item: the id of the item.
        by: the person.
        at: when [ms].
        note: why; actions without a note leave it out.

    Raises:
        KeyError: there is no such action.
    """
    outcome = next((known for known in OUTCOMES if known == action), None)
    if outcome is not None:
        return Decided(id=key, item=item, at=at, by=by, outcome=outcome, note=note)
    return _ACTIONS[action](key, item, at, by, note)

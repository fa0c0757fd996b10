"""Actions of the moderation pages: the record behind each button."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from alerts.rendering.escaping import clean, clip
from moderation.model import (
    CLAIM_MS,
    MAX_NOTE,
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

    Make = Callable[[str, str, int, str, str], AnyRecord]

_BUTTONS: Final[dict[str, Make]] = {
    "claim": lambda key, item, at, by, _: Claimed(id=key, item=item, at=at, by=by, until=at + CLAIM_MS),
    "release": lambda key, item, at, by, _: Released(id=key, item=item, at=at, by=by),
    "skip": lambda key, item, at, by, _: Skipped(id=key, item=item, at=at, by=by),
    "escalate": lambda key, item, at, by, note: Escalated(id=key, item=item, at=at, by=by, note=note),
    "undo": lambda key, item, at, by, _: Undone(id=key, item=item, at=at, by=by),
    "appeal": lambda key, item, at, by, note: Appealed(id=key, item=item, at=at, by=by, note=note),
    "uphold": lambda key, item, at, by, note: Ruled(id=key, item=item, at=at, by=by, upheld=True, note=note),
    "overturn": lambda key, item, at, by, note: Ruled(id=key, item=item, at=at, by=by, upheld=False, note=note),
}


def record_for(button: str, item: str, user: str, at: int, text: str = "") -> AnyRecord | None:
    """Return the record of a button at an instant [ms]; None for one that no page offers."""
    key, note = f"web:{secrets.token_hex(12)}", clip(clean(text), MAX_NOTE)
    outcome = next((known for known in OUTCOMES if known == button), None)
    if outcome is not None:
        return Decided(id=key, item=item, at=at, by=user, outcome=outcome, note=note)
    make = _BUTTONS.get(button)
    return None if make is None else make(key, item, at, user, note)

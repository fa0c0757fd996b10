"""Brand activity: what was counted of each brand lately, what is in breach, and whether it is still learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detectors.engine.engine import minute_counts
from detectors.policy import Policy
from detectors.stats.baseline import learn_mentions
from detectors.stats.history import HistoryTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.brands.model import Brand
    from detectors.engine.state import State

HOUR: Final = 60
MINUTE_MS: Final = 60_000


class BrandActivity(NamedTuple):
    """A brand as its worker last stored it; without a state it has had no mention yet. Instants in ms."""

    brand: str
    state: State | None
    read_up_to: int | None
    last_hour: int
    last_hour_negative: int
    history: int  # minutes that its baseline has learned from
    warm_up: int  # minutes that it needs to be compared with its baseline

    @property
    def learning(self) -> bool:
        """Return whether it is not compared with its baseline yet: static thresholds and the cold start rule hold."""
        return self.history < self.warm_up


def read_activity(states: Mapping[str, State], brands: Mapping[str, Brand]) -> Iterator[BrandActivity]:
    """Yield every brand that is configured or has had a mention, by name."""
    for name in sorted({*states, *brands}):
        policy = brands[name].detect if name in brands else Policy()
        yield _activity(name, states.get(name), policy)


def _activity(name: str, state: State | None, policy: Policy) -> BrandActivity:
    warm_up = int(policy.learning.warm_up.total_seconds() / 60)
    if state is None or state.last_closed_minute is None:
        return BrandActivity(name, state, None, 0, 0, 0, warm_up)
    minute = state.last_closed_minute
    hour = minute // HOUR
    usual = learn_mentions(state.hours, hour, policy.learning, HistoryTable(state.hours, hour))
    recent = [row for row in minute_counts(state) if row[0] >= (minute + 1 - HOUR) * MINUTE_MS]
    last_hour, negative = sum(row[1] for row in recent), sum(row[2] for row in recent)
    return BrandActivity(name, state, (minute + 1) * MINUTE_MS, last_hour, negative, usual.history, warm_up)


def minute_rows(activity: BrandActivity) -> list[dict[str, Any]]:
    """Return the counts of each recent minute; its instant in ms."""
    names = ("minute", "mentions", "negative", "positive", "unknown")
    rows = [] if activity.state is None else minute_counts(activity.state)
    return [dict(zip(names, row, strict=True)) for row in rows]

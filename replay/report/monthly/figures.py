"""Figures of a month: incidents, times to acknowledge and to resolve, verdicts, mentions and their sentiment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from alerts.incidents.model import Incident, Verdict
    from detectors.model.signal import Severity
    from mentions.model.batches import Batch


class Month(NamedTuple):
    """A calendar month in a time zone; instants in ms."""

    year: int
    number: int
    since: int
    until: int

    def __str__(self) -> str:
        """Return `2026-10`."""
        return f"{self.year}-{self.number:02}"


class MonthFigures(NamedTuple):
    """What happened in one month. Incidents count in the month in which they opened."""

    month: Month
    incidents: tuple[Incident, ...]  # crises, the earliest first
    operational: int  # incidents about missing data or a source that stopped
    mentions: int | None  # None: not known
    negative: int

    def count(self, severity: Severity) -> int:
        """Return how many incidents became this severe."""
        return sum(one.severity == severity for one in self.incidents)

    def judged(self, verdict: Verdict | None) -> int:
        """Return how many incidents have this verdict; None: no verdict."""
        return sum(one.verdict == verdict for one in self.incidents)

    @property
    def paged(self) -> int:
        """Return how many incidents paged somebody."""
        return sum(one.paged_at is not None for one in self.incidents)

    @property
    def to_acknowledge(self) -> int | None:
        """Return the median time (ms) to the first acknowledgement of those that were acknowledged."""
        return _median(time_to_acknowledge(one) for one in self.incidents)

    @property
    def to_resolve(self) -> int | None:
        """Return the median time (ms) to the end of those that are resolved."""
        return _median(time_to_resolve(one) for one in self.incidents)

    @property
    def unacknowledged(self) -> int:
        """Return how many incidents paged, and nobody acknowledged them."""
        return sum(one.paged_at is not None and time_to_acknowledge(one) is None for one in self.incidents)

    @property
    def negative_share(self) -> float | None:
        """Return the share of negative mentions; None where there were none, or nothing is known."""
        return self.negative / self.mentions if self.mentions else None


def months_until(text: str, zone: str, before: int) -> list[Month]:
    """Return a month and so many before it, the earliest first.

    >>> [str(one) for one in months_until("2026-02", "Europe/Paris", 2)]
    ['2025-12', '2026-01', '2026-02']

    Raises:
        ValueError: `text` is no month such as 2026-10.
    """
    try:
        last = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{text} is no month such as 2026-10") from None
    index = 12 * last.year + last.month - 1
    return [_month(one, zone) for one in range(index - before, index + 1)]


def compute_months(
    months: Iterable[Month], incidents: Collection[Incident], mentions: MentionCounts | None
) -> list[MonthFigures]:
    """Return the figures of each month."""
    found = []
    for month in months:
        opened = [one for one in incidents if month.since <= _first_opened(one) < month.until]
        crises = tuple(sorted((one for one in opened if not one.kind), key=lambda one: (one.opened_at, one.id)))
        counts = (None, 0) if mentions is None else mentions.of(month)
        found.append(MonthFigures(month, crises, len(opened) - len(crises), *counts))
    return found


class MentionCounts:
    """Mentions of some brands by calendar month."""

    def __init__(self, brands: Collection[str], months: Collection[Month]) -> None:
        self._brands = brands
        self._months = months
        self._mentions: Counter[Month] = Counter()
        self._negative: Counter[Month] = Counter()

    def add(self, batch: Batch) -> None:
        """Count a batch's mentions in the months of their publication."""
        if batch.brand not in self._brands:
            return
        for month in self._months:
            inside = [
                label
                for at, label in zip(batch.published, batch.labels, strict=True)
                if month.since <= at < month.until
            ]
            self._mentions[month] += len(inside)
            self._negative[month] += inside.count(NEGATIVE)

    def of(self, month: Month) -> tuple[int | None, int]:
        """Return mentions and negative mentions; None where nothing was heard: most likely it was not recorded."""
        return self._mentions[month] or None, self._negative[month]


def time_to_acknowledge(incident: Incident) -> int | None:
    """Return the time (ms) from the opening to the first acknowledgement; None: nobody acknowledged it."""
    return _time_to(incident, "acknowledged", incident.acknowledged_at)


def time_to_resolve(incident: Incident) -> int | None:
    """Return the time (ms) from the opening to the latest end; None: it is open."""
    return None if incident.resolved_at is None else incident.resolved_at - _first_opened(incident)


def _time_to(incident: Incident, reason: str, last: int | None) -> int | None:
    found = [entry.at for entry in incident.history if entry.reason == reason] + ([] if last is None else [last])
    return max(0, min(found) - _first_opened(incident)) if found else None


def _first_opened(incident: Incident) -> int:
    """Return when an incident opened for the first time: `opened_at` is of its latest relapse."""
    return min((entry.at for entry in incident.history if entry.reason == "opened"), default=incident.opened_at)


def _month(index: int, zone: str) -> Month:
    year, number = divmod(index, 12)
    start, end = (
        datetime(each // 12, each % 12 + 1, 1, tzinfo=ZoneInfo(zone)).timestamp() for each in (index, index + 1)
    )
    return Month(year, number + 1, int(start * 1000), int(end * 1000))


def _median(values: Iterator[int | None]) -> int | None:
    known = [one for one in values if one is not None]
    return round(median(known)) if known else None

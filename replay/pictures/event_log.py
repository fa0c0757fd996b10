"""Event log: mentions a minute and notifications of each brand, gathered to be drawn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mentions.model.batches import NEGATIVE

if TYPE_CHECKING:
    from alerts.incidents.model import Incident, Notification
    from mentions.model.batches import Batch

MINUTE: Final = 60_000


@dataclass
class MinuteCounts:
    """How many mentions of a brand fall into one minute."""

    mentions: int = 0
    negative: int = 0


@dataclass
class EventLog:
    """Counts and notifications of each brand, from instant `since` [ms] on.

    It counts what it is given: a caller that gives it records twice sees them twice.
    """

    since: int
    minutes: dict[str, dict[int, MinuteCounts]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(MinuteCounts))
    )
    notifications: list[Notification] = field(default_factory=list)
    mentions: int = 0

    def count(self, batch: Batch) -> None:
        """Count the mentions of a batch in the minutes of their publication."""
        course = self.minutes[batch.brand]
        for published, label in zip(batch.published, batch.labels, strict=True):
            if published >= self.since:
                minute = course[published - published % MINUTE]
                minute.mentions += 1
                minute.negative += label == NEGATIVE
                self.mentions += 1

    def add(self, notification: Notification) -> None:
        """Keep a notification."""
        self.notifications.append(notification)

    def span(self) -> tuple[int, int]:
        """Return the first and the last minute [ms] in which anything was published; `since` twice when nothing was."""
        seen = [minute for course in self.minutes.values() for minute in course]
        return (min(seen), max(seen)) if seen else (self.since, self.since)

    def series(self, brand: str) -> list[MinuteCounts]:
        """Return the brand's minutes over the whole span, silent ones included."""
        first, last = self.span()
        course = self.minutes.get(brand, {})
        return [course.get(minute, MinuteCounts()) for minute in range(first, last + MINUTE, MINUTE)]

    def incidents(self) -> list[Incident]:
        """Return each incident as last notified, in the order of their first notifications."""
        return list({notification.incident.id: notification.incident for notification in self.notifications}.values())

    def about(self, incident: str) -> list[Notification]:
        """Return the notifications of one incident, in the order of their revisions."""
        return sorted(
            (note for note in self.notifications if note.incident.id == incident), key=lambda note: note.revision
        )

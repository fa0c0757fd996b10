"""Replay of a file of mentions: yields events in the order of event time."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from alerts.rendering.event_log import to_event
from replay.player.chunking import CHUNK_SIZE, chunks, end_marker, line_count, read_records
from streams.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alerts.incidents.model import Incident, Notification
    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from replay.player.policy_set import PolicySet
    from streams.stages.score import MentionsRecord

EVENT_DELAY = 3_600_000
"""How far (ms) event time must be past an event before it is yielded: nothing earlier can follow."""


@dataclass
class FileReplay:
    """A replay under way. Each mention arrives when it was published, as by `tocsin ingest --as-of published`."""

    policies: PolicySet
    scorer: Scorer
    chunk_size: int = CHUNK_SIZE  # mentions between two steps of event time
    mentions: int = 0
    rejected_lines: list[RejectedLine] = field(default_factory=list)
    unmatched: int = 0
    latest: int = 0  # event time, ms
    notifications: list[Notification] = field(default_factory=list)
    _last_incident: dict[str, Incident] = field(default_factory=dict)
    _last_time: dict[str, int] = field(default_factory=dict)
    _queued: list[tuple[int, str, int, dict[str, Any]]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        """Build the pipeline."""
        self.pipeline = Pipeline(self.policies)

    def run(self, lines: Iterable[Line | RejectedLine]) -> Iterator[dict[str, Any]]:
        """Yield the events of incidents (`alerts.rendering.event_log`) in the order of event time."""
        for portion in chunks(read_records(lines, self.rejected_lines), self.chunk_size):
            yield from self._feed(portion)
        if self.latest:
            self._queue_events(self.pipeline.feed([end_marker(self.latest)], self.policies.watchlist, self.scorer)[1])
        yield from self._release(None)

    def _feed(self, portion: Sequence[MentionsRecord]) -> Iterator[dict[str, Any]]:
        scored, notifications = self.pipeline.feed(portion, self.policies.watchlist, self.scorer)
        self.mentions += sum(map(line_count, portion)) - len(scored.rejections)
        self.unmatched += scored.unmatched
        self.latest = max([self.latest, *(record.arrived for record in portion)])
        self._queue_events(notifications)
        yield from self._release(self.latest - EVENT_DELAY)

    def _queue_events(self, notifications: Iterable[Notification]) -> None:
        """Queue events, each brand's in its own order: a closed minute may be notified after a later mention."""
        for notification in notifications:
            self.notifications.append(notification)
            brand = notification.incident.brand
            before = self._last_incident.get(brand)
            self._last_incident[brand] = notification.incident
            self._last_time[brand] = max(notification.happened_at, self._last_time.get(brand, 0))
            self._count += 1
            heappush(self._queued, (self._last_time[brand], brand, self._count, to_event(before, notification)))

    def _release(self, until: int | None) -> Iterator[dict[str, Any]]:
        """Yield the events up to `until` (ms), all brands in the order of event time."""
        while self._queued and (until is None or self._queued[0][0] <= until):
            yield heappop(self._queued)[-1]

    @property
    def late(self) -> int:
        """Return how many mentions came later than the lateness allows: the recording is not in order."""
        return sum(state.totals.late for state in self.pipeline.states())

"""What would have fired? Recorded mentions through the live functions, in one process, as fast as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from alerts.rendering.event_log import event
from replay.player.chunking import AT_ONCE, end, lines_in, portions, records
from streams.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alerts.incidents.model import Incident, Notification
    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from replay.player.policy_set import Rules
    from streams.pipeline import Raw

HELD = 3_600_000
"""How far event time must be past before an event is told (ms): nothing that belongs before it can come any more."""


@dataclass
class Rerun:
    """A replay under way. Each mention arrives when it was published, as by `tocsin ingest --as-of published`."""

    rules: Rules
    scorer: Scorer
    at_once: int = AT_ONCE  # mentions between two steps of event time
    mentions: int = 0
    refused: list[RejectedLine] = field(default_factory=list)
    unmatched: int = 0
    latest: int = 0  # event time, ms
    _told: dict[str, Incident] = field(default_factory=dict)
    _reached: dict[str, int] = field(default_factory=dict)
    _held: list[tuple[int, str, int, dict[str, Any]]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        """Build the pipeline."""
        self.pipeline = Pipeline(self.rules, self.rules.watchlist, self.scorer)

    def run(self, lines: Iterable[Line | RejectedLine]) -> Iterator[dict[str, Any]]:
        """Return what happens to incidents, one record an event (`alerts.rendering.event_log`), in the order of event time."""
        for portion in portions(records(lines, self.refused), self.at_once):
            yield from self._feed(portion)
        if self.latest:
            self._tell(self.pipeline.feed([end(self.latest)])[1])
        yield from self._release(None)

    def _feed(self, portion: Sequence[Raw]) -> Iterator[dict[str, Any]]:
        scored, told = self.pipeline.feed(portion)
        self.mentions += sum(map(lines_in, portion)) - len(scored.rejections)
        self.unmatched += scored.unmatched
        self.latest = max([self.latest, *(record.arrived for record in portion)])
        self._tell(told)
        yield from self._release(self.latest - HELD)

    def _tell(self, told: Iterable[Notification]) -> None:
        """Take what was told, each brand's in its own order: what a closed minute says may come after a later row's."""
        for notification in told:
            brand = notification.incident.brand
            before = self._told.get(brand)
            self._told[brand] = notification.incident
            self._reached[brand] = max(notification.happened_at, self._reached.get(brand, 0))
            self._count += 1
            heappush(self._held, (self._reached[brand], brand, self._count, event(before, notification)))

    def _release(self, until: int | None) -> Iterator[dict[str, Any]]:
        """Yield what was told up to `until` (ms), the brands side by side in the order of event time."""
        while self._held and (until is None or self._held[0][0] <= until):
            yield heappop(self._held)[-1]

    @property
    def late(self) -> int:
        """Return how many mentions came later than the lateness allows: the recording is not in order."""
        return sum(state.totals.late for state in self.pipeline.watch.states.values())

"""What would have fired? Recorded mentions through the live functions, in one process, as fast as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from alerts.events import event
from sources.packing import Limits, Packed, pack
from streams.pipeline import MINUTE, SETTLED, Pipeline, Raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alerts.incident import Incident, Notification
    from mentions.scorer import Scorer
    from replay.policies import Rules
    from sources.position import Line, Refused

LIMITS = Limits(span=MINUTE)
"""As an old recording is sent to Kafka: what arrives together was published in the same minute."""

HELD = 3_600_000
"""How far event time must be past before an event is told (ms): nothing that belongs before it can come any more."""

AT_ONCE = 500
"""Mentions between two steps of event time. More is faster, and makes no difference to what is found."""


@dataclass
class Rerun:
    """A replay under way. Each mention arrives when it was published, as by `tocsin ingest --as-of published`."""

    rules: Rules
    scorer: Scorer
    mentions: int = 0
    refused: list[Refused] = field(default_factory=list)
    unmatched: int = 0
    latest: int = 0  # event time, ms
    _records: int = 0
    _told: dict[str, Incident] = field(default_factory=dict)
    _reached: dict[str, int] = field(default_factory=dict)
    _held: list[tuple[int, str, int, dict[str, Any]]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        """Build the pipeline."""
        self.pipeline = Pipeline(self.rules, self.rules.watchlist, self.scorer)

    def run(self, lines: Iterable[Line | Refused]) -> Iterator[dict[str, Any]]:
        """Return what happens to incidents, one record an event (`alerts.events`), in the order of event time."""
        waiting: list[Packed] = []
        for entry in pack(lines, LIMITS):
            if not isinstance(entry, Packed):
                self.refused.append(entry)
                continue
            waiting.append(entry)
            if sum(packed.mentions for packed in waiting) >= AT_ONCE:
                yield from self._feed(waiting)
                waiting = []
        yield from self._feed(waiting)
        if self.latest:
            self._tell(self.pipeline.feed([Raw(None, -1, 0, read_up_to=self.latest + SETTLED)])[1])
        yield from self._release(None)

    def _feed(self, packs: Sequence[Packed]) -> Iterator[dict[str, Any]]:
        records = [Raw(packed.value, self._records + place, packed.latest) for place, packed in enumerate(packs)]
        self._records += len(records)
        scored, told = self.pipeline.feed(records)
        self.mentions += sum(packed.mentions for packed in packs) - len(scored.rejections)
        self.unmatched += scored.unmatched
        self.latest = max([self.latest, *(packed.latest for packed in packs)])
        self._tell(told)
        yield from self._release(self.latest - HELD)

    def _tell(self, told: Iterable[Notification]) -> None:
        """Take what was told, each brand's in its own order: what a closed minute says may come after a later row's."""
        for notification in told:
            brand = notification.incident.brand
            before = self._told.get(brand)
            self._told[brand] = notification.incident
            self._reached[brand] = max(notification.at, self._reached.get(brand, 0))
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

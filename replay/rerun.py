"""What would have fired? Recorded mentions through the live functions, in one process, as fast as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alerts.events import event
from sources.packing import Limits, Packed, pack
from streams.ingest import SETTLED
from streams.pipeline import Pipeline, Raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alerts.incident import Incident, Notification
    from mentions.scorer import Scorer
    from replay.policies import Rules
    from sources.position import Line, Refused

LIMITS = Limits(span=60_000)
"""As an old recording is sent to Kafka: what arrives together was published within a minute."""

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
            yield from self._tell(self.pipeline.feed([Raw(None, -1, 0, read_up_to=self.latest + SETTLED)])[1])

    def _feed(self, packs: Sequence[Packed]) -> Iterator[dict[str, Any]]:
        records = [Raw(packed.value, self._records + place, packed.latest) for place, packed in enumerate(packs)]
        self._records += len(records)
        scored, told = self.pipeline.feed(records)
        self.mentions += sum(packed.mentions for packed in packs) - len(scored.rejections)
        self.unmatched += scored.unmatched
        self.latest = max([self.latest, *(packed.latest for packed in packs)])
        yield from self._tell(told)

    def _tell(self, told: Iterable[Notification]) -> Iterator[dict[str, Any]]:
        for notification in sorted(told, key=lambda note: note.at):
            before = self._told.get(notification.incident.brand)
            self._told[notification.incident.brand] = notification.incident
            yield event(before, notification)

    @property
    def late(self) -> int:
        """Return how many mentions came later than the lateness allows: the recording is not in order."""
        return sum(state.totals.late for state in self.pipeline.watch.states.values())

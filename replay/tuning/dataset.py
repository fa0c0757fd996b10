"""Dataset for tuning: mentions scored once, kept by brand, so that each setting replays them from memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.model.batches import Batch, Tick
from replay.player.chunking import chunks, read_records
from streams.recording.format import ScoredEntry, TickEntry
from streams.stages.event_time import FLUSH_MARGIN
from streams.stages.score import score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from mentions.watchlist.watchlist import Watchlist
    from streams.recording.format import Entry
    from streams.stages.score import ScoreResult

PACE: Final = 3_600_000
"""Longest step of a brand's event time (ms), with or without mentions."""


class Span(NamedTuple):
    """From a brand's first mention to its last (ms)."""

    since: int
    until: int


@dataclass
class Dataset:
    """Batches and ticks of each brand, in order. All in memory: some 300 bytes a mention."""

    records: dict[str, list[Batch | Tick]] = field(default_factory=lambda: defaultdict(list))
    spans: dict[str, Span] = field(default_factory=dict)
    mentions: int = 0
    rejected: list[RejectedLine] = field(default_factory=list)
    unmatched: int = 0
    disordered: int = 0  # records that lie before an earlier one by more than the lateness
    _ticked_at: dict[str, int] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        """Take a brand's next batch."""
        self.records[batch.brand].append(batch)
        known = self.spans.get(batch.brand, Span(batch.published[0], batch.published[0]))
        self.spans[batch.brand] = Span(min(known.since, *batch.published), max(known.until, *batch.published))
        self._ticked_at[batch.brand] = 0
        self.mentions += len(batch)

    def tick(self, tick: Tick) -> None:
        """Advance the brands that have new mentions since their last tick, or had none for an hour."""
        for brand, ticked_at in self._ticked_at.items():
            if tick.read_up_to - ticked_at >= PACE:
                self.records[brand].append(tick)
                self._ticked_at[brand] = tick.read_up_to

    def take(self, scored: ScoreResult) -> None:
        """Add the next scored record, and advance time to where it was read."""
        for batch in scored.batches:
            self.add(batch)
        if scored.read_up_to is not None:
            self.tick(Tick(0, 1, scored.read_up_to, None))

    def close(self) -> None:
        """Advance time until every minute is closed."""
        latest = max((span.until for span in self.spans.values()), default=0)
        for followed in self.records.values():
            followed.append(Tick(0, 1, latest + FLUSH_MARGIN, None))


def gather(lines: Iterable[Line | RejectedLine], watchlist: Watchlist, scorer: Scorer) -> Dataset:
    """Return the mentions of files, in order of publication, scored."""
    material, latest = Dataset(), 0
    for portion in chunks(read_records(lines, material.rejected)):
        for record in portion:
            material.disordered += record.arrived < latest - FLUSH_MARGIN
            latest = max(latest, record.arrived)
        scored = score(0, portion, watchlist, scorer)
        material.unmatched += scored.unmatched
        material.take(scored)
    material.close()
    return material


def from_recording(entries: Iterable[Entry]) -> Dataset:
    """Return the mentions of a recording that carries scores, with its own ticks: what came late stays late."""
    material = Dataset()
    homes: dict[int, set[str]] = defaultdict(set)
    for entry in entries:
        if isinstance(entry, ScoredEntry):
            homes[entry.target].add(entry.batch.brand)
            material.add(entry.batch)
        elif isinstance(entry, TickEntry):
            for brand in homes[entry.target]:
                material.records[brand].append(entry.tick)
    return material

"""Data source of a recording or a file of mentions: replayed once, actions applied as live."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from config.brands.overrides import BrandWithOverrides
from config.brands.plan import plan_brand
from config.brands.wire import encode_brand
from mentions.model.batches import Tick
from replay.player.chunking import chunks, read_records, with_end_marker
from replay.player.policy_set import PolicySet
from replay.player.recording_replay import RecordedPolicies, RecordingReplay
from replay.tuning.dataset import Dataset
from replay.tuning.dataset import from_recording as recorded
from streams.pipeline import Pipeline
from streams.recording.format import ScoredEntry
from tocsin.web.sources.data_source import expected_rate
from tocsin.web.sources.rate_counter import RateCounter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alerts.delivery.ports import MessageRef
    from alerts.delivery.undelivered import Undelivered
    from alerts.incidents.model import Action, Incident, Notification
    from alerts.incidents.silences import Silence
    from config.brands.model import Brand
    from mentions.model.batches import Batch
    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from streams.listening.health import SourceHealth
    from streams.recording.format import Entry, Header
    from streams.stages.triage import TriageShard
    from streams.stages.watch import WatchShard
    from tocsin.web.sources.rate_counter import RateSeries


@dataclass
class RecordingDataSource:
    """A recording at its end as data source."""

    configured: Mapping[str, BrandWithOverrides]
    shards: Callable[[str], tuple[WatchShard, TriageShard]]  # of a brand
    dataset: Dataset
    live: bool = False
    latest: dict[str, Incident] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)  # people and groups, by id: of the demo alone
    _tally: RateCounter = field(default_factory=RateCounter)

    def now(self) -> int:
        """Return the end of the recording."""
        return max((span.until for span in self.dataset.spans.values()), default=0)

    def brands(self) -> Mapping[str, BrandWithOverrides]:
        """Return the brands, by name."""
        return self.configured

    def incidents(self) -> Mapping[str, Incident]:
        """Return the latest state of each incident, by id."""
        return self.latest

    def sources(self) -> Sequence[SourceHealth]:
        """Return nothing: a recording does not hold what was not heard."""
        return ()

    def message_ref(self, incident: str) -> MessageRef | None:
        """Return None: a replay posts nothing."""

    def undelivered(self) -> Sequence[Undelivered]:
        """Return nothing: a replay delivers nothing."""
        return ()

    def names(self) -> Mapping[str, str]:
        """Return the names that were given: a recording knows ids only."""
        return self.named

    def silences(self, brand: str) -> Sequence[Silence]:
        """Return the active silences."""
        case = self.shards(brand)[1].cases.get(brand)
        return () if case is None else tuple(one for one in case.silences if one.ends_at > self.now())

    def rate_series(self, brand: str) -> RateSeries:
        """Return the mentions of the brand's last hours."""
        return self._tally.series(brand, self.now())

    def expected_rate(self, brand: str) -> float | None:
        """Return the expected mentions per five minutes at this hour; None with too little history."""
        state = self.shards(brand)[0].states.get(brand)
        return expected_rate(state, self.configured[brand].brand.detect.learning, self.now()) if state else None

    async def send(self, action: Action) -> None:
        """Apply an action to the replayed state."""
        self.on_notifications(self.shards(action.brand)[1].apply(action))

    async def apply(self, brand: Brand) -> None:
        """Show a brand's configuration as in force; what was replayed stays."""
        before = self.configured[brand.name]
        plan_brand({brand.name: encode_brand(before.brand)}, brand)
        self.configured = {**self.configured, brand.name: BrandWithOverrides(brand, before.overrides)}

    def read_scored(self, brand: str, since: int, until: int) -> Sequence[Batch | Tick]:
        """Return a brand's scored history."""
        found = self.dataset.records.get(brand, [])
        return [one for one in found if isinstance(one, Tick) or since <= one.published[0] < until]

    def count(self, batches: Iterable[Batch]) -> None:
        """Count scored mentions."""
        for batch in batches:
            self._tally.add(batch)

    def on_notifications(self, notifications: Iterable[Notification]) -> None:
        """Take over the incidents of notifications."""
        for note in notifications:
            self.latest[note.incident.id] = note.incident


def from_lines(
    brands: Iterable[Brand], lines: Iterable[Line | RejectedLine], scorer: Scorer, until: int | None = None
) -> RecordingDataSource:
    """Return the source at the end of sorted files of mentions, or at an instant (ms)."""
    known = {brand.name: BrandWithOverrides(brand) for brand in brands}
    rules = PolicySet.of(one.brand for one in known.values())
    pipeline, material = Pipeline(rules), Dataset()
    source = RecordingDataSource(known, pipeline.shards, material)
    read = takewhile(lambda record: until is None or record.arrived < until, read_records(lines, material.rejected))
    for portion in chunks(with_end_marker(read)):
        scored, notifications = pipeline.feed(portion, rules.watchlist, scorer)
        source.on_notifications(notifications)
        source.count(scored.batches)
        material.take(scored)
    material.close()
    return source


def from_recording(header: Header, entries: Iterable[Entry], until: int | None = None) -> RecordingDataSource:
    """Return the source at the end of a scored recording, or at an instant (ms), with its own configuration."""
    entries = [entry for entry in entries if until is None or entry.at < until]
    directory = RecordedPolicies(header)
    stage = RecordingReplay(directory)
    notifications = list(stage.run(entries))
    known = {name: directory.with_overrides(name) for name in header.brands}
    source = RecordingDataSource(known, stage.pipeline.shards, recorded(entries))
    source.on_notifications(notifications)
    source.count(entry.batch for entry in entries if isinstance(entry, ScoredEntry))
    return source

"""The composition of the stages: score → watch → triage, with the route of groups, and of verdicts back to watch.

The stages are pure: each takes the next record of its topic and returns what follows from it. Live, an agent feeds each
stage from Kafka, stores what changed, and sends what follows to the next topic (`streams.agents`). In a replay,
`Pipeline` feeds each stage from the one before it. Both use the same stages and the same routes, so what fires in a
replay is what would have fired live.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from alerts.incidents.model import Action
from mentions.model.batches import Tick
from streams.stages.group_routing import PartitionTriage
from streams.stages.score import score
from streams.stages.verdicts import verdicts_of
from streams.stages.watch import WatchShard, merge_by_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.incidents.model import Notification
    from detectors.engine.state import State
    from detectors.model.correction import Correction
    from detectors.model.signal import Signal, Watermark
    from mentions.model.batches import Batch
    from mentions.scorer_port import Scorer
    from mentions.watchlist.watchlist import Watchlist
    from streams.stages.policies import Policies
    from streams.stages.score import MentionsRecord, ScoreResult
    from streams.stages.triage import TriageShard


class Pipeline:
    """All stages and all partitions in one process, without a broker; every group has its incidents in one place."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._watch: defaultdict[int, WatchShard] = defaultdict(lambda: WatchShard(policies))
        self._triage: defaultdict[int, PartitionTriage] = defaultdict(lambda: PartitionTriage(policies))
        self._groups = PartitionTriage(policies)

    def feed(
        self, records: Iterable[MentionsRecord], watchlist: Watchlist, scorer: Scorer
    ) -> tuple[ScoreResult, list[Notification]]:
        """Score records of partition 0, watch their brands, and let event time advance to where the records end."""
        scored = score(0, records, watchlist, scorer)
        found = [one for batch in scored.batches for one in self._watch[0].apply(batch)]
        if scored.read_up_to is not None:
            found += self._watch[0].apply(Tick(0, 1, scored.read_up_to, None))
        return scored, self._route(0, merge_by_time(found, self._policies))

    def apply(self, partition: int, record: Batch | Tick | Action) -> list[Notification]:
        """Return the notifications after the next scored record or action of a partition."""
        if isinstance(record, Action):
            return self._route(partition, [record])
        return self._route(partition, self._watch[partition].apply(record))

    def _route(self, partition: int, records: Iterable[Signal | Watermark | Action | Correction]) -> list[Notification]:
        """Apply records where they are triaged: in the brand's partition, or where the groups are."""
        notifications: list[Notification] = []
        for record in records:
            local, forwarded = self._triage[partition].apply(partition, record)
            notifications += local
            notifications += [one for each in forwarded for one in self._groups.receive(each)]
        for verdict in (verdict for notification in notifications for verdict in verdicts_of(notification)):
            self._watch[self._partition(verdict.brand)].apply(verdict)
        return notifications

    def forget(self, brand: str) -> None:
        """Drop the state of a brand that is no longer watched."""
        for shard in self._watch.values():
            shard.states.pop(brand, None)

    def states(self) -> Iterator[State]:
        """Yield the detection state of each brand."""
        for shard in self._watch.values():
            yield from shard.states.values()

    def shards(self, brand: str) -> tuple[WatchShard, TriageShard]:
        """Return the shards that watch and triage a brand."""
        partition = self._partition(brand)
        grouped, _ = self._policies.group_members(brand)
        triage = self._groups.groups if grouped else self._triage[partition].brands
        return self._watch[partition], triage

    def _partition(self, brand: str) -> int:
        """Return the partition in which a brand is watched; 0 where it is not."""
        return next((number for number, shard in self._watch.items() if brand in shard.states), 0)

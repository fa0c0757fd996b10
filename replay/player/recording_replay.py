"""Replay of a recording: its entries through the pipeline, in the order of the live run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec
from msgspec.structs import replace

from config.brands.wire import decode_with_overrides
from mentions.batch_builder import BatchBuilder
from mentions.scoring import score_record
from mentions.watchlist.watchlist import Watchlist
from replay.player.policy_set import PolicySet
from replay.player.result import ReplayResult
from streams.pipeline import Pipeline
from streams.recording.format import ActionEntry, ConfigEntry, MentionsEntry, ScoredEntry
from streams.stages.policies import Policies
from streams.views.brands import BrandRegistry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.incidents.model import Notification
    from config.brands.model import Brand
    from mentions.model.batches import Batch, Change
    from mentions.scorer_port import Scorer
    from streams.recording.format import Entry, Header


MISSING_LINE: Final = "{}"
"""Stands for a line that was no longer available: no mention, but it keeps the places of the others."""


class PolicySource(Policies, Protocol):
    """Rules that the recording's own configuration may change on the way."""

    @property
    def watchlist(self) -> Watchlist:
        """Return who is watched now."""

    def brand(self, name: str) -> Brand:
        """Return a brand as configured now."""

    def watches(self, name: str) -> bool:
        """Tell whether the brand is watched."""

    def apply(self, entry: ConfigEntry) -> None:
        """Hear of a configuration that the recording holds."""


class FixedPolicies(PolicySet):
    """The policies of one configuration; those in the recording are ignored."""

    def watches(self, name: str) -> bool:
        """Tell whether the brand is watched."""
        return not self._brands or name in self._brands

    def apply(self, entry: ConfigEntry) -> None:
        """Take no notice."""


class RecordedPolicies(BrandRegistry):
    """The configurations that were in force, each from the instant on at which the live run knew it."""

    def __init__(self, header: Header) -> None:
        super().__init__()
        self._built_in = header.defaults
        self.refresh()

    def refresh(self) -> None:
        """Rebuild the watchlist, brands with the built-in thresholds included."""
        super().refresh()
        if self._built_in and not self._revisions:
            self.watchlist = Watchlist.accepting_any()

    def watches(self, name: str) -> bool:
        """Tell whether the brand is watched."""
        return name in self._built_in or super().watches(name)

    def apply(self, entry: ConfigEntry) -> None:
        """Know the configuration from here on."""
        if entry.brand is None:
            self.remove(entry.name)
        else:
            self.put(decode_with_overrides(msgspec.json.encode(entry.brand)), entry.revision)
        self.refresh()


class RecordingReplay:
    """A replay under way: each partition has its own shards, as live."""

    def __init__(
        self, policies: PolicySource, scorer: Scorer | None = None, result: ReplayResult | None = None
    ) -> None:
        self.result = ReplayResult() if result is None else result
        self.pipeline = Pipeline(policies)
        self._policies = policies
        self._scorer = scorer

    def run(self, entries: Iterable[Entry]) -> Iterator[Notification]:
        """Yield the notifications, in the order of the live run.

        Raises:
            ValueError: there are mentions to score, and there is no scorer.
        """
        for entry in entries:
            for notification in self._apply(entry):
                self.result.notifications.append(notification)
                yield notification
        self.result.close(self.pipeline.states())

    def _apply(self, entry: Entry) -> list[Notification]:
        if isinstance(entry, ConfigEntry):
            self._policies.apply(entry)
            if not self._policies.watches(entry.name):
                self.pipeline.forget(entry.name)
            return []
        if isinstance(entry, ActionEntry):
            known = self._policies.watches(entry.action.brand)
            return self.pipeline.apply(entry.target, entry.action) if known else []
        records = self._batches(entry) if isinstance(entry, ScoredEntry | MentionsEntry) else [entry.tick]
        return [one for record in records for one in self.pipeline.apply(entry.target, record)]

    def _batches(self, entry: ScoredEntry | MentionsEntry) -> list[Batch]:
        batches = [entry.batch] if isinstance(entry, ScoredEntry) else self._score(entry)
        batches = [batch for batch in batches if self._policies.watches(batch.brand)]
        for batch in batches:
            self.result.count(batch)
        return batches

    def _score(self, entry: MentionsEntry) -> list[Batch]:
        """Score the lines as one record, then give each row its place in the live run back."""
        if self._scorer is None:
            raise ValueError("these mentions carry no scores: give a scorer, or a recording made with --scores")
        if not self._policies.watches(entry.brand):
            return []
        value = "\n".join(line or MISSING_LINE for line in entry.lines).encode()
        scored = score_record(value, max(entry.arrived), entry.partition, 0, self._policies.watchlist, self._scorer)
        scored.rows = {brand: rows for brand, rows in scored.rows.items() if brand == entry.brand}
        columns = BatchBuilder(entry.partition)
        columns.add(scored)
        self.result.rejected += len(scored.rejections)
        self.result.unmatched += scored.unmatched
        return [_placed(batch, entry) for batch in columns.drain()]


def _placed(batch: Batch, entry: MentionsEntry) -> Batch:
    places = batch.indexes
    kept = [entry.scores.get(place) for place in places]
    return replace(
        batch,
        policy=entry.policy,
        offsets=[entry.offsets[place] for place in places],
        indexes=[entry.indexes[place] for place in places],
        arrived=[entry.arrived[place] for place in places],
        compounds=[one.compound if one else own for one, own in zip(kept, batch.compounds, strict=True)],
        labels=[one.label if one else own for one, own in zip(kept, batch.labels, strict=True)],
        abuses=[one.abuse if one else own for one, own in zip(kept, batch.abuses, strict=True)],
        text_hashes=[one.text_hash if one else own for one, own in zip(kept, batch.text_hashes, strict=True)],
        changes=[_placed_change(change, entry) for change in batch.changes],
    )


def _placed_change(change: Change, entry: MentionsEntry) -> Change:
    place = change.index
    moved = replace(change, offset=entry.offsets[place], index=entry.indexes[place], arrived=entry.arrived[place])
    kept = entry.scores.get(place)
    if kept is None:
        return moved
    return replace(moved, compound=kept.compound, label=kept.label, abuse=kept.abuse, text_hash=kept.text_hash)

"""The score stage: records of `mentions` in; batches, rejections and event time out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mentions.batch_builder import BatchBuilder
from mentions.scoring import SourceRecord, score_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentions.model.batches import Batch
    from mentions.model.decode import Rejection
    from mentions.scorer_port import Scorer
    from mentions.watchlist.watchlist import Watchlist


@dataclass(frozen=True)
class MentionsRecord:
    """A record of `mentions` as the score stage takes it. Instants in ms."""

    value: bytes | None
    offset: int
    arrived: int
    key: bytes | None = None
    read_up_to: int | None = None  # a marker: no earlier mention follows in this partition


@dataclass
class ScoreResult:
    """What the score stage makes of some records of one source partition."""

    batches: list[Batch] = field(default_factory=list)
    rejections: list[tuple[MentionsRecord, Rejection]] = field(default_factory=list)
    read_up_to: int | None = None  # event time reached, ms; None where nothing moves it
    accepted: int = 0  # mentions of at least one brand
    unmatched: int = 0  # of none
    own_account: int = 0  # left out: by the brand's own account
    ahead: int = 0  # the longest time, ms, that a mention was published after it arrived; it counts as just published

    def advance(self, instant: int) -> None:
        """Note that event time is read up to `instant`."""
        self.read_up_to = instant if self.read_up_to is None else max(self.read_up_to, instant)


def score(
    partition: int, records: Iterable[MentionsRecord], watchlist: Watchlist, scorer: Scorer, epoch: int = 0
) -> ScoreResult:
    """Score records of one source partition, in order; `epoch` is the identity of its topic.

    Pure; never raises on what a record holds.
    """
    result, columns, several = ScoreResult(), BatchBuilder(partition, epoch=epoch), list(records)
    for record in several:
        if record.read_up_to is not None:
            result.advance(record.read_up_to)
    full = [record for record in several if record.value or record.read_up_to is None]
    sources = [SourceRecord(record.value, record.arrived, partition, record.offset) for record in full]
    for record, scored in zip(full, score_records(sources, watchlist, scorer), strict=True):
        columns.add(scored)
        result.rejections += [(record, rejection) for rejection in scored.rejections]
        result.unmatched += scored.unmatched
        result.own_account += scored.own_account
        if scored.read_up_to:
            result.advance(min(scored.read_up_to, record.arrived))
            result.ahead = max(result.ahead, scored.read_up_to - record.arrived)
    result.accepted = len(columns)
    result.batches = columns.drain()
    return result

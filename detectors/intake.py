"""Which rows of a batch are new, and in which minute does each count?"""

from __future__ import annotations

from itertools import groupby, islice
from math import fsum
from typing import TYPE_CHECKING, Final

from detectors.buckets import KEPT_HOURS, KEPT_MINUTES, MINUTE
from detectors.rule import near
from detectors.state import LIKENESSES
from mentions import scored

if TYPE_CHECKING:
    from detectors.buckets import Counts
    from detectors.policy import Policy
    from detectors.state import State
    from mentions.scored import Batch

ABUSIVE_FROM: Final = 0.5


class Rows:
    """The admitted rows of a batch, in order, and the runs of them that count in the same minute."""

    def __init__(self, batch: Batch, keep: list[int] | range) -> None:
        self.batch = batch
        whole = len(keep) == len(batch)
        self.keep = keep
        self.published = batch.published if whole else [batch.published[i] for i in keep]
        self.labels = batch.labels if whole else [batch.labels[i] for i in keep]
        self.compounds = batch.compounds if whole else [batch.compounds[i] for i in keep]
        self.abuses = batch.abuses if whole else [batch.abuses[i] for i in keep]
        self.likenesses = batch.likenesses if whole else [batch.likenesses[i] for i in keep]
        self.runs: list[tuple[int, int, int]] = []  # first row, row after the last, minute

    def sums(self, start: int, end: int, recent: dict[int, None]) -> Counts:
        """Return the columns of a minute bucket summed over these rows; `recent` texts are brought up to date."""
        labels = self.labels[start:end]
        return (
            end - start,
            labels.count(scored.NEGATIVE),
            labels.count(scored.POSITIVE),
            labels.count(scored.UNKNOWN),
            round(10_000 * fsum(self.compounds[start:end])),
            self._amplified(start, end, recent),
            sum(1 for abuse in self.abuses[start:end] if abuse >= ABUSIVE_FROM),
        )

    def one(self, row: int) -> Counts:
        """Return the bucket columns of a single row that the ledger and the history know."""
        label = self.labels[row]
        return (1, int(label == scored.NEGATIVE), int(label == scored.POSITIVE), int(label == scored.UNKNOWN), 0, 0, 0)

    def arrived(self, row: int) -> int:
        """Return when the row arrived, in ms."""
        return self.batch.arrived[self.keep[row]]

    def _amplified(self, start: int, end: int, recent: dict[int, None]) -> int:
        texts = self.likenesses[start:end]
        if len(set(texts)) == len(texts) and recent.keys().isdisjoint(texts):
            recent.update(dict.fromkeys(texts))
            copies = 0
        else:
            copies = _count_copies(texts, recent)
        for oldest in list(islice(recent, max(0, len(recent) - LIKENESSES))):
            del recent[oldest]
        return copies


def _count_copies(texts: list[int], recent: dict[int, None]) -> int:
    copies = 0
    for text in texts:
        if text in recent:
            copies += 1
            continue
        recent[text] = None
        if len(recent) > LIKENESSES:
            del recent[next(iter(recent))]
    return copies


def admit(state: State, batch: Batch, policy: Policy) -> Rows:
    """Drop redeliveries and duplicates, place every other row in its minute, and count what became of each."""
    fresh = _after_mark(state, batch)
    rows = Rows(batch, _unseen(state, batch, fresh))
    state.totals.mentions += len(rows.labels)
    minutes = [published // MINUTE for published in rows.published]
    if minutes and state.frontier is not None and min(minutes) <= state.frontier:
        minutes = _place_late(state, rows, minutes, policy)
    place = 0
    for minute, run in groupby(minutes):
        end = place + sum(1 for _ in run)
        if minute >= 0:
            rows.runs.append((place, end, minute))
        place = end
    return rows


def _after_mark(state: State, batch: Batch) -> int:
    """Return the first row above the high-water mark of its source partition, and raise the mark."""
    mark = state.marks.get(batch.partition, (-1, -1))
    start, length = 0, len(batch)
    while start < length and (batch.offsets[start], batch.indexes[start]) <= mark:
        start += 1
    if start < length:
        state.marks[batch.partition] = (batch.offsets[-1], batch.indexes[-1])
    state.totals.redelivered += start
    return start


def _unseen(state: State, batch: Batch, fresh: int) -> list[int] | range:
    """Return the rows from `fresh` on whose id is not remembered, and remember them."""
    ids = batch.ids[fresh:] if fresh else batch.ids
    known = state.seen.known
    met = state.frontier or 0
    if len(set(ids)) == len(ids) and known.isdisjoint(ids):
        state.seen.add(ids, met)
        return range(fresh, len(batch))
    keep = []
    for row, number in enumerate(ids, fresh):
        if number not in known:
            state.seen.add([number], met)
            keep.append(row)
    state.totals.duplicates += len(ids) - len(keep)
    return keep


def _place_late(state: State, rows: Rows, minutes: list[int], policy: Policy) -> list[int]:
    """Return the minutes in which the rows count: late ones now, backfill in none (-1)."""
    frontier = state.frontier or 0
    oldest = (frontier + 1) * MINUTE - policy.backfill_after.total_seconds() * 1000
    latest = frontier + near(policy)
    placed = list(minutes)
    for row, minute in enumerate(minutes):
        if minute > frontier:
            continue
        state.totals.late += 1
        counts = rows.one(row)
        if rows.published[row] >= oldest:
            state.totals.delayed += 1
            placed[row] = min(latest, max(frontier + 1, rows.arrived(row) // MINUTE))
            state.minutes.move(minute, placed[row], counts)
        else:
            state.totals.backfill += 1
            placed[row] = -1
            _teach(state, minute, counts)
    return placed


def _teach(state: State, minute: int, counts: Counts) -> None:
    """Let a mention too old to fire add to what is usual, if it is not too old for that too."""
    frontier = state.frontier or 0
    if minute > frontier - KEPT_MINUTES:
        state.minutes.move(minute, None, counts)
    if minute // 60 > frontier // 60 - KEPT_HOURS:
        state.hours.teach(minute // 60, counts)
        state.cache.clear()

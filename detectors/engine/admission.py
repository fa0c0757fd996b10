"""Admission of a batch: drops redeliveries and duplicates, and assigns every other row to its minute."""

from __future__ import annotations

from itertools import groupby, pairwise
from math import fsum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from detectors.engine.edits.revisions import pack_figures
from detectors.windows.buckets import KEPT_MINUTES, MINUTE, Counts
from detectors.windows.mention_row import is_high_reach
from detectors.windows.near_duplicates import count_copies
from mentions.model import batches as scored
from mentions.model.batches import ABUSIVE_FROM, Batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detectors.engine.state import State
    from detectors.policy import Policy

UNKNOWN_EPOCH: Final = 0
_ROW_BYTES: Final = 120
"""Bytes of a row besides its texts."""

_COLUMNS: Final = tuple(
    field.name
    for field in msgspec.structs.fields(Batch)
    if field.name not in {"brand", "partition", "policy", "scorer", "epoch", "changes"}
)


class RowRange(NamedTuple):
    """Consecutive rows of the same minute."""

    start: int
    end: int  # after the last
    minute: int
    learn_only: bool = False  # too old to count: only enters the baseline
    detected_at: int | None = None  # of a late row: the open minute in which its closed minute is evaluated again


class RowSlice(NamedTuple):
    """Consecutive rows of a batch."""

    batch: Batch
    start: int
    end: int  # after the last

    @property
    def whole(self) -> Batch:
        """Return the rows as a batch of their own."""
        return self.batch if self.end - self.start == len(self.batch) else select(self.batch, slice(*self[1:]))


SHARED_ROWS: Final = 64
"""Buffered slices share a batch of up to this many rows; of a larger batch they are copied out."""


def slice_rows(batch: Batch, start: int, end: int) -> RowSlice:
    """Return rows to buffer, without keeping a large batch in memory."""
    rows = RowSlice(batch, start, end)
    return rows if len(batch) <= SHARED_ROWS else RowSlice(rows.whole, 0, end - start)


def select(batch: Batch, rows: Sequence[int] | slice) -> Batch:
    """Return some rows of a batch, in the order given."""
    columns = ((name, getattr(batch, name)) for name in _COLUMNS)
    if isinstance(rows, slice):
        return msgspec.structs.replace(batch, **{name: column[rows] for name, column in columns})
    return msgspec.structs.replace(batch, **{name: [column[row] for row in rows] for name, column in columns})


def merge(parts: list[RowSlice]) -> RowSlice:
    """Return rows of several batches in order of publication, equals in the order given."""
    if len(parts) == 1:
        batch, start, end = parts[0]
        if end - start == 1:
            return parts[0]
    else:
        batches = [one.whole for one in parts]
        columns = {name: [value for one in batches for value in getattr(one, name)] for name in _COLUMNS}
        batch = msgspec.structs.replace(batches[-1], **columns)
        start, end = 0, len(batch)
    published = batch.published[start:end]
    if all(before <= after for before, after in pairwise(published)):
        return RowSlice(batch, start, end)
    return RowSlice(select(batch, sorted(range(start, end), key=batch.published.__getitem__)), 0, end - start)


def size(rows: Batch, row: int) -> int:
    """Return about how many bytes a row takes where it is stored."""
    texts = (rows.excerpts[row], rows.authors[row], rows.channels[row], rows.urls[row])
    return _ROW_BYTES + sum([len(text) if text.isascii() else 4 * len(text) for text in texts])


def sizes(rows: Batch, start: int, end: int) -> int:
    """Return about how many bytes rows take where they are stored: the sum of their sizes."""
    if end - start == 1:
        return size(rows, start)
    columns = (rows.excerpts, rows.authors, rows.channels, rows.urls)
    return _ROW_BYTES * (end - start) + sum(_width(column[start:end]) for column in columns)


def _width(texts: list[str]) -> int:
    """Return how many bytes texts take at most."""
    whole = "".join(texts)
    return len(whole) if whole.isascii() else sum([len(text) if text.isascii() else 4 * len(text) for text in texts])


def count_rows(rows: Batch, start: int, end: int, recent: dict[int, None], high_reach_from: int) -> Counts:
    """Return the columns of a minute bucket summed over some rows; `recent` texts are updated in place."""
    labels = rows.labels[start:end]
    abuses = rows.abuses[start:end]
    return (
        end - start,
        labels.count(scored.NEGATIVE),
        labels.count(scored.POSITIVE),
        labels.count(scored.UNKNOWN),
        round(10_000 * fsum(rows.compounds[start:end])),
        count_copies(rows.text_hashes[start:end], recent),
        sum(1 for abuse in abuses if abuse >= ABUSIVE_FROM) if max(abuses) >= ABUSIVE_FROM else 0,
        len(high_reach_rows(rows, start, end, high_reach_from)),
    )


def high_reach_rows(rows: Batch, start: int, end: int, high_reach_from: int) -> list[int]:
    """Return which of some rows are negative and reached at least `high_reach_from` people."""
    reaches = rows.reaches[start:end]
    if max(reaches) < high_reach_from:
        return []
    labels = rows.labels
    return [row for row, reach in enumerate(reaches, start) if is_high_reach(labels[row], reach, high_reach_from)]


def row_counts(rows: Batch, row: int) -> Counts:
    """Return the bucket columns of a single row that the minute counts and the history use."""
    label = rows.labels[row]
    return (1, int(label == scored.NEGATIVE), int(label == scored.POSITIVE), int(label == scored.UNKNOWN), 0, 0, 0, 0)


def admit(state: State, batch: Batch, policy: Policy) -> tuple[Batch, list[RowRange]]:
    """Drop redeliveries and duplicates, place every other row in its minute, and count the outcomes."""
    latest = state.dedup.latest
    keep = _drop_duplicates(state, batch, _skip_redelivered(state, batch), policy)
    rows = batch if len(keep) == len(batch) else select(batch, keep)
    state.totals.mentions += len(rows)
    state.dedup.describe(pack_figures(rows, state.cache.high_reach_from, latest))
    minutes = [published // MINUTE for published in rows.published]
    if minutes and state.last_closed_minute is not None and min(minutes) <= state.last_closed_minute:
        return rows, _place_late(state, rows, minutes, policy)
    runs, start = [], 0
    for minute, run in groupby(minutes):
        end = start + sum(1 for _ in run)
        runs.append(RowRange(start, end, minute))
        start = end
    return rows, runs


def _skip_redelivered(state: State, batch: Batch) -> int:
    """Return the first row above the high-water mark of its source partition, and raise the mark.

    Marks of a topic that was deleted and created again are marks of another topic: they hold nothing back.
    """
    begin_epoch(state, batch)
    mark = state.offsets.get(batch.partition, (-1, -1))
    start, length = 0, len(batch)
    while start < length and (batch.offsets[start], batch.indexes[start]) <= mark:
        start += 1
    if start < length:
        state.offsets[batch.partition] = (batch.offsets[-1], batch.indexes[-1])
    state.totals.redelivered += start
    return start


def begin_epoch(state: State, batch: Batch) -> None:
    """Drop the mark of a source partition whose topic is another than the mark's."""
    if batch.epoch not in (UNKNOWN_EPOCH, known := state.epochs.get(batch.partition, UNKNOWN_EPOCH)):
        if known != UNKNOWN_EPOCH:
            state.offsets.pop(batch.partition, None)
        state.epochs[batch.partition] = batch.epoch


def _drop_duplicates(state: State, batch: Batch, fresh: int, policy: Policy) -> list[int] | range:
    """Return the rows from `fresh` on whose id is not remembered, and remember them.

    The horizon follows the arrival times of the rows, so the frequency of ticks makes no difference.
    """
    seen, rows = state.dedup, range(fresh, len(batch))
    keep: list[int] = []
    if seen.all_new(batch.ids[fresh:]):
        for start, end, minute in _arrivals(batch, fresh):
            seen.add(batch.ids[start:end], minute)
            seen.expire(seen.latest - policy.duplicate_horizon_minutes)
        return rows
    for start, end, minute in _arrivals(batch, fresh):
        seen.expire(max(minute, seen.latest) - policy.duplicate_horizon_minutes)
        keep += [start + place for place in seen.check(batch.ids[start:end], minute)]
    state.totals.duplicates += len(rows) - len(keep)
    return keep


def _arrivals(batch: Batch, fresh: int) -> Iterator[tuple[int, int, int]]:
    """Yield the rows from `fresh` on that arrived in the same minute: first, after the last, minute."""
    arrived = batch.arrived[fresh:] if fresh else batch.arrived
    if not arrived:
        return
    minute = arrived[0] // MINUTE
    if MINUTE * minute <= min(arrived) and max(arrived) < MINUTE * (minute + 1):
        yield fresh, len(batch), minute
        return
    start = fresh
    for minute, run in groupby(arrived, MINUTE.__rfloordiv__):
        end = start + sum(1 for _ in run)
        yield start, end, minute
        start = end


def _place_late(state: State, rows: Batch, minutes: list[int], policy: Policy) -> list[RowRange]:
    """Return runs of one row each: on time or delayed in the minute of publication, older ones for the baseline only.

    A closed minute is kept for KEPT_MINUTES, longer than any window that slides by the minute: older rows are in none.
    """
    last_closed = state.last_closed_minute or 0
    oldest = (last_closed + 1) * MINUTE - policy.backfill_after.total_seconds() * 1000
    latest = last_closed + policy.open_minutes
    runs = []
    for row, minute in enumerate(minutes):
        if minute > last_closed:
            runs.append(RowRange(row, row + 1, minute))
            continue
        state.totals.late += 1
        if rows.published[row] >= oldest and minute > last_closed - KEPT_MINUTES:
            state.totals.delayed += 1
            now = min(latest, max(last_closed + 1, rows.arrived[row] // MINUTE))
            runs.append(RowRange(row, row + 1, minute, detected_at=now))
        else:
            state.totals.backfill += 1
            state.dedup.mark_not_counted(row - len(minutes))
            runs.append(RowRange(row, row + 1, minute, learn_only=True))
    return runs

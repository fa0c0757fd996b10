"""Edits and deletions of mentions that a brand has counted.

A mention counts once, however often it is edited; an edit moves it to the label of its new text, in its own minute. A
deletion takes its text away; the counts stay. What is quoted elsewhere is corrected by the `Correction` that follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from detectors.engine import admission, topics
from detectors.engine.description.crowds import read_posts
from detectors.engine.edits.revisions import DELETED, Figures, difference
from detectors.model.correction import Correction, mention_key
from detectors.model.signal import Example
from detectors.windows.buckets import KEPT_MINUTES, MINUTE
from detectors.windows.contributor_tables import NAME_CHARS
from detectors.windows.contributors import URL_CHARS
from mentions.model.batches import NEGATIVE, Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.engine.state import State
    from detectors.policy import Policy
    from mentions.model.batches import Change

_SCORED: Final = ("compounds", "labels", "abuses", "reaches", "text_hashes", "excerpts", "urls")
"""Columns of a row that an edit replaces."""


def split(batch: Batch) -> Iterator[Batch | Change]:
    """Yield the rows and the changes of a batch in source order."""
    start = 0
    for change in batch.changes:
        if change.place > start:
            yield replace(admission.select(batch, slice(start, change.place)), changes=[])
        yield change
        start = change.place
    if start < len(batch):
        yield replace(admission.select(batch, slice(start, len(batch))), changes=[])


def apply(state: State, batch: Batch, change: Change, policy: Policy) -> tuple[Batch | None, list[Correction]]:
    """Apply an edit or a deletion; return a row to count where the mention was never seen, and the corrections.

    A mention that was published before the horizon of duplicates may have been counted and forgotten: it is not
    counted again.
    """
    admission.begin_epoch(state, batch)
    if (change.offset, change.index) <= state.offsets.get(batch.partition, (-1, -1)):
        state.totals.redelivered += 1
        return None, []
    known = change.id in state.dedup.known
    horizon = (change.arrived // MINUTE - policy.duplicate_horizon_minutes) * MINUTE
    if not known and not change.deleted and change.published >= horizon:
        state.latest_revisions.note(change.id, change.revision)
        return _row(batch, change), []
    state.offsets[batch.partition] = (change.offset, change.index)
    if not _is_news(state, change):
        state.totals.duplicates += 1
        return None, []
    state.latest_revisions.note(change.id, DELETED if change.deleted else change.revision)
    state.totals.deleted += known and change.deleted
    state.totals.edited += known and not change.deleted
    minute = state.dedup.minute_of(change.id)
    published = change.published if minute is None else minute * MINUTE
    correction = _correction(state.brand, change, published, counted=known and change.deleted)
    waits = _correct_pending(state, change)
    if known and not change.deleted:
        _count_again(state, change, policy, waits=waits)
    _correct_texts(state, change, correction)
    read_posts(state)
    state.posts.correct(change, state.cache.high_reach_from)
    return None, [correction]


def _is_news(state: State, change: Change) -> bool:
    latest = state.latest_revisions.of(change.id)
    return latest is None or (latest != DELETED and (change.deleted or change.revision > latest))


def _row(batch: Batch, change: Change) -> Batch:
    """Return an edit as the one row of a batch."""
    return Batch(
        batch.brand,
        batch.partition,
        batch.policy,
        batch.scorer,
        [change.offset],
        [change.index],
        [change.id],
        [change.published],
        [change.arrived],
        [change.compound],
        [change.label],
        [change.abuse],
        [change.channel],
        [change.author],
        [change.reach],
        [change.text_hash],
        [change.excerpt],
        [change.url],
        batch.epoch,
    )


def _correction(brand: str, change: Change, published: int, *, counted: bool) -> Correction:
    return Correction(
        brand,
        mention_key(change.id),
        change.arrived,
        published,
        change.deleted,
        counted,
        change.excerpt,
        change.compound,
        change.reach,
    )


def _count_again(state: State, change: Change, policy: Policy, *, waits: bool) -> None:
    """Move a mention to the label of its new text; its minute is evaluated again with the next open one.

    One that `waits` to be counted is in no minute yet: only how it will be counted is remembered.
    """
    after = Figures.of(change.compound, change.label, change.abuse, change.reach, state.cache.high_reach_from)
    found = state.dedup.replace(change.id, after)
    if found is None or waits:
        return
    minute, before = found
    added = difference(before, after)
    last_closed = state.last_closed_minute
    if last_closed is None or minute > last_closed:
        row = state.minutes.ahead[minute] if minute in state.minutes.ahead else state.minutes.open(minute)
        row[:] = [old + more for old, more in zip(row, added, strict=True)]
    elif minute > last_closed - KEPT_MINUTES:
        state.minutes.insert(minute, added)
        state.hours.insert(minute // 60, added)
        latest = last_closed + policy.open_minutes
        state.minutes.open(min(latest, max(last_closed + 1, change.arrived // MINUTE)))
    state.cache.clear()


def _correct_pending(state: State, change: Change) -> bool:
    """Replace the text and the scores of a mention that waits to be counted; return whether it does."""
    for minute, parts in state.pending.items():
        for place, (rows, start, end) in enumerate(parts):
            if change.id in rows.ids[start:end]:
                row = rows.ids.index(change.id, start, end)
                before = admission.size(rows, row)
                corrected = _corrected(rows, row, change)
                state.buffered_bytes += admission.size(corrected, row) - before
                state.pending[minute][place] = admission.RowSlice(corrected, start, end)
                return True
    return False


def _corrected(rows: Batch, row: int, change: Change) -> Batch:
    """Return rows of which one says what it says now; a deleted one keeps its scores."""
    if change.deleted:
        values: dict[str, object] = {"excerpts": "", "urls": ""}
    else:
        scored = (change.compound, change.label, change.abuse, change.reach)
        texts = (change.text_hash, change.excerpt, change.url)
        values = dict(zip(_SCORED, (*scored, *texts), strict=True))
    columns = {name: list(getattr(rows, name)) for name in values}
    for name, value in values.items():
        columns[name][row] = value
    return replace(rows, **columns)


def _correct_texts(state: State, change: Change, correction: Correction) -> None:
    """Replace the text among the examples and the topics."""
    example = None
    if change.label == NEGATIVE and not change.deleted:
        example = Example(
            text=change.excerpt,
            author=change.author[:NAME_CHARS],
            channel=change.channel[:NAME_CHARS],
            url=change.url[:URL_CHARS],
            reach=change.reach,
            compound=change.compound,
            published=change.published,
            key=correction.key,
        )
    state.contributors.correct(correction, example)
    topics.correct(state, correction, change.label, change.text_hash)
    state.cache.sampled = {}

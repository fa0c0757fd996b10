"""Detection engine: folds batches and watermarks of one brand into its state, and returns the signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.engine import admission, evaluation, topics
from detectors.engine.description import crowds
from detectors.engine.edits import changes
from detectors.engine.skipping.idle import next_hour_end
from detectors.engine.state import MAX_BUFFERED_BYTES, State
from detectors.windows.buckets import (
    COLUMNS,
    HIGH_REACH,
    KEPT_MINUTES,
    LEVEL_HOURS,
    MENTIONS,
    MINUTE,
    NEGATIVE,
    POSITIVE,
    Counts,
)
from detectors.windows.late_mentions import insert_late
from mentions.model import batches
from mentions.model.batches import ABUSIVE_FROM, Change

if TYPE_CHECKING:
    from detectors.model.correction import Correction
    from detectors.model.signal import Signal
    from detectors.policy import Policy
    from mentions.model.batches import Batch

_LABELS: Final = {NEGATIVE: batches.NEGATIVE, POSITIVE: batches.POSITIVE}


def initial_state(brand: str) -> State:
    """Return the state of a new brand.

    Call `advance_watermark` with the current watermark before the first batch: otherwise no row counts as late, and all
    rows are buffered until a watermark comes.
    """
    return State(brand)


def process(state: State, batch: Batch, policy: Policy) -> tuple[State, list[Signal]]:
    """Count the rows of a batch and return the signals that they raise, in the order of the rows.

    The state is changed in place and returned; keep `encode(state)` to go back. The division of rows into batches makes
    no difference. Rows more than `open_minutes` after the last closed minute are buffered until time comes near them.
    Cost: about half a microsecond a row in large batches while no threshold is near.

    Raises:
        ValueError: the batch is another brand's.
    """
    _begin(state, batch, policy)
    signals: list[Signal] = []
    rows, runs = admission.admit(state, batch, policy)
    for run in runs:
        if run.learn_only:
            _learn(state, rows, run)
        elif run.detected_at is not None:
            _count_late(state, rows, run, run.detected_at)
        elif state.last_closed_minute is None or run.minute > state.last_closed_minute + policy.open_minutes:
            _buffer(state, rows, run, policy)
        else:
            signals += _count(state, rows, run, policy)
    return state, signals


def process_changes(state: State, batch: Batch, policy: Policy) -> tuple[State, list[Signal | Correction]]:
    """Count the rows of a batch with the edits and deletions among them, as `process` does.

    Returns what the rows raise and what the changes correct, in their order.

    Raises:
        ValueError: the batch is another brand's.
    """
    _begin(state, batch, policy)
    found: list[Signal | Correction] = []
    for part in changes.split(batch):
        if isinstance(part, Change):
            rows, corrections = changes.apply(state, batch, part, policy)
            found += corrections
        else:
            rows = part
        if rows is not None:
            found += process(state, rows, policy)[1]
    return state, found


def _begin(state: State, batch: Batch, policy: Policy) -> None:
    if batch.brand != state.brand:
        raise ValueError(f"batch of brand {batch.brand!r} given to the state of {state.brand!r}: route by brand")
    state.revision = batch.policy
    evaluation.set_policy(state, policy)


def advance_watermark(state: State, watermark: int, policy: Policy) -> tuple[State, list[Signal]]:
    """Close the minutes that `watermark` has passed, and return the signals that are raised or ongoing.

    `watermark` is what `detectors.engine.watermarks.Watermarks` gives, in ms: the lateness is taken off here, since
    each brand has its own. Buffered rows are counted as their minutes come near, so that one step over hours finds
    what many small ones find. A pause of any length costs bounded work. The state is changed in place, as by `process`.
    """
    evaluation.set_policy(state, policy)
    target = watermark // MINUTE - policy.lateness_minutes - 1
    signals: list[Signal] = []
    if state.last_closed_minute is None:
        waiting = [*state.pending, *state.minutes.ahead]
        state.last_closed_minute = min([target, *(minute - policy.open_minutes - 1 for minute in waiting)])
    if target <= state.last_closed_minute:
        return state, []
    if _is_quiet(state, target, policy):
        state.last_closed_minute = target
        return state, []
    state.minutes.sort_ahead()
    while state.last_closed_minute < target:
        minute = _next_stop(state, target, policy)
        signals += evaluation.close_minute(state, minute, policy)
        signals += _release(state, minute + policy.open_minutes, policy)
    return state, signals


def minute_counts(state: State) -> list[tuple[int, int, int, int, int]]:
    """Return (minute ms, mentions, negative, positive, unknown) of the recent minutes of publication, ascending.

    Buffered rows are included; minutes more than four hours before the last closed one are not.
    """
    rows = {row[0]: row for row in state.minutes.by_publication(state.last_closed_minute)}
    for minute, held in state.pending.items():
        labels = [label for batch, start, end in held for label in batch.labels[start:end]]
        known = rows.get(minute * MINUTE, (0, 0, 0, 0, 0))
        added = [labels.count(label) for label in (batches.NEGATIVE, batches.POSITIVE, batches.UNKNOWN)]
        rows[minute * MINUTE] = (
            minute * MINUTE,
            known[1] + len(labels),
            known[2] + added[0],
            known[3] + added[1],
            known[4] + added[2],
        )
    return [rows[minute] for minute in sorted(rows)]


def _is_quiet(state: State, target: int, policy: Policy) -> bool:
    """Return whether nothing happens up to `target`: nothing goes on, comes near or closes, and no hour ends."""
    last_closed = state.last_closed_minute or 0
    return not (
        state.episodes
        or target >= (last_closed + 1) // 60 * 60 + 59
        or state.minutes.ahead
        or (state.minutes.opened and min(state.minutes.opened) <= target)
        or (state.pending and min(state.pending) <= target + policy.open_minutes)
    )


def _next_stop(state: State, target: int, policy: Policy) -> int:
    """Return the next minute to close: every one during an episode, else where rows or hours close or come near."""
    following = 1 if state.last_closed_minute is None else state.last_closed_minute + 1
    if evaluation.has_ongoing(state):
        return following
    stops = [target]
    stops += state.minutes.opened
    if state.pending:
        stops.append(max(following, min(state.pending) - policy.open_minutes))
    if state.minutes.ahead:
        stops.append(max(following, next(iter(state.minutes.ahead)) - policy.open_minutes))
    if state.sources.sources:
        stops.append(next_hour_end(state, following, min(stops), policy))
    return min(stops)


def _release(state: State, until: int, policy: Policy) -> list[Signal]:
    """Count the buffered rows of the minutes up to `until`, in order of publication."""
    signals: list[Signal] = []
    if state.minutes.open_ahead(until):
        state.cache.skipper.reset()
        signals += evaluation.evaluate_open(state, None, policy)
    if not state.pending or min(state.pending) > until:
        return signals
    for minute in sorted(minute for minute in state.pending if minute <= until):
        rows, start, end = admission.merge(state.pending.pop(minute))
        state.buffered_bytes -= admission.sizes(rows, start, end)
        signals += _count(state, rows, admission.RowRange(start, end, minute), policy)
    return signals


def _buffer(state: State, rows: Batch, run: admission.RowRange, policy: Policy) -> None:
    """Buffer rows until time comes near; rows that do not fit are counted without evaluation."""
    size = admission.sizes(rows, run.start, run.end)
    if state.buffered_bytes + size <= MAX_BUFFERED_BYTES:
        state.buffered_bytes += size
        state.pending.setdefault(run.minute, []).append(admission.slice_rows(rows, run.start, run.end))
        return
    kept = []
    for row in range(run.start, run.end):
        size = admission.size(rows, row)
        if state.buffered_bytes + size <= MAX_BUFFERED_BYTES:
            state.buffered_bytes += size
            kept.append(row)
        else:
            _add(state, rows, row, row + 1, run.minute, policy)
    if kept:
        state.pending.setdefault(run.minute, []).append(admission.RowSlice(admission.select(rows, kept), 0, len(kept)))


def _learn(state: State, rows: Batch, run: admission.RowRange) -> None:
    """Add a mention that is too old to fire to the baseline, unless it is too old for that too."""
    last_closed = state.last_closed_minute or 0
    counts = admission.row_counts(rows, run.start)
    if run.minute > last_closed - KEPT_MINUTES:
        state.minutes.move(run.minute, counts)
    if run.minute // 60 > last_closed // 60 - LEVEL_HOURS:
        state.hours.learn(run.minute // 60, counts)
        state.cache.clear()
    topics.learn_past(state, rows, run.start)


def _count_late(state: State, rows: Batch, run: admission.RowRange, detected_at: int) -> None:
    """Count a late row in its closed minute; the open minute `detected_at` is evaluated with it.

    Windows that end with that minute hold the row only while it still matters.
    """
    counts = _observe(state, rows, run.start, run.end, run.minute)
    insert_late(state.minutes, run.minute, counts, rows.arrived[run.start] // MINUTE)
    state.hours.insert(run.minute // 60, counts)
    state.minutes.open(detected_at)
    state.cache.clear()
    topics.learn_past(state, rows, run.start)


def _observe(state: State, rows: Batch, start: int, end: int, minute: int) -> Counts:
    """Note sources and contributors of rows of a minute, and return the counts to add to it."""
    counts = admission.count_rows(rows, start, end, state.recent_texts, state.cache.high_reach_from)
    state.sources.add(rows.channels[start:end], minute)
    if state.contributors.take(rows, start, end, minute, state.brand):
        state.cache.sampled = {}
    crowds.observe(state, rows, start, end, minute)
    return counts


def _add(state: State, rows: Batch, start: int, end: int, minute: int, policy: Policy) -> Counts:
    """Add rows to their minute."""
    added = _observe(state, rows, start, end, minute)
    if state.last_closed_minute is None or minute > state.last_closed_minute + policy.open_minutes:
        row = state.minutes.ahead.setdefault(minute, [0] * COLUMNS)
    else:
        row = state.minutes.open(minute)
    for column, value in enumerate(added):
        row[column] += value
    state.cache.skipper.count(added)
    return added


def _count(state: State, rows: Batch, run: admission.RowRange, policy: Policy) -> list[Signal]:
    """Count rows of one open minute, and evaluate wherever a threshold may have been reached."""
    signals: list[Signal] = []
    if run.minute not in state.minutes.opened:
        evaluation.on_new_minute(state, run.minute)
    state.contributors.begin_minute(run.minute)
    start = run.start
    while start < run.end:
        headroom = state.cache.headroom
        reach = state.cache.high_reach_from
        stop = _next_evaluation(rows, start, run.end, headroom, reach) if headroom else start + 1
        stop, news = topics.read_rows(state, rows, start, stop, run.minute)
        added = _add(state, rows, start, stop, run.minute, policy)
        if news:
            signals += topics.signals_of(state, news, rows.published[stop - 1])
        for column in headroom:
            headroom[column] -= added[column]
        if not headroom or min(headroom.values()) <= 0:
            signals += evaluation.evaluate_open(state, rows.published[stop - 1], policy)
        start = stop
    return signals


def _next_evaluation(rows: Batch, start: int, end: int, headroom: dict[int, int], high_reach_from: int) -> int:
    """Return the end of the longest run of rows before whose last one no threshold can be reached."""
    stop = min(end, start + headroom[MENTIONS])
    for column, left in headroom.items():
        if column != MENTIONS and left <= stop - start:
            stop = _row_after(rows, start, stop, column, left, high_reach_from)
    return stop


def _row_after(rows: Batch, start: int, stop: int, column: int, left: int, high_reach_from: int) -> int:
    """Return the row after the `left`-th that adds to `column`, or `stop` if there are fewer."""
    if column in _LABELS:
        label, labels = _LABELS[column], rows.labels
        if labels[start:stop].count(label) < left:
            return stop
        places = [row for row in range(start, stop) if labels[row] == label]
    elif column == HIGH_REACH:
        places = admission.high_reach_rows(rows, start, stop, high_reach_from)
    else:
        places = [row for row in range(start, stop) if rows.abuses[row] >= ABUSIVE_FROM]
    return places[left - 1] + 1 if len(places) >= left else stop

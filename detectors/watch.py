"""What follows for a brand from the next batch, and from the passing of time? The fold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors import findings, intake
from detectors.buckets import COLUMNS, KEPT_MINUTES, LEVEL_HOURS, LOUD, MENTIONS, MINUTE, NEGATIVE, POSITIVE, Counts
from detectors.state import HELD_BYTES, State
from mentions import scored

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal
    from mentions.scored import Batch

_LABELS: Final = {NEGATIVE: scored.NEGATIVE, POSITIVE: scored.POSITIVE}


def new(brand: str) -> State:
    """Return the watch of a brand never seen before.

    Bring it up to the present watermark (`advance`) before its first batch: else nothing can be told to be late, and
    its rows are held back until time is told.
    """
    return State(brand)


def step(state: State, batch: Batch, policy: Policy) -> tuple[State, list[Signal]]:
    """Count a batch and return what its rows made break, in the order of the rows.

    Linear use: the state given is changed and given back; keep `encode(state)` to go back. How rows are cut into
    batches makes no difference. Rows for minutes beyond the frontier and `near` are admitted and held back until time
    comes near them. Cost: about half a microsecond a row in large batches while no threshold is near.

    Raises:
        ValueError: the batch is another brand's.
    """
    if batch.brand != state.brand:
        raise ValueError(f"batch of brand {batch.brand!r} given to the watch of {state.brand!r}: route by brand")
    state.revision = batch.policy
    findings.follow(state, policy)
    signals: list[Signal] = []
    rows, runs = intake.admit(state, batch, policy)
    for run in runs:
        if run.taught:
            _teach(state, rows, run)
        elif run.found is not None:
            _find_late(state, rows, run, run.found, policy)
        elif state.frontier is None or run.minute > state.frontier + policy.near:
            _hold(state, rows, run, policy)
        else:
            signals += _count(state, rows, run, policy)
    return state, signals


def advance(state: State, watermark: int, policy: Policy) -> tuple[State, list[Signal]]:
    """Close the minutes that `watermark` has passed, and return what breaks, lasts or became visible.

    `watermark` is what `detectors.time.Watermarks` gives, in ms: the lateness is taken off here, since each brand has
    its own. Rows held back are counted as their minutes come near, so that one step over hours finds what many small
    ones find. A silence of any length costs bounded work. Linear use, as `step`.
    """
    findings.follow(state, policy)
    target = watermark // MINUTE - policy.lateness_minutes - 1
    signals: list[Signal] = []
    if state.frontier is None:
        waiting = [*state.pending, *state.minutes.ahead]
        state.frontier = min([target, *(minute - policy.near - 1 for minute in waiting)])
    if target <= state.frontier:
        return state, []
    state.minutes.sort()
    while state.frontier < target:
        minute = _next_event(state, target, policy)
        signals += findings.close(state, minute, policy)
        signals += _release(state, minute + policy.near, policy)
    return state, signals


def ledger(state: State) -> list[tuple[int, int, int, int, int]]:
    """Return (minute ms, mentions, negative, positive, unknown) of the recent minutes of publication, ascending.

    Rows that are held back are included; minutes older than four hours before the frontier are not.
    """
    rows = {row[0]: row for row in state.minutes.ledger(state.frontier)}
    for minute, held in state.pending.items():
        labels = [label for batch, start, end in held for label in batch.labels[start:end]]
        known = rows.get(minute * MINUTE, (0, 0, 0, 0, 0))
        added = [labels.count(label) for label in (scored.NEGATIVE, scored.POSITIVE, scored.UNKNOWN)]
        rows[minute * MINUTE] = (
            minute * MINUTE,
            known[1] + len(labels),
            known[2] + added[0],
            known[3] + added[1],
            known[4] + added[2],
        )
    return [rows[minute] for minute in sorted(rows)]


def _next_event(state: State, target: int, policy: Policy) -> int:
    """Return the next minute to stop at: each while something lasts, else where rows or hours close or come near."""
    following = 1 if state.frontier is None else state.frontier + 1
    if findings.every_minute(state):
        return following
    stops = [target]
    stops += state.minutes.opened
    if state.pending:
        stops.append(max(following, min(state.pending) - policy.near))
    if state.minutes.ahead:
        stops.append(max(following, next(iter(state.minutes.ahead)) - policy.near))
    if state.channels.known:
        stops.append(following // 60 * 60 + 59)
    return min(stops)


def _release(state: State, until: int, policy: Policy) -> list[Signal]:
    """Count the rows held back for the minutes to `until`, which have come near, in order of publication."""
    signals: list[Signal] = []
    if state.minutes.reach(until):
        state.cache.rest.wake()
        signals += findings.watch_open(state, None, policy)
    if not state.pending or min(state.pending) > until:
        return signals
    for minute in sorted(minute for minute in state.pending if minute <= until):
        rows, start, end = intake.merge(state.pending.pop(minute))
        state.held -= intake.sizes(rows, start, end)
        signals += _count(state, rows, intake.Run(start, end, minute), policy)
    return signals


def _hold(state: State, rows: Batch, run: intake.Run, policy: Policy) -> None:
    """Keep rows until the frontier comes near; a row there is no room for is counted without looking."""
    size = intake.sizes(rows, run.start, run.end)
    if state.held + size <= HELD_BYTES:
        state.held += size
        state.pending.setdefault(run.minute, []).append(intake.part(rows, run.start, run.end))
        return
    kept = []
    for row in range(run.start, run.end):
        size = intake.size(rows, row)
        if state.held + size <= HELD_BYTES:
            state.held += size
            kept.append(row)
        else:
            _add(state, rows, row, row + 1, run.minute, policy)
    if kept:
        state.pending.setdefault(run.minute, []).append(intake.Part(intake.select(rows, kept), 0, len(kept)))


def _teach(state: State, rows: Batch, run: intake.Run) -> None:
    """Let a mention too old to fire add to what is usual, if it is not too old for that too."""
    frontier = state.frontier or 0
    counts = intake.one(rows, run.start)
    if run.minute > frontier - KEPT_MINUTES:
        state.minutes.move(run.minute, counts)
    if run.minute // 60 > frontier // 60 - LEVEL_HOURS:
        state.hours.teach(run.minute // 60, counts)
        state.cache.clear()


def _find_late(state: State, rows: Batch, run: intake.Run, found: int, policy: Policy) -> None:
    """Count a late row in the minute of its publication, which is closed; what it makes break is found at `found`.

    The windows that end then hold it only if it still matters.
    """
    counts = intake.sums(rows, run.start, run.end, state.likenesses, policy.loud_from)
    state.channels.add(rows.channels[run.start : run.end], run.minute)
    state.sample.take(rows, run.start, run.end, run.minute, state.brand)
    state.minutes.insert(run.minute, counts)
    state.hours.insert(run.minute // 60, counts)
    state.minutes.open(found)
    state.cache.sampled = {}
    state.cache.clear()


def _add(state: State, rows: Batch, start: int, end: int, minute: int, policy: Policy) -> Counts:
    """Add rows to their minute."""
    added = intake.sums(rows, start, end, state.likenesses, policy.loud_from)
    state.channels.add(rows.channels[start:end], minute)
    if state.sample.take(rows, start, end, minute, state.brand):
        state.cache.sampled = {}
    if state.frontier is None or minute > state.frontier + policy.near:
        row = state.minutes.ahead.setdefault(minute, [0] * COLUMNS)
    else:
        row = state.minutes.open(minute)
    for column, value in enumerate(added):
        row[column] += value
    state.cache.rest.count(added)
    return added


def _count(state: State, rows: Batch, run: intake.Run, policy: Policy) -> list[Signal]:
    """Count rows of one watched minute, stopping to look wherever a count may have been reached."""
    signals: list[Signal] = []
    if run.minute not in state.minutes.opened:
        findings.turn(state, run.minute)
    start = run.start
    while start < run.end:
        slack = state.cache.slack
        stop = _next_look(rows, start, run.end, slack, policy) if slack else start + 1
        added = _add(state, rows, start, stop, run.minute, policy)
        for column in slack:
            slack[column] -= added[column]
        if not slack or min(slack.values()) <= 0:
            signals += findings.watch_open(state, rows.published[stop - 1], policy)
        start = stop
    return signals


def _next_look(rows: Batch, start: int, end: int, slack: dict[int, int], policy: Policy) -> int:
    """Return the end of the longest stretch of rows before whose last one no count can have been reached."""
    stop = min(end, start + slack[MENTIONS])
    for column, left in slack.items():
        if column != MENTIONS and left <= stop - start:
            stop = _after(rows, start, stop, column, left, policy)
    return stop


def _after(rows: Batch, start: int, stop: int, column: int, left: int, policy: Policy) -> int:
    """Return the row after the `left`-th that adds to `column`, or `stop` if there are fewer."""
    if column in _LABELS:
        label, labels = _LABELS[column], rows.labels
        if labels[start:stop].count(label) < left:
            return stop
        places = [row for row in range(start, stop) if labels[row] == label]
    elif column == LOUD:
        places = intake.loud(rows, start, stop, policy.loud_from)
    else:
        places = [row for row in range(start, stop) if rows.abuses[row] >= intake.ABUSIVE_FROM]
    return places[left - 1] + 1 if len(places) >= left else stop

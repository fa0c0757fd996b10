"""What follows for a brand from the next batch, and from the passing of time? The fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detectors import findings
from detectors.buckets import MINUTE
from detectors.intake import Rows, admit
from detectors.rule import near
from detectors.state import State
from mentions import scored

if TYPE_CHECKING:
    from detectors.policy import Policy
    from detectors.signal import Signal
    from mentions.scored import Batch


def new(brand: str) -> State:
    """Return the watch of a brand never seen before.

    Bring it up to the present watermark (`advance`) before its first batch: else nothing can be told to be late.
    """
    return State(brand)


def step(state: State, batch: Batch, policy: Policy) -> tuple[State, list[Signal]]:
    """Count a batch and return what its rows made break, in the order of the rows.

    Linear use: the state given is changed and given back; keep `encode(state)` to go back. How rows are cut into
    batches makes no difference. Cost: about a microsecond a row while no threshold is near.

    Raises:
        ValueError: the batch is another brand's.
    """
    if batch.brand != state.brand:
        raise ValueError(f"batch of brand {batch.brand!r} given to the watch of {state.brand!r}: route by brand")
    state.revision = batch.policy
    findings.follow(state, policy)
    signals: list[Signal] = []
    rows = admit(state, batch, policy)
    for start, end, minute in rows.runs:
        _count(state, rows, start, end, minute, policy, signals)
    return state, signals


def advance(state: State, watermark: int, policy: Policy) -> tuple[State, list[Signal]]:
    """Close the minutes that `watermark` has passed, and return what breaks, lasts or became visible.

    `watermark` is what `detectors.time.Watermarks` gives, in ms: the lateness is taken off here, since each brand has
    its own. A silence of any length costs bounded work. Linear use, as `step`.
    """
    findings.follow(state, policy)
    target = (watermark - round(policy.lateness.total_seconds() * 1000)) // MINUTE - 1
    opened = sorted(minute for minute in state.minutes.opened if minute <= target)
    if state.frontier is None:
        state.frontier = opened[0] - 1 if opened else target
        state.seen.stamp(state.frontier)
    if target <= state.frontier:
        return state, []
    signals: list[Signal] = []
    minute = state.frontier + 1
    for busy in [*opened, target + 1]:
        while state.episodes and minute < busy:
            signals += findings.close(state, minute, policy)
            minute += 1
        if busy <= target:
            signals += findings.close(state, busy, policy)
        minute = busy + 1
    state.frontier = target
    state.seen.expire(target - round(policy.duplicate_horizon.total_seconds() / 60))
    signals += findings.watch_open(state, None, policy)
    return state, signals


def ledger(state: State) -> list[tuple[int, int, int, int, int]]:
    """Return (minute ms, mentions, negative, positive, unknown) of the recent minutes of publication, ascending."""
    return state.minutes.ledger(state.frontier)


def _count(state: State, rows: Rows, start: int, end: int, minute: int, policy: Policy, signals: list[Signal]) -> None:
    """Count the rows `start` to `end`, all of one minute, stopping to look wherever a count may have been reached."""
    watched = state.frontier is not None and minute <= state.frontier + near(policy)
    if watched and minute not in state.minutes.opened:
        state.cache.slack = [0, 0, 0]
    row = state.minutes.open(minute)
    while start < end:
        stop = _next_look(rows.labels, start, end, state.cache.slack) if watched else end
        added = rows.sums(start, stop, state.likenesses)
        for column, value in enumerate(added):
            row[column] += value
        if watched:
            slack = state.cache.slack
            for metric in range(3):
                slack[metric] -= added[metric]
            if min(slack) <= 0:
                signals += findings.watch_open(state, rows.published[stop - 1], policy)
        start = stop


def _next_look(labels: list[int], start: int, end: int, slack: list[int]) -> int:
    """Return the end of the longest stretch of rows before whose last one nothing can have been reached."""
    stop = min(end, start + max(1, slack[0]))
    for metric, label in ((1, scored.NEGATIVE), (2, scored.POSITIVE)):
        left = slack[metric]
        if left <= stop - start and labels[start:stop].count(label) >= left > 0:
            place = start - 1
            for _ in range(left):
                place = labels.index(label, place + 1)
            stop = place + 1
    return stop

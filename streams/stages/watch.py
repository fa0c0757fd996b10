"""The watch stage: scored batches, ticks and verdicts of one partition in, signals and watermarks out. Pure."""

from __future__ import annotations

from collections import defaultdict
from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from detectors.engine import engine, learning, mending
from detectors.engine.watermarks import Watermarks
from detectors.model.correction import Correction
from detectors.model.signal import Signal, Watermark
from mentions.model.batches import Batch, CrisisVerdict, Tick
from streams.stages.event_time import IDLE_TIMEOUT, MAX_SKEW, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detectors.engine.state import State
    from streams.stages.policies import Policies


class WatchShard:
    """The brands of one partition of `mentions.scored`: batches, ticks and verdicts in, signals and event time out."""

    def __init__(self, policies: Policies) -> None:
        self.states: dict[str, State] = {}
        self.watermarks = Watermarks()
        self.changed: set[str] = set()
        self.unreadable: dict[str, str] = {}  # brand → why a part of its stored state begins afresh
        self._policies = policies
        self._minute = -1

    def apply(self, record: Batch | Tick | CrisisVerdict) -> list[Signal | Correction | Watermark]:
        """Return what follows from the next record, in order; `changed` names the brands whose state it moved."""
        if isinstance(record, CrisisVerdict):
            self._apply_verdict(record)
            return []
        return list(self._batch(record)) if isinstance(record, Batch) else list(self._tick(record))

    def mend(self, now: int) -> list[str]:
        """Take what lies more than MAX_SKEW after the clock's `now` [ms] out of event time and the brands' states.

        Returns what was ahead: the names of the brands, "" for the partition's event time.
        """
        limit = now + MAX_SKEW
        brands = [brand for brand, state in self.states.items() if mending.is_ahead(state, limit)]
        for brand in brands:
            mending.mend(self.states[brand], now)
            self._note_unreadable(self.states[brand])
        self.changed.update(brands)
        if not self.watermarks.is_ahead(limit):
            return brands
        self.watermarks.mend(now)
        self._minute = -1
        return ["", *brands]

    def _batch(self, batch: Batch) -> Iterator[Signal | Correction]:
        state = self.states.get(batch.brand) or self._begin(batch.brand, batch.policy)
        policy = self._policies.detection_policy(
            batch.brand, batch.policy, self._closed(state) - 1
        ).policy  # as the last closed
        found: Sequence[Signal | Correction]
        state, found = (engine.process_changes if batch.changes else engine.process)(state, batch, policy)
        self.states[batch.brand] = state
        self.changed.add(batch.brand)
        self._note_unreadable(state)
        yield from found

    def _apply_verdict(self, verdict: CrisisVerdict) -> None:
        """Keep the hours of a crisis out of the baseline of its brand; nothing signals it."""
        state = self.states.get(verdict.brand)
        if state is not None:
            policy = self._policies.detection_policy(verdict.brand, state.revision, self._closed(state)).policy
            learning.apply_verdict(state, verdict, policy.learning)
            self.changed.add(verdict.brand)

    def _begin(self, brand: str, revision: int) -> State:
        """Return the watch of a brand never seen before, brought up to the present watermark."""
        state, reached = engine.initial_state(brand), self.watermarks.emitted
        if reached is not None:
            state, _ = engine.advance_watermark(
                state, reached, self._policies.detection_policy(brand, revision, reached).policy
            )
        return state

    def _tick(self, tick: Tick) -> Iterator[Signal | Watermark]:
        watermark = self.watermarks.observe(tick, IDLE_TIMEOUT)
        if watermark is None or watermark // MINUTE <= self._minute:
            return
        found = [signal for brand in self.states for signal in self._advance(brand, watermark)]
        yield from merge_by_time(found, self._policies)
        self._minute = watermark // MINUTE
        yield Watermark(min([watermark, *(self._closed(state) for state in self.states.values())]))

    @staticmethod
    def _closed(state: State) -> int:
        """Return the end of the last closed minute [ms]: no signal of this brand about an earlier instant follows."""
        return 0 if state.last_closed_minute is None else (state.last_closed_minute + 1) * MINUTE

    def _opens(self, state: State) -> int:
        """Return up to when minutes will be closed [ms] at the first step of time of a brand."""
        near = self._policies.detection_policy(state.brand, state.revision, 0).policy.open_minutes
        waiting = [(minute - near) * MINUTE for minute in (*state.pending, *state.minutes.ahead)]
        return min([self.watermarks.emitted or 0, *waiting])

    def _advance(self, brand: str, watermark: int) -> Iterator[Signal]:
        """Close minutes up to the watermark; where an override ends on the way, what follows is judged without it."""
        reached = -1
        while reached < watermark:
            state = self.states[brand]
            policy, until = self._policies.detection_policy(
                brand, state.revision, self._closed(state) or self._opens(state)
            )
            reached = min(watermark, until + policy.lateness_minutes * MINUTE)
            self.states[brand], signals = engine.advance_watermark(state, reached, policy)
            if signals:
                self.changed.add(brand)
            self._note_unreadable(self.states[brand])
            yield from signals

    def _note_unreadable(self, state: State) -> None:
        """Keep what the engine could not read of a stored state, for the log; the next write ends the damage."""
        if state.unreadable:
            self.unreadable[state.brand], state.unreadable = state.unreadable, ""
            self.changed.add(state.brand)


R = TypeVar("R", bound=Signal | Correction | Watermark)


def merge_by_time(found: list[R], policies: Policies) -> list[R]:
    """Return what was found with the signals of each group in the order of their instants; each brand keeps its own.

    The notifications of a group then depend on event time, not on the order in which its brands' minutes are closed.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        if not isinstance(one, Watermark) and (group := policies.group_members(one.brand)[0]):
            places[group].append(place)
    ordered = list(found)
    for mine in places.values():
        lines: dict[str, list[Any]] = defaultdict(list)
        for place in mine:
            lines[cast("Signal | Correction", found[place]).brand].append(found[place])
        merged = merge(*(lines[brand] for brand in sorted(lines)), key=attrgetter("at"))
        for place, one in zip(mine, merged, strict=True):
            ordered[place] = one
    return ordered

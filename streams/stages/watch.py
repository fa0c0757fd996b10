"""What happens to a mention, from record to notification? The one composition that agents and replay share.

A shard holds the brands of one partition and does no input or output: it takes the next record of its topic and returns
what follows from it. Live, an agent feeds it from Kafka and stores what changed; in a replay the `Pipeline` feeds one
shard from the other. What fires in a replay is therefore what would have fired live.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from msgspec.structs import replace

from alerts.incidents import lifecycle, router
from detectors.engine import engine
from detectors.engine.watermarks import Watermarks
from detectors.model.signal import Watermark, Signal
from mentions.batch_builder import BatchBuilder
from mentions.model.batches import Batch, Tick
from mentions.scoring import SourceRecord, score_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.incidents.model import Action, Notification
    from alerts.incidents.policy import Policy as AlertPolicy
    from alerts.incidents.state import TriageState
    from config.brands.overrides import PolicyInterval
    from detectors.engine.state import State
    from mentions.model.decode import Rejection
    from mentions.scorer_port import Scorer
    from mentions.watchlist.watchlist import Watchlist


MINUTE: Final = 60_000
"""A record of an old recording holds mentions of one minute (ms): when a partition's time passes a minute, all of that
minute have been sent, whatever their brand."""

FLUSH_MARGIN: Final = 120_000
"""How far event time is taken beyond the last mention when an old recording ends (ms): the lateness watched with."""

IDLE_TIMEOUT: Final = timedelta(seconds=30)
"""Silence of a source partition's reader after which event time goes on without it. A dead worker's partitions have a
new reader well before."""


class Policies(Protocol):
    """The brands' configuration in force."""

    def detection_policy(self, brand: str, revision: int, at: int) -> PolicyInterval:
        """Return what governs the watch of `brand` at `revision` of its configuration, at an event time (ms)."""

    def alert_policy(self, brand: str) -> AlertPolicy:
        """Return the incident policy of `brand`."""

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the brand's group with all brands that belong to it; ("", ()) for one without."""


class WatchShard:
    """The brands of one partition of `mentions.model.batches`: batches and ticks in, signals and event time out."""

    def __init__(self, policies: Policies) -> None:
        self.states: dict[str, State] = {}
        self.watermarks = Watermarks()
        self.changed: set[str] = set()
        self._policies = policies
        self._minute = -1

    def apply(self, record: Batch | Tick) -> list[Signal | Watermark]:
        """Return what follows from the next record, in order; `changed` names the brands whose state it moved."""
        return list(self._batch(record)) if isinstance(record, Batch) else list(self._tick(record))

    def _batch(self, batch: Batch) -> Iterator[Signal]:
        state = self.states.get(batch.brand) or self._begin(batch.brand, batch.policy)
        policy = self._policies.detection_policy(batch.brand, batch.policy, self._closed(state) - 1).policy  # as the last closed
        state, signals = engine.process(state, batch, policy)
        self.states[batch.brand] = state
        self.changed.add(batch.brand)
        yield from signals

    def _begin(self, brand: str, revision: int) -> State:
        """Return the watch of a brand never seen before, brought up to the present watermark."""
        state, reached = engine.initial_state(brand), self.watermarks.emitted
        if reached is not None:
            state, _ = engine.advance_watermark(state, reached, self._policies.detection_policy(brand, revision, reached).policy)
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
            policy, until = self._policies.detection_policy(brand, state.revision, self._closed(state) or self._opens(state))
            reached = min(watermark, until + policy.lateness_minutes * MINUTE)
            self.states[brand], signals = engine.advance_watermark(state, reached, policy)
            if signals:
                self.changed.add(brand)
            yield from signals


R = TypeVar("R", bound=Signal | Watermark)


def merge_by_time(found: list[R], policies: Policies) -> list[R]:
    """Return what was found with the signals of each group in the order of their instants; each brand keeps its own.

    What is told of a group depends on which of its brands speaks first, and not on whose minutes are closed first.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        if isinstance(one, Signal) and (group := policies.group_members(one.brand)[0]):
            places[group].append(place)
    ordered = list(found)
    for mine in places.values():
        lines: dict[str, list[Any]] = defaultdict(list)
        for place in mine:
            lines[cast("Signal", found[place]).brand].append(found[place])
        merged = merge(*(lines[brand] for brand in sorted(lines)), key=attrgetter("at"))
        for place, one in zip(mine, merged, strict=True):
            ordered[place] = one
    return ordered


CLOCK_SAVE_INTERVAL: Final = 5 * MINUTE
"""How far [ms] event time runs on before a quiet brand's case is kept again: an act after a restart finds its time."""


class TriageShard:
    """The incidents of one partition's brands: signals, event time and actions in, notifications out."""

    def __init__(self, policies: Policies) -> None:
        self.cases: dict[str, TriageState] = {}
        self.changed: set[str] = set()
        self._kept: dict[str, int] = {}  # name → clock of its case as last kept, ms
        self._policies = policies

    def apply(self, record: Signal | Watermark | Action) -> list[Notification]:
        """Return what there is to tell after the next record; `changed` names the cases that it moved."""
        if isinstance(record, Watermark):
            return [notification for name in list(self.cases) for notification in self._settle(name, record)]
        moved, notifications = router.route(self.cases, record, self._policies)
        for case in moved:
            before = self.cases.get(router.state_key(case.brand, case.kind))
            self._keep(case, worth=before is None or replace(before, clock=case.clock) != case)
        return notifications

    def _settle(self, name: str, now: Watermark) -> list[Notification]:
        before = self.cases[name]
        case, notifications = lifecycle.process(before, now, self._policies.alert_policy(before.brand))
        self._kept.setdefault(name, before.clock)
        self._keep(case, worth=bool(notifications))
        return notifications

    def _keep(self, case: TriageState, *, worth: bool) -> None:
        """Take a case as it is now, to be stored if that is worth it or its clock has run on for long."""
        name = router.state_key(case.brand, case.kind)
        self.cases[name] = case
        if worth or case.clock - self._kept.setdefault(name, case.clock) >= CLOCK_SAVE_INTERVAL:
            self.changed.add(name)
            self._kept[name] = case.clock


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

    def advance(self, instant: int) -> None:
        """Note that event time is read up to `instant`."""
        self.read_up_to = instant if self.read_up_to is None else max(self.read_up_to, instant)


def score(partition: int, records: Iterable[MentionsRecord], watchlist: Watchlist, scorer: Scorer) -> ScoreResult:
    """Score records of one source partition, in order. Pure; never raises on what a record holds."""
    result, columns, several = ScoreResult(), BatchBuilder(partition), list(records)
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
    result.accepted = len(columns)
    result.batches = columns.drain()
    return result


class Pipeline:
    """The whole path in one process, without a broker: records in, notifications out."""

    def __init__(self, policies: Policies, watchlist: Watchlist, scorer: Scorer) -> None:
        self.watch = WatchShard(policies)
        self.triage = TriageShard(policies)
        self._policies = policies
        self._watchlist = watchlist
        self._scorer = scorer

    def feed(self, records: Iterable[MentionsRecord]) -> tuple[ScoreResult, list[Notification]]:
        """Score `records`, follow their brands, and let event time advance to where they end."""
        scored = score(0, records, self._watchlist, self._scorer)
        found = [one for batch in scored.batches for one in self.watch.apply(batch)]
        if scored.read_up_to is not None:
            found += self.watch.apply(Tick(0, 1, scored.read_up_to, None))
        return scored, [note for one in merge_by_time(found, self._policies) for note in self.triage.apply(one)]

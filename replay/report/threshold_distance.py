"""Distance of each detector from its threshold over the time shown."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detectors.base import METRICS, hourly_thresholds
from detectors.registry import ALL
from detectors.view import BrandView
from mentions.model.batches import Batch, Tick
from replay.player.policy_set import PolicySet
from streams.stages.event_time import MINUTE
from streams.stages.watch import WatchShard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from config.brands.model import Brand
    from detectors.base import Detector
    from detectors.policy import Policy

LOOKS: Final = 6
"""Looks at each column of the timeline; the one nearest to the level is kept."""

LONG: Final = 0.5
"""Share of the columns in which a detector must have seen something to be worth a drawing, if it did not fire."""

JUST_BELOW: Final = 0.99


class Observation(NamedTuple):
    """Observed value of a detector at one minute."""

    observed: float
    level: float  # below it the detector cannot fire
    metric: str
    window: int  # minutes
    fires: bool  # the level is reached, and whatever else the detector asks for holds

    @property
    def nearness(self) -> float:
        """Return the observed value over the threshold: 1 and more only where the detector fires."""
        part = self.observed / self.level if self.level else 0.0
        return part if self.fires else min(part, JUST_BELOW)


class DetectorLevel(NamedTuple):
    """One detector over the time shown, in the window closest to its threshold; None where it saw nothing."""

    detector: str
    metric: str  # as in `Evidence`, or the statistic of the detector, such as "cusum"
    window: int  # minutes
    observations: list[Observation | None]  # by column of the timeline
    nearest: Observation
    at: int  # when that was (ms)

    @property
    def coverage(self) -> float:
        """Return in which share of the columns it saw something."""
        return sum(one is not None for one in self.observations) / len(self.observations)


def levels(brand: Brand, records: Iterable[Batch | Tick], times: Sequence[int], step: int) -> list[DetectorLevel]:
    """Return the detectors with a threshold, the closest to it first.

    Args:
        brand: whose rules hold.
        records: its batches and ticks, from the beginning: what is usual is learned from them.
        times: the columns of the timeline (ms), ascending.
        step: minutes in a column.
    """
    found: dict[tuple[str, int], dict[int, Observation]] = defaultdict(dict)
    instants: dict[tuple[str, int], tuple[int, Observation]] = {}
    width = step * MINUTE
    for view in _views(brand, records, times, width):
        at = view.minute * MINUTE
        column = (at - times[0]) // width
        for name, seen in _observations(view, brand.detect):
            key = name, seen.window if has_window(seen.metric) else 0
            kept = found[key].get(column)
            if kept is None or seen.nearness > kept.nearness:
                found[key][column] = seen
            if key not in instants or seen.nearness > instants[key][1].nearness:
                instants[key] = at, seen
    best: dict[str, DetectorLevel] = {}
    for key in sorted(instants):
        level = _level(key, found[key], len(times), *instants[key])
        best[key[0]] = max(best.get(key[0], level), level, key=_relevance)
    return sorted(best.values(), key=lambda level: -level.nearest.nearness)


def has_window(metric: str) -> bool:
    """Return whether a figure is about a window; a statistic such as the CUSUM is not."""
    return not any(detector.statistic == metric for detector in ALL)


def _relevance(level: DetectorLevel) -> tuple[bool, bool, float]:
    """Order the windows of a detector: what fired, then what was seen for long, then what came nearest."""
    return level.nearest.fires, level.coverage >= LONG, level.nearest.nearness


def _level(
    key: tuple[str, int], seen: dict[int, Observation], columns: int, at: int, nearest: Observation
) -> DetectorLevel:
    return DetectorLevel(key[0], nearest.metric, nearest.window, [seen.get(n) for n in range(columns)], nearest, at)


def _views(brand: Brand, records: Iterable[Batch | Tick], times: Sequence[int], width: int) -> Iterator[BrandView]:
    """Yield what the detectors see at each evaluation. Time advances in small steps, which changes nothing."""
    shard = WatchShard(PolicySet.of([brand]))
    stride = max(MINUTE, width // LOOKS // MINUTE * MINUTE)
    lateness = brand.detect.lateness_minutes * MINUTE
    begin, end = times[0] + lateness, times[-1] + width + lateness
    looked = -1
    for record in records:
        for part in [record] if isinstance(record, Batch) else _ticks(record, begin, end, stride):
            shard.apply(part)
            state = shard.states.get(brand.name)
            if state is None or state.last_closed_minute is None or state.last_closed_minute == looked:
                continue
            looked = state.last_closed_minute
            if times[0] <= looked * MINUTE < times[-1] + width:
                yield BrandView(looked, state, brand.detect)


def _ticks(tick: Tick, begin: int, end: int, stride: int) -> Iterator[Tick]:
    """Yield ticks that lead up to one, a stride apart within the time shown."""
    for instant in range(begin, min(end, tick.read_up_to), stride):
        yield Tick(tick.partition, tick.partitions, instant, tick.clock)
    yield tick


def _observations(view: BrandView, policy: Policy) -> Iterator[tuple[str, Observation]]:
    for detector, own in policy.enabled():
        if detector.charted:
            for limit in hourly_thresholds(view, detector, own):
                observed, level = view.window(limit.window)[limit.metric], limit.levels[0][0]
                name = METRICS[limit.metric].name
                yield detector.name, Observation(observed, level, name, limit.window, fires=observed >= level)
            yield from _finding_observations(view, detector, own)


def _finding_observations(view: BrandView, detector: Detector[Any], own: Any) -> Iterator[tuple[str, Observation]]:
    finding = detector.evaluate(view, own) if detector.evaluate else None
    if finding is None:
        return
    fires, statistic = finding.severity is not None, detector.statistic
    if statistic:
        observed, level = finding.extra[statistic], finding.extra[f"{statistic}_limit"]
        seen = Observation(observed, level, statistic, finding.window, fires)
    else:
        seen = Observation(finding.observed, finding.threshold, finding.metric, finding.window, fires)
    yield detector.name, seen

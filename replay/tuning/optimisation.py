"""Optimisation of a brand's or a group's thresholds: settings tried, the proposal, and whether to trust it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from replay.tuning.candidates import Settings, value_of
from replay.tuning.evaluation import WEEK, Metrics, Period, Run, measure
from replay.tuning.grid_search import grid_search
from replay.tuning.labels import Label
from replay.tuning.selection import HeldOut, choose, gain, generalises, leave_one_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from config.brands.model import Brand
    from replay.tuning.dataset import Dataset

State = Literal["proposed", "keep", "not_better", "too_few", "too_short"]
"""What is made of it: a change is proposed; today's setting is the best; the best one fails on held-out incidents; or
there is too little to say, and no optimum is named."""

FEWEST: Final = 2
"""Crises below which nothing can be held out."""

SHORTEST: Final = 3.0 / 7
"""Weeks of a brand below which a false alarm rate says nothing."""


class Point(msgspec.Struct, frozen=True):
    """One setting on the trade-off curve, with 90 % intervals."""

    settings: Settings
    found: int
    of: int
    recall: tuple[float, float]
    mean_delay: float | None  # minutes, of those found
    delays: tuple[float | None, ...]  # by crisis
    false_alarms: int
    per_week: float  # and brand
    between: tuple[float, float | None]  # of the false alarms a week
    best: bool = False  # no other setting is sooner and quieter at once


class Effect(msgspec.Struct, frozen=True):
    """Effect of the proposal on one crisis. Delays in minutes, None where missed."""

    label: Label
    before: float | None
    after: float | None

    def __str__(self) -> str:
        """Return `Halden, 2026-03-02 10:15 (crisis): 11 minutes sooner`."""
        if self.before is None or self.after is None:
            both = "missed before and after" if self.before is self.after else "missed before, found now"
            return f"{self.label}: {'found before, missed now' if self.before is not None else both}"
        return f"{self.label}: {_sooner(self.before - self.after)}"


class TuningResult(msgspec.Struct, frozen=True):
    """Result of a tuning, as plain data."""

    scope: str  # a brand, a group, or "" for all brands
    kind: Literal["brand", "group", "all"]
    brands: tuple[str, ...]
    labels: tuple[Label, ...]  # its crises
    weeks: float  # of brands watched, crises left out
    budget: float | None  # false alarms a week and brand; None: no more than today
    points: tuple[Point, ...]  # the first is today's
    state: State
    proposal: int | None  # place in points
    leading: int  # what would be chosen on all of it
    effects: tuple[Effect, ...]  # of the leading one
    held_out: tuple[HeldOut, ...]

    @property
    def today(self) -> Point:
        """Return today's setting."""
        return self.points[0]

    @property
    def proposed(self) -> Point | None:
        """Return the proposal."""
        return None if self.proposal is None else self.points[self.proposal]

    @property
    def named(self) -> int:
        """Return the index of the setting shown beside today's; 0 where there is too little evidence."""
        return self.leading if self.state in ("proposed", "not_better") else 0

    def sentence(self) -> str:
        """Return the conclusion in one sentence."""
        name = self.scope or "All brands"
        if self.state == "too_few":
            n = len(self.labels)
            return (
                f"{name}: {_count(n, 'labelled crisis', 'labelled crises')}, {FEWEST} are needed: no change proposed."
            )
        if self.state == "too_short":
            return f"{name}: {self.weeks * 7:.1f} days besides the crises, 3 are needed: no change proposed."
        if self.state == "keep":
            return f"{name}: today's setting is the best of {len(self.points)} tried."
        if self.state == "not_better":
            return f"{name}: what looks best does not beat today's setting on held-out incidents: no change proposed."
        return f"{name}: {self.effect()}."

    def effect(self) -> str:
        """Return `11 minutes sooner; 1 false alarm a week more; 2 of 2 incidents instead of 1`."""
        after = self.points[self.leading]
        both = [(e.before, e.after) for e in self.effects if e.before is not None and e.after is not None]
        sooner = sum(before - later for before, later in both) / len(both) if both else 0.0
        more = after.per_week - self.today.per_week
        alarms = "false alarm" if f"{abs(more):.2g}" == "1" else "false alarms"
        noise = f"{abs(more):.2g} {alarms} a week {'more' if more > 0 else 'fewer'}" if more else f"as many {alarms}"
        sooner_texts = [_sooner(sooner)] if both else []
        return "; ".join([*sooner_texts, noise, f"{after.found} of {after.of} incidents instead of {self.today.found}"])

    def record(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return {**msgspec.to_builtins(self), "sentence": self.sentence()}


def optimise(
    scope: str,
    kind: Literal["brand", "group", "all"],
    brands: Sequence[Brand],
    material: Dataset,
    labels: Sequence[Label],
    budget: float | None = None,
    stretches: Sequence[Period] = (),
    own: Mapping[str, Collection[str]] = MappingProxyType({}),
    trials: Sequence[Run] = (),
    advance: Callable[[float], None] = lambda _done: None,
    jobs: int = 1,
) -> TuningResult:
    """Return the tuning result of these brands, tuned together.

    Args:
        scope: what is tuned, for the messages.
        kind: what the scope is.
        brands: as configured today; settings are relative to the first one's.
        material: their mentions, scored.
        labels: what happened to them, and to others.
        budget: the most false alarms a week and brand; None: no more than today's setting has.
        stretches: the time that counts; none: all of it.
        own: the settings that a brand of a group writes itself: the group's do not reach them.
        trials: of an earlier `sweep` of the same brands and mentions; none: the sweep is made.
        advance: called for each setting tried.
        jobs: how many settings are tried at a time, each in a process of its own.
    """
    names = {brand.name for brand in brands}
    stretches = stretches or [Period(name, *material.spans[name]) for name in sorted(names & material.spans.keys())]
    mine = [label for label in labels if any(part.contains(label.brand, label.visible) for part in stretches)]
    trials = trials or grid_search(brands, material, own, advance, jobs)
    measures = [measure(trial, mine, stretches) for trial in trials]
    crises = tuple(label for label in mine if label.is_crisis)
    leading = choose(trials, mine, stretches, brands[0], budget) if crises else 0
    enough = len(crises) >= FEWEST and measures[0].weeks >= SHORTEST
    held = leave_one_out(trials, mine, stretches, brands[0], budget) if enough else []
    state = _state(crises, measures[0].weeks, leading, held, budget)
    ordered = sorted(crises, key=lambda label: (label.onset, label.brand))
    at = {label: place for place, label in enumerate(crises)}
    effects = tuple(Effect(x, measures[0].delays[at[x]], measures[leading].delays[at[x]]) for x in ordered)
    points = _marked([_point(trial, one) for trial, one in zip(trials, measures, strict=True)])
    weeks = sum(part.until - part.since for part in stretches) / WEEK if not crises else measures[0].weeks
    proposal = leading if state == "proposed" else None
    return TuningResult(
        scope, kind, tuple(sorted(names)), crises, weeks, budget, points, state, proposal, leading, effects, tuple(held)
    )


def spread(held_out: Sequence[HeldOut]) -> tuple[float, float] | None:
    """Return the smallest and largest gain in minutes over the held-out crises."""
    gains = [minutes for one in held_out if (minutes := gain(one)) is not None]
    return (min(gains), max(gains)) if gains else None


def assignments(brand: Brand, settings: Settings) -> list[str]:
    """Return `detect.volume_spike.peak_ratio 1.25 → 1` for each change."""
    return [f"{path} {value_of(brand, path)} → {value}" for path, value in settings.items()]


def _state(crises: Sequence[Label], weeks: float, leading: int, held: Sequence[HeldOut], budget: float | None) -> State:
    if len(crises) < FEWEST:
        return "too_few"
    if weeks < SHORTEST:
        return "too_short"
    if leading == 0:
        return "keep"
    return "proposed" if generalises(held, budget) else "not_better"


def _point(trial: Run, one: Metrics) -> Point:
    high = one.rate.high
    return Point(
        trial.settings,
        one.found,
        len(one.delays),
        (one.recall.low, one.recall.high),
        None if one.mean_delay is None else round(one.mean_delay, 1),
        one.delays,
        one.false_alarms,
        round(one.per_week, 4),
        (one.rate.low, None if high == float("inf") else high),
    )


def _marked(points: Sequence[Point]) -> tuple[Point, ...]:
    """Mark the settings that no other one beats in false alarms, crises found and delay at once."""
    keys = [(one.false_alarms, -one.found, one.mean_delay or 0.0) for one in points]
    return tuple(
        msgspec.structs.replace(
            one, best=not any(all(a <= b for a, b in zip(other, key, strict=True)) and other != key for other in keys)
        )
        for one, key in zip(points, keys, strict=True)
    )


def _sooner(minutes: float) -> str:
    whole = round(abs(minutes))
    if not whole:
        return "at the same minute"
    return f"{_count(whole, 'minute', 'minutes')} {'sooner' if minutes > 0 else 'later'}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number == 1 else many}"

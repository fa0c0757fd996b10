"""Selection of a setting, and its leave-one-out validation on incidents that it was not chosen by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from replay.tuning.candidates import Settings, distance
from replay.tuning.evaluation import Metrics, Period, Run, measure
from replay.tuning.labels import Label
from streams.stages.event_time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Brand

TOLERANCE: Final = 1.0
"""Delays that differ by less are equal (minutes): the quieter and nearer setting is taken."""

_EPSILON: Final = 1e-9


class HeldOut(msgspec.Struct, frozen=True):
    """A held-out crisis with the brand's time around it, under the setting chosen without them."""

    label: Label
    settings: Settings
    before: Metrics
    after: Metrics


def choose(
    trials: Sequence[Run], labels: Sequence[Label], stretches: Sequence[Period], today: Brand, budget: float | None
) -> int:
    """Return the index of the best setting; the first run is today's.

    Among those within the budget of false alarms a week (None: no more than today's): most crises found, then the
    shortest delay, then the fewest false alarms, then the smallest change.
    """
    measures = [measure(trial, labels, stretches) for trial in trials]
    limit = measures[0].per_week if budget is None else budget
    within = [place for place, one in enumerate(measures) if one.per_week <= limit + _EPSILON]
    if not within:
        fewest = min(one.false_alarms for one in measures)
        within = [place for place, one in enumerate(measures) if one.false_alarms == fewest]
    costs = {place: _cost(measures[place], labels, stretches) for place in within}
    most = max(measures[place].found for place in within)
    best = min(costs[place] for place in within if measures[place].found == most)
    equal = [p for p in within if measures[p].found == most and costs[p] <= best + TOLERANCE]
    return min(equal, key=lambda p: (measures[p].false_alarms, distance(today, trials[p].settings), p))


def _cost(one: Metrics, labels: Sequence[Label], stretches: Sequence[Period]) -> float:
    """Return the mean delay in minutes; a crisis that was missed costs its whole length, an early page nothing."""
    inside = [
        label for label in labels if label.is_crisis and any(s.contains(label.brand, label.visible) for s in stretches)
    ]
    costs = [
        (label.end - label.visible) / MINUTE if delay is None else max(delay, 0.0)
        for label, delay in zip(inside, one.delays, strict=True)
    ]
    return sum(costs) / len(costs) if costs else 0.0


def leave_one_out(
    trials: Sequence[Run], labels: Sequence[Label], stretches: Sequence[Period], today: Brand, budget: float | None
) -> list[HeldOut]:
    """Return the result on each crisis of the setting chosen without it and the time around it."""
    found = []
    for label in (one for one in labels if one.is_crisis):
        mine, rest = _around(label, labels, stretches)
        if mine:
            others = [one for one in labels if one != label]
            chosen = trials[choose(trials, others, rest, today, budget)]
            before, after = (measure(trial, labels, mine) for trial in (trials[0], chosen))
            found.append(HeldOut(label, chosen.settings, before, after))
    return found


def generalises(held_out: Sequence[HeldOut], budget: float | None) -> bool:
    """Return whether the settings chosen without the held-out crisis found more, or sooner, or with fewer false alarms.

    Compared with the settings of today.
    """
    found = [sum(getattr(one, side).found for one in held_out) for side in ("before", "after")]
    false = [sum(getattr(one, side).false_alarms for one in held_out) for side in ("before", "after")]
    weeks = sum(one.before.weeks for one in held_out)
    if found[1] < found[0] or false[1] > max(false[0], (budget or 0.0) * weeks + _EPSILON):
        return False
    gains = [gain(one) for one in held_out]
    sooner = sum(minutes for minutes in gains if minutes is not None)
    if found[1] > found[0]:
        return True
    return sooner > TOLERANCE or (sooner >= 0 and false[1] < false[0])


def gain(one: HeldOut) -> float | None:
    """Return how many minutes sooner the held-out crisis was found; None where one of the two missed it."""
    before, after = one.before.delays[0], one.after.delays[0]
    return None if before is None or after is None else before - after


def _around(label: Label, labels: Sequence[Label], stretches: Sequence[Period]) -> tuple[list[Period], list[Period]]:
    """Part the brand's time halfway between this crisis and its neighbours: it, and all other time."""
    mine, rest = [], []
    others = [one for one in labels if one.is_crisis and one.brand == label.brand and one != label]
    for part in stretches:
        if not part.contains(label.brand, label.visible):
            rest.append(part)
            continue
        since = max([part.since, *((one.end + label.onset) // 2 for one in others if one.onset < label.onset)])
        until = min([part.until, *((label.end + one.onset) // 2 for one in others if one.onset > label.onset)])
        mine.append(Period(part.brand, since, until))
        rest += [Period(part.brand, a, b) for a, b in ((part.since, since - 1), (until + 1, part.until)) if a < b]
    return mine, rest

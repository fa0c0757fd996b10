"""Effect of other thresholds: replays of the same mentions by the live detectors, one threshold at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from pydantic import ValidationError

from config.brands.overrides import SENSITIVITY, value_at
from detectors.model.policy import Sensitivity
from detectors.registry import SECTIONS, overridable
from replay.player.compare import compare
from replay.player.policy_set import PolicySet
from replay.player.preview import Preview
from replay.player.result import replay
from replay.tuning.candidates import BARS, value_of, with_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from config.brands.model import Brand
    from mentions.model.batches import Batch, Tick
    from replay.player.result import ReplayResult

SCALES: Final = (0.5, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
"""What the thresholds are multiplied by for the slider; 1 is today's setting."""

FACTORS: Final = (0.5, 0.75, 1.0, 1.35, 2.0)
"""What one threshold is multiplied by."""

TOGETHER: Final = "bars"


class SliderPosition(NamedTuple):
    """Effect of a setting: when each incident would have opened (ms), and the difference from today's."""

    value: str  # "× 1.25", "high", "0.2"
    today: bool
    opened: list[int]
    pages: int
    preview: Preview


class Slider(NamedTuple):
    """One threshold, or all thresholds together, and the settings tried, in ascending order."""

    name: str  # TOGETHER, or a path such as "detect.negative_share.min_rise"
    settings: list[SliderPosition]


def sliders(
    brand: Brand,
    records: Sequence[Batch | Tick],
    near: Collection[str],
    advance: Callable[[float], None] = lambda _done: None,
) -> list[Slider]:
    """Return the effect of each threshold: all together, the sensitivity, and those of the detectors `near`.

    `advance` is called with the fraction of the work done since the last call; the fractions add up to 1.
    """
    plans = [(TOGETHER, _threshold_variants(brand)), (SENSITIVITY, _sensitivity_variants(brand))]
    decisive = [overridable(section)[0].path for section in SECTIONS if section in near and overridable(section)]
    plans += [(path, _scaled(brand, path)) for path in decisive]
    runs = 1 + sum(len(tried) - 1 for _, tried in plans)
    today = replay(PolicySet.of([brand]), records, None)
    advance(1 / runs)

    def setting(value: str, other: Brand | None) -> SliderPosition:
        outcome = today if other is None else replay(PolicySet.of([other]), records, None)
        if other is not None:
            advance(1 / runs)
        return _setting(value, today, outcome, is_today=other is None)

    return [Slider(name, [setting(*tried) for tried in plan]) for name, plan in plans if len(plan) > 1]


def _setting(value: str, today: ReplayResult, outcome: ReplayResult, *, is_today: bool) -> SliderPosition:
    before, after = today.timelines(), outcome.timelines()
    preview = Preview(compare(today, outcome), len(before), len(after), today)
    opened = [course.opened_at for course in after]
    return SliderPosition(value, is_today, opened, sum(course.pages for course in after), preview)


def _threshold_variants(brand: Brand) -> list[tuple[str, Brand | None]]:
    found: list[tuple[str, Brand | None]] = []
    for scale in SCALES:
        thresholds = {path: max(0.1, round(value_of(brand, path) * scale, 2)) for path in BARS}
        found.append((f"× {scale:g}", None if scale == 1 else with_settings(brand, thresholds)))
    return found


def _sensitivity_variants(brand: Brand) -> list[tuple[str, Brand | None]]:
    today = brand.detect.sensitivity
    return [
        (level, None if level == today else with_settings(brand, {SENSITIVITY: level}))
        for level in reversed(get_args(Sensitivity))
    ]


def _scaled(brand: Brand, path: str) -> list[tuple[str, Brand | None]]:
    """Return a threshold at several values; what its bounds forbid is left out."""
    today = value_at(brand.detect, path)
    found: list[tuple[str, Brand | None]] = []
    for factor in FACTORS if isinstance(today, int | float) else ():
        value = round(today * factor) if isinstance(today, int) else round(today * factor, 3)
        if factor == 1:
            found.append((f"{today:g}", None))
        elif value != today and f"{value:g}" not in [label for label, _ in found]:
            try:
                found.append((f"{value:g}", with_settings(brand, {path: value})))
            except ValidationError:
                continue
    return found

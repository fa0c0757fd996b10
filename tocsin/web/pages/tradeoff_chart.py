"""Trade-off chart of a tuning run: detection delay against false alarms, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.rendering.charts.chart_kit import Scale, position_ticks, value_ticks
from replay.tuning.candidates import value_of

if TYPE_CHECKING:
    from config.brands.model import Brand
    from replay.tuning.optimisation import Point, TuningResult

WIDTH: Final = 640
HEIGHT: Final = 320
LEFT: Final = 52
RIGHT: Final = 16
BOTTOM: Final = 40
TOP: Final = 14
MAX_ROWS: Final = 12
"""Rows of the table."""


class ChartPoint(NamedTuple):
    """A setting on the chart."""

    x: float
    y: float
    mark: str  # today, proposal, best or tried
    title: str


class SettingRow(NamedTuple):
    """One setting in the table."""

    setting: str
    mark: str
    found: int
    of: int
    delay: str
    alarms: str


class TradeoffChart(NamedTuple):
    """The chart and its table; no points where no setting detects a crisis."""

    points: list[ChartPoint]
    y_ticks: list[tuple[float, str]]  # height and text
    x_ticks: list[tuple[float, str]]
    rows: list[SettingRow]


def build_chart(study: TuningResult, brand: Brand) -> TradeoffChart:
    """Return the chart of a tuning run, of the settings that detect as many crises as the best one."""
    most = max(point.found for point in study.points)
    lines = [_setting_row(study, place, brand) for place in _worth_showing(study)]
    shown = [(place, one) for place, one in enumerate(study.points) if one.found == most and one.mean_delay is not None]
    if not shown:
        return TradeoffChart([], [], [], lines)
    wide = max(one.per_week for _, one in shown) or 1.0
    tall = max(one.mean_delay or 0.0 for _, one in shown) or 1.0
    scale = Scale(LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM, 0, wide, tall)
    order = ("tried", "best", "proposal", "today")
    dots = [
        ChartPoint(
            round(scale.x(one.per_week), 1),
            round(scale.y(one.mean_delay or 0.0), 1),
            _mark(study, place, one),
            f"{_setting_text(brand, one)}: {one.mean_delay:.0f} min, {one.per_week:.2g} / 7 d",
        )
        for place, one in shown
    ]
    left = [(round(tick.at, 1), f"{tick.value:.3g}") for tick in value_ticks(scale, 2)]
    below = [(round(tick.at, 1), f"{tick.value:.2g}") for tick in position_ticks(scale, 2)]
    return TradeoffChart(sorted(dots, key=lambda dot: order.index(dot.mark)), left, below, lines)


def _worth_showing(study: TuningResult) -> list[int]:
    """Return the current setting, the named one, and the best others."""
    rest = [place for place, one in enumerate(study.points) if one.best]
    rest.sort(key=lambda place: (-study.points[place].found, study.points[place].per_week))
    return list(dict.fromkeys([0, study.named, *rest]))[:MAX_ROWS]


def _setting_row(study: TuningResult, place: int, brand: Brand) -> SettingRow:
    one = study.points[place]
    delay = "–" if one.mean_delay is None else f"{one.mean_delay:.0f}"
    return SettingRow(
        _setting_text(brand, one), _mark(study, place, one), one.found, one.of, delay, f"{one.per_week:.2g}"
    )


def _mark(study: TuningResult, place: int, one: Point) -> str:
    if place == 0:
        return "today"
    return "proposal" if place == study.proposal else "best" if one.best else "tried"


def _setting_text(brand: Brand, one: Point) -> str:
    changes = (
        f"{path.partition('.')[2]} {value_of(brand, path)} → {value:g}"
        if isinstance(value, float)
        else f"{path.partition('.')[2]} {value_of(brand, path)} → {value}"
        for path, value in one.settings.items()
    )
    return ", ".join(changes)

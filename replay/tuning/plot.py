"""Terminal plot of detection delay against false alarms a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.rendering.charts.chart_kit import Scale

if TYPE_CHECKING:
    from replay.tuning.optimisation import Point, TuningResult

WIDTH: Final = 56
HEIGHT: Final = 12
_MARGIN: Final = 9


def plot(study: TuningResult) -> list[str]:
    """Return the lines of a chart: `T` today, `P` the proposal, `o` what nothing beats, `·` the rest.

    Only settings that page all the crises that the best one pages have a delay that can be compared; the others are
    left out and counted.
    """
    most = max(point.found for point in study.points)
    shown = [(p, one) for p, one in enumerate(study.points) if one.found == most and one.mean_delay is not None]
    if not shown:
        return ["no setting pages any of the crises: there is no curve to draw"]
    wide = max(one.per_week for _, one in shown) or 1.0
    delays = [one.mean_delay or 0.0 for _, one in shown]
    low, high = min(delays), max(*delays, min(delays) + 1)
    scale = Scale(0, WIDTH, 0, HEIGHT, 0, wide, high, low)
    rows = [[" "] * (WIDTH + 1) for _ in range(HEIGHT + 1)]
    for place, one in sorted(shown, key=lambda pair: _weight(study, *pair)):
        rows[round(scale.y(one.mean_delay or 0.0))][round(scale.x(one.per_week))] = _mark(study, place, one)
    return [*_framed(rows, low, high, wide), *_legend(study, len(study.points) - len(shown), most)]


def _framed(rows: list[list[str]], low: float, high: float, wide: float) -> list[str]:
    heads = {0: f"{high:.0f} min", HEIGHT: f"{low:.0f} min"}
    lines = [f"{heads.get(place, ''):>{_MARGIN - 2}} |{''.join(row).rstrip()}" for place, row in enumerate(rows)]
    foot = f"{'0':<{WIDTH // 2}}{wide:.2f} false alarms a week".rjust(WIDTH)
    return [*lines, f"{'':{_MARGIN - 1}}+{'-' * WIDTH}", f"{'':{_MARGIN}}{foot}"]


def _legend(study: TuningResult, left_out: int, most: int) -> list[str]:
    of = study.today.of
    lines = [
        f"{'':{_MARGIN}}T today   {'P proposal   ' if study.proposal is not None else ''}o nothing is better   · tried"
    ]
    if left_out:
        lines.append(f"{'':{_MARGIN}}{left_out} settings that page fewer than {most} of {of} crises are not drawn")
    return lines


def _mark(study: TuningResult, place: int, one: Point) -> str:
    if place == study.proposal:
        return "P"
    return "T" if place == 0 else "o" if one.best else "·"


def _weight(study: TuningResult, place: int, one: Point) -> int:
    """Order what is drawn, so that what matters lies on top."""
    return " ·oTP".index(_mark(study, place, one))

"""Trade-off chart of a tuning: detection delay against false alarms a week, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import plotly.graph_objects as go

from replay.report.layout import GREY, Chart, chart
from replay.report.tuning_locale import WORDS, change, false_alarm_rate, minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Language
    from replay.tuning.optimisation import Point, TuningResult

TODAY: Final = "#4f86b8"
PROPOSAL: Final = "#2f8a57"
HINDSIGHT: Final = "#a8720a"
HEIGHT: Final = 430
NAMED: Final = 5
"""Settings that one place of the chart names."""

Mark = Literal["fewer", "tried", "best", "leading", "today"]
_MARKS: Final[dict[Mark, dict[str, Any]]] = {
    "fewer": {"symbol": "x-thin", "size": 9, "color": GREY, "line": {"width": 1.5, "color": GREY}},
    "tried": {"symbol": "circle-open", "size": 9, "color": GREY},
    "best": {"symbol": "circle", "size": 9, "color": GREY},
    "leading": {"symbol": "star", "size": 17, "color": HINDSIGHT},
    "today": {"symbol": "square", "size": 14, "color": TODAY},
}


class PlottedPoint(NamedTuple):
    """Settings with the same result."""

    mark: Mark
    point: Point
    settings: list[dict[str, Any]]


def tradeoff_chart(study: TuningResult, language: Language) -> Chart | None:
    """Return the chart; None where no setting pages any crisis, so that there is no delay to draw."""
    found = plotted_points(study)
    if not found:
        return None
    words, figure = WORDS[language], go.Figure()
    _draw_border(figure, found, words)
    for mark, style in _MARKS.items():
        mine = [place for place in found if place.mark == mark]
        if mine:
            _draw(figure, mine, _styled_mark(mark, style, study), words[_legend_name(mark, study)], language)
    if study.budget is not None:
        figure.add_vline(x=study.budget, line={"color": GREY, "dash": "dot"}, annotation_text=words["budget"])
    figure.update_layout(height=HEIGHT, margin={"l": 50, "r": 14, "t": 16, "b": 52}, showlegend=False)
    figure.update_xaxes(title={"text": words["axis_noise"], "font": {"size": 13}})
    figure.update_yaxes(title={"text": words["axis_delay"], "font": {"size": 13}})
    return chart(figure, _alt(study, found, language))


def plotted_points(study: TuningResult) -> list[PlottedPoint]:
    """Return the settings that page any crisis, equal results merged; the most important last."""
    most = max(point.found for point in study.points)
    at: dict[tuple[float, float | None, int], PlottedPoint] = {}
    for number, point in enumerate(study.points):
        if point.mean_delay is None:
            continue
        mark = _mark(study, number, point, most)
        key = point.per_week, point.mean_delay, point.found
        known = at.get(key)
        settings = [*(known.settings if known else []), point.settings]
        dominates = known is None or list(_MARKS).index(mark) > list(_MARKS).index(known.mark)
        at[key] = (
            PlottedPoint(mark, point, settings) if dominates or known is None else known._replace(settings=settings)
        )
    return sorted(at.values(), key=lambda place: list(_MARKS).index(place.mark))


def _mark(study: TuningResult, number: int, point: Point, most: int) -> Mark:
    if number == 0:
        return "today"
    if number == study.named:
        return "leading"
    if point.found < most:
        return "fewer"
    return "best" if point.best else "tried"


def _legend_name(mark: Mark, study: TuningResult) -> str:
    return "mark_proposal" if mark == "leading" and study.proposed else f"mark_{mark}"


def _styled_mark(mark: Mark, style: dict[str, Any], study: TuningResult) -> dict[str, Any]:
    return {**style, "color": PROPOSAL} if _legend_name(mark, study) == "mark_proposal" else style


def _draw(figure: Any, found: Sequence[PlottedPoint], style: dict[str, Any], name: str, language: Language) -> None:
    points = [place.point for place in found]
    certain = len(found) == 1 and style["symbol"] in ("square", "star")
    high = [point.between[1] if point.between[1] is not None else point.per_week for point in points]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [top - point.per_week for top, point in zip(high, points, strict=True)],
        "arrayminus": [point.per_week - point.between[0] for point in points],
        "color": style["color"],
        "thickness": 1.5,
    }
    figure.add_trace(
        go.Scatter(
            x=[point.per_week for point in points],
            y=[point.mean_delay for point in points],
            mode="markers",
            marker=style,
            name=name,
            error_x=error if certain else None,
            customdata=[_hover(place, language) for place in found],
            hovertemplate="<b>" + name + "</b><br>%{customdata}<extra></extra>",
        )
    )


def _draw_border(figure: Any, found: Sequence[PlottedPoint], words: dict[str, str]) -> None:
    """Draw the line of settings that page most crises and that none beats."""
    most = max(place.point.found for place in found)
    border = sorted(
        {(p.point.per_week, p.point.mean_delay) for p in found if p.point.best and p.point.found == most},
        key=lambda pair: (pair[0], -(pair[1] or 0)),
    )
    line = {"color": GREY, "width": 1, "dash": "dot", "shape": "hv"}
    x, y = [pair[0] for pair in border], [pair[1] for pair in border]
    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, name=words["mark_best"], hoverinfo="skip"))


def _hover(place: PlottedPoint, language: Language) -> str:
    words, point = WORDS[language], place.point
    named = [change(settings, language) for settings in place.settings[:NAMED]]
    if len(place.settings) > NAMED:
        named.append(words["more"].format(n=len(place.settings) - NAMED))
    delay = minutes(point.mean_delay, language)
    text = words["hover"].format(
        found=point.found, of=point.of, delay=delay, noise=false_alarm_rate(point.per_week, language)
    )
    return "<br>".join([text, *named])


def _alt(study: TuningResult, found: Sequence[PlottedPoint], language: Language) -> str:
    words, today = WORDS[language], study.today
    text = words["alt"].format(count=len(study.points), places=len(found))
    if today.mean_delay is not None:
        place = (minutes(today.mean_delay, language), false_alarm_rate(today.per_week, language))
        text += " " + words["alt_today"].format(delay=place[0], noise=place[1])
    return f"{text} {words['alt_table']}"

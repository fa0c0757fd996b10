"""Charts of a report: annotations above the mentions, the mentions alone, and each detector against its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from alerts.rendering import text as wording
from detectors.registry import label, metric_text
from replay.report.annotations import KINDS
from replay.report.layout import GREY, Chart, chart, clock
from replay.report.threshold_distance import LONG, has_window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Language
    from replay.report.annotations import Annotation, Kind
    from replay.report.data import ReportData
    from replay.report.series import Series
    from replay.report.threshold_distance import DetectorLevel

MENTIONS: Final = "#4f86b8"
NEGATIVE: Final = "#c4472c"
ACT: Final = "#2f8a57"
PANELS: Final = 5
"""Detectors drawn: those that came nearest to their level."""

WORTH: Final = 0.25
"""How near to its level a detector must have come to be drawn."""

SIGNS: Final[dict[Kind, tuple[str, str]]] = {
    "alert": ("triangle-down", NEGATIVE),
    "escalation": ("diamond", "#a8720a"),
    "act": ("circle", ACT),
    "over": ("square", GREY),
}
_LANE: Final = 74  # pixels
_MAIN: Final = 230
_PANEL: Final = 104
_AROUND: Final = 74
_WHOLE: Final = 130


def timeline(facts: ReportData, series: Series, marks: Sequence[Annotation], words: dict[str, str]) -> Chart:
    """Return the chart of what happened: a lane of annotations, and the mentions below it."""
    shown = [mark for mark in marks if series.times[0] <= mark.at <= series.end]
    figure = _figure([_LANE, _MAIN], [words["happened"], words["per"].format(step=series.step)])
    zone = facts.brand.timezone
    _draw_lane(figure, marks, words, zone, shown)
    _draw_mentions(figure, series, words, zone)
    for mark in shown:
        if mark.kind == "alert" and mark.page:
            figure.add_vline(x=clock(mark.at, zone), line={"color": NEGATIVE, "dash": "dot", "width": 1})
    _lay_out(figure, series, _LANE + _MAIN + _AROUND, zone)
    figure.update_yaxes(range=[-len(KINDS) + 0.4, 0.6], visible=False, row=1, col=1)
    return chart(figure, _alt(series, words, zone))


def mentions_chart(series: Series, words: dict[str, str], zone: str) -> Chart:
    """Return the chart of the mentions alone."""
    figure = _figure([_WHOLE], [words["per"].format(step=series.step)])
    _draw_mentions(figure, series, words, zone, row=1)
    _lay_out(figure, series, _WHOLE + _AROUND, zone)
    return chart(figure, _alt(series, words, zone))


def detectors_chart(facts: ReportData, language: Language, words: dict[str, str]) -> Chart | None:
    """Return a panel for each detector near its threshold, over the hours of the crisis; None without any."""
    panels = charted_levels(facts.levels)
    if not panels:
        return None
    figure, zone = _figure([_PANEL] * len(panels), [_short(one, language) for one in panels]), facts.brand.timezone
    for row, one in enumerate(panels, 1):
        _draw_level(figure, row, one, facts.times, words, zone)
    _lay_out(figure, facts.crisis, _PANEL * len(panels) + _AROUND, zone)
    return chart(figure, words["alt_levels"].format(count=len(panels)))


def _figure(heights: list[int], titles: list[str]) -> Any:
    whole = sum(heights) + _AROUND
    return make_subplots(
        rows=len(heights),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=min(0.34 / len(heights), 34 / whole),
        subplot_titles=titles,
    )


def charted_levels(levels: Sequence[DetectorLevel]) -> list[DetectorLevel]:
    """Return the detectors to be drawn."""
    worth = [one for one in levels if one.nearest.fires or (one.nearest.nearness >= WORTH and one.coverage >= LONG)]
    return worth[:PANELS]


def _short(level: DetectorLevel, language: Language) -> str:
    """Return `More mentions than usual (2 h)`, short enough for a phone."""
    name = label(level.detector, language) or level.detector
    return (
        name if not has_window(level.metric) else f"{name} ({wording.format_duration(level.window * 60_000, language)})"
    )


def panel_title(level: DetectorLevel, language: Language, words: dict[str, str]) -> str:
    """Return `More mentions than usual: mentions in 2 h`."""
    name = label(level.detector, language) or level.detector
    if not has_window(level.metric):
        return f"{name}: {words.get(level.metric, level.metric)}"
    window = wording.format_duration(level.window * 60_000, language)
    metric = metric_text(level.metric, language) or level.metric
    return words["panel"].format(name=name, metric=metric, window=window)


def _draw_lane(
    figure: Any, marks: Sequence[Annotation], words: dict[str, str], zone: str, shown: Sequence[Annotation]
) -> None:
    """Draw those of the annotations that are shown, under their number among all of them."""
    for row, kind in enumerate(KINDS):
        mine = [(number, mark) for number, mark in enumerate(marks, 1) if mark.kind == kind and mark in shown]
        if not mine:
            continue
        symbol, colour = SIGNS[kind]
        figure.add_trace(
            go.Scatter(
                x=[clock(mark.at, zone) for _, mark in mine],
                y=[-row] * len(mine),
                mode="markers",
                marker={"symbol": symbol, "size": 11, "color": colour},
                name=words[f"kind_{kind}"],
                customdata=[f"{number}. {_plain(mark.text)}" for number, mark in mine],
                hovertemplate="%{x|%H:%M} %{customdata}<extra></extra>",
            ),
            1,
            1,
        )


def _draw_mentions(figure: Any, series: Series, words: dict[str, str], zone: str, row: int = 2) -> None:
    at = [clock(time, zone) for time in series.times]
    for key, values, colour in (
        ("mentions", series.mentions, MENTIONS),
        ("negative", series.negative, NEGATIVE),
    ):
        line = {"color": colour, "shape": "hv", "width": 1.5}
        figure.add_trace(go.Scatter(x=at, y=values, name=words[key], line=line, fill="tozeroy"), row, 1)


def _draw_level(
    figure: Any, row: int, level: DetectorLevel, times: Sequence[int], words: dict[str, str], zone: str
) -> None:
    share = 100 if level.metric.endswith("share") else 1
    at = [clock(time, zone) for time in times]
    observed = [None if one is None else round(one.observed * share, 2) for one in level.observations]
    fires = [None if one is None else round(one.level * share, 2) for one in level.observations]
    colour = {"mentions": MENTIONS, "positive mentions": ACT}.get(level.metric, NEGATIVE)
    for values, name, line in (
        (observed, words["observed"], {"color": colour, "width": 1.5}),
        (fires, words["level"], {"color": GREY, "width": 1.5, "dash": "dash", "shape": "hv"}),
    ):
        figure.add_trace(go.Scatter(x=at, y=values, name=name, line=line), row, 1)
    if share != 1:
        figure.update_yaxes(ticksuffix=" %", row=row, col=1)


def _lay_out(figure: Any, series: Series, whole: int, zone: str) -> None:
    figure.update_layout(
        height=whole,
        margin={"l": 46, "r": 10, "t": 30, "b": 44},
        showlegend=False,
        hovermode="x",
    )
    shown = [clock(series.times[0], zone), clock(series.end, zone)]
    figure.update_xaxes(range=shown, tickformat="%H:%M\n%d %b")
    figure.update_yaxes(rangemode="tozero", nticks=4)
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})


def _alt(series: Series, words: dict[str, str], zone: str) -> str:
    place = max(range(len(series.times)), key=series.mentions.__getitem__)
    return words["alt"].format(step=series.step, peak=clock(series.times[place], zone), count=series.mentions[place])


def _plain(text: str) -> str:
    """Return text in which plotly finds no markup of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

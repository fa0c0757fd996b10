"""Page of a weekly report: one HTML file, nothing fetched, all text from outside escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import plotly.graph_objects as go

from alerts.rendering.escaping import clean
from replay.report.layout import GREY, chart, page
from replay.report.page import Publisher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Language
    from replay.report.weekly.figures import BrandWeek


class WeeklyText(NamedTuple):
    """What a weekly report says, in the language of its page."""

    title: str
    summary: str
    head: Sequence[str]  # the first two columns are brand and client
    rows: Sequence[Sequence[str]]
    sections: Sequence[tuple[str, Sequence[str]]]  # a brand's title and its lines
    chart: str  # what the chart shows
    now: str
    before: str


def render_weekly(
    weeks: Sequence[BrandWeek], text: WeeklyText, language: Language, publisher: Publisher | None = None
) -> str:
    """Return the page of the week of one or several brands."""
    drawn = go.Figure()
    names = [clean(week.brand.name) for week in weeks]
    drawn.add_bar(
        name=text.before,
        x=names,
        y=[week.before.mentions if week.before else None for week in weeks],
        marker_color=GREY,
    )
    drawn.add_bar(name=text.now, x=names, y=[week.now.mentions for week in weeks], marker_color="#c4472c")
    drawn.update_layout(
        barmode="group", height=260, margin={"l": 50, "r": 10, "t": 10, "b": 30}, legend={"orientation": "h", "y": 1.15}
    )
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(rangemode="tozero")
    return page(
        "weekly.html.j2",
        language,
        publisher=publisher or Publisher(),
        title=text.title,
        text=text,
        chart=chart(drawn, text.chart),
    )

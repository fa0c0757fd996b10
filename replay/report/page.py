"""What does a report look like? One HTML file: charts inlined, nothing fetched, all text from outside escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from alerts import wording
from replay.report.words import WORDS

if TYPE_CHECKING:
    from config.brand import Language
    from replay.report.facts import Facts

MENTIONS: Final = "#4f86b8"
NEGATIVE: Final = "#c4472c"
GREY: Final = "#7a7a80"
ROWS: Final = 60
"""Rows of the table behind the chart: the busiest stretches."""


def render(facts: Facts, language: Language) -> str:
    """Return the page."""
    words = WORDS[language]
    template = _environment().get_template("report.html.j2")
    return template.render(
        words=words,
        language=language,
        title=words["title"].format(brand=facts.brand.name),
        summary=summary(facts, language),
        facts=facts,
        alt=_alt(facts, words),
        chart=Markup(_figure(facts, words).to_html(full_html=False, include_plotlyjs=False, config=_CONFIG)),  # noqa: S704  plotly escapes its data
        plotly=Markup(get_plotlyjs()),  # noqa: S704  the library itself
        busiest=_busiest(facts),
        told=_told(facts, language),
        tried=[_tried(facts, place, words) for place in range(len(facts.settings))],
        today=next(place for place, one in enumerate(facts.settings) if one.scale == 1),
        clock=clock,
    )


def summary(facts: Facts, language: Language) -> str:
    """Return the paragraph for whoever reads only one."""
    words, outcome = WORDS[language], facts.outcome
    span = {"since": clock(outcome.since), "until": clock(outcome.until), "brand": facts.brand.name}
    if facts.focus is None:
        return words["none"].format(mentions=outcome.mentions, **span)
    course = facts.focus
    line = wording.fact(_notes(facts)[0], language)
    text = words["some"].format(
        mentions=outcome.mentions,
        incidents=len(facts.courses),
        pages=sum(one.pages for one in facts.courses),
        line=line,
        opened=clock(course.opened_at),
        **span,
    )
    until = course.segments[-1].until
    return text + (words["open"] if until is None else words["over"].format(span=_span(course, until, language)))


def clock(at: int) -> str:
    """Return an instant as people read it, UTC.

    >>> clock(0)
    '1970-01-01 00:00'
    """
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"


_CONFIG: Final[dict[str, Any]] = {"responsive": True, "displaylogo": False, "displayModeBar": False}


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("replay.report"), autoescape=True, undefined=StrictUndefined)


def _notes(facts: Facts) -> list[Any]:
    assert facts.focus is not None
    return [note for note in facts.outcome.told if note.incident.id == facts.focus.incident.id]


def _span(course: Any, until: int, language: Language) -> str:
    return wording.span(until - course.opened_at, language)


def _figure(facts: Facts, words: dict[str, str]) -> Any:
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.7, 0.3], vertical_spacing=0.06)
    at = [clock(time) for time in facts.times]
    share = [
        round(100 * bad / every, 1) if every else None
        for bad, every in zip(facts.negative, facts.mentions, strict=True)
    ]
    upper = (("mentions", facts.mentions, MENTIONS, "solid"), ("negative", facts.negative, NEGATIVE, "dot"))
    for key, values, colour, dash in upper:
        line = {"color": colour, "dash": dash, "shape": "hv"}
        figure.add_trace(go.Scatter(x=at, y=values, name=words[key], line=line, fill="tozeroy"), 1, 1)
    figure.add_trace(go.Scatter(x=at, y=share, name=f"{words['share']} (%)", line={"color": GREY}), 2, 1)
    for course in facts.courses:
        if facts.since <= course.opened_at <= facts.until:
            opened = clock(course.opened_at)
            figure.add_vline(x=opened, line={"color": NEGATIVE, "dash": "dash", "width": 2})
            figure.add_annotation(x=opened, y=1.06, yref="paper", text=words["alert"], showarrow=False)
    figure.update_layout(
        height=460,
        margin={"l": 44, "r": 12, "t": 34, "b": 30},
        legend={"orientation": "h", "y": -0.12},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": GREY, "size": 13},
        hovermode="x unified",
    )
    figure.update_xaxes(gridcolor="rgba(128,128,128,.25)")
    figure.update_yaxes(gridcolor="rgba(128,128,128,.25)", rangemode="tozero")
    return figure


def _alt(facts: Facts, words: dict[str, str]) -> str:
    place = max(range(len(facts.times)), key=facts.mentions.__getitem__)
    return words["alt"].format(step=facts.step, peak=clock(facts.times[place]), count=facts.mentions[place])


def _busiest(facts: Facts) -> list[tuple[str, int, int]]:
    rows = sorted(zip(facts.mentions, facts.times, facts.negative, strict=True), reverse=True)[:ROWS]
    return [(clock(at), count, bad) for count, at, bad in sorted(rows, key=lambda row: row[1])]


def _told(facts: Facts, language: Language) -> list[tuple[str, str, str, bool]]:
    if facts.focus is None:
        return []
    return [
        (
            clock(note.at),
            wording.say(language, note.incident.severity),
            wording.fact(note, language),
            note.page,
        )
        for note in _notes(facts)
    ]


def _tried(facts: Facts, place: int, words: dict[str, str]) -> dict[str, Any]:
    one = facts.settings[place]
    opened = ", ".join(map(clock, one.opened)) or words["nothing"]
    name = f"× {one.scale:g}" + (f" ({words['today']})" if one.scale == 1 else "")
    return {"name": name, "incidents": len(one.opened), "pages": one.pages, "opened": opened}

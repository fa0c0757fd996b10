"""Incident page: one self-contained HTML page with charts, notifications and Slack messages."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from alerts.incidents.model import rank
from alerts.rendering import text
from alerts.rendering.card import Chart, build_card
from alerts.rendering.charts import chart_data, chart_png, chart_svg
from replay.pictures import chart, slack_html, slack_svg
from replay.pictures.chart import Annotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.incidents.model import Incident, Notification
    from alerts.rendering.route import Route
    from replay.pictures.event_log import EventLog

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1b1f;--soft:#56565e;--paper:#fbfaf7;--edge:#d9d6cf;--mentions:#8fb3d9;
--negative:#b5341c;--info:#2b6cb0;--warning:#a04b00;--critical:#a3142a;--over:#2f6b3a;--card:#fff;
--chart-ink:#56565e;--chart-grid:#d9d6cf;--chart-all:#a9b4c2;--chart-negative:#b5341c;--chart-usual:#2b6cb0;
--chart-threshold:#1b1b1f}
@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--soft:#a9a9b4;--paper:#16171b;--edge:#3a3b42;--mentions:#3f6a97;
--negative:#f0795c;--info:#7db3ea;--warning:#f2a65a;--critical:#ff8a94;--over:#86c995;--card:#1d1f24;
--chart-ink:#a9a9b4;--chart-grid:#3a3b42;--chart-all:#566273;--chart-negative:#f0795c;--chart-usual:#7db3ea;
--chart-threshold:#ececf1}}
*{box-sizing:border-box}body{margin:0 auto;padding:24px 16px 64px;max-width:1000px;background:var(--paper);
color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:.2em 0}h2{font-size:1.2rem;margin:2.2em 0 .3em}h3{font-size:1rem}
p,li{max-width:70ch}.soft,figcaption{color:var(--soft)}figure{margin:12px 0;overflow-x:auto}
svg{width:100%;height:auto;display:block}svg.chart{min-width:600px}svg.card{max-width:720px}
.chart text{fill:var(--soft);font:12px system-ui,Helvetica,Arial,sans-serif}.chart .grid{stroke:var(--edge)}
.chart .mentions{fill:var(--mentions)}.chart .negative{fill:var(--negative)}
.flag path{fill:none;stroke:currentColor;stroke-dasharray:3 3}.flag circle{fill:currentColor}
.chart .flag text{fill:var(--paper);font-weight:700}
.info{color:var(--info)}.warning{color:var(--warning)}.critical{color:var(--critical)}.resolved{color:var(--over)}
.key{white-space:nowrap;border-left:.8em solid;padding-left:.3em;margin-left:.6em}
.key.mentions{border-color:var(--mentions)}.key.negative{border-color:var(--negative)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
td,th{text-align:left;vertical-align:top;padding:4px 10px 4px 0;
border-bottom:1px solid var(--edge)}details{margin:12px 0}summary{cursor:pointer;padding:6px 0}
.crisis{margin:12px 0}
@media print{details:not([open])>*{display:block}}
"""


def render(log: EventLog, route: Callable[[str, int], Route], title: str, lead: str) -> str:
    """Return the page; `route` says in which language and to whom a brand's messages are written."""
    brands = sorted(log.minutes, key=lambda brand: _weight(log, brand))
    sections = "".join(_brand(log, brand, route(brand, log.span()[1])) for brand in brands)
    key = '<span class="key mentions">mentions a minute</span> <span class="key negative">of these, negative</span>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}{chart_svg.STYLE}{slack_html.STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<p>{escape(lead)}</p><p class="soft">Times are UTC. {key}</p>{sections}</main></body></html>\n'
    )


def _weight(log: EventLog, brand: str) -> tuple[int, str]:
    """Order brands by their most severe incident, then by name."""
    grave = [rank(incident.severity) for incident in log.incidents() if incident.brand == brand]
    return -max(grave, default=-1), brand


def _brand(log: EventLog, brand: str, route: Route) -> str:
    incidents = [incident for incident in log.incidents() if incident.brand == brand]
    steps = [note for incident in incidents for note in log.about(incident.id) if note.reason != "updated"]
    marks = [
        _annotation(number, note) for number, note in enumerate(sorted(steps, key=lambda note: note.happened_at), 1)
    ]
    drawn = chart.render(brand, log.span()[0], log.series(brand), marks)
    told = _table(marks) if marks else '<p class="soft">No notifications.</p>'
    crises = "".join(_crisis(log.about(incident.id), incident, route) for incident in incidents)
    cards = "".join(_cards(log.about(incident.id), incident, route) for incident in incidents)
    return f"<section><h2>{escape(brand)}</h2>{crises}<figure>{drawn}</figure>{told}{cards}</section>"


def _annotation(number: int, note: Notification) -> Annotation:
    incident = note.incident
    state = "resolved" if incident.status == "resolved" else incident.severity
    return Annotation(note.happened_at, number, state, _annotation_text(note))


def _annotation_text(note: Notification) -> str:
    evidence = note.incident.findings[note.detector].signal.evidence
    return f"{note.reason.replace('_', ' ')}, {note.incident.severity}: {text.evidence_text(evidence, 'en')}"


def _table(marks: list[Annotation]) -> str:
    rows = "".join(
        f'<tr><td class="{escape(mark.severity)}"><strong>{mark.number}</strong></td><td>{clock(mark.at)}</td>'
        f"<td>{escape(mark.text)}</td></tr>"
        for mark in marks
    )
    return f"<table><thead><tr><th>Flag</th><th>At</th><th>Notification</th></tr></thead><tbody>{rows}</tbody></table>"


def _crisis(notes: list[Notification], incident: Incident, route: Route) -> str:
    """Return the message at its most severe: what woke somebody up stands first."""
    return f'<div class="crisis" id="{escape(incident.id)}">{html_card(_most_severe(notes, incident), route)}</div>'


def _most_severe(notes: list[Notification], incident: Incident) -> Notification:
    return next(note for note in notes if note.incident.severity == incident.severity)


def _cards(notes: list[Notification], incident: Incident, route: Route) -> str:
    """Return the message as first posted, and as it stands at the end, folded up."""
    shown = {note.revision: note for note in (notes[0], notes[-1])}
    shown.pop(_most_severe(notes, incident).revision, None)
    return "".join(_card(note, route) for note in shown.values())


def _card(note: Notification, route: Route) -> str:
    return (
        f"<details><summary>The message at {clock(note.happened_at)}, revision {note.revision}: "
        f"{escape(note.reason.replace('_', ' '))}</summary>{html_card(note, route)}</details>"
    )


def html_card(note: Notification, route: Route) -> str:
    """Return the message that Slack shows after this notification, as HTML."""
    found = chart_data.chart_data(note.incident)
    if found is None:
        return slack_html.render(build_card(note.incident, route, page=note.page, edit=True), clock(note.happened_at))
    timeline, evidence = found
    language = text.supported_language(route.language)
    chart = Chart("F00000000", note.revision, note.happened_at, timeline.step // 60_000, "")
    card = build_card(note.incident, route, page=note.page, edit=True, chart=chart)
    drawn = chart_svg.draw(timeline, evidence, chart_data.alt(timeline, language))
    return slack_html.render(card, clock(note.happened_at), drawn)


def render_card(note: Notification, route: Route) -> str:
    """Return the message that Slack shows after this notification, with its chart, as SVG."""
    found = chart_data.chart_data(note.incident)
    if found is None:
        return slack_svg.render(build_card(note.incident, route, page=note.page), clock(note.happened_at))
    timeline, evidence = found
    alt = chart_data.alt(timeline, text.supported_language(route.language))
    chart = Chart("F00000000", note.revision, note.happened_at, timeline.step // 60_000, alt)
    card = build_card(note.incident, route, page=note.page, chart=chart)
    return slack_svg.render(card, clock(note.happened_at), chart_png.draw(timeline, evidence))


def clock(at: int) -> str:
    """Return the time of day of an instant [ms], in UTC."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%H:%M}"

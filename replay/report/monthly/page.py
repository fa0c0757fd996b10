"""Page of a monthly report: one HTML file, nothing fetched, all text from outside escaped."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import plotly.graph_objects as go

from alerts.incidents.findings import primary, topic_of, words_of
from alerts.incidents.model import SYSTEM_USER
from alerts.rendering import text as wording
from alerts.rendering.escaping import clean
from alerts.rendering.text import format_duration, peak_text
from alerts.rendering.topic_part import about_text, category_names
from detectors.model.signal import SEVERITIES
from detectors.model.signal_text import format_number, format_percent
from replay.report.layout import GREY, chart, clock, page
from replay.report.monthly.figures import time_to_acknowledge, time_to_resolve
from replay.report.monthly.locale import MONTHS, WORDS
from replay.report.page import Publisher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Language
    from replay.report.monthly.figures import MonthFigures

_COLOURS: Final = {"info": GREY, "warning": "#a8720a", "critical": "#c4472c"}
_ACTS: Final = ("acknowledged", "resolved", "judged", "noted", "official_reply")
_TOPICS: Final = 12


class IncidentRow(NamedTuple):
    """One incident of the month, in words."""

    opened: str
    severity: str
    brand: str
    what: str
    about: str
    answer: str
    end: str
    verdict: str


def render_month(
    client: str,
    months: Sequence[MonthFigures],
    language: Language,
    zone: str,
    names: Mapping[str, str],
    publisher: Publisher | None = None,
) -> str:
    """Return the page of the last of `months`, which stand before it to compare; `names` are those of people."""
    words, latest = WORDS[language], months[-1]
    return page(
        "monthly.html.j2",
        language,
        words=words | {"opened": words["opened"].format(zone=zone)},
        publisher=publisher or Publisher(),
        title=words["title"].format(client=clean(client) or words["all"], month=_named(latest, language)),
        summary=summary(latest, language),
        glance=_glance(latest, language),
        head=[words[key] for key in _COLUMNS],
        table=[(str(one.month), _cells(one, language)) for one in months],
        chart=_chart(months, language),
        note=words["operational"].format(count=latest.operational) if latest.operational else "",
        no_volume=words["no_volume"] if all(one.mentions is None for one in months) else "",
        rows=[_row(one, language, zone, names) for one in latest.incidents],
        severities={severity: wording.translate(language, severity) for severity in SEVERITIES},
        topics=topics(latest.incidents, language),
        people=people(latest, names),
        acts=[words[one] for one in _ACTS],
        number=partial(format_number, language=language),
    )


def summary(one: MonthFigures, language: Language) -> str:
    """Return a month in some sentences."""
    words, count = WORDS[language], len(one.incidents)
    if not count:
        text = words["calm"].format(month=_named(one, language))
    else:
        counted = words["one_incident" if count == 1 else "many_incident"].format(count=count)
        text = words["crises"].format(
            incidents=counted, month=_named(one, language), critical=one.count("critical"), paged=one.paged
        )
    for key, span in (("answered", one.to_acknowledge), ("ended", one.to_resolve)):
        text += "" if span is None else words[key].format(span=format_duration(span, language))
    still_open = sum(incident.status != "resolved" for incident in one.incidents)
    for key, number in (("nobody", one.unacknowledged), ("open", still_open)):
        text += words[key].format(count=number) if number else ""
    if one.mentions is not None and one.negative_share is not None:
        share = format_percent(one.negative_share, language)
        text += words["volume"].format(mentions=format_number(one.mentions, language), share=share)
    return text


def topics(incidents: Sequence[Incident], language: Language) -> list[tuple[str, int]]:
    """Return what incidents were about, by risk category or else by their words, the most frequent first."""
    found: Counter[str] = Counter()
    for incident in incidents:
        topic = topic_of(incident)
        named = category_names(topic, language) if topic else []
        found.update(named or [about_text(topic, words_of(incident), language)])
    return [(name, count) for name, count in found.most_common(_TOPICS) if name]


def people(one: MonthFigures, names: Mapping[str, str]) -> list[tuple[str, list[int]]]:
    """Return how often each person did what in the month, the busiest first."""
    done: dict[str, Counter[str]] = {}
    for incident in one.incidents:
        for entry in incident.history:
            if entry.actor != SYSTEM_USER and entry.reason in _ACTS:
                done.setdefault(clean(names.get(entry.actor, entry.actor)), Counter())[entry.reason] += 1
    ranked = sorted(done.items(), key=lambda item: (-item[1].total(), item[0]))
    return [(who, [counts[act] for act in _ACTS]) for who, counts in ranked]


_COLUMNS: Final = (
    "incidents",
    "critical",
    "paged",
    "to_acknowledge",
    "to_resolve",
    "crisis",
    "planned",
    "not_a_crisis",
    "no_verdict",
    "mentions",
    "negative",
)


def _named(one: MonthFigures, language: Language) -> str:
    return f"{MONTHS[language][one.month.number - 1]} {one.month.year}"


def _cells(one: MonthFigures, language: Language) -> list[str]:
    words, number = WORDS[language], partial(format_number, language=language)
    spans = ("–" if span is None else format_duration(span, language) for span in (one.to_acknowledge, one.to_resolve))
    verdicts = (one.judged("crisis"), one.judged("planned"), one.judged("not_a_crisis"), one.judged(None))
    share = "–" if one.negative_share is None else format_percent(one.negative_share, language)
    mentions = words["unknown"] if one.mentions is None else number(one.mentions)
    return [
        *map(str, (len(one.incidents), one.count("critical"), one.paged)),
        *spans,
        *map(str, verdicts),
        mentions,
        share,
    ]


def _glance(one: MonthFigures, language: Language) -> list[tuple[str, str, str]]:
    words, cells = WORDS[language], _cells(one, language)
    shown = dict(zip(_COLUMNS, cells, strict=True))
    if one.mentions is None:
        del shown["mentions"], shown["negative"]
    return [(words[key], shown[key], "") for key in shown if key not in ("planned", "no_verdict")]


def _chart(months: Sequence[MonthFigures], language: Language) -> Any:
    drawn = go.Figure()
    for severity in SEVERITIES:
        drawn.add_bar(
            name=wording.translate(language, severity),
            x=[str(one.month) for one in months],
            y=[one.count(severity) for one in months],
            marker_color=_COLOURS[severity],
        )
    drawn.update_layout(
        barmode="stack", height=260, margin={"l": 40, "r": 10, "t": 10, "b": 30}, legend={"orientation": "h", "y": 1.15}
    )
    drawn.update_xaxes(type="category")
    drawn.update_yaxes(rangemode="tozero", dtick=1 if max(len(one.incidents) for one in months) <= len(_ACTS) else None)
    return chart(drawn, WORDS[language]["chart"])


def _row(one: Incident, language: Language, zone: str, names: Mapping[str, str]) -> IncidentRow:
    words, answered, ended = WORDS[language], time_to_acknowledge(one), time_to_resolve(one)
    who = next((entry.actor for entry in one.history if entry.reason == "acknowledged"), one.acknowledged_by or "")
    return IncidentRow(
        clock(one.opened_at, zone),
        one.severity,
        clean(", ".join(one.all_brands)),
        peak_text(primary(one.findings.values()), language),
        about_text(topic_of(one), words_of(one), language),
        words["by_nobody"]
        if answered is None
        else words["after"].format(who=clean(names.get(who, who)), span=format_duration(answered, language)),
        words["still_open"] if ended is None else words["lasted"].format(span=format_duration(ended, language)),
        words[one.verdict or "no_verdict"],
    )

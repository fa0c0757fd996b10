"""Incidents and events of a replay in the terminal: a line for each, and a summary."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from alerts.incidents.findings import excess_ratio, primary
from alerts.incidents.model import is_topic, rank
from alerts.rendering.escaping import clip, width
from alerts.rendering.text import WORDS_IN_LINE, evidence_text, figure_text, peak_text
from alerts.rendering.topic_part import about_text
from detectors.model.signal import SEVERITIES
from detectors.model.signal_text import format_number, format_percent
from tocsin.cli.output import print_line, print_table, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.incidents.model import Incident
    from replay.player.result import IncidentTimeline

_HEADS: Final = ("opened (UTC)", "severity", "brand", "first page", "peak", "topic", "resolved", "verdict", "incident")
_FITTED_HEADS: Final = ("opened", "severity", "brand", "page", "peak", "resolved", "topic")
_BRAND_CHARS: Final = 16
_LEAST_TOPIC: Final = 24
"""Columns below which the topic of a fitted table stands on a line of its own."""


def print_incidents(timelines: Sequence[IncidentTimeline], columns: int | None = None) -> None:
    """Print a row for each incident, in the order in which they opened, and a summary.

    `columns` are those that there is room for; None writes every column in full, for a file or another program.
    """
    if not timelines:
        print_line("no incident")
    elif columns is None:
        print_table(_HEADS, [_row(timeline) for timeline in timelines])
    else:
        _print_fitted(timelines, columns)


def terminal_columns() -> int | None:
    """Return the columns of the terminal, at least 80; None where the output goes to a file or another program."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return None
    return max(80, shutil.get_terminal_size((100, 24)).columns)


def summary_text(timelines: Sequence[IncidentTimeline]) -> str:
    """Return how many incidents there were, how severe, and how many pages came of them."""
    severities = [one.severity for one in timelines]
    counts = [f"{severities.count(one)} {one}" for one in reversed(SEVERITIES) if one in severities]
    pages = sum(one.pages for one in timelines)
    paged = sum(one.first_page_at is not None for one in timelines)
    in_incidents = f" in {paged} of them" if paged else ""
    return (
        f"{len(timelines)} {'incident' if len(timelines) == 1 else 'incidents'} ({', '.join(counts)}), "
        f"{pages} {'page' if pages == 1 else 'pages'}{in_incidents}"
    )


def print_event(line: dict[str, Any]) -> None:
    """Print an event (`alerts.rendering.event_log`)."""
    evidence, topic = line["evidence"], line.get("topic")
    figure = format_percent if evidence["metric"].endswith("share") else format_number
    usual = "" if evidence["expected"] is None else f", usually {figure(evidence['expected'], 'en')}"
    words = [f"“{printable(one['term'])}”" for one in line.get("words", {}).get("terms", [])[:WORDS_IN_LINE]]
    about = f", words {', '.join(words)}" if words else "" if topic is None else f", “{printable(topic['label'])}”"
    print_line(
        f"{line['at'][:16].replace('T', ' ')}  {'PAGE' if line['page'] else '    '}  {line['event']:8}  "
        f"{line['severity']:8}  {printable(line['brand'])}: {line['detector']}, "
        f"{figure(evidence['observed'], 'en')} {evidence['metric']}{usual}{about}  [{line['incident']}]"
    )


def is_at_least(severity: str, least: str) -> bool:
    """Return whether a severity is no lower than another."""
    return rank(severity) >= rank(least)  # type: ignore[arg-type]  # both are checked by the command line


def _print_fitted(timelines: Sequence[IncidentTimeline], columns: int) -> None:
    """Print a table that fits: without the incident's id, and the topic where there is room for it."""
    rows = [_fitted_row(timeline) for timeline in timelines]
    widths = [max(width(row[place]) for row in [_FITTED_HEADS, *rows]) for place in range(len(_FITTED_HEADS) - 1)]
    room = columns - sum(widths) - 2 * len(widths)
    if room >= _LEAST_TOPIC:
        print_table(_FITTED_HEADS, [(*row[:-1], clip(row[-1], room)) for row in rows])
        return
    for row in [_FITTED_HEADS[:-1], *rows]:
        cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=False)]
        print_line(printable("  ".join(cells).rstrip()))
        if len(row) == len(_FITTED_HEADS):
            print_line(printable(clip(f"    {row[-1]}", columns)))


def _fitted_row(timeline: IncidentTimeline) -> tuple[str, ...]:
    opened, incident = timeline.opened_at, timeline.incident
    topic = about_text(timeline.topic, timeline.words, "en") or "–"
    return (
        f"{_at(opened):%m-%d %H:%M}",
        timeline.severity,
        clip(printable(", ".join(incident.all_brands)), _BRAND_CHARS),
        _first_page(timeline),
        _short_peak(incident),
        _resolved(timeline),
        printable(f"{_verdict(incident)}: {topic}" if incident.verdict else topic),
    )


def _row(timeline: IncidentTimeline) -> tuple[str, ...]:
    opened, incident = timeline.opened_at, timeline.incident
    return (
        f"{_at(opened):%Y-%m-%d %H:%M}",
        timeline.severity,
        ", ".join(incident.all_brands),
        _first_page(timeline),
        _peak(incident),
        about_text(timeline.topic, timeline.words, "en") or "–",
        _resolved(timeline),
        _verdict(incident),
        incident.id,
    )


def _first_page(timeline: IncidentTimeline) -> str:
    return "–" if timeline.first_page_at is None else _later(timeline.opened_at, timeline.first_page_at)


def _verdict(incident: Incident) -> str:
    return (incident.verdict or "–").replace("_", " ")


def _peak(incident: Incident) -> str:
    """Return the highest figures; those of a count where there is one, since the topic has a column of its own."""
    counted = [one for one in incident.findings.values() if not is_topic(one.signal)]
    lead = primary(counted or incident.findings.values())
    return peak_text(lead, "en") if counted else evidence_text(lead.peak, "en")


def _short_peak(incident: Incident) -> str:
    """Return the highest figure in few characters: `619 negative (483×)`, `2,890 (12×)`, `71% negative`."""
    counted = [one for one in incident.findings.values() if not is_topic(one.signal)]
    peak = primary(counted or incident.findings.values()).peak
    metric = peak.metric.removesuffix(" mentions").removesuffix(" share").replace("mentions", "")
    text = f"{figure_text(peak, peak.observed, 'en')} {metric}".strip()
    if peak.metric.endswith("share") or peak.expected is None or peak.expected < 1:
        return text
    return f"{text} ({format_number(excess_ratio(peak), 'en')}×)"


def _resolved(timeline: IncidentTimeline) -> str:
    until, reopened = timeline.open_periods[-1].until, timeline.incident.reopen_count
    text = "open" if until is None else _later(timeline.opened_at, until)
    return f"{text} (reopened {reopened}×)" if reopened else text


def _later(opened: int, at: int) -> str:
    """Return an instant (ms) after the opening: the time, with the date where that is another."""
    same_day = _at(at).date() == _at(opened).date()
    return f"{_at(at):%H:%M}" if same_day else f"{_at(at):%m-%d %H:%M}"


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)

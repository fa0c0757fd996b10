"""Incidents and events of a replay in the terminal: a line for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from alerts.incidents.findings import primary
from alerts.incidents.model import is_topic
from alerts.rendering.text import WORDS_IN_LINE, evidence_text, peak_text
from alerts.rendering.topic_part import about_text
from tocsin.cli.output import print_line, print_table, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.incidents.model import Incident
    from replay.player.result import IncidentTimeline

_HEADS = ("opened (UTC)", "severity", "brand", "first page", "peak", "topic", "resolved", "incident")


def print_incidents(timelines: Sequence[IncidentTimeline]) -> None:
    """Print a table with a row for each incident, in the order in which they opened."""
    if timelines:
        print_table(_HEADS, [_row(timeline) for timeline in timelines])
    else:
        print_line("no incident")


def print_event(line: dict[str, Any]) -> None:
    """Print an event (`alerts.rendering.event_log`)."""
    evidence, topic = line["evidence"], line.get("topic")
    usual = "" if evidence["expected"] is None else f", usually {evidence['expected']:.3g}"
    words = [f"“{printable(one['term'])}”" for one in line.get("words", {}).get("terms", [])[:WORDS_IN_LINE]]
    about = f", words {', '.join(words)}" if words else "" if topic is None else f", “{printable(topic['label'])}”"
    print_line(
        f"{line['at'][:16].replace('T', ' ')}  {line['event']:8}  {line['severity']:8}  {printable(line['brand'])}: "
        f"{line['detector']}, {evidence['observed']:.3g} {evidence['metric']}{usual}{about}  [{line['incident']}]"
    )


def _row(timeline: IncidentTimeline) -> tuple[str, ...]:
    opened, incident = timeline.opened_at, timeline.incident
    return (
        f"{_at(opened):%Y-%m-%d %H:%M}",
        timeline.severity,
        ", ".join(incident.all_brands),
        "–" if timeline.first_page_at is None else _later(opened, timeline.first_page_at),
        _peak(incident),
        about_text(timeline.topic, timeline.words, "en") or "–",
        _resolved(timeline),
        incident.id,
    )


def _peak(incident: Incident) -> str:
    """Return the highest figures; those of a count where there is one, since the topic has a column of its own."""
    counted = [one for one in incident.findings.values() if not is_topic(one.signal)]
    lead = primary(counted or incident.findings.values())
    return peak_text(lead, "en") if counted else evidence_text(lead.peak, "en")


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

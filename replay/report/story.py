"""Story of an incident: its most severe moment, who answered and when, as replayed or as it was lived."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from alerts.incidents.findings import primary
from alerts.incidents.model import SYSTEM_USER, is_topic
from alerts.rendering.escaping import clean
from alerts.rendering.text import peak_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import HistoryEntry, Incident, Reason
    from config.brands.model import Language
    from replay.player.result import IncidentTimeline
    from replay.report.data import ReportData


class Answer(NamedTuple):
    """Who did something about an incident, and when (ms)."""

    who: str
    at: int


class Peak(NamedTuple):
    """The most severe moment of an incident, in words."""

    text: str
    at: int


def peak_of(incident: Incident, language: Language) -> Peak:
    """Return the highest figures of an incident; those of a count where there is one."""
    counted = [one for one in incident.findings.values() if not is_topic(one.signal)]
    lead = primary(counted or incident.findings.values())
    return Peak(peak_text(lead, language), lead.peak_at)


def first_answer(facts: ReportData, course: IncidentTimeline, reason: Reason) -> Answer | None:
    """Return who first did a thing about an incident; None where nobody has."""
    entry = next((one for one in _entries(facts, course) if one.reason == reason and one.actor != SYSTEM_USER), None)
    return None if entry is None else Answer(clean(entry.actor), entry.at)


def _entries(facts: ReportData, course: IncidentTimeline) -> Iterable[HistoryEntry]:
    """Return what is written down of an incident: as it was lived where that is known, else as it was replayed."""
    if facts.lived_incident is not None and course is facts.focus:
        return facts.lived_incident.history
    seen: dict[HistoryEntry, None] = {}
    for note in facts.outcome.notifications:
        if note.incident.id == course.incident.id:
            seen |= dict.fromkeys(note.incident.history)
    return seen

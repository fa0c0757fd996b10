"""Annotations of a report's timeline: alerts, escalations, actions and resolutions of incidents, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from alerts.incidents.model import SYSTEM_USER
from alerts.rendering import text as wording
from alerts.rendering.escaping import clean
from replay.report.layout import clock
from replay.report.locale import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Notification, Reason
    from config.brands.model import Language
    from detectors.model.signal import Severity

Kind = Literal["alert", "escalation", "act", "over"]
KINDS: Final[tuple[Kind, ...]] = ("alert", "escalation", "act", "over")

_OF: Final[dict[Reason, Kind]] = {
    "escalated": "escalation",
    "resolved": "over",
}


class Annotation(NamedTuple):
    """One event of an incident. `text` is not yet escaped for HTML."""

    at: int  # ms
    kind: Kind
    severity: Severity
    who: str  # "" where no person did it
    text: str
    page: bool


def annotate(notifications: Iterable[Notification], language: Language) -> list[Annotation]:
    """Return the events in order of event time, without mere updates of figures."""
    found = [_mark(note, language) for note in notifications if note.reason != "updated"]
    return sorted(found, key=lambda mark: mark.at)


def _mark(note: Notification, language: Language) -> Annotation:
    entry = note.incident.history[-1] if note.incident.history else None
    who = "" if entry is None or entry.actor == SYSTEM_USER else clean(entry.actor)
    kind: Kind = _OF.get(note.reason, "act" if who else "alert")
    text = _words(note, language, who, clean(entry.text) if entry else "")
    return Annotation(note.happened_at, kind, note.incident.severity, who, text, note.page)


def _words(note: Notification, language: Language, who: str, text: str) -> str:
    """Return what happened in words: the reply of the thread, and what that does not say."""
    incident, words = note.incident, WORDS[language]
    if note.reason == "escalated":
        span = wording.format_duration(note.happened_at - incident.opened_at, language)
        return words["escalated"].format(step=text, span=span)
    text_of_note = wording.reply_text(
        note, language, fact=wording.notification_text(note, language), actor=who, text=text
    )
    if note.reason == "judged" and incident.verdict:
        text_of_note = f"{text_of_note} – {wording.translate(language, f'verdict_{incident.verdict}')}"
    if note.reason == "snoozed" and incident.snoozed_until:
        text_of_note = f"{text_of_note} – {words['until'].format(at=clock(incident.snoozed_until))}"
    return f"{text_of_note} – {text}" if text and who and note.reason != "noted" else text_of_note

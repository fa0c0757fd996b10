"""Annotations of a report's timeline: alerts, escalations, actions and resolutions of incidents, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from msgspec.structs import replace

from alerts.incidents.model import SYSTEM_USER, Notification
from alerts.rendering import text as wording
from alerts.rendering.escaping import clean
from replay.report.layout import clock
from replay.report.locale import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Incident, Reason
    from config.brands.model import Language
    from detectors.model.signal import Severity

Kind = Literal["alert", "escalation", "act", "over"]
KINDS: Final[tuple[Kind, ...]] = ("alert", "escalation", "act", "over")

_QUOTED: Final[frozenset[Reason]] = frozenset({"noted", "official_reply", "assigned"})
"""Reasons whose sentence holds the text already."""

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


def annotate(
    notifications: Iterable[Notification], language: Language, zone: str = "UTC", lived: Incident | None = None
) -> list[Annotation]:
    """Return the events in order of event time, without mere updates of figures; instants by the clock of a zone.

    Of an incident that was `lived`, what people did and what followed from it is told as it was: a replay has only what
    the mentions alone would have caused.
    """
    found = [_mark(note, language, zone) for note in notifications if note.reason != "updated"]
    if lived is not None:
        found = [mark for mark in found if mark.kind == "alert"] + _as_lived(lived, language, zone)
    return sorted(found, key=lambda mark: mark.at)


def _as_lived(incident: Incident, language: Language, zone: str) -> list[Annotation]:
    """Return what people did about an incident, the steps of its escalation and its end."""
    marks = []
    for place, entry in enumerate(incident.history):
        if entry.actor == SYSTEM_USER and entry.reason not in _OF:
            continue
        so_far = replace(incident, history=incident.history[: place + 1])
        detector = next(iter(incident.findings))
        marks.append(
            _mark(Notification(so_far, entry.reason, entry.at, detector, reply=False, page=False), language, zone)
        )
    return marks


def _mark(note: Notification, language: Language, zone: str) -> Annotation:
    entry = note.incident.history[-1] if note.incident.history else None
    who = "" if entry is None or entry.actor == SYSTEM_USER else clean(entry.actor)
    kind: Kind = _OF.get(note.reason, "act" if who else "alert")
    text = _words(note, language, who, clean(entry.text) if entry else "", zone)
    return Annotation(note.happened_at, kind, note.incident.severity, who, text, note.page)


def _words(note: Notification, language: Language, who: str, text: str, zone: str) -> str:
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
        text_of_note = f"{text_of_note} – {words['until'].format(at=clock(incident.snoozed_until, zone))}"
    return f"{text_of_note} – {text}" if text and who and note.reason not in _QUOTED else text_of_note

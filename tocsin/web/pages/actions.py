"""Actions of an incident's page: which buttons it offers, and the action behind each."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from alerts.incidents.action_factory import build_action
from alerts.incidents.model import Action
from alerts.rendering.escaping import clean, clip

if TYPE_CHECKING:
    from alerts.incidents.action_factory import ActionButton
    from alerts.incidents.model import Incident, Verdict

NOTE_CHARS: Final = 500

_VERDICTS: Final[tuple[Verdict, ...]] = ("crisis", "planned", "not_a_crisis")
_SNOOZES: Final[tuple[ActionButton, ...]] = ("snooze_30m", "snooze_2h", "snooze_morning")
_OFFERED: Final[tuple[ActionButton, ...]] = (
    "ack",
    "unack",
    "official_reply",
    "resolve",
    "unsnooze",
    *_SNOOZES,
    *_VERDICTS,
)


def available_actions(incident: Incident) -> list[str]:
    """Return the actions that an incident's status allows; verdicts and notes are always allowed."""
    if incident.status == "resolved":
        return []
    first = ["unack"] if incident.status == "acknowledged" else ["ack"]
    reply = [] if incident.official_reply_at is not None else ["official_reply"]
    later = ["unsnooze"] if incident.snoozed_until is not None else [*_SNOOZES]
    return [*first, *reply, "resolve", *later]


def available_verdicts(incident: Incident) -> list[str]:
    """Return the verdicts that would change something; none for an incident about missing data."""
    return [] if incident.kind else [one for one in _VERDICTS if one != incident.verdict]


def action_for(name: str, incident: Incident, who: str, at: int, zone: str, text: str = "") -> Action | None:
    """Return the action of a form; None for one that no page offers.

    Its id is made of the incident as it was shown, so that a form sent twice is one act; notes may repeat.
    """
    said = clip(clean(text), NOTE_CHARS)
    if name == "note":
        own = f"web:{incident.id}:{secrets.token_hex(8)}"
        return Action(own, incident.brand, "note", who, at, incident.id, text=said) if said else None
    press = next((one for one in _OFFERED if one == name), None)
    own = f"web:{incident.id}:{incident.revision}:{name}:{who}"
    return None if press is None else build_action(own, press, incident, who, at, zone, said)

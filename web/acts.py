"""Which act does a button of a page stand for, and which are offered?"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from alerts.escape import clean, clip
from alerts.incident import Action

if TYPE_CHECKING:
    from alerts.incident import ActionKind, Incident, Verdict

NOTE_CHARS: Final = 500

_KINDS: Final[dict[str, ActionKind]] = {
    "ack": "ack",
    "unack": "unack",
    "resolve": "resolve",
    "unsnooze": "unsnooze",
    "note": "note",
}
_VERDICTS: Final[dict[str, Verdict]] = {"crisis": "crisis", "planned": "planned", "not_a_crisis": "not_a_crisis"}
_SNOOZES: Final = {"snooze_30m": timedelta(minutes=30), "snooze_2h": timedelta(hours=2)}


def offered(incident: Incident) -> list[str]:
    """Return what may be done about an incident as it stands; verdicts and notes may always be given."""
    if incident.status == "resolved":
        return []
    first = ["unack"] if incident.status == "acknowledged" else ["ack"]
    later = ["unsnooze"] if incident.snoozed_until is not None else [*_SNOOZES]
    return [*first, "resolve", *later]


def verdicts(incident: Incident) -> list[str]:
    """Return the verdicts that would change something; none about a source that brings nothing."""
    return [] if incident.kind == "silence" else [one for one in _VERDICTS if one != incident.verdict]


def act(name: str, incident: Incident, who: str, at: int, text: str = "") -> Action | None:
    """Return the act; None for what no page of ours offers.

    Its id is made of the incident as it was shown, so that a form sent twice is one act; notes may repeat.
    """
    said = clip(clean(text), NOTE_CHARS)
    if name == "note":
        own = f"web:{incident.id}:{secrets.token_hex(8)}"
        return Action(own, incident.brand, "note", who, at, incident.id, text=said) if said else None
    own = f"web:{incident.id}:{incident.revision}:{name}:{who}"
    if name in _VERDICTS:
        return Action(own, incident.brand, "verdict", who, at, incident.id, text=said, verdict=_VERDICTS[name])
    if name in _SNOOZES:
        until = at + _SNOOZES[name] // timedelta(milliseconds=1)
        return Action(own, incident.brand, "snooze", who, at, incident.id, until=until)
    return Action(own, incident.brand, _KINDS[name], who, at, incident.id) if name in _KINDS else None

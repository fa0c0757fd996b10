"""What is an incident, what may a person do to it, and what is there to tell? The records of alerts."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from alerts.silences import Silence
from detectors.signal import SEVERITIES, Evidence, Severity, Signal

Status = Literal["open", "acknowledged", "resolved"]

Reason = Literal[
    "opened",
    "reopened",
    "raised_severity",
    "new_detector",
    "joined",
    "doubled",
    "broke_again",
    "ack_expired",
    "escalated",
    "updated",
    "resolved",
    "acknowledged",
    "snoozed",
    "judged",
    "noted",
    "unacknowledged",
    "unsnoozed",
    "silenced",
    "unsilenced",
]
"""Why there is something to tell."""

ActionKind = Literal["ack", "unack", "snooze", "unsnooze", "resolve", "verdict", "note", "silence", "unsilence"]

Kind = Literal["", "silence"]

Verdict = Literal["crisis", "planned", "not_a_crisis"]
"""What a person says it was: `planned` is a campaign or a joke that was meant to be loud."""

HISTORY_LIMIT: Final = 50
TRAIL_LIMIT: Final = 30
SILENCE: Final = "silence"
"""The detector of silent sources, and the kind of the incidents that it alone opens."""

TOCSIN: Final = "tocsin"
"""Who did what no person did."""


class Entry(msgspec.Struct, frozen=True):
    """One line of an incident's history."""

    at: int  # event time, ms
    who: str  # user as the surface names it, or TOCSIN
    what: Reason
    text: str = ""  # severity reached, detector, note: hostile text


class Finding(msgspec.Struct, frozen=True):
    """What one detector has found in this incident."""

    signal: Signal  # the latest
    since: int  # start of its first episode, ms
    peak: Evidence  # the furthest from usual
    peak_at: int  # event time of the peak, ms
    told: dict[str, float]  # measure (metric and length) → highest observed that was told
    trail: tuple[tuple[int, float], ...]  # (at, times the usual) of the latest signals, oldest first


class Incident(msgspec.Struct, frozen=True):
    """Breaches that belong together: one message, one thread. Instants are event time in ms.

    An umbrella is about several brands of a group: `brand` is the one hit first, whose channel and rules it has.
    """

    id: str
    brand: str
    status: Status
    severity: Severity  # only rises until resolved
    opened_at: int  # first breach, or the relapse that reopened it
    updated_at: int  # latest told
    breached_at: int  # latest breach
    revision: int  # counts what was told: 1 when opened
    findings: dict[str, Finding]  # by detector; of a brand that joined by detector@brand (`finding_key`)
    history: tuple[Entry, ...] = ()  # the opening and the latest, at most HISTORY_LIMIT
    resolved_at: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: int | None = None
    snoozed_until: int | None = None
    verdict: Verdict | None = None
    reopened: int = 0  # times
    escalated: int = 0  # steps taken since it opened, or since an acknowledgement was void
    escalate_at: int | None = None  # when the next step is due; None: somebody has it in hand, or no step is left
    kind: Kind = ""  # "silence": a source that brings nothing, apart from what is said
    group: str = ""  # of an umbrella
    brands: tuple[str, ...] = ()  # of an umbrella, in the order in which they were hit; empty: `brand` alone

    @property
    def all_brands(self) -> tuple[str, ...]:
        """Return the brands that it is about."""
        return self.brands or (self.brand,)


class Action(msgspec.Struct, frozen=True, tag="action"):
    """What a person did, on whatever surface. A record of the topic `actions`; applied once by its id."""

    id: str  # unique, chosen by the surface: a double tap carries the same one
    brand: str
    kind: ActionKind
    by: str
    at: int  # ms
    incident: str | None = None  # None: whatever is open
    text: str = ""  # the note, or the reason of a verdict
    until: int | None = None  # ms; snooze only
    verdict: Verdict | None = None  # verdict only
    silence: Silence | None = None  # silence; with unsilence the one to end, by its id: None ends all of the brand


class Notification(msgspec.Struct, frozen=True):
    """What to tell: the whole incident as it stands, so that only the latest revision needs to be delivered."""

    incident: Incident
    reason: Reason
    at: int  # event time, ms
    detector: str  # the detector that says it, or the leading one
    reply: bool  # also posts in the thread
    page: bool  # mentions the on-call manager
    step: int | None = None  # of the escalation, counted from 0, that is due now

    @property
    def revision(self) -> int:
        """Return the incident's revision that this tells."""
        return self.incident.revision


def finding_key(incident: Incident, signal: Signal) -> str:
    """Return the name under which an incident keeps what a signal says."""
    return signal.detector if signal.brand == incident.brand else f"{signal.detector}@{signal.brand}"


def rank(severity: Severity) -> int:
    """Return 0 for watch, 1 for warning, 2 for critical."""
    return SEVERITIES.index(severity)


def extended(history: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """Return the history with one more line; when full, the oldest after the opening goes."""
    longer = (*history, entry)
    return longer if len(longer) <= HISTORY_LIMIT else (longer[0], *longer[2:])


_encoder: Final = msgspec.json.Encoder()
_incidents: Final = msgspec.json.Decoder(Incident)
_actions: Final = msgspec.json.Decoder(Action)
_notifications: Final = msgspec.json.Decoder(Notification)


def encode(record: Incident | Action | Notification) -> bytes:
    """Return the wire form (JSON) of a record of `incidents`, `actions` or `notifications`."""
    return _encoder.encode(record)


def decode_incident(raw: bytes) -> Incident:
    """Return the incident that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not an incident.
    """
    return _incidents.decode(raw)


def decode_action(raw: bytes) -> Action:
    """Return the action that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not an action.
    """
    return _actions.decode(raw)


def decode_notification(raw: bytes) -> Notification:
    """Return the notification that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a notification.
    """
    return _notifications.decode(raw)

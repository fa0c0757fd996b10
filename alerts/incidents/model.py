"""Records of alerting: incident, finding, action and notification, and their wire form."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from alerts.incidents.silences import Silence
from detectors.model.signal import SEVERITIES, Evidence, Severity, Signal

Status = Literal["open", "acknowledged", "resolved"]

Reason = Literal[
    "opened",
    "reopened",
    "raised_severity",
    "new_detector",
    "joined",
    "doubled",
    "broke_again",
    "new_topic",
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
    "official_reply",
    "paged",
    "assigned",
]
"""Why there is a notification."""

ActionKind = Literal[
    "ack",
    "unack",
    "snooze",
    "unsnooze",
    "resolve",
    "verdict",
    "note",
    "silence",
    "unsilence",
    "official_reply",
    "page",
    "assign",
    "open",
]
"""`official_reply` marks it as posted, `page` calls people now (with a text and no incident, it opens one where none is
open), `assign` hands over to the user that `text` names, `open` opens an incident by hand."""

IncidentKind = Literal["", "no_data", "source"]

Verdict = Literal["crisis", "planned", "not_a_crisis"]
"""A user's verdict: `planned` is a campaign or a joke that was meant to be loud."""

HISTORY_LIMIT: Final = 50
RECENT_VALUES_LIMIT: Final = 30
NO_DATA: Final = "no_data"
"""The detector of sources without data, and the kind of the incidents that it alone opens."""

SOURCE_STOPPED: Final = "source_stopped"
"""The detector of sources that the listener does not hear: it alone opens incidents of the kind `source`."""

BY_HAND: Final = "report"
"""The detector of what a person reports: an incident that it alone opens ends by a person's hand."""

SYSTEM_USER: Final = "tocsin"
"""The actor of what no person did."""


class HistoryEntry(msgspec.Struct, frozen=True):
    """One line of an incident's history."""

    at: int  # event time, ms
    actor: str  # user as the surface names it, or TOCSIN
    reason: Reason
    text: str = ""  # severity reached, detector, note: hostile text


class Finding(msgspec.Struct, frozen=True):
    """What one detector has found in this incident."""

    signal: Signal  # the latest
    first_seen_at: int  # start of its first episode, ms
    peak: Evidence  # with the highest ratio to the usual
    peak_at: int  # event time of the peak, ms
    last_notified: dict[str, float]  # measure (metric and length) → highest value that was notified
    recent_values: tuple[tuple[int, float], ...]  # (at, times the usual) of the latest signals, oldest first


class Incident(msgspec.Struct, frozen=True):
    """Breaches that belong together: one message, one thread. Instants are event time in ms.

    A group incident is about several brands of a group: `brand` is the one hit first, whose channel and rules it has.
    """

    id: str
    brand: str
    status: Status
    severity: Severity  # only rises until resolved
    opened_at: int  # first breach, or the relapse that reopened it
    updated_at: int  # latest notification
    last_breach_at: int  # latest breach
    revision: int  # counts notifications: 1 when opened
    findings: dict[str, Finding]  # by `finding_key`: detector, number of a topic, brand that joined
    history: tuple[HistoryEntry, ...] = ()  # the opening and the latest, at most HISTORY_LIMIT
    resolved_at: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: int | None = None
    official_reply_by: str | None = None  # who marked the official reply as posted
    official_reply_at: int | None = None
    snoozed_until: int | None = None
    verdict: Verdict | None = None
    reopen_count: int = 0  # times
    escalation_steps: int = 0  # steps taken since it opened, or since an acknowledgement was void
    next_escalation_at: int | None = (
        None  # when the next step is due; None: somebody has acknowledged it, or no step is left
    )
    paged_at: int | None = None  # latest page, since it opened
    kind: IncidentKind = ""  # "no_data": a channel without mentions; "source": one not heard; kept apart from others
    group: str = ""  # of a group incident
    affected_brands: tuple[str, ...] = ()  # of a group incident, in the order of their first signals; empty: `brand`
    deleted: int = 0  # mentions of its time that were deleted since; its figures still count them

    @property
    def all_brands(self) -> tuple[str, ...]:
        """Return the brands that it is about."""
        return self.affected_brands or (self.brand,)


class Action(msgspec.Struct, frozen=True, tag="action"):
    """What a user did, in Slack, on the web or by command. A record of the topic `actions`; applied once by its id."""

    id: str  # unique, chosen by the interface: a double click carries the same one
    brand: str
    kind: ActionKind
    actor: str
    at: int  # ms
    incident: str | None = None  # None: whatever is open
    text: str = ""  # the note, or the reason of a verdict
    until: int | None = None  # ms; snooze only
    verdict: Verdict | None = None  # verdict only
    link: str = ""  # of what `open` reports
    silence: Silence | None = None  # silence; with unsilence the one to end, by its id: None ends all of the brand


class Notification(msgspec.Struct, frozen=True):
    """A notification: the whole incident as it stands, so that only the latest revision needs to be delivered."""

    incident: Incident
    reason: Reason
    happened_at: int  # event time, ms
    detector: str  # the finding that it is about, or the primary one
    reply: bool  # also posts in the thread
    page: bool  # mentions the on-call manager
    step: int | None = None  # of the escalation, counted from 0, that is due now

    @property
    def revision(self) -> int:
        """Return the incident's revision."""
        return self.incident.revision


def is_by_hand(incident: Incident) -> bool:
    """Tell whether a person opened an incident, and no detector has found anything since."""
    return all(finding.signal.detector == BY_HAND for finding in incident.findings.values())


def kind_of(signal: Signal) -> IncidentKind:
    """Return the kind of the incidents that a signal opens or joins."""
    if signal.detector == SOURCE_STOPPED:
        return "source"
    return "no_data" if signal.detector == NO_DATA else ""


def finding_key(incident: Incident, signal: Signal) -> str:
    """Return the key under which an incident keeps the finding of a signal."""
    name = own_key(signal)
    return name if signal.brand == incident.brand else f"{name}@{signal.brand}"


def own_key(signal: Signal) -> str:
    """Return the key of a signal's finding in an incident of its own brand."""
    return f"{signal.detector}#{signal.topic_number}" if is_topic(signal) else signal.detector


def is_topic(signal: Signal) -> bool:
    """Tell whether a signal is about a topic itself, and does not merely name one."""
    return signal.topic_number is not None


def rank(severity: Severity) -> int:
    """Return 0 for info, 1 for warning, 2 for critical."""
    return SEVERITIES.index(severity)


def append_history(history: tuple[HistoryEntry, ...], entry: HistoryEntry) -> tuple[HistoryEntry, ...]:
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

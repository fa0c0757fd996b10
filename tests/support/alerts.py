"""Signals, actions and receipts for tests of alerting, with the fields that do not matter filled in."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from alerts.delivery.rate_limit import Clock
from alerts.incidents.lifecycle import TriageState, process
from alerts.incidents.model import Action, Incident, Notification
from alerts.incidents.policy import Policy
from alerts.incidents.state import new_state
from detectors.model.signal import Contributors, Evidence, Example, Phase, Severity, Signal, Watermark

if TYPE_CHECKING:
    from alerts.delivery.metrics import RequestKind
    from alerts.delivery.ports import DeliveryError
    from alerts.delivery.receipts import DeliveryRecord

START: Final = 1_424_356_320_000
"""2015-02-19 14:32 UTC."""

Record = Signal | Action | Watermark

MINUTE: Final = 60_000
POLICY: Final = Policy()

DRIVERS: Final = Contributors(
    channels=(("twitter", 61), ("forum", 22)),
    terms=(("refund", 31), ("gate 12", 17)),
    authors=(("mira", 5, 48_000), ("tom", 3, 120)),
    examples=(
        Example(
            "Third hour at gate 12, nobody tells us anything",
            "mira",
            "twitter",
            "https://t.example/1",
            48_000,
            -0.6,
            START,
        ),
        Example("I want my refund", "tom", "forum", "", 120, -0.3, START + 1000),
    ),
)


def figures(observed: float = 83, expected: float | None = 6, **changes: Any) -> Evidence:
    """Return evidence of negative mentions in ten minutes."""
    parts: dict[str, Any] = {
        "window_start": START - 10 * MINUTE,
        "window_end": START,
        "metric": "negative mentions",
        "observed": observed,
        "expected": expected,
        "threshold": 24.0,
        "mentions": 120,
        "negative": 83,
        "history": 20_160,
    }
    return Evidence(**parts | changes)


def signal(
    minute: float = 0,
    *,
    detector: str = "negative_spike",
    severity: Severity = "warning",
    observed: float = 83,
    start: float = 0,
    revision: int | None = None,
    brand: str = "acme",
    phase: Phase | None = None,
    drivers: Contributors = DRIVERS,
) -> Signal:
    """Return a signal at `minute` after START, of the episode that began at minute `start`."""
    number = int(minute - start) if revision is None else revision
    return Signal(
        brand=brand,
        detector=detector,
        start=START + int(start * MINUTE),
        revision=number,
        phase=phase or ("raised" if number == 0 else "ongoing"),
        severity=severity,
        at=START + int(minute * MINUTE),
        policy=1,
        evidence=figures(observed),
        contributors=drivers,
    )


def with_window(one: Signal, begin: float) -> Signal:
    """Return a signal that counts what came since `begin`, in minutes after START."""
    window = replace(one.evidence, window_start=START + int(begin * MINUTE), window_end=one.at)
    return replace(one, evidence=window)


def now(minute: float) -> Watermark:
    """Return the passing of event time up to `minute` after START."""
    return Watermark(START + int(minute * MINUTE))


def action(minute: float, kind: Any = "ack", **changes: Any) -> Action:
    """Return an act of `ada` at `minute` after START, with an id of its own."""
    parts: dict[str, Any] = {"id": f"{kind}@{minute}", "brand": "acme", "actor": "ada"}
    return Action(kind=kind, at=START + int(minute * MINUTE), **parts | changes)


def run(
    *records: Record, policy: Policy = POLICY, case: TriageState | None = None
) -> tuple[TriageState, list[Notification]]:
    """Return the case after the records, and all that was told."""
    case = case or new_state("acme")
    reported: list[Notification] = []
    for record in records:
        case, more = process(case, record, policy)
        reported += more
    return case, reported


def reasons_of(*records: Record, policy: Policy = POLICY) -> list[str]:
    """Return the reasons of all that was told."""
    return [notification.reason for notification in run(*records, policy=policy)[1]]


def incident_of(*records: Record, policy: Policy = POLICY) -> Incident:
    """Return the brand's incident after the records."""
    incident = run(*records, policy=policy)[0].incident
    assert incident is not None
    return incident


def fast_clock(speed: float = 50.0, ahead: int = 0) -> Clock:
    """Return the real clocks, of which a second lasts 1/`speed`, the wall's `ahead` ms; chance always says a half."""
    began, wall = time.monotonic(), time.time_ns() // 1_000_000 + ahead
    return Clock(
        monotonic=lambda: time.monotonic() * speed,
        wall=lambda: wall + int((time.monotonic() - began) * 1000 * speed),
        sleep=lambda seconds: asyncio.sleep(seconds / speed),
        random=lambda: 0.5,
    )


class RecordingMetrics:
    """A meter that remembers."""

    def __init__(self) -> None:
        self.kinds: list[RequestKind] = []
        self.codes: list[str] = []
        self.waits: list[float] = []  # s until each of those is tried again
        self.refusals: list[DeliveryError] = []
        self.delays: list[float] = []  # s until each is tried again; 0: it is not

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Note a message that stands."""
        assert incident
        assert waited >= 0
        self.kinds.append(kind)

    def retried(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Note a failure that is tried again."""
        assert incident
        assert delay > 0
        self.codes.append(error.code)
        self.waits.append(delay)

    def refused(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Note a failure that a person must put right."""
        assert incident
        assert delay >= 0
        self.refusals.append(error)
        self.delays.append(delay)


def named(notification: Notification, brand: str) -> Notification:
    """Return a notification as if it were another brand's."""
    incident = replace(notification.incident, brand=brand, id=f"{brand}-20150219T1432Z")
    return replace(notification, incident=incident)


class MemoryReceipts:
    """A store of postings that lives as long as the process, or as the test that hands it from worker to worker."""

    def __init__(self) -> None:
        self.postings: dict[str, DeliveryRecord] = {}

    async def get(self, incident: str) -> DeliveryRecord | None:
        """Return what is known of an incident's message."""
        return self.postings.get(incident)

    async def put(self, posting: DeliveryRecord) -> None:
        """Keep a posting."""
        self.postings[posting.incident] = posting

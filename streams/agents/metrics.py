"""Prometheus metrics of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram

from alerts.delivery.metrics import LoggingMetrics
from detectors.model.signal import Signal, Watermark
from streams.agents.stage_metrics import count_rejections
from streams.monitoring.http_server import READY_METRIC

if TYPE_CHECKING:
    from alerts.delivery.metrics import RequestKind
    from alerts.delivery.ports import DeliveryError
    from alerts.delivery.undelivered import UndeliveredSummary
    from alerts.incidents.model import Notification
    from detectors.model.correction import Correction
    from streams.stages.score import ScoreResult

MENTIONS = Counter("tocsin_mentions_total", "Mentions read, by what became of them", ["outcome"])
SIGNALS = Counter("tocsin_signals_total", "Signals raised", ["detector", "severity"])
NOTIFICATIONS = Counter("tocsin_notifications_total", "Notifications written to the outbox", ["reason"])
WATERMARK = Gauge(
    "tocsin_watermark_seconds",
    "Event time up to which this worker's brands are closed, since the epoch; of several processes the earliest",
    multiprocess_mode="livemin",
)
READY = Gauge(
    READY_METRIC,
    "Workers that have partitions, know the brands and reach a broker",
    multiprocess_mode="livesum",
)
LAG = Gauge(
    "tocsin_lag_records",
    "Records that the workers have not processed, by stage: at overload it grows, and nothing is dropped",
    ["stage"],
    multiprocess_mode="livesum",
)

LAG_SECONDS = Gauge(
    "tocsin_lag_seconds",
    "For how long the oldest record that is not processed waits at most, by stage; of several processes the longest",
    ["stage"],
    multiprocess_mode="livemax",
)
ASSIGNED = Gauge(
    "tocsin_assigned_partitions", "Partitions of mentions that the workers read", multiprocess_mode="livesum"
)
PARTITIONS = Gauge("tocsin_partitions", "Partitions of mentions that there are", multiprocess_mode="livemax")
QUEUE = Gauge(
    "tocsin_delivery_queue", "Notifications that wait for Slack or another receiver", multiprocess_mode="livesum"
)
CLOCK_SKEW = Gauge(
    "tocsin_clock_skew_seconds",
    "How far the latest timestamp that was ahead of the clock was ahead of it, by its source and partition",
    ["source", "partition"],
    multiprocess_mode="livemax",
)
CLOCK_SKEWED = Counter("tocsin_clock_skewed_total", "Timestamps ahead of the clock, counted as now", ["source"])

DELIVERED = Histogram(
    "tocsin_delivery_seconds", "From a notification to its message", ["kind"], buckets=(0.1, 0.25, 0.5, 1, 2, 5, 15, 60)
)
UNDELIVERED = Gauge(
    "tocsin_undelivered_alerts", "Alerts that their receivers do not take; all are retried", multiprocess_mode="livesum"
)
UNDELIVERED_AGE = Gauge(
    "tocsin_undelivered_oldest_seconds",
    "How long the oldest undelivered alert has been undelivered; 0 if every alert is delivered",
    multiprocess_mode="livemax",
)
FAILURES = Counter("tocsin_delivery_failures_total", "Tries that failed; all are tried again", ["code"])


class PrometheusDeliveryMetrics(LoggingMetrics):
    """Counts what the outbox does, and logs it."""

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Count a message that stands."""
        super().delivered(incident, kind, waited)
        DELIVERED.labels(kind).observe(waited)

    def retried(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Count a failure that is tried again."""
        super().retried(incident, error, delay)
        FAILURES.labels(error.code).inc()

    def refused(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Count a failure that a person must put right."""
        super().refused(incident, error, delay)
        FAILURES.labels(error.code).inc()


def count_scored(scored: ScoreResult) -> None:
    """Count what the score stage made of some records."""
    MENTIONS.labels("accepted").inc(scored.accepted)
    MENTIONS.labels("rejected").inc(len(scored.rejections))
    MENTIONS.labels("unmatched").inc(scored.unmatched)
    MENTIONS.labels("own").inc(scored.own_account)
    count_rejections(rejection for _, rejection in scored.rejections)


def count_signal(found: Signal | Correction | Watermark) -> None:
    """Count a signal that was raised, and follow event time."""
    if isinstance(found, Watermark):
        WATERMARK.set(found.at / 1000)
    elif isinstance(found, Signal) and found.phase == "raised":
        SIGNALS.labels(found.detector, found.severity).inc()


def count_skew(source: str, partition: int, ahead: int) -> None:
    """Count a timestamp that was `ahead` ms ahead of the clock."""
    CLOCK_SKEW.labels(source, str(partition)).set(ahead / 1000)
    CLOCK_SKEWED.labels(source).inc()


def set_lag(stage: str, records: int, seconds: float) -> None:
    """Note how many records of its partitions a stage has not processed, and for how long the oldest waits at most."""
    LAG.labels(stage).set(records)
    LAG_SECONDS.labels(stage).set(seconds)


def set_undelivered(alerts: UndeliveredSummary, now: int) -> None:
    """Note what is undelivered at an instant (ms)."""
    UNDELIVERED.set(alerts.count)
    UNDELIVERED_AGE.set((now - alerts.since) / 1000 if alerts.count else 0)


def count_notification(notification: Notification) -> None:
    """Count a notification."""
    NOTIFICATIONS.labels(notification.reason).inc()

"""What does a worker count, for Prometheus?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, start_http_server

from detectors.signal import Now, Signal

if TYPE_CHECKING:
    from alerts.incident import Notification
    from streams.pipeline import Scored

MENTIONS = Counter("tocsin_mentions_total", "Mentions read, by what became of them", ["outcome"])
SIGNALS = Counter("tocsin_signals_total", "Signals raised", ["detector", "severity"])
NOTIFICATIONS = Counter("tocsin_notifications_total", "Notifications written to the outbox", ["reason"])
WATERMARK = Gauge("tocsin_watermark_seconds", "Event time up to which this worker's brands are closed, since the epoch")


def count_scored(scored: Scored) -> None:
    """Count what the score stage made of some records."""
    MENTIONS.labels("accepted").inc(scored.accepted)
    MENTIONS.labels("rejected").inc(len(scored.rejections))
    MENTIONS.labels("unmatched").inc(scored.unmatched)
    MENTIONS.labels("own").inc(scored.own)


def count_signal(found: Signal | Now) -> None:
    """Count a signal that was raised, and follow event time."""
    if isinstance(found, Now):
        WATERMARK.set(found.at / 1000)
    elif found.phase == "raised":
        SIGNALS.labels(found.detector, found.severity).inc()


def count_notification(notification: Notification) -> None:
    """Count a notification."""
    NOTIFICATIONS.labels(notification.reason).inc()


def serve(port: int) -> None:
    """Serve the metrics at /metrics on `port` of the loopback and all other interfaces; 0 serves none."""
    if port:
        start_http_server(port)

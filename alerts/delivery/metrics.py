"""Metrics of delivery: a port, and an implementation that writes the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import structlog

if TYPE_CHECKING:
    from alerts.delivery.ports import DeliveryError

RequestKind = Literal["post", "update", "reply", "external"]


class DeliveryMetrics(Protocol):
    """Counters of delivery."""

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Count a delivered message, `waited` seconds after it was submitted."""
        ...

    def retried(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Count a failure that is retried after `delay` seconds."""
        ...

    def refused(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Count a failure that a person must fix; it is retried all the same."""
        ...


class LoggingMetrics:
    """Metrics written to the log."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("alerts.delivery.outbox")

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Write one line for each message."""
        self._log.info("alert delivered", incident=incident, kind=kind, waited_s=round(waited, 3))

    def retried(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Warn."""
        self._log.warning("alert delivery failed", incident=incident, code=error.code, retry_in_s=round(delay, 1))

    def refused(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Report an error with its remedy."""
        self._log.error(
            "alert rejected", incident=incident, code=error.code, remedy=error.remedy, retry_in_s=round(delay, 1)
        )

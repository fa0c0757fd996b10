"""How does delivery tell of itself? A small port for logs and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import structlog

if TYPE_CHECKING:
    from alerts.delivery.ports import DeliveryError

RequestKind = Literal["post", "update", "reply", "alarm"]


class DeliveryMetrics(Protocol):
    """What is worth counting."""

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Note a message that stands, `waited` seconds after it was submitted."""
        ...

    def retried(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Note a failure that is tried again after `delay` seconds."""
        ...

    def refused(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Note a failure that a person must put right; it is tried again all the same."""
        ...


class LoggingMetrics:
    """A meter that writes the log."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("alerts.delivery.outbox")

    def delivered(self, incident: str, kind: RequestKind, waited: float) -> None:
        """Write one line for each message."""
        self._log.info("delivered", incident=incident, kind=kind, waited_s=round(waited, 3))

    def retried(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Warn."""
        self._log.warning("not delivered yet", incident=incident, code=error.code, retry_in_s=round(delay, 1))

    def refused(self, incident: str, error: DeliveryError, delay: float) -> None:
        """Report an error with its remedy."""
        self._log.error(
            "alert refused", incident=incident, code=error.code, remedy=error.remedy, retry_in_s=round(delay, 1)
        )

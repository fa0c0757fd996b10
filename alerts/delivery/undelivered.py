"""Undelivered alerts: those that their receiver does not take, kept until it does, with since when and why.

An alert counts as undelivered at once where no retry helps, and after PATIENCE where one may.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
import structlog

from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

log = structlog.get_logger(__name__)

PATIENCE: Final = timedelta(seconds=30) // timedelta(milliseconds=1)
"""How long (ms) failures that may pass are retried before the alert counts as undelivered."""

STORE_TIMEOUT: Final = 10.0
"""Seconds that noting a failure may take: the next attempt does not wait longer for it."""


class Undelivered(msgspec.Struct, frozen=True):
    """An alert that its receiver does not take. The first three fields are those of a delivery record."""

    incident: str
    channel: str  # of Slack, or the name of a receiver outside Slack; "" where the brand has none
    intended_at: int  # since when, wall clock, ms
    brand: str
    code: str  # of the latest failure
    remedy: str

    @property
    def why(self) -> str:
        """Return the latest failure and what a person can do about it."""
        return f"{self.code}: {self.remedy}"


class UndeliveredSummary(msgspec.Struct, frozen=True):
    """How many alerts are undelivered, since when (wall clock, ms) the oldest is, and why."""

    count: int = 0
    since: int = 0
    why: str = ""


def summarise(alerts: Iterable[Undelivered]) -> UndeliveredSummary:
    """Return the summary of some undelivered alerts."""
    return combine(UndeliveredSummary(1, one.intended_at, one.why) for one in alerts)


def combine(summaries: Iterable[UndeliveredSummary]) -> UndeliveredSummary:
    """Return the summary of all alerts that several summaries count."""
    found = [one for one in summaries if one.count]
    if not found:
        return UndeliveredSummary()
    oldest = min(found, key=lambda one: one.since)
    return UndeliveredSummary(sum(one.count for one in found), oldest.since, oldest.why)


class UndeliveredStore(Protocol):
    """Store of what is undelivered, by the key of the delivery record."""

    def undelivered(self, key: str) -> Undelivered | None:
        """Return what is stored under a key."""
        ...

    async def put_undelivered(self, key: str, alert: Undelivered | None) -> None:
        """Store it; None removes what is stored. Returns when that is safe."""
        ...


class MemoryUndelivered:
    """A store that lasts as long as the process."""

    def __init__(self) -> None:
        self._alerts: dict[str, Undelivered] = {}

    def undelivered(self, key: str) -> Undelivered | None:
        """Return what is stored under a key."""
        return self._alerts.get(key)

    async def put_undelivered(self, key: str, alert: Undelivered | None) -> None:
        """Store it; None removes what is stored."""
        if alert is None:
            self._alerts.pop(key, None)
        else:
            self._alerts[key] = alert


class UndeliveredAlerts:
    """Notes failures and deliveries; what fails now is at hand, what failed is stored for other processes."""

    def __init__(self, store: UndeliveredStore | None = None, clock: Clock | None = None) -> None:
        self._store = store or MemoryUndelivered()
        self._clock = clock or Clock()
        self._first_failure: dict[str, int] = {}
        self._failing: dict[str, Undelivered] = {}

    @property
    def failing(self) -> Mapping[str, Undelivered]:
        """Return what this process tries to deliver, in vain, by the key of the delivery record."""
        return self._failing

    async def on_failure(self, key: str, incident: str, brand: str, channel: str, error: DeliveryError) -> None:
        """Note a failed attempt. A store that fails delays no attempt: the next failure stores it."""
        now = self._clock.wall()
        first = self._first_failure.setdefault(key, now)
        if error.retryable and now - first < PATIENCE and key not in self._failing:
            return
        known = self._store.undelivered(key)
        since = first if known is None else min(first, known.intended_at)
        alert = self._failing[key] = Undelivered(incident, channel, since, brand, error.code, error.remedy)
        if alert != known:
            await self._keep(key, alert)

    async def _keep(self, key: str, alert: Undelivered) -> None:
        log.error("alert undelivered", incident=alert.incident, channel=alert.channel, reason=alert.why)
        with suppress(TimeoutError):
            async with asyncio.timeout(STORE_TIMEOUT):
                try:
                    await self._store.put_undelivered(key, alert)
                except Exception as error:  # noqa: BLE001  the next attempt is more urgent
                    log.warning("undelivered alert not stored", incident=alert.incident, reason=type(error).__name__)

    async def on_delivery(self, key: str) -> None:
        """Note that the alert is delivered, or needs no delivery any more.

        Raises:
            DeliveryError: the store failed; try again.
        """
        if self._store.undelivered(key) is not None:
            try:
                await self._store.put_undelivered(key, None)
            except Exception as error:
                remedy = f"the receipt store failed ({error}): check the broker"
                raise DeliveryError("store_failed", remedy, retryable=True) from error
        self.forget(key)

    def forget(self, key: str) -> None:
        """Forget what was tried here."""
        self._first_failure.pop(key, None)
        self._failing.pop(key, None)

    def reset(self) -> None:
        """Forget what this process tried: the partitions are being reassigned."""
        self._first_failure.clear()
        self._failing.clear()

"""Stopped sources: a source that is not heard becomes an incident of its own kind, which each worker raises.

The worker that owns a brand's partition looks at the health of the brand's sources and sends a signal. Its id follows
from since when the source is not heard, so that two workers say the same thing once. The clock on the wall decides, not
event time: a source that is silent moves no event time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from alerts.incidents.model import SOURCE_STOPPED
from alerts.rendering.text import supported_language
from detectors.model.signal import SEVERITIES, Contributors, Evidence, Example, Signal
from streams.clock import wall_ms
from streams.kafka.partitioning import partition_of
from streams.listening.health import trouble
from streams.listening.health_view import SourceHealthView
from streams.stages import group_routing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from faust.types import AppT

    from detectors.model.signal_text import Language
    from streams.exactly_once.producer import Sender
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.listening.health import SourceHealth
    from streams.views.brands import BrandRegistry

MINUTE: Final = 60_000
REPEAT: Final = 15 * MINUTE
"""Milliseconds between two signals about the same source."""

GRACE: Final = 30 * MINUTE
"""Milliseconds for which a source may fail, or the listener be away, before it is an incident: a restart is none."""


def is_stopped(health: SourceHealth, now: int) -> bool:
    """Return whether a source is not heard for so long that people should know; silence has its own measure.

    One that rests does what its budget says: each message says so, and it is no incident.
    """
    if health.severity == "off" or health.state in {"active", "starting", "resting"}:
        return False
    return health.state == "silent" or now - health.active_until >= GRACE


def stopped_signal(brand: str, sources: Iterable[SourceHealth], now: int, language: Language = "en") -> Signal | None:
    """Return the signal about a brand's sources that are not heard; None where all are, or nobody wants to know.

    It names the one that is not heard for longest, and counts the others.
    """
    wrong = sorted((one for one in sources if brand in one.brands and is_stopped(one, now)), key=_since)
    if not wrong:
        return None
    worst, severities = wrong[0], {one.severity for one in wrong}
    start = worst.active_until // MINUTE * MINUTE
    minutes = max(1.0, (now - worst.active_until) / MINUTE)
    evidence = Evidence(
        window_start=start,
        window_end=now,
        metric="minutes",
        observed=float(round(minutes)),
        expected=None,
        threshold=float(GRACE // MINUTE),
        mentions=0,
        negative=0,
        history=0,
        extra={"sources": float(len(wrong))},
    )
    return Signal(
        brand=brand,
        detector=SOURCE_STOPPED,
        start=start,
        revision=now // REPEAT - start // REPEAT,
        phase="ongoing",
        severity=next(one for one in reversed(SEVERITIES) if one in severities),
        at=now,
        policy=0,
        evidence=evidence,
        contributors=Contributors(
            channels=((worst.source, 0),),
            examples=(Example(trouble(worst, now, language), "", worst.source, "", 0, 0.0, start),),
        ),
    )


def _since(health: SourceHealth) -> tuple[int, str]:
    return health.active_until, health.source


class StoppedSources:
    """Follows the health of the sources, and tells of those that stopped."""

    def __init__(
        self,
        app: AppT,
        topics: Topics,
        connection: Connection,
        sender: Sender,
        brands: BrandRegistry,
        partitions: int,
    ) -> None:
        """Take what a worker has."""
        self.view = SourceHealthView()
        self._app = app
        self._topics = topics
        self._connection = connection
        self._sender = sender
        self._brands = brands
        self._partitions = partitions

    @property
    def _owned(self) -> set[int]:
        """Return the partitions of `signals` that this worker owns now; none in a rebalance."""
        assigned = set() if self._app.rebalancing else self._app.consumer.assignment()
        return {tp.partition for tp in assigned if tp.topic == self._topics.signals.name}

    async def run(self) -> None:
        """Follow and tell until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.view.follow(self._connection, self._topics))
            group.create_task(self._tell())

    async def _tell(self) -> None:
        while True:
            now = wall_ms()
            await asyncio.sleep((REPEAT - now % REPEAT) / 1000)
            await self.tell(wall_ms())

    async def tell(self, now: int) -> None:
        """Send a signal for each brand of the owned partitions that a source is not heard for."""
        sources = self.view.at(now)
        names = {brand for one in sources if is_stopped(one, now) for brand in one.brands}
        for brand in sorted(name for name in names if self._brands.watches(name)):
            partition = partition_of(brand.encode(), self._partitions)
            language = supported_language(self._brands.brand(brand).language)
            found = stopped_signal(brand, sources, now, language)
            if found is not None and partition in self._owned:
                acknowledged = await self._sender.send(
                    self._topics.signals.name, brand.encode(), group_routing.encode(found), partition
                )
                await acknowledged

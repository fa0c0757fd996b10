"""Measurement of a worker: at intervals, the metrics that are states and no counts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from streams.agents import metrics, stage_metrics
from streams.clock import wall_ms
from streams.monitoring.probes import OK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faust.types import AppT

    from streams.agents.notify import NotifyAgent
    from streams.agents.triage import TriageAgent
    from streams.exactly_once.lag import Lag
    from streams.exactly_once.state_table import StateTable
    from streams.kafka.connection import Connection
    from streams.monitoring.probes import Probes
    from streams.views.brands import BrandRegistry

NO_PARTITIONS: Final = "partitions are not assigned yet"
NO_BRANDS: Final = "the brands are not read yet"
CONDITIONS: Final = (NO_PARTITIONS, NO_BRANDS)
"""What a worker has to have done before it is ready."""

INTERVAL: Final = 5.0
"""Seconds between two measurements."""


class WorkerMeasurement:
    """Measures lag, state, open incidents, the delivery queue and readiness."""

    def __init__(
        self,
        app: AppT,
        lags: Sequence[Lag],
        tables: Sequence[StateTable],
        triage: TriageAgent,
        notify: NotifyAgent,
        brands: BrandRegistry,
        probes: Probes,
        connection: Connection,
        mentions: str,
        partitions: int,
    ) -> None:
        """Take what a worker has; `mentions` is the name of that topic, which has so many partitions."""
        self._app = app
        self._lags = lags
        self._tables = tables
        self._triage = triage
        self._notify = notify
        self._brands = brands
        self._probes = probes
        self._connection = connection
        self._mentions = mentions
        self._partitions = partitions

    async def answer_probes(self) -> None:
        """Keep the probes up to date until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._probes.run(self._connection))
            await self._brands.loaded()
            self._probes.meet(NO_BRANDS)

    async def run(self) -> None:
        """Measure until cancelled."""
        metrics.PARTITIONS.set(self._partitions)
        while True:
            await asyncio.sleep(INTERVAL)
            now, clock = wall_ms(), time.monotonic()
            metrics.READY.set(self._probes.ready().status == OK)
            metrics.ASSIGNED.set(sum(tp.topic == self._mentions for tp in self._app.consumer.assignment()))
            for lag in self._lags:
                metrics.set_lag(lag.stage, *await lag.measure(now, clock))
            for table in self._tables:
                stage_metrics.set_state_bytes(table.name, table.data.values())
            stage_metrics.set_open_incidents(self._triage.cases())
            metrics.QUEUE.set(self._notify.pending_count)
            metrics.set_undelivered(self._notify.undelivered(), now)

"""Live data source: views of the topics, a producer of actions, and the history on request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from config.brands.plan import plan_brand
from mentions.model.batches import Batch, decode
from streams.clock import wall_ms
from streams.gateway import KafkaGateway
from streams.heartbeat import canary
from streams.kafka.admin import KafkaBrandStore
from streams.listening.health_view import SourceHealthView
from streams.views import brand_states
from streams.views.active_silences import ActiveSilences
from streams.views.brands import BrandRegistry, follow
from streams.views.incidents import IncidentView
from streams.views.posted_messages import PostedMessages
from streams.views.undelivered import UndeliveredView
from tocsin.web.sources.data_source import expected_rate, people_of
from tocsin.web.sources.rate_counter import BAR_MS, BARS, RateCounter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.delivery.ports import MessageRef
    from alerts.delivery.undelivered import Undelivered
    from alerts.incidents.model import Incident
    from alerts.incidents.silences import Silence
    from alerts.notifiers.slack.names import SlackNames
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.listening.health import SourceHealth
    from tocsin.web.sources.rate_counter import RateSeries

log = structlog.get_logger(__name__)

NAMES_REFRESH: Final = 30.0
"""Seconds between two looks at whose names are missing."""

BASELINE_REFRESH: Final = 600.0
"""Seconds between two looks at what is usual."""


APPLY_SECONDS: Final = 3.0
"""Seconds to wait until what was applied is read back."""


class KafkaDataSource(KafkaGateway):
    """Kafka's topics as data source. Use it as a context manager."""

    live = True

    def __init__(
        self, connection: Connection, topics: Topics, partitions: int, names: SlackNames | None = None
    ) -> None:
        """Take where Kafka is; `names` asks Slack who people are."""
        super().__init__(connection, topics)
        self._names = names
        self._partitions = partitions
        self._registry = BrandRegistry()
        self._incident_view = IncidentView()
        self._posted_messages = PostedMessages()
        self._undelivered = UndeliveredView()
        self._active_silences = ActiveSilences()
        self._sources = SourceHealthView()
        self._counter = RateCounter()
        self._expected_rates: dict[str, float | None] = {}

    async def follow(self) -> None:
        """Keep up to date until cancelled."""
        here = self._connection, self._topics, self._partitions
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(self._registry, *here))
            group.create_task(self._incident_view.follow(*here))
            group.create_task(self._posted_messages.follow(*here))
            group.create_task(self._undelivered.follow(*here))
            group.create_task(self._active_silences.follow(*here))
            group.create_task(self._sources.follow(self._connection, self._topics))
            group.create_task(self._count())
            group.create_task(self._refresh_baselines())
            group.create_task(self._look_up_names())

    async def loaded(self) -> None:
        """Wait until brands and incidents are known."""
        await self._registry.loaded()
        await self._incident_view.loaded()

    def now(self) -> int:
        """Return the current time."""
        return wall_ms()

    def brands(self) -> Mapping[str, BrandWithOverrides]:
        """Return the brands with their overrides, by name."""
        return {name: self._registry.with_overrides(name) for name in sorted(self._registry.brands())}

    def incidents(self) -> Mapping[str, Incident]:
        """Return the latest state of each incident, by id."""
        return self._incident_view.incidents

    def message_ref(self, incident: str) -> MessageRef | None:
        """Return where an incident's message is, if there is one."""
        return self._posted_messages.get(incident)

    def undelivered(self) -> Sequence[Undelivered]:
        """Return the alerts that their receivers do not take, the oldest first."""
        return self._undelivered.alerts(self._topics, self.now())

    def names(self) -> Mapping[str, str]:
        """Return the names that Slack has told, by id."""
        return {} if self._names is None else self._names.known

    async def apply(self, brand: Brand) -> None:
        """Publish a brand's configuration; return once it is read back, or after a while without."""
        changed = self._registry.changed()
        if await asyncio.to_thread(self._publish, brand):
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), APPLY_SECONDS)

    def _publish(self, brand: Brand) -> bool:
        """Publish a brand; return whether that changes anything."""
        store = KafkaBrandStore(self._connection, self._topics)
        records = plan_brand(store.read_applied(), brand, self.now()).records
        store.publish(records)
        return bool(records)

    def silences(self, brand: str) -> Sequence[Silence]:
        """Return the active silences."""
        return self._active_silences.active(brand, self.now())

    def rate_series(self, brand: str) -> RateSeries:
        """Return the mentions of the brand's last hours."""
        return self._counter.series(brand, self.now())

    def expected_rate(self, brand: str) -> float | None:
        """Return the expected mentions per five minutes at this hour; None with too little history."""
        return self._expected_rates.get(brand)

    def sources(self) -> Sequence[SourceHealth]:
        """Return the health of the sources, by name."""
        return self._sources.at(self.now())

    async def _count(self) -> None:
        """Count the mentions of the last hours, then each new one."""
        consumer = AIOKafkaConsumer(
            **self._connection.aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            assigned = [TopicPartition(self._topics.scored.name, number) for number in range(self._partitions)]
            consumer.assign(assigned)
            found = await consumer.offsets_for_times(dict.fromkeys(assigned, self.now() - BARS * BAR_MS))
            ends = await consumer.end_offsets(assigned)
            for tp in assigned:
                consumer.seek(tp, found[tp].offset if found.get(tp) else ends[tp])
            while True:
                for records in (await consumer.getmany(timeout_ms=1_000)).values():
                    for record in records:
                        self._take(record.value or b"")
        finally:
            await consumer.stop()

    def _take(self, raw: bytes) -> None:
        with suppress(msgspec.DecodeError):
            for part in decode(raw):
                if isinstance(part, Batch) and part.brand != canary.BRAND:
                    self._counter.add(part)

    async def _look_up_names(self) -> None:
        """Ask Slack for the names of whom the pages show; they work without."""
        if self._names is None:
            return
        await self.loaded()
        while True:
            await self._names.look_up(people_of(self.brands(), self.incidents(), self.now()))
            await asyncio.sleep(NAMES_REFRESH)

    async def _refresh_baselines(self) -> None:
        """Refresh the baselines that the workers have learned; the pages work without them."""
        await self._registry.loaded()
        while True:
            try:
                self._expected_rates = await asyncio.to_thread(self._expected)
            except Exception as error:  # noqa: BLE001  the board is worth showing without the usual
                log.warning("baselines not read", reason=f"{type(error).__name__}: {error}")
            await asyncio.sleep(BASELINE_REFRESH)

    def _expected(self) -> dict[str, float | None]:
        known, _ = brand_states.read_brand_states(self._connection, self._topics)
        configured = self._registry.brands()
        return {
            name: expected_rate(state, configured[name].detect.learning, self.now())
            for name, state in known.items()
            if name in configured
        }

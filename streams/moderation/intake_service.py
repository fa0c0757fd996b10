"""Intake service: reads `mentions` in a group of its own, and adds what the policies flag to `moderation`.

Offsets are committed after Kafka acknowledged every record that follows from them; a mention that is read again joins
the item that it is part of, and changes nothing. Several services share the partitions.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from alerts.incidents.model import encode as encode_action
from moderation.model import Decided, Flagged, Undone, decode, encode
from streams.clock import wall_ms
from streams.kafka import compacted_topic
from streams.kafka.producer_session import ProducerSession
from streams.kafka.topics import DAY
from streams.moderation.intake_stage import take_in
from streams.moderation.paging import page_of
from streams.monitoring.probes import Probes
from streams.views.brands import BrandRegistry, follow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Action
    from mentions.sentiment import Scorer
    from moderation.model import AnyRecord
    from moderation.settings import Moderation
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

BATCH: Final = 500
"""Kafka records that are read at once."""

NOT_READING: Final = "mentions are not read yet"

OLDEST: Final = int(DAY.total_seconds() * 1000)
"""Mentions that arrived longer ago are not moderated any more [ms]: a first start does not flood the queue."""


def group_of(topics: Topics) -> str:
    """Return the consumer group of the intake services."""
    return f"{topics.application}-moderation"


class IntakeService:
    """One process of the intake."""

    def __init__(
        self, connection: Connection, topics: Topics, scorer: Scorer, partitions: int, web_url: str = ""
    ) -> None:
        self.probes = Probes(NOT_READING)
        self._connection = connection
        self._topics = topics
        self._scorer = scorer
        self._partitions = partitions
        self._web_url = web_url
        self._registry = BrandRegistry()
        self._items_of: defaultdict[int, set[str]] = defaultdict(set)
        self._settled: set[str] = set()
        self._known = asyncio.Event()
        self._moderated: dict[str, Moderation] = {}
        self._generation = -1

    async def run(self) -> None:
        """Take mentions in until cancelled.

        Raises:
            KafkaError: Kafka refused a record for good; what is not committed is read again by the next service.
        """
        consumer = AIOKafkaConsumer(
            self._topics.mentions.name,
            **self._connection.aiokafka(),
            group_id=group_of(self._topics),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        async with ProducerSession(self._connection) as session, asyncio.TaskGroup() as group:
            group.create_task(self.probes.run(self._connection))
            group.create_task(follow(self._registry, self._connection, self._topics, self._partitions))
            group.create_task(self._follow_items())
            await self._registry.loaded()
            await self._known.wait()
            try:
                await consumer.start()
                log.info("moderation intake started", brands=sorted(self._settings()))
                self.probes.meet(NOT_READING)
                while True:
                    await self._round(consumer, session.producer)
            finally:
                await consumer.stop()

    async def _follow_items(self) -> None:
        """Keep up to date which posts are in which items: a deletion names the post alone."""
        async for records in compacted_topic.follow(self._connection, self._topics.moderation.name, self._partitions):
            for record in records:
                with suppress(msgspec.DecodeError):  # `QueueView` reports it
                    self._note(decode(record.value or b""))
            self._known.set()

    def _note(self, record: AnyRecord) -> None:
        if isinstance(record, Flagged):
            self._items_of[record.post.id].add(record.item)
        elif isinstance(record, Decided):
            self._settled.add(record.item)
        elif isinstance(record, Undone):
            self._settled.discard(record.item)

    def _settings(self) -> dict[str, Moderation]:
        """Return the settings of the brands that moderate, read again where the configuration changed."""
        if self._generation != self._registry.generation:
            brands = self._registry.brands().items()
            self._moderated = {name: brand.moderation for name, brand in brands if brand.moderation.enabled}
            self._generation = self._registry.generation
        return self._moderated

    async def _round(self, consumer: Any, producer: Any) -> None:
        batches = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
        if not batches:
            return
        settings, now = self._settings(), wall_ms()
        if settings:
            values = [
                (record.value, record.timestamp)
                for records in batches.values()
                for record in records
                if record.timestamp >= now - OLDEST
            ]
            flagged = await asyncio.to_thread(
                take_in, values, self._registry.watchlist, self._scorer, settings, now, self._items_of
            )
            acknowledged = [
                await producer.send(self._topics.moderation.name, encode(record), key=record.item.encode())
                for record in flagged
            ]
            acknowledged += [
                await producer.send(self._topics.actions.name, encode_action(page), key=page.brand.encode())
                for page in self._pages(flagged)
            ]
            await asyncio.gather(*acknowledged)
            for record in flagged:
                self._note(record)
        await self._commit(consumer, {tp: records[-1].offset + 1 for tp, records in batches.items()})

    def _pages(self, flagged: Iterable[AnyRecord]) -> list[Action]:
        """Return the pages about texts that nobody has decided yet: one for each brand and half hour."""
        found = {
            page.id: page
            for record in flagged
            if isinstance(record, Flagged) and record.item not in self._settled
            for page in [page_of(record, self._registry.brand(record.brand).language, self._web_url)]
            if page is not None
        }
        return list(found.values())

    async def _commit(self, consumer: Any, offsets: dict[Any, int]) -> None:
        try:
            await consumer.commit(offsets)
        except KafkaError as error:  # as where another service has the partition now: it reads again
            log.warning("moderation offsets not committed", reason=f"{type(error).__name__}: {error}")

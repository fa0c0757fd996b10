"""Community service: reads `mentions` in a group of its own, and keeps the ledgers of the brands that ask for it.

Ledgers are written before offsets are committed, and a ledger knows which places it has counted: a record that is read
again changes nothing. A partition that goes to another process is written and committed first, and read there.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from alerts.incidents.model import encode as encode_action
from community.ledger import encode
from detectors.model.compression import compress
from mentions.watchlist.normalise import normalise_handle
from streams.clock import wall_ms
from streams.community.stage import Ledgers, SourceRecord, keep
from streams.community.views import ledger_key, read_ledgers
from streams.community.watch_list import Sighting, notes_on, sightings
from streams.kafka import reader
from streams.kafka.producer_session import ProducerSession
from streams.kafka.topics import MAX_STATE_BYTES
from streams.monitoring.probes import Probes
from streams.views.brands import BrandRegistry, follow
from streams.views.incidents import IncidentView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mentions.sentiment import Scorer
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

BATCH: Final = 1_000
"""Kafka records that are read at once."""

NOT_READING: Final = "mentions are not read yet"

REMEMBERED: Final = 500
"""Latest posts by authors of watch lists, which an incident that opens later may still be about."""

WRITE_EVERY: Final = 30.0
"""Seconds between two writes of what changed."""


def group_of(topics: Topics) -> str:
    """Return the consumer group of the community services."""
    return f"{topics.application}-community"


class CommunityService(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """One process that keeps ledgers."""

    def __init__(self, connection: Connection, topics: Topics, scorer: Scorer, partitions: int) -> None:
        self.probes = Probes(NOT_READING)
        self._connection = connection
        self._topics = topics
        self._scorer = scorer
        self._partitions = partitions
        self._registry = BrandRegistry()
        self._incidents = IncidentView()
        self._sightings: deque[Sighting] = deque(maxlen=REMEMBERED)
        self._noted: set[str] = set()
        self._ledgers: Ledgers = {}
        self._changed: set[tuple[str, int]] = set()
        self._read_up_to: dict[Any, int] = {}
        self._owned: frozenset[int] = frozenset()
        self._loaded = asyncio.Event()
        self._lock = asyncio.Lock()
        self._consumer: Any = None
        self._producer: Any = None

    async def run(self) -> None:
        """Keep ledgers until cancelled.

        Raises:
            KafkaError: Kafka refused a record for good; what is not committed is read again by the next service.
        """
        self._consumer = AIOKafkaConsumer(
            **self._connection.aiokafka(),
            group_id=group_of(self._topics),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        session = ProducerSession(self._connection, max_request_size=MAX_STATE_BYTES)
        async with session, asyncio.TaskGroup() as group:
            self._producer = session.producer
            group.create_task(self.probes.run(self._connection))
            group.create_task(self._incidents.follow(self._connection, self._topics, self._partitions))
            group.create_task(follow(self._registry, self._connection, self._topics, self._partitions))
            await self._registry.loaded()
            await self._incidents.loaded()
            self._consumer.subscribe([self._topics.mentions.name], listener=self)
            try:
                await self._consumer.start()
                log.info("community started", brands=sorted(self._brands()))
                self.probes.meet(NOT_READING)
                await self._read()
            finally:
                await self._consumer.stop()  # what is not written is read again at the next start

    async def on_partitions_revoked(self, revoked: Sequence[Any]) -> None:
        """Write what changed before others read it."""
        self._loaded.clear()
        async with self._lock:
            if revoked:
                await self._write()
            self._ledgers, self._owned = {}, frozenset()
            self._changed.clear()
            self._read_up_to.clear()

    async def on_partitions_assigned(self, assigned: Sequence[Any]) -> None:
        """Go on from the ledgers as they are stored."""
        mine = frozenset(tp.partition for tp in assigned)
        async with self._lock:
            stored = await asyncio.to_thread(reader.latest, self._connection, self._topics.community.name)
            self._ledgers = {key: ledger for key, ledger in read_ledgers(stored.items()) if key[1] in mine}
            self._owned = mine
        self._loaded.set()

    async def _read(self) -> None:
        written = time.monotonic()
        while True:
            batches = await self._consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            await self._loaded.wait()  # records may come before the ledgers that they are added to
            async with self._lock:
                await self._count({tp: several for tp, several in batches.items() if tp.partition in self._owned})
                if time.monotonic() - written > WRITE_EVERY:
                    await self._write()
                    written = time.monotonic()

    async def _count(self, batches: Mapping[Any, Sequence[Any]]) -> None:
        records = [
            SourceRecord(tp.partition, record.offset, record.timestamp, record.value)
            for tp, several in batches.items()
            for record in several
        ]
        if records and (brands := self._brands()):
            self._changed |= await asyncio.to_thread(
                keep, self._ledgers, records, self._registry.watchlist, self._scorer, brands, self._partitions
            )
            lists = {name: self._watch_list(name) for name in brands}
            self._sightings.extend(sightings(records, self._registry.watchlist, lists))
        await self._note_sightings()
        self._read_up_to |= {tp: several[-1].offset + 1 for tp, several in batches.items()}

    def _watch_list(self, brand: str) -> frozenset[str]:
        return frozenset(map(normalise_handle, self._registry.brand(brand).community.watch_list))

    async def _note_sightings(self) -> None:
        """Put a note on each open incident that an author of a watch list writes about."""
        if not self._sightings:
            return
        languages = {name: brand.language for name, brand in self._registry.brands().items()}
        for note in notes_on(self._sightings, self._incidents.incidents.values(), languages, wall_ms()):
            if note.id not in self._noted:
                await self._producer.send_and_wait(
                    self._topics.actions.name, encode_action(note), key=note.brand.encode()
                )
                self._noted.add(note.id)

    def _brands(self) -> Mapping[str, Sequence[str]]:
        """Return the own accounts of the brands that ask for it."""
        brands = self._registry.brands().items()
        return {name: brand.own_accounts for name, brand in brands if brand.community.enabled}

    async def _write(self) -> None:
        """Write the ledgers that changed, remove those that nobody asks for any more, then commit."""
        wanted = self._brands()
        topic = self._topics.community.name
        gone = [key for key in self._ledgers if key[0] not in wanted]
        values = {key: compress(encode(self._ledgers[key])) for key in self._changed if key[0] in wanted}
        keys = [*values, *gone]
        acknowledged = [await self._producer.send(topic, values.get(key), key=ledger_key(*key)) for key in keys]
        await asyncio.gather(*acknowledged)
        for key in gone:
            del self._ledgers[key]
        self._changed.clear()
        if self._read_up_to:
            try:
                await self._consumer.commit(self._read_up_to)
            except KafkaError as error:  # as where another service has the partition now: it reads again
                log.warning("community offsets not committed", reason=f"{type(error).__name__}: {error}")
        self._read_up_to = {}

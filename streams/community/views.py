"""Community as other processes see it: the ledgers of each brand, and the notes of people, which they also write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import msgspec
import structlog

from community import notes
from community.ledger import decode
from detectors.model.compression import decompress
from streams.kafka import compacted_topic
from streams.kafka.producer_session import ProducerSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from community.ledger import Ledger
    from community.notes import Note
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

_MARK = "\0"


def ledger_key(brand: str, partition: int) -> bytes:
    """Return the key of the ledger of a brand and a source partition."""
    return f"{brand}{_MARK}{partition}".encode()


def read_ledgers(rows: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[tuple[str, int], Ledger]]:
    """Yield the stored ledgers by brand and source partition; one that cannot be read is left out."""
    for key, value in rows:
        brand, _, partition = key.decode(errors="replace").partition(_MARK)
        try:
            yield (brand, int(partition)), decode(decompress(value))
        except (msgspec.DecodeError, ValueError) as error:
            log.error("undecodable community ledger skipped", key=brand, reason=str(error))  # noqa: TRY400


def ledgers_of(brand: str, rows: Iterable[tuple[bytes, bytes]]) -> list[Ledger]:
    """Return the stored ledgers of one brand."""
    return [ledger for (name, _), ledger in read_ledgers(rows) if name == brand]


class CommunityPort(Protocol):
    """Who writes about brands, kept up to date, and the notes about them."""

    def ledgers(self, brand: str) -> Sequence[Ledger]:
        """Return the ledgers of a brand."""
        ...

    def notes(self, brand: str) -> Mapping[str, Note]:
        """Return the notes about a brand's authors, by name as `normalise_handle` spells it."""
        ...

    async def write_note(self, brand: str, note: Note) -> None:
        """Keep a note; one without tag and text removes what was kept."""
        ...


class CommunityView(ProducerSession):
    """The ledgers and notes, up to date while `follow` runs. Use it as a context, made within a running event loop."""

    def __init__(self, connection: Connection, topics: Topics, partitions: int) -> None:
        super().__init__(connection)
        self._connection = connection
        self._topics = topics
        self._partitions = partitions
        self._ledgers: dict[str, dict[int, Ledger]] = {}
        self._notes: dict[str, dict[str, Note]] = {}

    async def follow(self) -> None:
        """Keep up to date until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_ledgers())
            group.create_task(self._follow_notes())

    def ledgers(self, brand: str) -> Sequence[Ledger]:
        """Return the ledgers of a brand."""
        return [ledger for _, ledger in sorted(self._ledgers.get(brand, {}).items())]

    def notes(self, brand: str) -> Mapping[str, Note]:
        """Return the notes about a brand's authors, by name as `normalise_handle` spells it."""
        return self._notes.get(brand, {})

    async def write_note(self, brand: str, note: Note) -> None:
        """Keep a note; one without tag and text removes what was kept.

        Raises:
            KafkaError: Kafka did not take it.
        """
        key, value = notes.note_key(brand, note.author), notes.encode(note) if note.tag or note.text else None
        await self.producer.send_and_wait(self._topics.community_notes.name, value, key=key)
        self._note(key, value)

    async def _follow_ledgers(self) -> None:
        async for records in compacted_topic.follow(self._connection, self._topics.community.name, self._partitions):
            for record in records:
                self._apply(record.key or b"", record.value)

    def _apply(self, key: bytes, value: bytes | None) -> None:
        brand, _, partition = key.decode(errors="replace").partition(_MARK)
        if value is None:
            self._ledgers.get(brand, {}).pop(int(partition or 0), None)
            return
        for (name, number), ledger in read_ledgers([(key, value)]):
            self._ledgers.setdefault(name, {})[number] = ledger

    async def _follow_notes(self) -> None:
        topic = self._topics.community_notes.name
        async for records in compacted_topic.follow(self._connection, topic, self._partitions):
            for record in records:
                self._note(record.key or b"", record.value)

    def _note(self, key: bytes, value: bytes | None) -> None:
        brand, author = notes.read_key(key)
        kept = self._notes.setdefault(brand, {})
        if value is None:
            kept.pop(author, None)
            return
        try:
            kept[author] = notes.decode(value)
        except msgspec.DecodeError as error:
            log.error("undecodable community note skipped", key=brand, reason=str(error))  # noqa: TRY400

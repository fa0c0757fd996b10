"""Log store: topics, their partitions and the committed offsets, in memory as an index, on disk as a journal."""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from streams.broker.partition_log import PartitionLog, StoredBatch
from streams.broker.producers import ProducerSequences
from streams.broker.record_batch import read_header, record_keys, with_base_offset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streams.broker.journal import Entry, Journal, Place
    from streams.broker.record_batch import BatchHeader

DEFAULT_LAG_MS: Final = 3_600_000
_OF: Final = struct.Struct(">II")  # number of the topic, partition


class Kind(IntEnum):
    """Kinds of entries of the journal."""

    SNAPSHOT = 1  # all that is not a batch, at the start of each segment
    TOPIC = 2
    TOPIC_DELETED = 3
    COMMITTED = 4
    BATCH = 5


@dataclass(frozen=True)
class TopicLog:
    """One topic: its number in the journal, the identity that clients see, its settings and partitions."""

    name: str
    number: int
    identity: str
    config: dict[str, str]
    partitions: list[PartitionLog]

    @property
    def retention_ms(self) -> int | None:
        """Return how long records are kept (ms), None for ever."""
        if "delete" not in self.config.get("cleanup.policy", "delete"):
            return None
        return int(self.config["retention.ms"]) if "retention.ms" in self.config else None

    @property
    def compaction_lag_ms(self) -> int:
        """Return how long a value is kept after the one that replaced it (ms)."""
        return int(self.config.get("segment.ms", DEFAULT_LAG_MS))


class LogStore:
    """Everything the broker keeps. What was appended is to be shown to consumers once the journal is synced."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.topics: dict[str, TopicLog] = {}
        self.committed: dict[str, dict[tuple[str, int], tuple[int, str]]] = {}
        self.producers = ProducerSequences()
        self._numbers = 0
        self._by_number: dict[int, TopicLog] = {}
        self._live_bytes: dict[int, int] = {}  # of batches, by segment
        self._recover()
        journal.start_segment = self._write_snapshot
        journal.open()

    def create_topic(self, name: str, partitions: int, config: Mapping[str, str]) -> TopicLog:
        """Create a topic."""
        self._numbers += 1
        topic = self._add_topic(name, self._numbers, uuid.uuid4().hex, dict(config), [(0, 0)] * partitions)
        self._journal.append(Kind.TOPIC, msgspec.msgpack.encode(_described(topic)))
        return topic

    def delete_topic(self, name: str) -> None:
        """Delete a topic with its records and the offsets that are committed of it."""
        self._forget_topic(name)
        self._journal.append(Kind.TOPIC_DELETED, name.encode())

    def append(self, topic: TopicLog, partition: int, raw: bytes) -> int:
        """Add a batch to a partition; return the offset of its first record.

        Raises:
            InvalidBatchError: it is none.
            OutOfOrderSequenceError: the producer's batch before it is missing.
        """
        log, header, place_of = topic.partitions[partition], read_header(raw), (topic.number, partition)
        stored = self.producers.stored_offset(place_of, header)
        if stored is not None:
            return stored
        header = header._replace(base_offset=log.end)
        raw = with_base_offset(raw, log.end)
        self._add_batch(log, header, self._write_batch(place_of, raw))
        self.producers.add(place_of, header)
        if log.is_compacted:
            log.compact(header, record_keys(raw))
        return header.base_offset

    def commit(self, group: str, offsets: Mapping[tuple[str, int], tuple[int, str]]) -> None:
        """Keep the offsets that a consumer group has processed."""
        self.committed.setdefault(group, {}).update(offsets)
        self._journal.append(Kind.COMMITTED, msgspec.msgpack.encode((group, _listed(offsets))))

    async def sync(self) -> None:
        """Return once everything appended is on the disk, and visible to consumers."""
        ends = [
            (log, log.end) for topic in self.topics.values() for log in topic.partitions if log.end > log.visible_end
        ]
        await self._journal.sync()
        for log, end in ends:
            log.visible_end = max(log.visible_end, end)

    def read(self, batch: StoredBatch) -> bytes:
        """Return the bytes of a batch that is visible."""
        return self._journal.read(batch.place)

    def release(self, batches: Iterable[StoredBatch]) -> None:
        """Note that batches are not needed any more."""
        for batch in batches:
            self._release(batch)

    def live_share(self, segment: int) -> float:
        """Return which share of a segment's bytes is still needed."""
        return self._live_bytes.get(segment, 0) / max(1, self._journal.segment_size(segment))

    def copy_batch(self, entry: Entry) -> tuple[PartitionLog, int, Place] | None:
        """Append a copy of a batch that is still needed; return its partition, offset and new place.

        None: it is not needed, or is no batch. The index knows the new place only after `move`.
        """
        if entry.kind != Kind.BATCH:
            return None
        of, raw, place = _unpacked(entry)
        topic = self._by_number.get(of[0])
        header = read_header(raw)
        if topic is None or topic.partitions[of[1]].place(header.base_offset) != place:
            return None
        return topic.partitions[of[1]], header.base_offset, self._write_batch(of, bytes(raw))

    def move(self, log: PartitionLog, base_offset: int, old_segment: int, place: Place) -> None:
        """Let the index know where a copied batch is, unless it was dropped meanwhile."""
        found = log.place(base_offset)
        if found is not None and found.segment == old_segment:
            log.move(base_offset, place)
            self._count(place, 1)

    def forget_segment(self, segment: int) -> None:
        """Delete a segment of which nothing is needed."""
        self._live_bytes.pop(segment, None)
        self._journal.remove(segment)

    def _write_batch(self, of: tuple[int, int], raw: bytes) -> Place:
        place = self._journal.append(Kind.BATCH, _OF.pack(*of) + raw)
        return _after_prefix(place)

    def _add_batch(self, log: PartitionLog, header: BatchHeader, place: Place) -> None:
        log.add(header, place)
        self._count(place, 1)

    def _release(self, batch: StoredBatch) -> None:
        self._count(batch.place, -1)

    def _count(self, place: Place, sign: int) -> None:
        self._live_bytes[place.segment] = self._live_bytes.get(place.segment, 0) + sign * place.size

    def _add_topic(
        self, name: str, number: int, identity: str, config: dict[str, str], ends: Iterable[tuple[int, int]]
    ) -> TopicLog:
        compacted = "compact" in config.get("cleanup.policy", "")
        topic = TopicLog(name, number, identity, config, [])
        for start, end in ends:
            log = PartitionLog(compacted=compacted)
            log.start, log.end = start, end
            topic.partitions.append(log)
        self.topics[name] = self._by_number[number] = topic
        self._numbers = max(self._numbers, number)
        return topic

    def _forget_topic(self, name: str) -> None:
        topic = self.topics.pop(name)
        del self._by_number[topic.number]
        for log in topic.partitions:
            self.release(log)
        for offsets in self.committed.values():
            for tp in [tp for tp in offsets if tp[0] == name]:
                del offsets[tp]

    def _write_snapshot(self) -> None:
        state = {
            "topics": [_described(topic) for topic in self.topics.values()],
            "committed": [(group, _listed(offsets)) for group, offsets in self.committed.items()],
            "producers": self.producers.dump(),
            "numbers": self._numbers,
        }
        self._journal.append(Kind.SNAPSHOT, msgspec.msgpack.encode(state))

    def _recover(self) -> None:
        """Read the journal. A batch may be there twice, copied by cleaning: the later copy counts."""
        copies: dict[tuple[int, int], list[StoredBatch]] = {}
        for segment in self._journal.segments:
            for entry in self._journal.entries(segment):
                if entry.kind == Kind.BATCH:
                    self._recover_batch(entry, copies)
                else:
                    self._recover_entry(entry)
        for topic in self.topics.values():
            for number, log in enumerate(topic.partitions):
                self._recover_partition(log, copies.get((topic.number, number), []))

    def _recover_batch(self, entry: Entry, copies: dict[tuple[int, int], list[StoredBatch]]) -> None:
        of, raw, place = _unpacked(entry)
        if of[0] not in self._by_number:
            return
        log, header = self._by_number[of[0]].partitions[of[1]], read_header(raw)
        if header.base_offset >= log.end:
            self._add_batch(log, header, place)
            self.producers.add(of, header)
        else:
            batch = StoredBatch(header.base_offset, header.last_offset, header.max_timestamp, place)
            copies.setdefault(of, []).append(batch)
            self._count(place, 1)

    def _recover_entry(self, entry: Entry) -> None:
        if entry.kind == Kind.SNAPSHOT:
            self._load_snapshot(msgspec.msgpack.decode(entry.payload))
        elif entry.kind == Kind.TOPIC:
            self._add_topic(*msgspec.msgpack.decode(entry.payload))
        elif entry.kind == Kind.TOPIC_DELETED:
            self._forget_topic(bytes(entry.payload).decode())
        elif entry.kind == Kind.COMMITTED:
            group, offsets = msgspec.msgpack.decode(entry.payload)
            self.committed.setdefault(group, {}).update(_unlisted(offsets))

    def _load_snapshot(self, state: Any) -> None:
        """Take over a snapshot; of topics that are known already it says nothing new but where they start.

        A topic that is not in it was deleted, by an entry that may be gone.
        """
        wanted = {number for _, number, *_ in state["topics"]}
        for topic in [topic for number, topic in self._by_number.items() if number not in wanted]:
            self._forget_topic(topic.name)
        for name, number, identity, config, ends in state["topics"]:
            if number not in self._by_number:
                self._add_topic(name, number, identity, config, ends)
            for log, (start, end) in zip(self._by_number[number].partitions, ends, strict=True):
                log.start, log.end = max(log.start, start), max(log.end, end)
        self.committed = {group: _unlisted(offsets) for group, offsets in state["committed"]}
        self.producers.load(state["producers"])
        self._numbers = state["numbers"]

    def _recover_partition(self, log: PartitionLog, copies: list[StoredBatch]) -> None:
        if copies or log.start:
            self.release(log.insert(copies))
        if log.is_compacted:
            for batch in log:
                raw = self._journal.read(batch.place)
                log.compact(read_header(raw), record_keys(raw))
        log.visible_end = log.end


def _after_prefix(place: Place) -> Place:
    return place._replace(position=place.position + _OF.size, size=place.size - _OF.size)


def _unpacked(entry: Entry) -> tuple[tuple[int, int], memoryview, Place]:
    """Return topic and partition, the batch, and where it is."""
    number, partition = _OF.unpack_from(entry.payload)
    return (number, partition), entry.payload[_OF.size :], _after_prefix(entry.place)


def _described(topic: TopicLog) -> tuple[Any, ...]:
    ends = [(log.start, log.end) for log in topic.partitions]
    return topic.name, topic.number, topic.identity, topic.config, ends


def _listed(offsets: Mapping[tuple[str, int], tuple[int, str]]) -> list[tuple[str, int, int, str]]:
    return [(topic, partition, offset, note) for (topic, partition), (offset, note) in offsets.items()]


def _unlisted(listed: Iterable[Any]) -> dict[tuple[str, int], tuple[int, str]]:
    return {(topic, partition): (offset, note) for topic, partition, offset, note in listed}

"""Requests about records: produce, fetch, offsets, producer ids."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from aiokafka.record.default_records import DefaultRecordBatch
from kafka.errors import (
    CorruptRecordError,
    OffsetOutOfRangeError,
    OutOfOrderSequenceNumberError,
    UnknownTopicOrPartitionError,
)
from kafka.protocol.consumer.fetch import FetchResponse
from kafka.protocol.consumer.offsets import ListOffsetsResponse
from kafka.protocol.producer.produce import ProduceResponse
from kafka.protocol.producer.transaction import InitProducerIdResponse

from streams.broker.producers import OutOfOrderSequenceError
from streams.broker.record_batch import InvalidBatchError

if TYPE_CHECKING:
    from streams.broker.log_store import LogStore, TopicLog
    from streams.broker.partition_log import PartitionLog

LATEST: Final = -1
EARLIEST: Final = -2
MAX_FETCH_BYTES: Final = 16 << 20
_UNKNOWN_TOPIC: Final = UnknownTopicOrPartitionError.errno
_ID_BITS: Final = 62


class RecordHandlers:
    """Answers requests about records. A produce is answered, and its records are shown, once they are on the disk."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._added: asyncio.Event = asyncio.Event()  # replaced whenever records become visible

    async def produce(self, request: Any) -> ProduceResponse:
        """Store batches."""
        results: dict[str, list[Any]] = defaultdict(list)
        for topic in request.topic_data:
            for part in topic.partition_data:
                results[topic.name].append(self._append(topic.name, part))
        await self._store.sync()
        self._added.set()
        self._added = asyncio.Event()
        return ProduceResponse(
            responses=[
                ProduceResponse.TopicProduceResponse(name=name, partition_responses=parts)
                for name, parts in results.items()
            ]
        )

    async def fetch(self, request: Any) -> FetchResponse:
        """Return records; waits for some as long as the client wants to."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + request.max_wait_ms / 1000
        while True:
            added = self._added
            response, size, is_final = self._fetch(request)
            left = deadline - loop.time()
            if size >= max(1, request.min_bytes) or is_final or left <= 0:
                return response
            try:
                async with asyncio.timeout(left):
                    await added.wait()
            except TimeoutError:
                return self._fetch(request)[0]

    async def list_offsets(self, request: Any) -> ListOffsetsResponse:
        """Return the first or the last offset of partitions, or the first of a time."""
        return ListOffsetsResponse(
            topics=[
                ListOffsetsResponse.ListOffsetsTopicResponse(
                    name=topic.name, partitions=[self._offset(topic.name, part) for part in topic.partitions]
                )
                for topic in request.topics
            ]
        )

    async def init_producer_id(self, _: Any) -> InitProducerIdResponse:
        """Return an id that no other producer ever gets."""
        return InitProducerIdResponse(error_code=0, producer_id=secrets.randbits(_ID_BITS), producer_epoch=0)

    def _partition(self, name: str, number: int) -> tuple[TopicLog, PartitionLog] | None:
        topic = self._store.topics.get(name)
        return None if topic is None or not 0 <= number < len(topic.partitions) else (topic, topic.partitions[number])

    def _append(self, name: str, part: Any) -> Any:
        found, error, offset = self._partition(name, part.index), 0, -1
        if found is None:
            error = _UNKNOWN_TOPIC
        else:
            try:
                offset = self._store.append(found[0], part.index, bytes(part.records or b""))
            except InvalidBatchError:
                error = CorruptRecordError.errno
            except OutOfOrderSequenceError:
                error = OutOfOrderSequenceNumberError.errno
        return ProduceResponse.TopicProduceResponse.PartitionProduceResponse(
            index=part.index, error_code=error, base_offset=offset, log_start_offset=found[1].start if found else -1
        )

    def _fetch(self, request: Any) -> tuple[FetchResponse, int, bool]:
        """Return what there is, its size, and whether waiting for more is of no use: a partition has an error."""
        left, answers, failed = min(request.max_bytes, MAX_FETCH_BYTES), [], False
        size = 0
        for topic in request.topics:
            parts = []
            for part in topic.partitions:
                answer = self._fetch_partition(topic.topic, part, left - size, first=size == 0)
                size += len(answer.records or b"")
                failed = failed or answer.error_code != 0
                parts.append(answer)
            answers.append(FetchResponse.FetchableTopicResponse(topic=topic.topic, partitions=parts))
        return FetchResponse(error_code=0, session_id=0, responses=answers), size, failed

    def _fetch_partition(self, name: str, part: Any, left: int, *, first: bool) -> Any:
        found, error, records = self._partition(name, part.partition), 0, b""
        end = start = -1
        if found is None:
            error = _UNKNOWN_TOPIC
        else:
            start, end = found[1].start, found[1].visible_end
            if start <= part.fetch_offset <= end:
                records = self._records(
                    found[1], part.fetch_offset, min(left, part.partition_max_bytes), at_least_one=first
                )
            else:
                error = OffsetOutOfRangeError.errno
        return FetchResponse.FetchableTopicResponse.PartitionData(
            partition_index=part.partition,
            error_code=error,
            high_watermark=end,
            last_stable_offset=end,
            log_start_offset=start,
            aborted_transactions=[],
            records=records,
        )

    def _records(self, log: PartitionLog, offset: int, limit: int, *, at_least_one: bool) -> bytes:
        batches: list[bytes] = []
        for batch in log.from_offset(offset):
            if limit < batch.place.size and (batches or not at_least_one):
                break
            limit -= batch.place.size
            batches.append(self._store.read(batch))
        return b"".join(batches)

    def _offset(self, name: str, part: Any) -> Any:
        found, error, offset, stamp = self._partition(name, part.partition_index), 0, -1, -1
        if found is None:
            error = _UNKNOWN_TOPIC
        elif part.timestamp == LATEST:
            offset = found[1].visible_end
        elif part.timestamp == EARLIEST:
            offset = found[1].start
        else:
            offset, stamp = self._first_at(found[1], part.timestamp)
        return ListOffsetsResponse.ListOffsetsTopicResponse.ListOffsetsPartitionResponse(
            partition_index=part.partition_index, error_code=error, offset=offset, timestamp=stamp
        )

    def _first_at(self, log: PartitionLog, instant: int) -> tuple[int, int]:
        """Return offset and time (ms) of the first record at or after an instant; -1 where there is none."""
        batch = log.from_time(instant)
        if batch is None:
            return -1, -1
        records = DefaultRecordBatch(self._store.read(batch))
        return next(((one.offset, one.timestamp) for one in records if one.timestamp >= instant), (-1, -1))

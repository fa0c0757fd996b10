"""Ingest: sends mentions from files to `mentions`, in chunks, each acknowledged before its checkpoint."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from kafka.errors import KafkaError

from mentions.model.decode import Rejection, decode_line
from mentions.readers.packing import DEFAULT_LIMITS, Limits, PackedRecord, pack
from mentions.readers.position import START, Line, Position, RejectedLine
from streams.clock import wall_ms
from streams.kafka import clients
from streams.kafka import headers as heads
from streams.kafka.errors import BrokerError
from streams.stages.event_time import FLUSH_MARGIN, MINUTE
from streams.tracing.port import NO_TRACING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kafka import KafkaProducer

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.tracing.port import Tracing

AsOf = Literal["now", "published"]

CHUNK_LINES: Final = 5_000  # lines
CHUNK_TIMEOUT: Final = 0.2  # seconds after which a chunk of a slow source goes out


@dataclass
class Progress:
    """What became of the lines so far."""

    sent: int = 0  # mentions
    records: int = 0
    rejected: int = 0
    position: Position = START
    latest: int = 0  # event time, ms

    def counts(self) -> dict[str, int]:
        """Return the counts, for a checkpoint."""
        return {"sent": self.sent, "records": self.records, "rejected": self.rejected, "latest": self.latest}


@dataclass
class Throttle:
    """Holds mentions back so that event time passes `speed` times as fast as the clock; 0: as fast as it goes."""

    speed: float
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _started: tuple[float, int] | None = field(default=None, init=False)

    def wait_for(self, instant: int) -> None:
        """Return when `instant` (event time, ms) is due."""
        if not self.speed:
            return
        if self._started is None:
            self._started = (self.monotonic(), instant)
        start, first = self._started
        ahead = (instant - first) / 1000 / self.speed - (self.monotonic() - start)
        if ahead > 0:
            self.sleep(ahead)


class Ingest:
    """Sends mentions, those of one brand to one partition, in the order they are read.

    With `as_of` "published" each mention arrives when it was published: an old incident runs as if it were live. After
    each chunk every partition gets a marker of event time, so that none waits for a mention of its own.
    """

    def __init__(
        self,
        connection: Connection,
        topics: Topics,
        as_of: AsOf = "now",
        throttle: Throttle | None = None,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self.progress = Progress()
        self._connection = connection
        self._topic = topics.mentions.name
        self._as_of = as_of
        self._tracing = tracing
        self._throttle = throttle or Throttle(0)
        self._limits = DEFAULT_LIMITS if as_of == "now" else Limits(span=MINUTE)
        self._producer: KafkaProducer = clients.producer(
            connection, compression_type=None if connection.embedded else "zstd", linger_ms=20
        )
        self._partitions = sorted(self._producer.partitions_for(self._topic) or ())

    def run(self, lines: Iterable[Line | RejectedLine]) -> Iterator[list[RejectedLine]]:
        """Send the lines; yields after each chunk that is acknowledged, with what was refused in it.

        Raises:
            BrokerError: a record was not acknowledged; what `progress` counts is safe.
        """
        for chunk in chunks(lines, self._throttle):
            refused = self._send(chunk)
            self.progress.position = chunk[-1].next_position
            yield refused

    def _send(self, chunk: list[Line | RejectedLine]) -> list[RejectedLine]:
        refused: list[RejectedLine] = [line for line in chunk if isinstance(line, RejectedLine)]
        packs: list[PackedRecord] = []
        for group in by_brand(chunk).values():
            for entry in pack(group, self._limits, wall_ms):
                packs.append(entry) if isinstance(entry, PackedRecord) else refused.append(entry)
        self._produce(sorted(packs, key=lambda packed: packed.latest))  # several brands may share a partition
        self.progress.rejected += len(refused)
        return sorted(refused, key=lambda line: line.number)

    def _produce(self, packs: list[PackedRecord]) -> None:
        latest = max([self.progress.latest, *(pack.latest for pack in packs)])
        with self._tracing.sending("ingest", sum(pack.mentions for pack in packs)) as headers:
            carried = headers or []
            self._deliver([(pack.key, pack.value, None, self._arrival(pack) + carried) for pack in packs])
        if self._as_of == "published" and packs:
            self.mark(latest)
        self.progress.latest = latest
        self.progress.sent += sum(pack.mentions for pack in packs)
        self.progress.records += len(packs)

    def _arrival(self, packed: PackedRecord) -> list[tuple[str, bytes]]:
        return [(heads.ARRIVED_AT, b"%d" % packed.latest)] if self._as_of == "published" else []

    def mark(self, read_up_to: int) -> None:
        """Tell every partition that no mention before `read_up_to` (ms) follows.

        Raises:
            BrokerError: a marker was not acknowledged.
        """
        headers = [(heads.READ_UP_TO, b"%d" % read_up_to), (heads.ARRIVED_AT, b"%d" % read_up_to)]
        self._deliver([(None, b"", partition, headers) for partition in self._partitions])

    def finish(self) -> None:
        """Let event time pass a little beyond the last mention of an old recording, so that its last minutes count.

        Raises:
            BrokerError: a marker was not acknowledged.
        """
        if self._as_of == "published" and self.progress.latest:
            self.mark(self.progress.latest + FLUSH_MARGIN)

    def _deliver(self, records: list[tuple[bytes | None, bytes, int | None, list[tuple[str, bytes]]]]) -> None:
        """Send records and wait until all are acknowledged."""
        try:
            futures = [
                self._producer.send(self._topic, key=key, value=value, partition=partition, headers=headers)
                for key, value, partition, headers in records
            ]
            self._producer.flush()
            for future in futures:
                future.get(timeout=30)
        except KafkaError as error:
            raise BrokerError(self._connection.bootstrap, error) from error

    def close(self) -> None:
        """Let the producer go."""
        self._producer.close()


def chunks(lines: Iterable[Line | RejectedLine], throttle: Throttle) -> Iterator[list[Line | RejectedLine]]:
    """Return the lines in chunks: as many as come within `PATIENCE`, at most `CHUNK`, none of them before it is due."""
    chunk: list[Line | RejectedLine] = []
    started = time.monotonic()
    for line in lines:
        if throttle.speed and isinstance(line, Line):
            due = published_at(line)
            if chunk and time.monotonic() - started > CHUNK_TIMEOUT:
                yield chunk
                chunk, started = [], time.monotonic()
            if due is not None:
                throttle.wait_for(due)
        chunk.append(line)
        if len(chunk) >= CHUNK_LINES or time.monotonic() - started > CHUNK_TIMEOUT:
            yield chunk
            chunk, started = [], time.monotonic()
    if chunk:
        yield chunk


def published_at(line: Line) -> int | None:
    """Return a line's event time in ms, None where it is no mention."""
    entry = line.mention or decode_line(line.raw, None)
    return None if isinstance(entry, Rejection) else entry.published


def by_brand(chunk: Iterable[Line | RejectedLine]) -> dict[str, list[Line]]:
    """Return the chunk's lines by the brand they name, "" where they name none; in order within each."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in chunk:
        if isinstance(line, Line):
            entry = line.mention or decode_line(line.raw, None)
            groups["" if isinstance(entry, Rejection) else entry.brand or ""].append(line)
    return groups

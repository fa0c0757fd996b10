"""Backlog of each stage: how many records the workers have not processed, and since when the oldest waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from streams.kafka.reader import partitions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kafka import KafkaAdminClient, KafkaConsumer

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

READ_TIMEOUT: Final = 3.0
"""Seconds to read the oldest waiting record of each partition."""

_POLL_MS: Final = 200


class StageBacklog(NamedTuple):
    """What a stage has not processed: records, and the timestamp (ms) of the oldest, None where none waits."""

    stage: str
    records: int
    oldest_at: int | None

    def waited(self, now: int) -> float:
        """Return for how many seconds the oldest record waits; 0 where none does.

        >>> StageBacklog("score", 3, 10_000).waited(70_000), StageBacklog("score", 0, None).waited(70_000)
        (60.0, 0.0)
        """
        return 0.0 if self.oldest_at is None else max(0.0, (now - self.oldest_at) / 1000)


def stage_topics(topics: Topics) -> dict[str, tuple[str, ...]]:
    """Return the topics that each stage of a worker reads."""
    return {
        "score": (topics.mentions.name,),
        "watch": (topics.scored.name,),
        "triage": (topics.signals.name, topics.actions.name),
        "notify": (topics.notifications.name,),
    }


def read_backlogs(
    connection: Connection, admin: KafkaAdminClient, consumer: KafkaConsumer, topics: Topics
) -> tuple[list[StageBacklog], int]:
    """Return the backlog of each stage in order, and the number of partitions of `mentions`.

    Raises:
        MissingTopicError: a topic does not exist.
    """
    stages = stage_topics(topics)
    committed = admin.list_group_offsets(topics.application)[topics.application]
    places = {stage: partitions_of(connection, consumer, *names) for stage, names in stages.items()}
    everything = [tp for found in places.values() for tp in found]
    ends, begins = consumer.end_offsets(everything), consumer.beginning_offsets(everything)
    starts = {tp: _start(committed.get(tp), begins[tp], ends[tp]) for tp in everything}
    oldest = _oldest(consumer, {tp: at for tp, at in starts.items() if at < ends[tp]})
    backlogs = [
        StageBacklog(
            stage,
            sum(ends[tp] - starts[tp] for tp in found),
            min((oldest[tp] for tp in found if tp in oldest), default=None),
        )
        for stage, found in places.items()
    ]
    return backlogs, len(places["score"])


def records_since(connection: Connection, consumer: KafkaConsumer, topic: str, since: int) -> int:
    """Return how many records of a topic came at or after an instant (ms), by the broker's index of timestamps.

    Raises:
        MissingTopicError: the topic does not exist.
    """
    partitions = partitions_of(connection, consumer, topic)
    ends = consumer.end_offsets(partitions)
    found = consumer.offsets_for_times(dict.fromkeys(partitions, since))
    return sum(ends[tp] - found[tp].offset for tp in partitions if found.get(tp) is not None)


def _start(committed: Any, begin: int, end: int) -> int:
    """Return from where a partition is unread; an offset beyond the end is of a topic that was deleted."""
    offset = -1 if committed is None else committed.offset
    return begin if offset > end else max(offset, begin)


def _oldest(consumer: KafkaConsumer, starts: Mapping[Any, int]) -> dict[Any, int]:
    """Return the timestamp of the record at each offset, as far as they are read within READ_TIMEOUT."""
    found: dict[Any, int] = {}
    if not starts:
        return found
    consumer.assign(list(starts))
    for tp, offset in starts.items():
        consumer.seek(tp, offset)
    deadline = time.monotonic() + READ_TIMEOUT
    while len(found) < len(starts) and time.monotonic() < deadline:
        for tp, batch in consumer.poll(_POLL_MS).items():
            found.setdefault(tp, batch[0].timestamp)
            consumer.pause(tp)
    return found

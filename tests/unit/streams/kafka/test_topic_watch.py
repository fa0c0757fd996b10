"""Topic watch: a topic that was created again, and partitions that were added, are noticed; silence is no change."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Final

import pytest
from structlog.testing import capture_logs

from streams.kafka.errors import BrokerError
from streams.kafka.topic_watch import TopicDescription, TopicWatch, in_daemon_thread, partition_mismatch

FOUND: Final = {"mentions": TopicDescription(11, 4), "signals": TopicDescription(12, 4)}


class Broker:
    """Topics as a broker describes them, and what the watch makes of them."""

    def __init__(self) -> None:
        self.topics: dict[str, TopicDescription] = dict(FOUND)
        self.away = False
        self.recreated: list[frozenset[str]] = []
        self.reasons: list[str] = []
        self.watch = TopicWatch(self.read, FOUND, 4, self.note, self.reasons.append)

    def read(self) -> dict[str, TopicDescription]:
        """Return the topics."""
        if self.away:
            raise BrokerError("kafka:9092", "no answer")
        return dict(self.topics)

    async def note(self, topics: frozenset[str]) -> None:
        """Note which were created again."""
        self.recreated.append(topics)


async def test_a_topic_created_again_is_reported_once() -> None:
    """With one line; its identity is the new one from then on."""
    broker = Broker()
    await broker.watch.check()
    broker.topics["mentions"] = TopicDescription(21, 4)
    with capture_logs() as logs:
        for _ in range(3):
            await broker.watch.check()
    assert broker.recreated == [frozenset({"mentions"})]
    assert [(line["log_level"], line["topic"]) for line in logs] == [("error", "mentions")]
    assert broker.watch.identity("mentions") == 21


async def test_a_topic_may_be_missing_for_a_while() -> None:
    """It is named once, and what comes back under another identity is another topic."""
    broker = Broker()
    del broker.topics["signals"]
    with capture_logs() as logs:
        for _ in range(3):
            await broker.watch.check()
    assert [(line["event"], line["topic"]) for line in logs] == [("topic missing", "signals")]
    broker.topics["signals"] = TopicDescription(22, 4)
    await broker.watch.check()
    assert broker.recreated == [frozenset({"signals"})]
    assert not broker.reasons


async def test_a_broker_that_does_not_answer_or_knows_no_identities_changes_nothing() -> None:
    """Nor does the embedded broker, which describes no topics."""
    broker = Broker()
    broker.away = True
    await broker.watch.check()
    broker.away = False
    broker.topics = {"mentions": TopicDescription(11, 4), "signals": TopicDescription(12, 4)}
    await broker.watch.check()
    assert not broker.recreated
    assert not broker.reasons
    embedded = TopicWatch(dict, {}, 4, broker.note, broker.reasons.append)
    await embedded.check()
    assert embedded.identity("mentions") == 0


async def test_a_call_in_a_thread_returns_or_raises_and_may_be_given_up() -> None:
    """What it raises is raised here; one that is cancelled sets nothing when it returns at last."""
    assert await in_daemon_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await in_daemon_thread(lambda: 1 // 0)
    may_end = Event()
    waiting = asyncio.create_task(in_daemon_thread(lambda: may_end.wait(60)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    may_end.set()
    assert await in_daemon_thread(lambda: 8) == 8


@pytest.mark.parametrize("raised", [{"mentions"}, {"mentions", "signals"}])
async def test_partitions_that_are_added_stop_the_worker(raised: set[str]) -> None:
    """Of one topic or of all: keys would meet on other workers than before."""
    broker = Broker()
    broker.topics |= {name: TopicDescription(FOUND[name].identity, 8) for name in raised}
    await broker.watch.check()
    (reason,) = broker.reasons
    assert "8" in reason
    assert "4" in reason
    assert "docs/runbook.md" in reason


def test_the_line_names_topics_counts_and_remedy() -> None:
    """The topics that differ from most."""
    counts = dict.fromkeys(("signals", "actions", "incidents"), 4) | {"mentions": 8}
    line = partition_mismatch(counts)
    assert line.startswith("topics differ in their number of partitions: mentions has 8, where 4 are expected.")
    assert "\n" not in line
    assert not partition_mismatch(dict.fromkeys(counts, 4))

"""Which parts make up a worker? The one place where agents, tables, clock and notifier are put together."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Final, cast

import faust
import structlog

from streams.agents.notify import NotifyAgent
from streams.agents.score import ScoreAgent
from streams.agents.triage import TriageAgent
from streams.agents.watch import WatchAgent
from streams.clock import clock
from streams.exactly_once.batch_processor import BatchProcessor
from streams.exactly_once.end_of_partition import EndOfPartition
from streams.exactly_once.producer import FaustSender
from streams.exactly_once.stall_watchdog import StallWatchdog
from streams.exactly_once.start_offsets import StartOffsets, NullReadOffsets
from streams.exactly_once.state_table import StateTable
from streams.heartbeat.forwarder import CanaryForwarder
from streams.kafka.topics import MAX_STATE_BYTES
from streams.views.brands import BrandRegistry, follow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from faust.types import TP, StreamT
    from faust.types.topics import TopicT

    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.delivery.ports import Notifier
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.notifiers.slack.health import CachedProbe
    from mentions.scorer_port import Scorer
    from streams.clock import ClockName
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

log = structlog.get_logger(__name__)

SESSION_TIMEOUT: Final = 6.0  # seconds until a dead worker's partitions are dealt anew
HEARTBEAT_INTERVAL: Final = 2.0  # seconds
REBALANCE_TIMEOUT: Final = 10.0  # seconds
SECOND_NS: Final = 1_000_000_000  # ns


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker is built from."""

    topics: Topics
    connection: Connection
    partitions: int
    scorer: Scorer
    notifier: Notifier
    slack_probe: CachedProbe | None = None  # the check of Slack that canaries end with
    dnd: DoNotDisturb | None = None  # who is not to be disturbed in Slack
    external_notifiers: Mapping[str, ExternalNotifier] = field(default_factory=dict)  # outside Slack, by the name of the step
    buttons: bool = False  # the Slack app runs, so that cards may carry them
    web_url: str = ""  # where the pages of incidents are, "" for nowhere
    default_channel: str = "#brand-alerts"  # of brands that name none
    channel_gap: float = 1.0  # seconds between two messages in one channel
    clock: ClockName = "wall"
    defaults: bool = False  # watch every brand that mentions name, with the built-in defaults


def build(parts: WorkerConfig) -> faust.App:
    """Return the Faust app of a worker; its topics must exist."""
    return Worker(parts).app


def faust_app(parts: WorkerConfig) -> faust.App:
    """Return an app with the settings that Tocsin's promises rest on (docs/adr/0003-exact-counts.md)."""
    return faust.App(
        parts.topics.application,
        **parts.connection.faust(),
        version=1,
        store="memory://",
        datadir=Path(gettempdir()) / parts.topics.application,  # stays empty, but Faust will have it
        topic_partitions=parts.partitions,
        topic_allow_declare=False,
        topic_disable_leader=True,
        reply_create_topic=False,
        table_standby_replicas=0,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=SESSION_TIMEOUT,
        broker_heartbeat_interval=HEARTBEAT_INTERVAL,
        broker_rebalance_timeout=REBALANCE_TIMEOUT,
        broker_request_timeout=30.0,
        producer_acks=-1,
        producer_linger=0.0,
        producer_max_request_size=MAX_STATE_BYTES,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )


class Worker:
    """One worker: four agents, each with a stage of its own, and what keeps them going."""

    def __init__(self, parts: WorkerConfig) -> None:
        self.app = faust_app(parts)
        self._config = parts
        self._brands = BrandRegistry(defaults=parts.defaults)
        topics, sender = parts.topics, FaustSender(self.app)
        self._score = ScoreAgent(topics, sender, self._brands, parts.scorer, clock(parts.clock), parts.partitions)
        self._watch = WatchAgent(topics, sender, self._brands, self._table("watch"))
        self._triage = TriageAgent(topics, sender, self._brands, self._table("cases"), parts.partitions)
        beating = CanaryForwarder(topics, sender, parts.scorer, parts.slack_probe)
        self._notify = NotifyAgent(
            self._brands,
            self._table("receipts"),
            parts.notifier,
            parts.external_notifiers,
            parts.default_channel,
            parts.channel_gap,
            beating,
            buttons=parts.buttons,
            web=parts.web_url,
            dnd=parts.dnd,
        )
        self._start_offsets = StartOffsets(self.app)
        self._processors = [
            self._processor("score", beating.wrap("score", self._score.process), topics.mentions),
            self._processor("watch", beating.wrap("watch", self._watch.process), topics.scored),
            self._processor("triage", beating.wrap("triage", self._triage.process), topics.signals, topics.actions),
            self._processor("notify", self._notify.process, topics.notifications),
        ]
        self._notify.offsets = self._processors[-1].offsets
        self._end_of_partition = EndOfPartition(self.app, topics.mentions.name, self._processors[0], self._start_offsets)
        self._watchdog = StallWatchdog(self.app, self._processors, self._start_offsets)
        self._start_tasks()
        self._connect_rebalance()

    def _table(self, name: str) -> StateTable:
        table = StateTable(self.app, name=name, key_type=bytes, value_type=bytes, partitions=self._config.partitions)
        self.app.tables.add(table)
        return table

    def _processor(self, name: str, process: Callable[[Any], Awaitable[None]], *topics: Topic) -> BatchProcessor:
        names = [topic.name for topic in topics]
        stage = BatchProcessor(self.app, name, process, self._start_offsets, topics=names, completes_on_return=name != "notify")

        async def work(stream: StreamT[bytes]) -> None:
            async for event in stream.events():
                await stage.put(event)

        self.app.agent(self._faust_topic(topics), name=f"{self._config.topics.application}.{name}")(work)
        return stage

    def _faust_topic(self, topics: tuple[Topic, ...]) -> TopicT:
        return self.app.topic(
            *(topic.name for topic in topics),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=self._config.partitions,
            acks=False,  # see streams.exactly_once.offsets
        )

    def _start_tasks(self) -> None:
        """Start what runs beside the agents; the first of them to fail stops the worker."""
        for stage in self._processors:
            self.app.task(self._named(stage.run, f"{stage.name}_work"))
            self.app.task(self._named(stage.commit_periodically, f"{stage.name}_commit"))
        self.app.task(self._named(self._tick_idle, "tick_idle"))
        self.app.task(self._named(self._watchdog.run, "listen"))
        if not self._config.defaults:
            self.app.task(self._named(self._follow_brand_topic, "follow_brands"))

    @staticmethod
    def _named(run: Callable[[], Awaitable[None]], name: str) -> Callable[[], Awaitable[None]]:
        async def task() -> None:
            await run()

        task.__name__ = task.__qualname__ = name
        return task

    async def _follow_brand_topic(self) -> None:
        await follow(self._brands, self._config.connection, self._config.topics, self._config.partitions)

    async def _tick_idle(self) -> None:
        while True:
            await asyncio.sleep(1 - time.time_ns() % SECOND_NS / SECOND_NS)  # at whole seconds: a new minute is told at once
            await self._score.tick_idle(await self._end_of_partition.partitions())

    def _connect_rebalance(self) -> None:
        """Settle before partitions are dealt anew, and start from what the tables recovered after."""
        self.app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        self.app.on_partitions_assigned.connect(self._on_assigned, weak=False)

    @property
    def _input_topics(self) -> frozenset[str]:
        """Return the topics that the stages read."""
        return frozenset().union(*(stage.topics for stage in self._processors))

    async def _on_revoked(self, *_: object, **__: object) -> None:
        for stage in self._processors:
            stage.pause()
        with suppress(TimeoutError):
            async with asyncio.timeout(SESSION_TIMEOUT * 0.8):
                await self._notify.stop()
                for stage in self._processors:
                    await stage.drain()
        for stage in self._processors:
            stage.reset()
        for part in (self._score, self._watch, self._triage, self._start_offsets):
            part.reset()
        cast("Any", self.app.consumer)._read_offset = NullReadOffsets(self._input_topics)  # noqa: SLF001 - see streams.exactly_once.start_offsets

    async def _on_assigned(self, *given: Any, **__: object) -> None:
        assigned: Iterable[TP] = given[-1]
        self._start_offsets.fetch(tp for tp in assigned if tp.topic in self._input_topics)
        for stage in self._processors:
            stage.resume()
        topic = self._config.topics.mentions.name
        log.info("partitions dealt", mine=sorted(tp.partition for tp in assigned if tp.topic == topic))

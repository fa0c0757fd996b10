"""The worker: the one place where agents, tables, clock and notifiers are put together."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from detectors.engine.storage import NewerFormatError
from streams.agents.erasure import DEFAULT_RETENTION, Erasure
from streams.agents.measurement import NO_PARTITIONS, WorkerMeasurement
from streams.agents.notify import NotifyAgent
from streams.agents.score import ScoreAgent
from streams.agents.stopped_sources import StoppedSources
from streams.agents.triage import TriageAgent
from streams.agents.watch import WatchAgent
from streams.clock import clock
from streams.exactly_once.batch_processor import BatchProcessor
from streams.exactly_once.lag import Lag
from streams.exactly_once.membership import rejoin
from streams.exactly_once.offsets import OffsetTracker
from streams.exactly_once.orderly_app import SESSION_TIMEOUT, STREAM_BUFFER, orderly_app
from streams.exactly_once.producer import FaustSender
from streams.exactly_once.stall_watchdog import StallWatchdog
from streams.exactly_once.start_offsets import NullReadOffsets, StartOffsets
from streams.exactly_once.state_table import StateTable
from streams.heartbeat.forwarder import CanaryForwarder
from streams.kafka.topic_watch import TopicWatch, describe
from streams.monitoring.probes import Probes
from streams.shutdown import Shutdown
from streams.tracing.port import NO_TRACING
from streams.views.brands import BrandRegistry, follow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import timedelta

    from faust.types import TP, StreamT
    from faust.types.topics import TopicT

    from alerts.delivery.external_alert import ExternalNotifier
    from alerts.delivery.ports import Notifier
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.notifiers.slack.health import CachedProbe
    from mentions.scorer_port import Scorer
    from streams.clock import ClockName
    from streams.kafka.connection import Connection
    from streams.kafka.topic_watch import TopicDescription
    from streams.kafka.topics import Topic, Topics
    from streams.tracing.port import Tracing

log = structlog.get_logger(__name__)

REVOKE_TIMEOUT: Final = SESSION_TIMEOUT * 0.8  # seconds that records under way may take when partitions are revoked
STOP_TIMEOUT: Final = 3.0  # seconds that they may take at the stop
SECOND_NS: Final = 1_000_000_000  # ns


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker is built from; chosen by the command line."""

    topics: Topics
    connection: Connection
    partitions: int
    found: Mapping[str, TopicDescription]  # the topics at the start
    scorer: Scorer
    notifier: Notifier
    slack_probe: CachedProbe | None = None  # the check of Slack at the end of a canary's way
    dnd: DoNotDisturb | None = None  # who has do-not-disturb on in Slack
    external_notifiers: Mapping[str, ExternalNotifier] = field(
        default_factory=dict
    )  # by the name of the escalation step
    buttons: bool = False  # cards carry buttons: the Slack app runs
    web_url: str = ""  # where the incident pages are served, "" for nowhere
    default_channel: str = "#brand-alerts"  # channel of brands that name none
    channel_gap: float = 1.0  # seconds between two messages in one channel
    clock: ClockName = "wall"
    retention: timedelta = DEFAULT_RETENTION  # event time for which incidents of removed brands are kept
    defaults: bool = False  # watch every brand that mentions name, with the built-in defaults
    tracing: Tracing = NO_TRACING
    probes: Probes = field(default_factory=Probes)  # what the process tells of itself over HTTP


class Worker:
    """One worker: four agents, each with a batch processor, and the tasks that run beside them."""

    def __init__(self, config: WorkerConfig) -> None:
        self._config = config
        self._tables: list[StateTable] = []
        self._brands = BrandRegistry(defaults=config.defaults)
        topics, arrival = config.topics, clock(config.clock)
        inputs = topics.mentions, topics.scored, topics.signals, topics.actions, topics.notifications
        self.app = orderly_app(topics.application, config.connection, config.partitions, inputs, self._finish)
        trace = config.tracing.wrap
        sender = config.tracing.sender(FaustSender(self.app), topics)
        self.shutdown = Shutdown()
        self._topic_watch = TopicWatch(
            lambda: describe(config.connection, topics),
            config.found,
            config.partitions,
            self._on_recreated,
            self.shutdown.request,
        )
        identity = self._topic_watch.identity
        self._score = ScoreAgent(topics, sender, self._brands, config.scorer, arrival, config.partitions, identity)
        self._watch = WatchAgent(topics, sender, self._brands, self._table("watch"), arrival, identity)
        erasure = Erasure.of(topics, config.connection, config.retention)
        self._triage = TriageAgent(
            topics, sender, self._brands, self._table("triage"), config.partitions, arrival, erasure
        )
        self._sources = StoppedSources(self.app, topics, config.connection, sender, self._brands, config.partitions)
        canaries = self._canaries = CanaryForwarder(topics, sender, config.scorer, config.slack_probe)
        delivered: OffsetTracker[TP] = OffsetTracker()
        self._notify = NotifyAgent(
            delivered,
            self._brands,
            self._table("receipts"),
            config.tracing.notifier(config.notifier),
            config.external_notifiers,
            config.default_channel,
            config.channel_gap,
            canaries,
            buttons=config.buttons,
            web_url=config.web_url,
            dnd=config.dnd,
            sources=self._sources.view,
        )
        self._start_offsets = StartOffsets(self.app)
        self._processors = [
            self._processor("score", canaries.wrap("score", trace("score", self._score.process)), topics.mentions),
            self._processor("watch", canaries.wrap("watch", trace("watch", self._watch.process)), topics.scored),
            self._processor(
                "triage", canaries.wrap("triage", trace("triage", self._triage.process)), topics.signals, topics.actions
            ),
            self._processor("notify", trace("notify", self._notify.process), topics.notifications, offsets=delivered),
        ]
        self._lags = [Lag(self.app, processor, self._start_offsets) for processor in self._processors]
        probed, mentions = (config.probes, config.connection), (config.topics.mentions.name, config.partitions)
        parts = self._triage, self._notify, self._brands
        self._measurement = WorkerMeasurement(self.app, self._lags, self._tables, *parts, *probed, *mentions)
        self._watchdog = StallWatchdog(self.app, self._processors, self._start_offsets)
        self._start_tasks()
        self._connect_rebalance()

    def _table(self, name: str) -> StateTable:
        table = StateTable(self.app, name=name, key_type=bytes, value_type=bytes, partitions=self._config.partitions)
        self.app.tables.add(table)
        self._tables.append(table)
        return table

    def _processor(
        self,
        name: str,
        process: Callable[[Any], Awaitable[None]],
        *topics: Topic,
        offsets: OffsetTracker[TP] | None = None,
    ) -> BatchProcessor:
        """Return the processor of an agent; with `offsets`, the agent itself marks what is processed."""
        processor = BatchProcessor(
            self.app,
            name,
            process,
            self._start_offsets,
            topics=[topic.name for topic in topics],
            offsets=offsets,
            completes_on_return=offsets is None,
        )

        async def work(stream: StreamT[bytes]) -> None:
            async for event in stream.events():
                await processor.put(event)

        self.app.agent(self._faust_topic(topics), name=f"{self._config.topics.application}.{name}")(work)
        return processor

    def _faust_topic(self, topics: tuple[Topic, ...]) -> TopicT:
        return self.app.topic(
            *(topic.name for topic in topics),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=self._config.partitions,
            maxsize=STREAM_BUFFER,
            acks=False,  # see streams.exactly_once.offsets
        )

    def _start_tasks(self) -> None:
        """Start the tasks beside the agents; the first that fails stops the worker."""
        for processor in self._processors:
            self._start_task(processor.run, f"{processor.name}_work")
            self._start_task(processor.commit_periodically, f"{processor.name}_commit")
        self._start_task(self._tick_idle, "tick_idle")
        self._start_task(self._watchdog.run, "stall_watchdog")
        self._start_task(self._measurement.run, "measurement")
        self._start_task(self._topic_watch.run, "topic_watch")
        self._start_task(self._measurement.answer_probes, "probes")
        if self._config.clock == "wall":
            self._start_task(self._sources.run, "stopped_sources")
        if not self._config.defaults:
            where = self._config.connection, self._config.topics, self._config.partitions
            self._start_task(partial(follow, self._brands, *where), "follow_brands")

    def _start_task(self, run: Callable[[], Awaitable[None]], name: str) -> None:
        async def task() -> None:
            try:
                await run()
            except NewerFormatError as error:
                self.shutdown.request(str(error))

        self.app.start_with_app(task, name)

    async def _tick_idle(self) -> None:
        while True:
            await asyncio.sleep(
                1 - time.time_ns() % SECOND_NS / SECOND_NS
            )  # at whole seconds: a new minute is signalled at once
            await self._score.tick_idle(await self._lags[0].partitions_at_end())

    def _connect_rebalance(self) -> None:
        """Drain before partitions are reassigned; read start offsets once the tables have recovered."""
        self.app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        self.app.on_partitions_assigned.connect(self._on_assigned, weak=False)

    @property
    def _input_topics(self) -> frozenset[str]:
        """Return the topics that the agents read."""
        return frozenset().union(*(processor.topics for processor in self._processors))

    async def _on_revoked(self, *_: object, **__: object) -> None:
        await self._drain(REVOKE_TIMEOUT)
        for processor in self._processors:
            processor.reset()
        for part in (self._score, self._watch, self._triage, self._start_offsets):
            part.reset()
        cast("Any", self.app.consumer)._read_offset = NullReadOffsets(self._input_topics)  # noqa: SLF001 - see streams.exactly_once.start_offsets

    async def _drain(self, within: float) -> None:
        """Take no more records; finish and commit those under way, or leave them after `within` seconds."""
        self._config.probes.miss(NO_PARTITIONS)
        for processor in self._processors:
            processor.pause()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                for processor in self._processors:
                    await processor.drain()
        await self._notify.stop()

    async def _finish(self) -> None:
        """End what is under way while the worker can still send; what it cannot end in time is as after a kill."""
        await self._drain(STOP_TIMEOUT)
        self._canaries.stop()
        self._start_offsets.reset()

    async def _on_recreated(self, topics: frozenset[str]) -> None:
        """Begin again with topics that were deleted and created again, by a rebalance: all state is read again."""
        consumer: Any = self.app.consumer
        tps = [tp for tp in consumer.assignment() if tp.topic in topics & self._input_topics]
        earliest = await consumer.earliest_offsets(*tps) if tps else {}
        for processor in self._processors:
            await processor.restart(tps, earliest)
        await rejoin(consumer)

    async def _on_assigned(self, *given: Any, **__: object) -> None:
        assigned: Iterable[TP] = given[-1]
        self._start_offsets.fetch(tp for tp in assigned if tp.topic in self._input_topics)
        for processor in self._processors:
            processor.resume()
        self._config.probes.meet(NO_PARTITIONS)
        topic = self._config.topics.mentions.name
        log.info(
            "partitions assigned", topic=topic, partitions=sorted(tp.partition for tp in assigned if tp.topic == topic)
        )

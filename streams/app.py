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

from streams.agents.notify import Notifying
from streams.agents.score import Scoring
from streams.agents.triage import Triaging
from streams.agents.watch import Watching
from streams.clock import clock
from streams.exactly_once.batch_processor import Stage
from streams.exactly_once.end_of_partition import AtEnd
from streams.exactly_once.producer import FaustSender
from streams.exactly_once.stall_watchdog import Ear
from streams.exactly_once.start_offsets import Starts, Unfiltered
from streams.exactly_once.state_table import StateTable
from streams.heartbeat.forwarder import Beating
from streams.kafka.topics import LARGEST_STATE
from streams.views.brands import Directory, follow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from faust.types import TP, StreamT
    from faust.types.topics import TopicT

    from alerts.delivery.external_alert import Channel
    from alerts.delivery.ports import Notifier
    from alerts.notifiers.slack.dnd import DoNotDisturb
    from alerts.notifiers.slack.health import Shared
    from mentions.scorer_port import Scorer
    from streams.clock import ClockName
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

log = structlog.get_logger(__name__)

SESSION_TIMEOUT: Final = 6.0  # seconds until a dead worker's partitions are dealt anew
HEARTBEAT: Final = 2.0  # seconds
REBALANCE_TIMEOUT: Final = 10.0  # seconds
SECOND: Final = 1_000_000_000  # ns


@dataclass(frozen=True)
class Parts:
    """What a worker is built from."""

    topics: Topics
    connection: Connection
    partitions: int
    scorer: Scorer
    notifier: Notifier
    slack: Shared | None = None  # the check of Slack that canaries end with
    dnd: DoNotDisturb | None = None  # who is not to be disturbed in Slack
    channels: Mapping[str, Channel] = field(default_factory=dict)  # outside Slack, by the name of the step
    buttons: bool = False  # the Slack app runs, so that cards may carry them
    web: str = ""  # where the pages of incidents are, "" for nowhere
    channel: str = "#brand-alerts"  # of brands that name none
    gap: float = 1.0  # seconds between two messages in one channel
    clock: ClockName = "wall"
    defaults: bool = False  # watch every brand that mentions name, with the built-in defaults


def build(parts: Parts) -> faust.App:
    """Return the Faust app of a worker; its topics must exist."""
    return Worker(parts).app


def faust_app(parts: Parts) -> faust.App:
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
        broker_heartbeat_interval=HEARTBEAT,
        broker_rebalance_timeout=REBALANCE_TIMEOUT,
        broker_request_timeout=30.0,
        producer_acks=-1,
        producer_linger=0.0,
        producer_max_request_size=LARGEST_STATE,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )


class Worker:
    """One worker: four agents, each with a stage of its own, and what keeps them going."""

    def __init__(self, parts: Parts) -> None:
        self.app = faust_app(parts)
        self._parts = parts
        self._directory = Directory(defaults=parts.defaults)
        topics, sender = parts.topics, FaustSender(self.app)
        self._scoring = Scoring(topics, sender, self._directory, parts.scorer, clock(parts.clock), parts.partitions)
        self._watching = Watching(topics, sender, self._directory, self._table("watch"))
        self._triaging = Triaging(topics, sender, self._directory, self._table("cases"), parts.partitions)
        beating = Beating(topics, sender, parts.scorer, parts.slack)
        self._notifying = Notifying(
            self._directory,
            self._table("receipts"),
            parts.notifier,
            parts.channels,
            parts.channel,
            parts.gap,
            beating,
            buttons=parts.buttons,
            web=parts.web,
            dnd=parts.dnd,
        )
        self._starts = Starts(self.app)
        self._stages = [
            self._stage("score", beating.beside("score", self._scoring.process), topics.mentions),
            self._stage("watch", beating.beside("watch", self._watching.process), topics.scored),
            self._stage("triage", beating.beside("triage", self._triaging.process), topics.signals, topics.actions),
            self._stage("notify", self._notifying.process, topics.notifications),
        ]
        self._notifying.positions = self._stages[-1].positions
        self._at_end = AtEnd(self.app, topics.mentions.name, self._stages[0], self._starts)
        self._ear = Ear(self.app, self._stages, self._starts)
        self._keep_going()
        self._follow_dealing()

    def _table(self, name: str) -> StateTable:
        table = StateTable(self.app, name=name, key_type=bytes, value_type=bytes, partitions=self._parts.partitions)
        self.app.tables.add(table)
        return table

    def _stage(self, name: str, process: Callable[[Any], Awaitable[None]], *topics: Topic) -> Stage:
        names = [topic.name for topic in topics]
        stage = Stage(self.app, name, process, self._starts, topics=names, finishes=name != "notify")

        async def work(stream: StreamT[bytes]) -> None:
            async for event in stream.events():
                await stage.put(event)

        self.app.agent(self._channel(topics), name=f"{self._parts.topics.application}.{name}")(work)
        return stage

    def _channel(self, topics: tuple[Topic, ...]) -> TopicT:
        return self.app.topic(
            *(topic.name for topic in topics),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=self._parts.partitions,
            acks=False,  # see streams.exactly_once.offsets
        )

    def _keep_going(self) -> None:
        """Start what runs beside the agents; the first of them to fail stops the worker."""
        for stage in self._stages:
            self.app.task(self._named(stage.run, f"{stage.name}_work"))
            self.app.task(self._named(stage.commit_now_and_then, f"{stage.name}_commit"))
        self.app.task(self._named(self._tick_idle, "tick_idle"))
        self.app.task(self._named(self._ear.listen, "listen"))
        if not self._parts.defaults:
            self.app.task(self._named(self._follow_brands, "follow_brands"))

    @staticmethod
    def _named(run: Callable[[], Awaitable[None]], name: str) -> Callable[[], Awaitable[None]]:
        async def task() -> None:
            await run()

        task.__name__ = task.__qualname__ = name
        return task

    async def _follow_brands(self) -> None:
        await follow(self._directory, self._parts.connection, self._parts.topics, self._parts.partitions)

    async def _tick_idle(self) -> None:
        while True:
            await asyncio.sleep(1 - time.time_ns() % SECOND / SECOND)  # at whole seconds: a new minute is told at once
            await self._scoring.tick_idle(await self._at_end.partitions())

    def _follow_dealing(self) -> None:
        """Settle before partitions are dealt anew, and start from what the tables recovered after."""
        self.app.on_partitions_revoked.connect(self._settle, weak=False)
        self.app.on_partitions_assigned.connect(self._resume, weak=False)

    @property
    def _read(self) -> frozenset[str]:
        """Return the topics that the stages read."""
        return frozenset().union(*(stage.topics for stage in self._stages))

    async def _settle(self, *_: object, **__: object) -> None:
        for stage in self._stages:
            stage.halt()
        with suppress(TimeoutError):
            async with asyncio.timeout(SESSION_TIMEOUT * 0.8):
                await self._notifying.settle()
                for stage in self._stages:
                    await stage.settle()
        for stage in self._stages:
            stage.forget()
        for part in (self._scoring, self._watching, self._triaging, self._starts):
            part.forget()
        cast("Any", self.app.consumer)._read_offset = Unfiltered(self._read)  # noqa: SLF001 - see streams.exactly_once.start_offsets

    async def _resume(self, *given: Any, **__: object) -> None:
        assigned: Iterable[TP] = given[-1]
        self._starts.learn(tp for tp in assigned if tp.topic in self._read)
        for stage in self._stages:
            stage.resume()
        topic = self._parts.topics.mentions.name
        log.info("partitions dealt", mine=sorted(tp.partition for tp in assigned if tp.topic == topic))

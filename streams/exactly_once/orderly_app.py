"""Orderly app: the Faust app of a worker, which ends what is under way while its producer can still send.

Faust stops the consumer and the producer first and the tasks last. What a task sends in between fails, and the failure
is logged like a crash. Here the tasks end first.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Final

import faust

from streams.exactly_once.fetch_batches import FetchBatchScheduler
from streams.exactly_once.recovery import PatientTables
from streams.kafka.topics import MAX_STATE_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic

SESSION_TIMEOUT: Final = 6.0  # seconds until a dead worker's partitions are reassigned
HEARTBEAT_INTERVAL: Final = 2.0  # seconds
REBALANCE_TIMEOUT: Final = 10.0  # seconds
STREAM_BUFFER: Final = 16  # events, of up to a megabyte each, between Faust's consumer and an agent
CANCEL_TIMEOUT: Final = 1.0  # seconds that tasks may take to end once they are cancelled


class OrderlyApp(faust.App):
    """Faust's app with tasks of its own: to stop, it awaits `finish`, cancels the tasks, and stops the rest."""

    def __init__(self, *arguments: Any, finish: Callable[[], Awaitable[None]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._finish = finish
        self._running: set[asyncio.Task[Any]] = set()

    def start_with_app(self, run: Callable[[], Awaitable[None]], name: str) -> None:
        """Run a task once the app has started, until the app stops; an exception ends the app."""

        async def task() -> None:
            current = asyncio.current_task()
            assert current is not None, "a task runs in a task"
            self._running.add(current)
            try:
                await run()
            finally:
                self._running.discard(current)

        task.__name__ = task.__qualname__ = name
        self.task(task)

    async def on_stop(self) -> None:
        """Finish, end the tasks, and stop as Faust does."""
        await self._finish()
        tasks = self._running - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CANCEL_TIMEOUT)
        await super().on_stop()


def orderly_app(
    name: str, connection: Connection, partitions: int, inputs: Iterable[Topic], finish: Callable[[], Awaitable[None]]
) -> OrderlyApp:
    """Return an app with the settings that exact counts rest on (docs/adr/0003-exact-counts.md).

    Args:
        name: of the consumer group and the tables.
        connection: to the broker.
        partitions: of each topic.
        inputs: the topics that agents read.
        finish: ends what is under way at the stop.
    """
    return OrderlyApp(
        name,
        **connection.faust(),
        finish=finish,
        version=1,
        store="memory://",
        datadir=Path(gettempdir()) / name,  # stays empty; Faust creates it
        topic_partitions=partitions,
        topic_allow_declare=False,
        topic_disable_leader=True,
        reply_create_topic=False,
        table_standby_replicas=0,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        TableManager=PatientTables,
        ConsumerScheduler=FetchBatchScheduler.of(topic.name for topic in inputs),
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

"""Orderly app: its tasks end before Faust stops the producer that they send with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streams.exactly_once.orderly_app import orderly_app
from streams.kafka.connection import Connection
from streams.kafka.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from streams.exactly_once.orderly_app import OrderlyApp


def _app(finish: Callable[[], Awaitable[None]]) -> OrderlyApp:
    topics = Topics("stopping.")
    return orderly_app(topics.application, Connection(("127.0.0.1:1",)), 4, [topics.mentions], finish)


async def test_what_is_under_way_finishes_then_the_tasks_end_then_faust_stops() -> None:
    """A task that sends while the producer stops fails, and the worker seems to crash."""
    order: list[str] = []
    sent = asyncio.Event()

    async def finish() -> None:
        sent.set()  # the acknowledgement that a batch waits for
        await asyncio.sleep(0)
        order.append("finish")

    async def work() -> None:
        try:
            await sent.wait()
            order.append("batch acknowledged")
            await asyncio.Event().wait()
        finally:
            order.append("task ended")

    async def stopped(*_: object, **__: object) -> None:
        order.append("Faust stops")

    app = _app(finish)
    app.start_with_app(work, "work")
    app.on_before_shutdown.connect(stopped, weak=False)
    await app.on_started_init_extra_tasks()
    await asyncio.sleep(0.01)
    await app.on_stop()
    assert order == ["batch acknowledged", "finish", "task ended", "Faust stops"]


async def test_a_task_that_has_ended_by_itself_holds_nothing_up() -> None:
    """Nor does an app that stops before it has started."""

    async def finish() -> None:
        pass

    app = _app(finish)
    app.start_with_app(finish, "short")
    await app.on_stop()
    await app.on_started_init_extra_tasks()
    await asyncio.sleep(0.01)
    await app.on_stop()
    assert not app.crashed


async def test_the_group_keeps_its_name() -> None:
    """Offsets and tables are found by it: under any other name a worker would count everything from the beginning."""

    async def finish() -> None:
        pass

    assert _app(finish).conf.id == Topics("stopping.").application

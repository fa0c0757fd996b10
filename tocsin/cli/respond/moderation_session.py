"""Session of a moderation command: the queue as it is now, and one record submitted to it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.output import print_status, printable
from tocsin.cli.respond.actions import action_id
from tocsin.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from moderation.model import Item
    from moderation.queue import Queue
    from streams.moderation.queue_view import QueueView
    from tocsin.cli.environment import Installation

T = TypeVar("T")


def read_queue() -> Queue:
    """Return the queue as it is now.

    Raises:
        BrokerError: no broker answers.
    """

    async def read(view: QueueView) -> Queue:
        return view.queue

    return asyncio.run(_with_view(load_installation(), read))


def submit(action: str, find_item: Callable[[Queue], Item], by: str, note: str = "") -> Item:
    """Submit what a person does to the item that `find_item` returns for the queue as it is; return the item after it.

    Raises:
        BrokerError: no broker answers.
        CommandError: it changed nothing; the message says why.
    """
    from moderation.record_factory import build_record  # noqa: PLC0415  slow to load

    async def send(view: QueueView) -> Item:
        name = find_item(view.queue).id
        refusal = await view.submit(build_record(action, action_id(None), name, by, wall_ms(), note))
        item = view.queue.get(name)
        if refusal or item is None:
            raise CommandError(printable(f"{name}: {refusal or 'no such item'}: `tocsin moderation list`"))
        return item

    return asyncio.run(_with_view(load_installation(), send))


def act(action: str, item: str, by: str, note: str = "") -> None:
    """Submit what a person does to the item whose id begins with `item`, and say what was done.

    Raises:
        BrokerError, CommandError: as `submit`.
    """
    changed = submit(action, lambda queue: find(queue, item), by, note)
    print_status(printable(f"{changed.id[:8]}: {changed.history[-1].what}"))


def find(queue: Queue, name: str) -> Item:
    """Return the item whose id begins with `name`.

    Raises:
        CommandError: there is none, or more than one.
    """
    found = [item for item in queue.items() if item.id.startswith(name)] if name else []
    if len(found) != 1:
        why = "several items begin so" if found else "no such item"
        raise CommandError(f"{printable(name)}: {why}: `tocsin moderation list` shows them")
    return found[0]


async def _with_view(here: Installation, use: Callable[[QueueView], Awaitable[T]]) -> T:
    async with open_view(here) as view:
        return await use(view)


@asynccontextmanager
async def open_view(here: Installation) -> AsyncIterator[QueueView]:
    """Yield the queue, read to its present end and kept up to date."""
    from streams.kafka import reader  # noqa: PLC0415  slow to load
    from streams.moderation.queue_view import QueueView  # noqa: PLC0415

    ends = await asyncio.to_thread(reader.partition_ends, here.connection, here.topics.moderation.name)
    async with QueueView(here.connection, here.topics, len(ends)) as view:
        following = asyncio.create_task(view.follow())
        loaded = asyncio.create_task(view.loaded())
        try:
            await asyncio.wait({following, loaded}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                following.result()
            yield view
        finally:
            for task in (following, loaded):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

"""A local broker in this process, over a folder."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from streams.broker.server import serve_folder
from streams.kafka.connection import Connection
from tests.support.ports import pick_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Connection, asyncio.Task[None]]]:
    """Serve a folder for as long as the context lasts."""
    port, ready = next(pick_ports()), asyncio.Event()
    serving = asyncio.create_task(serve_folder(folder, ("127.0.0.1", port), ready.set))
    await ready.wait()
    yield Connection((f"127.0.0.1:{port}",)), serving
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)

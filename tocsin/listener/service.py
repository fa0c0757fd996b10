"""Listener service: one process that reads all sources, or stands by, and takes mentions over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from sources.client import PoliteClient
from streams.kafka import reader
from streams.listening import cursor
from streams.listening.group import ListenerGroup, SoleListener
from streams.listening.listener import Listener
from streams.listening.sink import KafkaSink
from streams.monitoring.http_server import serve
from streams.monitoring.probes import Probes
from streams.tracing.port import NO_TRACING, TRACEPARENT
from streams.views.brands import BrandRegistry, follow
from tocsin.http_runner import http_runner
from tocsin.listener.http_api import build_api
from tocsin.listener.webhooks.endpoint import webhook_secrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aiohttp.typedefs import Handler

    from config.brands.model import Brand
    from config.settings import Settings
    from sources.registry import Tokens
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.listening.lease import Lease
    from streams.tracing.port import Tracing

log = structlog.get_logger(__name__)

NO_BRANDS: Final = "the brands are not read yet"
NOT_JOINED: Final = "the group of listeners is not joined yet"


class ListenerService:
    """The process, with what its environment says."""

    def __init__(
        self, settings: Settings, connection: Connection, topics: Topics, tokens: Tokens, tracing: Tracing = NO_TRACING
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._topics = topics
        self._tokens = tokens
        self._tracing = tracing
        self._probes = Probes(NOT_JOINED)

    @asynccontextmanager
    async def listener(self, lease: Lease) -> AsyncIterator[tuple[Listener, KafkaSink]]:
        """Yield a listener without sources yet, and its sink.

        Raises:
            BrokerError: no broker answers, or a topic is missing.
        """
        ends = await asyncio.to_thread(reader.partition_ends, self._connection, self._topics.mentions.name)
        cursors = await asyncio.to_thread(cursor.load, self._connection, self._topics, ends)
        async with KafkaSink(self._connection, self._topics, self._tracing, lease) as sink:
            listener = Listener(sink, self._tokens, cursors, ends)
            try:
                yield listener, sink
            finally:
                await listener.close()

    @asynccontextmanager
    async def membership(self) -> AsyncIterator[ListenerGroup | SoleListener]:
        """Be a member of the group of listeners for as long as the context lasts.

        Raises:
            BrokerError: no broker answers, or a topic is missing.
        """
        for topic in (self._topics.mentions, self._topics.source_cursors):
            await asyncio.to_thread(reader.partition_ends, self._connection, topic.name)
        if self._connection.embedded:
            yield SoleListener()
            return
        async with ListenerGroup(self._connection, self._topics) as group, asyncio.TaskGroup() as tasks:
            member = tasks.create_task(group.run())
            try:
                yield group
            finally:
                member.cancel()

    async def run(self, brands: Iterable[Brand] | None, http: tuple[str, int] | None) -> None:
        """Listen until cancelled: to the sources of `brands`, or of those that are applied, as they change.

        Of several listeners one reads the sources at a time; each takes mentions over HTTP.

        Raises:
            BrokerError: no broker answers, or a topic is missing.
            OSError: the port is taken.
        """
        serve(self._settings.metrics_port, self._probes.answer)
        async with self._door(http), self.membership() as group, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._probes.run(self._connection))
            await group.joined()
            self._probes.meet(NOT_JOINED)
            while True:
                await self._listen(await group.lease(), brands)

    async def _listen(self, lease: Lease, brands: Iterable[Brand] | None) -> None:
        """Read the sources until the lease ends."""
        term = asyncio.create_task(self._read(lease, brands))
        ended = asyncio.create_task(lease.ended.wait())
        try:
            await asyncio.wait([term, ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            term.cancel()
            await asyncio.gather(term, return_exceptions=True)
        if not lease.ended.is_set():
            await term

    async def _read(self, lease: Lease, brands: Iterable[Brand] | None) -> None:
        async with self.listener(lease) as (listener, _), asyncio.TaskGroup() as group:
            group.create_task(listener.report())
            self._probes.miss(NO_BRANDS)
            if brands is None:
                group.create_task(self._follow_brands(listener))
            else:
                await listener.update(brands)
                self._probes.meet(NO_BRANDS)

    async def _follow_brands(self, listener: Listener) -> None:
        registry = BrandRegistry()
        partitions = len(await asyncio.to_thread(reader.partition_ends, self._connection, self._topics.brands.name))
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(registry, self._connection, self._topics, partitions))
            await registry.loaded()
            while True:
                changed = registry.changed()
                await listener.update(registry.brands().values())
                self._probes.meet(NO_BRANDS)
                await changed.wait()

    @asynccontextmanager
    async def _door(self, http: tuple[str, int] | None) -> AsyncIterator[None]:
        """Take mentions over HTTP at an address, if there is one, for as long as the context lasts."""
        if http is None:
            yield
            return
        token, secret = self._settings.listen_token, self._settings.listen_secret
        webhooks = webhook_secrets(self._settings.webhook_secrets.get_secret_value())
        async with KafkaSink(self._connection, self._topics, self._tracing) as sink:
            app = build_api(
                sink.send, token.get_secret_value(), secret.get_secret_value(), probes=self._probes, webhooks=webhooks
            )
            app.middlewares.append(self._trace)
            runner = http_runner(app)
            await runner.setup()
            try:
                await web.TCPSite(runner, *http).start()
                log.info("taking mentions over HTTP", address="{}:{}".format(*http))
                yield
            finally:
                await runner.cleanup()

    @web.middleware
    async def _trace(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer as part of the trace that the request names."""
        with self._tracing.remote(request.headers.get(TRACEPARENT, "")):
            return await handler(request)


async def listen_once(service: ListenerService, brands: Iterable[Brand]) -> int:
    """Ask each source once, send what is new, and return how many mentions that was.

    Raises:
        BrokerError: no broker answers, or a topic is missing.
        ActiveListenerError: another listener reads the sources.
    """
    async with service.membership() as group:
        if not await group.joined():
            raise ActiveListenerError
        async with service.listener(await group.lease()) as (listener, sink):
            sent = 0
            for one in await listener.build(brands):
                async with PoliteClient(one.budget, allow_private=one.settings.private_addresses) as client:
                    await one.read_once(client)
                one.close()
                sent += one.health.sent
                await sink.report(one.health)
            return sent


class ActiveListenerError(Exception):
    """Another listener reads the sources now."""

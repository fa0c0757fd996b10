"""What does the Slack app run? Followers of brands and incidents, a producer of acts, and a way in."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from aiokafka import AIOKafkaProducer

from alerts.incident import encode
from config.wire import encode_brand
from desk.acting import Acting
from desk.http import Gate, application
from desk.known import Known
from desk.office import Office
from desk.slack import People
from desk.socket import Socket
from desk.trial import Trial
from streams.brands import follow
from streams.recording import scores

if TYPE_CHECKING:
    from alerts.incident import Action
    from config.override import Governed
    from config.settings import Settings
    from mentions.scored import Batch, Tick
    from streams.connection import Connection
    from streams.topics import Topics

log = structlog.get_logger(__name__)


async def serve(settings: Settings, connection: Connection, topics: Topics, partitions: int, port: int | None) -> None:
    """Serve taps and commands until cancelled: by Socket Mode, or on a port where one is given.

    Raises:
        slack_sdk.errors.SlackApiError: Slack does not accept the app-level token.
        OSError: the port is taken.
    """
    known = Known()
    producer = AIOKafkaProducer(**connection.aiokafka(), acks="all", enable_idempotence=not connection.embedded)
    await producer.start()

    async def send(action: Action) -> None:
        await producer.send_and_wait(topics.actions.name, encode(action), key=action.brand.encode())

    async def apply(governed: Governed) -> None:
        record = encode_brand(governed.brand, governed.overrides)
        await producer.send_and_wait(topics.brands.name, record, key=governed.brand.name.encode())

    def past(brand: str, since: int, until: int) -> list[Batch | Tick]:
        return scores(connection, topics, brand, since, until)

    people = People(settings.slack_token.get_secret_value(), settings.slack_url)
    office = Office(known, Acting(people, send, _now), people, apply, Trial(past, _now))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(follow(known.directory, connection, topics, partitions))
            group.create_task(known.ledger.follow(connection, topics, partitions))
            group.create_task(known.silenced.follow(connection, topics, partitions))
            if port is None:
                token = settings.slack_app_token.get_secret_value()
                group.create_task(Socket(token, people.client, office).run())
            else:
                group.create_task(_listen(settings.slack_signing_secret.get_secret_value(), office, port))
    finally:
        with suppress(Exception):
            await producer.stop()


async def _listen(secret: str, office: Office, port: int) -> None:
    runner = web.AppRunner(application(Gate(secret, lambda: _now() / 1000), office), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        log.info("listening to Slack", port=port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _now() -> int:
    return time.time_ns() // 1_000_000

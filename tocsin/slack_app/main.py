"""What does the Slack app run? Followers of brands and incidents, a producer of acts, and a way in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from alerts.notifiers.slack.notifier import SlackNotifier
from streams.clock import wall_ms
from streams.views.brands import follow
from tocsin.slack_app.action_gateway import ActionGateway
from tocsin.slack_app.app import Office
from tocsin.slack_app.digest_scheduler import DigestScheduler
from tocsin.slack_app.kafka import SlackAppGateway
from tocsin.slack_app.modals.preview import Trial
from tocsin.slack_app.slack_client import SlackClient
from tocsin.slack_app.state import AppState
from tocsin.slack_app.transports.http import Gate, application
from tocsin.slack_app.transports.socket_mode import Socket

if TYPE_CHECKING:
    from config.settings import Settings
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)


async def serve(settings: Settings, connection: Connection, topics: Topics, partitions: int, port: int | None) -> None:
    """Serve taps and commands until cancelled: by Socket Mode, or on a port where one is given.

    Raises:
        slack_sdk.errors.SlackApiError: Slack does not accept the app-level token.
        OSError: the port is taken.
    """
    known, token = AppState(web_url=settings.web_url), settings.slack_token.get_secret_value()
    people, slack = SlackClient(token, settings.slack_url), SlackNotifier(token, settings.slack_url)
    async with SlackAppGateway(connection, topics) as broker, asyncio.TaskGroup() as group:
        office = Office(known, ActionGateway(people, broker.send, wall_ms), people, broker.publish_overrides, Trial(broker.read_scored, wall_ms))
        group.create_task(follow(known.registry, connection, topics, partitions))
        group.create_task(known.incident_view.follow(connection, topics, partitions))
        group.create_task(known.silences.follow(connection, topics, partitions))
        group.create_task(DigestScheduler(known, slack, broker.daily_figures, wall_ms).run())
        if port is None:
            app_token = settings.slack_app_token.get_secret_value()
            group.create_task(Socket(app_token, people.client, office).run())
        else:
            group.create_task(_listen(settings.slack_signing_secret.get_secret_value(), office, port))


async def _listen(secret: str, office: Office, port: int) -> None:
    runner = web.AppRunner(application(Gate(secret, lambda: wall_ms() / 1000), office), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        log.info("listening to Slack", port=port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()

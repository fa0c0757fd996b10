"""Process of the Slack app: views of the topics, a producer of actions, the daily digest, and one transport."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from alerts.notifiers.slack.notifier import SlackNotifier
from moderation.queue import Filter
from replay.player.threshold_preview import ThresholdPreview
from streams.clock import wall_ms
from streams.moderation.queue_view import QueueView
from streams.monitoring.http_server import serve as serve_metrics
from streams.monitoring.probes import Probes
from streams.views.brands import follow
from tocsin.http_runner import http_runner, probe_routes
from tocsin.slack_app.action_gateway import ActionGateway
from tocsin.slack_app.app import build_app
from tocsin.slack_app.kafka import SlackAppGateway
from tocsin.slack_app.listeners.context import ListenerContext
from tocsin.slack_app.modals.silence import SilenceModal
from tocsin.slack_app.modals.threshold import ThresholdModal
from tocsin.slack_app.moderation.poster import CardPoster
from tocsin.slack_app.reports.scheduler import DigestScheduler
from tocsin.slack_app.slack_client import SlackClient
from tocsin.slack_app.state import AppState
from tocsin.slack_app.transports.http import build_endpoint
from tocsin.slack_app.transports.replay_guard import ReplayGuard
from tocsin.slack_app.transports.socket_mode import SocketModeListener

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from slack_bolt.async_app import AsyncApp

    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from config.settings import Settings
    from replay.report.weekly.figures import BrandWeek
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.moderation.queue_view import ModerationQueue
    from tocsin.slack_app.listeners.context import SlackApi
    from tocsin.slack_app.reports.community_list import KnownCommunity

log = structlog.get_logger(__name__)

NOT_LOADED: Final = "brands and incidents are not read yet"

DRAIN_SECONDS: Final = 1.0
"""How long requests that are acknowledged already may take to finish when the app stops."""


def build_context(
    state: AppState,
    gateway: ActionGateway,
    slack: SlackApi,
    publish_overrides: Callable[[BrandWithOverrides], Awaitable[None]],
    preview: ThresholdPreview,
    moderation: ModerationQueue | None = None,
    community: Callable[[str], KnownCommunity] | None = None,
) -> ListenerContext:
    """Return what the listeners work with."""
    silence = SilenceModal(gateway, state.registry)
    threshold = ThresholdModal(gateway, state.registry, publish_overrides)
    return ListenerContext(state, gateway, slack, silence, threshold, preview, moderation, community)


async def serve(settings: Settings, connection: Connection, topics: Topics, partitions: int, port: int | None) -> None:
    """Serve requests until cancelled: by Socket Mode, or over HTTP where a port is given.

    Raises:
        slack_sdk.errors.SlackApiError: Slack does not accept the app-level token.
        OSError: the port is taken.
    """
    probes = Probes(NOT_LOADED)
    serve_metrics(settings.metrics_port, probes.answer)
    state, token = AppState(web_url=settings.web_url), settings.slack_token.get_secret_value()
    client, slack = SlackClient(token, settings.slack_url), SlackNotifier(token, settings.slack_url)
    view = QueueView(connection, topics, partitions)
    async with SlackAppGateway(connection, topics) as kafka, view:
        gateway = ActionGateway(client, kafka.send, wall_ms)
        preview = ThresholdPreview(kafka.read_scored, wall_ms)
        context = build_context(state, gateway, client, kafka.publish_overrides, preview, view, kafka.community)
        cards = CardPoster(state, view, slack, wall_ms, context.card_changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(probes.run(connection))
                group.create_task(_note_loaded(state, probes))
                group.create_task(follow(state.registry, connection, topics, partitions))
                group.create_task(state.incident_view.follow(connection, topics, partitions))
                group.create_task(state.silences.follow(connection, topics, partitions))
                group.create_task(view.follow())
                group.create_task(_post_cards(view, cards))
                group.create_task(_digests(state, slack, kafka, view).run())
                group.create_task(_listen(settings, context, client, port, probes))
        finally:
            await context.drain(DRAIN_SECONDS)


async def _note_loaded(state: AppState, probes: Probes) -> None:
    await state.registry.loaded()
    await state.incident_view.loaded()
    probes.meet(NOT_LOADED)


def _digests(state: AppState, slack: SlackNotifier, kafka: SlackAppGateway, view: QueueView) -> DigestScheduler:
    def waiting(brand: str) -> Mapping[str, int]:
        return view.queue.counts(wall_ms(), Filter(brands=(brand,)))

    def weeks(brands: Sequence[Brand], until: int) -> list[BrandWeek]:
        incidents, items = [*state.incident_view.incidents.values()], [*view.queue.items()]
        return kafka.weeks(brands, incidents, items, until)

    return DigestScheduler(
        state, slack, kafka.daily_figures, wall_ms, kafka.brief_facts, waiting, weeks, kafka.community
    )


async def _post_cards(view: QueueView, cards: CardPoster) -> None:
    await view.loaded()
    await cards.run()


async def _listen(
    settings: Settings, context: ListenerContext, client: SlackClient, port: int | None, probes: Probes
) -> None:
    if port is None:
        app = build_app(context, client.client)
        await SocketModeListener(app, settings.slack_app_token.get_secret_value(), client.client).run()
    else:
        guard = ReplayGuard(lambda: wall_ms() / 1000)
        app = build_app(context, client.client, settings.slack_signing_secret.get_secret_value(), guard)
        await _serve_http(app, port, probes)


async def _serve_http(app: AsyncApp, port: int, probes: Probes) -> None:
    endpoint = build_endpoint(app)
    endpoint.add_routes(probe_routes(probes))
    runner = http_runner(endpoint)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        log.info("listening to Slack over HTTP", port=port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()

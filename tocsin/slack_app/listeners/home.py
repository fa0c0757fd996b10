"""The app's Home tab, published when somebody opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tocsin.slack_app import payloads
from tocsin.slack_app.home import build_home

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from tocsin.slack_app.listeners.context import ListenerContext


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register the listener of the event `app_home_opened`."""

    @app.event("app_home_opened")
    async def open_home(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_open(context, body))


async def publish(context: ListenerContext, user: str) -> None:
    """Publish the Home tab of a user: it shows the brands that they may act on."""
    brands = context.state.registry.brands().items()
    names = [name for name, brand in sorted(brands) if await context.gateway.is_allowed(user, brand)]
    await context.slack.publish_home(user, build_home(context.state, names, context.gateway.now()))


async def _on_open(context: ListenerContext, body: dict[str, Any]) -> None:
    user = payloads.home_opened_by(body)
    if user:
        await publish(context, user)

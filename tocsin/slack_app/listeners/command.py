"""The slash command `/tocsin`; only the person who typed it sees the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.rendering.escaping import mrkdwn, slack_date
from tocsin.slack_app import commands, payloads
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from tocsin.slack_app.listeners.context import ListenerContext


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register the listener of the command."""

    @app.command(payloads.COMMAND)
    async def tocsin(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_command(context, body))


async def _on_command(context: ListenerContext, body: dict[str, Any]) -> None:
    command = payloads.command(body)
    if command is not None:
        await context.slack.respond_ephemeral(command.response_url, await _answer(context, command))


async def _answer(context: ListenerContext, command: payloads.Command) -> str:
    state = context.state
    brands = state.registry.brands()
    asked = commands.parse_snooze(command.text, brands)
    if isinstance(asked, commands.SnoozeCommand):
        return await _snooze(context, asked, command.user_id)
    incidents = [*state.incident_view.incidents.values()]
    return asked or commands.answer(command.text, brands, incidents, context.gateway.now())


async def _snooze(context: ListenerContext, asked: commands.SnoozeCommand, user: str) -> str:
    brand, name = asked.brand, mrkdwn(asked.brand.name, 60)
    incidents = [one for one in context.state.open_incidents() if brand.name in one.all_brands]
    if not incidents:
        return translate(brand.language, "slash_nothing_open", brand=name)
    if refusal := await context.gateway.refusal(user, brand):
        return refusal
    failure, until = "", 0
    for incident in incidents:
        action = context.action(asked.duration, incident, incident.revision, brand, user)
        failure, until = failure or await context.gateway.submit(action, brand), action.until or 0
    end = slack_date(until, "{date_short_pretty} {time}")
    return failure or translate(brand.language, "slash_snoozed", brand=name, moment=end)

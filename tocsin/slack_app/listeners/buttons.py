"""Buttons of an incident's card, in a channel and on the Home tab."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.buttons import ACK, CRISIS, MORE, NOT_A_CRISIS, OFFICIAL_REPLY, REPORT, SNOOZE, parse_click
from alerts.rendering.escaping import mrkdwn
from tocsin.slack_app import payloads, views
from tocsin.slack_app.listeners import home
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from alerts.rendering.buttons import ButtonClick
    from config.brands.model import Brand
    from tocsin.slack_app.listeners.context import ListenerContext
    from tocsin.slack_app.payloads import Interaction

HOME_REFRESH_DELAY: Final = 1.5
"""Seconds until an action shows on the Home tab: it goes through Kafka and back."""


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register a listener for each button."""

    async def click(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, on_click(context, body))

    async def follow_link(ack: AsyncAck) -> None:
        await ack()

    for action_id in (ACK, NOT_A_CRISIS, CRISIS, OFFICIAL_REPLY, SNOOZE, MORE):
        app.action(action_id)(click)
    app.action(REPORT)(follow_link)


async def on_click(context: ListenerContext, body: dict[str, Any]) -> None:
    """Do what a button of a card says, and reply to the user if there is anything to say."""
    interaction = payloads.interaction(body)
    if interaction is None:
        return
    for one in interaction.actions:
        found = parse_click(one.action_id, one.block_id, one.option)
        if found is not None:
            await reply(context, interaction, await _press(context, found, interaction))


async def reply(context: ListenerContext, interaction: Interaction, text: str) -> None:
    """Show a text to the user alone: beside the message, in the modal, or over the Home tab, which is refreshed."""
    view = interaction.view
    if text and view is None:
        await context.slack.respond_ephemeral(interaction.response_url, text)
    elif text and view is not None and view.type == "modal":
        await context.slack.update_modal(view.id, views.notice(context.language_of(view), text))
    elif text:
        language = majority_language(context.state.registry.brands())
        await context.slack.open_modal(interaction.trigger_id, views.notice(language, text))
    if view is not None and view.type == "home":
        await asyncio.sleep(HOME_REFRESH_DELAY)
        await home.publish(context, interaction.user.id)


async def _press(context: ListenerContext, click: ButtonClick, interaction: Interaction) -> str:
    """Do what a button says; return the text for the user, if any."""
    state, user = context.state, interaction.user.id
    incident = state.incident_view.incidents.get(click.incident)
    if incident is None:
        return translate("en", "gone")
    configured = state.registry.with_overrides(incident.brand)
    brand = configured.brand
    if refusal := await context.gateway.refusal(user, brand):
        return refusal
    if click.button == "silence":
        active = state.silences.active(brand.name, context.gateway.now())
        return await _open(context, interaction, context.silence.build(incident, brand, active), brand)
    if click.button == "threshold" and not state.registry.watches(incident.brand):
        return translate(brand.language, "not_configured", brand=mrkdwn(incident.brand, 60))
    if click.button == "threshold":
        return await _open(context, interaction, context.threshold.build(incident, configured), brand)
    return await context.gateway.submit(context.action(click.button, incident, click.revision, brand, user), brand)


async def _open(context: ListenerContext, interaction: Interaction, view: dict[str, Any], brand: Brand) -> str:
    return "" if await context.slack.open_modal(interaction.trigger_id, view) else translate(brand.language, "failed")

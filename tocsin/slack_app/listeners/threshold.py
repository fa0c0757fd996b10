"""The threshold modal's preview and submission, and the buttons that remove an override."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alerts.rendering.escaping import mrkdwn
from replay.player.preview_cache import PREVIEW_DAYS
from tocsin.slack_app import payloads
from tocsin.slack_app.listeners.buttons import reply
from tocsin.slack_app.listeners.silence import submit
from tocsin.slack_app.modals import silence, threshold
from tocsin.slack_app.modals.context import read_context
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from config.brands.model import Brand
    from tocsin.slack_app.listeners.context import ListenerContext
    from tocsin.slack_app.payloads import View


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register the listeners of the modal, its preview and the button."""

    @app.view(threshold.CALLBACK)
    async def submit_threshold(ack: AsyncAck, body: dict[str, Any]) -> None:
        await submit(context, context.threshold, ack, body)

    @app.action(threshold.PREVIEW)
    async def preview_threshold(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_preview(context, body))

    @app.action(threshold.REMOVE)
    async def remove_override(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_remove(context, body))


async def _on_remove(context: ListenerContext, body: dict[str, Any]) -> None:
    interaction = payloads.interaction(body)
    for one in interaction.actions if interaction else ():
        if interaction is not None and one.action_id == threshold.REMOVE:
            text = await context.threshold.remove(*silence.parse_value(one.option), interaction.user.id)
            await reply(context, interaction, text)


async def _on_preview(context: ListenerContext, body: dict[str, Any]) -> None:
    interaction = payloads.interaction(body)
    if interaction is not None and interaction.view is not None:
        await _preview(context, interaction.view, interaction.user.id)


async def _preview(context: ListenerContext, view: View, user: str) -> None:
    """Show the preview in the modal: first that it is being computed, then the result."""
    asked = read_context(view)
    if asked is None or not context.state.registry.watches(asked.brand):
        return
    configured = context.state.registry.with_overrides(asked.brand)
    brand, language = configured.brand, configured.brand.language

    async def show(text: str) -> None:
        await context.slack.update_modal(view.id, context.threshold.render(asked, configured, text))

    if refusal := await context.gateway.refusal(user, brand):
        await show(refusal)
    elif errors := context.threshold.validate(view):
        await show(translate(language, "preview_errors", what=mrkdwn(" ".join(errors.values()), 500)))
    else:
        await show(translate(language, "previewing", days=PREVIEW_DAYS))
        current, proposed = context.threshold.proposed_policies(view)
        before, after = (brand.model_copy(update={"detect": policy}) for policy in (current, proposed))
        await show(await _preview_text(context, before, after))


async def _preview_text(context: ListenerContext, before: Brand, after: Brand) -> str:
    """Return in one sentence what `after` would have done in place of `before`."""
    language, found = before.language, await context.preview.compute(before, after)
    if found is None:
        return translate(language, "preview_failed")
    if not found.mentions:
        return translate(language, "preview_empty", days=PREVIEW_DAYS)
    sentence = found.sentence(language, ZoneInfo(before.timezone))
    return translate(language, "previewed", days=PREVIEW_DAYS, count=found.mentions, sentence=sentence)

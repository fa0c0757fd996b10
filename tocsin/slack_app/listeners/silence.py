"""The silence modal's submission, and the buttons that remove a silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tocsin.slack_app import payloads, views
from tocsin.slack_app.listeners.buttons import reply
from tocsin.slack_app.modals import silence
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from tocsin.slack_app.listeners.context import ListenerContext
    from tocsin.slack_app.modals.silence import SilenceModal
    from tocsin.slack_app.modals.threshold import ThresholdModal
    from tocsin.slack_app.payloads import Submission


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register the listeners of the modal and of the button."""

    @app.view(silence.CALLBACK)
    async def submit_silence(ack: AsyncAck, body: dict[str, Any]) -> None:
        await submit(context, context.silence, ack, body)

    @app.action(silence.REMOVE)
    async def remove_silence(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_remove(context, body))


async def submit(
    context: ListenerContext, modal: SilenceModal | ThresholdModal, ack: AsyncAck, body: dict[str, Any]
) -> None:
    """Answer a submission at once with its errors or that it is being saved; then save it."""
    submitted = payloads.submission(body)
    if submitted is None:
        await ack()
        return
    if errors := modal.validate(submitted.view):
        await ack(response_action="errors", errors=errors)
        return
    language = context.language_of(submitted.view)
    await ack(response_action="update", view=views.notice(language, translate(language, "saving")))
    await context.finish(_save(context, modal, submitted))


async def _save(context: ListenerContext, modal: SilenceModal | ThresholdModal, submitted: Submission) -> None:
    if modal.validate(submitted.view):
        return
    text = await modal.save(submitted.view, submitted.user.id)
    await context.slack.update_modal(submitted.view.id, views.notice(context.language_of(submitted.view), text))


async def _on_remove(context: ListenerContext, body: dict[str, Any]) -> None:
    interaction = payloads.interaction(body)
    for one in interaction.actions if interaction else ():
        if interaction is not None and one.action_id == silence.REMOVE:
            await reply(context, interaction, await _remove(context, one.option, interaction.user.id))


async def _remove(context: ListenerContext, value: str, user: str) -> str:
    name, wanted = silence.parse_value(value)
    brand, at = context.state.registry.brand(name), context.gateway.now()
    found = next((one for one in context.state.silences.active(name, at) if one.id == wanted), None)
    if found is None:
        return translate(brand.language, "already_over")
    done = translate(brand.language, "removed", what=silence.describe(found, brand.language))
    action = silence.unsilence(brand, found, user, at)
    return await context.gateway.refusal(user, brand) or await context.gateway.submit(action, brand) or done

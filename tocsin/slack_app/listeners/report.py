"""The message shortcut "Report to Tocsin": puts a message into the moderation queue, or opens an incident about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.escaping import mrkdwn
from tocsin.slack_app import payloads, views
from tocsin.slack_app.listeners import moderation
from tocsin.slack_app.modals import report
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from tocsin.slack_app.listeners.context import ListenerContext
    from tocsin.slack_app.payloads import Submission

SHORTCUT: Final = "tocsin_report"


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register the listeners of the shortcut and of its modal."""

    @app.shortcut({"type": "message_action", "callback_id": SHORTCUT})
    async def report_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_shortcut(context, body))

    @app.view(report.CALLBACK)
    async def submit_report(ack: AsyncAck, body: dict[str, Any]) -> None:
        submitted = payloads.submission(body)
        if submitted is None:
            await ack()
            return
        language = majority_language(context.state.registry.brands())
        await ack(response_action="update", view=views.notice(language, translate(language, "saving")))
        await context.finish(_save(context, submitted))


async def _on_shortcut(context: ListenerContext, body: dict[str, Any]) -> None:
    shortcut = payloads.message_shortcut(body)
    brands = context.state.registry.brands()
    if shortcut is None or not brands:
        return
    message, channel = shortcut.message, shortcut.channel
    link = f"https://slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    kept = report.ReportContext(f"{channel.id}:{message.ts}", link)
    language = majority_language(brands)
    view = report.build(brands, (channel.id, channel.name), message.text, kept, language)
    await context.slack.open_modal(shortcut.trigger_id, view)


async def _save(context: ListenerContext, submitted: Submission) -> None:
    brands, user = context.state.registry.brands(), submitted.user.id
    queued = report.for_queue(submitted.view, brands, user)
    if queued is not None:
        notice = views.notice(queued[0].language, await moderation.put(context, *queued))
        await context.slack.update_modal(submitted.view.id, notice)
        return
    action = report.read(submitted.view, brands, user, context.gateway.now())
    if action is None:
        language = majority_language(brands)
        text = translate(language, "report_incomplete")
    else:
        brand = brands[action.brand]
        language = brand.language
        refused = await context.gateway.refusal(user, brand) or await context.gateway.submit(action, brand)
        text = refused or translate(language, "slash_done_incident", brand=mrkdwn(brand.name, 60))
    await context.slack.update_modal(submitted.view.id, views.notice(language, text))

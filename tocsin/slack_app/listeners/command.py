"""The slash command `/tocsin`; only the person who typed it sees the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from alerts.incidents.model import rank
from alerts.rendering.escaping import mrkdwn, slack_date, slack_user
from tocsin.slack_app import commands, incident_commands, payloads
from tocsin.slack_app.listeners.moderation import answer_report
from tocsin.slack_app.reports.community_list import community_text, parse_wanted
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from detectors.model.signal_text import Language
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
    for answer in (answer_report, _answer_community):
        found = await answer(context, command)
        if found is not None:
            return found
    request = incident_commands.parse(command.text, brands)
    if request is not None:
        return await _act(context, request, command)
    asked = commands.parse_snooze(command.text, brands)
    if isinstance(asked, commands.SnoozeCommand):
        return await _snooze(context, asked, command.user_id)
    incidents = [*state.incident_view.incidents.values()]
    return asked or commands.answer(command.text, brands, incidents, context.gateway.now())


async def _answer_community(context: ListenerContext, command: payloads.Command) -> str | None:
    """Return the answer to `/tocsin community BRAND [VIEW] [DAYS]`, None for other words; for responders only."""
    word, *rest = command.text.split() or [""]
    if word.lower() != "community":
        return None
    brands = context.state.registry.brands()
    named, wanted = parse_wanted(rest)
    language, text = majority_language(brands), " ".join(named)
    brand = commands.exact_brand(text, brands) if text else next(iter(brands.values())) if len(brands) == 1 else None
    if brand is None:
        example = mrkdwn(min(brands, default="acme"), 60)
        unknown = commands.unknown_brand(text, brands, language)
        return unknown if text else translate(language, "slash_which_brand", word=word, brand=example)
    if refusal := await context.gateway.refusal(command.user_id, brand):
        return refusal
    if not brand.community.enabled or context.community is None:
        return translate(brand.language, "people_off", brand=mrkdwn(brand.name, 60))
    known = await asyncio.to_thread(context.community, brand.name)
    return community_text(brand, known, wanted, context.state.web_url)


async def _act(context: ListenerContext, request: incident_commands.Request, command: payloads.Command) -> str:
    """Do what was typed about an incident; return the answer."""
    state, brands, user = context.state, context.state.registry.brands(), command.user_id
    found = incident_commands.target(request, state.incident_view.incidents.values(), brands)
    if isinstance(found, incident_commands.Refusal):
        if request.text and found.key == "slash_which_brand":
            return commands.unknown_brand(request.text, brands, majority_language(brands))
        return _refusal(found, request, majority_language(brands), min(brands, default="acme"))
    if refusal := await context.gateway.refusal(user, found):
        return refusal
    running = [one for one in state.open_incidents() if found.name in one.all_brands]
    incident = max(running, key=lambda one: (rank(one.severity), one.opened_at), default=None)
    now = context.gateway.now()
    action_id = f"slack:command:{command.trigger_id or now}:{user}:{request.word}"
    action = incident_commands.build(request, found, incident, user, now, action_id)
    if isinstance(action, incident_commands.Refusal):
        return _refusal(action, request, found.language, found.name)
    failure = await context.gateway.submit(action, found)
    ends_at = 0 if action.silence is None else action.silence.ends_at
    return failure or translate(
        found.language,
        f"slash_done_{request.word}",
        brand=mrkdwn(found.name, 60),
        who=slack_user(action.text) if request.word == "assign" else "",
        moment=slack_date(ends_at, "{date_short_pretty} {time}"),
    )


def _refusal(
    refusal: incident_commands.Refusal, request: incident_commands.Request, language: Language, name: str
) -> str:
    values = {"word": request.word, "brand": mrkdwn(name, 60), "what": mrkdwn(refusal.what, 60)}
    return translate(language, refusal.key, **values)


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

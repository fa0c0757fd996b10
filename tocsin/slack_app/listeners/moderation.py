"""Buttons of moderation cards, and reports into the queue: the same records as of the pages and the terminal."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.escaping import clean, clip, mrkdwn, safe_url, slack_user
from moderation.intake import Report, report
from moderation.policies.registry import POLICIES
from moderation.record_factory import build_record
from moderation.refusals import refusal_text
from streams.moderation.paging import page_of
from tocsin.slack_app import payloads
from tocsin.slack_app.listeners.buttons import reply
from tocsin.slack_app.moderation.buttons import PREFIX, parse_click
from tocsin.slack_app.moderation.card import build_text
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt.async_app import AsyncApp
    from slack_bolt.context.ack.async_ack import AsyncAck

    from config.brands.model import Brand
    from moderation.model import AnyRecord, Item
    from tocsin.slack_app.listeners.context import ListenerContext
    from tocsin.slack_app.moderation.buttons import ItemClick
    from tocsin.slack_app.payloads import Interaction

_LINK: Final = re.compile(r"<(https?://[^>|]+)(?:\|[^>]*)?>|(https?://\S+)")
_WORD: Final = "report"
WHY_CHARS: Final = 500


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register the listener of the cards' buttons."""

    @app.action(re.compile(f"{PREFIX}.*"))
    async def press_item(ack: AsyncAck, body: dict[str, Any]) -> None:
        await context.run(ack, _on_click(context, body))


async def _on_click(context: ListenerContext, body: dict[str, Any]) -> None:
    interaction = payloads.interaction(body)
    for one in interaction.actions if interaction else ():
        click = parse_click(one.action_id, one.block_id, one.option)
        if interaction is not None and click is not None:
            await reply(context, interaction, await _press(context, click, interaction))


async def _press(context: ListenerContext, click: ItemClick, interaction: Interaction) -> str:
    """Do what a button says; return the text for the user, if any."""
    queue, user = context.moderation, interaction.user.id
    item = queue.queue.get(click.item) if queue else None
    if queue is None or item is None:
        return translate(majority_language(context.state.registry.brands()), "item_gone")
    brand = context.state.registry.brand(item.brand)
    if refusal := await context.gateway.refusal(user, brand):
        return refusal
    if click.action == "show":
        opened = await context.slack.open_modal(interaction.trigger_id, build_text(item, brand.language))
        return "" if opened else translate(brand.language, "failed")
    key = f"slack:{item.id}:{len(item.history)}:{click.action}:{user}"
    record = build_record(click.action, key, item.id, user, context.gateway.now())
    answers: list[str] = []

    async def submit() -> None:
        answers.append(await queue.submit(record))

    failure = await context.gateway.attempt(submit(), brand)
    context.card_changed.set()
    if failure or not answers[0] or _is_done(queue.queue.get(item.id), click.action, user):
        return failure
    return translate(brand.language, "item_refused", why=_named(refusal_text(answers[0], brand.language), item))


def _is_done(item: Item | None, action: str, user: str) -> bool:
    """Return whether an item is as the person asked already: the second click of a double click."""
    return item is not None and item.decided_by == user and item.outcome == action


def _named(why: str, item: Item) -> str:
    """Return a refusal with Slack's mention of the person that it names."""
    shown = mrkdwn(why, 200)
    for who in {item.claimed_by, item.decided_by} - {""}:
        shown = shown.replace(mrkdwn(who, 60), slack_user(who))
    return shown


async def answer_report(context: ListenerContext, command: payloads.Command) -> str | None:
    """Put the post of `/tocsin report [BRAND] LINK [WHY]` into the queue; return the answer, None for other words."""
    word, _, rest = html.unescape(command.text).strip().partition(" ")
    if word.lower() != _WORD:
        return None
    brands = context.state.registry.brands()
    found, language = _LINK.search(rest), majority_language(brands)
    moderated = {name: brand for name, brand in brands.items() if brand.moderation.enabled}
    if not moderated:
        return translate(language, "item_none_moderates")
    link = safe_url(found[1] or found[2]) if found else ""
    named = rest[: found.start()].strip() if found else rest.strip()
    brand = _brand_of(named, moderated, command.channel_id)
    if brand is None or not link or found is None:
        key = "item_no_link" if brand or not link else "slash_which_brand"
        example = mrkdwn(brand.name if brand else min(moderated), 60)
        return translate(language, key, word=_WORD, brand=example)
    why = clip(clean(rest[found.end() :]), WHY_CHARS)
    return await put(context, brand, Report("", link, command.user_id, why))


def _brand_of(named: str, brands: Mapping[str, Brand], channel: str) -> Brand | None:
    """Return the brand that is named; without a name, that of the channel, or the only one."""
    if named:
        wanted = named.casefold()
        exact = (one for one in brands.values() if wanted in {name.casefold() for name in (one.name, *one.aliases)})
        return next(exact, None)
    here = [one for one in brands.values() if channel and channel in (one.moderation_channel, one.slack_channel)]
    near = here or list(brands.values())
    return near[0] if len(near) == 1 else None


async def put(context: ListenerContext, brand: Brand, given: Report) -> str:
    """Put what a person reports into the queue of a brand; return what to tell them."""
    queue, language, name = context.moderation, brand.language, mrkdwn(brand.name, 60)
    if queue is None or not brand.moderation.enabled:
        return translate(language, "item_off", brand=name)
    if refusal := await context.gateway.refusal(given.by, brand):
        return refusal
    record = report(brand.name, brand.moderation, given, queue.queue.items(), context.gateway.now())
    page = page_of(record, language, context.state.web_url)
    failure = await context.gateway.attempt(_submit(context, record), brand)
    if not failure and page is not None:
        failure = await context.gateway.submit(page, brand)
    context.card_changed.set()
    policy = POLICIES[record.findings[0].policy].label[language] if page else ""
    key = "item_queued_pages" if page else "item_queued"
    return failure or translate(language, key, brand=name, item=record.item[:8], policy=policy)


async def _submit(context: ListenerContext, record: AnyRecord) -> None:
    assert context.moderation is not None
    await context.moderation.submit(record)

"""Message of a notification: its card or reply, Slack's rendering of that, and the line for a lock screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from alerts.rendering import slack_blocks, text
from alerts.rendering.card import Card, Chart, Reply, build_card, build_reply, page_text
from alerts.rendering.rich_text import plain

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from alerts.rendering.route import Route


class Message(msgspec.Struct, frozen=True):
    """One message. `content` is what it says, for any renderer; `text` and `blocks` are what Slack is sent."""

    incident: str
    revision: int
    text: str  # the line on a lock screen, in mrkdwn
    blocks: list[dict[str, Any]]  # Block Kit, within Slack's limits; empty: the text alone
    content: Card | Reply | None = None  # None: the text alone, or blocks that are no incident's, such as a digest


def render_message(
    notification: Notification,
    route: Route,
    *,
    page: bool,
    edit: bool = False,
    text_only: bool = False,
    chart: Chart | None = None,
) -> Message:
    """Return the incident's message, with a mention of the on-call users if it pages.

    `edit` names who is paged now and next: an edit makes no sound. `text_only` leaves the card out, for when Slack
    refuses it; `chart` is shown where one is uploaded.
    """
    incident, language = notification.incident, text.supported_language(route.language)
    line = slack_blocks.to_mrkdwn(plain(text.headline(incident, language)))
    if text_only:
        call = slack_blocks.to_mrkdwn(page_text(route.mention, language)) if page else ""
        return Message(incident.id, incident.revision, f"{line} {call}".rstrip(), [])
    card = build_card(incident, route, page=page, edit=edit, chart=chart)
    return Message(incident.id, incident.revision, line, slack_blocks.render_card(card), card)


def render_reply(notification: Notification, route: Route, *, page: bool) -> Message:
    """Return what is posted in the thread: one sentence, with a mention if it pages."""
    incident = notification.incident
    reply = build_reply(notification, route, page=page)
    sentence = slack_blocks.to_mrkdwn(reply.text)
    return Message(incident.id, incident.revision, sentence, slack_blocks.render_reply(reply), reply)

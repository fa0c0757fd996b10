"""Slack's rendering of a card: Block Kit within Slack's limits, for any input.

Limits as documented at docs.slack.dev/reference/block-kit/blocks; the total is not documented, and measured by users at
about 13,000 characters (github.com/slackapi/bolt-js/issues/2509).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.buttons import Button, Menu
from alerts.rendering.escaping import clip, escape, slack_date

if TYPE_CHECKING:
    from alerts.rendering.buttons import Actions
    from alerts.rendering.card import Card, Fact, Reply
    from alerts.rendering.rich_text import RichText, Span

Block = dict[str, Any]

BLOCKS: Final = 50
HEADER_CHARS: Final = 150
TEXT_CHARS: Final = 3000
FIELD_CHARS: Final = 2000
FIELDS: Final = 10
TITLE_CHARS: Final = 2000
CARD_CHARS: Final = 12_000
"""Of JSON with every character outside ASCII written out: the strictest way to count."""


def render_card(card: Card) -> list[Block]:
    """Return the blocks that Slack has room for; a block with a lower number is given room first."""
    contributors = "\n".join(to_mrkdwn(row) for row in card.contributors)
    numbered = [
        (0, header(card.headline)),
        *[(0, section(to_mrkdwn(card.page))) for _ in card.page[:1]],
        (0, context(to_mrkdwn(card.status))),
        *[(0, context(to_mrkdwn(card.calls))) for _ in card.calls[:1]],
        *_topic(card),
        *[(1, fields([_fact(fact) for fact in card.facts])) for _ in card.facts[:1]],
        *[(1, section("\n".join(map(to_mrkdwn, card.moves)))) for _ in card.moves[:1]],
        *[(1, section(to_mrkdwn(card.brands))) for _ in card.brands[:1]],
        *[(2, section(contributors)) for _ in card.contributors[:1]],
        *[(2, section("\n".join(map(to_mrkdwn, card.crowd)))) for _ in card.crowd[:1]],
        *[(3, section(f"> {to_mrkdwn(example)}")) for example in card.examples],
        *[(3, image(chart.file, card.chart_title, chart.alt)) for chart in [card.chart] if chart is not None],
        *[(4, context(to_mrkdwn(note))) for note in card.notes],
        *[(0, render_actions(actions)) for actions in [card.actions] if actions is not None],
        (1, context(f"`{card.incident}`")),
    ]
    return truncate_to_limits(numbered)


def _topic(card: Card) -> list[tuple[int, Block]]:
    """Return the blocks of what the incident is about, each with its number."""
    topic = card.topic
    if topic is None:
        return []
    return [
        (0, section(f"{to_mrkdwn(topic.title)}\n{to_mrkdwn(topic.figures)}")),
        (2, section("\n".join(map(to_mrkdwn, topic.posts)))),
        *[(3, section(f"> {to_mrkdwn(copy)}")) for copy in topic.copies],
        *[(2, context(to_mrkdwn(topic.further))) for _ in topic.further[:1]],
    ]


def _fact(fact: Fact) -> str:
    return f"{to_mrkdwn(fact.text)}\n{fact.sparkline}".rstrip()


def render_reply(reply: Reply) -> list[Block]:
    """Return the blocks of a reply."""
    return [section(to_mrkdwn(text)) for text in (reply.page, reply.text) if text]


def to_mrkdwn(text: RichText) -> str:
    """Return rich text in Slack's mrkdwn: plain text mentions nobody, links nowhere and opens no code block."""
    return "".join(map(_span, text))


def _span(span: Span) -> str:
    match span.style:
        case "time":
            return slack_date(span.at, span.text)
        case "mention":
            return f"<{span.target}>"
        case "link":
            return f"<{escape(span.target)}|{span.text}>"
        case "bold":
            return f"*{span.text}*"
        case "code":
            return f"`{span.text}`"
    return escape(span.text.replace("`", "ˋ"))


def header(text: str) -> Block:
    """Return the headline, plain text."""
    return {"type": "header", "text": _plain(clip(text, HEADER_CHARS))}


def section(text: str) -> Block:
    """Return a paragraph of mrkdwn; text from outside in it is escaped already."""
    return {"type": "section", "text": _mrkdwn(clip(text, TEXT_CHARS))}


def fields(texts: list[str]) -> Block:
    """Return up to ten short texts in two columns."""
    return {"type": "section", "fields": [_mrkdwn(clip(text, FIELD_CHARS)) for text in texts[:FIELDS]]}


def context(text: str) -> Block:
    """Return a line in small print."""
    return {"type": "context", "elements": [_mrkdwn(clip(text, TEXT_CHARS))]}


def image(file: str, title: str, alt: str) -> Block:
    """Return an image that was uploaded to Slack."""
    named = _plain(clip(title, TITLE_CHARS))
    return {"type": "image", "slack_file": {"id": file}, "title": named, "alt_text": clip(alt, TITLE_CHARS) or "–"}


def render_actions(actions: Actions) -> Block:
    """Return a row of buttons and menus."""
    elements = [_button(one) if isinstance(one, Button) else _menu(one) for one in actions.elements]
    return {"type": "actions", "block_id": actions.block_id, "elements": elements}


def _button(button: Button) -> Block:
    made: Block = {"type": "button", "action_id": button.action_id}
    if button.url:
        made["url"] = button.url
    made["text"] = _plain(button.label)
    return made | ({"style": "primary"} if button.primary else {})


def _menu(menu: Menu) -> Block:
    options = [{"text": _plain(label), "value": value} for value, label in menu.options]
    if not menu.label:
        return {"type": "overflow", "action_id": menu.action_id, "options": options}
    placeholder = _plain(menu.label)
    return {"type": "static_select", "action_id": menu.action_id, "placeholder": placeholder, "options": options}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Block:
    """Return a text object in which Slack turns nothing by itself into a link or a mention."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def size(blocks: list[Block]) -> int:
    """Return how many characters of a card the blocks take."""
    return len(json.dumps(blocks))


def truncate_to_limits(blocks: list[tuple[int, Block]]) -> list[Block]:
    """Return the blocks that a card has room for, in their order: the lowest numbers are given room first."""
    kept: list[int] = []
    for index in sorted(range(len(blocks)), key=lambda i: (blocks[i][0], i)):
        chosen = [blocks[i][1] for i in sorted([*kept, index])]
        if len(chosen) <= BLOCKS and size(chosen) <= CARD_CHARS:
            kept.append(index)
    return [blocks[i][1] for i in sorted(kept)]

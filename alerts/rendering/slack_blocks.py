"""What are the parts of a card in Slack's Block Kit, and how much of it does Slack accept?

Limits as documented at docs.slack.dev/reference/block-kit/blocks; the total is not documented, and measured by users at
about 13,000 characters (github.com/slackapi/bolt-js/issues/2509).
"""

from __future__ import annotations

import json
from typing import Any, Final

from alerts.rendering.escaping import clip

Block = dict[str, Any]

BLOCKS: Final = 50
HEADER_CHARS: Final = 150
TEXT_CHARS: Final = 3000
FIELD_CHARS: Final = 2000
FIELDS: Final = 10
TITLE_CHARS: Final = 2000
CARD_CHARS: Final = 12_000
"""Of JSON with every character outside ASCII written out: the strictest way to count."""


def header(text: str) -> Block:
    """Return the headline, plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": clip(text, HEADER_CHARS), "emoji": False}}


def section(text: str) -> Block:
    """Return a paragraph of mrkdwn; what it holds from outside is escaped already."""
    return {"type": "section", "text": _mrkdwn(clip(text, TEXT_CHARS))}


def fields(texts: list[str]) -> Block:
    """Return up to ten short texts in two columns."""
    return {"type": "section", "fields": [_mrkdwn(clip(text, FIELD_CHARS)) for text in texts[:FIELDS]]}


def context(text: str) -> Block:
    """Return a line in small print."""
    return {"type": "context", "elements": [_mrkdwn(clip(text, TEXT_CHARS))]}


def image(file: str, title: str, alt: str) -> Block:
    """Return a picture that was uploaded to Slack."""
    named = {"type": "plain_text", "text": clip(title, TITLE_CHARS), "emoji": False}
    return {"type": "image", "slack_file": {"id": file}, "title": named, "alt_text": clip(alt, TITLE_CHARS) or "–"}


def _mrkdwn(text: str) -> Block:
    """Return a text object in which Slack turns nothing by itself into a link or a mention."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def size(blocks: list[Block]) -> int:
    """Return how much of a card's room the blocks take."""
    return len(json.dumps(blocks))


def truncate_to_limits(blocks: list[tuple[int, Block]]) -> list[Block]:
    """Return the blocks that a card has room for, in their order: the lowest numbers are given room first."""
    kept: list[int] = []
    for index in sorted(range(len(blocks)), key=lambda i: (blocks[i][0], i)):
        chosen = [blocks[i][1] for i in sorted([*kept, index])]
        if len(chosen) <= BLOCKS and size(chosen) <= CARD_CHARS:
            kept.append(index)
    return [blocks[i][1] for i in sorted(kept)]

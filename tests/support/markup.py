"""Slack markup in a card: `<!channel>` from outside would notify everybody."""

from __future__ import annotations

import re
from typing import Any, Final

MARKUP: Final = re.compile(r"<([^<>]*)>")
ALLOWED: Final = re.compile(
    r"https?://[^\s|<>]+\|[^<>|]+"  # a link under a label
    r"|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here"  # people
    r"|!date\^\d+\^[^|<>]+\|[^<>|]+"  # an instant with its fallback
)


def strangers(text: str) -> list[str]:
    """Return the markup in mrkdwn that is neither a labelled link, a person nor an instant: `<!channel>` above all."""
    stray = [inner for inner in MARKUP.findall(text) if not ALLOWED.fullmatch(inner)]
    return stray + (["<"] if text.count("<") != len(MARKUP.findall(text)) else [])


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    """Return every mrkdwn text of a card."""
    objects = [
        part for block in blocks for part in [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
    ]
    return [part["text"] for part in objects if part and part.get("type") == "mrkdwn"]

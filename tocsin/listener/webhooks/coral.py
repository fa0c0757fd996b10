"""Coral: comments under one's own articles, as an external moderation phase sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mentions.cleaning import clean
from mentions.model.hashing import hash63
from sources.json_fields import text
from sources.mention_fields import mention
from tocsin.listener.webhooks.protocol import is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.item import Item


class Coral:
    """New and edited comments. Coral names no id before a comment stands, so an edit is another comment."""

    def is_genuine(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether one of the signatures in `X-Coral-Signature` is the body's: two while a secret is rolled."""
        del query
        return is_signed(headers.get("X-Coral-Signature", ""), body, secret)

    def items(self, event: Any, headers: Mapping[str, str], now: int) -> list[Item]:
        """Return the comment of an event."""
        del headers
        said, story = clean(text(event, "comment", "body")), text(event, "story", "id")
        if not said:
            return []
        author = text(event, "author", "id")
        item = mention(
            hash63(f"{author}\n{story}\n{said}"),
            said,
            now,
            "coral",
            kind="comment",
            author=author or None,
            url=text(event, "story", "url") or None,
            reply_to=text(event, "comment", "parentID") or None,
            thread=story or None,
        )
        return [item]

"""Discourse: posts of one's own forum, created, edited and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mentions.cleaning import clean
from sources.json_fields import inside, instant, number, text
from sources.mention_fields import deletion, mention
from tocsin.listener.webhooks.protocol import is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.item import Item

_EDITED: Final = frozenset({"post_edited", "post_recovered"})


class DiscourseWebhook:
    """Events of the type "post". Ids and channel are those of a source of kind `discourse`."""

    def is_genuine(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether `X-Discourse-Event-Signature` is the body's."""
        del query
        return is_signed(headers.get("X-Discourse-Event-Signature", ""), body, secret)

    def items(self, event: Any, headers: Mapping[str, str], now: int) -> list[Item]:
        """Return the post of an event."""
        post, base = inside(event, "post"), headers.get("X-Discourse-Instance", "").rstrip("/")
        name, kind = number(post, "id"), headers.get("X-Discourse-Event", "")
        if name is None:
            return []
        channel, published = urlsplit(base).hostname or "discourse", instant(post, "created_at") or now
        if kind == "post_destroyed":
            return [deletion(name, published, channel)]
        first, topic = number(post, "post_number") == 1, number(post, "topic_id")
        title = clean(text(post, "topic_title")) if first else ""
        said = clean(text(post, "cooked") or text(post, "raw"))
        item = mention(
            name,
            f"{title}\n{said}".strip(),
            published,
            channel,
            kind="post" if first else "comment",
            title=title,
            author=text(post, "username"),
            author_name=text(post, "name"),
            url=f"{base}/p/{name}" if base else None,
            thread=None if topic is None else str(topic),
            revision=(instant(post, "updated_at") or now) if kind in _EDITED else None,
        )
        return [item]

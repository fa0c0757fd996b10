"""Miniflux: the entries of the feeds that somebody reads there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mentions.cleaning import clean
from sources.json_fields import instant, number, objects, text
from sources.mention_fields import mention
from tocsin.listener.webhooks.protocol import is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.item import Item


class Miniflux:
    """The event `new_entries`; entries that somebody saved come a second time and are left out."""

    def is_genuine(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether `X-Miniflux-Signature` is the body's."""
        del query
        return is_signed(headers.get("X-Miniflux-Signature", ""), body, secret)

    def items(self, event: Any, headers: Mapping[str, str], now: int) -> list[Item]:
        """Return the entries of an event."""
        del headers
        if text(event, "event_type") != "new_entries":
            return []
        channel = text(event, "feed", "title") or "miniflux"
        return [_item(entry, channel, now) for entry in objects(event, "entries") if number(entry, "id") is not None]


def _item(entry: dict[str, Any], channel: str, now: int) -> Item:
    title, said = clean(text(entry, "title")), clean(text(entry, "content"))
    return mention(
        text(entry, "hash") or str(number(entry, "id")),
        said if not title or said.startswith(title) else f"{title}\n{said}".strip(),
        min(now, instant(entry, "published_at") or now),
        channel,
        kind="article",
        title=title,
        author=text(entry, "author") or None,
        url=text(entry, "url") or None,
    )

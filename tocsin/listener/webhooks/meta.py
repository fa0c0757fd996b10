"""Facebook pages and Instagram: posts and comments on what is one's own, signed with the app's secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.json_fields import inside, number, objects, text
from sources.mention_fields import deletion, mention
from tocsin.listener.webhooks.protocol import is_signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sources.item import Item


class Meta:
    """Changes of the fields `feed` (pages), `comments` and `mentions` (Instagram)."""

    def is_genuine(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether `X-Hub-Signature-256` is the body's."""
        del query
        return is_signed(headers.get("X-Hub-Signature-256", ""), body, secret)

    def items(self, event: Any, headers: Mapping[str, str], now: int) -> list[Item]:
        """Return the posts of an event."""
        del headers
        channel = "instagram" if text(event, "object") == "instagram" else "facebook"
        return [item for value in _changes(event) if (item := _item(value, channel, now)) is not None]


def _changes(event: Any) -> Iterator[dict[str, Any]]:
    for entry in objects(event, "entry"):
        for change in objects({"changes": inside(entry, "changes") or []}, "changes"):
            value = inside(change, "value")
            if isinstance(value, dict):
                yield value


def _item(value: dict[str, Any], channel: str, now: int) -> Item | None:
    name = text(value, "comment_id") or text(value, "id") or text(value, "post_id")
    seconds = number(value, "created_time")
    published = now if seconds is None else 1000 * seconds
    if not name:
        return None
    if text(value, "verb") == "remove":
        return deletion(name, published, channel)
    said = text(value, "message") or text(value, "text")
    if not said:
        return None
    comment = bool(text(value, "comment_id")) or channel == "instagram"
    return mention(
        name,
        said,
        published,
        channel,
        kind="comment" if comment else "post",
        author=text(value, "from", "id") or None,
        author_name=text(value, "from", "name") or text(value, "from", "username"),
        url=text(value, "permalink_url") or None,
        reply_to=text(value, "parent_id") or None,
        thread=text(value, "post_id") or text(value, "media", "id") or None,
        revision=now if text(value, "verb") == "edited" else None,
    )

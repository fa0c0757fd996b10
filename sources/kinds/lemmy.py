"""Lemmy: posts and comments that hold some words, as one instance sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sources.item import Item, Page
from sources.json_fields import inside, instant, objects, text
from sources.mention_fields import deletion, mention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

PAGE: Final = 50


class Lemmy:
    """The newest 50 posts and comments of a search."""

    def __init__(self, settings: SourceSettings) -> None:
        self._url = f"{settings.url.rstrip('/')}/api/v3/search"
        self._params = {"q": settings.query, "type_": "All", "sort": "New", "listing_type": "All", "limit": str(PAGE)}

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the newest posts and comments, oldest first."""
        del position
        answer = (await client.get(self._url, self._params)).json()
        found = [_item(one, one.get(kind), kind) for kind in ("post", "comment") for one in objects(answer, f"{kind}s")]
        items = sorted(filter(None, found), key=lambda item: item.mention["published_at"])
        return Page(items)


def _item(one: dict[str, Any], said: Any, kind: str) -> Item | None:
    published, name = instant(said, "published"), inside(said, "id")
    if published is None or name is None:
        return None
    if inside(said, "deleted") or inside(said, "removed"):
        return deletion(text(said, "ap_id") or f"{kind}-{name}", published, "lemmy")
    parts = (text(said, "name"), text(said, "body"), text(said, "content"))
    return mention(
        text(said, "ap_id") or f"{kind}-{name}",
        "\n".join(filter(None, parts)),
        published,
        "lemmy",
        kind=kind,
        title=parts[0],
        author=text(one, "creator", "actor_id") or text(one, "creator", "name"),
        author_name=text(one, "creator", "display_name") or text(one, "creator", "name"),
        author_since=instant(one, "creator", "published"),
        url=text(said, "ap_id"),
        thread=text(one, "post", "ap_id") or None,
        community=text(one, "community", "name") or None,
    )

"""Hacker News: stories and comments that hold some words, by Algolia's search."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from mentions.cleaning import clean
from sources.item import Item, Page
from sources.json_fields import MORE, instant, number, objects, text
from sources.mention_fields import mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "https://hn.algolia.com"
OVERLAP: Final = 3_600
"""Seconds that are read again each time: the index takes in posts late, and not in order."""

_ITEM: Final = "https://news.ycombinator.com/item?id="


class HackerNews:
    """What holds the words, newest first, since the last post and an hour before."""

    def __init__(self, settings: SourceSettings, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._url = f"{(settings.url or SERVER).rstrip('/')}/api/v1/search_by_date"
        self._query = settings.query
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the posts of the last hour and since the last one."""
        last = int(position.get("last", 0))
        params = {"query": self._query, "tags": "(story,comment)", "hitsPerPage": "200"}
        if last:
            params["numericFilters"] = f"created_at_i>{last - OVERLAP}"
        answer = (await client.get(self._url, params)).json()
        hits = list(objects(answer, "hits"))
        items = [item for hit in reversed(hits) if (item := _item(hit)) is not None]
        newest = max([last, *(item.mention["published_at"] // 1000 for item in items)])
        position = {"last": min(newest, int(self._clock()))}  # a post from the future must hide none
        return Page(items, position, notice=MORE if last and (number(answer, "nbPages") or 0) > 1 else "")


def _item(hit: dict[str, Any]) -> Item | None:
    published, name = instant(hit, "created_at_i"), text(hit, "objectID")
    if published is None or not name:
        return None
    title = clean(text(hit, "title"))
    comment, parent = text(hit, "comment_text"), number(hit, "parent_id")
    return mention(
        name,
        f"{title}\n{clean(comment or text(hit, 'story_text'))}".strip(),
        published,
        "hacker-news",
        kind="comment" if comment else "post",
        title=title,
        author=text(hit, "author"),
        url=f"{_ITEM}{name}",
        reply_to=None if parent is None else str(parent),
        thread=str(number(hit, "story_id") or name),
    )

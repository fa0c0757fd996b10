"""Discourse: the latest posts of a forum, or what its search finds.

A forum shows its posts newest first. Where one read does not reach back to the last post known, the position keeps the
gap, and the next reads close it from its newer end on.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mentions.cleaning import clean
from sources.item import Item, Page, SourceError
from sources.json_fields import inside, instant, number, objects, text
from sources.mention_fields import deletion, mention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

MAX_PAGES: Final = 10
"""Pages of one read; a forum shows 20 to 50 posts on each."""

LOOKED_BACK: Final = 20
"""Posts before the last known one that are read again: their edits and deletions are news."""

TRIES: Final = 3
"""Requests for a page after the first."""

RETRY_DELAY: Final = 1.0
"""Seconds between them."""

_BEHIND: Final = f"had more posts since the last time than {MAX_PAGES} pages show: the older ones follow"


class Discourse:
    """The latest posts, read back to the last one known: the forum shows them newest first."""

    def __init__(self, settings: SourceSettings) -> None:
        self._base = settings.url.rstrip("/")
        self._channel = urlsplit(settings.url).hostname or "discourse"
        self._query = settings.query

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the posts since the last one, oldest first; what the first page shows may come again."""
        last, first = int(position.get("last", 0)), int(position.get("first", 0))
        gap: list[int] | None = position.get("gap")
        if self._query:
            answer = await client.get(f"{self._base}/search.json", {"q": f"{self._query} order:latest"})
            posts = {_id(post): post for post in objects(answer.json(), "posts")}
        else:
            posts, reached = await self._back(client, None, last - LOOKED_BACK if last else None)
            if not reached and min(posts) > last:
                gap = [gap[0] if gap else last, min(posts)]
            elif gap is not None:
                older, closed = await self._back(client, gap[1], gap[0])
                posts |= older
                gap = None if closed else [gap[0], min([gap[1], *older])]
        wanted = [post for name, post in sorted(posts.items()) if name >= first]
        items = [item for post in wanted if (item := self._item(post)) is not None]
        oldest = first or (_id(wanted[0]) if wanted and not last else 0)  # what is before the first look is history
        kept = {"last": max([last, *map(_id, wanted)]), "first": oldest}
        return Page(items, kept if gap is None else kept | {"gap": gap}, notice="" if gap is None else _BEHIND)

    async def _back(
        self, client: PoliteClient, begin: int | None, until: int | None
    ) -> tuple[dict[int, dict[str, Any]], bool]:
        """Return the posts before `begin`, the latest without one, by number, and whether they reach back to `until`.

        Without `until` one page is enough.
        """
        found: dict[int, dict[str, Any]] = {}
        before = {} if begin is None else {"before": str(begin)}
        for _ in range(MAX_PAGES):
            page = await self._page(client, before)
            posts = {name: post for post in page if (name := number(post, "id")) is not None}
            if not posts or until is None or min(posts) <= until or posts.keys() <= found.keys():
                return found | posts, True
            found |= posts
            before = {"before": str(min(posts))}
        return found, False

    async def _page(self, client: PoliteClient, before: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return a page. A later one is asked for again when it fails: else all pages before it were for nothing."""
        for _ in range(TRIES - 1 if before else 0):
            try:
                return await self._ask(client, before)
            except SourceError as error:
                if error.permanent or error.retry_after:
                    raise
            await asyncio.sleep(RETRY_DELAY)
        return await self._ask(client, before)

    async def _ask(self, client: PoliteClient, before: Mapping[str, str]) -> list[dict[str, Any]]:
        answer = await client.get(f"{self._base}/posts.json", before)
        return list(objects(answer.json(), "latest_posts"))

    def _item(self, post: dict[str, Any]) -> Item | None:
        published, name = instant(post, "created_at"), number(post, "id")
        if published is None or name is None:
            return None
        if inside(post, "user_deleted") is True or text(post, "deleted_at"):
            return deletion(name, published, self._channel)
        first = number(post, "post_number") == 1
        title = clean(text(post, "topic_title")) if first else ""
        said = clean(text(post, "cooked") or text(post, "raw") or text(post, "blurb"))
        path = text(post, "post_url") or f"/p/{name}"
        return mention(
            name,
            f"{title}\n{said}".strip(),
            published,
            self._channel,
            kind="post" if first else "comment",
            title=title,
            author=text(post, "username"),
            author_name=text(post, "name"),
            url=f"{self._base}{path}" if path.startswith("/") else None,
            thread=str(topic) if (topic := number(post, "topic_id")) is not None else None,
        )


def _id(post: dict[str, Any]) -> int:
    return number(post, "id") or 0

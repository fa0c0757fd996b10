"""Mastodon: the public posts of a hashtag, as one server sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from mentions.cleaning import clean
from mentions.model.mention import MAX_ID
from sources.item import Item, Page
from sources.json_fields import inside, instant, number, objects, text
from sources.mention_fields import mention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

PAGE: Final = 40
"""Posts of a request, the most that a server gives."""


class Mastodon:
    """A hashtag's timeline, read forward from the last post.

    Since version 4.5 a server may want a login, or show strangers an empty list: a token helps in both cases.
    """

    def __init__(self, settings: SourceSettings, token: str = "") -> None:
        tag = quote(settings.query.strip().lstrip("#"), safe="")
        self._url = f"{settings.url.rstrip('/')}/api/v1/timelines/tag/{tag}"
        self._server = urlsplit(settings.url).hostname or "mastodon"
        self._secrets = {"Authorization": f"Bearer {token}"} if token else {}

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the posts that follow the last one, oldest first."""
        last = str(position.get("last", ""))
        params = {"limit": str(PAGE)} | ({"min_id": last} if last else {})
        posts = list(objects((await client.get(self._url, params, secrets=self._secrets)).json()))
        items = [item for post in reversed(posts) if (item := self._item(post)) is not None]
        names = [name for post in posts if len(name := text(post, "id")) <= MAX_ID]
        newest = max([last, *names], key=lambda name: (len(name), name))
        more = bool(last) and newest != last and len(posts) >= PAGE
        return Page(items, {"last": newest} if newest else {}, more=more)

    def _item(self, post: dict[str, Any]) -> Item | None:
        published = instant(post, "created_at")
        if published is None or not text(post, "id") or text(post, "visibility") not in {"", "public", "unlisted"}:
            return None
        handle = text(post, "account", "acct")
        warning = text(post, "spoiler_text")
        content = clean(text(post, "content"))
        return mention(
            text(post, "uri") or text(post, "id"),
            f"{warning}\n{content}" if warning else content,
            published,
            "mastodon",
            kind="comment" if text(post, "in_reply_to_id") else "post",
            author=handle if "@" in handle or not handle else f"{handle}@{self._server}",
            author_name=text(post, "account", "display_name"),
            followers=number(post, "account", "followers_count"),
            author_since=instant(post, "account", "created_at"),
            url=text(post, "url"),
            lang=text(post, "language"),
            revision=instant(post, "edited_at"),
            bot=inside(post, "account", "bot") or None,
        )

"""RSS and Atom feeds: news, blogs, forums, comments, Google Alerts."""

from __future__ import annotations

import asyncio
import calendar
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import feedparser

from mentions.cleaning import clean
from mentions.model.hashing import hash63
from sources.item import Item, Page, SourceError
from sources.mention_fields import mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"


class Feed:
    """A feed, asked with ETag and Last-Modified, so that an unchanged one costs its server nothing."""

    def __init__(self, settings: SourceSettings, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._url = settings.url
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the entries that the feed shows."""
        conditions = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
        headers = {header: str(position[key]) for key, header in conditions.items() if position.get(key)}
        answer = await client.get(self._url, headers={"Accept": _ACCEPT, **headers})
        if answer.body is None:
            return Page([], dict(position))
        items = await asyncio.to_thread(read, answer.body, answer.headers, self._url, int(self._clock() * 1000))
        validators = {"etag": answer.headers.get("ETag"), "modified": answer.headers.get("Last-Modified")}
        return Page(items, {name: value for name, value in validators.items() if value})


def read(body: bytes, headers: Mapping[str, str], url: str, now: int) -> list[Item]:
    """Return the entries of a feed.

    Args:
        body: the feed.
        headers: those it came with: they may say its encoding.
        url: where it came from.
        now: the time (ms) of an entry that states none, or a later one.

    Raises:
        SourceError: no feed.
    """
    named = {name.lower(): value for name, value in headers.items() if name.lower() == "content-type"}
    parsed = feedparser.parse(body, response_headers={**named, "content-location": url})
    if not parsed.version and not parsed.entries:
        raise SourceError(f"is no feed: find the page's feeds with `tocsin listen --discover {url}`", permanent=True)
    channel = parsed.feed.get("title") or urlsplit(url).hostname or "feed"
    return [_item(entry, channel, now) for entry in parsed.entries]


def _item(entry: Any, channel: str, now: int) -> Item:
    title, text = clean(entry.get("title", "")), clean(_content(entry))
    text = text if not title or text.startswith(title) else f"{title}\n{text}".strip()
    link = _target(entry.get("link", ""))
    moment = entry.get("published_parsed") or entry.get("updated_parsed") or entry.get("created_parsed")
    published = min(calendar.timegm(moment) * 1000, now) if moment else now
    item = mention(
        entry.get("id") or link or str(hash63(text)),
        text,
        published,
        channel,
        author=entry.get("author"),
        url=link,
        rating=_rating(entry),
    )
    return item._replace(dated=moment is not None)


def _content(entry: Any) -> str:
    bodies = [part.get("value", "") for part in entry.get("content", ())]
    return next(filter(None, [*bodies, entry.get("summary", "")]), "")


def _rating(entry: Any) -> int | None:
    stars = str(entry.get("im_rating", ""))
    return int(stars) if stars in {"1", "2", "3", "4", "5"} else None


def _target(link: str) -> str:
    """Return the page that a link of Google Alerts leads to; any other link as it is."""
    parts = urlsplit(link)
    if (parts.hostname or "").endswith(".google.com") and parts.path == "/url":
        return parse_qs(parts.query).get("url", [link])[0]
    return link

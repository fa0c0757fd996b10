"""RSS and Atom feeds: news, blogs, forums, comments, Google Alerts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mentions.feed_entries import FeedError, parse_feed
from sources.item import Item, Page, SourceError
from sources.mention_fields import mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mentions.feed_entries import FeedEntry
    from sources.client import PoliteClient
    from sources.settings import SourceSettings

MAX_BYTES: Final = 5_000_000
"""Of a feed; one that is larger costs minutes to parse."""

_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
_VALIDATORS: Final = {"etag": "ETag", "modified": "Last-Modified"}
_MAX_VALIDATOR: Final = 1_000


class Feed:
    """A feed, asked with ETag and Last-Modified, so that an unchanged one costs its server nothing."""

    def __init__(self, settings: SourceSettings, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._url = settings.url
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the entries that the feed shows."""
        conditions = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
        headers = {header: str(position[key]) for key, header in conditions.items() if position.get(key)}
        answer = await client.get(self._url, headers={"Accept": _ACCEPT, **headers}, max_bytes=MAX_BYTES)
        if answer.body is None:
            return Page([], dict(position))
        items = await asyncio.to_thread(read, answer.body, answer.headers, answer.url, int(self._clock() * 1000))
        given = {name: answer.headers.get(header, "") for name, header in _VALIDATORS.items()}
        return Page(items, {name: value for name, value in given.items() if value and _may_be_kept(value)})


def _may_be_kept(validator: str) -> bool:
    return len(validator) <= _MAX_VALIDATOR and validator.isascii() and validator.isprintable()


def read(body: bytes, headers: Mapping[str, str], url: str, now: int) -> list[Item]:
    """Return the entries of a feed, oldest first.

    Args:
        body: the feed.
        headers: those it came with, whatever their case: they may say its encoding.
        url: where it came from.
        now: the time (ms) of an entry that states none, or a later one.

    Raises:
        SourceError: no feed.
    """
    try:
        feed = parse_feed(body, headers, url)
    except FeedError as error:
        if str(error):
            raise SourceError(f"is a feed that cannot be parsed ({error}): tell its owner") from None
        reason = f"is no feed: find the page's feeds with `tocsin listen --discover {url}`"
        raise SourceError(reason, permanent=True) from None
    channel = feed.title or urlsplit(url).hostname or "feed"
    items = [_item(entry, channel, now) for entry in reversed(feed.entries)]
    return sorted(items, key=lambda item: int(item.mention["published_at"]))


def _item(entry: FeedEntry, channel: str, now: int) -> Item:
    item = mention(
        entry.id,
        entry.text,
        now if entry.published_ms is None else min(entry.published_ms, now),
        channel,
        kind=entry.kind,
        title=entry.title,
        author=entry.author,
        url=entry.url,
        rating=entry.rating,
    )
    return item._replace(dated=entry.published_ms is not None)

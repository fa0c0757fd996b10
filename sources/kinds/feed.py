"""RSS and Atom feeds: news, blogs, forums, comments, Google Alerts."""

from __future__ import annotations

import asyncio
import calendar
import io
import re
import time
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import feedparser

from mentions.cleaning import clean
from mentions.model.hashing import hash63
from mentions.model.timestamps import EARLIEST
from sources.item import Item, Page, SourceError
from sources.json_fields import MAX_LENGTH
from sources.mention_fields import mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

MAX_BYTES: Final = 5_000_000
"""Of a feed; one that is larger costs minutes to parse."""

MAX_ENTRIES: Final = 2_000
"""Entries of a feed that are read, the first: feeds show the newest first."""

MAX_TAGS: Final = 60_000
"""Tags of a feed that are parsed, those of its texts among them: each costs a tenth of a millisecond."""

_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
_VALIDATORS: Final = {"etag": "ETag", "modified": "Last-Modified"}
_MAX_VALIDATOR: Final = 1_000
_entries = re.compile(rb"<(?:item|entry)\b").finditer
_tags = re.compile(rb"<|&lt;").finditer


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
    parsed = _parsed(_cut(body), headers.get("Content-Type", ""), url)
    if not parsed.get("version") and not parsed.entries:  # an empty body has no version at all
        raise SourceError(f"is no feed: find the page's feeds with `tocsin listen --discover {url}`", permanent=True)
    channel = parsed.feed.get("title") or urlsplit(url).hostname or "feed"
    items = [_item(entry, channel, now) for entry in reversed(parsed.entries[:MAX_ENTRIES])]
    return sorted(_with_true_ids(items), key=lambda item: int(item.mention["published_at"]))


def _parsed(body: bytes, content_type: str, url: str) -> Any:
    place = {"content-location": url}
    for headers in ({"content-type": content_type, **place}, place):  # its charset may be none, such as punycode
        try:
            # A file object, since feedparser takes bytes for the name of a file as well, and would open it.
            return feedparser.parse(io.BytesIO(body), response_headers=headers)
        except Exception as error:  # noqa: BLE001  its parsers raise what they like on what is no XML
            reason = type(error).__name__
    raise SourceError(f"is a feed that cannot be parsed ({reason}): tell its owner")


def _cut(body: bytes) -> bytes:
    """Return a feed up to its last entry that is read."""
    starts = [found.start() for found in islice(_entries(body), MAX_ENTRIES + 1)]
    tag = next(islice(_tags(body), MAX_TAGS, None), None)
    end = len(body) if tag is None else tag.start()
    if len(starts) <= MAX_ENTRIES and end == len(body):
        return body
    return body[: max((start for start in starts[1:] if start <= end), default=end)]


def _with_true_ids(items: list[Item]) -> list[Item]:
    """Return items with their links for ids where an id stands for several: some feeds give all entries the same."""
    links = Counter(name for name, _ in {(item.id, item.mention.get("url")) for item in items})
    return [
        Item(item.mention | {"id": str(hash63(item.mention.get("url", item.id)))}) if links[item.id] > 1 else item
        for item in items
    ]


def _item(entry: Any, channel: str, now: int) -> Item:
    title, text = clean(entry.get("title", "")[:MAX_LENGTH]), clean(_content(entry)[:MAX_LENGTH])
    text = text if not title or text.startswith(title) else f"{title}\n{text}".strip()
    link = _target(entry.get("link", ""))
    stated = _stated(entry)
    item = mention(
        entry.get("id") or link or str(hash63(text)),
        text,
        now if stated is None else min(stated, now),
        channel,
        kind="comment" if entry.get("thr_in-reply-to") else "article",
        title=title,
        author=entry.get("author"),
        url=link,
        rating=_rating(entry),
    )
    return item._replace(dated=stated is not None)


def _stated(entry: Any) -> int | None:
    """Return when an entry says that it was published [ms], None where it says nothing that can be."""
    moments = (dict.get(entry, name) for name in ("published_parsed", "updated_parsed", "created_parsed"))
    moment = next(filter(None, moments), None)
    try:
        stated = calendar.timegm(moment) * 1000 if moment else 0
    except (ValueError, OverflowError):
        return None
    return stated if stated >= EARLIEST else None


def _content(entry: Any) -> str:
    bodies = [part.get("value", "") for part in entry.get("content", ())]
    return next(filter(None, [*bodies, entry.get("summary", "")]), "")


def _rating(entry: Any) -> int | None:
    stars = str(entry.get("im_rating", ""))
    return int(stars) if stars in {"1", "2", "3", "4", "5"} else None


def _target(link: str) -> str:
    """Return the page that a link of Google Alerts leads to; any other link as it is, "" where it is none."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if (parts.hostname or "").endswith(".google.com") and parts.path == "/url":
        return parse_qs(parts.query).get("url", [link])[0]
    return link

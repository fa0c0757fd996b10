"""Entries of RSS and Atom feeds: what a feed says, whether it comes from the network or lies in a file."""

from __future__ import annotations

import calendar
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import feedparser

from mentions.cleaning import clean
from mentions.model.hashing import hash63
from mentions.model.timestamps import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ENTRIES: Final = 2_000
"""Entries of a feed that are read, the first: feeds show the newest first."""

MAX_TAGS: Final = 60_000
"""Tags of a feed that are parsed, those of its texts among them: each costs a tenth of a millisecond."""

MAX_LENGTH: Final = 100_000
"""Characters of a text that are looked at."""

_entries = re.compile(rb"<(?:item|entry)\b").finditer
_tags = re.compile(rb"<|&lt;").finditer


class FeedError(Exception):
    """What was taken for a feed is none, or cannot be parsed."""


class FeedEntry(NamedTuple):
    """One entry; "" and None where it says nothing."""

    id: str
    title: str
    text: str  # with the title before it
    published_ms: int | None
    kind: str
    author: str
    url: str
    rating: int | None


class ParsedFeed(NamedTuple):
    """A feed: its name, "" where it has none, and its entries as they stand."""

    title: str
    entries: list[FeedEntry]


def parse_feed(body: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> ParsedFeed:
    """Return a feed.

    Args:
        body: the feed.
        headers: those it came with, whatever their case: they may say its encoding.
        url: where it came from.

    Raises:
        FeedError: it is no feed, or its parser gave up; the message names the parser's error.
    """
    parsed = _parsed(_cut(body), (headers or {}).get("Content-Type", ""), url)
    if not parsed.get("version") and not parsed.entries:  # an empty body has no version at all
        raise FeedError
    entries = [_entry(entry) for entry in parsed.entries[:MAX_ENTRIES]]
    return ParsedFeed(parsed.feed.get("title") or "", _with_true_ids(entries))


def _parsed(body: bytes, content_type: str, url: str) -> Any:
    place = {"content-location": url} if url else {}
    for headers in ({"content-type": content_type, **place}, place):  # its charset may be none, such as punycode
        try:
            # A file object, since feedparser takes bytes for the name of a file as well, and would open it.
            return feedparser.parse(io.BytesIO(body), response_headers=headers)
        except Exception as error:  # noqa: BLE001  its parsers raise what they like on what is no XML
            reason = type(error).__name__
    raise FeedError(reason)


def _cut(body: bytes) -> bytes:
    """Return a feed up to its last entry that is read."""
    starts = [found.start() for found in islice(_entries(body), MAX_ENTRIES + 1)]
    tag = next(islice(_tags(body), MAX_TAGS, None), None)
    end = len(body) if tag is None else tag.start()
    if len(starts) <= MAX_ENTRIES and end == len(body):
        return body
    return body[: max((start for start in starts[1:] if start <= end), default=end)]


def _with_true_ids(entries: list[FeedEntry]) -> list[FeedEntry]:
    """Return entries with their links for ids where an id stands for several: some feeds give all the same."""
    links = Counter(name for name, _ in {(entry.id, entry.url) for entry in entries})
    return [
        entry._replace(id=str(hash63(entry.url or entry.id))) if links[entry.id] > 1 else entry for entry in entries
    ]


def _entry(entry: Any) -> FeedEntry:
    title, text = clean(entry.get("title", "")[:MAX_LENGTH]), clean(_content(entry)[:MAX_LENGTH])
    text = text if not title or text.startswith(title) else f"{title}\n{text}".strip()
    link = _target(entry.get("link", ""))
    return FeedEntry(
        entry.get("id") or link or str(hash63(text)),
        title,
        text,
        _stated(entry),
        "comment" if entry.get("thr_in-reply-to") else "article",
        entry.get("author") or "",
        link,
        _rating(entry),
    )


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

"""Discovery: the feeds of a page, blog or forum, as the page names them and where such programs keep them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final, NamedTuple

from yarl import URL

from sources.item import SourceError
from sources.kinds.feed import MAX_BYTES, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.client import PoliteClient, Response
    from sources.item import Item

USUAL_PATHS: Final = ("posts.rss", "latest.rss", "feed", "comments/feed", "rss", "atom.xml", "feed.xml", "feed.php")
"""Where Discourse, WordPress, phpBB and others keep their feeds, below the page's address."""

_TYPES: Final = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
MAX_NAMED: Final = 20
MAX_HEAD: Final = 300_000
"""Bytes of a page in which links to feeds are looked for."""


class FoundFeed(NamedTuple):
    """A feed with what it holds."""

    url: str
    channel: str
    entries: int


async def find_feeds(client: PoliteClient, url: str) -> list[FoundFeed]:
    """Return the feeds of a page: itself, if it is one, else those it names, else those at the usual places.

    Raises:
        SourceError: the page cannot be read.
    """
    url = with_scheme(url)
    answer = await client.get(url)
    if found := await _feed(client, url, answer.body or b""):
        return [found]
    named = [feed for place in _named(answer)[:MAX_NAMED] if (feed := await _feed(client, place))]
    if named:
        return named
    base = URL(url).with_query(None).with_fragment(None)
    places = [str(base / path if not base.path.endswith("/") else base.join(URL(path))) for path in USUAL_PATHS]
    return [feed for place in places if (feed := await _feed(client, place))]


def with_scheme(url: str) -> str:
    """Return an address as a browser takes it: people write sites without https://.

    >>> with_scheme("forum.example.com"), with_scheme("http://forum.example.com")
    ('https://forum.example.com', 'http://forum.example.com')
    """
    return url if "://" in url else f"https://{url}"


async def _feed(client: PoliteClient, url: str, body: bytes | None = None) -> FoundFeed | None:
    try:
        if body is None:
            body = (await client.get(url, max_bytes=MAX_BYTES)).body
        now = int(time.time() * 1000)  # noqa: TID251  only entries without a date take it, and none is kept
        items: list[Item] = await asyncio.to_thread(read, body or b"", {}, url, now)
    except SourceError:
        return None
    channel = str(items[0].mention["channel"]) if items else url
    return FoundFeed(url, channel, len(items))


def _named(answer: Response) -> list[str]:
    """Return the addresses of the feeds that the head of a page names."""
    names = _Links(answer.url)
    with suppress(AssertionError):  # so Python's parser answers to some declarations
        names.feed((answer.body or b"")[:MAX_HEAD].decode(errors="replace"))
    return list(names)


class _Links(HTMLParser):
    """The feeds that a page names in its head."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = URL(base)
        self._found: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a `<link rel="alternate" type="application/rss+xml" href="…">`."""
        given = {name: value or "" for name, value in attrs}
        named = "alternate" in given.get("rel", "").lower().split() and given.get("type", "").lower() in _TYPES
        if tag == "link" and named and given.get("href"):
            try:
                self._found.setdefault(str(self._base.join(URL(given["href"]))))
            except ValueError:
                return

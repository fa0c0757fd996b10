"""A Kafka and a source in memory, for readers of sources: a process may die between any two effects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mentions.watchlist.brand_terms import BrandTerms
from sources.item import Item, Page, SourceError
from sources.selection import Selection, SourceBrand
from sources.settings import SourceSettings
from streams.kafka.reader import Record
from streams.listening.cursor import Cursor, decode, recover
from streams.listening.source_reader import SourceReader

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from sources.client import PoliteClient

NOW: Final = 1_795_867_200_000
SETTINGS: Final = SourceSettings(kind="discourse", url="https://forum.example")
BRANDS: Final = tuple(
    SourceBrand(BrandTerms(name=name, keywords=(name,)), everything=False) for name in ("acme", "brio")
)


class CrashError(BaseException):
    """The process dies."""


class Kafka:
    """Two topics. After `steps` more effects the process dies, before the next one or before it hears of it."""

    def __init__(self, source: str = SETTINGS.id) -> None:
        self.source = source
        self.mentions: list[Record] = []
        self.cursor: bytes | None = None
        self.saves = 0
        self.steps: int | None = None

    def _step(self) -> None:
        if self.steps is not None:
            if self.steps <= 0:
                raise CrashError
            self.steps -= 1

    async def send(self, source: str, records: Sequence[bytes]) -> int | None:
        """Append mentions, one by one."""
        for record in records:
            self._step()
            self.mentions.append(Record(0, len(self.mentions), 0, source.encode(), record))
        self._step()
        return len(self.mentions) if records else None

    async def save(self, _: str, cursor: Cursor) -> None:
        """Keep a cursor."""
        self._step()
        self.cursor = msgspec.json.encode(cursor)
        self.saves += 1
        self._step()

    def load(self) -> Cursor:
        """Return what a process that starts now goes on from."""
        cursor = decode(self.cursor) if self.cursor else None
        if cursor is None:
            return Cursor(next_offset=len(self.mentions))
        recover({self.source: cursor}, self.mentions[cursor.next_offset :])
        return cursor

    @property
    def sent(self) -> list[tuple[str, str, str]]:
        """Return id, text and brand of each mention, in order."""
        found = [json.loads(record.value or b"") for record in self.mentions]
        return [(mention["id"], mention["text"], mention["brand"]) for mention in found]


class Forum:
    """A source whose posts are given; shows those after the position, and some before again."""

    def __init__(self, posts: Sequence[tuple[str, str]], page: int = 3, overlap: int = 2) -> None:
        self.posts = list(posts)
        self._page = page
        self._overlap = overlap

    async def fetch(self, _: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return a page."""
        start = int(position.get("next", 0))
        end = min(start + self._page, len(self.posts))
        shown = self.posts[max(0, start - self._overlap) : end]
        return Page([item(*post) for post in shown], {"next": end}, more=end < len(self.posts))


class Script:
    """A source that brings what is written down, one entry a request: a page, or an error."""

    def __init__(self, *entries: Page | Exception) -> None:
        self.entries = list(entries)

    async def fetch(self, client: PoliteClient, _: Mapping[str, Any]) -> Page:
        """Return the next page."""
        await client.budget.reserve_request()
        entry = self.entries.pop(0)
        if isinstance(entry, Exception):
            raise entry
        return entry


class Stream:
    """A source that sends pages by itself, and then ends."""

    def __init__(self, *pages: Page) -> None:
        self.pages = pages
        self.closed = False

    async def stream(self, _client: PoliteClient, _position: Mapping[str, Any]) -> AsyncGenerator[Page, None]:
        """Yield the pages."""
        try:
            for page in self.pages:
                yield page
            raise SourceError("closed the connection")
        finally:
            self.closed = True


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        """Return the time in ms."""
        return self.now


def item(name: str, text: str) -> Item:
    """Return an item."""
    return Item({"id": name, "text": text, "published_at": NOW - 1_000, "channel": "forum"})


def reader(kafka: Kafka, source: Any, clock: Clock | None = None, settings: SourceSettings = SETTINGS) -> SourceReader:
    """Return a reader as a process that starts now would make it."""
    names = [brand.terms.name for brand in BRANDS]
    selection = Selection(BRANDS, settings.id)
    return SourceReader(settings, source, selection, names, kafka, kafka.load(), clock or Clock())

"""Feed reader: the entries of an RSS or Atom feed that was saved as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mentions.feed_entries import FeedError, parse_feed
from mentions.readers.fields.field_map import parse_source
from mentions.readers.formats.file_context import FileContext, Record
from mentions.readers.position import Position, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.feed_entries import FeedEntry
    from mentions.readers.raw.line_reader import LineReader

MAX_BYTES: Final = 20_000_000


def read_feed(lines: LineReader, context: FileContext, start: Position) -> Iterator[Record]:
    """Yield each entry, in the order of the file; a position counts them.

    Raises:
        SourceError: it is larger than MAX_BYTES, or cannot be parsed.
    """
    body = bytearray()
    for line in lines:
        body += line
        if len(body) > MAX_BYTES:
            raise SourceError(context.path, 1, f"is a feed of more than {MAX_BYTES // 1_000_000} MB: save a part of it")
    try:
        feed = parse_feed(bytes(body))
    except FeedError as error:
        raise SourceError(context.path, 1, f"is a feed that cannot be parsed ({error}): save it again") from None
    context.notes.kind = "a feed (RSS or Atom)"
    for number, entry in enumerate(feed.entries, 1):
        if number > start.lines:
            fields = _fields(entry, feed.title or "feed")
            if number == 1:
                context.notes.header = tuple(fields)
                context.notes.mapping = {name: name for name in fields}
            yield Record(number, fields | _stated(context, fields), entry.text.encode(), Position(number, number))


def _fields(entry: FeedEntry, channel: str) -> dict[str, Any]:
    fields = {
        "id": entry.id,
        "title": entry.title,
        "text": entry.text,
        "published_at": entry.published_ms,
        "channel": channel,
        "kind": entry.kind,
        "author": entry.author,
        "url": entry.url,
        "rating": entry.rating,
    }
    return {name: value for name, value in fields.items() if value not in {"", None}}


def _stated(context: FileContext, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what a map takes from elsewhere, such as `channel==news`."""
    sources = {field: parse_source(text) for field, text in context.mapping.items()}
    return {field: source.value(fields.get, field) for field, source in sources.items()}

"""Storage format of a brand's topics: encode and decode, exact in both directions.

Posts are stored by column, texts apart from figures, which compresses best. The tables of the baseline change seldom:
their stored form is kept beside the state until they do, so that most of what is written for a mention is copied.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.model.compression import compress, decompress
from detectors.model.packing import pack_columns, unpack_columns
from detectors.topics.state import StoredTopics, TopicState
from detectors.topics.stats.baseline import HalfDay
from detectors.topics.window import Post

if TYPE_CHECKING:
    from detectors.topics.risk.terms import RiskTerms


class _Columns(msgspec.Struct, array_like=True):
    """Posts by column, as versions before 28 November 2026 stored them."""

    published: list[int]  # differences
    authors: list[int]  # 0 where the key is that of the text
    text_keys: list[int]
    channels: list[str]
    labels: list[int]
    compounds: list[int]
    reaches: list[int]
    texts: list[str]
    keys: list[int] = []  # of the mentions; empty where an older version stored them


class _Figures(msgspec.Struct, array_like=True):
    """All of the posts but their texts."""

    channels: list[str]  # each once
    posts: int
    columns: list[bytes]  # packed, in the order of `_Columns`: channels by their place, texts by their length


class _Record(msgspec.Struct, array_like=True):
    main: bytes  # the topics without posts and tables, compressed
    tables: list[bytes]  # of the baseline, and of its recent half days
    figures: bytes = b""  # of the posts, compressed
    texts: bytes = b""  # of the posts, compressed


_NO_POSTS: Final = _Columns([], [], [], [], [], [], [], [])


def encode(state: TopicState) -> bytes:
    """Return the topics as bytes; encoded again only after a change."""
    if state.encoded is None:
        state.encoded = _encode(state)
    return state.encoded


def _encode(state: TopicState) -> bytes:
    stored, baseline = state.stored, state.stored.baseline
    recent = [HalfDay(half.index, half.posts) for half in baseline.recent]
    bare = msgspec.structs.replace(baseline, counts={}, recent=recent)
    main = msgspec.structs.replace(stored, posts=[], baseline=bare), _NO_POSTS
    parts = [compress(msgspec.msgpack.encode(part)) for part in (main, *_figures_and_texts(stored.posts))]
    return msgspec.msgpack.encode(_Record(parts[0], _tables(state), *parts[1:]))


def decode(raw: bytes, own: frozenset[str], risks: RiskTerms) -> TopicState:
    """Return the topics that `encode` wrote; `own` and `risks` as for `TopicState`.

    Raises:
        msgspec.DecodeError: the bytes are no topics.
    """
    try:
        return TopicState(own, risks, _decode(raw))
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise msgspec.DecodeError(f"stored topics: {error}") from error


def _decode(raw: bytes) -> StoredTopics:
    record = msgspec.msgpack.decode(raw, type=_Record)
    stored, columns = msgspec.msgpack.decode(decompress(record.main), type=tuple[StoredTopics, _Columns])
    tables = [_unpacked(table) for table in record.tables]
    stored.posts = _read_posts(record) if record.texts else _posts(columns)
    stored.baseline.counts = tables[0]
    for half, table in zip(stored.baseline.recent, tables[1:], strict=True):
        half.counts = table
    return stored


def _figures_and_texts(posts: list[Post]) -> tuple[_Figures, str]:
    channels = list(dict.fromkeys(post.channel for post in posts))
    places = {channel: place for place, channel in enumerate(channels)}
    columns = (
        [after - before for before, after in pairwise([0, *(post.published for post in posts)])],
        [0 if post.author == post.text_key else post.author for post in posts],
        [post.text_key for post in posts],
        [places[post.channel] for post in posts],
        [post.label for post in posts],
        [post.compound for post in posts],
        [post.reach for post in posts],
        [len(post.text) for post in posts],
        [post.key for post in posts],
    )
    return _Figures(channels, len(posts), pack_columns(columns)), "".join([post.text for post in posts])


def _read_posts(record: _Record) -> list[Post]:
    figures = msgspec.msgpack.decode(decompress(record.figures), type=_Figures)
    text = msgspec.msgpack.decode(decompress(record.texts), type=str)
    published, authors, text_keys, places, labels, compounds, reaches, lengths, keys = unpack_columns(
        figures.columns, figures.posts
    )
    channels = [figures.channels[place] for place in places]
    texts = [text[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]
    return _posts(_Columns(published, authors, text_keys, channels, labels, compounds, reaches, texts, keys))


def _posts(columns: _Columns) -> list[Post]:
    authors = [author or key for author, key in zip(columns.authors, columns.text_keys, strict=True)]
    rows = zip(
        accumulate(columns.published),
        authors,
        columns.text_keys,
        columns.channels,
        columns.labels,
        columns.compounds,
        columns.reaches,
        columns.texts,
        columns.keys or [0] * len(columns.texts),
        strict=True,
    )
    return [Post(*row) for row in rows]


def _tables(state: TopicState) -> list[bytes]:
    """Return the stored form of the tables; what did not change since the last call is not packed again."""
    baseline, known = state.stored.baseline, state.packed_tables
    versions = [(-2 - baseline.decayed_to, baseline.posts, len(baseline.counts))]
    versions += [(half.index, half.posts, len(half.counts)) for half in baseline.recent]
    counts = [baseline.counts, *(half.counts for half in baseline.recent)]
    state.packed_tables = {
        version: known[version] if version in known else _packed(table)
        for version, table in zip(versions, counts, strict=True)
    }
    return list(state.packed_tables.values())


def _packed(table: dict[int, int]) -> bytes:
    """Return a table in ascending order of its keys: their differences, then the counts, like bytes beside like."""
    keys = sorted(table)
    columns = array("I", [after - before for before, after in pairwise([0, *keys])])
    columns.extend([table[key] for key in keys])
    raw = columns.tobytes()
    return compress(b"".join([raw[place :: columns.itemsize] for place in range(columns.itemsize)]))


def _unpacked(packed: bytes) -> dict[int, int]:
    columns, raw = array("I"), decompress(packed)
    length = len(raw) // columns.itemsize
    planes = [raw[start : start + length] for start in range(0, len(raw), length)] if raw else []
    columns.frombytes(bytes(chain.from_iterable(zip(*planes, strict=True))))
    half = length // 2
    return dict(zip(accumulate(columns[:half]), columns[half:], strict=True))

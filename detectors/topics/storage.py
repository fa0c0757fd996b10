"""Storage format of a brand's topics: encode and decode, exact in both directions.

Posts are stored by column, texts apart from figures, which compresses best. The tables of the baseline change seldom:
their stored form is kept beside the state until they do, so that most of what is written for a mention is copied.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, chain, pairwise
from operator import sub
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.model.compression import compress, decompress
from detectors.model.packing import pack_columns, unpack_column
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


class _Figures(msgspec.Struct, array_like=True, frozen=True):
    """All of the posts but their texts; columns of like values are packed as one."""

    channels: list[str]  # each once
    posts: int
    columns: list[bytes]  # published; authors, text keys and keys; channels, labels, compounds, lengths; reaches


class _Main(msgspec.Struct, array_like=True):
    topics: StoredTopics  # without posts and tables
    columns: _Columns  # empty but for an older version's
    figures: _Figures = _Figures([], 0, [])


class _Record(msgspec.Struct, array_like=True):
    main: bytes  # compressed
    tables: list[bytes]  # of the baseline, and of its recent half days
    texts: bytes | None = None  # of the posts, compressed


_NO_POSTS: Final = _Columns([], [], [], [], [], [], [], [])
_LABEL_OFFSET: Final = 1
_COMPOUND_OFFSET: Final = 100
"""Added to labels and compounds, so that none is negative."""


def encode(state: TopicState) -> bytes:
    """Return the topics as bytes; encoded again only after a change."""
    if state.encoded is None:
        state.encoded = _encode(state)
    return state.encoded


def _encode(state: TopicState) -> bytes:
    stored, baseline = state.stored, state.stored.baseline
    recent = [HalfDay(half.index, half.posts) for half in baseline.recent]
    bare = msgspec.structs.replace(baseline, counts={}, recent=recent)
    main = _Main(msgspec.structs.replace(stored, posts=[], baseline=bare), _NO_POSTS, _figures(stored.posts))
    texts = "".join([post.text for post in stored.posts]).encode()
    return msgspec.msgpack.encode(_Record(compress(msgspec.msgpack.encode(main)), _tables(state), compress(texts)))


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
    main = msgspec.msgpack.decode(decompress(record.main), type=_Main)
    stored = main.topics
    tables = [_unpacked(table) for table in record.tables]
    stored.posts = _posts(main.columns) if record.texts is None else _read_posts(main.figures, record.texts)
    stored.baseline.counts = tables[0]
    for half, table in zip(stored.baseline.recent, tables[1:], strict=True):
        half.counts = table
    return stored


def _figures(posts: list[Post]) -> _Figures:
    channels = list(dict.fromkeys([post.channel for post in posts]))
    places = {channel: place for place, channel in enumerate(channels)}
    published = [post.published for post in posts]
    text_keys = [post.text_key for post in posts]
    authors = [0 if post.author == post.text_key else post.author for post in posts]
    small = [places[post.channel] for post in posts] + [post.label + _LABEL_OFFSET for post in posts]
    small += [post.compound + _COMPOUND_OFFSET for post in posts] + [len(post.text) for post in posts]
    columns = (
        list(map(sub, published, [0, *published])),
        [*authors, *text_keys, *[post.key for post in posts]],
        small,
        [post.reach for post in posts],
    )
    return _Figures(channels, len(posts), pack_columns(columns))


def _read_posts(figures: _Figures, packed: bytes) -> list[Post]:
    text, count = decompress(packed).decode(), figures.posts
    lengths = (count, 3 * count, 4 * count, count)
    published, keys, small, reaches = map(unpack_column, figures.columns, lengths)
    authors, text_keys, numbers = (keys[part * count : (part + 1) * count] for part in range(3))
    places, labels, compounds, sizes = (small[part * count : (part + 1) * count] for part in range(4))
    return _posts(
        _Columns(
            published,
            authors,
            text_keys,
            [figures.channels[place] for place in places],
            [label - _LABEL_OFFSET for label in labels],
            [compound - _COMPOUND_OFFSET for compound in compounds],
            reaches,
            [text[start:end] for start, end in pairwise(accumulate(sizes, initial=0))],
            numbers,
        )
    )


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

"""Storage format of a brand's detection state: encode and decode, exact in both directions."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.crowd import segments
from detectors.crowd.posts import RecentPosts
from detectors.engine import history_storage
from detectors.engine.admission import RowSlice, sizes
from detectors.engine.dedup import DedupWindow, pack, unpack
from detectors.engine.description.crowds import read_posts
from detectors.engine.edits.revisions import LatestRevisions
from detectors.engine.state import MAX_AUTHORS, Episode, State, Totals
from detectors.model.compression import compress, decompress
from detectors.topics import storage as topics
from detectors.windows.buckets import (
    MinuteBuckets,
)
from detectors.windows.contributors import ContributorSample
from detectors.windows.source_activity import SourceActivity
from mentions.model.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 2
OLDEST: Final = 1
"""The format that is written, and the oldest that is read."""

IDS: Final = "ids"
POSTS: Final = "posts"
AUTHORS: Final = "authors"
MEMORIES: Final = (IDS, POSTS, AUTHORS)
"""What is stored in segments."""


class NewerFormatError(msgspec.DecodeError):
    """A newer version of Tocsin stored a state: not damaged, and not to be overwritten."""


class StoredParts(msgspec.Struct, frozen=True):
    """Stored parts of a state: the sealed id segments first, then the core that names them.

    `core` is about 16 kB at most, buffered rows apart, and is written once a batch. `sealed` holds the segments of the
    ids, posts and authors by name, such as `ids/3`, that are new (written once, never again) or gone (None: delete);
    those of a write whose core was lost do no harm.
    """

    core: bytes
    sealed: dict[str, bytes | None]


class _Core(msgspec.Struct, array_like=True):
    version: int
    brand: str
    revision: int
    last_closed_minute: int | None
    offsets: dict[int, tuple[int, int]]
    opened: dict[int, list[int]]
    ahead: dict[int, list[int]]
    moved: dict[int, list[int]]
    history: bytes
    pending: bytes  # empty unless rows are held back
    contributors: bytes
    sources: SourceActivity
    recent_texts: bytes
    episodes: dict[str, Episode]
    totals: Totals
    oldest_id: int
    last_segment: int
    tail: bytes
    last_ended: dict[str, int] = {}
    topics: bytes = b""
    epochs: dict[int, int] = {}
    latest_revisions: dict[int, int] = {}
    posts: bytes = b""
    authors: _Memory | None = None
    late: dict[int, list[int]] = {}
    past_hours: bytes = b""


class _Memory(msgspec.Struct, array_like=True):
    oldest: int
    last: int
    tail: bytes


def encode_parts(state: State) -> StoredParts:
    """Return the parts to store; call it once per write, and write `sealed` before `core`."""
    read_posts(state)
    sealed = {f"{name}/{number}": raw for name, one in _memories(state).items() for number, raw in one.seal().items()}
    recent, past = history_storage.encode(state)
    core = _Core(
        VERSION,
        state.brand,
        state.revision,
        state.last_closed_minute,
        state.offsets,
        state.minutes.opened,
        state.minutes.ahead,
        state.minutes.moved,
        recent,
        compress(msgspec.msgpack.encode(_pending(state))) if state.pending else b"",
        state.contributors.encode(),
        state.sources,
        array("I", state.recent_texts).tobytes(),
        state.episodes,
        state.totals,
        state.dedup.oldest,
        state.dedup.last,
        pack(state.dedup.segments[state.dedup.last]),
        state.last_ended,
        state.encoded_topics if state.topics is None else topics.encode(state.topics),
        state.epochs,
        state.latest_revisions.numbers,
        state.posts.encode_tail(),
        _Memory(state.authors.oldest, state.authors.last, pack(state.authors.segments[state.authors.last])),
        state.minutes.late,
        past,
    )
    return StoredParts(msgspec.msgpack.encode(core), sealed)


def _memories(state: State) -> dict[str, DedupWindow | RecentPosts]:
    return {IDS: state.dedup, POSTS: state.posts, AUTHORS: state.authors}


def decode_parts(core: bytes, sealed: Mapping[str, bytes]) -> State:
    """Return the state from its core and the stored sealed segments by name.

    Raises:
        NewerFormatError: a newer version stored it.
        msgspec.DecodeError: the bytes are not such a record.
        ValueError: some of them are damaged.
    """
    stored = _decode_core(core)
    state = State(stored.brand)
    state.revision, state.last_closed_minute, state.offsets = stored.revision, stored.last_closed_minute, stored.offsets
    state.epochs = stored.epochs
    state.latest_revisions = LatestRevisions(stored.latest_revisions)
    state.minutes = MinuteBuckets(opened=stored.opened, ahead=stored.ahead, moved=stored.moved, late=stored.late)
    history_storage.decode(stored.history, stored.past_hours, state)
    state.dedup = DedupWindow.restore(stored.oldest_id, stored.last_segment, stored.tail, segments_of(IDS, sealed))
    state.posts = RecentPosts.restore(stored.posts, segments_of(POSTS, sealed))
    if stored.authors is not None:
        oldest, last, tail = msgspec.structs.astuple(stored.authors)
        known = segments_of(AUTHORS, sealed)
        state.authors = DedupWindow.restore(oldest, last, tail, known, MAX_AUTHORS, described=False)
    if stored.pending:
        held = msgspec.msgpack.decode(decompress(stored.pending), type=dict[int, list[Batch]])
        state.pending = {minute: [RowSlice(one, 0, len(one)) for one in batches] for minute, batches in held.items()}
        state.buffered_bytes = sum(sizes(*part) for parts in state.pending.values() for part in parts)
    state.contributors = ContributorSample.decode(stored.contributors)
    state.sources = stored.sources
    state.recent_texts = dict.fromkeys(array("I", stored.recent_texts))
    state.episodes, state.last_ended, state.totals = stored.episodes, stored.last_ended, stored.totals
    state.encoded_topics = stored.topics
    return state


def segments_of(memory: str, sealed: Mapping[str, bytes]) -> dict[int, bytes]:
    """Return the segments of one memory by number."""
    named = ((name.partition("/"), raw) for name, raw in sealed.items())
    return {int(number): raw for (kind, _, number), raw in named if kind == memory}


def decode_segment(memory: str, raw: bytes) -> object:
    """Return a segment of a memory, to see whether it can be read.

    Raises:
        msgspec.DecodeError, ValueError: it is none.
    """
    return segments.decode_segment(raw) if memory == POSTS else unpack(raw)


def _decode_core(core: bytes) -> _Core:
    """Return the core; its version is read before the rest, which a newer one may lay out in another way."""
    version, brand = _decode_head(core)
    if version > VERSION:
        remedy = "run that version of Tocsin, or another TOCSIN_PREFIX"
        raise NewerFormatError(
            f"the stored state of {brand!r} has format {version}, this version reads up to {VERSION}: {remedy}"
        )
    if version < OLDEST:
        raise msgspec.DecodeError(f"state of {brand!r} has version {version}, this is {VERSION}")
    return msgspec.msgpack.decode(core, type=_Core)


def _decode_head(core: bytes) -> tuple[int, str]:
    head = msgspec.msgpack.decode(core, type=list[msgspec.Raw])[:2]
    if len(head) < 2:  # noqa: PLR2004  version and brand
        raise msgspec.DecodeError("a stored state without version and brand")
    return msgspec.msgpack.decode(head[0], type=int), msgspec.msgpack.decode(head[1], type=str)


def encode(state: State) -> bytes:
    """Return the whole state in one piece, ids, posts and authors included: for tests and tools, and to go back to."""
    return msgspec.msgpack.encode(encode_whole(state))


def encode_whole(state: State) -> tuple[bytes, dict[str, bytes]]:
    """Return the core and every sealed segment by name, as `decode_parts` takes them."""
    core, memories = encode_parts(state).core, _memories(state).items()
    return core, {f"{name}/{number}": raw for name, one in memories for number, raw in one.sealed().items()}


def decode(raw: bytes) -> State:
    """Return the state that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    core, sealed = msgspec.msgpack.decode(raw, type=tuple[bytes, dict[str, bytes]])
    return decode_parts(core, sealed)


def _pending(state: State) -> dict[int, list[Batch]]:
    return {minute: [part.whole for part in parts] for minute, parts in state.pending.items()}

"""Is a stored watch small, and everything in it once it is read back?"""

from __future__ import annotations

import random
from array import array
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from detectors.crowd import posts, segments
from detectors.engine import engine, evaluation, history_storage, storage
from detectors.model import compression
from detectors.policy import Policy
from detectors.topics import storage as topics
from detectors.windows.buckets import KEPT_HOURS, KEPT_MINUTES
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from detectors.engine.state import State

POLICY = Policy()


def busy_watch() -> State:
    """Return the watch of a brand with as much to remember as there may be: three weeks of 3,000 mentions an hour.

    The weeks are written into the history; the last hours come in as mentions, in words no compressor knows.
    """
    state = storage.decode(_busy_watch()[0])
    evaluation.set_policy(state, POLICY)
    return state


@cache
def _busy_watch() -> tuple[bytes, int]:
    """Return that watch as stored, and the largest core that was written on the way, buffered rows apart."""
    dice = random.Random(5)
    state, _ = engine.advance_watermark(engine.initial_state("Some Brand"), START, POLICY)
    first = START // (60 * MINUTE) - KEPT_HOURS
    for hour in range(first, first + KEPT_HOURS):
        counts = [dice.randrange(1000, 6000), *(dice.randrange(200, 1500) for _ in range(2)), dice.randrange(99)]
        state.hours.add(60 * hour, (*counts, 0, 0, 0, 0), tuple(dice.randrange(5000) for _ in range(4)))
    offset = largest = 0
    for minute in range(0, KEPT_MINUTES + 60, 2):
        rows = [_row(dice, minute) for _ in range(50)]
        state, _ = engine.process(state, batch_of(rows, offset, brand="Some Brand"), POLICY)
        state, _ = engine.advance_watermark(state, START + minute * MINUTE, POLICY)
        offset += len(rows)
        core = msgspec.msgpack.decode(storage.encode_parts(state).core, type=storage._Core)
        largest = max(largest, len(msgspec.msgpack.encode(msgspec.structs.replace(core, pending=b""))))
    return storage.encode(engine.advance_watermark(state, START + (minute + 2) * MINUTE, POLICY)[0]), largest


def _row(dice: random.Random, minute: float) -> Row:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(dice.choices(letters, k=dice.randint(4, 9))) for _ in range(30)]
    return Row(
        minute + dice.random() * 2,
        dice.choice((-1, -1, 0, 1)),
        text=" ".join(words)[:280],
        author="user" + "".join(dice.choices(letters, k=12)),
        channel=dice.choice(("forum", "news", "photos", "reviews")),
        reach=dice.randrange(10**6),
    )


def test_a_busy_brand_is_stored_in_sixteen_kilobytes() -> None:
    """Each core that is written of a busy brand is within 16 kB, in words that no compressor knows; real ones 12 kB."""
    assert 12 * 1024 < _busy_watch()[1] <= 16 * 1024


def test_what_is_read_back_is_the_same_to_the_last_figure() -> None:
    """Reading back and storing again gives the same bytes; ledger, totals and history are equal."""
    state = busy_watch()
    raw = storage.encode(state)
    again = storage.decode(raw)
    assert storage.encode(again) == raw
    assert engine.minute_counts(again) == engine.minute_counts(state)
    assert again.totals == state.totals
    assert again.hours.rows == state.hours.rows
    assert again.dedup.known == state.dedup.known


def test_what_an_older_version_stored_is_read() -> None:
    """Hours, topics and posts in their former layouts, and 64-bit keys of authors, give the same state."""
    state = busy_watch()
    raw, sealed = msgspec.msgpack.decode(storage.encode(state), type=tuple[bytes, dict[str, bytes]])
    core = msgspec.msgpack.decode(raw, type=storage._Core)
    open_authors = state.authors.segments[state.authors.last]
    keys = [open_authors.first, array("q", open_authors.ids).tobytes(), open_authors.runs, b""]
    assert core.authors is not None
    older = msgspec.structs.replace(
        core,
        version=storage.OLDEST,
        history=_older_history(core.history, state),
        past_hours=b"",
        topics=_older_topics(state),
        authors=msgspec.structs.replace(core.authors, tail=msgspec.msgpack.encode(keys)),
    )
    arrays = {name: _older_posts(part) if name.startswith("posts/") else part for name, part in sealed.items()}
    again = storage.decode_parts(msgspec.msgpack.encode(older), arrays)
    evaluation.set_policy(again, POLICY)
    assert storage.encode(again) == storage.encode(state)


def _older_posts(packed: bytes) -> bytes:
    segment = msgspec.msgpack.decode(packed, type=segments.Segment)
    columns = [column.tobytes() for column in segments.columns_of(segment)]
    return msgspec.msgpack.encode(segments.Segment(segment.first, columns, segment.names))


def _older_history(recent: bytes, state: State) -> bytes:
    stored = msgspec.msgpack.decode(compression.decompress(recent))
    stored[1] = history_storage._pack_columns(state.hours.rows)
    return compression.compress(msgspec.msgpack.encode(stored))


def _older_topics(state: State) -> bytes:
    assert state.topics is not None
    record = msgspec.msgpack.decode(topics.encode(state.topics), type=topics._Record)
    main = msgspec.msgpack.decode(compression.decompress(record.main))[:2]
    found = state.topics.stored.posts
    main[1] = [
        [after - before for before, after in pairwise([0, *(post.published for post in found)])],
        [0 if post.author == post.text_key else post.author for post in found],
        *([getattr(post, name) for post in found] for name in ("text_key", "channel", "label", "compound", "reach")),
        [post.text for post in found],
        [post.key for post in found],
    ]
    return msgspec.msgpack.encode([compression.compress(msgspec.msgpack.encode(main)), record.tables])


def test_the_parts_in_a_table_are_the_state() -> None:
    """Sealed parts, written as they come and deleted as they go, and the latest core give the state back."""
    table: dict[str, bytes] = {}
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START, POLICY)
    for hour in range(60):
        rows = [Row(60 * hour + 0.1 * place) for place in range(70)]
        state, _ = engine.process(state, batch_of(rows, 100 * hour), POLICY)
        state, _ = engine.advance_watermark(state, START + 60 * hour * MINUTE, POLICY)
        parts = storage.encode_parts(state)
        for name, segment in parts.sealed.items():
            if segment is None:
                del table[name]
            else:
                table[name] = segment
    again = storage.decode_parts(parts.core, table)
    assert again.dedup.known == state.dedup.known
    assert again.posts.between(0, 1 << 60) == state.posts.between(0, 1 << 60)
    assert again.authors.known == state.authors.known
    assert 24 * 70 <= len(again.dedup.known) <= 27 * 70
    assert sum(name.startswith("ids/") for name in table) <= 30
    assert sum(name.startswith("posts/") for name in table) <= 24 * 70 // posts.SEALED_AT + 3


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x92\xc4\x01x\x80"])
def test_other_bytes_are_refused(raw: bytes) -> None:
    """What `encode` did not write raises DecodeError."""
    with pytest.raises(msgspec.DecodeError):
        storage.decode(raw)


def test_another_version_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state of another version says so, and whose it is."""
    raw = storage.encode(engine.initial_state("acme"))
    monkeypatch.setattr(storage, "OLDEST", 99)
    with pytest.raises(msgspec.DecodeError, match=r"state of 'acme' has version"):
        storage.decode(raw)
    monkeypatch.setattr(storage, "VERSION", 1)
    with pytest.raises(storage.NewerFormatError, match=r"state of 'acme' has format"):
        storage.decode(raw)

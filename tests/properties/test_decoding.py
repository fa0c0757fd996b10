"""Does the fast decoder accept exactly what the model accepts?"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentions.model.decode import Rejection, WireMention, decode_line, decode_record, to_wire
from mentions.model.mention import (
    MAX_CHANNEL,
    MAX_COUNT,
    MAX_COUNTERS,
    MAX_ID,
    MAX_LANG,
    MAX_NAME,
    MAX_TEXT,
    MAX_URL,
    Mention,
)
from mentions.model.parse import MAX_DEPTH, parse
from mentions.model.timestamps import EARLIEST, LATEST, MAX_AHEAD

ARRIVED = 1_800_000_000_000
VALID = {"id": "1", "text": "late again", "published_at": "2026-01-31T14:05:00Z", "channel": "news"}

texts = st.one_of(
    st.text(st.characters(), max_size=20), st.sampled_from(["", " ", "a\0b", "\ud83d", "\udc00x", "7", "12.0"])
)
limits = [MAX_CHANNEL, MAX_COUNTERS, MAX_ID, MAX_LANG, MAX_NAME, MAX_TEXT, MAX_URL]
long_texts = st.sampled_from(["x" * (limit + off) for limit in limits for off in (-1, 0, 1)] + ["😀" * MAX_ID])
counts = st.one_of(
    st.integers(-2, 3),
    st.integers(MAX_COUNT - 1, MAX_COUNT + 1),
    st.sampled_from([2**63, 2**64, 10**30, -(10**30), 10**401]),
)
numbers = st.one_of(counts, st.floats(), st.sampled_from([0.0, -0.0, 3.0, 1e16, 1e300, 2.5]))
epochs = st.one_of(
    st.sampled_from([0, 1, -1, 86_400]),
    st.integers(EARLIEST - 1, EARLIEST + 1),
    st.integers(EARLIEST // 1000 - 1, EARLIEST // 1000 + 1),
    st.integers(LATEST - 1, LATEST + 1),
    st.integers(99_999_999_999, 100_000_000_001),
    st.floats(1e9, 2e9),
)
digits = st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]", fullmatch=True)
endings = st.sampled_from(["", ":00", ":00.123456789", ":59.9999999", ":60", ",5"])
offsets = st.sampled_from(["", "Z", "z", "+02:00", "-0330", "+24:00", "+00", " Z", "+02:00:30", "\x00"])
timestamps = st.one_of(
    st.tuples(digits, endings, offsets).map("".join),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    epochs,
    epochs.map(str),
    st.sampled_from(["now", "2026-W05-6T10:00Z", "20260131T140500Z", "2026-01-31", "٢٠٢٦-01-31T14:05:00Z"]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, long_texts, timestamps, numbers.map(str))
authors = st.dictionaries(st.sampled_from(["id", "name", "followers", "created_at", "verified"]), scalars, max_size=3)
counters = st.dictionaries(st.one_of(texts, st.integers(0, 99).map(str)), counts, max_size=MAX_COUNTERS + 1)
values = st.one_of(
    scalars, authors, counters, st.lists(scalars, max_size=3), st.recursive(scalars, st.lists, max_leaves=3)
)
unknown = st.one_of(texts, st.sampled_from(["extra", "published", "model_dump", "gold", "author_id"]))
objects = st.builds(
    lambda base, given, more, gone: {key: value for key, value in (base | more | given).items() if key not in gone},
    st.just(VALID),
    st.dictionaries(st.sampled_from(list(Mention.model_fields)), values, max_size=3),
    st.one_of(st.just({}), st.dictionaries(unknown, values, max_size=2)),
    st.one_of(st.just(set()), st.sets(st.sampled_from(list(VALID)), max_size=1)),
)
lines = st.one_of(
    st.builds(lambda value, plain: _json(value, plain=plain), objects, st.booleans()),
    st.builds(lambda one, two: _json(one)[:-1] + b"," + _json(two)[1:], objects, objects),  # fields given twice
)


def _json(value: Any, *, plain: bool = True) -> bytes:
    return json.dumps(value, ensure_ascii=plain).encode("utf-8", "surrogatepass")


def _accepted(line: bytes) -> WireMention | None:
    """Return what the model makes of the line: the law that the fast decoder is held to."""
    try:
        return to_wire(Mention.model_validate(parse(line)))
    except ValueError:
        return None


def _content(wire: WireMention) -> dict[str, Any]:
    return {
        "id": wire.id,
        "text": wire.text,
        "published": wire.published,
        "channel": wire.channel,
        "brand": wire.brand or None,
        "author": (wire.author_id, wire.author_names),
        "url": wire.url or None,
        "lang": wire.lang or None,
        "engagement": wire.engagement,
        "people": wire.reach_or_followers,
        "source": wire.source or None,
        "whole": (wire.title or None, wire.whole_text, wire.kind or None, wire.rating),
        "version": (wire.revision or 0, bool(wire.deleted), wire.reply_to or None, wire.thread or None),
    }


def _agree(line: bytes) -> None:
    decoded, expected = decode_line(line, None), _accepted(line)
    assert isinstance(decoded, WireMention) == (expected is not None)
    if isinstance(decoded, WireMention) and expected is not None:
        assert _content(decoded) == _content(expected)
    elif isinstance(decoded, Rejection):
        assert decoded.line == line
        assert decoded.reasons
        assert all(": " in reason and reason.isprintable() for reason in decoded.reasons)


@settings(max_examples=600, deadline=None)
@given(lines)
@example(_json(VALID | {"text": "a\0b"}))
@example(_json(VALID | {"author": {"name": "\0"}}))
@example(_json(VALID | {"seen": "\0"}))
def test_fast_decoder_and_model_agree_on_objects(line: bytes) -> None:
    """A line is accepted exactly when the model accepts it, with the same content; else each reason names its place."""
    _agree(line)


@settings(max_examples=400, deadline=None)
@given(
    lines,
    st.integers(0, 10_000),
    st.integers(0, 3),
    st.one_of(
        st.binary(max_size=4), st.sampled_from([b"NaN", b"\\ud800", b"\\u0000", b"\xff", b"1e999", b"{", b'"', b"01"])
    ),
)
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b"NaN}")
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b"-Infinity}")
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b'"\xff"}')
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b"9" * 5_000 + b"}")
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}")
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}")
@example(_json(VALID | {"x": 1})[:-2], 10_000, 0, b"[" * 50_000 + b"]" * 50_000 + b"}")
@example(_json(VALID), 10_000, 0, _json(VALID))
def test_fast_decoder_and_model_agree_on_damaged_lines(line: bytes, at: int, cut: int, inserted: bytes) -> None:
    """Bytes lost from a line or put into it never make the two disagree."""
    _agree((line[:at] + inserted + line[at + cut :]).replace(b"\n", b" "))


@settings(max_examples=300)
@given(st.lists(lines, min_size=1, max_size=12))
def test_each_line_of_a_record_stands_alone(several: list[bytes]) -> None:
    """A record's entries are those of its lines, in order: a bad line costs no good one."""
    decoded = decode_record(b"\n".join(several), None)
    alone = [decode_line(line, None, index) for index, line in enumerate(several)]
    assert decoded == alone


@settings(max_examples=300)
@given(st.one_of(st.none(), st.binary(max_size=60), st.lists(st.binary(max_size=20)).map(b"\n".join)))
def test_no_record_raises_or_vanishes(value: bytes | None) -> None:
    """Whatever the bytes, a record gives at least one entry, and an entry that is no mention says why."""
    decoded = decode_record(value, ARRIVED)
    assert decoded
    assert all(isinstance(entry, WireMention) or entry.reasons for entry in decoded)


@settings(max_examples=200)
@given(st.integers(ARRIVED - 10 * MAX_AHEAD, ARRIVED + 10 * MAX_AHEAD))
def test_mentions_from_the_future_are_refused(published: int) -> None:
    """A mention is refused exactly when it is published more than five minutes ahead of its arrival."""
    entry = decode_line(_json(VALID | {"published_at": published}), ARRIVED)
    assert isinstance(entry, Rejection) == (published > ARRIVED + MAX_AHEAD)
    if isinstance(entry, Rejection):
        assert entry.reasons[0].startswith("published_at: ")

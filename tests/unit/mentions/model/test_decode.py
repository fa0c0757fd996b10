"""What does one Kafka record hold?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mentions.model import decode
from mentions.model.decode import Rejection, WireMention, decode_line, decode_record
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
from mentions.model.timestamps import MAX_AHEAD
from tests.support.mentions import ARRIVED, PUBLISHED, line, record, wire

BOUNDED = {
    "id": MAX_ID,
    "text": MAX_TEXT,
    "channel": MAX_CHANNEL,
    "brand": MAX_NAME,
    "author": MAX_NAME,
    "url": MAX_URL,
    "lang": MAX_LANG,
    "source": MAX_NAME,
}


def _reasons(entry: WireMention | Rejection) -> tuple[str, ...]:
    assert isinstance(entry, Rejection), entry
    return entry.reasons


def test_a_record_is_one_object() -> None:
    """A record of one object is one mention, with its moment in milliseconds."""
    (entry,) = decode_record(line(), ARRIVED)
    assert isinstance(entry, WireMention)
    assert entry.published == PUBLISHED


def test_an_object_may_be_spread_over_lines() -> None:
    """A record that is one pretty-printed object is one mention, and one rejection where it is none."""
    spread = json.dumps(json.loads(line()), indent=2).encode()
    assert [type(entry) for entry in decode_record(spread, ARRIVED)] == [WireMention]
    (entry,) = decode_record(spread.replace(b"late", b"\\u0000"), ARRIVED)
    assert _reasons(entry)[0].startswith("text: ")


@pytest.mark.parametrize("name", ["geo", *sorted({*WireMention.__struct_fields__} - {*Mention.model_fields})])
def test_a_field_of_the_producers_own_is_read_by_the_fast_decoder(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line with a field that no mention has goes no longer way, though the fast decoder has one of that name."""
    monkeypatch.setattr(decode, "_decode_with_model", None)
    entry = decode_line(line(**{name: [1.5]}), ARRIVED)
    assert isinstance(entry, WireMention)
    assert entry.published == PUBLISHED


def test_one_bad_line_costs_no_good_one() -> None:
    """Of a hundred lines one is no mention: ninety-nine are, and the rejection has its index and its bytes."""
    lines = [line(id=str(at)) for at in range(100)]
    lines[37] = b'{"id": "37"'
    entries = decode_record(record(*lines), ARRIVED)
    assert [entry.id for entry in entries if isinstance(entry, WireMention)] == [
        str(at) for at in range(100) if at != 37
    ]
    rejection = entries[37]
    assert isinstance(rejection, Rejection)
    assert (rejection.index, rejection.line) == (37, b'{"id": "37"')


def test_line_ends_and_blank_lines_do_not_count() -> None:
    """CRLF, blank lines and a byte order mark change neither mentions nor indexes."""
    plain = decode_record(record(line(id="1"), line(id="2"), b"x"), ARRIVED)
    dressed = decode_record(
        b"\xef\xbb\xbf" + b"\r\n \t\n\r\n".join([line(id="1"), line(id="2"), b"x"]) + b"\n\n", ARRIVED
    )
    assert dressed[:2] == plain[:2]
    assert dressed[2] == plain[2]


@pytest.mark.parametrize("value", [None, b"", b" \n\r\n\t"])
def test_an_empty_record_is_one_rejection(value: bytes | None) -> None:
    """A record without content, or a tombstone, is refused with a reason."""
    (entry,) = decode_record(value, ARRIVED)
    assert _reasons(entry) == ("record: empty: send one JSON object, or one a line",)


@pytest.mark.parametrize(
    ("raw", "stated"),
    [
        (b"not json", "line: not JSON: Expecting value at character 0"),
        (b"[1]", "line: must be a JSON object, got an array: send one object a line"),
        (b"null", "line: must be a JSON object, got null"),
        (b'"text"', "line: must be a JSON object, got a str"),
        (line()[:-1] + b', "reach": NaN}', "line: NaN is not JSON: send null"),
        (line()[:-1] + b', "x": "\xff"}', "line: byte 0xff at 99 is not UTF-8: send UTF-8"),
        (line()[:-1] + b', "x": ' + b"[" * 200 + b"]" * 200 + b"}", "line: nests deeper than 128 levels"),
        (line()[:-1] + b', "x": ' + b"[" * 100_000 + b"}", "line: nests deeper than 128 levels"),
        (line() + line(), "line: not JSON: Extra data"),
        (line()[:-1] + b', "reach": ' + b"9" * 5_000 + b"}", "reach: must be a whole number, got inf"),
        (line(text="a\0"), "text: holds a NUL"),
        (line(text="\ud83d"), "text: holds a lone surrogate"),
    ],
)
def test_what_is_no_mention_says_why(raw: bytes, stated: str) -> None:
    """Each kind of broken input has a reason that names the place, and the original bytes."""
    (entry,) = decode_record(raw, ARRIVED)
    assert isinstance(entry, Rejection)
    assert entry.reasons[0].startswith(stated)
    assert entry.line == raw


@pytest.mark.parametrize("field", BOUNDED)
def test_texts_are_bounded(field: str) -> None:
    """The longest allowed text is taken, one character more is refused by the name of the field."""
    longest = BOUNDED[field] * "é"
    assert isinstance(decode_line(line(**{field: longest}), None), WireMention)
    (reason,) = _reasons(decode_line(line(**{field: longest + "é"}), None))
    assert reason.startswith(
        f"{'author.id' if field == 'author' else field}: must have at most {BOUNDED[field]} characters"
    )


@pytest.mark.parametrize(
    "given", [{"reach": MAX_COUNT}, {"author": {"followers": MAX_COUNT}}, {"engagement": MAX_COUNT}]
)
def test_counts_are_bounded(given: dict[str, Any]) -> None:
    """The largest allowed count is taken, one more is not."""
    raw = line(**given)
    assert isinstance(decode_line(raw, None), WireMention)
    assert isinstance(decode_line(raw.replace(str(MAX_COUNT).encode(), str(MAX_COUNT + 1).encode()), None), Rejection)


@pytest.mark.parametrize(("counters", "taken"), [(MAX_COUNTERS, True), (MAX_COUNTERS + 1, False)])
def test_counters_are_bounded(counters: int, *, taken: bool) -> None:
    """Engagement has at most so many counters."""
    raw = line(engagement={str(at): 1 for at in range(counters)})
    assert isinstance(decode_line(raw, None), WireMention) == taken


@pytest.mark.parametrize("field", ["id", "channel"])
def test_what_identifies_may_not_be_empty(field: str) -> None:
    """An empty id or channel is refused."""
    assert _reasons(decode_line(line(**{field: ""}), None)) == (f"{field}: must not be empty, got ''",)


@pytest.mark.parametrize(("ahead", "taken"), [(MAX_AHEAD, True), (MAX_AHEAD + 1, False)])
@pytest.mark.parametrize("extra", [{}, {"id": 1}])  # by the fast decoder, and by the model
def test_five_minutes_ahead_is_the_limit(ahead: int, extra: dict[str, Any], *, taken: bool) -> None:
    """A mention may be published five minutes ahead of its arrival and not a millisecond more."""
    assert isinstance(decode_line(line(published_at=ARRIVED + ahead, **extra), ARRIVED), WireMention) == taken


def test_a_record_of_a_megabyte_is_read() -> None:
    """Thousands of mentions in one record are all there, in order."""
    lines = [line(id=str(at), text="x" * 400) for at in range(2_000)]
    value = record(*lines)
    assert len(value) > 900_000
    assert [entry.id for entry in decode_record(value, ARRIVED) if isinstance(entry, WireMention)] == [
        str(n) for n in range(2_000)
    ]


def test_fields_that_are_not_ours_change_nothing() -> None:
    """A mention with unknown fields, one of them called as the hot path calls its own, reads as one without."""
    assert wire(published=5, query="x") == wire()
    assert wire(published="5") == wire()


def test_author_and_reach_are_read_from_either_form() -> None:
    """The author's id is the bare text, the id, or the name; reach is the larger of reach and followers."""
    assert wire(author="u").author_id == wire(author={"id": "u", "name": "U"}).author_id == "u"
    assert wire(author={"name": "U"}).author_id == "U"
    assert wire().author_id == wire(author="").author_id == wire(author={}).author_id == ""
    assert wire(author={"id": "u", "name": "U"}).author_names == ("u", "U")
    assert wire(author={"followers": 7}, reach=5).reach_or_followers == 7
    assert wire(author={"followers": 7}, reach=9).reach_or_followers == 9
    assert wire(author="u").reach_or_followers == 0

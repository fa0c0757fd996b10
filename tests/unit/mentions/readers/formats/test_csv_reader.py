"""Which mentions does a CSV file hold?"""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.model.decode import WireMention, decode_line
from mentions.readers.files import Line, RejectedLine, SourceError, read
from mentions.readers.options import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id,text,published_at,channel"
ROW = "1,late again,2026-01-31T14:05:00Z,news"


def _read(tmp_path: Path, content: str | bytes, mapping: dict[str, str] | None = None) -> list[Line | RejectedLine]:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(str(path), mapping))


def _fields(entry: Line | RejectedLine) -> dict[str, Any]:
    assert isinstance(entry, Line), entry
    fields: dict[str, Any] = json.loads(entry.raw)
    return fields


def test_columns_are_fields(tmp_path: Path) -> None:
    """Columns called as fields are those; counts become numbers, empty cells nothing, others stay for `extra`."""
    content = f"{HEADER},author.id,author.followers,reach,query\n{ROW},u1,12,,x\n{ROW},,,7,\n"
    first, second = map(_fields, _read(tmp_path, content))
    base = {"id": "1", "text": "late again", "published_at": "2026-01-31T14:05:00Z", "channel": "news"}
    assert first == base | {"author": {"id": "u1", "followers": 12}, "query": "x"}
    assert second == base | {"reach": 7}


def test_columns_and_fixed_texts_are_mapped(tmp_path: Path) -> None:
    """A mapping names the column of a field, or the text that each mention gets."""
    mapping = {"text": "body", "published_at": "when", "channel": "=twitter", "author.name": "who"}
    (fields,) = map(_fields, _read(tmp_path, "id,body,when,who\n1,x,1769868300,Ann\n", mapping))
    assert fields == {
        "id": "1",
        "text": "x",
        "published_at": "1769868300",
        "channel": "twitter",
        "author": {"name": "Ann"},
    }
    assert isinstance(decode_line(json.dumps(fields).encode(), None), WireMention)


@pytest.mark.parametrize(
    ("mapping", "ids"),
    [({}, ["7", "7"]), ({"id": "url"}, ["u1", "u2"]), ({"id": "id+url"}, ["7/u1", "7/u2"]), ({"id": "=x"}, ["x", "x"])],
)
def test_a_mapping_goes_before_a_column_of_that_name(tmp_path: Path, mapping: dict[str, str], ids: list[str]) -> None:
    """What is stated wins, as the remedy for rounded ids says: `--map id=url`."""
    rows = "7,late,2026-01-31T14:05:00Z,news,u1\n7,again,2026-01-31T14:05:00Z,news,u2\n"
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER},url\n{rows}", "utf-8")
    read_ids = [_fields(entry)["id"] for entry in read(str(path), mapping, options=ReadOptions(ids="ignore"))]
    assert read_ids == ids


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    """Commas, semicolons, tabs and bars part cells, as the header does; spaces around its names do not matter."""
    content = HEADER.replace(",", f" {delimiter} ") + "\r\n" + ROW.replace(",", delimiter) + "\r\n"
    assert _fields(_read(tmp_path, b"\xef\xbb\xbf" + content.encode())[0])["text"] == "late again"


rows = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=rows)
def test_any_text_survives_and_reading_goes_on_anywhere(tmp_path: Path, texts: list[str]) -> None:
    """Marks, delimiters and line ends within a cell are kept; from any row's end, reading gives the rows after."""
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.split(","))
    writer.writerows([str(at), text, "2026-01-31T14:05:00Z", "news"] for at, text in enumerate(texts))
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(table.getvalue().encode()))
    whole = list(read(str(path)))
    assert [_fields(entry)["text"] for entry in whole] == texts
    for at, entry in enumerate(whole):
        assert list(read(str(path), start=entry.next_position)) == whole[at + 1 :]


def test_numbers_are_of_the_line_a_row_begins_on(tmp_path: Path) -> None:
    """A row is placed where it begins, though cells before it span lines and blank lines are left out."""
    content = f'{HEADER}\n1,"a\nb",x,y\n\n{ROW}\n'
    assert [entry.number for entry in _read(tmp_path, content)] == [2, 5]


@pytest.mark.parametrize(
    ("row", "stated"),
    [
        (b"1,a,b,2026-01-31T14:05:00Z,news", "line: 5 cells where the header has 4: quote cells with delimiters"),
        (b"1,a", "line: 2 cells where the header has 4"),
        (b"1," + b"a" * 140_000 + b",x,y", "line: a cell has more than 131072 characters: shorten it"),
        (b'1,"a"b,x,y', "line: ',' expected after '\"': quote cells"),
        (
            b"1,caf\xe9,2026-01-31T14:05:00Z,news",
            "line: is not UTF-8: state the file's encoding, most likely --encoding cp1252",
        ),
    ],
)
def test_a_bad_row_costs_no_good_one(tmp_path: Path, row: bytes, stated: str) -> None:
    """A row of the wrong form is refused with its line, its bytes and the remedy; the rows around it are read."""
    before, refused, after = _read(tmp_path, b"\n".join([HEADER.encode(), ROW.encode(), row, ROW.encode()]))
    assert _fields(before) == _fields(after)
    assert isinstance(refused, RejectedLine)
    assert (refused.number, refused.raw.rstrip()) == (3, row)
    assert refused.reasons[0].startswith(stated)


@pytest.mark.parametrize("tail", ["", "x" * 200_000 + "\n"])
def test_an_open_quotation_mark_is_an_error(tmp_path: Path, tail: str) -> None:
    """A mark that never closes would swallow the rest of the file: reading stops at its line."""
    with pytest.raises(SourceError, match=r"a\.csv:3: a quotation mark is opened and never closed"):
        _read(tmp_path, f'{HEADER}\n{ROW}\n2,"late again,x,y\n{ROW}\n{tail}')


def test_a_very_wide_header_is_reported_in_a_short_line(tmp_path: Path) -> None:
    """The first columns are named, and how many there are besides."""
    header = ",".join(f"column{number}" for number in range(50_000))
    mappings: list[dict[str, str]] = [{}, {"text": "body"}]
    for mapping in mappings:
        with pytest.raises(SourceError, match=r"one of column0, column1, .* and 49,9\d\d more") as failure:
            _read(tmp_path, f"{header}\n{header}\n", mapping)
        assert len(str(failure.value)) < 1_200


@pytest.mark.parametrize(
    ("header", "mapping", "stated"),
    [
        (
            "id,body,when,channel",
            {},
            "no column for text, published_at: map text=COLUMN (one of id, body, when, channel)",
        ),
        (HEADER, {"text": "body"}, "text=body: there is no column 'body': use one of id, text"),
        (HEADER, {"txt": "text"}, "txt=text: a mention has no field 'txt': use one of id, text"),
        ("id,text,text,published_at,channel", {}, "two columns are called 'text': rename one"),
        ("", {}, "no column for id, text, published_at, channel"),
    ],
)
def test_a_wrong_header_is_reported_at_once(tmp_path: Path, header: str, mapping: dict[str, str], stated: str) -> None:
    """A table without what a mention needs is refused before any row, with what there is."""
    with pytest.raises(SourceError) as failure:
        _read(tmp_path, f"{header}\n{ROW}\n", mapping)
    assert str(failure.value).startswith(f"{tmp_path / 'a.csv'}:1: {stated}")

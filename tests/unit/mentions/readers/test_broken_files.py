"""What becomes of files that are not what they should be? An error, or a repair that is told: nothing in silence."""

from __future__ import annotations

import csv
import gzip
import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from mentions.readers.files import Line, SourceError, format_of, read
from mentions.readers.packing import PackedRecord, pack
from mentions.readers.sorting import first_disorder, sort_by_time
from tests.support.exports import workbook, zipped

ROOT = Path(__file__).parents[4]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mention(number: int, **fields: Any) -> dict[str, Any]:
    """Return the mention of a minute."""
    at = (START + timedelta(minutes=number)).isoformat()
    stated = {"id": f"m{number}", "brand": "Brisela", "channel": "forum", "text": f"Brisela number {number}"}
    return stated | {"published_at": at} | fields


GOOD = [mention(number) for number in range(40)]


def jsonl(path: Path, mentions: list[dict[str, Any]], prefix: bytes = b"") -> str:
    """Write JSON Lines."""
    path.write_bytes(prefix + "\n".join(map(json.dumps, mentions)).encode())
    return str(path)


def table(path: Path, mentions: list[dict[str, Any]]) -> str:
    """Write Parquet."""
    parquet.write_table(pa.Table.from_pylist(mentions), path)
    return str(path)


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with built-in rules."""
    command = [sys.executable, "-P", "-m", "tocsin", "replay", *arguments, "--defaults", "--json"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def accepted(path: str, mapping: dict[str, str] | None = None) -> tuple[int, list[str]]:
    """Return how many mentions a file holds, and why others are none."""
    entries = list(pack(read(path, mapping)))
    good = sum(entry.mentions for entry in entries if isinstance(entry, PackedRecord))
    return good, [f"{e.number}: {'; '.join(e.reasons)}" for e in entries if not isinstance(e, PackedRecord)]


def test_an_unsorted_file_is_reported_with_its_line_and_sorted_on_demand(tmp_path: Path) -> None:
    """Out of order, the replay warns, names the first line and the remedy; with --sort it is the sorted file's."""
    long = [mention(number) for number in range(1_500)]
    mixed = long[:]
    random.Random(1).shuffle(mixed)
    sorted_file, file = jsonl(tmp_path / "good.jsonl", long), jsonl(tmp_path / "mixed.jsonl", mixed)
    warned, expected, repaired = replay(file), replay(sorted_file), replay(file, "--sort")
    line = first_disorder(entry for entry in read(file))
    assert f"the first is {file}:{line}; sort the file by published_at, or replay with --sort" in warned.stderr
    assert "warning" not in expected.stderr + repaired.stderr
    assert repaired.stdout == expected.stdout


def test_sorting_keeps_every_line(tmp_path: Path) -> None:
    """Sorted by instant, equal ones as they stand; what is no mention stays to be refused by its line."""
    file = jsonl(tmp_path / "a.jsonl", [GOOD[9], GOOD[1], {"id": "broken"}, mention(1, id="again")])
    assert [entry.number for entry in sort_by_time(read(file))] == [3, 2, 4, 1]
    assert first_disorder(read(file)) == 2
    assert first_disorder(sort_by_time(read(file))) is None


def test_a_file_cut_in_the_middle_is_an_error_with_its_line(tmp_path: Path) -> None:
    """A gzip file that breaks off ends the replay with code 2, however many mentions came before."""
    packed = gzip.compress("\n".join(map(json.dumps, GOOD)).encode())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    done = replay(str(path))
    assert done.returncode == 2
    assert "truncated or damaged" in done.stderr
    assert f"{path}:" in done.stderr


def test_a_file_sent_twice_counts_once_and_says_so(tmp_path: Path) -> None:
    """Duplicates change no event, and their number is told."""
    once, twice = jsonl(tmp_path / "a.jsonl", GOOD), jsonl(tmp_path / "b.jsonl", [m for m in GOOD for _ in (1, 2)])
    done = replay(twice)
    assert done.stdout == replay(once).stdout
    assert "40 duplicates were counted once" in done.stderr


def test_mixed_time_zones_are_instants_and_none_is_guessed(tmp_path: Path) -> None:
    """The same instant in any zone is the same mention; a time without a zone is refused with its line."""
    at = START.astimezone(tz=None)
    zones = [
        at.isoformat(),
        "2026-03-02T10:00:00+01:00",
        "2026-03-02T09:00:00Z",
        int(START.timestamp()),
        "2026-03-02T09:00:00",
    ]
    file = jsonl(tmp_path / "zones.jsonl", [mention(i, published_at=zone) for i, zone in enumerate(zones)])
    entries = list(pack(read(file)))
    (packed,) = [entry for entry in entries if isinstance(entry, PackedRecord)]
    assert packed.earliest == packed.latest == int(START.timestamp() * 1000)
    (refused,) = [entry for entry in entries if not isinstance(entry, PackedRecord)]
    assert refused.number == 5
    assert "published_at" in refused.reasons[0]


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_byte_order_mark_is_stripped(tmp_path: Path, ending: str) -> None:
    """With the mark that spreadsheets write, the file holds the same mentions."""
    path = tmp_path / f"bom.{ending}"
    if ending == "jsonl":
        jsonl(path, GOOD, b"\xef\xbb\xbf")
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.DictWriter(file, GOOD[0])
            rows.writeheader()
            rows.writerows(GOOD)
    assert accepted(str(path)) == (len(GOOD), [])


def test_wrongly_mapped_columns_are_refused_line_by_line(tmp_path: Path) -> None:
    """Texts taken for the time refuse each row with the field's name; a column that is not there, the whole file."""
    path = tmp_path / "wrong.csv"
    path.write_text("id,body,date,channel\n1,hello,2026-03-02T09:00:00Z,forum\n", encoding="utf-8")
    good, reasons = accepted(str(path), {"published_at": "body", "text": "date"})
    assert good == 0
    assert reasons[0].startswith("2: published_at")
    with pytest.raises(SourceError, match="there is no column 'datum': use one of id, body, date, channel"):
        accepted(str(path), {"published_at": "datum", "text": "body"})
    done = replay(str(path), "--map", "published_at=body,text=date")
    assert done.returncode == 1
    assert "line 2: published_at" in done.stderr


def test_parquet_holds_the_same_mentions(tmp_path: Path) -> None:
    """Whether a time is text or a timestamp with a zone, and an author a struct or flat, the mentions are equal."""
    stated = [
        m | {"author": {"id": "u1", "followers": 5}, "published_at": datetime.fromisoformat(m["published_at"])}
        for m in GOOD
    ]
    path = table(tmp_path / "good.parquet", stated)
    assert format_of(path) == "parquet"
    entries = list(read(path))
    assert accepted(path) == (len(GOOD), [])
    assert isinstance(entries[0], Line)
    first = json.loads(entries[0].raw)
    assert first["author"] == {"id": "u1", "followers": 5}
    assert replay(path).stdout == replay(jsonl(tmp_path / "good.jsonl", GOOD)).stdout


def test_reading_parquet_goes_on_from_any_row(tmp_path: Path) -> None:
    """From where any row ended, reading gives the rows after it; the bytes told are those of the file's columns."""
    path = tmp_path / "good.parquet"
    parquet.write_table(pa.Table.from_pylist(GOOD), path, row_group_size=7)
    reported: list[float] = []
    whole = list(read(str(path), advance=reported.append))
    assert 0 < sum(reported) <= path.stat().st_size
    for at in (0, 6, 7, 39):
        assert list(read(str(path), start=whole[at].next_position)) == whole[at + 1 :]


def test_parquet_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    """A timestamp column that lost its zone is not taken for UTC."""
    naive = [m | {"published_at": datetime(2026, 3, 2, 9)} for m in GOOD[:2]]  # noqa: DTZ001  that is the point
    good, reasons = accepted(table(tmp_path / "naive.parquet", naive))
    assert good == 0
    assert [reason.split(":")[0] for reason in reasons] == ["1", "2"]
    assert all("published_at" in reason for reason in reasons)


def test_damaged_and_wrongly_mapped_parquet_is_an_error(tmp_path: Path) -> None:
    """A Parquet file that breaks off, is none, or lacks a column is told with what to do."""
    path = Path(table(tmp_path / "good.parquet", GOOD))
    with pytest.raises(SourceError, match="there is no column 'body'"):
        list(read(str(path), {"text": "body"}))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="truncated or damaged"):
        list(read(str(path)))
    path.write_bytes(b"id,text\n1,hello\n")
    with pytest.raises(SourceError, match="is no Parquet file"):
        list(read(str(path)))
    with pytest.raises(SourceError, match=r"none\.parquet:1"):
        list(read(str(tmp_path / "none.parquet")))


def test_missing_cells_are_missing_fields(tmp_path: Path) -> None:
    """Null and NaN are no text "nan": the field is absent; whole numbers stay whole."""
    rows = [
        m | {"reach": reach, "lang": lang} for m, reach, lang in zip(GOOD[:2], (7.0, None), (None, "en"), strict=True)
    ]
    first, second = (json.loads(entry.raw) for entry in read(table(tmp_path / "a.parquet", rows)))
    assert (first["reach"], "lang" in first) == (7, False)
    assert ("reach" in second, second["lang"]) == (False, "en")


_ROWS = b"id,text,published_at,channel\n" + b"1,late,2026-03-10T09:15:00Z,forum\n" * 9
_WHOLE = (
    workbook([["id", "text", "published_at", "channel"], *[["1", "late", "2026-03-10T09:15:00Z", "forum"]] * 9]),
    zipped(_ROWS),
    gzip.compress(zipped(_ROWS)),
    _ROWS.decode().encode("utf-16"),
    json.dumps([GOOD[0]] * 5, indent=1).encode(),
    b"window.YTD.tweets.part0 = [" + json.dumps({"tweet": GOOD[0]}).encode() + b"]",
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whole=st.sampled_from(_WHOLE),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255), st.integers(0, 40)), min_size=1, max_size=6),
)
def test_a_damaged_file_is_never_a_crash(tmp_path: Path, whole: bytes, changes: list[tuple[float, int, int]]) -> None:
    """With bytes changed or missing, a file is read or refused with file and line, and nothing else."""
    content = bytearray(whole)
    for place, byte, missing in changes:
        at = int(place * len(content))
        content[at : at + missing] = bytes([byte])
    path = tmp_path / "damaged"
    path.write_bytes(content)
    try:
        entries = list(read(str(path)))
    except SourceError as error:
        assert str(error).startswith(f"{path}:")  # noqa: PT017  either outcome is right
    else:
        assert all(entry.number > 0 for entry in entries)

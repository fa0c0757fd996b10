"""Which mentions are in this file, and where?"""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.readers.files import Line, Position, RejectedLine, SourceError, format_of, read
from mentions.readers.raw.line_reader import MAX_LINE
from tests.support.mentions import line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES = [line(id=str(at), text=f"näch {at}\u2028 x") for at in range(50)]
PLAIN = b"\n".join(LINES) + b"\n"


def _zstd(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(raw)


def _packed(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def _raws(path: str) -> list[bytes]:
    return [entry.raw for entry in read(path)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, _zstd])
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a"])
def test_compression_is_reported_by_content(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    """Plain, gzip and Zstandard files give the same lines, whatever the file is called."""
    path = _packed(tmp_path / name, pack(PLAIN))
    assert _raws(path) == LINES


@pytest.mark.parametrize("pack", [gzip.compress, _zstd])
def test_compressed_parts_follow_each_other(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """A file put together from compressed files is read through all of them."""
    half = len(PLAIN) // 2
    assert _raws(_packed(tmp_path / "a", pack(PLAIN[:half]) + pack(PLAIN[half:]))) == LINES


def test_marks_and_line_ends_are_no_content(tmp_path: Path) -> None:
    """Byte order mark, CRLF, blank lines and a missing last line feed change no mention; line numbers count all."""
    path = _packed(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + LINES[0] + b"\r\n\r\n  \n" + LINES[1])
    assert [(entry.number, entry.raw) for entry in read(path)] == [(1, LINES[0]), (4, LINES[1])]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    """A file of no bytes, or of blank lines, has no mentions and is no error."""
    assert _raws(_packed(tmp_path / "a", b"")) == _raws(_packed(tmp_path / "b", b"\n\n")) == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress, _zstd])
def test_reading_goes_on_from_any_line(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """From where any line ended, reading gives the lines after it, numbered and placed as before."""
    path = _packed(tmp_path / "a", pack(PLAIN))
    whole = list(read(path))
    for at, entry in enumerate(whole):
        assert list(read(path, start=entry.next_position)) == whole[at + 1 :]


def test_a_place_beyond_the_end_is_an_error(tmp_path: Path) -> None:
    """A file that has become shorter is not read as if it were done."""
    path = _packed(tmp_path / "a", PLAIN)
    with pytest.raises(SourceError, match="ends before the place to go on from: start again"):
        list(read(path, start=Position(99, len(PLAIN) + 1)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 10_000), packer=st.sampled_from([gzip.compress, _zstd]))
def test_a_truncated_file_is_never_a_short_one(tmp_path: Path, cut: int, packer: Callable[[bytes], bytes]) -> None:
    """A compressed file that breaks off is an error with file and line; the lines before it were read."""
    packed = packer(PLAIN)
    path = _packed(tmp_path / "a", packed[: max(4, len(packed) - cut)])
    got: list[bytes] = []
    with pytest.raises(SourceError, match=r"truncated or damaged") as failure:
        got.extend(entry.raw for entry in read(path))
    assert got == LINES[: len(got)]
    assert failure.value.source == path
    assert failure.value.number == len(got) + 1


def test_damage_within_is_an_error(tmp_path: Path) -> None:
    """A compressed file with other bytes in its midst is an error, not other mentions."""
    packed = bytearray(gzip.compress(PLAIN))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(SourceError, match="truncated or damaged"):
        list(read(_packed(tmp_path / "a.gz", bytes(packed))))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """A missing file or a folder is an error with path and remedy."""
    with pytest.raises(SourceError, match=r"none\.jsonl:1: No such file or directory: check the path"):
        list(read(str(tmp_path / "none.jsonl")))
    with pytest.raises(SourceError, match="Is a directory"):
        list(read(str(tmp_path)))


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (b"[\n" + LINES[0] + b"\n", ":3: the JSON array is not closed: the file breaks off here"),
        (b"[\n" + LINES[0] + b",\nlate again]", ":3: not JSON: "),
        (PLAIN.decode().encode("utf-16")[:-1], ":50: is not utf-16 (truncated data)"),
        (b"x" * (MAX_LINE + 1), f":1: is longer than {MAX_LINE} bytes"),
        (b"<!DOCTYPE html><html>", ":1: is a web page: export CSV"),
        (b"%PDF-1.7", ":1: is a PDF document: export CSV"),
        (b"7z\xbc\xaf\x27\x1c", ":1: is a 7-Zip archive: unpack it"),
        (b"\0" * 257 + b"ustar", ":1: is a tar archive: unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ":1: the Excel workbook cannot be read"),
    ],
)
def test_what_cannot_be_read_says_what_it_is(tmp_path: Path, content: bytes, stated: str) -> None:
    """What breaks off, a feed, a document, an unknown archive and an endless line are told, with what to do."""
    with pytest.raises(SourceError) as failure:
        list(read(_packed(tmp_path / "a", content)))
    assert stated in str(failure.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, _zstd])
def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    """The path "-" is what is piped in, compressed or not."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(PLAIN))))
    assert _raws("-") == LINES


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    """A mapping of a required field to what the first object has not is refused, with what it has."""
    with pytest.raises(
        SourceError, match="text=body: the first object has nothing there: it has id, text, published_at"
    ):
        list(read(_packed(tmp_path / "a.jsonl", PLAIN), {"text": "body"}))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("a.csv", "csv"),
        ("a.CSV.gz", "csv"),
        ("a.tsv.zst", "csv"),
        ("a.jsonl", "jsonl"),
        ("b.csv/a", "jsonl"),
        ("-", "jsonl"),
    ],
)
def test_the_name_says_the_form(path: str, form: str) -> None:
    """Without a look inside, CSV is told by the name, under any compression; all else is JSON Lines."""
    assert format_of(path) == form


def test_the_form_may_be_given(tmp_path: Path) -> None:
    """A file without a telling name is read as what it is said to be."""
    path = _packed(tmp_path / "export", b"id,text,published_at,channel\n1,x,2026-01-31T14:05:00Z,news\n")
    (entry,) = read(path, form="csv")
    assert isinstance(entry, Line)
    assert not isinstance(entry, RejectedLine)
    assert json.loads(entry.raw)["text"] == "x"

"""Recording format: a recording gives back what was written, and a damaged one is rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import zstandard

from mentions.readers.position import SourceError
from streams.recording.format import End, MentionsEntry, Recording, ScoredEntry, write
from tests.support.recordings import entries, header, mentions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a recording of the first minutes."""
    path = tmp_path / "calm.tocsin"
    end = write(path, header(), entries(mentions()[:50]))
    assert end.mentions == 50
    return path


def text(path: Path) -> bytes:
    """Return what is in the file."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())


def test_what_is_written_is_read(path: Path) -> None:
    """The header and every entry come back, in order; of a mention either its scores or its line."""
    expected = list(entries(mentions()[:50]))
    recording = Recording(str(path))
    assert recording.header == header()
    scored = [entry for entry in expected if not isinstance(entry, MentionsEntry)]
    received = [entry for entry in expected if not isinstance(entry, ScoredEntry)]
    assert list(recording.entries()) == scored
    assert list(recording.entries(scores=False)) == received


def test_the_bytes_read_add_up(path: Path) -> None:
    """What `advance` is told is never more than the file's size, and grows."""
    reported: list[float] = []
    list(Recording(str(path)).entries(advance=reported.append))
    assert 0 < sum(reported) <= path.stat().st_size


@pytest.mark.parametrize("share", [0.2, 0.6, 0.999])
def test_a_cut_file_is_an_error(path: Path, share: float) -> None:
    """A recording that is cut anywhere is never taken for a shorter one."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match="truncated"):
        list(Recording(str(path)).entries())


def test_a_recording_without_its_end_is_an_error(path: Path) -> None:
    """Lines that are whole but lack the last are told to be truncated, with the line."""
    lines = text(path).splitlines(keepends=True)
    path.write_bytes(zstandard.compress(b"".join(lines[:-1])))
    with pytest.raises(SourceError, match=rf"{len(lines)}: the recording has no end"):
        list(Recording(str(path)).entries())


def test_a_missing_or_added_line_is_an_error(path: Path) -> None:
    """The end counts the entries, and nothing may follow it."""
    lines = text(path).splitlines(keepends=True)
    for damaged in (lines[:3] + lines[4:], [*lines, lines[3]]):
        path.write_bytes(zstandard.compress(b"".join(damaged)))
        with pytest.raises(SourceError, match="the recording is damaged"):
            list(Recording(str(path)).entries())


def test_a_line_that_is_no_entry_is_named(path: Path) -> None:
    """An entry that cannot be understood is told by its line."""
    lines = text(path).splitlines(keepends=True)
    path.write_bytes(zstandard.compress(b"".join([*lines[:2], b'{"type":"mystery"}\n', *lines[3:]])))
    with pytest.raises(SourceError, match=r"calm\.tocsin:3: is no entry"):
        list(Recording(str(path)).entries())


def test_other_files_are_no_recordings(tmp_path: Path) -> None:
    """JSON Lines under the name of a recording are refused with the remedy."""
    path = tmp_path / "wrong.tocsin"
    path.write_bytes(b'{"id": "1", "text": "hello"}\n')
    with pytest.raises(SourceError, match=r"is no recording of Tocsin.*`tocsin record` makes one"):
        Recording(str(path))


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A format that this version does not know is not guessed at."""
    path = tmp_path / "newer.tocsin"
    path.write_bytes(zstandard.compress(b'{"type":"recording","brands":[],"since":0,"until":0,"version":99}\n'))
    with pytest.raises(SourceError, match="version 99"):
        Recording(str(path))


def test_scores_that_are_not_there_cannot_be_asked_for(tmp_path: Path) -> None:
    """A recording without scores says so."""
    path = tmp_path / "bare.tocsin"
    write(path, header(scores=False), entries(mentions()[:5], scores=False))
    with pytest.raises(SourceError, match="carries no scores"):
        list(Recording(str(path)).entries(scores=True))


def test_a_recording_that_fails_leaves_no_file(tmp_path: Path) -> None:
    """Where writing breaks off, an older file of that name stays as it was."""
    path = tmp_path / "kept.tocsin"
    path.write_bytes(b"before")

    def broken() -> object:
        yield from entries(mentions()[:2])
        raise RuntimeError("the broker went away")

    with pytest.raises(RuntimeError):
        write(path, header(), broken())  # type: ignore[arg-type]  # what it yields are entries
    assert path.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["kept.tocsin"]


def test_the_end_names_the_scorers(path: Path) -> None:
    """The versions of scorer and lexicons that were at work stand in the last line."""
    last = text(path).splitlines()[-1]
    assert b'"scorers":["' in last
    assert last.startswith(b'{"type":"end"')
    assert End(0, 0, ()).scorers == ()

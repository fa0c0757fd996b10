"""How far has a source been read?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mentions.readers.checkpoint import HEAD, Checkpoint, ResumeOutcome, Resumption, identify
from mentions.readers.position import START, Position, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

AT = Position(7, 900)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a file that was read up to AT."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"line\n" * 1_000)
    return path


@pytest.fixture
def checkpoint(tmp_path: Path, data: Path) -> Checkpoint:
    """Return the checkpoint of that file."""
    checkpoint = Checkpoint(tmp_path / "data.checkpoint")
    checkpoint.save(identify(str(data)), AT, {"sent": 5})
    return checkpoint


def test_without_a_checkpoint_reading_begins(tmp_path: Path, data: Path) -> None:
    """A source never read begins at its start, and says that."""
    fresh = Checkpoint(tmp_path / "none").resume(identify(str(data)))
    assert fresh == Resumption(ResumeOutcome.FRESH, START, {})


def test_reading_goes_on_where_it_was_acknowledged(checkpoint: Checkpoint, data: Path) -> None:
    """The same file goes on at the place last saved, with what was counted."""
    assert checkpoint.resume(identify(str(data))) == Resumption(ResumeOutcome.RESUMED, AT, {"sent": 5})


@pytest.mark.parametrize("content", [b"line\n" * 1_001, b"line\n" * (HEAD // 5 + 1_000)])
def test_a_file_that_grew_is_the_same(checkpoint: Checkpoint, data: Path, content: bytes) -> None:
    """What was appended since does not make it another file, be it more than is compared."""
    data.write_bytes(content)
    assert checkpoint.resume(identify(str(data))).start is ResumeOutcome.RESUMED


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"LINE\n" * 1_000),
        lambda path: path.write_bytes(b"line\n" * 999),
        lambda path: path.write_bytes(b""),
    ],
)
def test_another_file_begins_again(checkpoint: Checkpoint, data: Path, change: Callable[[Path], object]) -> None:
    """A file with another beginning, or shorter than it was, is read from its start, and that is said."""
    change(data)
    assert checkpoint.resume(identify(str(data))) == Resumption(ResumeOutcome.REPLACED, START, {})


def test_a_large_file_that_shrank_begins_again(tmp_path: Path) -> None:
    """A file cut behind what is compared is another one all the same: the place to go on from may be gone."""
    path = tmp_path / "large.jsonl"
    path.write_bytes(b"line\n" * HEAD)
    checkpoint = Checkpoint(tmp_path / "large.checkpoint")
    checkpoint.save(identify(str(path)), Position(HEAD, 5 * HEAD), {})
    path.write_bytes(b"line\n" * (HEAD // 2))
    assert checkpoint.resume(identify(str(path))).start is ResumeOutcome.REPLACED


def test_another_path_begins_again(checkpoint: Checkpoint, data: Path) -> None:
    """A copy elsewhere is another source; the same file by another way to write its path is not."""
    copy = data.with_name("copy.jsonl")
    copy.write_bytes(data.read_bytes())
    assert checkpoint.resume(identify(str(copy))).start is ResumeOutcome.REPLACED
    assert checkpoint.resume(identify(f"{data.parent}/./data.jsonl")).start is ResumeOutcome.RESUMED


def test_a_crash_leaves_the_old_checkpoint_or_the_new(
    checkpoint: Checkpoint, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the replacement fails, the place saved before still holds."""

    def fail(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no"):
        checkpoint.save(identify(str(data)), Position(99, 9_999), {})
    assert checkpoint.resume(identify(str(data))).position == AT


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"version": 1}', b"[1, 2]"])
def test_what_is_no_checkpoint_is_refused(checkpoint: Checkpoint, data: Path, content: bytes) -> None:
    """A file of other content is never taken for a place, nor overwritten in silence."""
    checkpoint.path.write_bytes(content)
    with pytest.raises(SourceError, match=r"data\.checkpoint:1: is no checkpoint .*: delete it to start again"):
        checkpoint.resume(identify(str(data)))


def test_a_missing_source_has_no_identity(tmp_path: Path) -> None:
    """A file that cannot be read is an error with its path."""
    with pytest.raises(SourceError, match=r"none:1: No such file or directory"):
        identify(str(tmp_path / "none"))

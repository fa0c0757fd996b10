"""Inbox: a folder that people put files into. A file is taken once it has come to rest, and put away once it is read.

A file that is taken lies in `.reading`, which nobody else may enter; so nothing can be put in its place while it is
read, and a process that starts again finds it there.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sources.item import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

READING: Final = ".reading"
DONE: Final = "done"
FAILED: Final = "failed"

QUIET: Final = 5.0
"""Seconds for which a file must not have changed, by what is seen of it."""

OLD: Final = 10.0
"""Seconds since its last change after which a file is taken at the first look."""

MAX_FILE: Final = 2_000_000_000
"""Bytes of a file."""

MAX_SEEN: Final = 10_000
"""Files that are looked at; the others wait."""

_MAX_NAME: Final = 240
"""Bytes of a name that is given; file systems hold 255, and a note's name is longer by four."""

_UNFINISHED: Final = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", "~")
"""Ends of the names of files that a browser or a transfer is still writing."""

_NOTE: Final = "Tocsin, "
"""How a note begins: one that is there already may be written again."""


class Inbox:
    """One folder. Only one process at a time reads it."""

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._path = Path(path).expanduser()
        self._clock = clock
        self._looks: dict[str, tuple[str, float]] = {}  # by name: what the file was, and since when it is so
        self._lock: BinaryIO | None = None

    def open(self) -> None:
        """Make the folders, and keep other processes out.

        Raises:
            SourceError: the folder is not there, may not be written to, or is read by another process.
        """
        if self._lock is not None:
            return
        if not self._path.is_dir():
            raise SourceError(f"is no folder: create {self._path.absolute()}, or mend `path`")
        try:
            for name, mode in ((READING, 0o700), (DONE, 0o777), (FAILED, 0o777)):
                (self._path / name).mkdir(mode=mode, exist_ok=True)
                if (self._path / name).is_symlink():
                    raise SourceError(f"holds a link called {name}: delete it, links are not followed", permanent=True)
            lock = (self._path / READING / ".lock").open("ab")
        except OSError as error:
            raise SourceError(f"cannot be used: {error.strerror}: give write access to {self._path}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise SourceError("is read by another process, or by a source whose `path` is written otherwise") from None
        self._lock = lock

    def close(self) -> None:
        """Let another process read the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def taken(self) -> Path | None:
        """Return the file that was taken and is not put away, None where there is none."""
        return next((Path(entry.path) for entry in self._scan(self._path / READING)), None)

    def take(self) -> Path | None:
        """Take the file that has lain here longest, at rest; what is no file is put away. None where there is none."""
        now, looks, found = self._clock(), {}, []
        for entry in self._scan(self._path):
            with suppress(FileNotFoundError):
                seen = entry.stat(follow_symlinks=False)
                known, since = self._looks.get(entry.name, ("", now))
                mark = identity(seen)
                looks[entry.name] = (mark, since if known == mark else now)
                age = now - max(seen.st_mtime, seen.st_ctime)
                if age >= OLD or now - looks[entry.name][1] >= QUIET:
                    found.append((seen.st_mtime, entry.name))
        self._looks = looks
        for _, name in sorted(found):
            file = self._path / READING / name
            with suppress(FileNotFoundError):
                (self._path / name).rename(file)
                return file
        return None

    def waiting(self) -> list[Path]:
        """Return the files that lie here, the oldest first, whether they are at rest or not.

        Raises:
            SourceError: it is no folder.
        """
        if not self._path.is_dir():
            raise SourceError(f"is no folder: create {self._path.absolute()}, or mend `path`")
        files = [entry for entry in self._scan(self._path) if entry.is_file(follow_symlinks=False)]
        return [Path(entry.path) for entry in sorted(files, key=lambda entry: entry.stat().st_mtime)]

    def put_away(self, file: Path, place: str, lines: Sequence[str]) -> Path:
        """Move a file to `done` or `failed`, with a note beside it where there is something to say.

        Raises:
            SourceError: it cannot be moved.
        """
        target = next(path for path in _names(self._path / place, file.name) if _is_free(path))
        try:
            if lines:
                self._write(_note(target), lines)
            file.rename(target)
        except FileNotFoundError:
            pass  # somebody has taken it away
        except OSError as error:
            raise SourceError(f"cannot move {shown(file)} to {place}: {error.strerror}: mend its rights") from None
        return target

    def _write(self, note: Path, lines: Sequence[str]) -> None:
        at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self._clock()))
        with note.open("w", encoding="utf-8", errors="replace") as file:
            file.write("\n".join([f"{_NOTE}{at}", *lines, ""]))

    def _scan(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        """Yield what lies in a folder and is neither hidden, unfinished nor a folder.

        Raises:
            SourceError: it cannot be read.
        """
        try:
            with os.scandir(folder) as entries:
                for entry in islice(entries, MAX_SEEN):
                    unfinished = entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED)
                    if not unfinished and not entry.is_dir(follow_symlinks=False):
                        yield entry
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}: check {folder}") from None


def identity(seen: os.stat_result) -> str:
    """Return what tells a file from every other, and from itself after it was written to."""
    return f"{seen.st_ino}-{seen.st_size}-{seen.st_mtime_ns}"


def why_refused(seen: os.stat_result) -> str:
    """Return why what lies in a folder is not read, "" if it may be."""
    if stat.S_ISLNK(seen.st_mode):
        return "is a link: links are not followed; put the file itself into the folder"
    if not stat.S_ISREG(seen.st_mode):
        return "is no file, but a pipe or a device: put a file into the folder"
    if seen.st_size > MAX_FILE:
        return f"is larger than {MAX_FILE / 1e9:g} GB: split it, or send it with `tocsin ingest`"
    return "" if seen.st_size else "is empty: export it again"


def shown(file: Path) -> str:
    r"""Return the name of a file as it may be shown.

    >>> shown(Path("in") / "a\x1b[2J.csv")
    'a?[2J.csv'
    """
    return "".join(sign if sign.isprintable() else "?" for sign in file.name)[:120]


def _names(folder: Path, name: str) -> Iterator[Path]:
    """Yield names for a file: its own, then with a number."""
    stem, dot, suffix = name.partition(".")
    suffix = dot + suffix
    room = _MAX_NAME - len(os.fsencode(suffix)) - 12
    if room < 1:
        stem, suffix, room = name, "", _MAX_NAME - 12
    stem = os.fsdecode(os.fsencode(stem)[:room])
    yield folder / f"{stem}{suffix}"
    number = 2
    while True:
        yield folder / f"{stem} ({number}){suffix}"
        number += 1


def _note(target: Path) -> Path:
    return target.with_name(f"{target.name}.txt")


def _is_free(target: Path) -> bool:
    note = _note(target)
    if os.path.lexists(target):
        return False
    if not os.path.lexists(note):
        return True
    with suppress(OSError, UnicodeDecodeError):  # a process died after it wrote the note and before it moved the file
        return not note.is_symlink() and note.is_file() and note.open(encoding="utf-8").read(len(_NOTE)) == _NOTE
    return False

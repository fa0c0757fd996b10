"""Reading of the files that a command names, with what was found out and left out printed to stderr."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mentions.readers.options import ReadingNotes, ReadOptions
from tocsin.cli.output import print_status, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentions.readers.fields.field_map import Target
    from mentions.readers.fields.timestamp_reader import TimestampReader
    from mentions.readers.formats.file_context import Record
    from mentions.readers.options import Ids
    from mentions.readers.position import Line, Position, RejectedLine

STDIN: Final = "-"


class FileReading:
    """Reads files as the command line states, and reports on stderr what was found out and left out."""

    def __init__(
        self,
        options: ReadOptions | None = None,
        mapping: dict[str, str] | None = None,
        *,
        keep_first: bool = False,
        is_stated: bool = False,
    ) -> None:
        self._options = options or ReadOptions()
        self._mapping = mapping or {}
        self._keep_first = keep_first
        self._summarised: set[str] = set()
        self._shown: set[str] = set()
        self.is_stated: Final = is_stated

    def lines(
        self,
        path: str,
        advance: Callable[[float], None] | None = None,
        start: Position | None = None,
        *,
        ids: Ids = "many",
    ) -> Iterator[Line | RejectedLine]:
        """Yield a file's mentions; calls `advance` now and then with the bytes read of the file itself.

        `ids` says what becomes of an id that several texts have, unless --keep-first does.

        Raises:
            UsageError: the file cannot be read; the message names file, line and remedy.
            CommandError: its ids do not tell posts apart.
        """
        from mentions.readers.files import START, SourceError, read  # noqa: PLC0415  slow to load
        from mentions.readers.id_check import UnusableIdsError  # noqa: PLC0415

        notes = ReadingNotes()
        options = replace(self._options, ids="first" if self._keep_first else ids)
        try:
            for line in read(path, self._mapping, start or START, None, advance, options, notes):
                if len(notes.facts) > notes.reported:
                    self._report(path, notes)
                yield line
        except SourceError as error:
            self._report(path, notes)
            raise UsageError(printable(str(error))) from error
        except UnusableIdsError as error:
            self._report(path, notes)
            raise CommandError(printable(str(error))) from error
        self._report(path, notes)
        self._summarise(path, notes)

    def check(self, path: str, start: Position | None) -> None:
        """Read a file for nothing but its ids, so that they are known to be good before anything is sent.

        Raises:
            CommandError: its ids do not tell posts apart.
        """
        if path != STDIN and Path(path).is_file():
            with suppress(UsageError):  # what cannot be read is reported where reading gets there
                for _line in self.lines(path, None, start, ids="stop"):
                    pass

    def fields(self, path: str, target: Target) -> Iterator[Line | Record | RejectedLine]:
        """Yield the rows or objects of a file that holds something else than mentions.

        Raises:
            UsageError: the file cannot be read.
        """
        from mentions.readers.files import SourceError, read_fields  # noqa: PLC0415  slow to load
        from mentions.readers.formats.file_context import FileContext  # noqa: PLC0415

        notes = ReadingNotes()
        try:
            yield from read_fields(FileContext(path, self._mapping, self._options, notes, target))
        except SourceError as error:
            raise UsageError(printable(str(error))) from error
        self._report(path, notes)

    def timestamps(self) -> TimestampReader:
        """Return the reader of times as they are stated to be written."""
        from mentions.readers.fields.timestamp_reader import TimestampReader  # noqa: PLC0415

        return TimestampReader(self._options.timezone, self._options.date_format)

    def preview(self, files: list[str], target: Target | None = None) -> bool:
        """Print a first look at the files; return whether nothing is unclear."""
        from tocsin.cli.preview import print_preview  # noqa: PLC0415

        clear = [print_preview(path, self._mapping, self._options, target) for path in files]
        return all(clear)

    def _report(self, path: str, notes: ReadingNotes) -> None:
        for fact in notes.new_facts():
            line = printable(f"{path}: {fact}")
            if line not in self._shown:
                self._shown.add(line)
                print_status(line)

    def _summarise(self, path: str, notes: ReadingNotes) -> None:
        if path not in self._summarised:
            self._summarised.add(path)
            for line in notes.summary():
                print_status(printable(f"{path}: {line}"))

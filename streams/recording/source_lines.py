"""Source lines: finds the line of each scored mention, on disk, however many there are."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import msgspec

from mentions.model.decode import split_lines

if TYPE_CHECKING:
    from mentions.model.batches import Batch


class SourceLines:
    """The lines that are wanted, by source partition, offset and index; a database of its own that goes with it."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # no name: temporary, on disk beyond a few MB
        self._file.execute("PRAGMA journal_mode = OFF")
        columns = "place INTEGER, offset INTEGER, idx INTEGER, line TEXT"
        self._file.execute(f"CREATE TABLE lines ({columns}, PRIMARY KEY (place, offset, idx)) WITHOUT ROWID")

    def request(self, batch: Batch) -> None:
        """Ask for the lines of a batch."""
        rows = [(batch.partition, offset, index) for offset, index, _ in batch.places]
        self._file.executemany("INSERT OR IGNORE INTO lines (place, offset, idx) VALUES (?, ?, ?)", rows)

    def offset_ranges(self) -> dict[int, tuple[int, int]]:
        """Return the first and the last offset wanted of each source partition."""
        found = self._file.execute("SELECT place, min(offset), max(offset) FROM lines GROUP BY place")
        return {partition: (first, last) for partition, first, last in found}

    def put(self, partition: int, offset: int, value: bytes | None) -> None:
        """Take the lines that are wanted of a record of `mentions`."""
        wanted = self._file.execute("SELECT idx FROM lines WHERE place = ? AND offset = ?", (partition, offset))
        indexes = [index for (index,) in wanted]
        if not indexes:
            return
        lines = list(split_lines(value or b""))
        found = [(_one_line(lines[index]), partition, offset, index) for index in indexes if index < len(lines)]
        self._file.executemany("UPDATE lines SET line = ? WHERE place = ? AND offset = ? AND idx = ?", found)

    def lines(self, batch: Batch) -> list[str]:
        """Return the line of each row and each change of a batch, in source order, "" for one that is gone."""
        one = "SELECT line FROM lines WHERE place = ? AND offset = ? AND idx = ?"
        found = [
            self._file.execute(one, (batch.partition, offset, index)).fetchone() for offset, index, _ in batch.places
        ]
        return [row[0] or "" if row else "" for row in found]

    def missing(self) -> int:
        """Return how many lines that are wanted were not put."""
        (count,) = self._file.execute("SELECT count(*) FROM lines WHERE line IS NULL").fetchone()
        return int(count)


def _one_line(line: bytes) -> str:
    return (msgspec.json.format(line, indent=-1) if b"\n" in line else line).decode("utf-8", "replace")

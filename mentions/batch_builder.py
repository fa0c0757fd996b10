"""Batch builder: gathers the rows of several records into micro-batches, cut by size, in source order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mentions.model.batches import Batch, Change
from mentions.scoring import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.scoring import RecordResult

MAX_ROWS: Final = 2_000
MAX_BYTES: Final = 500_000
"""Estimated size of a batch, well under the megabyte that brokers take by default."""

_MARKS: Final = 2
"""Fields of a row that make it a change: `revision` and `deleted`, the last ones."""

ROW_BYTES: Final = 100
"""What the numbers of a row take at most in MessagePack."""


class BatchBuilder:
    """Gathers the rows of several records of one source partition in source order."""

    def __init__(self, partition: int, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES, *, epoch: int = 0) -> None:
        self.partition: Final = partition
        self._epoch: Final = epoch
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._runs: dict[str, list[_PolicyRun]] = {}

    def add(self, scored: RecordResult) -> None:
        """Add the rows of the next record.

        Raises:
            ValueError: it is of another partition.
        """
        if scored.partition != self.partition:
            raise ValueError(f"record of partition {scored.partition}: these columns are of {self.partition}")
        for brand, rows in scored.rows.items():
            runs = self._runs.setdefault(brand, [])
            origin = (scored.revisions[brand], scored.scorer)
            if not runs or runs[-1].origin != origin:
                runs.append(_PolicyRun(origin, []))
            runs[-1].rows.extend(rows)

    def drain(self) -> list[Batch]:
        """Return the batches gathered since the last call, each brand's in source order."""
        runs, self._runs = self._runs, {}
        return [
            Batch(brand, self.partition, *run.origin, *self._columns(rows))
            for brand, in_order in runs.items()
            for run in in_order
            for rows in self._cut(run.rows)
        ]

    def _columns(self, rows: list[Row]) -> Iterator[Any]:
        plain = [row for row in rows if not (row.revision or row.deleted)]
        columns = list(map(list, zip(*plain, strict=True))) or [[] for _ in Row._fields]
        yield from columns[:-_MARKS]
        yield self._epoch
        yield _changes(rows) if len(plain) < len(rows) else []

    def __len__(self) -> int:
        """Return the number of rows gathered."""
        return sum(len(run.rows) for in_order in self._runs.values() for run in in_order)

    def _cut(self, rows: list[Row]) -> Iterator[list[Row]]:
        if len(rows) > self._max_rows:
            for start in range(0, len(rows), self._max_rows):
                yield from self._cut(rows[start : start + self._max_rows])
        elif len(rows) > 1 and _size(rows) > self._max_bytes:
            yield from self._cut(rows[: len(rows) // 2])
            yield from self._cut(rows[len(rows) // 2 :])
        else:
            yield rows


def _changes(rows: list[Row]) -> list[Change]:
    """Return the edits and deletions among rows, each with how many of the other rows come before it."""
    changes: list[Change] = []
    for place, row in enumerate(rows):
        if row.revision or row.deleted:
            changes.append(Change(place - len(changes), row.revision, row.deleted, *row[:-_MARKS]))
    return changes


class _PolicyRun(NamedTuple):
    """Rows of one brand under one revision and one scorer, in source order."""

    origin: tuple[int, str]
    rows: list[Row]


def _size(rows: list[Row]) -> int:
    texts = "".join([row.excerpt + row.author + row.channel + row.url for row in rows])
    return ROW_BYTES * len(rows) + len(texts.encode("utf-8", "surrogatepass"))

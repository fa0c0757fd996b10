"""Offset tracker: which offsets of a partition are processed, and whether the next record follows the last one.

Faust marks a record as processed when its stream skips it during a rebalance, and lets one unprocessed offset through
when it looks for the next one to commit (`Consumer._new_offset`). Exact counts cannot rest on that, so Faust does not
acknowledge the agents' topics. A batch processor commits what it has finished, and records it here.
"""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

P = TypeVar("P")


class OffsetCheck(Enum):
    """How the offset of a record compares with the one expected."""

    NEXT = "next"
    REPEATED = "repeated"  # seen before: the partition was sought back further than needed
    GAP = "gap"  # offsets are missing: read again from the missing one
    STALE = "stale"  # fetched before the seek took effect: it will arrive once more
    CONFIRMED_GAP = "confirmed gap"  # read again and still missing: transaction markers or expired records


class OffsetTracker(Generic[P]):
    """Next offset expected and next offset to commit, per partition."""

    def __init__(self) -> None:
        self._expected: dict[P, int] = {}
        self._processed: dict[P, int] = {}
        self._committed: dict[P, int] = {}
        self._suspected: dict[P, int] = {}
        self._reread: set[P] = set()

    def check(self, partition: P, offset: int) -> OffsetCheck:
        """Return how the record at `offset` follows, and expect the next one if it does.

        A partition of which nothing is expected yet may begin anywhere.
        """
        expected = self._expected.get(partition, offset)
        if offset < expected:
            return OffsetCheck.REPEATED
        verdict = OffsetCheck.NEXT
        if offset > expected:
            suspect = self._suspected.setdefault(partition, offset)
            if suspect != offset:
                return OffsetCheck.STALE
            if partition not in self._reread:
                self._reread.add(partition)
                return OffsetCheck.GAP
            verdict = OffsetCheck.CONFIRMED_GAP
        self._suspected.pop(partition, None)
        self._reread.discard(partition)
        self._expected[partition] = offset + 1
        return verdict

    def expect(self, partition: P, offset: int) -> None:
        """Note that `partition` is read from `offset` on."""
        self._expected[partition] = offset

    def expected(self, partition: P) -> int | None:
        """Return the next offset expected of `partition`, None before its first record."""
        return self._expected.get(partition)

    def mark_processed(self, partition: P, offset: int) -> None:
        """Note that every record up to and including `offset` is processed: what follows from it is acknowledged."""
        self._processed[partition] = offset + 1

    def processed(self, partition: P) -> int | None:
        """Return the offset after the last one processed, None before the first."""
        return self._processed.get(partition)

    def uncommitted(self) -> dict[P, int]:
        """Return the offsets to commit: those that advanced since `mark_committed`."""
        return {p: offset for p, offset in self._processed.items() if offset > self._committed.get(p, -1)}

    def mark_committed(self, offsets: dict[P, int]) -> None:
        """Note that `offsets` are committed."""
        self._committed.update(offsets)

    def reset(self) -> None:
        """Forget everything: the partitions are being reassigned."""
        for account in (self._expected, self._processed, self._committed, self._suspected, self._reread):
            account.clear()

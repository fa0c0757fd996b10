"""Partitioning: in which partition a key lies, as the producers of all clients choose it."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of `key` in a topic of so many partitions.

    >>> partition_of(b"Hallowfirth", 4)
    1
    """
    from kafka.partitioner.default import murmur2  # noqa: PLC0415  slow to load, and most replays need no partition

    return int(murmur2(key) & 0x7FFFFFFF) % partitions

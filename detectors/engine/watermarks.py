"""Watermarks: the event time up to which all source partitions have been read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from mentions.model.batches import ClockSkew

if TYPE_CHECKING:
    from datetime import timedelta

    from mentions.model.batches import Tick


class Watermarks(msgspec.Struct):
    """Latest tick of each source partition, folded from the ticks of one partition of `mentions.scored`.

    `observe` changes the value in place. Instants are milliseconds since the epoch, UTC.
    """

    partitions: int = 0  # how many source partitions there are, by the latest tick
    read_up_to: dict[int, int] = {}
    clocks: dict[int, int] = {}  # arrival clock of each partition's latest tick that carried one
    first_clock: int | None = None  # the first clock seen: idle time of a partition without ticks starts here
    emitted: int | None = None  # the largest watermark given out; it never goes back, unless it is mended
    epoch: int = 0  # identity of the topic that the ticks are read from, 0 where it is not known
    skews: dict[int, ClockSkew] = {}  # latest timestamp of each partition that was ahead of its reader's clock

    def observe(self, tick: Tick, idle_timeout: timedelta) -> int | None:
        """Add `tick` and return the watermark, before any lateness is taken off.

        It is the smallest `read_up_to` over all source partitions, except idle ones: silent for longer
        than `idle_timeout` by the latest of the others' clocks. `None` while some partition has neither ticked nor
        become idle. An idle partition that ticks again counts again, but the watermark never goes back.
        """
        self.partitions = tick.partitions
        if tick.skew is not None:
            self.skews[tick.partition] = tick.skew
        self.read_up_to[tick.partition] = max(tick.read_up_to, self.read_up_to.get(tick.partition, tick.read_up_to))
        if tick.clock is not None:
            self.clocks[tick.partition] = max(tick.clock, self.clocks.get(tick.partition, tick.clock))
            self.first_clock = tick.clock if self.first_clock is None else min(self.first_clock, tick.clock)
        idle = self.idle(idle_timeout)
        waited_for = [p for p in range(self.partitions) if p not in idle]
        if waited_for and all(p in self.read_up_to for p in waited_for):
            lowest = min(self.read_up_to[p] for p in waited_for)
            self.emitted = lowest if self.emitted is None else max(self.emitted, lowest)
        return self.emitted

    def is_ahead(self, limit: int) -> bool:
        """Return whether event time is ahead of the instant `limit`."""
        return max([self.emitted or 0, *self.read_up_to.values(), *self.clocks.values()]) > limit

    def mend(self, now: int) -> None:
        """Take every instant after `now`, which a wrong clock brought in, as `now`."""
        self.read_up_to = {partition: min(at, now) for partition, at in self.read_up_to.items()}
        self.clocks = {partition: min(at, now) for partition, at in self.clocks.items()}
        self.first_clock = None if self.first_clock is None else min(self.first_clock, now)
        self.emitted = None if self.emitted is None else min(self.emitted, now)

    def idle(self, idle_timeout: timedelta) -> frozenset[int]:
        """Return the source partitions whose reader has been silent for longer than `idle_timeout`."""
        if not self.clocks or self.first_clock is None:
            return frozenset()
        limit = max(self.clocks.values()) - idle_timeout.total_seconds() * 1000
        return frozenset(p for p in range(self.partitions) if self.clocks.get(p, self.first_clock) < limit)


class _Stored(Watermarks):
    """Watermarks as they are stored: partitions that are read up to the same instant by the same clock in one entry."""

    alike: list[tuple[int, int, list[int]]] = []  # read up to, clock, partitions


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Stored)


def encode(watermarks: Watermarks) -> bytes:
    """Return the stored form."""
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for partition in watermarks.read_up_to.keys() & watermarks.clocks.keys():
        alike[watermarks.read_up_to[partition], watermarks.clocks[partition]].append(partition)
    several = {instants: partitions for instants, partitions in alike.items() if len(partitions) > 1}
    if not several:
        return _encoder.encode(watermarks)
    packed = frozenset().union(*several.values())
    return _encoder.encode(
        _Stored(
            partitions=watermarks.partitions,
            read_up_to={partition: at for partition, at in watermarks.read_up_to.items() if partition not in packed},
            clocks={partition: at for partition, at in watermarks.clocks.items() if partition not in packed},
            first_clock=watermarks.first_clock,
            emitted=watermarks.emitted,
            epoch=watermarks.epoch,
            skews=watermarks.skews,
            alike=[(*instants, partitions) for instants, partitions in several.items()],
        )
    )


def decode(raw: bytes) -> Watermarks:
    """Return the watermarks that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    stored = _decoder.decode(raw)
    for read_up_to, clock, partitions in stored.alike:
        stored.read_up_to |= dict.fromkeys(partitions, read_up_to)
        stored.clocks |= dict.fromkeys(partitions, clock)
    return Watermarks(
        stored.partitions,
        stored.read_up_to,
        stored.clocks,
        stored.first_clock,
        stored.emitted,
        stored.epoch,
        stored.skews,
    )

"""Records of `mentions.scored`: ticks of idle partitions share one entry, and each is read by itself."""

from __future__ import annotations

import msgspec

from mentions.model.batches import ClockSkew, Tick, decode_parts, encode, encode_all, together

NOW = 1_770_000_000_000
IDLE = [Tick(partition, 48, NOW, NOW) for partition in range(48)]


def test_idle_partitions_cost_a_byte_each() -> None:
    """What a quiet night writes grows with the partitions of a tick by a byte each, and nothing is lost of it."""
    (record,) = encode_all(together(IDLE))
    assert len(record) < 48 + 60
    assert decode_parts(record) == IDLE


def test_partitions_that_say_something_else_speak_for_themselves() -> None:
    """A partition that is further behind, or whose clock was wrong, is not taken for one of the others."""
    behind, wrong = Tick(3, 4, NOW - 5_000, NOW), Tick(1, 4, NOW, NOW, ClockSkew("published_at", 60_000, NOW))
    ticks = [Tick(0, 4, NOW, NOW), wrong, Tick(2, 4, NOW, NOW), behind]
    read = decode_parts(encode(together(ticks)))
    assert sorted(map(repr, read)) == sorted(map(repr, ticks))


def test_a_worker_before_them_reads_the_first() -> None:
    """While workers are upgraded one by one an older one understands the record; the others count as idle there."""
    older = msgspec.msgpack.Decoder(list[Tick])
    assert older.decode(encode(together(IDLE))) == IDLE[:1]

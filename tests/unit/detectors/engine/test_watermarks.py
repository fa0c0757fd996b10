"""Up to which time has everything been read?"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.engine.watermarks import Watermarks, decode, encode
from mentions.model.batches import Tick

STALLED = timedelta(seconds=30)


def tick(partition: int, read_up_to: int, clock: int | None = None, partitions: int = 2) -> Tick:
    """Return a tick of one of two partitions; instants in seconds."""
    return Tick(partition, partitions, 1000 * read_up_to, None if clock is None else 1000 * clock)


def test_nothing_is_known_until_every_partition_has_spoken() -> None:
    """With two partitions, one tick gives no watermark, the second gives the smaller of both."""
    marks = Watermarks()
    assert marks.observe(tick(0, 100), STALLED) is None
    assert marks.observe(tick(1, 70), STALLED) == 70_000


def test_the_slowest_partition_holds_time_back() -> None:
    """However far one partition is read, the other decides."""
    marks = Watermarks()
    marks.observe(tick(0, 100), STALLED)
    marks.observe(tick(1, 70), STALLED)
    assert marks.observe(tick(0, 900), STALLED) == 70_000
    assert marks.observe(tick(1, 800), STALLED) == 800_000


def test_a_stalled_partition_is_left_out() -> None:
    """Silent for over 30 s by the other's clock: time goes on without it, and `stalled` names it."""
    marks = Watermarks()
    marks.observe(tick(0, 100, clock=100), STALLED)
    marks.observe(tick(1, 100, clock=100), STALLED)
    assert marks.observe(tick(0, 130, clock=130), STALLED) == 100_000
    assert marks.idle(STALLED) == frozenset()
    assert marks.observe(Tick(0, 2, 130_001, 130_001), STALLED) == 130_001
    assert marks.idle(STALLED) == {1}


def test_a_partition_that_never_spoke_stalls_too() -> None:
    """Its silence counts from the first clock that was heard."""
    marks = Watermarks()
    assert marks.observe(tick(0, 100, clock=100), STALLED) is None
    assert marks.observe(tick(0, 131, clock=131), STALLED) == 131_000


def test_without_clocks_nobody_stalls() -> None:
    """Where time advances with the records alone, a silent partition is waited for."""
    marks = Watermarks()
    marks.observe(tick(0, 100), STALLED)
    assert marks.observe(tick(0, 10_000), STALLED) is None


def test_one_that_returns_does_not_turn_time_back() -> None:
    """A partition that stalled and speaks again is waited for from then on; the watermark stays."""
    marks = Watermarks()
    marks.observe(tick(0, 100, clock=100), STALLED)
    marks.observe(tick(1, 100, clock=100), STALLED)
    marks.observe(tick(0, 200, clock=200), STALLED)
    assert marks.observe(tick(1, 110, clock=201), STALLED) == 200_000
    assert marks.observe(tick(0, 300, clock=202), STALLED) == 200_000
    assert marks.observe(tick(1, 290, clock=203), STALLED) == 290_000


def test_a_topic_that_grows_waits_for_the_new_partition() -> None:
    """A tick that speaks of three partitions makes the third one awaited."""
    marks = Watermarks()
    marks.observe(tick(0, 100), STALLED)
    marks.observe(tick(1, 100), STALLED)
    assert marks.observe(tick(0, 500, partitions=3), STALLED) == 100_000
    marks.observe(tick(1, 500, partitions=3), STALLED)
    assert marks.observe(tick(2, 400, partitions=3), STALLED) == 400_000


TICKS = st.builds(tick, st.integers(0, 2), st.integers(0, 500), st.none() | st.integers(0, 500), st.just(3))


@given(st.lists(TICKS, max_size=30))
def test_the_watermark_never_goes_back_and_a_restart_changes_nothing(ticks: list[Tick]) -> None:
    """Whatever comes in whatever order, time is monotone, and storing between any two ticks is invisible."""
    marks, stored = Watermarks(), Watermarks()
    reached = []
    for each in ticks:
        reached.append(marks.observe(each, STALLED))
        assert decode(encode(stored)).observe(each, STALLED) == reached[-1]
        stored.observe(each, STALLED)
    reported = [instant for instant in reached if instant is not None]
    assert reported == sorted(reported)


def test_idle_partitions_cost_a_byte_each() -> None:
    """Partitions that tick alike are stored as one entry: what a quiet night writes grows with their number alone."""
    marks = Watermarks()
    for partition in range(48):
        marks.observe(Tick(partition, 48, 1_770_000_000_000, 1_770_000_000_000), STALLED)
    stored = encode(marks)
    assert len(stored) < 48 + 150
    assert decode(stored) == marks


def test_other_bytes_are_refused() -> None:
    """What `encode` did not write raises."""
    with pytest.raises(msgspec.DecodeError):
        decode(b"\x01")

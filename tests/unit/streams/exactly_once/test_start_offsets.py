"""Start offsets: the committed one, unless it belongs to a topic that was deleted."""

from __future__ import annotations

from typing import Final

import pytest
from faust.types import TP
from structlog.testing import capture_logs

from streams.exactly_once.start_offsets import start_offset

HERE: Final = TP("signals", 2)


@pytest.mark.parametrize(
    ("committed", "earliest", "end", "start"),
    [(0, 0, 0, 0), (7, 0, 9, 7), (9, 0, 9, 9), (3, 5, 9, 5), (10, 0, 9, 0), (5_000, 0, 0, 0), (5_000, 3, 40, 3)],
)
def test_an_offset_beyond_the_end_is_of_another_topic(committed: int, earliest: int, end: int, start: int) -> None:
    """Then the topic is read from its beginning, and the log says so; expired records are no news."""
    with capture_logs() as logs:
        assert start_offset(HERE, committed, earliest, end) == start
    assert [(line["topic"], line["partition"], line["offset"]) for line in logs] == (
        [("signals", 2, committed)] if committed > end else []
    )

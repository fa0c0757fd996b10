"""Source lines: each scored mention gets the line that it came from."""

from __future__ import annotations

from streams.recording.source_lines import SourceLines
from tests.support.mentions_stream import Row, batch_of


def test_a_row_gets_its_line_and_one_that_is_gone_gets_none() -> None:
    """By partition, offset and place within the record."""
    batch = batch_of([Row(0), Row(1), Row(2)], offset=7)
    originals = SourceLines()
    originals.request(batch)
    originals.request(batch)
    assert originals.offset_ranges() == {0: (7, 9)}
    originals.put(0, 7, b'{"a": 1}\n{"b": 2}')
    originals.put(0, 8, None)
    originals.put(0, 11, b'{"c": 3}')
    originals.put(1, 9, b'{"d": 4}')
    assert originals.lines(batch) == ['{"a": 1}', "", ""]
    assert originals.missing() == 2

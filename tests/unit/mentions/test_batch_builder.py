"""How do rows become micro-batches?"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.batch_builder import MAX_BYTES, MAX_ROWS, BatchBuilder
from mentions.model.batches import Batch, Tick, decode, encode, encode_all
from mentions.scoring import RecordResult, score_record
from mentions.watchlist.watchlist import BrandTerms, Watchlist
from tests.support.mentions import ARRIVED, CountingScorer, line, record

OPEN = Watchlist.accepting_any()


def _scored(
    offset: int, *brands: str, partition: int = 0, text: str = "bad", watchlist: Watchlist = OPEN
) -> RecordResult:
    lines = [line(id=f"{offset}-{at}", brand=brand, text=text, lang="en") for at, brand in enumerate(brands)]
    return score_record(record(*lines), ARRIVED, partition, offset, watchlist, CountingScorer())


def _origins(batches: list[Batch]) -> list[tuple[int, int]]:
    return [origin for batch in batches for origin in zip(batch.offsets, batch.indexes, strict=True)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=8), st.integers(1, 4))
def test_each_row_is_in_one_batch_in_source_order(records: list[list[str]], most: int) -> None:
    """However rows are cut, each brand's batches hold its rows once, in the order of offset and index."""
    columns = BatchBuilder(0, max_rows=most)
    for offset, brands in enumerate(records):
        columns.add(_scored(offset, *brands))
    total = len(columns)
    batches = columns.drain()
    assert all(1 <= len(batch) <= most for batch in batches)
    assert sum(map(len, batches)) == total == sum(map(len, records))
    for brand in "abc":
        expected = [
            (at, place) for at, names in enumerate(records) for place, name in enumerate(names) if name == brand
        ]
        assert _origins([batch for batch in batches if batch.brand == brand]) == expected


def test_a_batch_survives_the_wire() -> None:
    """All columns are as long as the batch, without changes in it, and encoding and decoding returns it."""
    columns = BatchBuilder(4)
    columns.add(_scored(9, "a", "a", partition=4))
    (batch,) = columns.drain()
    assert {len(column) for column in msgspec.structs.astuple(batch)[:-1] if isinstance(column, list)} == {2}
    assert batch.changes == []
    assert (batch.brand, batch.partition, batch.scorer) == ("a", 4, "counting-1")
    assert decode(encode([batch])) == [batch]


def test_draining_empties() -> None:
    """What was drained is not drained again."""
    columns = BatchBuilder(0)
    columns.add(_scored(0, "a"))
    assert len(columns.drain()) == 1
    assert (len(columns), columns.drain()) == (0, [])


def test_a_batch_stays_far_below_a_megabyte() -> None:
    """Rows of the widest texts are cut by size, and none is lost."""
    columns = BatchBuilder(0)
    for offset in range(30):
        columns.add(_scored(offset, *["a"] * 100, text="😡" * 400))
    batches = columns.drain()
    assert all(len(encode([batch])) <= MAX_BYTES for batch in batches)
    assert len(_origins(batches)) == 3_000 > MAX_ROWS
    assert _origins(batches) == sorted(_origins(batches))


def test_a_new_revision_begins_a_new_batch() -> None:
    """Rows scored under another revision of the brand never share a batch, and stay in order."""
    columns = BatchBuilder(0)
    for offset, revision in enumerate([1, 1, 2, 1]):
        columns.add(_scored(offset, "a", watchlist=Watchlist([BrandTerms(name="a", revision=revision)])))
    batches = columns.drain()
    assert [(batch.policy, batch.offsets) for batch in batches] == [(1, [0, 1]), (2, [2]), (1, [3])]


def test_columns_are_of_one_partition() -> None:
    """A record of another source partition would break the order: it is refused."""
    with pytest.raises(ValueError, match="record of partition 1: these columns are of 0"):
        BatchBuilder(0).add(_scored(0, "a", partition=1))


@given(st.integers(1, 5_000), st.lists(st.sampled_from("abc"), max_size=40))
def test_records_hold_every_part_in_order_within_the_bound(max_bytes: int, names: list[str]) -> None:
    """As few records as hold the parts; none over the bound, save one that holds a single large part."""
    columns = BatchBuilder(0)
    for offset, name in enumerate(names):
        columns.add(_scored(offset, *[name] * (offset + 1)))
    parts: list[Batch | Tick] = [*columns.drain(), Tick(0, 1, 7, None)]
    records = list(encode_all(parts, max_bytes))
    assert [part for raw in records for part in decode(raw)] == parts
    assert all(len(raw) <= max_bytes + 5 or len(decode(raw)) == 1 for raw in records)
    assert list(encode_all([])) == []

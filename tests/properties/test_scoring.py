"""Which laws hold for the score stage, whatever the records?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.batch_builder import BatchBuilder
from mentions.model.decode import decode_record
from mentions.scoring import RecordResult, Row, score_record
from mentions.watchlist.watchlist import BrandTerms, Watchlist
from tests.support.mentions import ARRIVED, PUBLISHED, CountingScorer, line, record

if TYPE_CHECKING:
    from mentions.model.batches import Batch

WATCHLIST = Watchlist(
    [
        BrandTerms(
            name="Nordbahn", aliases=("NB",), keywords=("nordbahn",), own_accounts=("nordbahn",), exclusions=("toy",)
        ),
        BrandTerms(name="Lys", keywords=("lys", "crèmerie lys"), revision=2),
    ]
)

lines = st.one_of(
    st.builds(
        lambda number, brand, words, author, off: line(
            id=str(number), brand=brand, text=" ".join(words), author=author, published_at=PUBLISHED + off
        ),
        st.integers(0, 9),
        st.sampled_from([None, "", "nb", "Lys", "Nobody"]),
        st.lists(st.sampled_from(["Nordbahn", "#LYS", "toy", "bad", "good", "idiot", "é", "😡"]), max_size=6),
        st.sampled_from([None, "nordbahn", "@Nordbahn", {"name": "x", "followers": 3}]),
        st.integers(-1_000_000, 600_000),
    ),
    st.sampled_from([b"x", b"{}", b"[]", line(text="\ud800")]),
)
records = st.lists(lines, min_size=1, max_size=8)


def _score(value: bytes, offset: int = 0) -> RecordResult:
    return score_record(value, ARRIVED, 0, offset, WATCHLIST, CountingScorer())


def _batches(several: list[RecordResult]) -> list[Batch]:
    columns = BatchBuilder(0)
    for scored in several:
        columns.add(scored)
    return columns.drain()


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.none(), st.binary(max_size=80), records.map(lambda several: record(*several))))
def test_each_entry_has_one_fate(value: bytes | None) -> None:
    """Every entry of a record is accepted, unmatched, its brand's own or rejected, and none is two of these."""
    scored = score_record(value, ARRIVED, 0, 0, WATCHLIST, CountingScorer())
    places = {row.line_index for rows in scored.rows.values() for row in rows}
    rejected = [rejection.index for rejection in scored.rejections]
    assert scored.accepted == len(places)
    assert rejected == sorted(set(rejected) - places)
    assert scored.accepted + scored.unmatched + scored.own_account + len(rejected) == len(decode_record(value, ARRIVED))


@settings(max_examples=150, deadline=None)
@given(records)
def test_packing_does_not_matter(several: list[bytes]) -> None:
    """A mention means the same alone in a record as among others."""

    def content(rows: list[Row]) -> list[Row]:
        return [row._replace(offset=0, line_index=0) for row in rows]

    together = _score(record(*several))
    alone = [_score(one) for one in several]
    for brand in ("Nordbahn", "Lys"):
        rows = [row for scored in alone for row in scored.rows.get(brand, [])]
        assert content(together.rows.get(brand, [])) == content(rows)
    assert together.read_up_to == max(scored.read_up_to for scored in alone)
    assert [bad.reasons for bad in together.rejections] == [bad.reasons for one in alone for bad in one.rejections]


@settings(max_examples=100, deadline=None)
@given(st.lists(records, min_size=1, max_size=5), st.data())
def test_where_batches_are_cut_does_not_matter(several: list[list[bytes]], data: st.DataObject) -> None:
    """Draining between any two records gives the rows of draining once, in the same order."""
    scored = [_score(record(*one), offset) for offset, one in enumerate(several)]
    cut = data.draw(st.integers(0, len(scored)))

    def rows(batches: list[Batch]) -> dict[str, list[tuple[int, int, float]]]:
        gathered: dict[str, list[tuple[int, int, float]]] = {}
        for batch in batches:
            gathered.setdefault(batch.brand, []).extend(zip(batch.offsets, batch.indexes, batch.compounds, strict=True))
        return gathered

    assert rows(_batches(scored[:cut]) + _batches(scored[cut:])) == rows(_batches(scored))


@settings(max_examples=100, deadline=None)
@given(records)
def test_scoring_again_gives_the_same(several: list[bytes]) -> None:
    """A record read again, as after a restart, gives the very same rows and rejections."""
    first, again = _score(record(*several)), _score(record(*several))
    assert (first.rows, first.rejections, first.read_up_to) == (again.rows, again.rejections, again.read_up_to)

"""Streams of mentions for tests of detection states, and how they are applied."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from detectors.engine import engine, storage
from detectors.policy import Policy
from mentions.model.batches import Batch

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.model.signal import Signal

START: Final = 24_000_000 * 60_000
"""A minute, in ms, at the start of an hour."""

POLICY: Final = Policy.model_validate(
    {
        "static_threshold": {"mentions": 12, "negative": 5, "negative_share": 0.5, "share_min_mentions": 6},
        "learning": {"warm_up": "2h"},
        "volume_spike": {"min_mentions": 5},
        "negative_spike": {"min_mentions": 3},
        "negative_burst": {"min_mentions": 4, "max_mean_sentiment": 0.0},
        "lateness": "2m",
    }
)


class Row(NamedTuple):
    """One mention, as much of it as the watch looks at."""

    number: int
    published: int
    label: int
    text: int


def batch_of(rows: list[Row], partition: int = 0, brand: str = "acme") -> Batch:
    """Return rows as a batch; their numbers are their offsets."""
    size = len(rows)
    published = [row.published for row in rows]
    return Batch(
        brand=brand,
        partition=partition,
        policy=1,
        scorer="test",
        offsets=[row.number for row in rows],
        indexes=[0] * size,
        ids=[row.number + 1_000_000 * partition for row in rows],
        published=published,
        arrived=published,
        compounds=[row.label / 2 for row in rows],
        labels=[row.label for row in rows],
        abuses=[0.0] * size,
        channels=["forum"] * size,
        authors=[f"author {row.text % 5}" for row in rows],
        reaches=[0] * size,
        text_hashes=[row.text for row in rows],
        excerpts=["text"] * size,
        urls=[""] * size,
    )


@st.composite
def streams(draw: st.DrawFn) -> list[Row]:
    """Draw up to three hours of mentions in order of publication: quiet stretches, bursts, gaps."""
    clock = START
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 6))):
        clock += draw(st.sampled_from([0, 30_000, 600_000, 3_600_000, 7_200_000]))
        pace = draw(st.sampled_from([1_000, 10_000, 60_000, 300_000]))
        for _ in range(draw(st.integers(1, 25))):
            clock += draw(st.integers(0, pace))
            rows.append(Row(len(rows), clock, draw(st.sampled_from([-1, -1, 0, 1, 2])), draw(st.integers(0, 30))))
    return rows


def run(rows: list[Row], cuts: list[int], *, restart: bool = False) -> tuple[State, list[Signal]]:
    """Fold the rows, cut into batches at `cuts`, the watermark following a fixed rule that the cuts do not change."""
    state = engine.initial_state("acme")
    signals: list[Signal] = []
    state, _ = engine.advance_watermark(state, START - 60_000, POLICY)
    bounds = sorted({0, len(rows), *range(0, len(rows), 10), *(cut for cut in cuts if cut < len(rows))})
    for start, end in pairwise(bounds):
        state, found = engine.process(state, batch_of(rows[start:end]), POLICY)
        signals += found
        if end % 10 == 0 or end == len(rows):
            state, found = engine.advance_watermark(state, max(row.published for row in rows[:end]), POLICY)
            signals += found
        if restart:
            state = storage.decode(storage.encode(state))
    state, found = engine.advance_watermark(state, rows[-1].published + 86_400_000, POLICY)
    return state, signals + found

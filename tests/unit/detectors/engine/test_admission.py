"""Admission of rows: in which columns a single row counts, and how much may wait for its time."""

from __future__ import annotations

import pytest

from detectors.engine import engine
from detectors.engine.admission import row_counts
from detectors.policy import Policy
from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN
from tests.support.mentions_stream import MINUTE, START, Row, batch_of


@pytest.mark.parametrize(
    ("label", "columns"), [(NEGATIVE, (1, 0, 0)), (NEUTRAL, (0, 0, 0)), (POSITIVE, (0, 1, 0)), (UNKNOWN, (0, 0, 1))]
)
def test_a_row_counts_once_and_under_its_label(label: int, columns: tuple[int, int, int]) -> None:
    """Negative, positive, of an unknown language: neutral is what is left of all."""
    assert row_counts(batch_of([Row(0, label)]), 0)[:4] == (1, *columns)


def test_what_waits_for_its_time_is_bounded_and_all_of_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A producer whose clock is ahead fills no memory: what does not fit is counted at once, without an alert."""
    monkeypatch.setattr("detectors.engine.engine.MAX_BUFFERED_BYTES", 2_000)
    policy = Policy.model_validate({"static_threshold": {"negative": 5}})
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START, policy)
    for part in range(4):
        rows = [Row(20 + part, NEGATIVE, f"no refund {part} {number}", f"author {number}") for number in range(10)]
        state, signals = engine.process(state, batch_of(rows, 10 * part), policy)
        assert signals == []
        assert 0 < state.buffered_bytes <= 2_000
    state, _ = engine.advance_watermark(state, START + 60 * MINUTE, policy)
    assert (state.totals.mentions, state.buffered_bytes) == (40, 0)
    assert sum(row[1] for row in engine.minute_counts(state)) == 40

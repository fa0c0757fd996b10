"""State of a brand: since when it is not configured any more, and when it may be erased."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alerts.incidents.state import is_due_for_erasure, mark_removed, new_state
from tests.support.alerts import MINUTE, START, Record, action, run, signal


def test_a_brand_is_removed_once_and_forgets_it_when_it_is_back() -> None:
    """The days are counted from the first sight of its absence, and not at all once it is configured again."""
    known = replace(new_state("acme"), clock=START)
    gone = mark_removed(known, watched=False)
    later = mark_removed(replace(gone, clock=START + MINUTE), watched=False)
    assert (known.removed_at, gone.removed_at, later.removed_at) == (None, START, START)
    assert mark_removed(later, watched=True).removed_at is None
    assert mark_removed(known, watched=True) is known


@pytest.mark.parametrize(
    ("records", "minute", "due"),
    [
        ([], 60, True),
        ([], 59, False),
        ([signal(0)], 600, False),
        ([signal(0), action(1, "resolve")], 60, True),
    ],
)
def test_a_brand_is_erased_after_its_days_and_not_before_its_incident_ends(
    records: list[Record], minute: int, *, due: bool
) -> None:
    """An incident that is open keeps everything, however long ago the brand was removed."""
    state = replace(run(*records)[0], removed_at=START, clock=START + minute * MINUTE)
    assert is_due_for_erasure(state, 60 * MINUTE) is due


def test_a_brand_that_is_configured_is_never_erased() -> None:
    """However quiet it is."""
    assert not is_due_for_erasure(replace(new_state("acme"), clock=START), 0)

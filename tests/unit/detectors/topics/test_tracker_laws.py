"""Laws of the topic tracker: restart, loudness, constant streams, order, and the size of the state."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.topics.risk.terms import built_in_terms
from detectors.topics.storage import decode, encode
from detectors.topics.text.units import own_words
from detectors.topics.tracker import step
from tests.support.topic_stream import CRISIS, LEAK, POLICY, calm, constant, in_order, leak, new_state, pages, run

OWN = own_words(["Hallowfirth"])


@settings(max_examples=4, deadline=None)
@given(st.sets(st.integers(0, 11 * 24 * 2), max_size=6), st.integers(0, 5))
def test_a_restart_between_any_two_mentions_changes_nothing(cuts: set[int], seed: int) -> None:
    """The news are equal, and so are the stored bytes."""
    rows = in_order(calm(11 * 24, seed=seed), leak())
    whole, parted = new_state(), new_state()
    expected = [news for one in rows for news in step(whole, one, POLICY)]
    found = []
    for place, one in enumerate(rows):
        if place in cuts:
            parted = decode(encode(parted), OWN, built_in_terms())
        found += step(parted, one, POLICY)
    assert found == expected
    assert encode(parted) == encode(whole)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1_000))
def test_louder_never_scores_lower(seed: int) -> None:
    """More posts of the same matter have no lower surprisal."""
    rows = calm(10 * 24, seed=seed)
    quiet, loud = new_state(), new_state()
    run(quiet, rows + leak()[:4])
    run(loud, rows + leak())
    assert max((topic.surprisal for topic in loud.stored.active), default=0) >= max(
        (topic.surprisal for topic in quiet.stored.active), default=0
    )


@settings(max_examples=4, deadline=None)
@given(st.integers(20, 400))
def test_a_constant_stream_has_no_topic_at_any_volume(an_hour: int) -> None:
    """Every word comes as often as before."""
    assert run(new_state(), constant(4_800 // an_hour * 2, an_hour)) == []


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 1_000), st.integers(20, 400))
def test_words_that_repeat_by_chance_page_nobody(seed: int, an_hour: int) -> None:
    """Words drawn at random are at most info."""
    assert pages(run(new_state(), calm(4_800 // an_hour * 2, an_hour=an_hour, seed=seed))) == []


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(len(LEAK))))
def test_order_within_the_lateness_does_not_matter(order: list[int]) -> None:
    """Posts of two minutes page in any order."""
    rows = leak(every=15_000)
    state = new_state()
    run(state, calm(10 * 24))
    found = pages(run(state, [rows[place] for place in order]))
    assert found
    assert found[0][0] - CRISIS <= 2 * 60_000


def test_the_state_of_a_busy_brand_stays_small() -> None:
    """100 posts an hour for six days, none like another."""
    state = new_state()
    run(state, calm(6 * 24, an_hour=100))
    assert len(encode(state)) <= 8_000


@pytest.mark.parametrize("raw", [b"", b"no topics"])
def test_other_bytes_are_refused(raw: bytes) -> None:
    """A broken record is an error of the decoder."""
    with pytest.raises(msgspec.DecodeError, match="stored topics"):
        decode(raw, OWN, built_in_terms())

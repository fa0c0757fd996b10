"""A brand with few mentions has small crises: they fire when the negative share rises, not when all is louder."""

from __future__ import annotations

from random import Random

import pytest

from detectors.engine import engine, storage
from detectors.policy import Policy
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

HOUR = 60
POLICY = Policy()
QUIET = 20 * 24 * HOUR


def paging_signals(storm: list[Row], *, restart: bool = False) -> list[tuple[str, str]]:
    """Return the first page of each episode, after twenty days of one mention in two hours, a quarter negative."""
    dice, rows = Random(11), list[Row]()
    minute = dice.expovariate(1 / 120)
    while minute < QUIET:
        rows.append(Row(minute, -1 if dice.random() < 0.25 else 0, author=f"author {minute}"))
        minute += dice.expovariate(1 / 120)
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START - MINUTE, POLICY)
    state, _ = engine.process(state, batch_of(rows), POLICY)
    state, signals = engine.advance_watermark(state, START + QUIET * MINUTE, POLICY)
    for place, row in enumerate(storm):
        state, found = engine.process(state, batch_of([row], 10_000 + place), POLICY)
        state, more = engine.advance_watermark(state, START + round(row.minute * MINUTE), POLICY)
        signals += found + more
        state = storage.decode(storage.encode(state)) if restart else state
    state, more = engine.advance_watermark(state, START + (QUIET + 4 * HOUR) * MINUTE, POLICY)
    since = START + QUIET * MINUTE
    pages = [s for s in signals + more if s.at >= since and s.severity != "info"]
    first = {page.id: page for page in reversed(pages)}
    return [(page.detector, str(page.severity)) for page in pages if page is first[page.id]]


def spread(labels: list[int]) -> list[Row]:
    """Return mentions of these moods, ten minutes apart, each by someone else."""
    return [Row(QUIET + 10 * place, label, author=f"voice {place}") for place, label in enumerate(labels)]


@pytest.mark.parametrize("restart", [False, True])
def test_five_complaints_in_an_hour_page(*, restart: bool) -> None:
    """Where two a day are usual."""
    assert ("negative_spike", "warning") in paging_signals(spread([-1] * 5), restart=restart)


def test_as_many_complaints_among_more_praise_do_not() -> None:
    """A launch: the share of complaints is what it always is."""
    assert paging_signals(spread([1, 1, -1, 1] * 5)) == []


def test_one_who_complains_five_times_does_not() -> None:
    """One author is no crowd."""
    assert paging_signals([row._replace(author="one") for row in spread([-1] * 5)]) == []


def moods(*compounds: float) -> list[Row]:
    """Return mentions of these compounds, eight minutes apart, each by someone else."""
    labels = [-1 if compound <= -0.25 else 1 if compound >= 0.25 else 0 for compound in compounds]
    rows = spread(labels)
    return [row._replace(minute=QUIET + 8 * n, compound=compounds[n]) for n, row in enumerate(rows)]


def test_complaints_in_a_mood_that_is_light_on_the_whole_do_not_page() -> None:
    """A launch with its troubles: half complain a little, the others are delighted. In earnest it pages."""
    assert paging_signals(moods(*[0.9, -0.3] * 6)) == []
    assert ("negative_spike", "warning") in paging_signals(moods(*[0.3, -0.9] * 6))


def test_the_mention_that_darkens_the_mood_pages_however_it_is_labelled() -> None:
    """A neutral one can do it, after a restart, too."""
    storm = moods(0.9, 0.9, -0.4, -0.4, -0.4, -0.4, -0.4, -0.4, *[-0.24] * 6)
    one_by_one = paging_signals(storm)
    assert ("negative_spike", "warning") in one_by_one
    assert paging_signals(storm, restart=True) == one_by_one


def test_a_dark_hour_pages_though_few_of_its_mentions_are_negative() -> None:
    """Seven in an hour where twelve a day are usual; as many in a mild tone do not."""
    assert ("negative_burst", "warning") in paging_signals(moods(-0.9, -0.2, -0.2, -0.9, -0.2, -0.2, -0.2))
    assert paging_signals(moods(-0.3, -0.1, -0.1, -0.3, 0.1, -0.1, -0.1)) == []

"""Is a source asked soon while there is news, later in quiet hours, and ever later while it fails?"""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sources.pace import FIRST, LONGEST, RARELY, SLOWEST, Pace

EVERY = st.floats(30.0, 86_400.0)
SEEDS = st.integers(0, 2**32)


def pace(every: float, seed: int = 0) -> Pace:
    """Return a pace with its own chance."""
    return Pace(every, random.Random(seed))


@given(EVERY, st.lists(st.booleans(), max_size=30), SEEDS)
def test_a_source_that_answers_is_asked_within_its_bounds(every: float, answers: list[bool], seed: int) -> None:
    """Each `every` while there is news, six times less often at most, give or take a tenth."""
    waits = pace(every, seed)
    for news in answers:
        wait = waits.after_success(news=news)
        assert 0.9 * every <= wait <= 1.1 * every * (1 if news else SLOWEST)


@given(EVERY, SEEDS)
def test_quiet_hours_make_it_slower_and_news_quick_again(every: float, seed: int) -> None:
    """Step by step, and at once."""
    waits = pace(every, seed)
    quiet = [waits.after_success(news=False) for _ in range(12)]

    assert quiet[1] > quiet[0] * 1.1
    assert min(quiet[-3:]) >= 0.9 * every * SLOWEST
    assert waits.after_success(news=True) <= 1.1 * every


@given(EVERY, SEEDS)
def test_failures_double_the_wait_up_to_an_hour(every: float, seed: int) -> None:
    """From ten seconds on, or from `every` where that is less; the upper half is chance: many do not come at once."""
    waits = pace(every, seed)
    for failure in range(1, 30):
        longest = min(min(every, FIRST) * 2 ** (failure - 1), LONGEST)
        assert longest / 2 <= waits.after_failure() <= longest
        assert waits.failures == failure


@given(EVERY, st.integers(1, 20), SEEDS)
def test_an_answer_ends_the_failures(every: float, failures: int, seed: int) -> None:
    """The next failure is the first."""
    waits = pace(every, seed)
    for _ in range(failures):
        waits.after_failure()
    waits.after_success(news=True)

    assert waits.failures == 0
    assert waits.after_failure() <= every


@given(EVERY, st.floats(0.0, 86_400.0), st.booleans(), SEEDS)
def test_it_never_comes_sooner_than_asked(every: float, asked: float, permanent: bool, seed: int) -> None:  # noqa: FBT001
    """Whatever happened; what only a person can mend is tried rarely."""
    waits = pace(every, seed)

    assert waits.after_success(news=True, asked=asked) >= asked
    assert waits.after_failure(asked=asked, permanent=permanent) >= max(asked, RARELY if permanent else 0.0)


def test_two_sources_do_not_keep_step() -> None:
    """Each has its own chance unless it is given one."""
    assert len({Pace(60.0).after_failure() for _ in range(20)}) > 1

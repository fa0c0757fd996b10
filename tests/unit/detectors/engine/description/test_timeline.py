"""Does what surrounds a finding show what was counted, and who is missing?"""

from __future__ import annotations

from detectors.engine.description.timeline import BAR_MINUTES, BARS
from detectors.engine.simulation import simulate

CALM = {"negative": 1.0, "positive": 1.0, "neutral": 8.0}
ANGRY = {"negative": 20.0, "positive": 1.0, "neutral": 9.0}


def test_the_course_holds_the_last_three_hours_and_what_is_usual() -> None:
    """The latest bar is the present one; what was counted adds up; the usual is that of a bar."""
    signal = simulate(CALM, ANGRY, hours=1)[0]
    course = signal.timeline
    assert course is not None
    assert (len(course.mentions), len(course.negative)) == (BARS, BARS)
    assert course.end == signal.evidence.window_end
    assert course.step == BAR_MINUTES * 60_000
    assert course.expected is not None
    assert 0 < course.expected[1] < course.expected[0] < 2
    assert sum(course.mentions[:10]) > 0
    assert course.negative[-1] > course.negative[0]


def test_it_is_stated_when_raised_and_then_once_in_a_bar() -> None:
    """What lasts says it every five minutes: the rest of the signals stay small."""
    signals = [signal for signal in simulate(CALM, ANGRY, hours=1) if signal.detector == "negative_spike"]
    stated = [signal for signal in signals if signal.timeline is not None]
    assert signals[0].timeline is not None
    assert len(stated) <= len(signals) / BAR_MINUTES + 2


def test_a_busy_channel_that_says_nothing_is_missing_from_the_coverage() -> None:
    """One channel of one speaks: all of the usual is heard; when it falls silent, none."""
    raised = simulate(CALM, ANGRY, hours=1)[0]
    assert raised.coverage is not None
    assert (raised.coverage.live, raised.coverage.silent, raised.coverage.live_share) == (
        raised.coverage.total,
        (),
        1.0,
    )
    quiet = simulate({"negative": 4.0, "positive": 4.0, "neutral": 22.0}, {}, hours=6)
    silent = next(signal for signal in quiet if signal.detector == "no_data")
    assert silent.coverage is not None
    assert silent.coverage.live == 0
    assert silent.coverage.live_share == 0.0
    assert silent.coverage.silent == (silent.contributors.channels[0][0],)

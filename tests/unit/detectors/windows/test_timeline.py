"""Does what surrounds a finding show what was counted, and who is missing?"""

from __future__ import annotations

from detectors.engine.simulation import rehearse
from detectors.windows.timeline import STEP, STEPS

CALM = {"negative": 1.0, "positive": 1.0, "neutral": 8.0}
ANGRY = {"negative": 20.0, "positive": 1.0, "neutral": 9.0}


def test_the_course_holds_the_last_three_hours_and_what_is_usual() -> None:
    """The latest bar is the present one; what was counted adds up; the usual is that of a bar."""
    signal = rehearse(CALM, ANGRY, hours=1)[0]
    course = signal.course
    assert course is not None
    assert (len(course.mentions), len(course.negative)) == (STEPS, STEPS)
    assert course.end == signal.evidence.window_end
    assert course.step == STEP * 60_000
    assert course.usual is not None
    assert 0 < course.usual[1] < course.usual[0] < 2
    assert sum(course.mentions[:10]) > 0
    assert course.negative[-1] > course.negative[0]


def test_it_is_said_when_raised_and_then_once_in_a_bar() -> None:
    """What lasts says it every five minutes: the rest of the signals stay small."""
    signals = [signal for signal in rehearse(CALM, ANGRY, hours=1) if signal.detector == "negative"]
    said = [signal for signal in signals if signal.course is not None]
    assert signals[0].course is not None
    assert len(said) <= len(signals) / STEP + 2


def test_a_busy_channel_that_says_nothing_is_missing_from_the_coverage() -> None:
    """One channel of one speaks: all of the usual is heard; when it falls silent, none."""
    raised = rehearse(CALM, ANGRY, hours=1)[0]
    assert raised.coverage is not None
    assert (raised.coverage.live, raised.coverage.silent, raised.coverage.heard) == (raised.coverage.total, (), 1.0)
    quiet = rehearse({"negative": 4.0, "positive": 4.0, "neutral": 22.0}, {}, hours=6)
    silent = next(signal for signal in quiet if signal.detector == "silence")
    assert silent.coverage is not None
    assert silent.coverage.live == 0
    assert silent.coverage.heard == 0.0
    assert silent.coverage.silent == (silent.drivers.channels[0][0],)

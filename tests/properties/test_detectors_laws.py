"""What holds for every detector, whatever its question?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import engine, evaluation
from detectors.policy import Policy
from detectors.registry import ALL, BY_NAME
from mentions.model.batches import Batch
from mentions.model.hashing import hash63

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.base import Detector
    from detectors.engine.state import State
    from detectors.model.signal import Signal
    from detectors.view import BrandView

HOUR = 3_600_000
START = 470_000 * HOUR
POLICY = Policy.model_validate({"learning": {"warm_up": "3h"}, "no_data": {"min_history": "12h"}})


def hour_of(hour: int, negative: int, positive: int, neutral: int, abusive: int = 0, brand: str = "acme") -> Batch:
    """Return an hour of mentions, spread evenly, the kinds mixed evenly."""
    size = negative + positive + neutral
    kinds = sorted(
        (place / count, label) for label, count in _counts(negative, positive, neutral) for place in range(count)
    )
    labels = [label for _, label in kinds]
    published = [START + hour * HOUR + place * HOUR // size for place in range(size)]
    ids = [hash63(f"{brand} {hour} {place}") for place in range(size)]
    return Batch(
        brand=brand,
        partition=0,
        policy=1,
        scorer="test",
        offsets=[hour] * size,
        indexes=list(range(size)),
        ids=ids,
        published=published,
        arrived=published,
        compounds=[label * 0.5 for label in labels],
        labels=labels,
        abuses=[1.0 if place < abusive else 0.0 for place in range(size)],
        channels=["forum"] * size,
        authors=[f"author {number % 997}" for number in ids],
        reaches=[0] * size,
        text_hashes=ids,
        excerpts=["late again"] * size,
        urls=[""] * size,
    )


def _counts(negative: int, positive: int, neutral: int) -> list[tuple[int, int]]:
    return [(-1, negative), (1, positive), (0, neutral)]


def fired(hours: list[Batch], policy: Policy = POLICY) -> list[Signal]:
    """Return the signals of whole hours, time told at the end of each, and a quarter of an hour more."""
    state, signals = engine.advance_watermark(engine.initial_state("acme"), START - 60_000, policy)
    for batch in hours:
        state, found = engine.process(state, batch, policy)
        signals += found
        state, found = engine.advance_watermark(state, batch.published[-1], policy)
        signals += found
    return signals + engine.advance_watermark(state, hours[-1].published[-1] + HOUR // 4, policy)[1]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 60))
def test_a_constant_stream_never_alarms(negative: int, positive: int, neutral: int) -> None:
    """The same every hour is the usual, however much or however bad it is: no detector speaks."""
    assert fired([hour_of(hour, negative, positive, neutral) for hour in range(16)]) == []


@settings(max_examples=8, deadline=None)
@given(st.integers(5, 30), st.integers(2, 8))
def test_louder_never_scores_lower(usual: int, times: int) -> None:
    """What breaks at some loudness of the storm breaks at every greater one, no later and no less gravely."""
    calm = [hour_of(hour, usual // 5, usual // 5, usual) for hour in range(12)]
    quiet = fired([*calm, hour_of(12, times * usual, usual // 5, usual)])
    loud = fired([*calm, hour_of(12, 2 * times * usual, usual // 5, usual)])
    first = {signal.detector: signal for signal in reversed(quiet) if signal.phase == "raised"}
    louder = {signal.detector: signal for signal in reversed(loud) if signal.phase == "raised"}
    assert set(first) <= set(louder)
    assert all(louder[name].start <= signal.start for name, signal in first.items())
    grave = ["info", "warning", "critical"]
    worst = [max([grave.index(s.severity) for s in reported], default=-1) for reported in (quiet, loud)]
    assert worst[0] <= worst[1]


def test_other_brands_do_not_matter() -> None:
    """A brand's watch refuses another brand's batch, naming both."""
    with pytest.raises(ValueError, match=r"batch of brand 'other' given to the state of 'acme': route by brand"):
        engine.process(engine.initial_state("acme"), hour_of(0, 1, 1, 1, brand="other"), POLICY)


STORMS = {
    "negative_spike": [hour_of(16, 200, 5, 20)],
    "negative_burst": [hour_of(16, 200, 5, 20)],
    "negative_share": [hour_of(16, 200, 5, 20)],
    "volume_spike": [hour_of(16, 5, 5, 300)],
    "positive_spike": [hour_of(16, 5, 200, 20)],
    "abuse": [hour_of(16, 10, 5, 20, abusive=30)],
    "sentiment_drift": [hour_of(hour, 9, 3, 18) for hour in range(16, 24)],
    "no_data": [hour_of(20, 1, 1, 1)],
    "high_reach": [],
    "static_threshold": [],
    "static_threshold_share": [],
    "topic_burst": [],
}


def test_every_detector_has_its_storm() -> None:
    """The storms below leave no detector out."""
    assert set(STORMS) == {detector.name for detector in ALL}


@pytest.mark.parametrize("name", [name for name, storm in STORMS.items() if storm])
def test_each_hears_its_own_storm(name: str) -> None:
    """After a calm day each detector raises its own episode, once, and says it in both languages."""
    calm = [hour_of(hour, 4, 4, 22) for hour in range(16)]
    reported = [signal for signal in fired([*calm, *STORMS[name]]) if signal.detector == name]
    assert [signal.phase for signal in reported].count("raised") == 1
    assert reported[0].phase == "raised"
    assert [signal.revision for signal in reported] == list(range(len(reported)))
    english, french = BY_NAME[name].explain(reported[0], "en"), BY_NAME[name].explain(reported[0], "fr")
    assert english
    assert french != english


@pytest.mark.parametrize("name", [name for name, storm in STORMS.items() if storm])
def test_each_can_be_switched_off_alone(name: str) -> None:
    """A detector that is off says nothing, and the others say what they said."""
    hours = [*(hour_of(hour, 4, 4, 22) for hour in range(16)), *STORMS[name]]
    off = POLICY.model_copy(update={name: getattr(POLICY, name).model_copy(update={"enabled": False})})
    detected = [signal.id for signal in fired(hours) if signal.detector != name and signal.phase == "raised"]
    assert [signal.id for signal in fired(hours, off) if signal.phase == "raised"] == detected


def test_a_lasting_change_of_level_becomes_the_usual() -> None:
    """Five times the mentions for good: one episode, which ends once the breach has lasted `relearn_crisis_after`."""
    policy = Policy.model_validate({"learning": {"warm_up": "3h", "relearn_crisis_after": "12h"}})
    before = [hour_of(hour, 8, 4, 20) for hour in range(24)]
    after = [hour_of(hour, 40, 20, 100) for hour in range(24, 60)]
    reported = [
        signal for signal in fired([*before, *after], policy) if signal.detector in {"volume_spike", "negative_spike"}
    ]
    assert sorted(signal.detector for signal in reported if signal.phase == "raised") == [
        "negative_spike",
        "volume_spike",
    ]
    assert {signal.start for signal in reported} <= {START + 24 * HOUR + minute * 60_000 for minute in range(60)}
    last = max(signal.at for signal in reported)
    assert START + 36 * HOUR <= last <= START + 42 * HOUR


def test_a_breach_does_not_teach_at_once() -> None:
    """A second storm after the first is over is heard as well: the first did not become the usual."""
    calm = [hour_of(hour, 4, 4, 22) for hour in range(24)]
    storm, lull = [hour_of(24, 120, 4, 22)], [hour_of(hour, 4, 4, 22) for hour in range(25, 29)]
    second = [hour_of(29, 400, 4, 22)]
    reported = [
        s for s in fired([*calm, *storm, *lull, *second]) if s.detector == "negative_spike" and s.phase == "raised"
    ]
    assert [(signal.start - START) // HOUR for signal in reported] == [24, 29]
    usual = [(s.evidence.expected or 0) / (s.evidence.window_end - s.evidence.window_start) * HOUR for s in reported]
    assert usual == pytest.approx([4, 4], rel=0.1)


def ask_everyone(state: State, _view: BrandView, *, busy: bool, ends_hour: bool) -> Iterator[tuple[Detector[Any], Any]]:
    """Yield every detector that may have something to say, whatever is known already."""
    for detector, own in state.cache.detectors:
        if busy or (ends_hour if detector.hourly else detector.name in state.episodes):
            yield detector, own


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(1, 40), st.integers(0, 12)),
        min_size=6,
        max_size=24,
    )
)
def test_what_is_spared_would_have_found_nothing(mixes: list[tuple[int, int, int, int]]) -> None:
    """Asking every detector each minute, and looking at every row, finds the same: the short cuts cut nothing off."""
    quiet = [hour_of(hour, 1, 1, 4) for hour in range(14)]
    hours = [
        *quiet,
        *(hour_of(14 + hour, bad, good, plain, rude) for hour, (bad, good, plain, rude) in enumerate(mixes)),
    ]
    expected = fired(hours)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "_due_detectors", ask_everyone)
        patch.setattr(evaluation, "on_new_minute", lambda state, _: state.cache.reset_headroom())
        assert fired(hours) == expected

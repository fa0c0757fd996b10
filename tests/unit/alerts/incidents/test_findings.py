"""What do a detector's signals add up to?"""

from __future__ import annotations

from itertools import permutations

from msgspec.structs import replace

from alerts.incidents.findings import (
    create,
    crowd_of,
    excess_ratio,
    has_doubled,
    mark_notified,
    measure_key,
    merge,
    primary,
    words_of,
)
from alerts.incidents.model import RECENT_VALUES_LIMIT
from detectors.model.crowd import Crowd
from detectors.model.signal import Contributors, Coverage
from tests.support.alerts import DRIVERS, MINUTE, START, figures, incident_of, signal
from tests.support.topics import mention_words, topic


def test_start_peak_and_latest_do_not_depend_on_the_order_of_arrival() -> None:
    """Signals that come slightly out of order give the same finding."""
    signals = [signal(m, observed=o) for m, o in enumerate([10, 99, 50, 60])]
    outcomes = set()
    for first, *rest in permutations(signals):
        finding = create(first)
        for later in rest:
            finding = merge(finding, later)
        outcomes.add(
            (
                finding.signal.revision,
                finding.peak.observed,
                finding.peak_at,
                finding.first_seen_at,
                finding.recent_values,
            )
        )
    assert len(outcomes) == 1


def test_what_drives_it_stays_known_when_a_later_signal_does_not_say() -> None:
    """Terms and examples do not vanish from the message."""
    finding = merge(create(signal(0)), signal(1, drivers=Contributors()))
    assert (finding.signal.revision, finding.signal.contributors) == (1, DRIVERS)


def test_the_trail_is_bounded_and_keeps_the_latest() -> None:
    """A long incident does not grow its record without end."""
    finding = create(signal(0))
    for minute in range(1, 100):
        finding = merge(finding, signal(minute, observed=minute))
    assert len(finding.recent_values) == RECENT_VALUES_LIMIT
    assert finding.recent_values[-1] == (START + 99 * MINUTE, 99 / 6)


def test_zero_never_doubles() -> None:
    """A silent channel is not twice as silent a minute later."""
    assert not has_doubled(merge(create(signal(0, observed=0)), signal(1, observed=0)))


def test_a_fall_between_does_not_make_the_next_doubling_cheaper() -> None:
    """The figure told stays the highest told."""
    finding = mark_notified({"negative_spike": merge(create(signal(0, observed=100)), signal(1, observed=40))})[
        "negative_spike"
    ]
    assert not has_doubled(merge(finding, signal(2, observed=190)))


def test_figures_of_different_windows_are_not_compared() -> None:
    """400 in twelve hours is no doubling of 30 in ten minutes; the first figure of a measure is where it starts."""
    short = create(signal(0, observed=30))
    wide = replace(signal(1), evidence=figures(400, window_start=START - 720 * MINUTE))
    switched = merge(short, wide)
    assert not has_doubled(switched)
    wider = replace(signal(2), evidence=figures(801, window_start=START - 720 * MINUTE))
    assert has_doubled(merge(switched, wider))


def test_a_window_that_grows_within_the_hour_stays_one_measure() -> None:
    """Eleven hours and a few minutes, then eleven hours again: a figure told at either length is told."""
    lengths = [661, 690, 719, 661, 690, 719]
    finding = create(replace(signal(0), evidence=figures(100, window_start=START - 661 * MINUTE)))
    for minute, length in enumerate(lengths):
        grown = replace(signal(minute), evidence=figures(100 + minute, window_start=START - length * MINUTE))
        finding = merge(finding, grown)
        assert not has_doubled(finding)
        finding = mark_notified({"negative_spike": finding})["negative_spike"]
    assert len(finding.last_notified) == 1


def test_the_most_severe_leads_then_the_furthest_from_usual() -> None:
    """The message is headed by what matters most, the same in every replay."""
    mild = create(signal(0, detector="a", severity="info", observed=900))
    grave = create(signal(0, detector="b", severity="critical", observed=10))
    worse = create(signal(0, detector="c", severity="critical", observed=20))
    for order in permutations([mild, grave, worse]):
        assert primary(order) is worse


def test_without_history_the_threshold_stands_for_the_usual() -> None:
    """A new brand has no usual value, and says how far it is over the limit instead."""
    assert excess_ratio(figures(48, expected=None)) == 2
    assert excess_ratio(figures(48, expected=0.002)) == 48
    assert excess_ratio(figures(0.5, expected=0.0, metric="negative share")) == 50
    assert excess_ratio(figures(0, expected=0)) == 0


def test_the_peak_is_the_first_of_equals() -> None:
    """A figure that stands still was highest when it was reached."""
    finding = merge(create(signal(0, observed=50)), signal(3, observed=50))
    assert finding.peak_at == START


def test_which_channels_send_stays_known_when_a_later_signal_does_not_say() -> None:
    """The note on silent channels does not vanish from the message."""
    coverage = Coverage(live=2, total=3, live_share=0.8, silent=("forum",))
    finding = merge(create(replace(signal(0), coverage=coverage)), signal(1))
    assert finding.signal.coverage == coverage


def test_lengths_count_as_the_same_to_the_nearest_power_of_two() -> None:
    """Six minutes are nearer to eight than to four: their figures can double each other; those of five cannot."""
    five, six, eight = (measure_key(figures(window_start=START - minutes * MINUTE)) for minutes in (5, 6, 8))
    assert five != six == eight


def test_words_are_reported_where_no_topic_is() -> None:
    """A topic says more than words: where one is known, it is reported alone."""
    words = mention_words()
    spoken = incident_of(replace(signal(0), words=words))
    assert words_of(spoken) == words
    assert words_of(incident_of(replace(signal(0), words=words, topic=topic()))) is None


def test_who_writes_is_known_from_the_finding_that_counts_them() -> None:
    """Another finding that does not say takes nothing away; where none does, nobody claims to know."""
    crowd = Crowd(40, 40, 12, 0, 8.5, 0.6, 3, None, 0.2, None, 0, 0, (), "crowd")
    loud = signal(1, detector="volume_spike", severity="critical")
    assert crowd_of(incident_of(replace(signal(0), crowd=crowd), loud)) == crowd
    assert crowd_of(incident_of(signal(0), loud)) is None

"""What does the watch make of late, early, repeated and silent mentions?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from detectors.engine import engine, storage
from detectors.engine import state as states
from detectors.model import signal as wire
from detectors.model.signal import Signal
from detectors.policy import Policy
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from detectors.engine.state import State

POLICY = Policy.model_validate({"static_threshold": {"negative": 5}})


def begun(minute: float = 0, policy: Policy = POLICY) -> State:
    """Return a watch that was told the time."""
    return engine.advance_watermark(engine.initial_state("acme"), START + round(minute * MINUTE), policy)[0]


def raised(signals: list[Signal]) -> list[tuple[str, int, float]]:
    """Return detector, minute of the start and minute of the finding of every episode raised."""
    return [(s.detector, (s.start - START) // MINUTE, (s.at - START) / MINUTE) for s in signals if s.phase == "raised"]


def test_a_count_fires_at_the_row_that_reaches_it() -> None:
    """Inside the open minute, at that row's event time, once."""
    state, signals = engine.process(begun(), batch_of([Row(0.1 * place, -1) for place in range(8)]), POLICY)
    assert raised(signals) == [("static_threshold", 0, 0.4)]
    [signal] = signals
    assert (signal.revision, signal.severity, signal.policy) == (0, "warning", 7)
    assert (signal.evidence.observed, signal.evidence.threshold, signal.evidence.expected) == (5, 5, None)
    assert signal.evidence.window_end == START + MINUTE
    assert state.totals.mentions == 8


def test_what_lasts_is_reported_at_each_closed_minute_and_ends_by_hysteresis() -> None:
    """`ongoing` with rising revisions while above 70 % of the threshold; a quarter of an hour of calm ends it."""
    state, first = engine.process(begun(), batch_of([Row(0.1 * place, -1) for place in range(8)]), POLICY)
    state, closed = engine.advance_watermark(state, START + 40 * MINUTE, POLICY)
    assert [s.phase for s in closed] == ["ongoing"] * 10
    assert [s.revision for s in first + closed] == list(range(11))
    assert [(s.at - START) // MINUTE for s in closed] == list(range(1, 11))
    assert state.episodes == {}
    state, again = engine.process(state, batch_of([Row(40 + 0.1 * place, -1) for place in range(8)], 100), POLICY)
    assert raised(again) == [("static_threshold", 40, 40.4)]


def test_a_storm_that_pauses_briefly_is_one_episode() -> None:
    """Calm for less than a quarter of an hour does not end it."""
    state, first = engine.process(begun(), batch_of([Row(0.1 * place, -1) for place in range(8)]), POLICY)
    state, more = engine.advance_watermark(state, START + 20 * MINUTE, POLICY)
    state, again = engine.process(state, batch_of([Row(20 + 0.1 * place, -1) for place in range(8)], 100), POLICY)
    state, last = engine.advance_watermark(state, START + 25 * MINUTE, POLICY)
    assert len(raised(first + more + again + last)) == 1
    assert {s.id for s in first + more + again + last} == {f"acme/static_threshold/{START}"}


def test_a_mention_found_late_counts_when_it_was_published() -> None:
    """Six negative ones of four hours ago are not six of the last ten minutes: nothing breaks; the ledger is right."""
    state = begun(300)
    rows = [Row(60 + place, -1, arrived=300) for place in range(60, 66)]
    state, signals = engine.process(state, batch_of(rows), POLICY)
    state, more = engine.advance_watermark(state, START + 330 * MINUTE, POLICY)
    assert signals + more == []
    assert (state.totals.late, state.totals.delayed, state.totals.backfill) == (6, 6, 0)
    assert [(row[0] - START) // MINUTE for row in engine.minute_counts(state)] == [
        minute + 60 for minute in range(60, 66)
    ]


def test_a_late_mention_that_still_matters_fires_when_it_is_found() -> None:
    """Six of the last ten minutes that came three minutes late break at the end of the minute in which they came."""
    state = begun(300)
    rows = [Row(292 + 0.5 * place, -1, arrived=300) for place in range(6)]
    state, signals = engine.process(state, batch_of(rows), POLICY)
    state, more = engine.advance_watermark(state, START + 310 * MINUTE, POLICY)
    assert raised(signals + more) == [("static_threshold", 300, 301)]
    assert (signals + more)[0].evidence.observed == 6


def test_an_alert_on_late_mentions_says_how_many_of_when_came_when() -> None:
    """A collector that catches up by half an hour; a restart in between changes nothing. Three minutes are not late."""
    policy = Policy.model_validate({"static_threshold": {"negative": 5, "window": "60m"}})
    rows = [Row(262 + place, -1, arrived=300) for place in range(6)]
    state, signals = engine.process(begun(300, policy), batch_of(rows), policy)
    state = storage.decode(storage.encode(state))
    state, more = engine.advance_watermark(state, START + 310 * MINUTE, policy)
    evidence = (signals + more)[0].evidence
    assert (evidence.observed, evidence.extra["late"]) == (6, 6)
    instants = [evidence.extra[name] for name in ("late_from", "late_to", "late_arrived")]
    assert [(at - START) / MINUTE for at in instants] == [262, 268, 300]
    hardly = [Row(296 + 0.2 * place, -1, arrived=300) for place in range(6)]
    state, signals = engine.process(begun(300, policy), batch_of(hardly), policy)
    state, more = engine.advance_watermark(state, START + 310 * MINUTE, policy)
    assert "late" not in (signals + more)[0].evidence.extra


def test_late_mentions_are_counted_as_if_they_had_come_in_time() -> None:
    """Afterwards every window, hour and closed minute is what it would have been."""
    early = [Row(200.2 + place, -1, author=f"a{place}") for place in range(20)]
    late, _ = engine.process(begun(300), batch_of([row._replace(arrived=300) for row in early]), Policy())
    late, _ = engine.advance_watermark(late, START + 303 * MINUTE, Policy())
    prompt, _ = engine.process(begun(190), batch_of(early), Policy())
    prompt, _ = engine.advance_watermark(prompt, START + 303 * MINUTE, Policy())
    minute = START // MINUTE + 300
    assert [late.minutes.window(minute, w) for w in (30, 90, 150)] == [
        prompt.minutes.window(minute, w) for w in (30, 90, 150)
    ]
    assert [late.hours.sums(h, h) for h in range(minute // 60 - 5, minute // 60)] == [
        prompt.hours.sums(h, h) for h in range(minute // 60 - 5, minute // 60)
    ]
    assert storage.encode(storage.decode(storage.encode(late))) == storage.encode(late)


def test_the_ledger_tells_late_mentions_by_their_own_minute() -> None:
    """Delayed or backfilled, within the last four hours each is in the minute of its publication."""
    policy = Policy.model_validate({"backfill_after": "60m"})
    state, _ = engine.process(begun(300, policy), batch_of([Row(100.5, -1), Row(250.5, 1), Row(299.5)]), policy)
    assert [(row[0] - START) / MINUTE for row in engine.minute_counts(state)] == [100, 250, 299]
    assert (state.totals.delayed, state.totals.backfill) == (1, 1)


def test_backfill_teaches_and_never_fires() -> None:
    """Mentions older than `backfill_after` make a brand warm, and no signal."""
    state = begun(60 * 24 * 9)
    rows = [Row(60 * hour + place, -1) for hour in range(24 * 8) for place in range(6)]
    state, signals = engine.process(state, batch_of(rows), POLICY)
    state, more = engine.advance_watermark(state, START + (60 * 24 * 9 + 10) * MINUTE, POLICY)
    assert signals + more == []
    assert state.totals.backfill == len(rows)
    now = 60 * 24 * 9 + 10
    burst = [Row(now + 0.1 * place, -1) for place in range(40)]
    state, signals = engine.process(state, batch_of(burst, 10_000), Policy())
    [negative] = [s for s in signals if s.detector == "negative_spike" and s.phase == "raised"]
    assert negative.evidence.expected == pytest.approx(1.3, rel=0.2)


def test_ancient_instants_do_no_harm() -> None:
    """A post of 1970 is counted in the totals, and neither history nor ledger grows by it."""
    state = begun(0)
    before = len(storage.encode(state))
    state, signals = engine.process(state, batch_of([Row(-START / MINUTE)]), POLICY)
    assert signals == []
    assert state.hours.first_hour is None
    assert engine.minute_counts(state) == []
    assert (state.totals.mentions, state.totals.backfill) == (1, 1)
    assert len(storage.encode(state)) < before + 200


def test_rows_ahead_of_time_wait() -> None:
    """A row for a later minute is in the ledger at once, and judged when its minute comes near."""
    state, signals = engine.process(begun(), batch_of([Row(90 + 0.1 * place, -1) for place in range(8)]), POLICY)
    assert signals == []
    assert engine.minute_counts(state) == [(START + 90 * MINUTE, 8, 8, 0, 0)]
    state, signals = engine.advance_watermark(state, START + 89 * MINUTE, POLICY)
    assert signals == []
    state, signals = engine.advance_watermark(state, START + 90 * MINUTE, POLICY)
    assert raised(signals) == [("static_threshold", 90, 90.4)]


def test_more_than_can_wait_is_counted_without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound nothing is lost: the minute is judged when it comes near, on what it holds."""
    monkeypatch.setattr(engine, "MAX_BUFFERED_BYTES", 500)
    rows = [Row(90 + 0.1 * place, -1) for place in range(8)]
    state, _ = engine.process(begun(), batch_of(rows), POLICY)
    assert sum(len(batch) for held in state.pending.values() for batch in held) == 3
    assert engine.minute_counts(state) == [(START + 90 * MINUTE, 8, 8, 0, 0)]
    state, signals = engine.advance_watermark(state, START + 95 * MINUTE, POLICY)
    assert [(s.detector, s.start) for s in signals if s.phase == "raised"] == [
        ("static_threshold", START + 90 * MINUTE)
    ]
    assert state.buffered_bytes == 0


def test_a_new_brand_waits_for_the_time() -> None:
    """Before any watermark nothing fires; the first one releases what waits, as if read in step."""
    state, signals = engine.process(
        engine.initial_state("acme"), batch_of([Row(0.1 * place, -1) for place in range(8)]), POLICY
    )
    assert signals == []
    state, signals = engine.advance_watermark(state, START, POLICY)
    assert raised(signals) == [("static_threshold", 0, 0.4)]


def test_a_silence_of_years_costs_nothing() -> None:
    """Stepping over ten million empty minutes is closed-form, and the state does not grow."""
    state, _ = engine.process(begun(), batch_of([Row(0.1 * place, -1) for place in range(8)]), POLICY)
    state, _ = engine.advance_watermark(state, START + 10_000_000 * MINUTE, POLICY)
    assert state.last_closed_minute == START // MINUTE + 10_000_000 - 3
    assert state.episodes == {}
    assert len(storage.encode_parts(state).core) < 2000


def test_time_that_stands_still_or_goes_back_changes_nothing() -> None:
    """A watermark that is not later is ignored."""
    state = begun(100)
    before = storage.encode(state)
    for minute in (100, 99, 0):
        state, signals = engine.advance_watermark(state, START + minute * MINUTE, POLICY)
        assert signals == []
    assert storage.encode(state) == before


def test_a_burst_at_a_brand_never_seen_before_fires() -> None:
    """Cold start: ten dark mentions by ten people after a quiet beginning page; `expected` is None."""
    policy = Policy()
    rows = [Row(0), *(Row(12 + 0.5 * place, -1, author=f"author {place}") for place in range(16))]
    state, signals = begun(0, policy), list[Signal]()
    for offset, row in enumerate(rows):
        state, found = engine.process(state, batch_of([row], offset), policy)
        state, more = engine.advance_watermark(state, START + round(row.minute * MINUTE), policy)
        signals += found + more
    assert raised(signals) == [("negative_burst", 16, 17)]
    assert signals[0].evidence.expected is None
    assert signals[0].severity == "warning"


def test_a_steady_brand_watched_for_the_first_time_does_not_fire() -> None:
    """Ten negative mentions in ten minutes are no burst for a brand that has had them from the first minute on."""
    policy = Policy()
    rows = [Row(0.5 * place, -1 if place % 2 else 0) for place in range(240)]
    state, signals = engine.process(begun(0, policy), batch_of(rows), policy)
    state, more = engine.advance_watermark(state, START + 130 * MINUTE, policy)
    assert signals + more == []


def test_one_far_reaching_voice_is_a_finding() -> None:
    """A single negative mention before 100,000 people is told at its row; three of them page."""
    rows = [Row(0.3 * place, -1, reach=200_000, author=f"star {place}") for place in range(3)]
    rows.insert(1, Row(0.1, 1, reach=5_000_000))
    _state, signals = engine.process(begun(), batch_of(rows), POLICY)
    reported = [(s.phase, s.severity, (s.at - START) / MINUTE) for s in signals if s.detector == "high_reach"]
    assert reported == [("raised", "info", 0), ("ongoing", "warning", 0.6)]
    assert signals[0].contributors.authors[0] == ("star 0", 1, 200_000)


def test_a_negative_share_that_was_named_is_judged_when_the_minute_ends() -> None:
    """`negative_share` fires at the end of the minute, not at a row."""
    policy = Policy.model_validate({"static_threshold": {"negative_share": 0.5, "share_min_mentions": 4}})
    state, signals = engine.process(
        begun(0, policy), batch_of([Row(0.1, -1), Row(0.2, -1), Row(0.3), Row(0.4, -1)]), policy
    )
    assert signals == []
    state, signals = engine.advance_watermark(state, START + 3 * MINUTE, policy)
    assert raised(signals) == [("static_threshold_share", 0, 1)]
    assert signals[0].evidence.observed == 0.75


def test_a_new_policy_is_followed_at_once() -> None:
    """A threshold lowered between two steps holds for the next row."""
    state, signals = engine.process(begun(), batch_of([Row(0.1 * place, -1) for place in range(3)]), POLICY)
    lower = Policy.model_validate({"static_threshold": {"negative": 4}})
    state, signals = engine.process(state, batch_of([Row(0.5, -1)], 10), lower)
    assert raised(signals) == [("static_threshold", 0, 0.5)]


def test_unknown_languages_count_in_volume_only() -> None:
    """A mention in a language that is not scored is no neutral one: the share is of those that were scored."""
    policy = Policy.model_validate({"static_threshold": {"negative_share": 0.6, "share_min_mentions": 4}})
    rows = [*(Row(0.1, -1) for _ in range(3)), Row(0.2, 1), *(Row(0.3, 2) for _ in range(50))]
    state, _ = engine.process(begun(0, policy), batch_of(rows), policy)
    _, signals = engine.advance_watermark(state, START + 3 * MINUTE, policy)
    assert [s.evidence.observed for s in signals] == [0.75]


def test_a_redelivered_batch_is_reported_in_the_totals() -> None:
    """The same batch again changes nothing but the count of redeliveries."""
    batch = batch_of([Row(0.1 * place, -1) for place in range(8)])
    state, _ = engine.process(begun(), batch, POLICY)
    ledger = engine.minute_counts(state)
    state, signals = engine.process(state, batch, POLICY)
    assert signals == []
    assert engine.minute_counts(state) == ledger
    assert msgspec.structs.asdict(state.totals) == {
        "mentions": 8,
        "redelivered": 8,
        "duplicates": 0,
        "late": 0,
        "delayed": 0,
        "backfill": 0,
        "edited": 0,
        "deleted": 0,
    }


def test_the_bound_on_what_waits_fits_a_message() -> None:
    """With as much held back as may be, the stored core stays below Kafka's 1 MB."""
    rows = [
        Row(90, text=f"{place:010d} " + "".join(chr(33 + (place * k) % 90) for k in range(270)))
        for place in range(5000)
    ]
    state, _ = engine.process(begun(), batch_of(rows), POLICY)
    assert state.buffered_bytes > 0.9 * states.MAX_BUFFERED_BYTES
    assert len(storage.encode_parts(state).core) < 1_000_000


def test_a_signal_reads_the_same_from_the_wire() -> None:
    """Whole numbers are floats as declared: what was sent and what is sent on after reading are the same bytes."""
    _, signals = engine.process(begun(), batch_of([Row(0.1 * place, -1) for place in range(8)]), POLICY)
    for signal in signals:
        assert wire.encode(wire.decode(wire.encode(signal))) == wire.encode(signal)
        assert type(signal.evidence.observed) is float

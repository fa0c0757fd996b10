"""Laws of overrides: each ends at its instant of event time, live and in a replay alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.incidents.model import Notification, encode
from config.brands.model import Brand
from config.brands.overrides import BrandWithOverrides, Override
from config.brands.wire import encode_brand
from mentions.model.batches import Batch, Tick
from replay.player.recording_replay import RecordedPolicies, RecordingReplay
from streams.recording.format import ConfigEntry, Entry, Header, Recording, ScoredEntry, TickEntry, write
from streams.stages.triage import TriageShard
from streams.stages.watch import WatchShard
from streams.views.brands import BrandRegistry
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from pathlib import Path


OFF = {
    name: {"enabled": False}
    for name in ("volume_spike", "negative_spike", "negative_burst", "negative_share", "sentiment_drift", "high_reach")
}
BRAND = Brand.model_validate({"name": "acme", "detect": OFF | {"static_threshold": {"mentions": 5, "window": "5m"}}})
MENTIONS = "detect.static_threshold.mentions"


def governed(minute: int, value: int = 30) -> BrandWithOverrides:
    """Return the brand with a limit that is far higher until a minute."""
    return BrandWithOverrides(BRAND, [Override(MENTIONS, value, START + minute * MINUTE)])


def directory(rules: BrandWithOverrides) -> BrandRegistry:
    """Return a directory of one brand."""
    found = BrandRegistry()
    found.put(rules, 7)
    found.refresh()
    return found


def live(
    rules: BrandWithOverrides, rows: list[Row], every: int, *, before: bool = True, early: bool = False
) -> list[Notification]:
    """Return what is told where a batch comes each minute, in order, and time is told each so many minutes."""
    policies = directory(rules)
    watch, triage, reported = WatchShard(policies), TriageShard(policies), list[Notification]()
    for record in records(rows, every, before=before, early=early):
        reported += [note for found in watch.apply(record) for note in triage.apply(found)]
    return reported


def records(rows: list[Row], every: int, *, before: bool = True, early: bool = False) -> list[Batch | Tick]:
    """Return the rows minute by minute, with ticks each so many minutes and at the end, and perhaps one before.

    `early` tells a minute's time before its rows, as live, so that they are looked at as they come.
    """
    found: list[Batch | Tick] = [Tick(0, 1, START - MINUTE, None)] if before else []
    last = int(rows[-1].minute) + 60
    for minute in range(last):
        if early:
            found.append(Tick(0, 1, START + minute * MINUTE, None))
        mine = [(place, row) for place, row in enumerate(rows) if int(row.minute) == minute]
        if mine:
            found.append(batch_of([row for _, row in mine], mine[0][0]))
        if minute % every == every - 1 or minute == last - 1:
            found.append(Tick(0, 1, START + minute * MINUTE, None))
    return found


def steady(minutes: int, each: int) -> list[Row]:
    """Return so many mentions every minute."""
    return [Row(minute + place / each) for minute in range(minutes) for place in range(each)]


def test_it_ends_as_its_minute_closes() -> None:
    """Two mentions a minute are ten in five minutes: silent under a limit of 30, and an alert once it is 5 again."""
    (first, *_) = live(governed(40), steady(60, 2), 1)
    assert first.reason == "opened"
    opened = (first.incident.opened_at - START) / MINUTE
    assert 40 <= opened <= 43
    assert live(governed(200), steady(60, 2), 1) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 70), st.lists(st.integers(0, 4), min_size=30, max_size=60), st.integers(2, 90), st.booleans())
@example(10, [4] * 30, 90, False)
def test_how_often_time_is_reported_makes_no_difference(end: int, counts: list[int], every: int, before: bool) -> None:  # noqa: FBT001
    """Ticks of a minute or of many: the same alerts at the same instants, before, across and after the end."""
    rows = [Row(minute + place / 5) for minute, count in enumerate(counts) for place in range(count)]
    if rows:
        expected = live(governed(end), rows, 1, early=True)
        assert live(governed(end), rows, 1) == expected
        assert live(governed(end), rows, every, before=before) == expected


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 70), st.integers(1, 4))
def test_a_recording_replays_what_was_reported(end: int, each: int) -> None:
    """The recording carries the record of the brand with its overrides: the replay ends them where the live run did."""
    rules, rows = governed(end), steady(60, each)
    entries = [ConfigEntry(0, "acme", 7, _json(rules)), *map(_entry, records(rows, 1))]
    header = Header(("acme",), START, START + 120 * MINUTE, scores=True)
    replayed = list(RecordingReplay(RecordedPolicies(header)).run(entries))
    assert [encode(note) for note in replayed] == [encode(note) for note in live(rules, rows, 1)]


def test_a_recording_on_disk_does_too(tmp_path: Path) -> None:
    """Written and read back, byte for byte."""
    rules, rows = governed(20), steady(40, 2)
    entries = [ConfigEntry(0, "acme", 7, _json(rules)), *map(_entry, records(rows, 1))]
    path = tmp_path / "run.tocsin"
    write(path, Header(("acme",), START, START + 120 * MINUTE, scores=True), entries)
    recording = Recording(str(path))
    replayed = list(RecordingReplay(RecordedPolicies(recording.header)).run(recording.entries()))
    assert replayed
    assert [encode(note) for note in replayed] == [encode(note) for note in live(rules, rows, 1)]


def test_after_its_end_nothing_is_left_of_it() -> None:
    """A burst long after is told at the same instants as if there never had been an override."""
    rows = [Row(0), *(Row(60 + minute + place / 3) for minute in range(10) for place in range(3))]
    plain = live(BrandWithOverrides(BRAND), rows, 1, early=True)
    assert plain
    assert live(governed(20), rows, 1, early=True) == plain


def test_a_brand_first_seen_after_the_end_is_watched_without_it() -> None:
    """What is over before anything is known of a brand never mattered."""
    rows = [Row(100 + minute + place / 3) for minute in range(10) for place in range(3)]
    plain = live(BrandWithOverrides(BRAND), rows, 1)
    assert plain
    assert live(governed(50), rows, 1) == plain


def _entry(record: Batch | Tick) -> Entry:
    return TickEntry(0, 0, record) if isinstance(record, Tick) else ScoredEntry(0, 0, record)


def _json(rules: BrandWithOverrides) -> dict[str, object]:
    found: dict[str, object] = json.loads(encode_brand(rules.brand, rules.overrides))
    return found

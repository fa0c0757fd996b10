"""May a detector rest exactly as long as it could find nothing?

Each example sets the bar of one detector where the stream comes to: one mention too much of rest is a finding too late.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import policy as policies
from detectors.engine import engine, storage
from detectors.engine.skipping.skip import EvaluationSkipper
from detectors.model.finding import Headroom
from detectors.policy import Policy
from detectors.registry import ALL
from detectors.windows.buckets import ABUSIVE, COLUMNS, MENTIONS, NEGATIVE, POSITIVE, UNKNOWN, MinuteBuckets
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detectors.engine.state import State
    from detectors.model.signal import Signal

HOURS = 14
"""Hours of an even past, enough for every detector to know what is usual."""

NOW = 60 * HOURS
CALM: dict[str, Any] = {
    "sensitivity": "high",
    "learning": {"warm_up": "2h"},
    "no_data": {"min_history": "12h", "min_expected": 1.0},
}
OFF = {
    name: {"enabled": False}
    for name in (
        "volume_spike",
        "negative_spike",
        "negative_burst",
        "negative_share",
        "sentiment_drift",
        "high_reach",
        "abuse",
        "positive_spike",
        "no_data",
        "topic_burst",
    )
}


class Bar(NamedTuple):
    """What a detector's least count is of, over how many minutes, in which moods, and what else makes it keen."""

    columns: tuple[int, ...]  # the first less the others
    windows: tuple[int, ...]
    moods: tuple[tuple[int, ...], ...]  # labels
    keen: tuple[Mapping[str, Any], ...] = (MappingProxyType({}),)
    name: str = "min_mentions"


DARK, GLAD, MIXED, DULL = ((-1,), (-1, -1, 0)), ((1,), (1, 1, 2)), ((-1, 0, 1, 2),), ((0,),)
BARS = {
    "static_threshold": Bar((MENTIONS, UNKNOWN), (10,), DARK, ({"negative_share": 0.3},), "share_min_mentions"),
    "abuse": Bar((ABUSIVE,), (60,), MIXED, ({"min_share": 0.05},)),
    "sentiment_drift": Bar(
        (MENTIONS, UNKNOWN),
        (24 * 60, 180),
        DARK,
        ({"min_duration": "1h", "odds_ratio": 2.0}, {"min_duration": "1h", "odds_ratio": 8.0}),
    ),
    "negative_burst": Bar((MENTIONS,), (15, 150), DARK, ({"max_mean_sentiment": 1.0},)),
    "positive_spike": Bar((POSITIVE,), (30,), GLAD, ({"min_ratio": 1.0}, {"min_ratio": 8.0}, {"min_ratio": 20.0})),
    "negative_share": Bar(
        (MENTIONS, UNKNOWN),
        (60,),
        DARK,
        ({"min_rise": 0.05, "min_volume_ratio": 0.0}, {"min_rise": 0.05, "min_volume_ratio": 1.5}),
    ),
    "volume_spike": Bar((MENTIONS,), (15, 720), MIXED),
    "negative_spike": Bar((NEGATIVE,), (15, 720), DARK),
    "no_data": Bar((MENTIONS,), (), MIXED),
}


@cache
def past(pace: int) -> tuple[list[Row], bytes]:
    """Return hours of a mention every `pace` minutes, and the state of the watch after them."""
    rows = [Row(minute, (-1, 0, 1, 0)[n % 4], author=f"author {n % 5}") for n, minute in enumerate(range(0, NOW, pace))]
    policy = Policy.model_validate(CALM | OFF)
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START - MINUTE, policy)
    engine.process(state, batch_of(rows), policy)
    engine.advance_watermark(state, START + (NOW + 2) * MINUTE, policy)
    return rows, storage.encode(state)


@st.composite
def streams(draw: st.DrawFn, name: str) -> list[Row]:
    """Draw some hours after the past, in order of publication: first in any mood, then in one that a detector heeds."""
    moods = [draw(st.sampled_from(BARS[name].moods + MIXED + DULL)), draw(st.sampled_from(BARS[name].moods))]
    gaps = draw(st.sampled_from([[0, 1], [0, 1], [0, 1], [0, 1, 2, 5], [1, 1, 5, 20], [1, 1, 1, 1, 70]]))
    abuse = draw(st.sampled_from([[0.9 * (name == "abuse")], [0.0, 0.9]]))
    channel = draw(st.sampled_from(["forum", "other"]))
    minute = NOW + draw(st.integers(0, 59)) + draw(st.sampled_from([0, 0, 0, 25 * 60]))
    rows, turn = list[Row](), draw(st.integers(0, 10))
    for place in range(draw(st.integers(2, 40))):
        minute += draw(st.sampled_from(gaps))
        label = draw(st.sampled_from(moods[place >= turn]))
        author = f"author {place % 7}"
        rows.append(Row(minute, label, author=author, channel=channel, abuse=draw(st.sampled_from(abuse))))
    return rows


def barred(rows: Sequence[Row], columns: tuple[int, ...], minute: int, window: int) -> int:
    """Return what a bar counts in the window that ends with a minute; beyond three hours windows slide by the hour."""
    since = minute - window + 1 if window <= 180 else 60 * (minute // 60 - window // 60 + 1)
    seen = [row for row in rows if since <= row.minute <= minute]
    counted = {
        MENTIONS: len(seen),
        NEGATIVE: sum(row.label == -1 for row in seen),
        POSITIVE: sum(row.label == 1 for row in seen),
        UNKNOWN: sum(row.label == 2 for row in seen),
        ABUSIVE: sum(row.abuse > 0 for row in seen),
    }
    return counted[columns[0]] - sum(counted[column] for column in columns[1:])


@st.composite
def thresholds(draw: st.DrawFn, name: str, before: Sequence[Row], rows: Sequence[Row]) -> Policy:
    """Draw a policy whose bar of one detector the stream comes to at one of its mentions; others may be off."""
    bar, own = BARS[name], dict(CALM.get(name, {}))
    if bar.windows:
        minute, window = int(draw(st.sampled_from(rows)).minute), draw(st.sampled_from(bar.windows))
        own = {
            bar.name: max(5, barred([*before, *rows], bar.columns, minute, window)),
            **draw(st.sampled_from(bar.keen)),
        }
    return Policy.model_validate(CALM | (OFF if draw(st.booleans()) else {}) | {name: own})


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(BARS)), st.data())
def test_who_rests_could_have_found_nothing(name: str, data: st.DataObject) -> None:
    """Signals and stored state are those of a watch that asks every detector at the end of every minute.

    It is told of each minute on its own, and forgets at each what need not be looked at. Where nothing can be held
    back, rows are counted ahead of their time: then both are told of time as often.
    """
    before, stored = past(data.draw(st.sampled_from([7, 20, 60, 240])))
    rows = data.draw(streams(name))
    policy = data.draw(thresholds(name, before, rows))
    stride, ahead = data.draw(st.sampled_from([1, 7, 90])), data.draw(st.sampled_from([False, False, True]))
    with pytest.MonkeyPatch.context() as patch:
        if ahead:
            patch.setattr(engine, "MAX_BUFFERED_BYTES", 0)
        quick = watched(stored, rows, policy, stride)
        restless = tuple(replace(each, headroom=None, below_threshold=None) for each in ALL)
        patch.setattr(policies, "ALL", restless)
        assert watched(stored, rows, policy, stride if ahead else 1, forget=not ahead) == quick


def watched(
    stored: bytes, rows: Sequence[Row], policy: Policy, stride: int, *, forget: bool = False
) -> tuple[list[Signal], bytes]:
    """Return what comes of rows, counted up to a minute and time told, `stride` minutes at a time."""
    state, number = storage.decode(stored), 200  # more than there are in the past
    times = [int(row.minute) for row in rows]
    signals = reported(state, times[0], policy)
    for _, stated in groupby(rows, key=lambda row: row.minute // stride):
        part = list(stated)
        for minute in range(met(state) + 3, int(part[0].minute), stride):
            signals += reported(state, minute, policy, forget=forget)
        signals += engine.process(state, batch_of(part, number), policy)[1]
        number += len(part)
    for minute in range(met(state) + 3, times[-1] + 65, stride):
        signals += reported(state, minute, policy, forget=forget)
    return signals + reported(state, times[-1] + 65, policy), storage.encode(state)


def met(state: State) -> int:
    """Return the minute up to which all is closed."""
    return (state.last_closed_minute or 0) - START // MINUTE


def reported(state: State, minute: int, policy: Policy, *, forget: bool = False) -> list[Signal]:
    """Return what a step of time brings, where it is forgotten what need not be looked at."""
    if forget:
        state.cache.reset_headroom()
    return engine.advance_watermark(state, START + minute * MINUTE, policy)[1]


looks = st.tuples(st.just("look"), st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 4)), min_size=3, max_size=3))
counts = st.tuples(st.just("count"), st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)))
waits = st.tuples(st.just("wait"), st.sampled_from([1, 1, 2, 30, 60, 1440]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(looks, counts, counts, waits), max_size=40))
def test_each_rests_until_its_room_is_used_up_or_the_hour_is_over(course: list[tuple[str, Any]]) -> None:
    """What was counted in later minutes already takes from the room; all rest while the least of all does."""
    rest, minutes, minute = EvaluationSkipper(), MinuteBuckets(), NOW
    hour, left, asleep = -1, dict[int, list[int]](), False  # what may be counted yet, by detector and column
    for what, how in course:
        if what == "wait":
            minute += how
            minutes.opened = {later: row for later, row in minutes.opened.items() if later >= minute}
        elif what == "count":
            after, column, number = how
            minutes.open(minute + after)[column] += number
            rest.count(tuple(number * (place == column) for place in range(COLUMNS)))
            for room in left.values():
                room[1] -= number * (room[0] == column)
        else:
            rest.on_minute(minute)
            left = left if hour == minute // 60 else {}
            hour = minute // 60
            for place, (column, many) in enumerate(how):
                if place not in left or left[place][1] <= 0:
                    later = sum(row[column] for at, row in minutes.opened.items() if at > minute)
                    left[place] = [column, many - later]
                    assert rest.try_skip(ALL[place], Headroom(column, many), minutes, minute) == (many > later)
            rest.note_all(ALL[:3])
            asleep = all(room[1] > 0 for room in left.values())
        if hour == minute // 60:
            assert [rest.skips(ALL[place]) for place in left] == [room[1] > 0 for room in left.values()]
        calm = asleep and hour == minute // 60 and all(room[1] > 0 for room in left.values())
        assert rest.all_skipped(minute) == calm
    rest.reset()
    assert not rest.all_skipped(minute)

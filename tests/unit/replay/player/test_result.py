"""Result of a replay: the same from lines, from records and from scored batches."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import pytest

from mentions.readers.position import Line, Position
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from replay.player.result import ReplayResult, replay
from streams.stages.score import MentionsRecord, score
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.model.batches import Batch

CALM = MentionGenerator(900, seed=41, brands=("Brisela", "Oakmere"), angry=0.1, repeated=0.0)
STORM = MentionGenerator(300, seed=42, brands=("Brisela",), start=CALM.end, angry=0.9, span=CALM.span / 6, repeated=0.0)
MENTIONS = [json.dumps(mention).encode() for mention in [*CALM.mentions(), *STORM.mentions()]]


def lines() -> Iterator[Line]:
    """Yield a storm as lines of a file."""
    for number, raw in enumerate(MENTIONS, 1):
        yield Line(number, raw, Position(number, 0))


def raws() -> Iterator[MentionsRecord]:
    """Yield it as records of `mentions`, each arriving when it was published."""
    for offset, raw in enumerate(MENTIONS):
        yield MentionsRecord(raw, offset, 2**42)
    yield MentionsRecord(None, -1, 0, read_up_to=int(STORM.end.timestamp() * 1000) + 120_000)


def batches() -> Iterator[Batch]:
    """Yield it as what the score stage makes of it."""
    watchlist, scorer = Watchlist.accepting_any(), Scorer()
    for offset, raw in enumerate(MENTIONS):
        yield from score(0, [MentionsRecord(raw, offset, 2**42)], watchlist, scorer).batches


@cache
def outcome() -> ReplayResult:
    """Return what comes of the lines."""
    return replay(PolicySet.built_in(), lines(), Scorer())


def test_lines_give_what_a_rerun_tells() -> None:
    """The outcome counts every mention and tells of the incidents that the replay's events name."""
    reported = {event["incident"] for event in FileReplay(PolicySet.built_in(), Scorer()).run(lines())}
    assert {incident.id for incident in outcome().incidents()} == reported
    assert reported
    assert outcome().mentions == len(MENTIONS)
    assert outcome().counts.keys() == {"Brisela", "Oakmere"}


def test_records_and_scored_batches_give_the_same_incidents() -> None:
    """Whatever form the mentions come in, the courses are the same; scored ones need no scorer."""
    expected = [(c.incident.id, c.open_periods, c.pages, c.severity) for c in outcome().timelines()]
    for other in (replay(PolicySet.built_in(), raws(), Scorer()), replay(PolicySet.built_in(), batches(), None)):
        assert [(c.incident.id, c.open_periods, c.pages, c.severity) for c in other.timelines()] == expected
        assert (other.since, other.until, other.counts) == (outcome().since, outcome().until, outcome().counts)


def test_nothing_comes_of_nothing() -> None:
    """An empty source gives an empty outcome."""
    empty = replay(PolicySet.built_in(), [], Scorer())
    assert (empty.mentions, empty.incidents(), empty.since) == (0, [], 0)


def test_texts_without_a_scorer_are_an_error() -> None:
    """Where scores are missing and nobody can give them, the error says so."""
    with pytest.raises(ValueError, match="carry no scores"):
        replay(PolicySet.built_in(), lines(), None)


def test_each_open_stretch_is_a_segment() -> None:
    """A course's segments are in order and do not overlap, and only the last may be open."""
    for course in outcome().timelines():
        ends = [part.until for part in course.open_periods]
        assert None not in ends[:-1]
        flat = [instant for part in course.open_periods for instant in part if instant is not None]
        assert flat == sorted(flat)

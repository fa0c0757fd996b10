"""Does a run give the same outcome from lines, from records and from scored batches?"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import pytest

from mentions.readers.position import Line, Position
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from replay.player.file_replay import Rerun
from replay.player.policy_set import Rules
from replay.player.result import Outcome, run
from streams.pipeline import Raw, score
from tests.support.mention_generator import Crowd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.model.batches import Batch

CALM = Crowd(900, seed=41, brands=("Brisela", "Oakmere"), angry=0.1, repeated=0.0)
STORM = Crowd(300, seed=42, brands=("Brisela",), start=CALM.end, angry=0.9, span=CALM.span / 6, repeated=0.0)
MENTIONS = [json.dumps(mention).encode() for mention in [*CALM.mentions(), *STORM.mentions()]]


def lines() -> Iterator[Line]:
    """Yield a storm as lines of a file."""
    for number, raw in enumerate(MENTIONS, 1):
        yield Line(number, raw, Position(number, 0))


def raws() -> Iterator[Raw]:
    """Yield it as records of `mentions`, each arriving when it was published."""
    for offset, raw in enumerate(MENTIONS):
        yield Raw(raw, offset, 2**42)
    yield Raw(None, -1, 0, read_up_to=int(STORM.end.timestamp() * 1000) + 120_000)


def batches() -> Iterator[Batch]:
    """Yield it as what the score stage makes of it."""
    watchlist, scorer = Watchlist.accepting_any(), Scorer()
    for offset, raw in enumerate(MENTIONS):
        yield from score(0, [Raw(raw, offset, 2**42)], watchlist, scorer).batches


@cache
def outcome() -> Outcome:
    """Return what comes of the lines."""
    return run(Rules.built_in(), lines(), Scorer())


def test_lines_give_what_a_rerun_tells() -> None:
    """The outcome counts every mention and tells of the incidents that the replay's events name."""
    told = {event["incident"] for event in Rerun(Rules.built_in(), Scorer()).run(lines())}
    assert {incident.id for incident in outcome().incidents()} == told
    assert told
    assert outcome().mentions == len(MENTIONS)
    assert outcome().counts.keys() == {"Brisela", "Oakmere"}


def test_records_and_scored_batches_give_the_same_incidents() -> None:
    """Whatever form the mentions come in, the courses are the same; scored ones need no scorer."""
    expected = [(c.incident.id, c.segments, c.pages, c.severity) for c in outcome().courses()]
    for other in (run(Rules.built_in(), raws(), Scorer()), run(Rules.built_in(), batches(), None)):
        assert [(c.incident.id, c.segments, c.pages, c.severity) for c in other.courses()] == expected
        assert (other.since, other.until, other.counts) == (outcome().since, outcome().until, outcome().counts)


def test_nothing_comes_of_nothing() -> None:
    """An empty source gives an empty outcome."""
    empty = run(Rules.built_in(), [], Scorer())
    assert (empty.mentions, empty.incidents(), empty.since) == (0, [], 0)


def test_texts_without_a_scorer_are_an_error() -> None:
    """Where scores are missing and nobody can give them, the error says so."""
    with pytest.raises(ValueError, match="carry no scores"):
        run(Rules.built_in(), lines(), None)


def test_each_open_stretch_is_a_segment() -> None:
    """A course's segments are in order and do not overlap, and only the last may be open."""
    for course in outcome().courses():
        ends = [part.until for part in course.segments]
        assert None not in ends[:-1]
        flat = [instant for part in course.segments for instant in part if instant is not None]
        assert flat == sorted(flat)

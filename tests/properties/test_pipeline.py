"""Laws of the pipeline: its notifications depend neither on how the input is cut nor on other brands."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.readers.position import START, Line
from mentions.sentiment import Scorer
from replay.player.chunking import CHUNK_SIZE
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from tests.support.mention_generator import MentionGenerator

CALM = MentionGenerator(600, seed=21, brands=("Brisela", "Oakmere"), angry=0.1, span=timedelta(hours=2))
STORM = MentionGenerator(400, seed=22, brands=("Brisela",), start=CALM.end, angry=0.8, span=timedelta(minutes=20))
LINES = [
    Line(number, json.dumps(mention).encode(), START)
    for number, mention in enumerate([*CALM.mentions(), *STORM.mentions()])
]
SCORER = Scorer()


def reported(lines: list[Line], at_once: int = CHUNK_SIZE) -> list[str]:
    """Return the events of a replay that steps event time each `at_once` mentions."""
    return [json.dumps(line, sort_keys=True) for line in FileReplay(PolicySet.built_in(), SCORER, at_once).run(lines)]


def test_the_steps_do_not_matter() -> None:
    """One mention at a time or all at once: the same events, to the last digit."""
    expected = reported(LINES)
    assert any('"opened"' in line for line in expected)
    for at_once in (1, 7, 10_000):
        assert reported(LINES, at_once) == expected


def test_seldom_ticks_give_the_same_of_storms_that_overlap() -> None:
    """What time itself brings, an escalation or an end, comes after all that was known by then, however time steps."""
    brands = ("Brisela", "Oakmere", "Lumivel", "Tarnworth")
    calm = MentionGenerator(400, seed=31, brands=brands, angry=0.1, span=timedelta(hours=14))
    mentions = list(calm.mentions())
    for number, brand in enumerate(brands):
        start = calm.end + timedelta(minutes=7 * number)
        mentions += MentionGenerator(25, number, (brand,), start, angry=0.9, span=timedelta(minutes=40)).mentions()
    mentions += MentionGenerator(60, 32, brands, calm.end + timedelta(hours=1), span=timedelta(hours=20)).mentions()
    mentions.sort(key=lambda mention: str(mention["published_at"]))
    lines = [Line(number, json.dumps(mention).encode(), START) for number, mention in enumerate(mentions)]
    expected = reported(lines)
    assert any('"resolved"' in line for line in expected)
    for at_once in (3, 40, 10_000):
        assert reported(lines, at_once) == expected


def test_other_brands_do_not_matter() -> None:
    """A brand's events are the same with and without the others' mentions."""
    alone = [line for line in LINES if b'"Brisela"' in line.raw]
    both = [line for line in reported(LINES) if '"brand": "Brisela"' in line]
    assert reported(alone) == both


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, len(LINES) - 1), max_size=15))
def test_repeated_mentions_do_not_matter(repeated: list[int]) -> None:
    """A mention that a source fetches again a little later changes nothing."""
    lines: list[Line] = []
    for number, line in enumerate(LINES):
        lines.append(line)
        lines += [line] * repeated.count(number)
    assert reported(lines) == reported(LINES)
